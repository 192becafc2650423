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
import { noNumber, type NumberPlace, renew, runsOf, zero } from './digits.ts'
import { clockTolerance } from './local-time.ts'
import { arc, type Frame } from './p1-frame.ts'
import type { Reading, Warning } from './reading.ts'
import type { Telegram } from './telegram.ts'

/** Where in a telegram stands what may change. */
export interface Places {
  /** The time of the main meter; null where it names none. */
  readonly stamp: number | null
  /** Values of the main meter that are numbers, by their place among its registers. */
  readonly numbers: readonly NumberPlace[]
}

/** Reads a telegram; null if it is of another shape, or if its CRC does not hold. */
export type ReadAlike = (frame: Frame, seen: number) => Telegram | null

/** How to read what looks like this telegram; null if its times hang on the reader's clock. */
export function learnShape(telegram: Telegram, body: number, places: Places): ReadAlike | null {
  const { protocol, identification, version, readings, raw: before, check } = telegram
  const [main, ...subMeters] = readings
  if (readings.some(({ warnings }) => warnings.includes('clock-ambiguous'))) return null
  const { meter, clock, texts, assurance } = main
  const registers = [...main.registers]
  const onTime = main.warnings.filter((warning) => warning !== 'clock-differs')
  const differing: readonly Warning[] = [...onTime, 'clock-differs']

  const runs = places.numbers.flatMap((place) => {
    return runsOf(before, place, registers[place.register])
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
        if (!renew(registers, run, number)) return null
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

/** Of `hhmmss`; -1 for a time that no clock shows. */
function secondsOfDay(time: number): number {
  const second = time % 100
  const minute = Math.floor(time / 100) % 100
  const hour = Math.floor(time / 10_000)
  return hour > 23 || minute > 59 || second > 59 ? -1 : 3600 * hour + 60 * minute + second
}
