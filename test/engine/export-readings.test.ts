/** Readings taken away: every one of them comes back from the file exactly as it was. */
import { expect, test } from 'vitest'
import { csvWriter, jsonWriter } from '../../pwa/proof-run/export-readings.ts'
import { fromUtf8 } from '../../shared/bytes.ts'
import type { Reading } from '../../shared/meter/reading.ts'

const ZONE = 'Europe/Vienna'
/** 2026-10-25T00:30:00Z: the hour that comes twice in Vienna. */
const TWICE = Date.UTC(2026, 9, 25, 0, 30) / 1000

const READINGS: readonly Reading[] = [
  {
    meter: 'M "1", of\nmine',
    at: TWICE,
    clock: 'meter',
    seen: TWICE + 2,
    registers: [
      { obis: '1-0:1.8.0*255', value: '4317000', exponent: -3, unit: 'Wh' },
      { obis: '1-0:16.7.0*255', value: '-5', exponent: -1, unit: 'W' },
      { obis: '0-0:96.14.0*255', value: '2', exponent: 0, unit: '' },
    ],
    texts: [{ obis: '0-0:96.13.0*255', text: '=HYPERLINK("http://x";"y")' }],
    assurance: { line: 'crc', origin: 'plain', custody: 'browser' },
    warnings: [],
  },
  {
    meter: '-1+1',
    at: TWICE + 3600,
    clock: 'meter-local',
    seen: TWICE + 3601,
    registers: [
      { obis: '1-0:1.8.0*255', value: '98765432109876543210', exponent: 0, unit: 'Wh' },
      { obis: '0-1:24.2.1*255', value: '7', exponent: -3, unit: 'm3' },
      { obis: '0-1:24.2.1*255', value: '8', exponent: -3, unit: 'm3' },
      { obis: '6-0:1.0.0*255', value: '12', exponent: 6, unit: 'J' },
    ],
    texts: [{ obis: '0-0:96.13.0*255', text: "'quoted" }, { obis: '1-3:0.2.8*255', text: '50' }],
    assurance: { line: 'none', origin: 'encrypted-only', custody: 'hardware' },
    warnings: ['clock-ambiguous', 'simulated'],
    replaces: TWICE,
  },
]

/** RFC 4180, and nothing more lenient. */
function parseCsv(text: string): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let rest = text
  while (rest !== '') {
    const match = /^(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/.exec(rest)
    if (match === null) throw new Error(`No cell at ${JSON.stringify(rest.slice(0, 20))}`)
    row.push(match[1]?.replaceAll('""', '"') ?? match[2] ?? '')
    if (match[3] === '\r\n') {
      rows.push(row)
      row = []
    }
    rest = rest.slice(match[0].length)
  }
  return rows
}

const unmarked = (cell: string | undefined) => (cell ?? '').replace(/^'/, '')

function readCsv(text: string): (Reading & { block: number })[] {
  const [head = [], ...rows] = parseCsv(text)
  return rows.map((row) => {
    expect(row).toHaveLength(head.length)
    const of = (name: string) => row[head.indexOf(name)] ?? ''
    const seconds = (name: string) => Date.parse(of(name)) / 1000
    expect(seconds('time')).toBe(seconds('time UTC'))
    const registers: Reading['registers'][number][] = []
    const texts: Reading['texts'][number][] = []
    for (const [i, name] of head.entries()) {
      const cell = row[i] ?? ''
      const match = /^(\d+-\d+:[\d.*]+)(?: \[(\w*)\])?( \(text\))?(?: #\d+)?$/.exec(name)
      if (match?.[1] === undefined || cell === '') continue
      if (match[3] !== undefined) {
        texts.push({ obis: match[1], text: unmarked(cell) })
        continue
      }
      const places = cell.split('.')[1]?.length ?? 0
      const value = String(BigInt(cell.replace('.', '')))
      registers.push({ obis: match[1], value, exponent: 0 - places, unit: match[2] ?? '' })
    }
    const replaces = of('replaces UTC') === '' ? {} : { replaces: seconds('replaces UTC') }
    return {
      meter: unmarked(of('meter')),
      at: seconds('time'),
      clock: of('clock') as Reading['clock'],
      seen: seconds('seen UTC'),
      registers,
      texts,
      assurance: {
        line: of('line check') as 'crc',
        origin: of('origin') as 'plain',
        custody: of('key custody') as 'browser',
      },
      warnings: (of('warnings') === '' ? [] : of('warnings').split(' ')) as Reading['warnings'],
      ...replaces,
      block: Number(of('block')),
    }
  })
}

/** Of a whole number of tens or millions, the digits are told, and not how they were cut. */
function spelledOut(readings: readonly Reading[]) {
  return readings.map((reading, block) => ({
    ...reading,
    registers: reading.registers.map((register) => ({
      ...register,
      value: register.value + '0'.repeat(Math.max(0, register.exponent)),
      exponent: Math.min(0, register.exponent),
    })),
    block,
  }))
}

function written(writer: ReturnType<typeof jsonWriter>): string {
  for (const [block, reading] of READINGS.entries()) writer.add(block, reading)
  return fromUtf8(writer.end())
}

test('a table has every reading, register, text, doubt and block in it', () => {
  const text = written(csvWriter(ZONE))
  expect(readCsv(text)).toEqual(spelledOut(READINGS))
})

test('a table says local time with its offset: the hour that comes twice is told apart', () => {
  const rows = parseCsv(written(csvWriter(ZONE)))
  expect(rows.slice(1).map(([time]) => time)).toEqual([
    '2026-10-25T02:30:00+02:00',
    '2026-10-25T02:30:00+01:00',
  ])
})

test('no cell of a table is a formula, but numbers stay numbers', () => {
  const rows = parseCsv(written(csvWriter(ZONE)))
  const texts = rows.flat().filter((cell) => !/^-?\d+(\.\d+)?$/.test(cell))
  expect(texts.filter((cell) => /^[=+\-@\t\r]/.test(cell))).toEqual([])
  expect(rows.flat()).toContain('-0.5')
})

test('nor where a spreadsheet parts at semicolons, as in countries with a decimal comma', () => {
  const [first] = READINGS
  if (first === undefined) throw new TypeError('There are no readings')
  const text = 'x;=HYPERLINK("http://meter.invalid");\t-1;\r\n@a; =b;c'
  const writer = csvWriter(ZONE)
  writer.add(0, { ...first, meter: 'M;+1', texts: [{ obis: '0-0:96.13.0*255', text }] })
  const cells = fromUtf8(writer.end()).split(/[;,\t\r\n]/).map((cell) => cell.trimStart())
  expect(cells).toContain("'=b")
  expect(cells.filter((cell) => /^[=+@]|^-(?!\d)|^-1$/.test(cell))).toEqual([])
})

test('JSON has the readings just as they are', () => {
  const text = written(jsonWriter({ meter: 'M', zone: ZONE, from: 0, to: 1 }))
  expect(JSON.parse(text)).toEqual({
    meter: 'M',
    zone: ZONE,
    from: 0,
    to: 1,
    count: 2,
    unopened: 0,
    readings: READINGS.map((reading, block) => ({ ...reading, block })),
  })
  expect(JSON.parse(fromUtf8(jsonWriter({}).end()))).toEqual({
    count: 0,
    unopened: 0,
    readings: [],
  })
})
