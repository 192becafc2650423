/**
 * A meter with an infrared eye that says nothing until it is asked (IEC 62056-21, mode C): the owner
 * is asked first, the rate is changed as the meter offers, and the next visit goes on by itself. The
 * meter hears only what is sent at the rate it listens at.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { createSimulatedD0Meter } from '../../shared/meter/simulate-d0.ts'
import { openSerialLine } from '../rig/serial-line.ts'
import { type AnyMeterOnLine, type Home, openHome, type Platform, screen } from './home.ts'
import { scene } from './story.ts'

interface OpticalMeterOnLine extends AnyMeterOnLine {
  /** At which rates it was spoken to. */
  readonly rates: number[]
}

async function startOpticalMeter(): Promise<OpticalMeterOnLine> {
  // A reading head with a CP2102.
  const line = await openSerialLine({ usb: { vendorId: 0x10c4, productId: 0xea60 } })
  const meter = createSimulatedD0Meter({ seed: 5, startWh: 4_000_000 })
  const rates: number[] = []
  const rateOf = (): number => {
    return Number(execFileSync('stty', ['-F', line.path() ?? '', 'speed'], { encoding: 'utf8' }))
  }
  line.onData((bytes) => {
    const rate = rateOf()
    rates.push(rate)
    // The head sees its own light.
    void line.write(bytes)
    for (const answer of meter.hear(bytes, rate, Math.floor(Date.now() / 1000))) {
      setTimeout(() => {
        const isFollowed = line.path() !== undefined && rateOf() === answer.baudRate
        void line.write(isFollowed ? answer.bytes : new Uint8Array(20).fill(0x7f))
      }, 2 * answer.afterMilliseconds)
    }
  })
  return {
    line,
    rates,
    id: meter.meter,
    send: () => Promise.resolve(),
    close: () => line.close(),
  }
}

let platform: Platform
let meter: OpticalMeterOnLine
let home: Home
let page: Page
let profile: string

scene(startOpticalMeter, async (at) => {
  ;({ platform, meter, folder: profile } = at)
  home = await openHome(platform, { meter, profile, zone: 'Europe/Vienna' })
  page = await home.open()
})

afterAll(() => home?.close())

test('nothing is sent before the owner allows it', async () => {
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByText('nothing comes from the meter').waitFor({ timeout: 90_000 })
  expect(meter.rates).toEqual([])
  await page.getByText('say nothing until they are asked').waitFor()
  await screen(page, 'optical-silence')
}, 120_000)

test('the meter is asked at 300 baud, followed to 9600, read and sealed', async () => {
  await page.getByRole('button', { name: 'Ask the meter' }).click()
  await page.getByText('Asking your meter').waitFor()
  await page.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 60_000 })
  expect(new Set(meter.rates)).toEqual(new Set([300, 9600]))
  await page.getByText(meter.id).first().waitFor({ state: 'attached' })
  await screen(page, 'optical-read')
  expect(await platform.query('select 1 from blocks')).not.toEqual([])
}, 90_000)

test('the next visit asks by itself', async () => {
  const asked = meter.rates.length
  await page.reload()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  await expect.poll(() => meter.rates.length, { timeout: 20_000 }).toBeGreaterThan(asked)
  expect(home.errors).toEqual([])
}, 60_000)
