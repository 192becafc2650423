/**
 * Seven data bits and even parity over a line that only does eight and none: both are ten bits on
 * the wire, and the parity is the highest of the eight.
 *
 * @module
 */
import type { Bytes } from '../bytes.ts'

function isOdd(byte: number): boolean {
  let bits = byte ^ (byte >> 4)
  bits ^= bits >> 2
  return ((bits ^ (bits >> 1)) & 1) === 1
}

/** @param bytes of seven bits each */
export function withEvenParity(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes).map((byte) => isOdd(byte) ? byte | 0x80 : byte)
}

/** What a byte becomes that was damaged on the way, so that the check of its block fails: SUB. */
export const damagedByte = 0x1a

/** The seven bits of each byte; {@link damagedByte} where the parity is wrong. */
export function fromEvenParity(bytes: Uint8Array): Bytes {
  return new Uint8Array(bytes).map((byte) => isOdd(byte) ? damagedByte : byte & 0x7f)
}
