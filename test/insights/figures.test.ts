/**
 * What Insights makes of readings: exact sums, base load, peaks and cost, and nothing where nothing
 * is known.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { curve } from '../../insights/curve.ts'
import { dayOf, figuresOf, parseCents, wattsOf } from '../../insights/figures.ts'
import type { Reading } from '../../shared/meter/reading.ts'

const ZONE = 'Europe/Vienna'
const OF = { zone: ZONE, resolution: 'PT15M' }
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

const dayNamed = (name: string, energy: bigint) => ({
  name,
  through: name,
  count: 1,
  energy,
  cost: 0n,
})

/** A day that draws 25 Wh a quarter, but for one quarter of 500 and one of 300. */
const DAY = Array.from(
  { length: 97 },
  (_, i) => 1000 + 25 * i + (i > 40 ? 475 : 0) + (i > 70 ? 275 : 0),
)

test('energy is the sum of the counter’s steps, to the last watt-hour', () => {
  const { energy, days, intervals } = figuresOf(counted(DAY), OF, FREE)
  expect(intervals).toHaveLength(96)
  expect(energy).toBe(3_150_000n)
  expect(days).toEqual([dayNamed('2026-11-21', 3_150_000n)])
})

test('base load is the mean of the lowest tenth, peaks are the highest quarters and when', () => {
  const { baseLoad, peaks } = figuresOf(counted(DAY), OF, FREE)
  expect(baseLoad).toBe(100n)
  expect(peaks.slice(0, 2)).toEqual([
    { from: MIDNIGHT + 40 * 900, watts: 2000n },
    { from: MIDNIGHT + 70 * 900, watts: 1200n },
  ])
})

test('with less than a day there is no base load', () => {
  expect(figuresOf(counted(DAY.slice(0, 96)), OF, FREE).baseLoad).toBe(null)
})

test('cost is the price of what was drawn and of each day, without a float', () => {
  // 3.15 kWh at 29.9 ct, and 0.333 ct for the day: 94.185 + 0.333 ct.
  const tariff = { perKilowattHour: 29_900n, perDay: 333n }
  const { cost, days } = figuresOf(counted(DAY), OF, tariff)
  expect(cost).toBe(94_518_000n)
  expect(days[0]?.cost).toBe(94_518_000n)
})

test('missing quarters are summed and never spread, and have no power', () => {
  const { intervals, energy } = figuresOf(counted([0, 25, null, null, 400]), OF, FREE)
  expect(intervals.map(({ gap }) => gap)).toEqual([false, true])
  expect(intervals.map((interval) => wattsOf(interval, 900))).toEqual([100n, null])
  expect(energy).toBe(400_000n)
})

test('a counter that ran backwards says nothing, and what follows counts again', () => {
  const { intervals, energy } = figuresOf(counted([900, 1000, 5, 30]), OF, FREE)
  expect(intervals.map(({ energy }) => energy)).toEqual([100_000n, null, 25_000n])
  expect(energy).toBe(125_000n)
})

test('days are the household’s: that of the change to summer time has 92 quarters', () => {
  const from = Date.UTC(2026, 2, 28, 23) / 1000
  const counts = Array.from({ length: 100 }, (_, i) => i * 10)
  const { days } = figuresOf(counted(counts, from), OF, FREE)
  expect(days).toEqual([
    dayNamed('2026-03-29', 920_000n),
    dayNamed('2026-03-30', 70_000n),
  ])
  expect(dayOf(from, ZONE)).toBe('2026-03-29')
})

test('and that of the change back has 100', () => {
  const from = Date.UTC(2026, 9, 24, 22) / 1000
  const counts = Array.from({ length: 108 }, (_, i) => i * 10)
  expect(figuresOf(counted(counts, from), OF, FREE).days).toEqual([
    dayNamed('2026-10-25', 1_000_000n),
    dayNamed('2026-10-26', 70_000n),
  ])
})

