/**
 * OBIS codes (IEC 62056-61) for people: names in English and German, and the data class of each.
 * Codes are compared by C.D.E; group A and B tell main meter and sub-meters apart.
 *
 * @module
 */

import { quantityClass, quantityText } from './quantity.ts'
import type { DataClass, Reading, Register, ValueName } from './reading.ts'

export interface ObisCode {
  /** Medium: 0 abstract, 1 electricity. */
  readonly a: number
  /** Channel: sub-meters are `0-n`. */
  readonly b: number
  readonly c: number
  readonly d: number
  readonly e: number
  /** C.D.E as text, what codes are compared by. */
  readonly what: string
}

const pattern =
  /^([0-9]{1,3})-([0-9]{1,3}):([0-9]{1,3})\.([0-9]{1,3})\.([0-9]{1,3})(?:\*[0-9]{1,3})?$/

/** Codes come again with every reading; all meters of a household have a few hundred. */
const parsed = new Map<string, ObisCode | null>()
const maxParsed = 1024
const maxLength = 24

/** @param obis undefined for a register without a code, which this then has none of */
export function parseObis(obis: string | undefined): ObisCode | null {
  if (obis === undefined || obis.length > maxLength) return null
  const known = parsed.get(obis)
  if (known !== undefined) return known
  const match = pattern.exec(obis)
  const [a = 0, b = 0, c = 0, d = 0, e = 0] = match?.slice(1).map(Number) ?? []
  const code = match === null ? null : { a, b, c, d, e, what: `${c}.${d}.${e}` }
  if (parsed.size >= maxParsed) parsed.clear()
  parsed.set(obis, code)
  return code
}

/** Channel of the sub-meter that a code belongs to; 0 for the main meter. */
export function channelOf(code: ObisCode): number {
  return code.a === 0 ? code.b : 0
}

export type Language = 'en' | 'de'
type Names = readonly [en: string, de: string]

const names: ReadonlyMap<string, Names> = new Map([
  ['1.8.0', ['Energy imported', 'Energie bezogen']],
  ['2.8.0', ['Energy exported', 'Energie eingespeist']],
  ['15.8.0', ['Energy, both directions', 'Energie, beide Richtungen']],
  ['16.8.0', ['Energy, import minus export', 'Energie, Bezug minus Einspeisung']],
  ['3.8.0', ['Reactive energy imported', 'Blindenergie bezogen']],
  ['4.8.0', ['Reactive energy exported', 'Blindenergie eingespeist']],
  ['5.8.0', ['Reactive energy, quadrant 1', 'Blindenergie, Quadrant 1']],
  ['6.8.0', ['Reactive energy, quadrant 2', 'Blindenergie, Quadrant 2']],
  ['7.8.0', ['Reactive energy, quadrant 3', 'Blindenergie, Quadrant 3']],
  ['8.8.0', ['Reactive energy, quadrant 4', 'Blindenergie, Quadrant 4']],
  ['1.7.0', ['Power imported', 'Leistung aus dem Netz']],
  ['2.7.0', ['Power exported', 'Leistung ins Netz']],
  ['15.7.0', ['Power, both directions', 'Leistung, beide Richtungen']],
  ['16.7.0', ['Power, import minus export', 'Leistung, Bezug minus Einspeisung']],
  ['3.7.0', ['Reactive power imported', 'Blindleistung bezogen']],
  ['4.7.0', ['Reactive power exported', 'Blindleistung eingespeist']],
  ['5.7.0', ['Reactive power, quadrant 1', 'Blindleistung, Quadrant 1']],
  ['6.7.0', ['Reactive power, quadrant 2', 'Blindleistung, Quadrant 2']],
  ['7.7.0', ['Reactive power, quadrant 3', 'Blindleistung, Quadrant 3']],
  ['8.7.0', ['Reactive power, quadrant 4', 'Blindleistung, Quadrant 4']],
  ['9.7.0', ['Apparent power imported', 'Scheinleistung bezogen']],
  ['10.7.0', ['Apparent power exported', 'Scheinleistung eingespeist']],
  ['11.7.0', ['Current', 'Strom']],
  ['12.7.0', ['Voltage', 'Spannung']],
  ['13.7.0', ['Power factor', 'Leistungsfaktor']],
  ['14.7.0', ['Frequency', 'Frequenz']],
  ['12.32.0', ['Voltage sags', 'Spannungseinbrüche']],
  ['12.36.0', ['Voltage swells', 'Spannungsüberhöhungen']],
  ['1.4.0', ['Average power imported, running period', 'Mittlere Leistung aus dem Netz, laufend']],
  ['1.6.0', ['Highest average power this month', 'Höchste mittlere Leistung im Monat']],
  ['11.4.0', ['Fuse limit', 'Sicherungsgrenze']],
  ['1.128.0', ['Prepayment counter', 'Inkassozählwerk']],
  ['98.1.0', ['Monthly history', 'Monatswerte']],
  ['99.97.0', ['Power failure log', 'Protokoll der Stromausfälle']],
  ['0.0.0', ['Meter number', 'Zählernummer']],
  ['0.0.9', ['Meter number', 'Zählernummer']],
  ['0.2.0', ['Firmware', 'Firmware']],
  ['0.2.8', ['P1 version', 'P1-Version']],
  ['96.1.0', ['Meter number', 'Zählernummer']],
  ['96.1.1', ['Meter number', 'Zählernummer']],
  ['96.1.4', ['P1 version', 'P1-Version']],
  ['96.5.0', ['Status', 'Status']],
  ['96.50.1', ['Maker', 'Hersteller']],
  ['199.130.3', ['Maker', 'Hersteller']],
  ['199.130.5', ['Public key', 'Öffentlicher Schlüssel']],
  ['42.0.0', ['Device name', 'Gerätename']],
  ['96.14.0', ['Tariff now', 'Tarif jetzt']],
  ['96.3.10', ['Breaker', 'Schalter']],
  ['17.0.0', ['Power limit', 'Leistungsgrenze']],
  ['96.7.21', ['Power failures', 'Stromausfälle']],
  ['96.7.9', ['Long power failures', 'Lange Stromausfälle']],
  ['96.13.0', ['Message', 'Nachricht']],
  ['96.13.1', ['Message code', 'Nachrichtencode']],
  ['24.1.0', ['Sub-meter type', 'Art des Unterzählers']],
  ['24.2.1', ['Sub-meter reading', 'Stand des Unterzählers']],
  ['24.2.3', [
    'Sub-meter reading, not temperature corrected',
    'Stand des Unterzählers, nicht temperaturkorrigiert',
  ]],
  ['24.3.0', ['Sub-meter reading, as printed', 'Stand des Unterzählers, wie gedruckt']],
  ['24.4.0', ['Valve', 'Ventil']],
])

