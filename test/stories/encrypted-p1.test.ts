/**
 * A meter of Styria whose P1 telegrams are encrypted under two keys: it is found without them, says
 * that the one is not enough, and with both every reading is authenticated.
 *
 * @module
 */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  type Home,
  type Platform,
  screen,
  type SealedMeterOnLine,
  startSealedMeter,
} from './home.ts'
import { story } from './story.ts'

let platform: Platform
let meter: SealedMeterOnLine
let home: Home
let page: Page

story(startSealedMeter, async (at) => {
  ;({ platform, meter, home } = at)
  page = await home.open()
})

test('the meter is found, and says which key is missing', async () => {
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByText('Your meter encrypts its telegrams').waitFor({ timeout: 40_000 })
  await page.getByText('Where do I find the key?').click()
  await page.getByRole('link', { name: 'Energienetze Steiermark' }).waitFor()
  await screen(page, 'encrypted-p1-locked')
  const first = page.getByLabel('Key: 32 digits, 0 to 9 and A to F')
  await first.fill(meter.authenticationKey)
  await page.getByRole('button', { name: 'Test key' }).click()
  await page.getByText('This key does not open the telegrams of this meter').waitFor()
  await first.fill(meter.key)
  await page.getByRole('button', { name: 'Test key' }).click()
  await page.getByText('The key fits, and a second one is needed').waitFor()
  await screen(page, 'encrypted-p1-second')
  expect(await platform.query('select 1 from channels')).toEqual([])
}, 90_000)

test('with both keys it is read, and every reading is authenticated', async () => {
  await page.getByText('My operator gave me two keys', { exact: true }).click()
  await page.getByLabel('Authentication key').fill(meter.authenticationKey)
  await page.getByRole('button', { name: 'Test key' }).click()
  await page.getByText('The key fits: this is what your meter says').waitFor()
  await screen(page, 'encrypted-p1-opens')
  await page.getByRole('button', { name: 'Keep key' }).click()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor()
  await page.getByRole('link', { name: /Sealed by this browser\. \d+ blocks? checked/ })
    .waitFor({ timeout: 60_000 })
  await page.getByText('All registers').click()
  await page.getByText('encrypted and authenticated with the meter’s key').waitFor()
  await page.getByText(meter.id).first().waitFor()
  await screen(page, 'encrypted-p1-reading')
}, 90_000)

test('the next visit reads by itself', async () => {
  await page.close()
  page = await home.open()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  await page.getByText(/(to|from) the grid/).first().waitFor()
  expect(home.errors).toEqual([])
}, 60_000)
