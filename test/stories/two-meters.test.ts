/**
 * Two meters on one browser at once, over two cables that look the same: a P1 meter and one of
 * Vienna. Each is known by what it says, also at the next visit, and stopping one leaves the other.
 *
 * @module
 */
import type { Locator, Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import {
  type Home,
  type MeterOnLine,
  openHome,
  type Platform,
  screen,
  startMeter,
  startViennaMeter,
  type ViennaMeterOnLine,
} from './home.ts'
import { scene } from './story.ts'

let platform: Platform
let one: MeterOnLine
let other: ViennaMeterOnLine
let profile: string
let home: Home
let page: Page

scene(startMeter, async (at) => {
  ;({ platform, meter: one, folder: profile } = at)
  other = await startViennaMeter()
  home = await openHome(platform, { meters: [one, other], profile })
  // The one thing that a page without hands cannot do: choosing in the browser's own list.
  await home.context.addInitScript(() => {
    navigator.serial.requestPort = async () => {
      const ports = (await navigator.serial.getPorts())
        .filter((port) => port.getInfo().usbVendorId !== undefined)
      const [port] = ports
      if (port === undefined) throw new DOMException('Nothing chosen', 'NotFoundError')
      return port
    }
  })
  page = await home.open()
})

afterAll(async () => {
  await home?.close()
  await other?.close()
})

/** The line of the shown meter is being read. */
const reads = (on: Page) =>
  on.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 40_000 })

async function show(on: Page, meter: string): Promise<void> {
  await on.getByRole('combobox', { name: 'Meter', exact: true }).selectOption(meter)
}

/** The age of what is shown keeps being that of a telegram a second. */
async function isFresh(on: Page): Promise<void> {
  await on.waitForTimeout(3000)
  await on.getByText(/^Read (just now|[0-4]\u202fs ago)$/).waitFor({ timeout: 15_000 })
}

test('two meters are read at the same time over cables that look the same', async () => {
  expect(one.line.usb).toEqual(other.line.usb)
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await enterKeyIfAsked(page.getByText('All registers'))
  await reads(page)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Connect another meter' }).click()
  await page.getByRole('link', { name: 'Now', exact: true }).click()
  const choice = page.getByRole('combobox', { name: 'Meter', exact: true })
  await enterKeyIfAsked(choice)
  await choice.waitFor({ timeout: 60_000 })
  for (const { id } of [one, other, one]) {
    await show(page, id)
    await reads(page)
    await isFresh(page)
  }
  await screen(page, 'two-meters')
  await expect.poll(() =>
    platform.query(
      `select 1 from channels c where resolution = 'live'
       and exists (select 1 from blocks b where b.channel = c.id)`,
    ), { timeout: 90_000, interval: 1000 }).toHaveLength(2)
}, 240_000)

/** Whichever cable comes first: only one of the two meters encrypts. @param sign of the other */
async function enterKeyIfAsked(sign: Locator): Promise<void> {
  const field = page.getByLabel('Key: 32 digits, 0 to 9 and A to F')
  await field.or(sign).first().waitFor({ timeout: 90_000 })
  if (await field.count() === 0) return
  await field.fill(other.key)
  await page.getByRole('button', { name: 'Test key' }).click()
  await page.getByRole('button', { name: 'Keep key' }).click()
  await field.waitFor({ state: 'detached' })
}

test('the next visit reads both by itself, each as what it is', async () => {
  await page.close()
  page = await home.open()
  await page.getByRole('combobox', { name: 'Meter', exact: true }).waitFor()
  for (const { id } of [other, one]) {
    await show(page, id)
    await reads(page)
    await isFresh(page)
  }
}, 120_000)

test('both pulled out come back, whichever is first', async () => {
  await one.line.unplug()
  await other.line.unplug()
  await page.getByText('The cable was unplugged').first().waitFor({ timeout: 20_000 })
  await screen(page, 'two-meters-unplugged')
  await other.line.replug()
  await one.line.replug()
  for (const { id } of [one, other]) {
    await show(page, id)
    await reads(page)
    await isFresh(page)
  }
  expect(await page.getByText('The cable was unplugged').count()).toBe(0)
}, 120_000)

test('stopping one leaves the other, also at the next visit', async () => {
  await show(page, one.id)
  await page.getByRole('button', { name: 'Stop reading' }).click()
  await page.getByText('The meter is not being read').waitFor()
  await show(page, other.id)
  await reads(page)
  await isFresh(page)
  await page.close()
  page = await home.open()
  await page.getByRole('combobox', { name: 'Meter', exact: true }).waitFor()
  await show(page, other.id)
  await reads(page)
  await isFresh(page)
  await show(page, one.id)
  await page.getByText('The meter is not being read').waitFor()
  expect(await platform.query('select 1 from forks')).toEqual([])
  expect(home.errors).toEqual([])
}, 120_000)
