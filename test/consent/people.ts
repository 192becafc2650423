/**
 * A provider for tests, and a consent with everything in it, made by the project's own code.
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'
import { type Grant, newGrantKey, openGrant, sealGrantKey } from '../../shared/consent/grant.ts'
import { openStep, type Step } from '../../shared/consent/steps.ts'
import { makeTerms, type Terms } from '../../shared/consent/terms.ts'
import type { Opened } from '../../shared/identity/content.ts'
import { createIdentity } from '../../shared/identity/identity.ts'
import {
  generateSealingKey,
  generateSigningKey,
  type SealingKey,
  signer,
} from '../../shared/identity/keys.ts'
import { NOBODY, type Signer, statementId } from '../../shared/identity/statement.ts'
import type { Owner, Person } from '../rig/household.ts'

export interface Provider extends Person {
  readonly sealing: SealingKey
}

export const SEAL_KEY = 1

export function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length))
}

export async function createProvider(at: number): Promise<Provider> {
  const signing = await generateSigningKey()
  const sealing = await generateSealingKey()
  const identity = await createIdentity(
    {
      kind: 'provider',
      at,
      keys: [
        { index: 0, ...pick(signing), purpose: 'sign' },
        { index: SEAL_KEY, ...pick(sealing), purpose: 'seal' },
      ],
    },
    0,
    signer(NOBODY, 0, signing),
  )
  return { identity, signing, sealing, signer: signer(identity.id, 0, signing) }
}

function pick<A>(key: { algorithm: A; publicKey: Bytes }) {
  return { algorithm: key.algorithm, publicKey: key.publicKey }
}

export interface TestGrant {
  readonly grant: Opened<Grant>
  readonly id: Bytes
  readonly raw: Bytes
}

export async function grantTo(
  provider: Pick<Provider, 'identity' | 'sealing'>,
  owner: Owner,
  terms: Partial<Terms> & Pick<Terms, 'channels'>,
  at: number,
): Promise<TestGrant> {
  const whole = makeTerms({
    purposes: ['energy-advice'],
    from: at,
    until: at + 180 * 86_400,
    history: at,
    ...terms,
  })
  const raw = newGrantKey(random)
  const name = {
    grant: random(16),
    owner: owner.identity.id,
    to: provider.identity.id,
    toKey: SEAL_KEY,
  }
  const grant = await openGrant({
    ...name,
    ...await sealGrantKey(raw, name, whole, provider.sealing),
    terms: whole,
    request: null,
    receipt: null,
    replaces: null,
    at,
  }, owner.signer)
  return { grant, raw, id: await statementId(grant.statement) }
}

/** `Omit` of each member of a union by itself. */
type StepPart<T> = T extends unknown ? Omit<T, 'v' | 'grant' | 'step' | 'prev'> : never

/** The next step of a chain, whoever signs it. */
export async function stepAfter(
  { grant, id }: Pick<TestGrant, 'grant' | 'id'>,
  before: readonly Opened<Step>[],
  part: StepPart<Step>,
  by: Signer,
): Promise<Opened<Step>> {
  const last = before.at(-1)
  return await openStep({
    grant: grant.content.grant,
    step: before.length + 1,
    prev: last === undefined ? id : await statementId(last.statement),
    ...part,
  }, by)
}
