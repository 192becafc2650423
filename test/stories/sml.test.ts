/**
 * A German meter whose PIN was never entered: it is found and read by itself, says what it holds
 * back and how that is changed, and its power appears as soon as the PIN is entered.
 *
 * @module
 */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  type Home,
  type Platform,
  savedLine,
  screen,
  type SmlMeterOnLine,
  startSmlMeter,
} from './home.ts'
import { story } from './story.ts'

let platform: Platform
let meter: SmlMeterOnLine
let home: Home
let page: Page

story(startSmlMeter, async (at) => {
  ;({ platform, meter, home } = at)
  page = await home.open()
})

test(
  'the meter is found at its line settings, and the hint says how to enter the PIN',
  async () => {
    await page.getByRole('button', { name: 'Connect meter' }).click()
    await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 40_000 })
    await page.getByText('Your meter tells only whole kilowatt-hours').waitFor()
    await page.getByText('Your meter does not say its power').waitFor()
    await page.getByText('How do I enter the PIN?').click()
    await page.getByText('Flash a torch at its optical key twice').waitFor()
    await screen(page, 'sml-pin')
    await page.getByText('All registers').click()
    await page.getByText(meter.id).first().waitFor()
    await page.getByRole('cell', { name: /kWh/ }).first().waitFor()
    await page.getByText('The meter tells only whole kilowatt-hours until').waitFor()
    // What is not told is not there: no power, and none of zero either.
    expect(await page.getByText(/16\.7\.0/).count()).toBe(0)
  },
  90_000,
)

test('once the PIN is entered, the power is there and the hint is gone', async () => {
  meter.enterPin()
  await page.getByText(/\d\u202fW\s+(to|from) the grid/).first().waitFor()
  await page.getByText('Your meter tells only whole').waitFor({ state: 'detached' })
  await page.getByRole('link', { name: /Sealed by this browser\. \d+ blocks? checked/ })
    .waitFor({ timeout: 60_000 })
  await page.getByText(/16\.7\.0/).first().waitFor()
  await page.getByText('in the clear, not signed by the meter').waitFor()
  await screen(page, 'sml-reading')
  await page.getByText('The telegram, as it came').click()
  const { name, said } = await savedLine(page)
  // This line has no rate of its own: it is found at the first that is tried.
  expect(name).toBe('kilowit-line-115200-8N1.bin')
  expect(said).toContain(`"meter":"${meter.id}"`)
}, 90_000)

test('the next visit reads by itself, and the platform holds what was sealed', async () => {
  await page.close()
  page = await home.open()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  await page.getByText(/(to|from) the grid/).first().waitFor()
  const [held] = await platform.query<{ count: number }>(
    'select count(*)::int as count from blocks',
  )
  expect(held?.count).toBeGreaterThan(0)
  expect(home.errors).toEqual([])
}, 60_000)
