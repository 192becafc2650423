/**
 * What the elements of a push mean, where the telegram does not say it itself: the forms of
 * Austrian operators, told apart by their shape alone. Wiener Netze (AM550, E450; IM150 and IM350
 * with their name in front), Kärnten, Wels, Burgenland, Steiermark. Whatever has another shape is
 * none of them, and is not guessed at.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import type { Data } from './axdr.ts'
import type { Register, TextRegister } from './reading.ts'

export interface Form {
  /** The meter's number or name; null where the telegram has none. */
  readonly meter: string | null
  /** 12 bytes; null where only the notification's own time tells. */
  readonly clock: Bytes | null
  readonly registers: readonly Register[]
  readonly texts: readonly TextRegister[]
}

type Read = (items: readonly Data[], time: Bytes | null) => Form | null

/** Code, unit, decimal exponent. */
type Place = readonly [what: string, unit: string, exponent?: number]

const energies: readonly Place[] = [
  ['1.8.0', 'Wh'],
  ['2.8.0', 'Wh'],
  ['3.8.0', 'varh'],
  ['4.8.0', 'varh'],
]
const activePowers: readonly Place[] = [['1.7.0', 'W'], ['2.7.0', 'W']]
const powers: readonly Place[] = [...activePowers, ['3.7.0', 'var'], ['4.7.0', 'var']]
const grid: readonly Place[] = [
  ['32.7.0', 'V'],
  ['52.7.0', 'V'],
  ['72.7.0', 'V'],
  ['31.7.0', 'A', -2],
  ['51.7.0', 'A', -2],
  ['71.7.0', 'A', -2],
]
/** Angle of current to voltage on each phase. */
const angles: readonly Place[] = [['81.7.40', ''], ['81.7.51', ''], ['81.7.62', '']]

/** Unsigned numbers of one size in the order of their places; null if one is anything else. */
function readPlaces(
  items: readonly Data[],
  places: readonly Place[],
  size: 16 | 32,
): Register[] | null {
  if (items.length !== places.length) return null
  const registers: Register[] = []
  for (const [i, [what, unit, exponent = 0]] of places.entries()) {
    const item = items[i]
    if (item?.type !== 'unsigned' || item.size !== size) return null
    registers.push({ obis: `1-0:${what}*255`, value: String(item.value), exponent, unit })
  }
  return registers
}

function octets(item: Data | undefined, length?: number): Bytes | null {
  if (item?.type !== 'octets') return null
  return length === undefined || item.bytes.length === length ? item.bytes : null
}

/** Printable ASCII without blanks around it; null for anything else, or nothing. */
function readName(item: Data | undefined): string | null {
  if (item?.type !== 'octets' && item?.type !== 'visible' && item?.type !== 'utf8') return null
  if (!item.bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) return null
  const name = String.fromCharCode(...item.bytes).trim()
  return name === '' ? null : name
}

const anyText = new TextDecoder('windows-1252')

function textOf(obis: string, item: Data | undefined): TextRegister[] {
  const bytes = octets(item)
  return bytes === null || bytes.length === 0 ? [] : [{ obis, text: anyText.decode(bytes) }]
}

/** Wiener Netze: clock, energies, powers. */
const readVienna: Read = (items) => {
  const clock = octets(items[0], 12)
  const registers = readPlaces(items.slice(1), [...energies, ...powers], 32)
  if (clock === null || registers === null) return null
  return { meter: null, clock, registers, texts: [] }
}

/** Wiener Netze, Siemens: the logical device name (16 characters), then the same. */
const readViennaNamed: Read = (items, time) => {
  const [first, ...rest] = items
  const meter = readName(first)
  const form = readVienna(rest, time)
  if (form === null || meter === null) return null
  return { ...form, meter, texts: [{ obis: '0-0:42.0.0*255', text: meter }] }
}

const pushSetup = [0, 6, 25, 9, 0, 255]

/** Kärnten and, without the two messages at its end, Wels: time and date in parts of their own. */
const readParts: Read = (items, time) => {
  const setup = octets(items[0], 6)
  const meter = readName(items[1])
  const hour = octets(items[2], 4)
  const date = octets(items[3], 5)
  const registers = readPlaces(items.slice(4, 10), [...energies, ...activePowers], 32)
  if (setup === null || pushSetup.some((byte, i) => setup[i] !== byte)) return null
  if (meter === null || hour === null || date === null || registers === null) return null
  if (items.slice(10).some((item) => octets(item) === null)) return null
  const clock = new Uint8Array(12)
  clock.set(date)
  clock.set(hour, 5)
  // Neither part has a deviation; that of the notification's own time is of the same moment.
  clock.set(time?.subarray(9) ?? [0x80, 0x00, 0xff], 9)
  return {
    meter,
    clock,
    registers,
    texts: [
      { obis: '0-0:96.1.0*255', text: meter },
      ...textOf('0-0:96.13.0*255', items[10]),
      ...textOf('0-0:96.13.1*255', items[11]),
    ],
  }
}

/** Burgenland: voltages, currents, powers, energies, angles, number; no time of its own. */
const readBurgenland: Read = (items) => {
  const lines = readPlaces(items.slice(0, 6), grid, 16)
  const flows = readPlaces(items.slice(6, 10), [...activePowers, ...energies.slice(0, 2)], 32)
  const turns = readPlaces(items.slice(10, 13), angles, 16)
  const meter = readName(items[13])
  if (lines === null || flows === null || turns === null || meter === null) return null
  return {
    meter,
    clock: null,
    registers: [...flows, ...lines, ...turns],
    texts: [{ obis: '0-0:96.1.0*255', text: meter }],
  }
}

/** Steiermark: clock, then codes and values in turn; the unit follows from the code. */
const readSteiermark: Read = (items) => {
  const clock = octets(items[0], 12)
  if (clock === null) return null
  const registers: Register[] = []
  for (let i = 1; i < items.length; i += 2) {
    const code = octets(items[i], 6)
    const value = items[i + 1]
    if (code === null || value?.type !== 'unsigned' || value.size !== 32) return null
    const [a, b, c = 0, d, e, f] = code
    if (a !== 1 || c < 1 || c > 4 || (d !== 7 && d !== 8)) return null
    const unit = (c <= 2 ? 'W' : 'var') + (d === 8 ? 'h' : '')
    const obis = `${a}-${b}:${c}.${d}.${e}*${f}`
    if (registers.some((known) => known.obis === obis)) return null
    registers.push({ obis, value: String(value.value), exponent: 0, unit })
  }
  return { meter: null, clock, registers, texts: [] }
}

/** By the number of elements of the structure. */
const forms: ReadonlyMap<number, Read> = new Map([
  [9, readVienna],
  [10, (items, time) => readViennaNamed(items, time) ?? readParts(items, time)],
  [12, readParts],
  [14, readBurgenland],
  [33, readSteiermark],
])

/** @param time 12 bytes, the notification's own; null where it has none */
export function readForm(body: Data, time: Bytes | null): Form | null {
  if (body.type !== 'structure') return null
  return forms.get(body.items.length)?.(body.items, time) ?? null
}
