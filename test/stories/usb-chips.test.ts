/**
 * A phone, or a browser without WebSerial, and cables with the chips that nearly all of them have:
 * each is chosen, set and read over WebUSB, through pulling it out and at the next visit.
 *
 * @module
 */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type LineSettings, p1Line, p1OldLine } from '../../shared/meter/line.ts'
import type { ChipName } from '../rig/usb-chips.ts'
import { type Home, type MeterOnLine, openHome, type Platform, screen, startMeter } from './home.ts'
import { scene } from './story.ts'
import { installUsbDevice } from './usb-device.ts'

interface Cable {
  readonly chip: ChipName
  readonly line: LineSettings
  readonly onAndroid?: boolean
}

const cables: readonly Cable[] = [
  { chip: 'ft232r', line: p1Line, onAndroid: true },
  { chip: 'cp2102', line: p1OldLine },
  { chip: 'ch340', line: p1Line },
]
const MAKERS = [0x0403, 0x10c4, 0x1a86]
const FRESH = /^Read (just now|[0-2]\u202fs ago)$/

let platform: Platform
let meter: MeterOnLine

scene(() => startMeter({ byItself: false }), (at) => ({ platform, meter } = at))

describe.each(cables)('$chip', (cable) => {
  let home: Home
  let page: Page
  let beating: ReturnType<typeof setInterval>

  beforeAll(async () => {
    home = await openHome(platform, { viewport: { width: 390, height: 844 } })
    await installUsbDevice(home.context, cable)
    page = await home.open()
    beating = setInterval(() => {
      const bytes = [...meter.telegram(Math.floor(Date.now() / 1000))]
      void page.evaluate((some) => farEnd.send(some), bytes).catch(() => undefined)
    }, 1000)
  })

  afterAll(async () => {
    clearInterval(beating)
    await home?.close()
  })

  test('the first visit names the chips', async () => {
    await page.getByText(/FT232R.*CP2102.*CH340/).waitFor()
    await screen(page, `usb-${cable.chip}-first-visit`)
  })

  test('a cable that somebody else has is told, with the way out', async () => {
    await page.evaluate(() => farEnd.claim(true))
    await page.getByRole('button', { name: 'Connect meter' }).click()
    await page.getByText('Another app, or a driver of this device, has the cable.').waitFor()
    await screen(page, `usb-${cable.chip}-claimed`)
    await page.evaluate(() => farEnd.claim(false))
  }, 30_000)

  test('it is chosen by its maker, set as the meter speaks, and read', async () => {
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByText(/(to|from) the grid/).first().waitFor({ timeout: 80_000 })
    await page.getByText(FRESH).waitFor({ timeout: 20_000 })
    await screen(page, `usb-${cable.chip}-reading`)
    const asked = await page.evaluate(() => farEnd.asked)
    const choice = asked.find((what) => what.startsWith('choose')) ?? ''
    for (const vendorId of MAKERS) expect(choice).toContain(`"vendorId":${vendorId}`)
    expect(asked).toContain('claim 0')
    const { baudRate = 0, ...format } = await page.evaluate(() => farEnd.settings()) ?? {}
    expect({ ...format, baudRate: cable.line.baudRate }).toEqual(cable.line)
    expect(Math.abs(baudRate / cable.line.baudRate - 1)).toBeLessThan(0.005)
    // Some heads take their power from these.
    expect(await page.evaluate(() => farEnd.signals())).toMatchObject({ dtr: true, rts: true })
  }, 120_000)

  test('pulled out and put in again, it goes on', async () => {
    await page.evaluate(() => farEnd.unplug())
    await page.getByText('The cable was unplugged').waitFor({ timeout: 20_000 })
    await page.evaluate(() => farEnd.plug())
    await page.getByText('The cable was unplugged').waitFor({ state: 'detached', timeout: 20_000 })
    await page.getByText(FRESH).waitFor({ timeout: 20_000 })
    // The chip that was put in is another one: it had to be set again.
    await expect.poll(() => page.evaluate(() => farEnd.settings()?.parity)).toBe(cable.line.parity)
  }, 60_000)

  test('the next visit reads by itself', async () => {
    await page.reload()
    await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
    await page.getByText(FRESH).waitFor({ timeout: 20_000 })
    await expect.poll(() => page.evaluate(() => farEnd.settings()?.parity)).toBe(cable.line.parity)
    expect(home.errors).toEqual([])
  }, 60_000)
})
