/**
 * The form of HDLC frames of type 3 (IEC 62056-46, ISO/IEC 13239): `7E`, a format field with the
 * length, two addresses, control, header check, information, frame check, `7E`.
 *
 * The length says where a frame ends: what is inside is not stuffed, so `7E` means nothing there.
 *
 * @module
 */

import { crc16X25 } from './crc16.ts'

export const hdlcFlag = 0x7e

/** The length field has eleven bits; two flags are outside it. */
export const maxHdlcFrame = 2047 + 2

/** Bytes up to and with control: flag, format, two addresses of four, control. */
const maxHeader = 1 + 2 + 4 + 4 + 1

/**
 * Where the header check is, given that a frame begins at `at`: 0 where none can begin, and -1
 * where more bytes are needed to know.
 */
export function hdlcHeaderEnd(bytes: Uint8Array, at: number, end: number): number {
  if (bytes[at] !== hdlcFlag) return 0
  if (at + 1 >= end) return -1
  if (((bytes[at + 1] ?? 0) & 0xf0) !== 0xa0) return 0
  let next = at + 3
  // Addresses have one, two or four bytes, the last of them marked by its lowest bit.
  for (let address = 0; address < 2; address++) {
    let size = 1
    while (next < end && ((bytes[next] ?? 0) & 1) === 0) {
      if (++size > 4) return 0
      next++
    }
    if (next >= end) return -1
    if (size === 3) return 0
    next++
  }
  next++
  if (next + 2 > end) return -1
  const length = (((bytes[at + 1] ?? 0) & 7) << 8) | (bytes[at + 2] ?? 0)
  const headed = next - at - 1
  // Two checks, or just one for a frame without information.
  if (length !== headed + 2 && length < headed + 5) return 0
  return hdlcCheckHolds(bytes, at + 1, next) ? next : 0
}

export function hdlcCheckHolds(bytes: Uint8Array, from: number, to: number): boolean {
  return crc16X25(bytes, from, to) === ((bytes[to] ?? 0) | ((bytes[to + 1] ?? 0) << 8))
}

/** Whether a header (IEC 62056-46) whose check holds is there. */
export function isHdlcHeader(bytes: Uint8Array, at: number): boolean {
  return hdlcHeaderEnd(bytes, at, Math.min(bytes.length, at + maxHeader + 2)) > 0
}

/** The size from flag to flag of a frame with such a header. */
export function hdlcSize(bytes: Uint8Array, at: number): number {
  return (((bytes[at + 1] ?? 0) & 7) << 8 | (bytes[at + 2] ?? 0)) + 2
}
