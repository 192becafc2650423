/**
 * Why a device says no (MODBUS Application Protocol Specification V1.1b3, section 7), and what to
 * do about it, for people.
 *
 * @module
 */

import type { Language } from './obis.ts'

const sentences: ReadonlyMap<number, readonly [en: string, de: string]> = new Map([
  [1, [
    'The device does not know this kind of question. Choose another model.',
    'Das Gerät kennt diese Art von Frage nicht. Wähl ein anderes Modell.',
  ]],
  [2, [
    'The device has nothing at this address. Choose another model.',
    'Das Gerät hat unter dieser Adresse nichts. Wähl ein anderes Modell.',
  ]],
  [3, [
    'The device does not give so many registers at once. Choose another model.',
    'Das Gerät gibt nicht so viele Register auf einmal. Wähl ein anderes Modell.',
  ]],
  [4, [
    'The device failed while it answered. Switch it off and on if this goes on.',
    'Das Gerät ist beim Antworten gescheitert. Schalt es aus und ein, wenn das so bleibt.',
  ]],
  [5, [
    'The device needs longer for its answer. It is asked again.',
    'Das Gerät braucht für die Antwort länger. Es wird noch einmal gefragt.',
  ]],
  [6, [
    'The device is busy. It is asked again.',
    'Das Gerät ist beschäftigt. Es wird noch einmal gefragt.',
  ]],
  [7, [
    'The device cannot do what it was asked. Choose another model.',
    'Das Gerät kann nicht, worum es gebeten wurde. Wähl ein anderes Modell.',
  ]],
  [8, [
    'The device found its own memory damaged. Have it looked at.',
    'Das Gerät hat seinen eigenen Speicher beschädigt gefunden. Lass es ansehen.',
  ]],
  [10, [
    'The gateway before the device has no way to it. Check the settings of the gateway.',
    'Das Gateway vor dem Gerät hat keinen Weg zu ihm. Prüf die Einstellungen des Gateways.',
  ]],
  [11, [
    'The device behind the gateway does not answer. Check its wires, its address and its power.',
    'Das Gerät hinter dem Gateway antwortet nicht. Prüf seine Leitung, seine Adresse und den Strom.',
  ]],
])

/** One for every code, also for those that the standard leaves free. */
export function exceptionSentence(code: number, language: Language): string {
  const known = sentences.get(code)
  if (known !== undefined) return known[language === 'de' ? 1 : 0]
  return language === 'de'
    ? `Das Gerät lehnt mit ${code} ab, was kein Standard erklärt. Sieh in seinem Handbuch nach.`
    : `The device says no with ${code}, which no standard explains. Look into its manual.`
}

/** Acknowledge and busy: the same question may be answered a little later. */
export function isForNow(code: number): boolean {
  return code === 5 || code === 6
}
