/**
 * Lengths of DLMS and A-XDR (IEC 61334-6, BER): one byte below 128, or `81`, `82`, `83` with as many
 * bytes following.
 *
 * @module
 */

/** The length at a place and where what it counts begins; null if it is not whole or longer. */
export function readLength(
  bytes: Uint8Array,
  at: number,
): { readonly length: number; readonly start: number } | null {
  const first = bytes[at]
  if (first === undefined || first === 0x80 || first > 0x83) return null
  if (first < 0x80) return { length: first, start: at + 1 }
  const start = at + 1 + (first & 0x7f)
  if (start > bytes.length) return null
  let length = 0
  for (let i = at + 1; i < start; i++) length = (length << 8) | (bytes[i] ?? 0)
  return { length, start }
}
