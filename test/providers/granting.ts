/**
 * A provider by the SDK on a platform in this process. Its grant-bound tokens are issued here, as
 * the platform's token endpoint does for a refresh token.
 *
 * @module
 */
import { calculateJwkThumbprint, decodeProtectedHeader, type JWK } from 'jose'
import { accessTokens } from '../../server/tokens/access-token.ts'
import { keepInMemory } from '../../shared/api/keep.ts'
import { createProvider, type Provider } from '../../shared/api/provider.ts'
import type { Granted } from '../../shared/api/granted.ts'
import { fromBase64url, toBase64url } from '../../shared/bytes.ts'
import type { Recipient, TestGrant } from '../consent-server/giving.ts'
import { readProviderKeys } from '../../shared/api/provider-keys.ts'
import { type Platform, PUBLIC_URL, withLength } from '../server/platform.ts'

export interface SdkProvider {
  readonly provider: Provider
  readonly keep: ReturnType<typeof keepInMemory>
  /** The same, as a household's tests know whom they grant to. */
  readonly recipient: Recipient
  /** The grant as the SDK has it after the code flow. */
  take(grant: TestGrant): Promise<Granted>
  /** Answers in place of the platform, while it gives one. */
  between: (url: string, init: RequestInit) => Promise<Response | null>
}

export async function sdkProvider(
  platform: Platform,
  sealing: 'native' | 'X-Wing' = 'native',
): Promise<SdkProvider> {
  const keep = keepInMemory()
  const answers: Pick<SdkProvider, 'between'> = { between: () => Promise.resolve(null) }
  const fetch = async (url: string, init: RequestInit): Promise<Response> =>
    await answers.between(url, init) ?? await refreshed(platform, provider.id, url, init) ??
      await platform.app.request(url, { ...init, headers: withLength(init) })
  const provider = await createProvider({
    url: PUBLIC_URL,
    fetch,
    now: () => platform.clock.now,
    keep,
    retries: 0,
    sealing,
  })
  const { client, identity } = provider
  await client.registerIdentity(identity.changes)
  const keys = await readProviderKeys(await keep.get('keys') ?? '')
  const key = keys.sealing.get(1)
  if (key === undefined) throw new Error('There is no sealing key')
  return Object.assign(answers, {
    provider,
    keep,
    recipient: { identity, signer: keys.signer, sealing: { index: 1, key }, client },
    async take({ id }: TestGrant) {
      const name = toBase64url(id)
      await keep.set(`grant.${name}`, JSON.stringify({ refresh: name }))
      const granted = await provider.grant(name)
      if (granted === null) throw new Error('It is not kept')
      return granted
    },
  })
}

/** A token for a refresh token, which in these tests is the grant's id. */
async function refreshed(
  { operator, clock }: Platform,
  provider: string,
  url: string,
  init: RequestInit,
): Promise<Response | null> {
  const form = new URLSearchParams(typeof init.body === 'string' ? init.body : '')
  const grant = form.get('refresh_token')
  if (!url.endsWith('/v1/token') || grant === null) return null
  const proof = new Headers(init.headers).get('DPoP') ?? ''
  const jwk: JWK = decodeProtectedHeader(proof).jwk ?? {}
  const caller = {
    id: fromBase64url(provider),
    kind: 'provider',
    grant: fromBase64url(grant),
  } as const
  const tokens = accessTokens({ operator, publicUrl: PUBLIC_URL })
  const access_token = await tokens.issue(caller, await calculateJwkThumbprint(jwk), clock.now)
  return Response.json({ access_token, token_type: 'DPoP', expires_in: 600, refresh_token: grant })
}
