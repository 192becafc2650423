/**
 * A browser without WebSerial, as on a phone, and a reading head that is a serial port by class: it
 * is read over WebUSB, from the first visit on, through pulling it out and at the next visit.
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
import { installUsbDevice } from './usb-device.ts'

let platform: Platform
let meter: ViennaMeterOnLine
let home: Home
let page: Page
let beating: ReturnType<typeof setInterval>

scene(() => startViennaMeter({ byItself: false }), async (at) => {
  ;({ platform, meter } = at)
  home = await openHome(platform)
  const line = { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 } as const
  await installUsbDevice(home.context, { chip: 'cdc', line })
  page = await home.open()
  beating = setInterval(() => void beat(), 1000)
})

async function beat(): Promise<void> {
  const telegram = await meter.telegram(Math.floor(Date.now() / 1000))
  await page.evaluate((bytes) => farEnd.send(bytes), [...telegram]).catch(() => undefined)
}

afterAll(async () => {
  clearInterval(beating)
  await home?.close()
})

test('the first visit says what this browser can read', async () => {
  await page.getByText('or one that is a serial port by itself (CDC)').waitFor()
  expect(await page.evaluate(() => 'serial' in navigator)).toBe(false)
  await screen(page, 'usb-first-visit')
})

test('a CDC device is asked for, its line set, and its meter read', async () => {
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByText('Your meter encrypts its telegrams').waitFor({ timeout: 40_000 })
  await page.getByLabel('Key: 32 digits, 0 to 9 and A to F').fill(meter.key)
  await page.getByRole('button', { name: 'Test key' }).click()
  await page.getByRole('button', { name: 'Keep key' }).click()
  await page.getByText(/(to|from) the grid/).first().waitFor()
  await page.getByRole('link', { name: /Sealed by this browser\. \d+ blocks? checked/ })
    .waitFor({ timeout: 60_000 })
  await screen(page, 'usb-reading')
  const asked = await page.evaluate(() => farEnd.asked)
  const [choice, ...others] = asked.filter((what) => what.startsWith('choose'))
  expect(choice).toContain('{"classCode":2}')
  expect(others).toEqual([])
  expect(asked).toEqual(expect.arrayContaining(['claim 0', 'claim 1', 'coding 9600 0 0 8']))
  // Both lines of control are up: some heads take their power from them.
  expect(asked).toContain('control 34 3')
}, 150_000)

test('pulled out and put in again, it goes on', async () => {
  await page.evaluate(() => farEnd.unplug())
  await page.getByText('The cable was unplugged').waitFor({ timeout: 20_000 })
  await page.evaluate(() => farEnd.plug())
  await page.getByText('The cable was unplugged').waitFor({ state: 'detached', timeout: 20_000 })
  await page.getByText(/^Read (just now|[0-2]\u202fs ago)$/).waitFor({ timeout: 20_000 })
}, 60_000)

test('the next visit reads by itself', async () => {
  await page.reload()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  await page.getByText(/^Read (just now|[0-2]\u202fs ago)$/).waitFor({ timeout: 20_000 })
  expect(home.errors).toEqual([])
}, 60_000)
