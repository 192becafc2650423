/**
 * The profile written a second time, with noble's point arithmetic in place of byte comparisons
 * and a platform: an independent judge of every case. And the bricks that forge cases.
 *
 * @module
 */
import { ed25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import { createHash } from 'node:crypto'
import { fromHex } from '../../../shared/bytes.ts'
import type { Case } from './entry.ts'

export const { Point } = ed25519
export type Point = ReturnType<typeof Point.fromBytes>
export const L = Point.CURVE().n

/** The same alphabet as the runtimes' letters. */
export function oracle(one: Case): string {
  const [raw, signature, message] = [
    fromHex(one.key),
    fromHex(one.signature),
    fromHex(one.message),
  ]
  if (one.algorithm === 'EdDSA') return edwards(raw, signature, message)
  try {
    if (raw.length !== 65) return 'x'
    p256.Point.fromBytes(raw).assertValidity()
  } catch {
    return 'x'
  }
  if (signature.length !== 64) return '0'
  return p256.verify(signature, message, raw, { lowS: false, format: 'compact' }) ? '1' : '0'
}

function edwards(raw: Uint8Array, signature: Uint8Array, message: Uint8Array): string {
  const key = decode(raw)
  if (key === null || key.isSmallOrder()) return 'x'
  if (signature.length !== 64) return '0'
  const r = decode(signature.subarray(0, 32))
  const s = fromLittleEndian(signature.subarray(32))
  if (r === null || r.isSmallOrder() || s >= L) return '0'
  const k = challenge(signature.subarray(0, 32), raw, message)
  const right = r.add(key.multiplyUnsafe(k))
  return Point.BASE.multiplyUnsafe(s).equals(right) ? '1' : '0'
}

/** Strict decoding: canonical, on the curve. */
function decode(encoded: Uint8Array): Point | null {
  try {
    return Point.fromBytes(encoded, false)
  } catch {
    return null
  }
}

/** k = SHA-512(R || A || M) mod L, over the very bytes given. */
export function challenge(r: Uint8Array, key: Uint8Array, message: Uint8Array): bigint {
  const hash = createHash('sha512').update(r).update(key).update(message).digest()
  return fromLittleEndian(hash) % L
}

export function fromLittleEndian(bytes: Uint8Array): bigint {
  let value = 0n
  for (const byte of bytes.toReversed()) value = (value << 8n) | BigInt(byte)
  return value
}

export function littleEndian(value: bigint): Uint8Array {
  return bigEndian(value).toReversed()
}

export function bigEndian(value: bigint): Uint8Array<ArrayBuffer> {
  return fromHex(value.toString(16).padStart(64, '0'))
}
