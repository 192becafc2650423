/**
 * All cases the runtimes are asked: our own, and the published vectors where they lie beside the
 * project (C2SP CCTV's Ed25519 edge cases, Wycheproof's Ed25519 and P-256 in IEEE P1363 form).
 *
 * @module
 */
import { existsSync, readFileSync } from 'node:fs'
import { toHex, utf8 } from '../../../shared/bytes.ts'
import type { Algorithm } from '../../../shared/identity/profile.ts'
import type { Case } from './entry.ts'
import { ownCases } from './own.ts'

const folder = new URL('../../../../shared/vectors/', import.meta.url)

interface CctvVector {
  readonly number: number
  readonly key: string
  readonly sig: string
  readonly msg: string
  readonly flags: readonly string[] | null
}

interface WycheproofFile {
  readonly testGroups: readonly {
    readonly publicKey: { readonly pk?: string; readonly uncompressed?: string }
    readonly tests: readonly WycheproofVector[]
  }[]
}

interface WycheproofVector {
  readonly tcId: number
  readonly comment: string
  readonly msg: string
  readonly sig: string
  readonly result: 'valid' | 'invalid' | 'acceptable'
}

export interface WycheproofCase extends Case {
  readonly result: WycheproofVector['result']
}

/** The text of a published file, or what stands for an empty one. */
function read(file: string, none: string): string {
  const path = new URL(file, folder)
  return existsSync(path) ? readFileSync(path, 'utf8') : none
}

function wycheproof(file: string, algorithm: Algorithm): readonly WycheproofCase[] {
  // The shape is that of the published file; a wrong one fails in fromHex.
  const published: WycheproofFile = JSON.parse(read(file, '{"testGroups":[]}'))
  return published.testGroups.flatMap(({ publicKey, tests }) =>
    tests.map(({ tcId, comment, msg, sig, result }) => ({
      name: `Wycheproof ${algorithm} ${tcId}: ${comment}`,
      algorithm,
      key: publicKey.pk ?? publicKey.uncompressed ?? '',
      signature: sig,
      message: msg,
      result,
    }))
  )
}

function cctv(): readonly Case[] {
  const published: readonly CctvVector[] = JSON.parse(read('ed25519-cctv.json', '[]'))
  return published.map(({ number, key, sig, msg, flags }) => ({
    name: `CCTV ${number}: ${(flags ?? []).join(' ')}`,
    algorithm: 'EdDSA',
    key,
    signature: sig,
    message: toHex(utf8(msg)),
  }))
}

export const cctvCases = cctv()
export const wycheproofEd25519 = wycheproof('wycheproof-ed25519_test.json', 'EdDSA')
export const wycheproofP256 = wycheproof(
  'wycheproof-ecdsa_secp256r1_sha256_p1363_test.json',
  'ES256',
)
export const allCases: readonly Case[] = [
  ...ownCases,
  ...cctvCases,
  ...wycheproofEd25519,
  ...wycheproofP256,
]
