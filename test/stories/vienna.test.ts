/**
 * A meter of Vienna: its telegrams are encrypted, and its owner has the key. A wrong one is told and
 * not kept, the right one is seen to be right before it is; it is there at the next visit, in this
 * browser alone, and what is read says how far it is evidence.
 *
 * @module
 */
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import {
  type Home,
  openHome,
  type Platform,
  screen,
  startViennaMeter,
  type ViennaMeterOnLine,
} from './home.ts'
import { scene } from './story.ts'

let platform: Platform
let meter: ViennaMeterOnLine
let home: Home
let page: Page
let profile: string
/** All that left the page, and all that it said on its console. */
const told: string[] = []

scene(startViennaMeter, async (at) => {
  ;({ platform, meter, folder: profile } = at)
  home = await openHome(platform, { meter, profile })
  page = await visit()
})

afterAll(() => home?.close())

async function visit(): Promise<Page> {
  const opened = await home.open()
  opened.on('console', (message) => told.push(message.text()))
  opened.on('request', (request) => {
    told.push(`${request.url()} ${request.postDataBuffer()?.toString('latin1') ?? ''}`)
    told.push(JSON.stringify(request.headers()))
  })
  return opened
}

test('a wrong key is told and stays in the field, the right one shows what it opens', async () => {
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByText('Your meter encrypts its telegrams').waitFor({ timeout: 40_000 })
  await screen(page, 'vienna-locked')
  const field = page.getByLabel('Key: 32 digits, 0 to 9 and A to F')
  const wrong = meter.key.replace(/^./, (first) => first === '0' ? '1' : '0')
  await field.fill(wrong)
  await page.getByRole('button', { name: 'Test key' }).click()
  await page.getByText('This key does not open the telegrams of this meter').waitFor()
  expect((await field.inputValue()).replaceAll(' ', '').toLowerCase()).toBe(wrong)
  expect(await page.getByRole('button', { name: 'Keep key' }).count()).toBe(0)
  await screen(page, 'vienna-wrong')

  // As the operator's page prints it.
  await field.fill(meter.key.toUpperCase().replaceAll(/(..)(?=.)/g, '$1-'))
  await page.getByRole('button', { name: 'Test key' }).click()
  await page.getByText('The key fits: this is what your meter says').waitFor()
  await page.getByText(/\d\u202fW\s+(to|from) the grid/).first().waitFor()
  expect(await platform.query('select 1 from channels')).toEqual([])
  await screen(page, 'vienna-opens')
}, 90_000)

test('the kept key reads the meter, and every reading says what it proves', async () => {
  await page.getByRole('button', { name: 'Keep key' }).click()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor()
  await page.getByRole('link', { name: /Sealed by this browser\. \d+ blocks? checked/ })
    .waitFor({ timeout: 60_000 })
  await page.getByText('All registers').click()
  await page.getByText('encrypted, not authenticated').waitFor()
  await page.getByRole('cell', { name: /kWh/ }).first().waitFor()
  await screen(page, 'vienna-reading')
}, 90_000)

test('the next visit reads by itself, and a changed key asks again', async () => {
  await page.close()
  page = await visit()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  await page.getByText(/(to|from) the grid/).first().waitFor()
  const other = '00112233445566778899aabbccddeeff'
  meter.changeKey(other)
  await page.getByText('The kept key no longer opens what your meter sends').waitFor()
  await page.getByLabel('Key: 32 digits, 0 to 9 and A to F').fill(other)
  await page.getByRole('button', { name: 'Test key' }).click()
  await page.getByRole('button', { name: 'Keep key' }).click()
  await page.getByText('The kept key no longer opens').waitFor({ state: 'detached' })
  meter.changeKey(meter.key)
  await page.getByText('The kept key no longer opens what your meter sends').waitFor()
  await page.getByLabel('Key: 32 digits, 0 to 9 and A to F').fill(meter.key)
  await page.getByRole('button', { name: 'Test key' }).click()
  await page.getByRole('button', { name: 'Keep key' }).click()
  await page.getByText('The kept key no longer opens').waitFor({ state: 'detached' })
}, 90_000)

test('the key is in no request, no storage, no log and no recovery file', async () => {
  const hex = new RegExp(meter.key, 'i')
  const kept = await page.evaluate(everythingKept)
  // It is there, and cannot be taken out.
  expect(kept.keys).toEqual(['AES-CBC false', 'AES-CTR false', 'AES-GCM false'])
  expect(kept.text.length).toBeGreaterThan(10_000)
  for (const text of [kept.text, ...told, platform.output(), await page.content()]) {
    expect(text.replaceAll(/[\s-]/g, '')).not.toMatch(hex)
    // Nor as bytes, or in base64.
    expect(text).not.toContain(Buffer.from(meter.key, 'hex').toString('latin1'))
    expect(text).not.toContain(Buffer.from(meter.key, 'hex').toString('base64url').slice(0, 21))
    expect(text).not.toContain(Buffer.from(meter.key, 'hex').toString('base64').slice(0, 21))
  }
  expect(told.length).toBeGreaterThan(10)
})

test('forgetting the key says what stops, and stops it', async () => {
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByText('Its key is kept in this browser.').waitFor()
  await page.getByText('Forget the key').click()
  await page.getByText('what this meter sends cannot be opened').waitFor()
  await page.getByRole('button', { name: 'Forget the key' }).click()
  await page.getByText('Its key is kept in this browser.').waitFor({ state: 'detached' })
  await page.getByRole('link', { name: 'Now', exact: true }).click()
  await page.getByText('Your meter encrypts its telegrams').waitFor({ timeout: 20_000 })
  expect(home.errors).toEqual([])
}, 60_000)

/** In the page: every value of every store as text, and the keys of meters by what they are. */
async function everythingKept(): Promise<{ text: string; keys: string[] }> {
  const parts: string[] = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)]
  const keys: string[] = []
  const say = (value: unknown, store: string): string => {
    if (value instanceof CryptoKey) {
      if (store === 'meterKeys') keys.push(`${value.algorithm.name} ${value.extractable}`)
      return `[${value.algorithm.name}]`
    }
    if (value instanceof Uint8Array) {
      const hex = Array.from(value, (byte) => byte.toString(16).padStart(2, '0')).join('')
      return `${hex} ${String.fromCharCode(...value)}`
    }
    if (typeof value === 'object' && value !== null) {
      return Object.entries(value).map(([name, part]) => `${name}=${say(part, store)}`).join(' ')
    }
    return String(value)
  }
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const opening = indexedDB.open(name)
      opening.addEventListener('success', () => resolve(opening.result))
      opening.addEventListener('error', () => reject(opening.error ?? new Error(name)))
    })
    for (const store of database.objectStoreNames) {
      const rows = await new Promise<unknown[]>((resolve, reject) => {
        const asking = database.transaction(store).objectStore(store).getAll()
        asking.addEventListener('success', () => resolve(asking.result))
        asking.addEventListener('error', () => reject(asking.error ?? new Error(store)))
      })
      for (const row of rows) parts.push(`${store}: ${say(row, store)}`)
    }
    database.close()
  }
  return { text: parts.join('\n'), keys: keys.sort() }
}
