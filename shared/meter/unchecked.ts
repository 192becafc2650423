/**
 * Readouts that are pushed without a check because their interface has none (IEC 62056-21, mode D:
 * identification, a blank line, data lines, `!`), by meters that print another letter than mode D's
 * for their baud rate: EasyMeter, eBZ, Hager. What says that it is of P1 has a CRC, and lost it.
 *
 * @module
 */

/** The version of DSMR or eMUCS, and the clock that came with their CRC. */
const OF_P1 = /^(?:1-3:0\.2\.8|0-0:96\.1\.4|0-0:1\.0\.0)\(/m

/**
 * The blank line of what is pushed. Where it is missing, an answer lost the byte that begins its block.
 *
 * @param lines what follows the end of the identification line
 */
export function isPush(lines: string): boolean {
  return lines.startsWith('\r') || lines.startsWith('\n')
}

/** @param lines what follows the end of the identification line */
export function hasNoCheck(lines: string): boolean {
  return isPush(lines) && !OF_P1.test(lines)
}
