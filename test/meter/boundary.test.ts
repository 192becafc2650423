/** @module Boundary readings and the bars made of them. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createBoundaries, createSlots } from '../../shared/meter/boundary.ts'
import { counterOf, toBars } from '../../shared/meter/intervals.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { startOfLocalDay, startOfNextLocalDay } from '../../shared/meter/zone.ts'
import { reading } from './telegrams.ts'

const zone = 'Europe/Vienna'
const quarter = { resolution: 'PT15M', zone }
const t = (text: string) => Date.parse(`${text}Z`) / 1000

function keep(readings: readonly Reading[], options = quarter): Reading[] {
  const boundaries = createBoundaries(options)
  return readings.flatMap((each) => boundaries.next(each))
}

function every(step: number, from: number, to: number): Reading[] {
  const readings: Reading[] = []
  for (let at = from; at <= to; at += step) readings.push(reading(at, at - t('2026-01-01T00:00')))
  return readings
}

const ats = (readings: readonly Reading[]) =>
  readings.map(({ at }) => new Date(at * 1000).toISOString().slice(11, 19))

describe('local days', () => {
  test.each([
    ['Europe/Vienna', '2026-03-29T12:00', 23],
    ['Europe/Vienna', '2026-10-25T12:00', 25],
    ['Europe/Vienna', '2026-06-01T12:00', 24],
    // Midnight itself is left out.
    ['Africa/Cairo', '2026-04-24T12:00', 23],
    ['Atlantic/Azores', '2026-10-25T12:00', 25],
    ['Asia/Kathmandu', '2026-06-01T12:00', 24],
  ])('%s, the day around %s has %i hours', (name, at, hours) => {
    const start = startOfLocalDay(name, t(at))
    const next = startOfNextLocalDay(name, t(at))
    expect((next - start) / 3600).toBe(hours)
    expect(start).toBeLessThanOrEqual(t(at))
    expect(startOfLocalDay(name, next)).toBe(next)
    expect(startOfLocalDay(name, next - 1)).toBe(start)
  })

  test('days tile the years', () => {
    for (const name of ['Europe/Vienna', 'America/New_York', 'Australia/Lord_Howe']) {
      let at = startOfLocalDay(name, t('2025-12-31T12:00'))
      for (let days = 0; days < 366; days++) {
        const next = startOfNextLocalDay(name, at)
        expect(next - at).toBeGreaterThanOrEqual(23 * 3600)
        expect(startOfLocalDay(name, next - 1)).toBe(at)
        at = next
      }
    }
  })

  test('resolutions that do not divide the hour are refused', () => {
    for (const resolution of ['PT7M', 'PT90M', 'PT0M', 'live', 'P2D', '']) {
      expect(() => createSlots(resolution, zone)).toThrow(RangeError)
    }
    expect(createSlots('PT60M', 'Asia/Kathmandu').startOf(t('2026-01-01T00:20')))
      .toBe(t('2026-01-01T00:15'))
  })
})

describe('a boundary reading', () => {
  test('is the first at or after the boundary, and so is the very first of all', () => {
    const kept = keep(every(10, t('2026-01-01T10:03:07'), t('2026-01-01T10:31')))
    expect(ats(kept)).toEqual(['10:03:07', '10:15:07', '10:30:07'])
  })

  test('at the boundary itself serves it', () => {
    const kept = keep(every(1, t('2026-01-01T10:14:58'), t('2026-01-01T10:15:03')))
    expect(ats(kept)).toEqual(['10:14:58', '10:15:00'])
  })

  test('may be as late as 60 s or twice the cadence, and no later', () => {
    const before = every(10, t('2026-01-01T10:10:00'), t('2026-01-01T10:14:50'))
    const after = (at: string) => keep([...before, reading(t(at), 1)])
    expect(ats(after('2026-01-01T10:16:00'))).toEqual(['10:10:00', '10:16:00'])
    expect(ats(after('2026-01-01T10:16:01'))).toEqual(['10:10:00', '10:14:50', '10:16:01'])
    const slow = every(100, t('2026-01-01T10:06:00'), t('2026-01-01T10:14:20'))
    const late = (at: string) => ats(keep([...slow, reading(t(at), 1)]))
    expect(late('2026-01-01T10:18:20')).toEqual(['10:06:00', '10:18:20'])
    expect(late('2026-01-01T10:18:21')).toEqual(['10:06:00', '10:14:20', '10:18:21'])
  })

  test('missed over hours: the last before and the first after are kept', () => {
    const kept = keep([
      ...every(10, t('2026-01-01T10:15:00'), t('2026-01-01T10:20')),
      ...every(10, t('2026-01-01T13:00:05'), t('2026-01-01T13:16')),
    ])
    expect(ats(kept)).toEqual(['10:15:00', '10:20:00', '13:00:05', '13:15:05'])
  })

  test('is known again after a restart, and not kept twice', () => {
    const readings = every(10, t('2026-01-01T10:03'), t('2026-01-01T12:00'))
    const whole = keep(readings)
    for (const cut of [1, 2, 50, 73, 74, 200]) {
      const one = createBoundaries(quarter)
      const early = readings.slice(0, cut).flatMap((each) => one.next(each))
      const other = createBoundaries({ ...quarter, last: one.last, lastKept: one.lastKept })
      const late = readings.slice(cut).flatMap((each) => other.next(each))
      expect([...early, ...late]).toEqual(whole)
    }
    const one = createBoundaries(quarter)
    for (const each of readings.slice(0, 50)) one.next(each)
    const other = createBoundaries({ ...quarter, last: one.last, lastKept: one.lastKept })
    expect(ats(other.next(reading(t('2026-01-01T15:00'), 1)))).toEqual(['10:11:10', '15:00:00'])
  })

  test('after a restart has 60 s again: the step from the run before is no cadence', () => {
    const last = reading(t('2026-01-01T10:00'), 1)
    const boundaries = createBoundaries({ ...quarter, last, lastKept: true })
    expect(boundaries.next(reading(t('2026-01-01T10:12'), 2))).toEqual([])
    expect(ats(boundaries.next(reading(t('2026-01-01T10:16:30'), 3))))
      .toEqual(['10:12:00', '10:16:30'])
  })

  test('of a gas meter that tells its hour late and again and again', () => {
    const told: Reading[] = []
    for (let hour = 0; hour < 30; hour++) {
      const captured = t('2026-01-01T00:00') + hour * 3600
      for (let i = 0; i < 20; i++) told.push(reading(captured, hour, { seen: captured + 400 + i }))
    }
    expect(keep(told)).toHaveLength(30)
    expect(ats(keep(told, { resolution: 'P1D', zone }))).toEqual(['00:00:00', '23:00:00'])
  })

  test('of the local days when clocks change', () => {
    for (
      const [from, to, starts] of [
        ['2026-03-28T20:00', '2026-03-30T02:00', ['2026-03-28T23:00', '2026-03-29T22:00']],
        ['2026-10-24T20:00', '2026-10-26T02:00', ['2026-10-24T22:00', '2026-10-25T23:00']],
      ] as const
    ) {
      const kept = keep(every(10, t(from), t(to)), { resolution: 'P1D', zone })
      expect(kept.slice(1).map(({ at }) => at)).toEqual(starts.map(t))
    }
  })
})

describe('a clock set back', () => {
  const start = t('2026-01-01T10:14:30')

  test('by seconds keeps no boundary twice', () => {
    const kept = keep([...every(1, start, start + 40), ...every(1, start + 25, start + 120)])
    expect(ats(kept)).toEqual(['10:14:30', '10:15:00'])
  })

  test('by an hour keeps the last before and the first after, and goes on', () => {
    const kept = keep([
      ...every(10, start, start + 1000),
      ...every(10, start - 3600, start - 3600 + 100).map((each) => ({ ...each, texts: [] })),
    ])
    expect(ats(kept)).toEqual([
      '10:14:30',
      '10:15:00',
      '10:30:00',
      '10:31:10',
      '09:14:30',
      '09:15:00',
    ])
  })
})

describe('whatever readings come', () => {
  const steps = fc.array(
    fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: 0, max: 12 }) },
      { weight: 2, arbitrary: fc.integer({ min: 13, max: 20_000 }) },
      { weight: 1, arbitrary: fc.integer({ min: -8000, max: -1 }) },
    ),
    { minLength: 1, maxLength: 300 },
  )
  const readingsFrom = (list: readonly number[]) => {
    let at = t('2026-10-24T21:30')
    let wh = 0
    return list.map((step, i) => {
      at += step
      wh += Math.abs(step) % 17
      return reading(at, wh, { seen: i })
    })
  }

  test('nothing is kept twice, order is kept, and no energy is lost', () => {
    fc.assert(
      fc.property(steps, fc.constantFrom('PT15M', 'PT5M', 'P1D'), (list, resolution) => {
        const readings = readingsFrom(list)
        const kept = keep(readings, { resolution, zone })
        const order = kept.map(({ seen }) => seen)
        expect(new Set(order).size).toBe(order.length)
        expect(order).toEqual([...order].sort((a, b) => a - b))
        expect(kept[0]).toBe(readings[0])
        const bars = toBars(kept, { counter: '1.8.0', resolution, zone })
        const total = bars.reduce((sum, bar) => sum + (bar.value ?? 0n), 0n)
        const [from, to] = [kept[0], kept.at(-1)].map((each) =>
          BigInt(each?.registers[0]?.value ?? 0)
        )
        expect(total).toBe((to ?? 0n) - (from ?? 0n))
      }),
      { numRuns: 500 },
    )
  })

  test('every boundary passed is served in time, or lies in a gap between two kept readings', () => {
    const forward = steps.map((list) => list.map(Math.abs))
    fc.assert(
      fc.property(forward, (list) => {
        const readings = readingsFrom(list)
        const kept = keep(readings)
        const slots = createSlots('PT15M', zone)
        const last = readings.at(-1)?.at ?? 0
        for (let b = slots.next(readings[0]?.at ?? 0); b <= last; b = slots.next(b)) {
          const after = readings.find(({ at }) => at >= b)
          const before = readings.filter(({ at }) => at < b).at(-1)
          expect(kept).toContain(after)
          const late = (after?.at ?? 0) - b
          // Whatever the cadence was, a boundary later than this was surely missed.
          const limit = 2 * Math.max(...list, 30)
          const missed = late > limit && !kept.some(({ at }) => at === before?.at)
          expect(missed).toBe(false)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('a restart at any reading changes nothing but the cadence known', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 2, maxLength: 400 }),
        fc.nat(400),
        (list, cut) => {
          const readings = readingsFrom(list)
          const one = createBoundaries(quarter)
          const early = readings.slice(0, cut).flatMap((each) => one.next(each))
          const other = createBoundaries({ ...quarter, last: one.last, lastKept: one.lastKept })
          expect([...early, ...readings.slice(cut).flatMap((each) => other.next(each))])
            .toEqual(keep(readings))
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('bars', () => {
  const options = { counter: '1.8.0', ...quarter }

  test('are the differences of consecutive readings', () => {
    const kept = keep(every(10, t('2026-01-01T10:15'), t('2026-01-01T10:45')))
    expect(toBars(kept, options)).toEqual([
      {
        from: t('2026-01-01T10:15'),
        to: t('2026-01-01T10:30'),
        value: 900n,
        exponent: 0,
        unit: 'Wh',
        derived: false,
        crosses: 0,
        gap: false,
        reset: false,
        changed: false,
      },
      expect.objectContaining({ to: t('2026-01-01T10:45'), value: 900n, gap: false }),
    ])
  })

  test('carry the sum across a gap, which says how many boundaries it hides', () => {
    const kept = keep([
      ...every(10, t('2026-01-01T10:15'), t('2026-01-01T10:20')),
      ...every(10, t('2026-01-01T11:10'), t('2026-01-01T11:15')),
    ])
    expect(toBars(kept, options).map(({ value, gap, crosses }) => [value, gap, crosses])).toEqual([
      [300n, false, 0],
      [3000n, true, 3],
      [300n, false, 0],
    ])
  })

  test('have no value where a counter ran backwards or the meter is another one', () => {
    const [a, b, c] = [0, 900, 1800].map((s) => t('2026-01-01T10:00') + s)
    const bars = toBars(
      [reading(a ?? 0, 500), reading(b ?? 0, 20), reading(c ?? 0, 90, { meter: 'M2' })],
      options,
    )
    expect(bars.map(({ value, reset, changed, gap }) => [value, reset, changed, gap])).toEqual([
      [null, true, false, false],
      [null, true, true, true],
    ])
  })

  test('do not go across a change of meter, whatever the two count and call themselves', () => {
    const property = fc.property(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 1200 }), fc.nat(500)), {
        minLength: 2,
        maxLength: 60,
      }),
      fc.nat(10_000_000),
      fc.integer({ min: -5000, max: 5000 }),
      fc.constantFrom('M', 'M2'),
      fc.nat(),
      (steps, base, clock, name, place) => {
        const cut = 1 + place % (steps.length - 1)
        const kept: Reading[] = []
        const [used, sums] = [[0n, 0n], [0n, 0n]]
        for (const part of [0, 1] as const) {
          const boundaries = createBoundaries(quarter)
          let at = t('2026-01-01T10:00') + (part === 0 ? 0 : 100_000 + clock)
          let wh = part === 0 ? 4_000_000 : base
          let first = wh
          let isFirst = true
          for (const [step, more] of part === 0 ? steps.slice(0, cut) : steps.slice(cut)) {
            at += step
            wh += more
            if (isFirst) first = wh
            const warnings = part === 1 && isFirst ? ['meter-changed' as const] : []
            const next = reading(at, wh, { warnings, meter: part === 0 ? 'M' : name })
            kept.push(...boundaries.next(next))
            isFirst = false
          }
          kept.push(...boundaries.end())
          expect(boundaries.end()).toEqual([])
          used[part] = BigInt(wh - first)
        }
        const bars = toBars(kept, options)
        const change = bars.findIndex(({ changed }) => changed)
        expect(bars.filter(({ changed }) => changed)).toMatchObject([{ value: null, gap: true }])
        for (const [i, { changed, value }] of bars.entries()) {
          const part = i < change ? 0 : 1
          if (!changed) sums[part] = (sums[part] ?? 0n) + (value ?? -1n)
        }
        expect(sums).toEqual(used)
      },
    )
    fc.assert(property, { numRuns: 300 })
  })

  test('of a meter without total are the sum of its tariffs, and say so', () => {
    const both = (at: number, one: string, two: string, exponent = 0) =>
      reading(at, 0, {
        registers: [
          { obis: '1-0:1.8.1*255', value: one, exponent, unit: 'Wh' },
          { obis: '1-0:1.8.2*255', value: two, exponent: 0, unit: 'Wh' },
        ],
      })
    const start = t('2026-01-01T10:00')
    expect(counterOf(both(0, '1', '2', 3), '1.8.0'))
      .toEqual({ value: 1002n, exponent: 0, unit: 'Wh', derived: true })
    const [bar] = toBars([both(start, '1000', '2000'), both(start + 900, '1', '2500', 3)], options)
    expect(bar).toMatchObject({ value: 500n, derived: true, reset: false })
    const half = reading(start + 900, 0, {
      registers: [{ obis: '1-0:1.8.1*255', value: '1500', exponent: 0, unit: 'Wh' }],
    })
    for (
      const pair of [[both(start, '1000', '2000'), half], [
        { ...half, at: start - 900 },
        both(start, '1600', '0'),
      ]]
    ) {
      expect(toBars(pair, options)[0]).toMatchObject({ value: null, reset: true })
    }
  })

  test('stay exact beyond what floats can tell apart', () => {
    const start = t('2026-01-01T10:00')
    const big = 9_007_199_254_740_993_000n
    const [bar] = toBars([reading(start, big), reading(start + 900, big + 1n)], options)
    expect(bar?.value).toBe(1n)
  })
})
