/**
 * Long frames of the wired M-Bus as DLMS meters push them (EN 13757-3, "DLMS over M-Bus"): `68 L L
 * 68`, `53` or `73`, an address, CI, the ports of both sides, data, a sum, `16`. The CI field has
 * the number of the segment and whether it is the last.
 *
 * One maker sends up to 257 bytes and lets the length wrap at 256, so both lengths are tried. The
 * check is a sum of one byte, so weak: start, both lengths, control, CI and stop have to hold too.
 *
 * @module
 */

const start = 0x68
const stop = 0x16
/** SND_UD with and without its frame count bit: the meter sends, and nobody answers. */
const sendings: readonly (number | undefined)[] = [0x53, 0x73]
const lastSegment = 0x10
/** C, A, CI and two ports. */
const least = 5
/** Start, two lengths, start; sum and stop. */
const around = 6

/** Where the data begins, from the start of the frame. */
export const wrapperData = 9

/**
 * Whether one begins there: 0 if not, -1 where more bytes are needed to know, else its size as the
 * length says it; the size may be 256 more.
 */
export function wrapperAt(bytes: Uint8Array, at: number, end: number): number {
  const length = bytes[at + 1] ?? 0
  if (bytes[at] !== start) return 0
  if (at + 2 < end && bytes[at + 2] !== length) return 0
  if (at + 3 < end && bytes[at + 3] !== start) return 0
  if (at + 4 < end && !sendings.includes(bytes[at + 4])) return 0
  // Other CI fields are of other languages than DLMS.
  if (at + 6 < end && ((bytes[at + 6] ?? 0) & 0xe0) !== 0) return 0
  return at + 6 < end ? length + around : -1
}

/** Sizes that a frame may have, by what its length says. */
export function wrapperSizes(said: number): readonly number[] {
  return said < least + around ? [said + 256] : [said, said + 256]
}

/** Whether sum and stop hold; the frame is there in whole. */
export function wrapperHolds(bytes: Uint8Array, at: number, size: number): boolean {
  let sum = 0
  for (let i = at + 4; i < at + size - 2; i++) sum += bytes[i] ?? 0
  return bytes[at + size - 1] === stop && (sum & 0xff) === bytes[at + size - 2]
}

export function segmentOf(
  information: number,
): { readonly number: number; readonly last: boolean } {
  return { number: information & 0x0f, last: (information & lastSegment) !== 0 }
}
