/**
 * Forms of pushes by their place alone, where the telegram does not say which value is which, told
 * apart by their shape: Austrian operators, that is Wiener Netze (AM550, E450; IM150 and IM350 with
 * their name in front), Kärnten, Wels, Burgenland; Kaifa on Norwegian HAN ports (dlms-kaifa.ts);
 * Iskra in Slovenia and Croatia (dlms-iskra.ts); ZPA in Prague (dlms-zpa.ts). Whatever has another shape is none of them, and is
 * not guessed at.
 *
 * @module
 */

import type { Data } from './axdr.ts'
import { readDescribed } from './dlms-described.ts'
import {
  clockOf,
  clockOfParts,
  type Form,
  type Place,
  type ReadForm,
  readPlaces,
} from './dlms-form.ts'
import { readIskra } from './dlms-iskra.ts'
import { readKaifa } from './dlms-kaifa.ts'
import { readListedObjects } from './dlms-listed.ts'
import type { Notification } from './dlms-notification.ts'
import { formOf } from './dlms-objects.ts'
import { octets, readName, readText } from './dlms-value.ts'
import { readZpa } from './dlms-zpa.ts'
import type { TextRegister } from './reading.ts'

const energies: readonly Place[] = [
  ['1.8.0', 'Wh'],
  ['2.8.0', 'Wh'],
  ['3.8.0', 'varh'],
  ['4.8.0', 'varh'],
]
const activePowers: readonly Place[] = [['1.7.0', 'W'], ['2.7.0', 'W']]
const powers: readonly Place[] = [...activePowers, ['3.7.0', 'var'], ['4.7.0', 'var']]
const grid: readonly Place[] = [
  ['32.7.0', 'V', 0, 16],
  ['52.7.0', 'V', 0, 16],
  ['72.7.0', 'V', 0, 16],
  ['31.7.0', 'A', -2, 16],
  ['51.7.0', 'A', -2, 16],
  ['71.7.0', 'A', -2, 16],
]
/** Angle of current to voltage on each phase. */
const angles: readonly Place[] = [
  ['81.7.40', '', 0, 16],
  ['81.7.51', '', 0, 16],
  ['81.7.62', '', 0, 16],
]

function textOf(obis: string, item: Data | undefined): TextRegister[] {
  const bytes = octets(item)
  const text = item === undefined || bytes === null || bytes.length === 0 ? null : readText(item)
  return text === null ? [] : [{ obis, text }]
}

/** Wiener Netze: clock, energies, powers. */
const readVienna: ReadForm = (items) => {
  const clock = clockOf(items[0])
  const registers = readPlaces(items.slice(1), [...energies, ...powers])
  if (clock === null || registers === null) return null
  return { meter: null, maker: null, clock, registers, texts: [], warnings: [] }
}

/** Wiener Netze, Siemens: the logical device name (16 characters), then the same. */
const readViennaNamed: ReadForm = (items, time) => {
  const [first, ...rest] = items
  const meter = readName(first)
  const form = readVienna(rest, time)
  if (form === null || meter === null) return null
  return { ...form, meter, texts: [{ obis: '0-0:42.0.0*255', text: meter }] }
}

const pushSetup = [0, 6, 25, 9, 0, 255]

/** Kärnten and, without the two messages at its end, Wels: time and date in parts of their own. */
const readParts: ReadForm = (items, time) => {
  const setup = octets(items[0], 6)
  const meter = readName(items[1])
  const hour = octets(items[2], 4)
  const date = octets(items[3], 5)
  const registers = readPlaces(items.slice(4, 10), [...energies, ...activePowers])
  if (setup === null || pushSetup.some((byte, i) => setup[i] !== byte)) return null
  if (meter === null || hour === null || date === null || registers === null) return null
  if (items.slice(10).some((item) => octets(item) === null)) return null
  return {
    meter,
    maker: null,
    clock: clockOfParts(date, hour, time),
    registers,
    texts: [
      { obis: '0-0:96.1.0*255', text: meter },
      ...textOf('0-0:96.13.0*255', items[10]),
      ...textOf('0-0:96.13.1*255', items[11]),
    ],
    warnings: [],
  }
}

/** Burgenland: voltages, currents, powers, energies, angles, number; no time of its own. */
const readBurgenland: ReadForm = (items) => {
  const lines = readPlaces(items.slice(0, 6), grid)
  const flows = readPlaces(items.slice(6, 10), [...activePowers, ...energies.slice(0, 2)])
  const turns = readPlaces(items.slice(10, 13), angles)
  const meter = readName(items[13])
  if (lines === null || flows === null || turns === null || meter === null) return null
  return {
    meter,
    maker: null,
    clock: null,
    registers: [...flows, ...lines, ...turns],
    texts: [{ obis: '0-0:96.1.0*255', text: meter }],
    warnings: [],
  }
}

/** By the number of elements of the structure. */
const forms: ReadonlyMap<number, ReadForm> = new Map([
  [9, readVienna],
  [10, (items, time) => readViennaNamed(items, time) ?? readParts(items, time)],
  [12, readParts],
  [14, readBurgenland],
])

/** Each says itself whether a push is of its kind. */
const others: readonly ReadForm[] = [readKaifa, readIskra, readZpa]

/** @param maker three letters of the system title; null for a telegram in the clear */
export function readForm(
  { body, time, of }: Notification,
  maker: string | null,
): Form | null {
  if (of !== null) {
    const form = formOf([{ code: of.object, value: body }], maker)
    return form.registers.length + form.texts.length > 0 ? form : null
  }
  if (body.type !== 'structure' && body.type !== 'array') return null
  const { items } = body
  if (body.type === 'structure') {
    const listed = readListedObjects(items)
    if (listed !== null) return formOf(listed, maker)
    const placed = forms.get(items.length)?.(items, time)
    if (placed !== undefined && placed !== null) return placed
    for (const read of others) {
      const form = read(items, time)
      if (form !== null) return form
    }
  }
  const described = readDescribed(items)
  if (described === null || described.every(({ code }) => code === null)) return null
  return formOf(described, maker)
}
