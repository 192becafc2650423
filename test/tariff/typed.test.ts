/**
 * Prices as they are typed: what is shown can be typed back, and what can be read in two ways is
 * refused with both.
 *
 * @module
 */
import * as fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { chooseLanguage, locale } from '../../pwa/i18n/messages.ts'
import { emptyFields, emptyWindow, readFields } from '../../pwa/tariff/form-values.ts'
import { priceText } from '../../pwa/tariff/money.ts'
import { readTyped, typed } from '../../pwa/tariff/typed.ts'

const LOCALES = ['en', 'en-GB', 'de', 'de-AT', 'de-CH']
/** As the app keeps them. */
const decimals = fc.tuple(
  fc.boolean(),
  fc.integer({ min: 0, max: 999_999_999 }),
  fc.stringMatching(/^[0-9]{0,8}[1-9]$|^$/),
).map(([negative, whole, places]) => {
  const plain = places === '' ? String(whole) : `${whole}.${places}`
  return negative && plain !== '0' ? `-${plain}` : plain
})

afterEach(() => {
  vi.unstubAllGlobals()
  locale.value = 'en'
})

test.each(LOCALES)('what is shown can be typed back, %s', (of) => {
  locale.value = of
  fc.assert(fc.property(decimals, (decimal) => {
    expect(readTyped(typed(decimal))).toBe(decimal)
    // A price with its groups and both its places, as the list of tariffs shows it.
    const shown = priceText(decimal, 'EUR').replaceAll(/[^\d.,’'\s\u2212-]/g, '')
    expect(readTyped(shown.replace(/^(\u2212?)\s+/, '$1'))).toBe(decimal)
  }))
})

test('one group of three after the other sign is asked about, and nothing else', () => {
  locale.value = 'de'
  expect(readTyped('1.234')).toEqual({ typed: '1.234', whole: '1234', fraction: '1,234' })
  expect(readTyped('-12.500')).toEqual({ typed: '-12.500', whole: '-12500', fraction: '-12,500' })
  expect(
    ['1,234', '0.123', '0.2975', '12.50', '1.234,5', '1.234.567', '1 234', '1’234'].map(readTyped),
  )
    .toEqual(['1.234', '0.123', '0.2975', '12.5', '1234.5', '1234567', '1234', '1234'])
  locale.value = 'en'
  expect(readTyped('1,234')).toEqual({ typed: '1,234', whole: '1234', fraction: '1.234' })
  expect(['1.234', '0,123', '1,234.5', '1,234,567'].map(readTyped))
    .toEqual(['1.234', '0.123', '1234.5', '1234567'])
})

test('what is no number here is none', () => {
  locale.value = 'de'
  for (
    const text of ['', '1,234.5', '1.23.456', '1.234 567', '1e3', '12 ct', '0.123.456', '1,2,3']
  ) {
    expect(readTyped(text)).toBeNull()
  }
})

test('the form says how to write it, at its field and for its hours', async () => {
  vi.stubGlobal('document', { documentElement: {} })
  vi.stubGlobal('navigator', { languages: [] })
  const fields = {
    ...emptyFields('EUR'),
    name: 'Wind',
    from: '2026-01-01',
    windows: [{ ...emptyWindow, importPrice: '0.19', exportPrice: '2.500' }],
  }
  await chooseLanguage('de')
  expect(readFields({ ...fields, importPrice: '1.234' }, 'one', [])).toEqual({
    wrong: [
      {
        field: 'import',
        sentence: '„1.234“ lässt sich auf zwei Arten lesen. Schreib 1234 oder 1,234.',
      },
      {
        field: 'export-0',
        sentence: 'Stunden 1: „2.500“ lässt sich auf zwei Arten lesen. Schreib 2500 oder 2,500.',
      },
    ],
  })
  await chooseLanguage('en')
  expect(readFields({ ...fields, windows: [], importPrice: '1,234' }, 'one', [])).toEqual({
    wrong: [{
      field: 'import',
      sentence: '“1,234” can be read in two ways. Write 1234 or 1.234.',
    }],
  })
  const read = readFields({ ...fields, importPrice: '1.234', base: '' }, 'one', [])
  expect(read).toMatchObject({ tariff: { importPrice: '1.234', baseFee: null } })
})