const phaseNames: Names = ['phase', 'Phase']
const tariffNames: Names = ['tariff', 'Tarif']

/** Groups 21 to 40 are 1 to 20 on phase 1, and so on for phases 2 and 3 (IEC 62056-61, table 5). */
function phaseOf(c: number): { base: number; phase: number } {
  return c >= 21 && c <= 80 ? { base: ((c - 1) % 20) + 1, phase: Math.floor((c - 1) / 20) } : {
    base: c,
    phase: 0,
  }
}

/** What a code means, or null for one that this table does not know. */
export function obisName(obis: string, language: Language): string | null {
  const code = parseObis(obis)
  if (code === null) return null
  const pick = (both: Names): string => both[language === 'de' ? 1 : 0]
  const exact = names.get(code.what)
  if (exact !== undefined) return pick(exact)
  // 24 and 42 on medium 0 are objects of their own, found above.
  if (code.a !== 1) return null
  const { base, phase } = phaseOf(code.c)
  const tariff = code.d === 8 ? code.e : 0
  const name = names.get(`${base}.${code.d}.${tariff > 0 ? 0 : code.e}`)
  if (name === undefined) return null
  const parts = [pick(name)]
  if (phase > 0) parts.push(`${pick(phaseNames)} ${phase}`)
  if (tariff > 0) parts.push(`${pick(tariffNames)} ${tariff}`)
  return parts.join(', ')
}

/** What a value is, in words; null for a code that this table does not know. */
export function valueName(name: ValueName, language: Language): string | null {
  return name.obis === undefined ? quantityText(name, language) : obisName(name.obis, language)
}

/** The narrowest class of a code; null for what belongs to `all` only. */
export function obisClass(obis: string): Exclude<DataClass, 'all'> | null {
  const code = parseObis(obis)
  if (code === null) return null
  if (code.a === 0) {
    if (code.c === 24 && code.d === 2) return 'energy'
    return code.c === 96 && code.d === 7 ? 'grid' : null
  }
  const { base } = phaseOf(code.c)
  const flow = (base >= 1 && base <= 10) || (base >= 15 && base <= 20)
  if (flow && code.d === 8) return 'energy'
  if (flow && (code.d === 7 || code.d === 4)) return 'power'
  if (base >= 11 && base <= 14 && [7, 32, 36].includes(code.d)) return 'grid'
  if ((code.c === 81 || code.c === 91) && code.d === 7) return 'grid'
  return null
}

/** The narrowest class of a register; null for what belongs to `all` only. */
export function classOf(register: Register): Exclude<DataClass, 'all'> | null {
  return register.obis === undefined ? quantityClass(register) : obisClass(register.obis)
}

/** The reading with the registers of one class only; texts belong to `all`. */
export function ofClass(reading: Reading, dataClass: DataClass): Reading {
  if (dataClass === 'all') return reading
  const registers = reading.registers.filter((register) => classOf(register) === dataClass)
  return { ...reading, registers, texts: [] }
}
