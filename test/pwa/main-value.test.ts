/**
 * Which of its values stands for a sub-meter: what it counts, whatever it says first.
 *
 * @module
 */
import { expect, test } from 'vitest'
import type { Register } from '../../shared/meter/reading.ts'
import { mainValue } from '../../pwa/now/main-value.ts'
import { reading } from '../meter/telegrams.ts'

function shown(registers: readonly Register[]): string {
  const found = mainValue(reading(0, 0, { registers }))
  return found === undefined ? 'nothing' : `${found.value} e${found.exponent} ${found.unit}`
}

const volts: Register = { obis: '1-0:32.7.0*255', value: '2305', exponent: -1, unit: 'V' }
const amperes: Register = { obis: '1-0:31.7.0*255', value: '2', exponent: 0, unit: 'A' }

test('of an electricity meter its counter, also behind volts and amperes', () => {
  const counter: Register = { obis: '1-0:1.8.0*255', value: '1234', exponent: 1, unit: 'Wh' }
  const fed: Register = { ...counter, obis: '1-0:2.8.0*255', value: '99' }
  expect(shown([volts, amperes, fed, counter])).toBe('1234 e1 Wh')
})

test('of one that tells tariffs alone, their sum', () => {
  const day: Register = { obis: '1-0:1.8.1*255', value: '30', exponent: 0, unit: 'Wh' }
  const night: Register = { obis: '1-0:1.8.2*255', value: '12', exponent: 0, unit: 'Wh' }
  expect(shown([volts, day, night])).toBe('42 e0 Wh')
})

test('not the highest demand of electricity, which has D 2 as counters of gas have', () => {
  const demand: Register = { obis: '1-0:1.2.0*255', value: '9', exponent: 0, unit: 'W' }
  const counter: Register = { obis: '1-0:2.8.0*255', value: '77', exponent: 0, unit: 'Wh' }
  expect(shown([demand, counter])).toBe('77 e0 Wh')
})

test('of gas and water the counter of their channel', () => {
  const gas: Register = { obis: '0-1:24.2.1*255', value: '4128442', exponent: -3, unit: 'm3' }
  expect(shown([{ ...volts, unit: 'bar' }, gas])).toBe('4128442 e-3 m3')
})

test('of an M-Bus meter without codes, what is counted before what flows', () => {
  const plain = { storage: 0, tariff: 0, subunit: 0, function: 'instantaneous' } as const
  const flow: Register = {
    ...plain,
    quantity: 'Volume flow',
    value: '5',
    exponent: -3,
    unit: 'm3/h',
  }
  const heat: Register = { ...plain, quantity: 'Energy', value: '91746', exponent: 3, unit: 'Wh' }
  expect(shown([flow, heat])).toBe('91746 e3 Wh')
})

test('of one that counts nothing, its first value with a unit', () => {
  expect(shown([{ ...amperes, unit: '' }, amperes, volts])).toBe('2 e0 A')
  expect(shown([])).toBe('nothing')
})
