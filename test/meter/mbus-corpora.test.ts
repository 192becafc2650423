/** @module M-Bus captures with the XML that libmbus makes of them: every value is equal. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Amount, QuantityName, Reading, ValueFunction } from '../../shared/meter/reading.ts'
import { hex, outcomesOf } from './mbus-frames.ts'

const corpus = new URL('../../../shared/corpora/rscada__libmbus/test/', import.meta.url)
const isThere = existsSync(corpus)
const without = isThere ? '' : ' (no ../shared/corpora here)'

function namesOf(folder: string): string[] {
  const all = isThere ? readdirSync(new URL(`${folder}/`, corpus)) : []
  return all.filter((name) => name.endsWith('.hex')).map((name) => name.slice(0, -4))
}

function textOf(path: string, encoding: BufferEncoding): string {
  return readFileSync(new URL(encodeURI(path).replaceAll('+', '%2B'), corpus), encoding)
}

const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function fieldsOf(xml: string): Record<string, string> {
  const fields: Record<string, string> = {}
  for (const [, name = '', text = ''] of xml.matchAll(/<(\w+)>([^<]*)<\/\1>/g)) {
    fields[name] = text.replace(/&(\w+);/g, (whole, entity: string) => entities[entity] ?? whole)
  }
  return fields
}

interface Expected {
  readonly meter: Record<string, string>
  readonly records: readonly Record<string, string>[]
}

function parseXml(xml: string): Expected {
  const meter = fieldsOf(/<SlaveInformation>([^]*?)<\/SlaveInformation>/.exec(xml)?.[1] ?? '')
  const records = [...xml.matchAll(/<DataRecord[^>]*>([^]*?)<\/DataRecord>/g)]
  return { meter, records: records.map(([, record = '']) => fieldsOf(record)) }
}

/** A decimal without an exponent and without trailing zeros. */
function plain({ value, exponent }: Pick<Amount, 'value' | 'exponent'>): string {
  const sign = value.startsWith('-') ? '-' : ''
  const digits = exponent >= 0
    ? value.slice(sign.length) + '0'.repeat(exponent)
    : value.slice(sign.length).padStart(1 - exponent, '0')
  const at = exponent >= 0 ? digits.length : digits.length + exponent
  const places = digits.slice(at).replace(/0+$/, '')
  const whole = digits.slice(0, at).replace(/^0+(?=.)/, '')
  const isZero = whole === '0' && places === ''
  return `${isZero ? '' : sign}${whole}${places === '' ? '' : `.${places}`}`
}

const functions: Record<string, ValueFunction> = {
  'Instantaneous value': 'instantaneous',
  'Maximum value': 'maximum',
  'Minimum value': 'minimum',
  'Value during error state': 'error',
  'Actual value': 'instantaneous',
}

/** libmbus says what it cannot scale as it stands. */
const units: Record<string, readonly [unit: string, exponent: number]> = {
  'm^3': ['m3', 0],
  'm^3/h': ['m3/h', 0],
  '-': ['', 0],
  'Reserved': ['', 0],
  'Units for H.C.A.': ['', 0],
  kWh: ['Wh', 3],
  l: ['m3', -3],
}

/** What neither side has a number or a text for. */
function isValue({ Function: kind = '', Value: value = '' }: Record<string, string>): boolean {
  return kind in functions && value !== ''
}

/** `2000-00-00`, and what it makes of a time marked invalid. */
const noDate = /^2000-00-00$|^1900-01-00T/

function timeOf(value: string): string | null {
  if (!/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}Z)?$/.test(value)) return null
  return noDate.test(value) ? 'invalid' : value.replace(/:00Z$/, '')
}

/** A real is printed by %f, to six places. */
function isPrintedAs({ value, exponent }: Amount, expected: string): boolean {
  return Number(`${value}e${exponent}`).toFixed(6) === expected
}

type Name = QuantityName & { readonly quantity: string }

function described<T extends object>(list: readonly T[]): (T & Name)[] {
  return list.filter((one): one is T & Name => 'quantity' in one)
}

/**
 * Where libmbus reads a point in time as a number (it has no VIFE of exceeding: 41065374.6 °C), or
 * "every year" as 2027: what the standard makes of these records, by their place.
 */
const better: Record<string, Record<number, string>> = {
  'landis+gyr_ultraheat_t230': {
    19: 'invalid',
    20: 'invalid',
    21: '2011-08-26T20:50',
    22: '2011-08-09T11:43',
    32: '*-01-01T00:00',
  },
}

/** Where and of what a value is, in one line. */
function place(one: Omit<Name, 'quantity'>): string {
  return `${one.function} storage ${one.storage} tariff ${one.tariff} subunit ${one.subunit}`
}

/** Of a quantity only what the XML has of it, which knows no VIFE. */
function what(quantity: string, expected: string): string {
  return quantity.startsWith(expected) ? expected : quantity
}

