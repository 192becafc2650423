/**
 * One value out of registers: whole numbers of 16 to 64 bits exactly, floats as the decimals they
 * stand for (see float32.ts).
 *
 * @module
 */

import { type Decimal, readFloat32 } from './float32.ts'
import type { PointType, WordOrder } from './modbus-map.ts'

const numberBits: Record<PointType, { readonly bits: number; readonly signed: boolean }> = {
  int16: { bits: 16, signed: true },
  uint16: { bits: 16, signed: false },
  int32: { bits: 32, signed: true },
  uint32: { bits: 32, signed: false },
  int64: { bits: 64, signed: true },
  uint64: { bits: 64, signed: false },
  float32: { bits: 32, signed: false },
}

const swapBytes = (word: number): number => ((word & 0xff) << 8) | (word >>> 8)

/** The bits of a value, put together by the device's word order. */
export function bitsOf(words: Uint16Array, order: WordOrder): bigint {
  let bits = 0n
  for (let i = 0; i < words.length; i++) {
    const word = words[order === 'big' ? i : words.length - 1 - i] ?? 0
    bits = (bits << 16n) | BigInt(order === 'little' ? swapBytes(word) : word)
  }
  return bits
}

/** What SunSpec keeps for "there is none". */
export function isSentinel(bits: bigint, type: PointType): boolean {
  if (type === 'float32') return (bits & 0x7fff_ffffn) > 0x7f80_0000n
  const { bits: width, signed } = numberBits[type]
  const full = (1n << BigInt(width)) - 1n
  return bits === (signed ? 1n << BigInt(width - 1) : full)
}

/** Null for a float that is no number. */
export function decimalOf(bits: bigint, type: PointType): Decimal | null {
  if (type === 'float32') return readFloat32(Number(bits))
  const { bits: width, signed } = numberBits[type]
  const number = signed ? BigInt.asIntN(width, bits) : bits
  return { value: number.toString(), exponent: 0 }
}
