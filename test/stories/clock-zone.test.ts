/**
 * A meter whose clock does not say its zone, read by a computer that is set to another one: asked
 * once, remembered for this meter, and until then nothing is kept that might be an hour off.
 *
 * @module
 */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import {
  type Home,
  type Platform,
  screen,
  startViennaMeter,
  type ViennaMeterOnLine,
} from './home.ts'
import { story } from './story.ts'

let meter: ViennaMeterOnLine
let home: Home
let platform: Platform
let page: Page

story(
  () => startViennaMeter({ model: 'E450' }),
  async (at) => {
    ;({ meter, home, platform } = at)
    page = await home.open()
  },
  { zone: 'Europe/London' },
)

/** The doubt that the meter's clock is an hour off, which it is while its zone is another. */
const isOff = () => page.getByText('The meter’s clock and this computer’s differ.')

test('its readings are shown, and kept from when the owner says where it is', async () => {
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByText('Your meter encrypts its telegrams').waitFor({ timeout: 40_000 })
  await page.getByLabel('Key: 32 digits, 0 to 9 and A to F').fill(meter.key)
  await page.getByRole('button', { name: 'Test key' }).click()
  await page.getByRole('button', { name: 'Keep key' }).click()
  await page.getByText('Your meter’s clock does not say its time zone').waitFor()
  await page.getByText('Readings are kept from when you say where the meter is').waitFor()
  await page.locator('.number-now .watts').waitFor()
  await screen(page, 'clock-zone-asked')
  await page.getByText('All registers').click()
  await isOff().waitFor()

  const zone = page.getByRole('combobox', { name: 'Time zone of the meter' })
  expect(await zone.inputValue()).toBe('Europe/London')
  await zone.selectOption('Europe/Vienna')
  await page.getByRole('button', { name: 'Keep time zone' }).click()
  await page.getByText('does not say its time zone').waitFor({ state: 'detached' })
  await isOff().waitFor({ state: 'detached' })

  await page.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 60_000 })
  const [sealed] = await platform.query<{ blocks: number; last: number }>(
    'select count(*)::int as blocks, max(to_at)::int as last from blocks',
  )
  expect(sealed?.blocks).toBeGreaterThan(0)
  expect((sealed?.last ?? 0) - Date.now() / 1000).toBeLessThan(600) // none from in an hour
}, 150_000)

test('it is asked once', async () => {
  await page.reload()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  await page.getByText('All registers').click()
  await page.getByText('by the meter’s clock, in local time').waitFor()
  expect(await isOff().count()).toBe(0)
  expect(await page.getByText('does not say its time zone').count()).toBe(0)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByText('Its clock is read as Europe/Vienna.').waitFor()
  expect(home.errors).toEqual([])
}, 60_000)
