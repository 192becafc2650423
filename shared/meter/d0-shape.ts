/**
 * A meter prints the same readout each time, but for some digits: those of its numbers and of its
 * clock. A readout of the same shape is the one before with other digits, and only they are read; any
 * other is read in full. Its check is the framer's, over all bytes, whichever way it is read.
 *
 * @module
 */
import type { Bytes } from '../bytes.ts'
import type { Readout } from './d0-frame.ts'
import type { D0Places, DataLines, PrintedClock, Span } from './d0-objects.ts'
import { renew, runsOf, zero } from './digits.ts'

/** Reads a readout; null if it is of another shape. */
export type ReadAlike = (readout: Readout) => DataLines | null

/** What may stand at a place: the byte that stood there, another digit, or another one of hex. */
const FIXED = 0
const DIGIT = 1
const HEX = 2

/** How to read what looks like this readout. */
export function learnShape(readout: Readout, lines: DataLines, places: D0Places): ReadAlike {
  const { bits: before, check, start } = readout
  const { meter, warnings } = lines
  const registers = [...lines.registers]
  const runs = places.numbers.flatMap(({ register, at }) => {
    return runsOf(before, { register, at: start + at }, registers[register])
  })
  const counting = places.counting.map((place) => ({ ...place, ...moved(place, start) }))
  const parts: [keyof PrintedClock, Span][] = []
  for (const part of ['date', 'time', 'stamp'] as const) {
    const place = places.clock[part]
    if (place !== undefined) parts.push([part, moved(place, start)])
  }
  // What follows the block is its check.
  const length = check === 'bcc' ? before.length - 1 : before.length
  const kinds = new Uint8Array(length)
  for (const { at, end } of runs) kinds.fill(DIGIT, at, end)
  for (const { at, end, isHex } of counting) {
    for (let i = at; i < end; i++) {
      if (isHex) kinds[i] = HEX
      else if (isDigit(before[i] ?? 0)) kinds[i] = DIGIT
    }
  }

  return ({ bits, check: how }) => {
    if (bits.length !== before.length || how !== check) return null
    for (let i = 0; i < length; i++) {
      const byte = bits[i] ?? 0
      const kind = kinds[i] ?? FIXED
      if (
        kind === FIXED ? byte !== before[i] : !isDigit(byte) && !(kind === HEX && isLetter(byte))
      ) {
        return null
      }
    }
    let number = 0
    for (const run of runs) {
      if (!run.goesOn) number = 0
      for (let at = run.at; at < run.end; at++) number = 10 * number + (bits[at] ?? 0) - zero
      const isOther = run.register >= 0 && number !== run.number
      if (isOther && !renew(registers, run, number)) return null
    }
    const texts = [...lines.texts]
    for (const place of counting) {
      const old = texts[place.text]
      if (old?.obis === undefined) return null
      texts[place.text] = { obis: old.obis, text: printed(bits, place) }
    }
    const clock: PrintedClock = {}
    for (const [part, place] of parts) clock[part] = printed(bits, place)
    return { meter, registers: registers.slice(), texts, warnings, clock }
  }
}

function moved({ at, end }: Span, by: number): Span {
  return { at: at + by, end: end + by }
}

function isDigit(byte: number): boolean {
  return byte >= zero && byte < zero + 10
}

/** A to F. */
function isLetter(byte: number): boolean {
  return byte >= 0x41 && byte <= 0x46
}

function printed(bits: Bytes, { at, end }: Span): string {
  let text = ''
  for (let i = at; i < end; i++) text += String.fromCharCode(bits[i] ?? 0)
  return text
}
