/**
 * Server ids of SML meters: ten bytes that are the number on the front of the meter (DIN 43863-5:
 * medium, three letters of the maker, manufacturing block, eight digits), or what the maker chose.
 *
 * @module
 */

import { type Bytes, toHex } from '../bytes.ts'
import { simulatedMaker } from './system-title.ts'

/** By the letters of FLAG; a name is for people and decides nothing. */
const makers: ReadonlyMap<string, string> = new Map([
  ['APA', 'Apator'],
  ['DNT', 'Dr. Neuhaus'],
  ['DZG', 'DZG Metering'],
  ['EBZ', 'eBZ'],
  ['EFR', 'EFR'],
  ['ELS', 'Elster'],
  ['EMH', 'EMH metering'],
  ['ESY', 'EasyMeter'],
  ['HAG', 'Hager'],
  ['HLY', 'Holley'],
  ['ISK', 'Iskraemeco'],
  ['ITR', 'Itron'],
  ['KAM', 'Kamstrup'],
  ['LGZ', 'Landis+Gyr'],
  ['LOG', 'Logarex'],
  ['NES', 'Networked Energy Services'],
  ['PAF', 'Pafal'],
  [simulatedMaker, 'Kilowit simulated'],
])

export interface Server {
  /** The meter's id: `1ISK0075126084` as printed on it; other ids as text or in hex. */
  readonly meter: string
  /** Three letters; empty where the id has none. */
  readonly maker: string
  /** The maker's name, or its letters; empty where neither is known. */
  readonly name: string
  /** The eight digits; -1 where the id is of another form. */
  readonly number: number
}

/** Every byte a printable character of ASCII. */
export function isPrintable(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 && byte < 0x7f)
}

function capitals(bytes: Uint8Array): string {
  return bytes.every((byte) => byte >= 0x41 && byte <= 0x5a) ? String.fromCharCode(...bytes) : ''
}

export function readServerId(id: Bytes): Server {
  const medium = id[1] ?? 0
  const isModern = id.length === 10 && (id[0] === 0x09 || id[0] === 0x0a)
  const maker = id.length === 10 ? capitals(id.subarray(isModern ? 2 : 1, isModern ? 5 : 4)) : ''
  const name = makers.get(maker) ?? maker
  let number = 0
  for (const byte of id.subarray(6)) number = number * 0x100 + byte
  if (isModern && maker !== '' && medium > 0 && medium < 0x10 && number < 100_000_000) {
    const block = toHex(id.subarray(5, 6)).toUpperCase()
    const digits = String(number).padStart(8, '0')
    const meter = `${medium.toString(16).toUpperCase()}${maker}${block}${digits}`
    return { meter, maker, name, number }
  }
  const text = id.length > 0 && isPrintable(id) ? String.fromCharCode(...id).trim() : ''
  return { meter: text === '' ? toHex(id).toUpperCase() : text, maker, name, number: -1 }
}