test.each([
  ['changes to summer time', Date.UTC(2026, 2, 28, 23) / 1000, 5 / 23],
  ['changes back', Date.UTC(2026, 9, 24, 22) / 1000, 7 / 25],
  ['has 24 hours', MIDNIGHT, 6 / 24],
])('the curve of a day that %s has six o’clock in its place', async (_, from, share) => {
  const { intervals } = figuresOf(counted(DAY, from), OF, FREE)
  const drawn = (await curve(intervals, from, ZONE, 900)).toString()
  const x = Number(/<text x="([\d.]+)"[^>]*>06:00</.exec(drawn)?.[1])
  expect(x).toBeCloseTo(960 * share, 1)
  expect(drawn.match(/class="bar"/g)).toHaveLength(96 - (share < 0.23 ? 4 : 0))
})

test('base load is that of times in which nothing is fed into the grid', () => {
  // From nine to three the roof gives more than is used, and nothing is drawn.
  const sunny = (i: number) => i % 96 >= 36 && i % 96 < 60
  let [drawn, fed] = [1000, 0]
  const days = counted(Array.from({ length: 193 }, () => 0)).map((reading, i) => {
    if (i > 0 && sunny(i - 1)) fed += 100
    else if (i > 0) drawn += 25
    const [register] = reading.registers
    if (register === undefined) throw new TypeError('There is no register')
    const registers = [
      { ...register, value: String(drawn) },
      { ...register, obis: '1-0:2.8.0*255', value: String(fed) },
    ]
    return { ...reading, registers }
  })
  expect(figuresOf(days, OF, FREE).baseLoad).toBe(100n)
})

test('days without readings between are one stretch: summed, not split up, each with its fee', () => {
  // Four quarters of the first evening, then nothing until six in the morning two days later.
  const evening = MIDNIGHT + 86_400 - 3600
  const before = counted([0, 10, 20, 30], evening)
  const after = counted([5000, 5010], MIDNIGHT + 2 * 86_400 + 6 * 3600)
  const { days, energy, cost, baseLoad } = figuresOf([...before, ...after], OF, {
    perKilowattHour: 30_000n,
    perDay: 10_000n,
  })
  expect(days).toEqual([{
    name: '2026-11-21',
    through: '2026-11-23',
    count: 3,
    energy: 5_010_000n,
    cost: 180_300_000n, // 5.01 kWh at 30 ct, and three days at 10 ct
  }])
  expect([energy, cost, baseLoad]).toEqual([5_010_000n, 180_300_000n, null])
})

test('daily totals are days, over changes of the clocks too, with no base load and no peaks', () => {
  // Midnights in Vienna around the change to summer time.
  const midnights = [[27, 23], [28, 23], [29, 22], [30, 22]] as const
  const readings = midnights.flatMap(([day, hour], i) =>
    counted([i * 4000 + 1], Date.UTC(2026, 2, day, hour) / 1000)
  )
  const of = { zone: ZONE, resolution: 'P1D' }
  const { days, peaks, baseLoad, energy } = figuresOf(readings, of, FREE)
  expect(days).toEqual([
    dayNamed('2026-03-28', 4_000_000n),
    dayNamed('2026-03-29', 4_000_000n),
    dayNamed('2026-03-30', 4_000_000n),
  ])
  expect([energy, baseLoad, peaks]).toEqual([12_000_000n, null, []])
})

test('hours have their mean power', () => {
  const readings = counted(DAY).filter((_, i) => i % 4 === 0)
  const { baseLoad, peaks } = figuresOf(readings, { zone: ZONE, resolution: 'PT60M' }, FREE)
  expect([baseLoad, peaks[0]]).toEqual([100n, { from: MIDNIGHT + 40 * 900, watts: 575n }])
})

test('a counter of any length is reckoned with exactly', () => {
  const large = 9_007_199_254_740_993n // no float is this one
  const readings = counted([0, 0]).map((reading, i) => ({
    ...reading,
    registers: reading.registers.map((one) => ({ ...one, value: String(large + BigInt(i)) })),
  }))
  const tariff = { perKilowattHour: 33_333n, perDay: 0n }
  expect(figuresOf(readings, OF, tariff)).toMatchObject({ energy: 1000n, cost: 33_333n })
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
