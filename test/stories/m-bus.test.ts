/**
 * A meter of Netz Niederösterreich on its M-Bus port: two encrypted segments every few seconds, at
 * 2400 baud and even parity. It is found by listening, asks for its key, and is read with it; what
 * is played back from a recording is told.
 *
 * @module
 */
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { type Home, openHome, screen, startViennaMeter, type ViennaMeterOnLine } from './home.ts'
import { scene } from './story.ts'

let meter: ViennaMeterOnLine
let home: Home
let page: Page

scene(() => startViennaMeter({ model: 'MA309' }), async (at) => {
  meter = at.meter
  home = await openHome(at.platform, { meter, profile: at.folder })
  page = await home.open()
})

afterAll(() => home?.close())

test('the meter is found and asks for its key, which is tried before it is kept', async () => {
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByText('Your meter encrypts its telegrams').waitFor({ timeout: 40_000 })
  await page.getByText('Where do I find the key?').click()
  await page.getByRole('link', { name: 'Netz Niederösterreich' }).waitFor()
  await page.getByRole('link', { name: 'Vorarlberg Netz' }).waitFor()
  const field = page.getByLabel('Key: 32 digits, 0 to 9 and A to F')
  await field.fill(meter.key.replace(/^./, (first) => first === '0' ? '1' : '0'))
  await page.getByRole('button', { name: 'Test key' }).click()
  await page.getByText('This key does not open the telegrams of this meter').waitFor()
  await field.fill(meter.key)
  await page.getByRole('button', { name: 'Test key' }).click()
  await page.getByText('The key fits: this is what your meter says').waitFor()
  await screen(page, 'm-bus-opens')
}, 90_000)

test('it is read, sealed, and says what it proves', async () => {
  await page.getByRole('button', { name: 'Keep key' }).click()
  await page.getByRole('link', { name: /Sealed by this browser\. \d+ blocks? checked/ })
    .waitFor({ timeout: 60_000 })
  await page.getByText('All registers').click()
  await page.getByText('encrypted, not authenticated').waitFor()
  await page.getByRole('cell', { name: /233[.,]7/ }).first().waitFor()
  await screen(page, 'm-bus-reading')
}, 90_000)

test('a telegram played back from a recording is a doubt', async () => {
  const recorded = await meter.telegram(Math.floor(Date.now() / 1000) - 20)
  const doubt = page.getByText('own count of its telegrams did not rise')
  // Each time it comes it is shown until the next one.
  const replay = setInterval(() => void meter.line.write(recorded), 300)
  try {
    await doubt.waitFor({ timeout: 20_000 })
  } finally {
    clearInterval(replay)
  }
  await doubt.waitFor({ state: 'detached' })
  expect(home.errors).toEqual([])
}, 60_000)
