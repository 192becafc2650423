/**
 * What is read of a JWT before its claims mean anything (RFC 7515, 7517, 7638): one form, two
 * algorithms, and a key only for what it says it is for. jose, which had no part in it, is asked for
 * the same.
 *
 * @module
 */
import { calculateJwkThumbprint, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { beforeAll, describe, expect, test } from 'vitest'
import { toBase64url, utf8 } from '../../shared/bytes.ts'
import { parseJws, sessionKeys, signedWith } from '../../server/tokens/jws.ts'

const part = (value: unknown) => toBase64url(utf8(JSON.stringify(value)))
const jwt = (header: unknown, claims: unknown = {}) =>
  `${part(header)}.${part(claims)}.${toBase64url(new Uint8Array(64))}`

describe('what is parsed', () => {
  test('is header, claims and what was signed', () => {
    const text = jwt({ alg: 'EdDSA' }, { a: 1 })
    const jws = parseJws(text)
    expect(jws?.header).toEqual({ alg: 'EdDSA' })
    expect(jws?.claims).toEqual({ a: 1 })
    expect(jws?.signed).toEqual(utf8(text.slice(0, text.lastIndexOf('.'))))
    expect(jws?.signature).toHaveLength(64)
  })

  test.for([
    ['an extension that has to be understood', jwt({ alg: 'EdDSA', crit: ['exp'] })],
    ['a payload that is not base64url', jwt({ alg: 'EdDSA', b64: false })],
    ['a fourth part', `${jwt({ alg: 'EdDSA' })}.AA`],
    ['two parts', jwt({ alg: 'EdDSA' }).split('.').slice(0, 2).join('.')],
    ['a list as header', jwt(['EdDSA'])],
    ['a list as claims', jwt({ alg: 'EdDSA' }, [])],
    ['null as claims', jwt({ alg: 'EdDSA' }, null)],
    ['no JSON', `e30.${toBase64url(utf8('{'))}.AA`],
    ['no UTF-8', `e30.${toBase64url(new Uint8Array([0xff]))}.AA`],
    ['stray bits in a part', 'e30.e30.AB'],
    ['padding', 'e30=.e30.AA'],
  ])('is nothing with %s', ([, text]) => {
    expect(parseJws(text ?? '')).toBeNull()
  })

  test('has no prototype from what was sent', () => {
    const text = `${toBase64url(utf8('{"__proto__":{"alg":"EdDSA"}}'))}.e30.AA`
    expect(parseJws(text)?.header['alg']).toBeUndefined()
  })
})

describe.each(['EdDSA', 'ES256'])('a session key of %s', (alg) => {
  let jwk: Record<string, unknown>
  let text: string

  beforeAll(async () => {
    const pair = await generateKeyPair(alg, { extractable: true })
    jwk = { ...await exportJWK(pair.publicKey) }
    text = await new SignJWT({ a: 1 }).setProtectedHeader({ alg }).sign(pair.privateKey)
  })

  test('has the thumbprint of RFC 7638, and is kept', async () => {
    const keys = sessionKeys({})
    const key = await keys.of(jwk)
    expect(key?.jkt).toBe(await calculateJwkThumbprint(jwk))
    expect(await keys.of({ ...jwk, use: 'sig', key_ops: ['verify'], alg })).toBe(key)
  })

  test('checks what it signed, by the algorithm that the header names', async () => {
    const key = await sessionKeys({}).of(jwk)
    const jws = parseJws(text)
    if (key === null || jws === null) throw new Error('Neither may be refused')
    expect(await signedWith(jws, key.verifier)).toBe(true)
    expect(await signedWith({ ...jws, header: { alg: 'none' } }, key.verifier)).toBe(false)
    expect(await signedWith({ ...jws, header: {} }, key.verifier)).toBe(false)
    expect(await signedWith({ ...jws, signed: utf8('e30.e30') }, key.verifier)).toBe(false)
  })

  test('is none when it is for something else, or is no point', async () => {
    const x = toBase64url(new Uint8Array(32).fill(0xff))
    const others: unknown[] = [
      null,
      'EdDSA',
      { ...jwk, use: 'enc' },
      { ...jwk, use: 1 },
      { ...jwk, key_ops: ['sign'] },
      { ...jwk, key_ops: 'verify' },
      { ...jwk, alg: 'HS256' },
      { ...jwk, crv: 'P-521' },
      { ...jwk, kty: 'oct' },
      { ...jwk, x },
      { ...jwk, x: `${String(jwk['x'])}A` },
      { ...jwk, x: undefined },
      ...alg === 'ES256' ? [{ ...jwk, y: x }, { ...jwk, y: undefined }] : [],
    ]
    for (const other of others) expect(await sessionKeys({}).of(other)).toBeNull()
  })
})
