/** Energy as bars: exact whatever the counter's places, over days of every length and every mishap. */
import * as fc from 'fast-check'
import { describe, expect, it, test } from 'vitest'
import { energyBars, energySums, growingBars } from '../../pwa/proof-run/bars.ts'
import { createBoundaries } from '../../shared/meter/boundary.ts'
import type { Reading, Register } from '../../shared/meter/reading.ts'
import { startOfLocalDay, startOfNextLocalDay } from '../../shared/meter/zone.ts'

const ZONE = 'Europe/Vienna'
/** Local midnights, of the days on which clocks change too. */
const SPRING = Date.UTC(2026, 2, 28, 23) / 1000
const AUTUMN = Date.UTC(2026, 9, 24, 22) / 1000
const JUNE = Date.UTC(2026, 5, 9, 22) / 1000

function reading(at: number, registers: readonly Register[], meter = 'M'): Reading {
  return {
    meter,
    at,
    clock: 'meter',
    seen: at,
    registers,
    texts: [],
    assurance: { line: 'crc', origin: 'plain', custody: 'browser' },
    warnings: [],
  }
}

function register(what: string, value: number | bigint, exponent = 0, unit = 'Wh'): Register {
  return { obis: `1-0:${what}*255`, value: String(value), exponent, unit }
}

const imported = (at: number, wh: number, meter?: string) =>
  reading(at, [register('1.8.0', wh)], meter)

const stretch = (from: number, to: number, resolution: 'PT15M' | 'P1D' = 'PT15M') => ({
  from,
  to,
  zone: ZONE,
  resolution,
})

/** What a channel keeps of a meter that is read each `step` seconds but where it was away. */
function kept(
  from: number,
  to: number,
  step: number,
  away: readonly (readonly [number, number])[],
  count: (at: number) => readonly Register[],
  resolution: 'PT15M' | 'P1D' = 'PT15M',
): Reading[] {
  const boundaries = createBoundaries({ resolution, zone: ZONE })
  const found: Reading[] = []
  for (let at = from; at <= to; at += step) {
    if (away.some(([gone, back]) => at >= gone && at < back)) continue
    found.push(...boundaries.next(reading(at, count(at))))
  }
  return found
}

describe('the bars of any partition of days', () => {
  it('add up to the difference of the counters', () => {
    const gap = fc.tuple(fc.nat(6 * 96), fc.integer({ min: 1, max: 120 }))
    const property = fc.property(
      fc.constantFrom(SPRING, AUTUMN, JUNE),
      fc.array(gap, { maxLength: 4 }),
      fc.constantFrom(0, -1, -3, 3),
      fc.array(fc.nat(6 * 24), { maxLength: 8 }),
      fc.boolean(),
      (from, gaps, exponent, cuts, byTariff) => {
        const to = from + 6 * 86_400
        const away = gaps.map(([at, long]) =>
          [from + at * 900 + 7, from + (at + long) * 900] as const
        )
        const value = (at: number) => 5_000_000_007 + Math.floor((at - from) * 1.7)
        const count = (at: number) =>
          byTariff
            ? [
              register('1.8.1', Math.floor(value(at) / 3), exponent),
              register('1.8.2', value(at) - Math.floor(value(at) / 3), exponent),
            ]
            : [register('1.8.0', value(at), exponent)]
        const readings = kept(from, to, 300, away, count)
        const first = readings[0]
        const last = readings.at(-1)
        if (first === undefined || last === undefined) throw new Error('Nothing was kept')
        const whole = (at: number) => {
          const scale = 10n ** BigInt(Math.abs(exponent))
          return exponent >= 0 ? BigInt(value(at)) * scale : BigInt(value(at)) / scale
        }
        // Parts end at whole quarter-hours, as days, hours and months do.
        const ends = [...new Set([0, ...cuts.map((cut) => cut * 3600), to - from + 3600])]
          .sort((a, b) => a - b).map((end) => from + end)
        let sum = 0n
        for (const [i, start] of ends.slice(0, -1).entries()) {
          const end = ends[i + 1] ?? to
          // A part is read with the reading before it, as from the platform.
          const before = readings.filter(({ at }) => at <= start + 60).slice(-1)
          const inside = readings.filter(({ at }) => at > start + 60 && at <= end + 60)
          const { bars } = energyBars([[...before, ...inside]], stretch(start, end))
          sum += energySums(bars).importWh
          expect(bars.every((bar) => bar.to - bar.from === 900 || bar.gap)).toBe(true)
        }
        expect(sum).toBe(whole(last.at) - whole(first.at))
      },
    )
    fc.assert(property, { numRuns: 60 })
  })

  it('are the same bars, whole or in parts: one across a gap is never split', () => {
    const away = [[JUNE + 80_000, JUNE + 2 * 86_400 + 5000]] as const
    const readings = kept(JUNE, JUNE + 3 * 86_400, 60, away, (at) => [register('1.8.0', at)])
    const all = energyBars([readings], stretch(JUNE, JUNE + 3 * 86_400)).bars
    const parts = [0, 1, 2].flatMap((day) => {
      const from = JUNE + day * 86_400
      return energyBars([readings], stretch(from, from + 86_400)).bars
    })
    expect(parts).toEqual(all)
    const gaps = all.filter(({ gap }) => gap)
    expect(gaps).toHaveLength(1)
    expect(gaps[0]?.to).toBeGreaterThan(JUNE + 2 * 86_400 + 5000)
  })
})

