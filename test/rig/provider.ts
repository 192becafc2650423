/**
 * A provider for tests: an identity with a signing and a sealing key, and what it says of itself.
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'
import { openRegistration, type Registration } from '../../shared/consent/provider.ts'
import type { Opened } from '../../shared/identity/content.ts'
import { createIdentity } from '../../shared/identity/identity.ts'
import {
  generateSealingKey,
  generateSigningKey,
  type SealingKey,
  signer,
} from '../../shared/identity/keys.ts'
import { NOBODY } from '../../shared/identity/statement.ts'
import type { Person } from './household.ts'

export interface TestProvider extends Person {
  readonly sealing: SealingKey
  /** Signs a registration, of this provider unless `says` names another. */
  register(says?: Partial<Registration>): Promise<Opened<Registration>>
}

export async function createProvider(now: number): Promise<TestProvider> {
  const [signing, sealing] = [await generateSigningKey(), await generateSealingKey()]
  const keys = [
    { index: 0, algorithm: signing.algorithm, publicKey: signing.publicKey, purpose: 'sign' },
    { index: 1, algorithm: sealing.algorithm, publicKey: sealing.publicKey, purpose: 'seal' },
  ] as const
  const identity = await createIdentity(
    { kind: 'provider', at: now, keys },
    0,
    signer(NOBODY, 0, signing),
  )
  const by = signer(identity.id, 0, signing)
  return {
    identity,
    signing,
    signer: by,
    sealing,
    register: (says = {}) =>
      openRegistration({ ...saying(now), provider: identity.id, ...says }, by),
  }
}

function saying(at: number): Omit<Registration, 'v' | 'provider'> {
  return {
    seq: 0,
    name: 'Adviser of Tests',
    domain: 'adviser.test',
    logo: png(16, 16),
    contact: 'mailto:people@adviser.test',
    purposes: ['energy-advice', 'research'],
    redirects: ['https://adviser.test/back', 'http://localhost:4000/back'],
    hook: null,
    at,
  }
}

/** The beginning of a picture, as far as anybody looks. */
export function png(width: number, height: number): Bytes {
  const bytes = new Uint8Array(64)
  bytes.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const view = new DataView(bytes.buffer)
  view.setUint32(8, 13)
  view.setUint32(12, 0x49484452)
  view.setUint32(16, width)
  view.setUint32(20, height)
  return bytes
}
