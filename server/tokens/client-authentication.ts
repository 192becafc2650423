/**
 * Who the client is: a provider that signs an assertion with a key of its identity (RFC 7523
 * section 2.2, `private_key_jwt`). There are no client secrets.
 *
 * @module
 */
import { type Bytes, toBase64url } from '../../shared/bytes.ts'
import type { Identity } from '../../shared/identity/identity.ts'
import type { AppContext, Deps } from '../context.ts'
import type { Identities } from '../identity/store.ts'
import { checkAssertion } from './assertion.ts'
import { addressOf } from './caller.ts'
import { type CheckProof, PROOF_WINDOW } from './dpop.ts'
import type { UseOnce } from './once.ts'
import { needed, OAuthError } from './oauth-words.ts'
import { CLIENT_ASSERTION } from './secrets.ts'

export interface OAuthClient {
  readonly id: Bytes
  /** As it stands in `client_id`. */
  readonly name: string
  readonly identity: Identity
}

export interface OAuthChecks {
  /** @throws {OAuthError} `invalid_client` */
  client(c: AppContext, form: ReadonlyMap<string, string>): Promise<OAuthClient>
  /** The thumbprint of the key that the request was proved with. @throws {OAuthError} */
  proof(c: AppContext): Promise<string>
}

export function oauthChecks(
  deps: Deps,
  identities: Identities,
  checkProof: CheckProof,
  useOnce: UseOnce,
): OAuthChecks {
  return {
    async client(c, form) {
      if (form.get('client_assertion_type') !== CLIENT_ASSERTION) {
        throw new OAuthError('invalid_client', `Send client_assertion_type ${CLIENT_ASSERTION}`)
      }
      const now = deps.now()
      const database = c.get('database')
      // Libraries name the issuer, older ones the endpoint that is asked.
      const audiences = [deps.publicUrl, addressOf(c, deps.publicUrl)]
      const found = await checkAssertion(
        needed(form, 'client_assertion'),
        audiences,
        now,
        (id) => identities.newest(database, id),
      )
      if (!found.ok) {
        const clock: Record<string, number> = found.clockOff ? { now: Math.floor(now) } : {}
        throw new OAuthError('invalid_client', found.reason, clock)
      }
      const { identity, jti, expires } = found
      const name = toBase64url(identity.id)
      if (identity.kind !== 'provider') {
        throw new OAuthError('invalid_client', 'The identity is no provider’s')
      }
      if (form.has('client_id') && form.get('client_id') !== name) {
        throw new OAuthError('invalid_client', 'client_id is not who signed the assertion')
      }
      if (!await useOnce(database, `assertion:${name}`, jti, expires, now)) {
        throw new OAuthError('invalid_client', 'The assertion was used before')
      }
      return { id: identity.id, name, identity }
    },

    async proof(c) {
      const now = deps.now()
      const url = addressOf(c, deps.publicUrl)
      const proof = await checkProof(c.req.header('DPoP'), { method: 'POST', url, now })
      if (!proof.ok) {
        const clock: Record<string, number> = proof.clockOff ? { now: Math.floor(now) } : {}
        throw new OAuthError('invalid_dpop_proof', proof.reason, clock)
      }
      const expires = proof.iat + PROOF_WINDOW + 1
      if (!await useOnce(c.get('database'), `dpop:${proof.jkt}`, proof.jti, expires, now)) {
        throw new OAuthError('invalid_dpop_proof', 'The proof was used before')
      }
      return proof.jkt
    },
  }
}
