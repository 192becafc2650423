/** A day as the rooms show it: exact sums, gaps told, nothing invented. */
import { expect, test } from 'vitest'
import { createDayStore } from '../../pwa/proof-run/day.ts'
import type { Reading } from '../../shared/meter/reading.ts'

const ZONE = 'Europe/Vienna'
/** 2026-06-10T00:00 in Vienna. */
const MIDNIGHT = Date.UTC(2026, 5, 9, 22) / 1000

function reading(at: number, importWh: number, exportWh: number): Reading {
  return {
    meter: 'M',
    at,
    clock: 'meter',
    seen: at,
    registers: [
      { obis: '1-0:1.8.0*255', value: String(importWh), exponent: 0, unit: 'Wh' },
      { obis: '1-0:2.8.0*255', value: String(exportWh), exponent: 0, unit: 'Wh' },
      { obis: '1-0:1.7.0*255', value: '250', exponent: 0, unit: 'W' },
    ],
    texts: [],
    assurance: { line: 'crc', origin: 'plain', custody: 'browser' },
    warnings: [],
  }
}

test('bars are the differences of kept readings, and sums are exact', () => {
  const day = createDayStore(ZONE)
  day.addKept([
    reading(MIDNIGHT + 1, 1000, 50),
    reading(MIDNIGHT + 901, 1100, 50),
    reading(MIDNIGHT + 1802, 1250, 70),
  ])
  const { from, to, bars, importWh, exportWh } = day.view(MIDNIGHT + 5000)
  expect([from, to]).toEqual([MIDNIGHT, MIDNIGHT + 86_400])
  expect(bars.map((bar) => [bar.importWh, bar.exportWh, bar.gap])).toEqual([
    [100, 0, false],
    [150, 20, false],
  ])
  expect([importWh, exportWh]).toEqual([250n, 20n])
})

test('missed quarters are one bar that says so; the one over midnight is in no sum', () => {
  const day = createDayStore(ZONE)
  day.addKept([
    reading(MIDNIGHT - 3600, 900, 0),
    reading(MIDNIGHT + 7201, 1000, 0),
    reading(MIDNIGHT + 8101, 1005, 0),
  ])
  const { bars, importWh } = day.view(MIDNIGHT + 9000)
  expect(bars.map((bar) => [bar.importWh, bar.gap])).toEqual([[100, true], [5, false]])
  expect(importWh).toBe(5n) // how much of the 100 was used today, nobody knows
  expect(day.view(MIDNIGHT - 4000).bars).toEqual([])
})

test('the midnight reading ends the day before and begins the next', () => {
  const day = createDayStore(ZONE)
  day.addKept([
    reading(MIDNIGHT - 899, 10, 0),
    reading(MIDNIGHT + 2, 30, 0),
    reading(MIDNIGHT + 902, 70, 0),
  ])
  expect(day.view(MIDNIGHT - 100).bars.map((bar) => bar.importWh)).toEqual([20])
  expect(day.view(MIDNIGHT + 100).bars.map((bar) => bar.importWh)).toEqual([40])
})

test('a counter that went backwards has a bar without a value', () => {
  const day = createDayStore(ZONE)
  day.addKept([reading(MIDNIGHT, 500, 0), reading(MIDNIGHT + 900, 20, 0)])
  expect(day.view(MIDNIGHT).bars.map((bar) => bar.importWh)).toEqual([null])
  expect(day.view(MIDNIGHT).importWh).toBe(0n)
})

test('what lies before the day is forgotten, but for the reading that a bar may begin with', () => {
  const day = createDayStore(ZONE)
  const kept = [-2000, -900, 3, 903].map((offset, i) => reading(MIDNIGHT + offset, 100 * i, 0))
  day.addKept(kept)
  day.addLive(kept)
  day.forget(MIDNIGHT + 1000)
  expect(day.view(MIDNIGHT + 1000).bars).toHaveLength(1)
  expect(day.view(MIDNIGHT - 1000).power).toEqual([])
  expect(day.view(MIDNIGHT - 1000).bars).toHaveLength(1)
})

test('a meter in the place of another begins anew, though its clock be behind', () => {
  const day = createDayStore(ZONE)
  const first = { ...reading(MIDNIGHT + 3500, 7, 2), meter: 'N', seen: MIDNIGHT + 3900 }
  day.addKept([{ ...reading(MIDNIGHT + 4400, 27, 2), meter: 'N', seen: MIDNIGHT + 4800 }, first])
  day.addKept([reading(MIDNIGHT + 1, 1000, 50), reading(MIDNIGHT + 3800, 1300, 60)])
  const { bars, importWh } = day.view(MIDNIGHT + 5000)
  expect(bars.map((bar) => [bar.importWh, bar.changed ?? false])).toEqual([
    [300, false],
    [null, true],
    [20, false],
  ])
  expect(importWh).toBe(320n)
  day.forget(MIDNIGHT + 86_400)
  expect(day.view(MIDNIGHT + 86_500).bars).toEqual([])
})
