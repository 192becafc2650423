/**
 * The 16-bit checks of meter lines, all reflected: CRC-16/ARC (P1), CRC-16/X-25 (HDLC, SML; ISO/IEC
 * 13239) and, in its place, CRC-16/KERMIT (SML of one maker). They find accidents of the line, not
 * forgers.
 *
 * @module
 */

/** Goes on from a check over the bytes from `from` to before `to`. */
export type Crc16 = (crc: number, bytes: Uint8Array, from: number, to: number) => number

/**
 * Four bytes at a time, with a table for each place among the four: what a byte does to the check
 * once the bytes behind it have passed.
 *
 * @param polynomial reflected
 */
export function crc16(polynomial: number): Crc16 {
  const last = new Uint16Array(256)
  for (let i = 0; i < 256; i++) {
    let crc = i
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    last[i] = crc
  }
  const before = (crc: number) => (crc >>> 8) ^ (last[crc & 0xff] ?? 0)
  const third = last.map(before)
  const second = third.map(before)
  const first = second.map(before)
  return (crc, bytes, from, to) => {
    let i = from
    for (; i + 3 < to; i += 4) {
      crc = (first[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0) ^
        (second[((crc >>> 8) ^ (bytes[i + 1] ?? 0)) & 0xff] ?? 0) ^
        (third[bytes[i + 2] ?? 0] ?? 0) ^ (last[bytes[i + 3] ?? 0] ?? 0)
    }
    for (; i < to; i++) crc = (crc >>> 8) ^ (last[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0)
    return crc
  }
}

/**
 * What each digit adds to a check over so many bytes that begins with 0, which is linear: for every
 * place in order sixteen entries, by what stands there instead of 0.
 *
 * @param runs digits in a row, in order
 */
export function digitsIn(
  crc: Crc16,
  length: number,
  runs: readonly { readonly at: number; readonly end: number }[],
): Uint16Array {
  const places: number[] = []
  for (const { at, end } of runs) for (let place = at; place < end; place++) places.push(place)
  const added = new Uint16Array(16 * places.length)
  const nothing = new Uint8Array(length)
  for (const bit of [1, 2, 4, 8]) {
    // What this bit of a byte becomes when all that stands behind it has passed.
    let adds = crc(0, Uint8Array.of(bit), 0, 1)
    let behind = length - 1
    for (let i = places.length - 1; i >= 0; i--) {
      const place = places[i] ?? 0
      adds = crc(adds, nothing, place, behind)
      behind = place
      for (let at = 16 * i; at < 16 * i + bit; at++) added[at + bit] = adds ^ (added[at] ?? 0)
    }
  }
  return added
}

const x25 = crc16(0x8408)

/** CRC-16/X-25 over a part of some bytes: start FFFF, inverted at the end, sent low byte first. */
export function crc16X25(bytes: Uint8Array, from = 0, to = bytes.length): number {
  return x25(0xffff, bytes, from, to) ^ 0xffff
}

/** CRC-16/KERMIT over a part of some bytes: start 0, not inverted. */
export function crc16Kermit(bytes: Uint8Array, from = 0, to = bytes.length): number {
  return x25(0, bytes, from, to)
}
