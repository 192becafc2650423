/**
 * Somebody plays back on the second visit what they recorded before the first: every telegram of it
 * says so, though each is later than the one before; the meter itself is believed again.
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
let sending: ReturnType<typeof setInterval> | undefined
/** What came off the line in the minute before the first visit. */
const recorded: Uint8Array[] = []

scene(() => startViennaMeter({ byItself: false }), async (at) => {
  ;({ platform, meter, folder: profile } = at)
  home = await openHome(platform, { meter, profile })
})

afterAll(async () => {
  clearInterval(sending)
  await home?.close()
})

function speak(next: () => Promise<Uint8Array>): void {
  clearInterval(sending)
  sending = setInterval(() => void (async () => meter.line.write(await next()))(), 1000)
}

const ownTelegram = () => meter.telegram(Math.floor(Date.now() / 1000))

const doubt = () => page.getByText('The meter’s own count of its telegrams did not rise').first()

test('the first visit reads the meter without that doubt', async () => {
  const now = Math.floor(Date.now() / 1000)
  for (let at = now - 60; at < now; at++) recorded.push(await meter.telegram(at))
  speak(ownTelegram)
  page = await home.open()
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByText('Your meter encrypts its telegrams').waitFor({ timeout: 40_000 })
  await page.getByLabel('Key: 32 digits, 0 to 9 and A to F').fill(meter.key)
  await page.getByRole('button', { name: 'Test key' }).click()
  await page.getByRole('button', { name: 'Keep key' }).click()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor()
  await page.getByText('All registers').click()
  await page.getByRole('cell', { name: /kWh/ }).first().waitFor()
  expect(await doubt().count()).toBe(0)
}, 90_000)

/** Whether how far the meter counted lies in the vault, where it is written every few seconds. */
async function isCounterKept(): Promise<boolean> {
  return await page.evaluate(async () => {
    const asked = <T>(request: IDBRequest<T>) =>
      new Promise<T>((resolve, reject) => {
        request.addEventListener('success', () => resolve(request.result))
        request.addEventListener('error', () => reject(new Error('The vault does not answer')))
      })
    const database = await asked(indexedDB.open('kilowit'))
    const kept: { counter?: number }[] = await asked(
      database.transaction('meterKeys').objectStore('meterKeys').getAll(),
    )
    database.close()
    return kept.some(({ counter }) => counter !== undefined)
  })
}

test('a recording of it on the second visit is told, and the meter itself is not', async () => {
  await expect.poll(isCounterKept, { timeout: 20_000 }).toBe(true)
  await page.close()
  let next = 0
  speak(() => {
    const telegram = recorded[next++]
    if (telegram === undefined) throw new Error('The recording is over')
    return Promise.resolve(telegram)
  })
  page = await home.open()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  await page.getByText('All registers').click()
  await doubt().waitFor({ timeout: 20_000 })
  await screen(page, 'replayed')
  speak(ownTelegram)
  await doubt().waitFor({ state: 'detached', timeout: 20_000 })
  expect(home.errors).toEqual([])
}, 90_000)
