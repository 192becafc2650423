/**
 * What others wrote, for a terminal: one line of text. A terminal does what control characters tell
 * it, up to showing another verdict or fingerprint than was printed, and what is written backwards
 * deceives.
 *
 * @module
 */

/** More than any sentence of ours. */
const MOST = 500

/** @param most characters; what is to be compared is shown whole */
export function printable(line: string, most = MOST): string {
  return line.replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\u{fffd}').slice(0, most)
}