test('bars that grow are the same, however few readings they are given at a time', () => {
  const tariffs = (at: number, wh: number, meter?: string) =>
    reading(at, [register('1.8.1', wh - 5), register('1.8.2', 5), register('2.8.0', wh)], meter)
  const kinds = [
    imported,
    tariffs,
    // Its clock was set back, its counter ran backwards, it tells only one of the two, or nothing.
    (at: number, wh: number) => imported(at - 5000, wh),
    (at: number) => imported(at, 1),
    (at: number, wh: number) => reading(at, [register('2.8.0', wh)]),
    (at: number) => reading(at, []),
    (at: number, wh: number) => imported(at, wh, 'another'),
  ]
  const kind = fc.record({ kind: fc.nat(kinds.length - 1), again: fc.boolean() })
  const property = fc.property(
    fc.array(kind, { maxLength: 60 }),
    fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 }),
    fc.boolean(),
    (told, sizes, quiet) => {
      let at = JUNE
      const readings = told.flatMap(({ kind, again }, i) => {
        // The same moment twice, with other counters.
        if (!again) at += 900
        const one = (kinds[kind] ?? imported)(at, 1_000_000 + 10 * i, 'M')
        return quiet && i < 9 ? [reading(at, [])] : [one]
      })
      const of = stretch(JUNE, JUNE + 86_400)
      const growing = growingBars(of)
      for (let from = 0, i = 0; from < readings.length; i++) {
        const size = sizes[i % sizes.length] ?? 1
        growing.add(readings.slice(from, from + size))
        from += size
      }
      expect(growing.bars()).toEqual(energyBars([readings], of))
    },
  )
  fc.assert(property, { numRuns: 500 })
})

test.for([[SPRING, 23], [AUTUMN, 25], [JUNE, 24]] as const)(
  'the local day that begins at %i has its %i hours',
  ([midnight, hours]) => {
    expect(startOfLocalDay(ZONE, midnight)).toBe(midnight)
    const next = startOfNextLocalDay(ZONE, midnight)
    expect(next - midnight).toBe(hours * 3600)
    const days = [midnight, next, startOfNextLocalDay(ZONE, next)]
    const count = (at: number) => [register('1.8.0', Math.floor(at / 36))]
    const end = days[2] ?? next
    const quarters = kept(midnight, end, 60, [], count)
    expect(energyBars([quarters], stretch(midnight, next)).bars).toHaveLength(4 * hours)
    const daily = kept(midnight, end, 60, [], count, 'P1D')
    const { bars } = energyBars([daily], stretch(midnight, end, 'P1D'))
    expect(bars.map(({ from, to, importWh, gap }) => [from, to, importWh, gap])).toEqual([
      [midnight, next, hours * 100, false],
      [next, end, 2400, false],
    ])
  },
)

test('another meter in its place and a counter that ran backwards are bars without a value', () => {
  const readings = [
    imported(JUNE, 1000),
    imported(JUNE + 900, 1100),
    imported(JUNE + 1800, 5, 'OTHER'),
    imported(JUNE + 2700, 25, 'OTHER'),
    imported(JUNE + 3600, 20, 'OTHER'),
    imported(JUNE + 4500, 90, 'OTHER'),
  ]
  const { bars } = energyBars([readings], stretch(JUNE, JUNE + 86_400))
  expect(bars.map(({ importWh }) => importWh)).toEqual([100, null, 20, null, 70])
  expect(bars.map(({ changed = false }) => changed)).toEqual([false, true, false, false, false])
  expect(energySums(bars).importWh).toBe(190n)
})

test('a clock that was set back loses no energy and counts none twice', () => {
  const readings = [
    imported(JUNE + 3600, 1000),
    imported(JUNE + 4500, 1100),
    imported(JUNE + 2000, 1150),
    imported(JUNE + 2700, 1200),
    imported(JUNE + 3600, 1300),
    imported(JUNE + 4500, 1400),
  ]
  const { bars } = energyBars([readings], stretch(JUNE, JUNE + 86_400))
  expect(energySums(bars).importWh).toBe(400n)
  expect(bars.map(({ gap }) => gap)).toEqual([false, true, false, false, false])
})

test('no bar joins stretches with blocks missing between them', () => {
  const runs = [
    [imported(JUNE, 0), imported(JUNE + 900, 10)],
    [imported(JUNE + 1800, 500), imported(JUNE + 2700, 530)],
  ]
  const { bars } = energyBars(runs, stretch(JUNE, JUNE + 86_400))
  expect(bars.map(({ importWh }) => importWh)).toEqual([10, 30])
})

test.for(
  [
    ['24.2.1', 'm3', -3, 8123456, 8123499, 43],
    ['24.2.1', 'm3', -2, 100, 142, 420],
    ['24.2.3', 'm3', -3, 10, 17, 7],
    ['24.2.1', 'J', 6, 12345, 12347, 2_000_000_000],
  ] as const,
)('a sub-meter %s in %s counts whole thousandths', ([what, unit, exponent, from, to, expected]) => {
  const at = (time: number, value: number) =>
    reading(time, [{ obis: `0-1:${what}*255`, value: String(value), exponent, unit }])
  const readings = [at(JUNE, from), at(JUNE + 3600, to)]
  const view = energyBars([readings], stretch(JUNE, JUNE + 86_400))
  expect(view.unit).toBe(unit)
  expect(view.bars.map(({ importWh }) => importWh)).toEqual([expected])
})
