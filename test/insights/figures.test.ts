/**
 * What Insights makes of readings: exact sums, base load, peaks and cost, and nothing where nothing
 * is known.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { dayOf, figuresOf, parseCents, wattsOf } from '../../insights/figures.ts'
import type { Reading } from '../../shared/meter/reading.ts'

const ZONE = 'Europe/Vienna'
/** Midnight in Vienna. */
const MIDNIGHT = Date.UTC(2026, 10, 20, 23) / 1000
const FREE = { perKilowattHour: 0n, perDay: 0n }

/** The counter at each quarter of an hour, in watt-hours. */
function counted(counts: readonly (number | null)[], from = MIDNIGHT): Reading[] {
  return counts.flatMap((count, i): Reading[] =>
    count === null ? [] : [{
      meter: 'SIM0000000000001',
      at: from + i * 900,
      clock: 'meter',
      seen: from + i * 900,
      registers: [{ obis: '1-0:1.8.0*255', value: String(count), exponent: 0, unit: 'Wh' }],
      texts: [],
      assurance: { line: 'crc', origin: 'plain', custody: 'software' },
      warnings: [],
    }]
  )
}

/** A day that draws 25 Wh a quarter, but for one quarter of 500 and one of 300. */
const DAY = Array.from(
  { length: 97 },
  (_, i) => 1000 + 25 * i + (i > 40 ? 475 : 0) + (i > 70 ? 275 : 0),
)

test('energy is the sum of the counter’s steps, to the last watt-hour', () => {
  const { energy, days, intervals } = figuresOf(counted(DAY), ZONE, FREE)
  expect(intervals).toHaveLength(96)
  expect(energy).toBe(3_150_000n)
  expect(days).toEqual([{ name: '2026-11-21', energy: 3_150_000n, cost: 0n }])
})

test('base load is the mean of the lowest tenth, peaks are the highest quarters and when', () => {
  const { baseLoad, peaks } = figuresOf(counted(DAY), ZONE, FREE)
  expect(baseLoad).toBe(100n)
  expect(peaks.slice(0, 2)).toEqual([
    { from: MIDNIGHT + 40 * 900, watts: 2000n },
    { from: MIDNIGHT + 70 * 900, watts: 1200n },
  ])
})

test('with less than a day there is no base load', () => {
  expect(figuresOf(counted(DAY.slice(0, 96)), ZONE, FREE).baseLoad).toBe(null)
})

test('cost is the price of what was drawn and of each day, without a float', () => {
  // 3.15 kWh at 29.9 ct, and 0.333 ct for the day: 94.185 + 0.333 ct.
  const tariff = { perKilowattHour: 29_900n, perDay: 333n }
  const { cost, days } = figuresOf(counted(DAY), ZONE, tariff)
  expect(cost).toBe(94_518_000n)
  expect(days[0]?.cost).toBe(94_518_000n)
})

test('missing quarters are summed and never spread, and have no power', () => {
  const { intervals, energy } = figuresOf(counted([0, 25, null, null, 400]), ZONE, FREE)
  expect(intervals.map(({ gap }) => gap)).toEqual([false, true])
  expect(intervals.map((interval) => wattsOf(interval))).toEqual([100n, null])
  expect(energy).toBe(400_000n)
})

test('a counter that ran backwards says nothing, and what follows counts again', () => {
  const { intervals, energy } = figuresOf(counted([900, 1000, 5, 30]), ZONE, FREE)
  expect(intervals.map(({ energy }) => energy)).toEqual([100_000n, null, 25_000n])
  expect(energy).toBe(125_000n)
})

test('days are the household’s: that of the change to summer time has 92 quarters', () => {
  const from = Date.UTC(2026, 2, 28, 23) / 1000
  const counts = Array.from({ length: 100 }, (_, i) => i * 10)
  const { days } = figuresOf(counted(counts, from), ZONE, FREE)
  expect(days).toEqual([
    { name: '2026-03-29', energy: 920_000n, cost: 0n },
    { name: '2026-03-30', energy: 70_000n, cost: 0n },
  ])
  expect(dayOf(from, ZONE)).toBe('2026-03-29')
})

test.each([
  ['29.9', 29_900n],
  ['29,95', 29_950n],
  ['0', 0n],
  ['30', 30_000n],
  ['1.2345', null],
  ['-3', null],
  ['1e3', null],
  ['', null],
])('%s cents are %s thousandths', (text, thousandths) => {
  expect(parseCents(text)).toBe(thousandths)
})
