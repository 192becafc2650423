/** Which meters of a telegram are taken: noise makes none, and no line makes them without end. */
import { expect, test } from 'vitest'
import { createNewcomers, MOST_METERS } from '../../pwa/household/newcomers.ts'
import type { Reading } from '../../shared/meter/reading.ts'

let at = 0

function reading(meter: string, line: 'none' | 'crc'): Reading {
  return {
    meter,
    at: at++,
    clock: 'meter',
    seen: 0,
    registers: [],
    texts: [],
    assurance: { line, origin: 'plain', custody: 'browser' },
    warnings: [],
  }
}

const checked = (meter: string) => reading(meter, 'crc')
const unchecked = (meter: string) => reading(meter, 'none')

test('with a line check a new meter is taken at once', () => {
  const telegram = [checked('A'), checked('A-gas')] as const
  expect(createNewcomers(new Set()).admit([...telegram])).toEqual(telegram)
})

test('without one it is taken with its second telegram in a row, and nothing of it is lost', () => {
  const newcomers = createNewcomers(new Set())
  const [first, second] = [unchecked('A'), unchecked('A')]
  expect(newcomers.admit([first])).toEqual([])
  expect(newcomers.admit([second])).toEqual([first, second])
})

test('noise in the id makes no meter, and the known one is read on', () => {
  const known = new Set(['A'])
  const newcomers = createNewcomers(known)
  for (let i = 0; i < 100; i++) {
    expect(newcomers.admit([unchecked(`noise ${i}`)])).toEqual([])
    const good = unchecked('A')
    expect(newcomers.admit([good, unchecked(`sub ${i}`)])).toEqual([good])
  }
  expect([...known]).toEqual(['A'])
})

test('a sub-meter comes under the name of its main meter, not of noise', () => {
  const newcomers = createNewcomers(new Set())
  newcomers.admit([unchecked('noise'), unchecked('gas')])
  expect(newcomers.admit([unchecked('A'), unchecked('gas')])).toEqual([])
  const taken = newcomers.admit([unchecked('A'), unchecked('gas')]) ?? []
  expect(taken.map(({ meter }) => meter)).toEqual(['A', 'A', 'gas', 'gas'])
})

test('past the most meters of a browser only those known are taken', () => {
  const known = new Set<string>()
  const newcomers = createNewcomers(known)
  for (let i = 0; i < MOST_METERS; i++) expect(newcomers.admit([checked(`M${i}`)])).toHaveLength(1)
  expect(newcomers.admit([checked('one more')])).toBeNull()
  const good = checked('M0')
  expect(newcomers.admit([good, checked('sub')])).toEqual([good])
  expect(known.size).toBe(MOST_METERS)
})
