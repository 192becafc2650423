/**
 * A push as objects with their codes: what every form amounts to that says which value is which.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import type { Data } from './axdr.ts'
import { cosemUnit } from './cosem-unit.ts'
import { clockOf, type Form, makerOf } from './dlms-form.ts'
import { scaleOf } from './dlms-scale.ts'
import { decimalOf, isEmpty, readName, readText } from './dlms-value.ts'
import type { Decimal } from './float32.ts'
import type { Register, TextRegister, Warning } from './reading.ts'

export interface Told {
  /** 6 bytes; null for what has none: the name of the list, or a number at the end. */
  readonly code: Bytes | null
  readonly value: Data
  /** Where the telegram says it. */
  readonly scale?: ScalerUnit | undefined
}

export interface ScalerUnit {
  readonly exponent: number
  readonly unit: number
}

/** `{scaler, unit}`; null for anything else. */
export function scalerUnitOf(item: Data | undefined): ScalerUnit | null {
  if (item?.type !== 'structure' || item.items.length !== 2) return null
  const [scaler, unit] = item.items
  if (scaler?.type !== 'integer' || scaler.size !== 8 || unit?.type !== 'enum') return null
  return { exponent: Number(scaler.value), unit: Number(unit.value) }
}

/** Beyond this no register has an exponent (docs/format.md). */
const maxExponent = 18

function obisOf(code: Bytes): string {
  const [a, b, c, d, e, f] = code
  return `${a}-${b}:${c}.${d}.${e}*${f}`
}

function what(code: Bytes): string {
  return code.subarray(2, 5).join('.')
}

/** In which of these the meter has its number, the surest first: media, then C.D.E. */
const names: readonly (readonly [a: number, cde: string])[] = [
  [0, '96.1.0'],
  [1, '96.1.0'],
  [0, '42.0.0'],
  [1, '0.0.5'],
  [1, '0.0.0'],
  [1, '0.0.1'],
  [0, '96.1.1'],
  [0, '96.1.3'],
  [0, '96.1.2'],
]

/** Which list it is (OBIS list version identifier). */
const listName = '1-1:0.2.129*255'

/** Lists by their first letters. */
const lists: readonly (readonly [begins: string, maker: string])[] = [
  ['Kamstrup', 'KAM'],
  ['KFM_', 'KFM'],
  ['AIDON', 'AID'],
]

function makerOfAll(all: readonly Told[]): string | null {
  const texts = all.map(({ value }) => readName(value)).filter((name) => name !== null)
  for (const [begins, maker] of lists) {
    if (texts.some((text) => text.startsWith(begins))) return maker
  }
  return texts.map(makerOf).find((maker) => maker !== null) ?? null
}

function isClock(code: Bytes | null): boolean {
  return code !== null && (code[0] === 0 ? what(code) === '1.0.0' : what(code) === '0.9.5')
}

function isVoltage(code: Bytes): boolean {
  const [a, , c = 0, d] = code
  return a === 1 && d === 7 && [12, 32, 52, 72].includes(c)
}

/** Only compared, never kept. */
function sizeOf({ value, exponent }: Decimal): number {
  return Math.abs(Number(`${value}e${exponent}`))
}

/** The bare number of a voltage: all of one telegram have the same scale. */
function voltsOf({ code, value, scale }: Told): number {
  const decimal = code !== null && scale === undefined && isVoltage(code) ? decimalOf(value) : null
  return decimal === null ? 0 : sizeOf(decimal)
}

/** @param of the maker by the system title, where the telegram does not say it */
export function formOf(all: readonly Told[], of: string | null = null): Form {
  const maker = makerOfAll(all) ?? of
  const find = (a: number, cde: string): string | null => {
    const told = all.find(({ code }) => code !== null && code[0] === a && what(code) === cde)
    const value = told?.value
    // Kamstrup's meters in Denmark send their number as one.
    return value?.type === 'unsigned' ? String(value.value) : readName(value)
  }
  const model = find(1, '96.1.1')
  const registers: Register[] = []
  const texts: TextRegister[] = []
  const warnings = new Set<Warning>()
  let clock: Bytes | null = null
  let number: string | null = null
  const volts = Math.max(0, ...all.map(voltsOf))

  /** Without a code: the clock or the name of the list at the beginning, the number at the end. */
  function takeAlone(value: Data, isFirst: boolean): void {
    const name = readName(value)
    if (!isFirst) number = name
    else if (name === null) clock = clockOf(value)
    else texts.push({ obis: listName, text: name })
  }

  function take({ code, value, scale }: Told, i: number): void {
    if (value.type === 'null' || isEmpty(value)) return
    if (code === null) return takeAlone(value, i === 0)
    const time = clockOf(value)
    if (time !== null && isClock(code)) {
      clock = time
      return
    }
    const text = readText(value)
    if (text !== null) {
      texts.push({ obis: obisOf(code), text })
      return
    }
    const decimal = decimalOf(value)
    const known = decimal === null
      ? null
      : scale === undefined
      ? scaleOf(code, isVoltage(code) ? volts : sizeOf(decimal), maker, model)
      : { unit: cosemUnit(scale.unit), exponent: scale.exponent, doubtful: false }
    const exponent = (decimal?.exponent ?? 0) + (known?.exponent ?? 0)
    if (decimal === null || known === null || Math.abs(exponent) > maxExponent) {
      warnings.add('value-invalid')
      return
    }
    if (known.doubtful) warnings.add('scale-unsaid')
    registers.push({ obis: obisOf(code), value: decimal.value, exponent, unit: known.unit })
  }

  all.forEach(take)
  const codes = [...registers, ...texts].map(({ obis }) => obis)
  if (new Set(codes).size < codes.length) warnings.add('duplicate-register')
  const named = names.map(([a, cde]) => find(a, cde)).find((name) => name !== null)
  return { meter: named ?? number, maker, clock, registers, texts, warnings: [...warnings] }
}
