/** @module SML captured from real meters, where the corpora are at hand. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { Bytes } from '../../shared/bytes.ts'
import type { Outcome, Telegram } from '../../shared/meter/telegram.ts'
import { decodeSml } from './sml-telegrams.ts'
import { kinds } from './telegrams.ts'

const folder = new URL('../../../shared/corpora/devZer0__libsml-testing/', import.meta.url)
const missing = !existsSync(folder)
const reason = missing ? ' (skipped: no corpora beside the project)' : ''
const names = missing
  ? []
  : readdirSync(folder).filter((name) => name.endsWith('.bin')).map((name) => name.slice(0, -4))

function captured(name: string): Bytes {
  return new Uint8Array(readFileSync(new URL(`${name}.bin`, folder)))
}

function telegrams(outcomes: readonly Outcome[]): Telegram[] {
  return outcomes.flatMap((outcome) => outcome.kind === 'telegram' ? [outcome.telegram] : [])
}

/** Digits without the noughts behind a point, so that `0.0` and `0` are one number. */
function plain(number: string): string {
  return number.includes('.') ? number.replace(/\.?0+$/, '') : number
}

/** A register as the other program prints it. */
function printed(value: string, exponent: number): string {
  if (exponent >= 0) return value === '0' ? '0' : value + '0'.repeat(exponent)
  const sign = value.startsWith('-') ? '-' : ''
  const digits = value.slice(sign.length).padStart(1 - exponent, '0')
  return plain(`${sign}${digits.slice(0, exponent)}.${digits.slice(exponent)}`)
}

/** `1-0:1.8.0*255 2353656.9 Wh` of every number that the other program printed, list after list. */
function expected(name: string): string[][] {
  const text = readFileSync(new URL(`oracle/${name}.libsml.txt`, folder), 'utf8')
  const lists: string[][] = []
  const met = new Set<string>()
  for (const line of text.split('\n')) {
    const [obis = '', value = '', unit = ''] = line.split('#')
    if (obis === '') continue
    // The first code again: another list.
    if (lists.length === 0 || met.has(obis)) {
      met.clear()
      lists.push([])
    }
    met.add(obis)
    if (obis.startsWith('1-0:') && /^-?[0-9.]+$/.test(value) && !isText(obis, value)) {
      lists.at(-1)?.push(`${obis} ${plain(value)} ${unit}`.trim())
    }
  }
  return lists
}

/** What looks like a number there, and is words: a version, a number of the meter. */
function isText(obis: string, value: string): boolean {
  return obis === '1-0:0.0.0*255' || value.split('.').length > 2
}

function told({ readings: [reading] }: Telegram): string[] {
  return reading.registers.map(({ obis, value, exponent, unit }) =>
    `${obis} ${printed(value, exponent)} ${unit}`.trim()
  )
}

describe.skipIf(missing)(`captures of German meters${reason}`, () => {
  test.each(names)('%s: every value', (name) => {
    const outcomes = decodeSml(captured(name))
    const all = telegrams(outcomes).map(told)
    const wanted = expected(name)
    expect(wanted.length).toBeGreaterThan(0)
    // Behind damage the other program loses whole files, and then stops.
    const isDamaged = kinds(outcomes).includes('line-check-failed')
    const met = new Set(wanted.map((list) => list.join('\n')))
    expect(isDamaged ? all.filter((list) => met.has(list.join('\n'))) : all).toEqual(wanted)
  })

  test('whole, byte by byte and in odd pieces', () => {
    for (const name of names) {
      const bytes = captured(name)
      const whole = decodeSml(bytes)
      for (const size of [1, 7, 255]) expect(decodeSml(bytes, {}, size)).toEqual(whole)
    }
  })

  test('every whole file is read, and what is damaged says how', () => {
    const counts = Object.fromEntries(names.map((name) => {
      const outcomes = decodeSml(captured(name))
      const refused = kinds(outcomes).filter((kind) => kind !== 'telegram')
      return [name, [telegrams(outcomes).length, ...refused].join(' ')]
    }))
    expect(counts).toMatchObject({
      'dzg_dwsb20_2th_3byte': '14 line-check-failed line-check-failed truncated',
      'EMH_eHZ-IW8E2A5L0EK2P_with_error': '11 truncated',
      'EMH-ED300L_delivery': '2 not-this-protocol not-this-protocol truncated',
      'EMH_mME40-AE6AKF0K0': '12 not-this-protocol truncated',
      'ISKRA_MT175_eHZ': '10 truncated',
    })
    const read = names.map((name) => telegrams(decodeSml(captured(name))).length)
    expect(read.reduce((a, b) => a + b, 0)).toBe(104)
  })

  test('a lost sign is mended and said, and real feeding in stays negative', () => {
    const [jmberg] = telegrams(decodeSml(captured('DZG_DVS-7412.2_jmberg')))
    expect(jmberg?.readings[0].registers.at(-1)).toMatchObject({ value: '35624', exponent: -2 })
    expect(jmberg?.readings[0].warnings).toContain('sign-mended')
    for (const { readings: [reading] } of telegrams(decodeSml(captured('dzg_dwsb20_2th_3byte')))) {
      expect(reading.registers.at(-1)?.value).toMatch(/^-/)
      expect(reading.warnings).not.toContain('sign-mended')
    }
  })

  test.each(names.filter((name) => name.includes('PIN')))('%s: the PIN', (name) => {
    for (const { readings: [reading] } of telegrams(decodeSml(captured(name)))) {
      const without = name.endsWith('without_PIN')
      expect(reading.warnings.includes('pin-missing')).toBe(without)
      expect(reading.registers.some(({ obis }) => obis?.includes(':16.7.0'))).toBe(!without)
    }
  })
})
