/**
 * The readings of a stretch of time to take away: as a table for a spreadsheet (RFC 4180, UTF-8,
 * one line a reading, exact decimals) or as JSON, just as they were read. Each comes from a block
 * that was verified, and names it.
 *
 * @module
 */
import { type Bytes, concat, utf8 } from '../../shared/bytes.ts'
import { nameText, type Reading, type Register } from '../../shared/meter/reading.ts'
import { offsetAt, startOfNextLocalDay } from '../../shared/meter/zone.ts'
import type { EnergyView } from '../state.ts'
import type { MeterRecord } from '../vault/database.ts'
import { AppError } from '../app-error.ts'
import type { Access, RangeOptions, Run } from './access.ts'
import { checkParts, readRange } from './read-range.ts'

export interface ReadingsRequest {
  readonly from: number
  readonly to: number
  readonly resolution: 'live' | EnergyView['resolution']
  readonly format: 'csv' | 'json'
}

/** What writes readings down, some days at a time: all of a long stretch would not fit memory. */
export interface ReadingsWriter {
  add(block: number, reading: Reading): void
  /** @param unopened blocks whose readings are not in it */
  end(unopened?: number): Bytes
}

export async function exportReadings(
  access: Access,
  meter: MeterRecord,
  { from, to, resolution, format }: ReadingsRequest,
  { progress, signal }: RangeOptions = {},
): Promise<{ name: string; bytes: Bytes; unopened: number }> {
  const channel = meter.channels.find((one) => one.resolution === resolution)
  if (channel === undefined) throw new AppError('no-meter')
  const { zone } = channel
  const about = { meter: meter.id, resolution, zone, from, to }
  const writer = format === 'csv' ? csvWriter(zone) : jsonWriter(about)
  const of = Math.max(1, Math.ceil((to - from) / 86_400))
  const parts: Pick<Run, 'ends'>[] = []
  // A block may be of two parts.
  const unopened = new Set<number>()
  // A month of quarter-hours is as much as a few minutes of every telegram.
  const stride = resolution === 'live' ? 1 : 28
  for (let start = from, checked = 0; start < to; checked += stride) {
    let end = start
    for (let day = 0; day < stride && end < to; day++) end = startOfNextLocalDay(zone, end)
    end = Math.min(end, to)
    progress?.({ checked: Math.min(checked, of), of })
    const inside = ({ at }: Reading) => at >= start && at < end
    const found = await readRange(access, channel, start, end, {
      signal,
      unopened: ({ header }) => unopened.add(header.seq),
      opened: (block, readings) => {
        for (const reading of readings) if (inside(reading)) writer.add(block.header.seq, reading)
      },
    })
    parts.push(...found.map(({ ends }) => ({ ends })))
    start = end
  }
  await checkParts(access, channel, parts, { from, to, signal })
  const safe = meter.id.replaceAll(/[^A-Za-z0-9._-]+/g, '_')
  const span = `${localTime(zone, from).slice(0, 10)}-${localTime(zone, to - 1).slice(0, 10)}`
  const name = `kilowit-${safe}-${resolution}-${span}.${format}`
  return { name, bytes: writer.end(unopened.size), unopened: unopened.size }
}

export function jsonWriter(about: Readonly<Record<string, string | number>>): ReadingsWriter {
  const lines: string[] = []
  return {
    add: (block, reading) => lines.push(JSON.stringify({ ...reading, block })),
    end: (unopened = 0) => {
      const { length } = lines
      const head = JSON.stringify({ ...about, count: length, unopened }).slice(0, -1)
      return utf8(`${head},"readings":[\n${lines.join(',\n')}${length === 0 ? '' : '\n'}]}\n`)
    },
  }
}

const FIXED = [
  'time',
  'time UTC',
  'meter',
  'clock',
  'seen UTC',
  'line check',
  'origin',
  'key custody',
  'warnings',
  'replaces UTC',
  'block',
] as const

/** Columns of registers and texts follow as they are met. */
export function csvWriter(zone: string): ReadingsWriter {
  const columns = new Map<string, number>()
  const lines: { text: string; cells: number }[] = []

  function place(name: string, row: Map<number, string>): number {
    for (let again = 1;; again++) {
      const unique = again === 1 ? name : `${name} #${again}`
      const at = columns.get(unique) ?? columns.size
      columns.set(unique, at)
      if (!row.has(at)) return at
    }
  }

  return {
    add(block, reading) {
      const row = new Map<number, string>()
      for (const register of reading.registers) {
        const { unit } = register
        const name = nameText(register)
        row.set(place(unit === '' ? name : `${name} [${unit}]`, row), decimal(register))
      }
      for (const said of reading.texts) {
        row.set(place(`${nameText(said)} (text)`, row), cell(said.text))
      }
      const { assurance, at, clock, seen, replaces } = reading
      const cells = [
        localTime(zone, at),
        utc(at),
        cell(reading.meter),
        clock,
        utc(seen),
        assurance.line,
        assurance.origin,
        assurance.custody,
        reading.warnings.join(' '),
        replaces === undefined ? '' : utc(replaces),
        String(block),
      ]
      for (let i = 0; i < columns.size; i++) cells.push(row.get(i) ?? '')
      lines.push({ text: cells.join(','), cells: columns.size })
    },
    end() {
      const head = [...FIXED, ...[...columns.keys()].map(cell)].join(',')
      const rows = lines.map(({ text, cells }) => text + ','.repeat(columns.size - cells))
      return concat(utf8([head, ...rows, ''].join('\r\n')))
    },
  }
}

/** The exact value: as many places as the meter tells. */
function decimal({ value, exponent }: Register): string {
  if (exponent >= 0) return value === '0' ? value : value + '0'.repeat(exponent)
  const sign = value.startsWith('-') ? '-' : ''
  const digits = value.slice(sign.length).padStart(1 - exponent, '0')
  return `${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`
}

/**
 * A text as a cell. What a spreadsheet would take for a formula, and what begins with the mark
 * itself, gets an apostrophe in front, which takes it for text (OWASP, CSV injection). So does what
 * would begin a cell inside of it: where the comma is in numbers, spreadsheets part at semicolons,
 * and heed no quotes around a part of a cell.
 */
function cell(text: string): string {
  const parts = text.replaceAll(/([;\t\r\n] ?)(?=[=+\-@])/g, "$1'")
  const plain = /^[=+\-@\t\r\n']/.test(text) ? `'${parts}` : parts
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain
}

function utc(at: number): string {
  return new Date(at * 1000).toISOString().replace('.000Z', 'Z')
}

/** Local time with its offset (RFC 3339). */
function localTime(zone: string, at: number): string {
  const offset = offsetAt(zone, at)
  const minutes = Math.abs(offset) / 60
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const local = new Date((at + offset) * 1000).toISOString().slice(0, 19)
  return `${local}${offset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`
}
