/** When this device's clock was set, and when it only slept. */
import { expect, test } from 'vitest'
import { createClockWatch } from '../../pwa/household/clock-watch.ts'
import type { Reading } from '../../shared/meter/reading.ts'

function reading(at: number, clock: Reading['clock'] = 'meter'): Reading {
  const assurance = { line: 'crc', origin: 'plain', custody: 'browser' } as const
  return { meter: 'M', at, clock, seen: at, registers: [], texts: [], assurance, warnings: [] }
}

/** How far the device's clock, a steady one and the meter's moved between two telegrams; seconds. */
function stepped(set: number, steady: number, meter: number, clock?: Reading['clock']): boolean {
  const now = { set: 1_763_000_000_000, steady: 5_000 }
  const watch = createClockWatch({ set: () => now.set, steady: () => now.steady })
  expect(watch.stepped(reading(1_763_000_000, clock))).toBe(false)
  now.set += set * 1000
  now.steady += steady * 1000
  return watch.stepped(reading(1_763_000_000 + meter, clock))
}

test.each([
  ['all go on alike', 10, 10, 10, false],
  ['set back', -3600, 1, 1, true],
  ['set ahead', 3601, 1, 1, true],
  ['asleep for an hour', 3600, 1, 3600, false],
  ['slewed a little', 12, 10, 10, false],
])('%s', (_name, set, steady, meter, expected) => {
  expect(stepped(set, steady, meter)).toBe(expected)
})

test('without the meter’s clock, a step ahead may be sleep and is not called a step', () => {
  expect(stepped(3600, 1, 0, 'device')).toBe(false)
  expect(stepped(-3600, 1, 0, 'device')).toBe(true)
})
