/** @module What registers mean: OBIS names, data classes, power now, and the simulated meter. */

import { describe, expect, test } from 'vitest'
import { counterOf } from '../../shared/meter/intervals.ts'
import { obisClass, obisName, ofClass } from '../../shared/meter/obis.ts'
import { powerNow } from '../../shared/meter/power.ts'
import type { Reading, Register } from '../../shared/meter/reading.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import { reading, readingsOf } from './telegrams.ts'

function withPower(values: Record<string, readonly [value: string, exponent: number]>): Reading {
  const registers = Object.entries(values).map(([what, [value, exponent]]): Register => {
    return { obis: `1-0:${what}*255`, value, exponent, unit: 'W' }
  })
  return reading(0, 0, { registers })
}

describe('OBIS', () => {
  test.each([
    ['1-0:1.8.0*255', 'Energy imported', 'Energie bezogen'],
    ['1-1:1.8.0*255', 'Energy imported', 'Energie bezogen'],
    ['1-0:2.8.2*255', 'Energy exported, tariff 2', 'Energie eingespeist, Tarif 2'],
    ['1-0:41.7.0*255', 'Power imported, phase 2', 'Leistung aus dem Netz, Phase 2'],
    ['1-0:72.7.0*255', 'Voltage, phase 3', 'Spannung, Phase 3'],
    [
      '1-0:76.7.0*255',
      'Power, import minus export, phase 3',
      'Leistung, Bezug minus Einspeisung, Phase 3',
    ],
    [
      '0-1:24.2.3*255',
      'Sub-meter reading, not temperature corrected',
      'Stand des Unterzählers, nicht temperaturkorrigiert',
    ],
  ])('%s has its names', (obis, english, german) => {
    expect(obisName(obis, 'en')).toBe(english)
    expect(obisName(obis, 'de')).toBe(german)
  })

  test('a code unknown or unreadable has no name and no class', () => {
    for (const obis of ['1-0:200.1.1*255', 'x', '']) {
      expect(obisName(obis, 'en')).toBeNull()
      expect(obisClass(obis)).toBeNull()
    }
  })

  test.each([
    ['1-0:1.8.1', 'energy'],
    ['1-0:8.8.0', 'energy'],
    ['0-2:24.2.1', 'energy'],
    ['1-0:1.7.0', 'power'],
    ['1-0:62.7.0', 'power'],
    ['1-0:1.4.0', 'power'],
    ['1-0:32.7.0', 'grid'],
    ['1-0:31.7.0', 'grid'],
    ['1-0:52.32.0', 'grid'],
    ['1-0:14.7.0', 'grid'],
    ['1-0:33.7.0', 'grid'],
    ['0-0:96.7.21', 'grid'],
    ['0-0:96.14.0', null],
    ['0-0:17.0.0', null],
    ['1-0:31.4.0', null],
  ])('%s is %s', (obis, dataClass) => expect(obisClass(obis)).toBe(dataClass))

  test('a class keeps its registers and no words; all keeps everything', () => {
    const [main] = readingsOf(createSimulatedMeter({ seed: 1 }).telegramAt(1_790_000_000))
    if (main === undefined) throw new Error('Expected a reading')
    expect(ofClass(main, 'all')).toBe(main)
    const codes = (dataClass: 'energy' | 'power' | 'grid') =>
      ofClass(main, dataClass).registers.map(({ obis }) => obis?.slice(4, -4))
    expect(codes('energy')).toEqual(['1.8.1', '1.8.2', '2.8.1', '2.8.2'])
    expect(codes('power')).toHaveLength(8)
    expect(codes('grid')).toHaveLength(7)
    expect(ofClass(main, 'energy').texts).toEqual([])
    expect(main.texts).not.toEqual([])
  })
})

describe('power now', () => {
  test.each(
    [
      [{ '1.7.0': ['412', 0], '2.7.0': ['0', 0] }, 412, 0],
      [{ '1.7.0': ['0', 1], '2.7.0': ['363', 1] }, 0, 3630],
      [{ '1.7.0': ['212486', -2] }, 2125, null],
      [{ '1.7.0': ['5', -1] }, 1, null],
      [{ '16.7.0': ['-10550', -2] }, 0, 106],
      [{ '16.7.0': ['412', 0] }, 412, 0],
      [{ '1.7.0': ['-298', 0] }, 0, 298],
      [{ '2.7.0': ['7', 0] }, null, 7],
      [{ '1.7.0': ['1', 99], '2.7.0': ['0', 0] }, null, 0],
    ] as const,
  )('%j is %s in and %s out', (values, into, out) => {
    expect(powerNow(withPower(values))).toEqual({ import: into, export: out, phases: [] })
  })

  test('tells each phase', () => {
    const now = powerNow(withPower({
      '1.7.0': ['10', 0],
      '2.7.0': ['0', 0],
      '21.7.0': ['110', 0],
      '22.7.0': ['0', 0],
      '41.7.0': ['0', 0],
      '42.7.0': ['100', 0],
    }))
    expect(now?.phases).toEqual([{ import: 110, export: 0 }, { import: 0, export: 100 }])
  })

  test('is null where the meter does not say, never 0', () => {
    expect(powerNow(reading(0, 1000))).toBeNull()
  })
})