/** A line for each record, of the XML and of the reading, which takes its own in turn. */
function compare(reading: Reading, { records }: Expected, name: string): [string[], string[]] {
  const registers = described(reading.registers)
  const texts = described(reading.texts).filter(({ quantity }) => quantity !== 'Status')
  const expected: string[] = []
  const told: string[] = []
  for (const [index, record] of records.entries()) {
    if (!isValue(record)) continue
    const { Quantity: quantity = '', Value: value = '', Unit: named = '' } = record
    const [unit, shift] = units[named] ?? [named, 0]
    const at = place({
      storage: Number(record['StorageNumber'] ?? 0),
      tariff: Number(record['Tariff'] ?? 0),
      subunit: Number(record['Device'] ?? 0),
      function: functions[record['Function'] ?? ''] ?? 'error',
    })
    const time = better[name]?.[index] ?? timeOf(value)
    if (time !== null || !/^-?\d+(\.\d+)?$/.test(value)) {
      const [text] = texts.splice(0, 1)
      expected.push(`${quantity}, ${at}: ${time ?? value}`)
      if (text) told.push(`${what(text.quantity, quantity)}, ${place(text)}: ${text.text}`)
      continue
    }
    const [register] = registers.splice(0, 1)
    const number = plain({
      value: BigInt(value.replace('.', '')).toString(),
      exponent: value.includes('.') ? -6 : 0,
    })
    expected.push(`${quantity}, ${at}: ${number} ${unit}`)
    if (register === undefined) continue
    const exact = plain({ value: register.value, exponent: register.exponent - shift })
    const shown = isPrintedAs(register, value) ? number : exact
    // libmbus does not know that the duration of an exceed is one.
    const own = register.quantity.includes('duration of') ? unit : register.unit
    told.push(`${what(register.quantity, quantity)}, ${place(register)}: ${shown} ${own}`)
  }
  const maker = records.find(({ Function: kind = '' }) => !(kind in functions))?.['Value'] ?? ''
  if (maker !== '') expected.push(maker)
  told.push(...registers.map((one) => one.quantity), ...texts.map(({ text }) => text))
  return [told, expected]
}

describe.runIf(isThere)(`captures of libmbus${without}`, () => {
  test.each(namesOf('test-frames'))('%s', async (name) => {
    const expected = parseXml(textOf(`test-frames/${name}.norm.xml`, 'utf8'))
    const [outcome, ...more] = await outcomesOf(hex(textOf(`test-frames/${name}.hex`, 'latin1')))
    expect(more).toEqual([])
    if (outcome?.kind !== 'telegram') throw new Error(`Refused: ${JSON.stringify(outcome)}`)
    const [reading] = outcome.telegram.readings
    const { Id: id = '', Manufacturer: maker, Version: version = '0' } = expected.meter
    const own = Number(version).toString(16).padStart(2, '0').toUpperCase()
    const named = maker === undefined ? id : `${maker}-${id.padStart(8, '0')}-${own}-`
    expect(reading.meter.slice(0, named.length)).toBe(named)
    const [told, lines] = compare(reading, expected, name)
    expect(told).toEqual(lines)
  })

  test.each([
    ['error-frames/application_busy', 'meter-error'],
    ['error-frames/error', 'meter-error'],
    ['error-frames/premature_end_of_data2', 'unknown-form'],
    ['error-frames/premature_end_of_dif2', 'unknown-form'],
    ['error-frames/premature_end_of_var_vif1', 'unknown-form'],
    ['error-frames/too_long_var_vif', 'unknown-form'],
    ['error-frames/too_many_difes', 'meter-error'],
    ['error-frames/too_many_records', 'meter-error'],
    ['error-frames/too_many_vifes', 'meter-error'],
    ['error-frames/unimplemented_ci', 'meter-error'],
    ['unsupported-frames/invalid_length', 'not-this-protocol'],
    ['unsupported-frames/manual_frame5', 'no-answer'],
    ['unsupported-frames/svm_f22_telegram2', 'unknown-form'],
  ])('%s gives no reading: %s', async (name, reason) => {
    const bytes = hex(textOf(`${name}.hex`, 'latin1'))
    expect(await outcomesOf(bytes)).toEqual([
      { kind: 'refused', reason, offset: 0, length: bytes.length },
    ])
  })

  test('no frame of the error folders is left out', () => {
    // manual_frame1 is no hex.
    expect([...namesOf('error-frames'), ...namesOf('unsupported-frames')]).toHaveLength(14)
    expect(namesOf('test-frames').length).toBeGreaterThan(37)
  })
})

describe.runIf(isThere)(`captures of wmbusmeters${without}`, () => {
  const file = new URL(
    '../../../shared/corpora/wmbusmeters__wmbusmeters/simulations/simulation_mbus.txt',
    import.meta.url,
  )
  const text = existsSync(file) ? readFileSync(file, 'utf8') : ''
  const pairs = [...text.matchAll(/^telegram=\|([0-9a-fA-F#_]+)\|\s*\n(\{.*\})/gm)]

  test('has its meters', () => expect(pairs.length).toBeGreaterThan(2))

  test.each(pairs.map(([, telegram = '', json = '']) => [telegram, json] as const))(
    '%.40s…',
    async (telegram, json) => {
      const expected: unknown = JSON.parse(json)
      if (typeof expected !== 'object' || expected === null) throw new Error('No object')
      const outcomes = await outcomesOf(hex(telegram.replace(/[#_]/g, '')))
      const [outcome] = outcomes
      if (outcome?.kind !== 'telegram') throw new Error(`Refused: ${JSON.stringify(outcomes)}`)
      const [reading] = outcome.telegram.readings
      const told = Object.entries(expected)
      expect(reading.meter).toContain(`-${told.find(([name]) => name === 'id')?.[1]}-`)
      const numbers = new Set(reading.registers.map((one) => Number(plain(one))))
      const scales: Record<string, number> = { kwh: 1000, kw: 1000, h: 3600 }
      for (const [name, value] of told) {
        const unit = /_(kwh|kw|m3|m3h|c|h)$/.exec(name)?.[1]
        if (unit === undefined || typeof value !== 'number') continue
        // Joules come as rounded kWh there.
        const isJoule = reading.registers.some((one) => one.unit === 'J')
        if (isJoule && unit === 'kwh') continue
        const scaled = value * (scales[unit] ?? 1)
        const nearest = [...numbers].some((one) => Math.abs(one - scaled) < 1e-6 * (1 + scaled))
        expect(nearest, `${name} ${value}`).toBe(true)
      }
    },
  )
})
