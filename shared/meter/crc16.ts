/**
 * The two 16-bit checks of meter lines, both reflected: CRC-16/ARC (P1) and CRC-16/X-25 (HDLC,
 * SML; ISO/IEC 13239). They find accidents of the line, not forgers.
 *
 * @module
 */

/** @param polynomial reflected */
export function crc16Table(polynomial: number): Uint16Array {
  const table = new Uint16Array(256)
  for (let i = 0; i < 256; i++) {
    let crc = i
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1
    table[i] = crc
  }
  return table
}

const x25 = crc16Table(0x8408)

/** CRC-16/X-25 over a part of some bytes: start FFFF, inverted at the end, sent low byte first. */
export function crc16X25(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let crc = 0xffff
  for (let i = from; i < to; i++) crc = (crc >>> 8) ^ (x25[(crc ^ (bytes[i] ?? 0)) & 0xff] ?? 0)
  return crc ^ 0xffff
}
