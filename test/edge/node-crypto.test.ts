/**
 * Signatures by `node:crypto`: a few at once, many in the pool of threads, and one verdict either
 * way.
 *
 * @module
 */
import { setImmediate as nextEvent } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { signNatively, verifyNatively } from '../../edge/node-crypto.ts'
import type { Bytes } from '../../shared/bytes.ts'
import { generateSigningKey, signer } from '../../shared/identity/keys.ts'
import type { Algorithm } from '../../shared/identity/profile.ts'
import { NOBODY } from '../../shared/identity/statement.ts'

const MANY = 40
const key = await generateSigningKey(true)
const messages = Array.from({ length: MANY }, (_, i) => new Uint8Array([i, 1, 2, 3]))
const sign = signer(NOBODY, 0, key).sign
const signatures = await Promise.all(messages.map((message) => sign(message)))

function check(i: number, message = messages[i]): boolean | Promise<boolean> {
  return verifyNatively(key.algorithm, key.publicKey, signatures[i] ?? NOBODY, message ?? NOBODY)
}

function all(verdicts: readonly (boolean | Promise<boolean>)[]): Promise<boolean[]> {
  return Promise.all(verdicts.map((verdict) => Promise.resolve(verdict)))
}

describe('checks that come together', () => {
  test('have the same verdict at once and in the pool', async () => {
    await nextEvent()
    expect(await all(messages.map((_, i) => check(i)))).not.toContain(false)
    await nextEvent()
    const others = messages.map((_, i) => check(i, messages[(i + 1) % MANY]))
    expect(await all(others)).not.toContain(true)
  })

  test('hold the loop up for a few only, in every event anew', async () => {
    for (let event = 0; event < 3; event++) {
      await nextEvent()
      const atOnce = messages.map((_, i) => typeof check(i) === 'boolean')
      expect(atOnce.slice(0, 4)).toEqual([true, true, true, true])
      expect(atOnce.slice(4)).not.toContain(true)
    }
  })
})

describe('signatures made together', () => {
  test.each<Algorithm>(['EdDSA', 'ES256'])('all hold: %s', async (algorithm) => {
    const pair = await crypto.subtle.generateKey(kindOf(algorithm), true, ['sign', 'verify'])
    if (!('privateKey' in pair)) throw new Error('Expected a pair of keys')
    const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey))
    const raw = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
    const make = await signNatively(algorithm, pkcs8)
    const made: Bytes[] = await Promise.all(messages.map((message) => make(message)))
    const held = made.map((signature, i) =>
      verifyNatively(algorithm, raw, signature, messages[i] ?? NOBODY)
    )
    expect(await all(held)).not.toContain(false)
  })
})

function kindOf(algorithm: Algorithm) {
  return algorithm === 'EdDSA' ? { name: 'Ed25519' } : { name: 'ECDSA', namedCurve: 'P-256' }
}
