/**
 * A meter prints the same telegram each second, but for some digits. The shape of a telegram is all
 * of it apart from the digits of its time of day and of its main meter's numbers. A telegram of the
 * same shape is the one before with other digits, and only they are read. Any other telegram is read
 * in full: another day, another tariff, a sub-meter that was read anew.
 *
 * The CRC is linear: that of the telegram with every digit 0, and then what each digit adds.
 *
 * @module
 */

import { digitsIn } from './crc16.ts'
import { clockTolerance } from './local-time.ts'
import { arc, type Frame } from './p1-frame.ts'
import { bandOf } from './plausible.ts'
import type { Reading, Register, Warning } from './reading.ts'
import type { Telegram } from './telegram.ts'

/** Where in a telegram stands what may change. */
export interface Places {
  /** The time of the main meter; null where it names none. */
  readonly stamp: number | null
  /** Values of the main meter that are numbers, by their place among its registers. */
  readonly numbers: readonly { readonly register: number; readonly at: number }[]
}

/** Reads a telegram; null if it is of another shape, or if its CRC does not hold. */
export type ReadAlike = (frame: Frame, seen: number) => Telegram | null

/** Digits in a row, and what they make: the time of day, or a register. */
interface Digits {
  readonly at: number
  readonly end: number
  /** Those after a point go on where those before it ended. */
  readonly goesOn: boolean
  /** Which register they complete; -1 for none. */
  readonly register: number
  /** The numbers as plausible as that of the telegram before: any other is read in full. */
  readonly first: number
  readonly last: number
  /** The number that it has now. */
  number: number
}

const zero = 0x30
const dot = 0x2e
/** So few that they are exact as an integer. */
const maxDigits = 15

/** How to read what looks like this telegram; null if its times hang on the reader's clock. */
export function learnShape(telegram: Telegram, body: number, places: Places): ReadAlike | null {
  const { protocol, identification, version, readings, raw: before, check } = telegram
  const [main, ...subMeters] = readings
  if (readings.some(({ warnings }) => warnings.includes('clock-ambiguous'))) return null
  const { meter, clock, texts, assurance } = main
  const registers = [...main.registers]
  const onTime = main.warnings.filter((warning) => warning !== 'clock-differs')
  const differing: readonly Warning[] = [...onTime, 'clock-differs']

  const runs = places.numbers.flatMap(({ register, at }) => {
    return runsOf(before, at, register, registers[register])
  })
  // `YYMMDDhhmmss` and what names the offset: but for the time of day, it is another shape.
  const timeOfDay = clock === 'meter' && places.stamp !== null ? places.stamp + 6 : -1
  let midnight = main.at
  if (timeOfDay >= 0) {
    const end = timeOfDay + 6
    runs.push({ ...noNumber, at: timeOfDay, end, goesOn: false })
    midnight -= secondsOfDay(Number(String.fromCharCode(...before.subarray(timeOfDay, end))))
  }
  runs.sort((a, b) => a.at - b.at)

  // Without a CRC, what follows the body is part of the shape.
  const length = check === 'crc' ? body : before.length
  const masks = new Uint8Array(4 * Math.ceil(length / 4)).fill(0xff, 0, length)
  const zeros = new Uint8Array(masks.length)
  zeros.set(before.subarray(0, length))
  for (const { at, end } of runs) {
    masks.fill(0xf0, at, end)
    zeros.fill(zero, at, end)
  }
  const added = digitsIn(arc, body, runs)
  const allZero = arc(0, zeros, 0, body)
  const mask = new Int32Array(masks.buffer)
  const fixed = new Int32Array(zeros.buffer)

  return ({ raw, words, body: ends, printed }, seen) => {
    if (ends !== body || (check === 'none' && raw.length !== length)) return null
    for (let i = 0; i < fixed.length; i++) {
      if (((words[i] ?? 0) & (mask[i] ?? 0)) !== fixed[i]) return null
    }
    let crc = allZero
    let digits = 0
    let number = 0
    let time = 0
    for (const run of runs) {
      if (!run.goesOn) number = 0
      for (let at = run.at; at < run.end; at++) {
        const digit = (raw[at] ?? 0) - zero
        if (digit > 9) return null
        number = 10 * number + digit
        crc ^= added[digits + digit] ?? 0
        digits += 16
      }
      if (run.register >= 0 && number !== run.number) {
        if (number < run.first || number > run.last) return null
        const register = registers[run.register]
        if (register?.obis === undefined) return null
        const { obis, exponent, unit } = register
        registers[run.register] = { obis, value: String(number), exponent, unit }
        run.number = number
      } else if (run.at === timeOfDay) {
        time = secondsOfDay(number)
        if (time < 0) return null
      }
    }
    if (check === 'crc' && crc !== printed) return null

    const observed = clock === 'device' ? seen : midnight + time
    const differs = clock !== 'device' && Math.abs(observed - seen) > clockTolerance
    const reading: Reading = {
      meter,
      at: observed,
      clock,
      seen,
      registers: registers.slice(),
      texts,
      assurance,
      warnings: differs ? differing : onTime,
    }
    const others = subMeters.map((sub) => {
      return { ...sub, at: sub.clock === 'device' ? seen : sub.at, seen }
    })
    const all: Telegram['readings'] = [reading, ...others]
    return { protocol, identification, version, readings: all, raw, check }
  }
}

/** Digits that complete no register. */
const noNumber = { register: -1, first: 0, last: Infinity, number: NaN }

/** The digits of a number, before and after its point; none if it has a sign or too many. */
function runsOf(bytes: Uint8Array, at: number, place: number, register?: Register): Digits[] {
  const point = endOfDigits(bytes, at)
  const end = bytes[point] === dot ? endOfDigits(bytes, point + 1) : point
  const band = register?.obis === undefined ? null : bandOf(register)
  if (point === at || end - at > maxDigits || band === null) return []
  // What it has now is not known yet: no number is NaN.
  const whole = { ...band, at, end: point, goesOn: false, register: place, number: NaN }
  if (end === point) return [whole]
  return [{ ...whole, ...noNumber }, { ...whole, at: point + 1, end, goesOn: true }]
}

function endOfDigits(bytes: Uint8Array, from: number): number {
  let at = from
  for (; at < bytes.length; at++) {
    const digit = (bytes[at] ?? 0) - zero
    if (digit < 0 || digit > 9) break
  }
  return at
}

/** Of `hhmmss`; -1 for a time that no clock shows. */
function secondsOfDay(time: number): number {
  const second = time % 100
  const minute = Math.floor(time / 100) % 100
  const hour = Math.floor(time / 10_000)
  return hour > 23 || minute > 59 || second > 59 ? -1 : 3600 * hour + 60 * minute + second
}