describe('the simulated meter', () => {
  const meter = createSimulatedMeter({ seed: 11, gas: true })
  const at = (seconds: number) => {
    const [main, gas] = readingsOf(meter.telegramAt(seconds), { now: () => seconds })
    if (main === undefined || gas === undefined) throw new Error('Expected two readings')
    return { main, gas }
  }
  const count = (main: Reading, counter: string) => counterOf(main, counter)?.value ?? -1n
  const start = Date.UTC(2026, 8, 21) / 1000

  test('says the same for the same seed and instant, in any order', () => {
    const other = createSimulatedMeter({ seed: 11, gas: true })
    const later = other.telegramAt(start + 500_000)
    expect(other.telegramAt(start)).toEqual(meter.telegramAt(start))
    expect(later).toEqual(meter.telegramAt(start + 500_000))
    expect(createSimulatedMeter({ seed: 12 }).telegramAt(start)).not.toEqual(
      meter.telegramAt(start),
    )
  })

  test('counts exactly the power it shows, over a whole day and into the next week', () => {
    for (const [from, hours] of [[start, 24], [Date.UTC(2026, 8, 22, 22) / 1000, 3]] as const) {
      const sums = { into: 0, out: 0 }
      const first = at(from).main
      for (let s = 0; s < hours * 3600; s += 5) {
        const power = powerNow(at(from + s).main)
        sums.into += 5 * (power?.import ?? 0)
        sums.out += 5 * (power?.export ?? 0)
      }
      const last = at(from + hours * 3600).main
      // Each of two tariffs is cut to whole watt hours at both ends.
      const near = (counted: bigint, sum: number) => Math.abs(Number(counted) - sum / 3600) <= 2
      expect(near(count(last, '1.8.0') - count(first, '1.8.0'), sums.into)).toBe(true)
      expect(near(count(last, '2.8.0') - count(first, '2.8.0'), sums.out)).toBe(true)
    }
  })

  test('counts every second, not only where its power changes', () => {
    // Four seconds of 1500 W are more than one watt hour, wherever the cut to whole ones falls.
    let found = 0
    for (let s = start; s < start + 86_400; s += 300) {
      if ((powerNow(at(s).main)?.import ?? 0) < 1500) continue
      found++
      expect(count(at(s + 4).main, '1.8.0') - count(at(s).main, '1.8.0')).toBeGreaterThan(0n)
    }
    expect(found).toBeGreaterThan(0)
  })

  test('has a plausible day: some kilowatt hours in and out, night and noon', () => {
    const day = [at(start).main, at(start + 86_400).main] as const
    const used = Number(count(day[1], '1.8.0') - count(day[0], '1.8.0'))
    const fed = Number(count(day[1], '2.8.0') - count(day[0], '2.8.0'))
    expect(used).toBeGreaterThan(2000)
    expect(used).toBeLessThan(20_000)
    expect(fed).toBeGreaterThan(1000)
    expect(fed).toBeLessThan(30_000)
    expect(powerNow(at(start + 86_400 - 3 * 3600).main)?.export).toBe(0)
  })

  test('never counts backwards, gas included', () => {
    let before = at(start)
    for (let s = 0; s < 9 * 86_400; s += 613) {
      const next = at(start + s)
      for (const counter of ['1.8.1', '1.8.2', '2.8.1', '2.8.2']) {
        expect(count(next.main, counter)).toBeGreaterThanOrEqual(count(before.main, counter))
      }
      expect(count(next.gas, '24.2.1')).toBeGreaterThanOrEqual(count(before.gas, '24.2.1'))
      expect(next.gas.at).toBeGreaterThanOrEqual(before.gas.at)
      before = next
    }
  })

  test('shows phases that add up, and tells the hour of 2026-10-25 twice', () => {
    const power = powerNow(at(start + 50_000).main)
    const sum = power?.phases.reduce(
      (net, phase) => net + (phase.import ?? 0) - (phase.export ?? 0),
      0,
    )
    expect(sum).toBe((power?.import ?? 0) - (power?.export ?? 0))
    const twice = Date.UTC(2026, 9, 25, 0, 30) / 1000
    expect(at(twice).main.at).toBe(twice)
    expect(at(twice + 3600).main.at).toBe(twice + 3600)
  })
})
