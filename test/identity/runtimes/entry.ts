/**
 * What runs in every runtime: each case's verdict under the profile, and the runtime's own.
 *
 * @module
 */
import { type Bytes, fromHex } from '../../../shared/bytes.ts'
import {
  type Algorithm,
  importVerifyKey,
  type RawVerifier,
} from '../../../shared/identity/profile.ts'

/** All byte strings in hex. */
export interface Case {
  readonly name: string
  readonly algorithm: Algorithm
  readonly key: string
  readonly signature: string
  readonly message: string
}

/** One letter a case: `1` holds, `0` does not, `x` the key is refused, `e` the runtime threw. */
export interface Verdicts {
  readonly profile: string
  readonly webCrypto: string
}

export async function verdicts(cases: readonly Case[], platform?: RawVerifier): Promise<Verdicts> {
  let [profile, webCrypto] = ['', '']
  for (const { algorithm, ...hex } of cases) {
    const [raw, signature, message] = [
      fromHex(hex.key),
      fromHex(hex.signature),
      fromHex(hex.message),
    ]
    profile += await letter(async () => {
      const key = await importVerifyKey(algorithm, raw, platform)
      return key === null ? null : await key.verify(signature, message)
    })
    webCrypto += await letter(() => bare(algorithm, raw, signature, message))
  }
  return { profile, webCrypto }
}

export const answer = verdicts

/** What a runtime answered. */
export function asVerdicts(found: unknown): Verdicts {
  if (
    typeof found === 'object' && found !== null && 'profile' in found && 'webCrypto' in found &&
    typeof found.profile === 'string' && typeof found.webCrypto === 'string'
  ) return { profile: found.profile, webCrypto: found.webCrypto }
  throw new Error('The runtime answered something else than verdicts')
}

async function letter(verdict: () => Promise<boolean | null>): Promise<string> {
  try {
    const holds = await verdict()
    return holds === null ? 'x' : holds ? '1' : '0'
  } catch {
    return 'e'
  }
}

/** WebCrypto without the profile. */
async function bare(algorithm: Algorithm, raw: Bytes, signature: Bytes, message: Bytes) {
  const kind = algorithm === 'EdDSA'
    ? { name: 'Ed25519' }
    : { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
  const key = await crypto.subtle.importKey('raw', raw, kind, true, ['verify']).catch(() => null)
  return key === null ? null : await crypto.subtle.verify(kind, key, signature, message)
}
