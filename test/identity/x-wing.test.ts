/** X-Wing's keys in identities, and its HPKE beside that of Node's own ML-KEM, in four runtimes. */
import { AEAD_AES_256_GCM, CipherSuite, KDF_HKDF_SHA256, KEM_MLKEM768_X25519 } from 'hpke'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, fromHex, fromUtf8, toHex, utf8 } from '../../shared/bytes.ts'
import { createIdentity, sealKeyOf } from '../../shared/identity/identity.ts'
import type { IdentityKind } from '../../shared/identity/kinds.ts'
import { generateSealingKey, generateSigningKey, signer } from '../../shared/identity/keys.ts'
import { NOBODY } from '../../shared/identity/statement.ts'
import { FOUR_RUNTIMES, type FourRuntimes, prepare } from '../rig/four-runtimes.ts'
import { type Answer, BOUND } from './x-wing-entry.ts'

/** Another hand's: WebCrypto's ML-KEM of Node, joined with X25519 by the library. */
const oracle = new CipherSuite(KEM_MLKEM768_X25519, KDF_HKDF_SHA256, AEAD_AES_256_GCM)

describe('sealing to X-Wing', () => {
  let runtimes: FourRuntimes
  let pair: Awaited<ReturnType<typeof oracle.GenerateKeyPair>>
  const answers = new Map<string, Answer>()

  beforeAll(async () => {
    pair = await oracle.GenerateKeyPair(true)
    const made = await oracle.Seal(pair.publicKey, utf8('from the oracle'), BOUND)
    const hex = (bytes: Uint8Array) => toHex(new Uint8Array(bytes))
    runtimes = await prepare(new URL('./x-wing-entry.ts', import.meta.url), {
      privateKey: hex(await oracle.SerializePrivateKey(pair.privateKey)),
      publicKey: hex(await oracle.SerializePublicKey(pair.publicKey)),
      enc: hex(made.encapsulatedSecret),
      sealed: hex(made.ciphertext),
    })
    for (const name of FOUR_RUNTIMES) answers.set(name, await runtimes[name]() as Answer)
  })

  afterAll(() => runtimes?.close())

  it.each(FOUR_RUNTIMES)('%s opens what another implementation sealed', (name) => {
    expect(answers.get(name)?.opened).toBe('from the oracle')
  })

  it.each(FOUR_RUNTIMES)('another implementation opens what %s sealed', async (name) => {
    const { enc = '', sealed = '' } = answers.get(name) ?? {}
    const opened = await oracle.Open(pair, fromHex(enc), fromHex(sealed), BOUND)
    expect(fromUtf8(new Uint8Array(opened))).toBe('from here')
    const other = { ...BOUND, info: utf8('another info') }
    await expect(oracle.Open(pair, fromHex(enc), fromHex(sealed), other)).rejects.toThrow('AEAD')
  })
})

describe('identities with X-Wing keys', () => {
  async function withSealKeys(kind: IdentityKind, publicKey: Bytes) {
    const [sign, recover, seal] = [
      await generateSigningKey(),
      await generateSigningKey(),
      await generateSealingKey(),
    ]
    const keys = [
      { index: 0, algorithm: sign.algorithm, publicKey: sign.publicKey, purpose: 'sign' },
      { index: 1, algorithm: recover.algorithm, publicKey: recover.publicKey, purpose: 'recover' },
      { index: 2, algorithm: seal.algorithm, publicKey: seal.publicKey, purpose: 'seal' },
      { index: 3, algorithm: 'X-Wing', publicKey, purpose: 'seal' },
    ] as const
    return await createIdentity({ kind, at: 0, keys }, 0, signer(NOBODY, 0, sign))
  }
  const key = (length: number) => crypto.getRandomValues(new Uint8Array(length))

  it('are providers’', async () => {
    const publicKey = key(1216)
    const provider = await withSealKeys('provider', publicKey)
    expect(sealKeyOf(provider)).toEqual({
      index: 3,
      algorithm: 'X-Wing',
      publicKey,
      purpose: 'seal',
    })
  })

  it.each(['owner', 'device', 'operator', 'node'] as const)('are no %s’s', async (kind) => {
    await expect(withSealKeys(kind, key(1216))).rejects.toThrow('Key 3 is a provider')
  })

  it.each([32, 65, 1215])('are not of %i bytes', async (length) => {
    await expect(withSealKeys('provider', key(length))).rejects.toThrow('not a valid public key')
  })
})
