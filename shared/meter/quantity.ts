/**
 * Values without an OBIS code for people: names in English and German, and the data class of each.
 *
 * @module
 */

import type { DataClass, QuantityName, Register } from './reading.ts'

type Narrow = Exclude<DataClass, 'all'>

/** By unit, for what is counted and what flows is the same whatever the medium. */
const classes: ReadonlyMap<string, Narrow> = new Map<string, Narrow>([
  ...['Wh', 'J', 'cal', 'varh', 'VAh', 'm3', 'ft3', 'gal', 'kg', 'BTU'].map(
    (unit): [string, Narrow] => [unit, 'energy'],
  ),
  ...['W', 'J/h', 'var', 'VA', 'm3/h', 'm3/min', 'm3/s', 'kg/h', 'gal/min', 'gal/h', 'BTU/s'].map(
    (unit): [string, Narrow] => [unit, 'power'],
  ),
  ...['V', 'A', 'Hz'].map((unit): [string, Narrow] => [unit, 'grid']),
])

/** The narrowest class; null for what belongs to `all` only. */
export function quantityClass({ unit }: Pick<Register, 'unit'>): Narrow | null {
  return classes.get(unit) ?? null
}

const german: ReadonlyMap<string, string> = new Map([
  ['Energy', 'Energie'],
  ['Reactive energy', 'Blindenergie'],
  ['Apparent energy', 'Scheinenergie'],
  ['Volume', 'Volumen'],
  ['Mass', 'Masse'],
  ['Power', 'Leistung'],
  ['Reactive power', 'Blindleistung'],
  ['Apparent power', 'Scheinleistung'],
  ['Volume flow', 'Durchfluss'],
  ['Mass flow', 'Massenstrom'],
  ['Flow temperature', 'Vorlauftemperatur'],
  ['Return temperature', 'Rücklauftemperatur'],
  ['Temperature difference', 'Temperaturdifferenz'],
  ['External temperature', 'Außentemperatur'],
  ['Temperature', 'Temperatur'],
  ['Pressure', 'Druck'],
  ['Relative humidity', 'Luftfeuchte'],
  ['Voltage', 'Spannung'],
  ['Current', 'Strom'],
  ['Frequency', 'Frequenz'],
  ['H.C.A.', 'Heizkostenverteiler'],
  ['On time', 'Einschaltzeit'],
  ['Operating time', 'Betriebszeit'],
  ['Averaging Duration', 'Mittelungsdauer'],
  ['Actuality Duration', 'Aktualität'],
  ['Operating time battery', 'Batterielaufzeit'],
  ['Remaining battery life time', 'Restlaufzeit der Batterie'],
  ['Time point (date)', 'Datum'],
  ['Time point (date & time)', 'Datum und Uhrzeit'],
  ['Fabrication No', 'Fabriknummer'],
  ['Error flags', 'Fehlerbits'],
  ['Status', 'Status'],
  ['Firmware version', 'Firmware-Version'],
  ['Software version', 'Software-Version'],
  ['Hardware version', 'Hardware-Version'],
  ['Model / Version', 'Modell'],
  ['Customer location', 'Einbauort'],
  ['Digital Input', 'Digitaler Eingang'],
  ['Digital Output', 'Digitaler Ausgang'],
  ['Manufacturer specific', 'Herstellerspezifisch'],
  ['positive contributions only', 'nur positive Beiträge'],
  ['negative contributions only', 'nur negative Beiträge'],
  ['maximum', 'Höchstwert'],
  ['minimum', 'Tiefstwert'],
  ['error', 'während eines Fehlers'],
])

/** What a value is, in words, with all that tells it from the meter's others. */
export function quantityText(name: QuantityName, language: 'en' | 'de'): string {
  const isGerman = language === 'de'
  const said = (word: string): string => isGerman ? german.get(word) ?? word : word
  const { quantity, storage, tariff, subunit, function: kind } = name
  const parts = quantity.split(', ').map(said)
  if (kind !== 'instantaneous') parts.push(said(kind))
  if (storage > 0) parts.push(`${isGerman ? 'Speicher' : 'storage'} ${storage}`)
  if (tariff > 0) parts.push(`${isGerman ? 'Tarif' : 'tariff'} ${tariff}`)
  if (subunit > 0) parts.push(`${isGerman ? 'Untereinheit' : 'subunit'} ${subunit}`)
  return parts.join(', ')
}
