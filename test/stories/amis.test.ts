/**
 * An AMIS meter of Netz Oberösterreich at its infrared interface: it calls, and is answered only once
 * its owner has allowed it; it sends as long as each telegram is answered, and is read with its key.
 * Where answers are lost it calls again, and reading goes on.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import type { Page } from 'playwright-core'
import { afterAll, expect, test } from 'vitest'
import { toHex } from '../../shared/bytes.ts'
import { createSimulatedAmisMeter } from '../../shared/meter/simulate-amis.ts'
import { openSerialLine } from '../rig/serial-line.ts'
import { type AnyMeterOnLine, type Home, openHome, type Platform, screen } from './home.ts'
import { scene } from './story.ts'

interface AmisMeterOnLine extends AnyMeterOnLine {
  readonly key: string
  /** From now on it hears no answer, or hears again. */
  deafen(isDeaf: boolean): void
  /** How often it called, and how many of its telegrams were answered. */
  readonly told: { calls: number; answered: number }
}

async function startAmisMeter(): Promise<AmisMeterOnLine> {
  const line = await openSerialLine({ usb: { vendorId: 0x10c4, productId: 0xea60 } })
  // Sooner than the real one, which lets a minute pass.
  const meter = createSimulatedAmisMeter({ seed: 7, startWh: 4_000_000, callEvery: 4 })
  const told = { calls: 0, answered: 0 }
  let isDeaf = false
  const rateOf = (): number => {
    return Number(execFileSync('stty', ['-F', line.path() ?? '', 'speed'], { encoding: 'utf8' }))
  }
  line.onData((bytes) => {
    if (isDeaf || rateOf() !== 9600) return
    told.answered++
    meter.hear(bytes)
  })
  const speaking = setInterval(() => {
    void (async () => {
      const bytes = await meter.speak(Math.floor(Date.now() / 1000))
      if (bytes.length === 0 || line.path() === undefined) return
      if (bytes.length === 5) told.calls++
      await line.write(rateOf() === 9600 ? bytes : bytes.map((byte) => byte | 0x80))
    })()
  }, 1000)
  return {
    line,
    told,
    id: meter.meter,
    key: toHex(meter.key),
    deafen: (deaf) => isDeaf = deaf,
    send: () => Promise.resolve(),
    async close() {
      clearInterval(speaking)
      await line.close()
    },
  }
}

let platform: Platform
let meter: AmisMeterOnLine
let home: Home
let page: Page

scene(startAmisMeter, async (at) => {
  ;({ platform, meter } = at)
  home = await openHome(platform, { meter, profile: at.folder, zone: 'Europe/Vienna' })
  page = await home.open()
})

afterAll(() => home?.close())

test('its call is heard, and not answered before the owner allows it', async () => {
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByText('Your meter calls, and waits for an answer').waitFor({ timeout: 60_000 })
  expect(meter.told.calls).toBeGreaterThan(0)
  expect(meter.line.received()).toHaveLength(0)
  await screen(page, 'amis-calls')
}, 90_000)

test(
  'once allowed it is answered, and asks for its key, which is tried before it is kept',
  async () => {
    await page.getByRole('button', { name: 'Answer the meter' }).click()
    await page.getByText('Waiting for the call of a meter').waitFor()
    await page.getByText('Your meter encrypts its telegrams').waitFor({ timeout: 30_000 })
    await page.getByText('calls itself ZZZ').waitFor()
    await page.getByText('Where do I find the key?').click()
    await page.getByRole('link', { name: 'Netz Oberösterreich' }).waitFor()
    const field = page.getByLabel('Key: 32 digits, 0 to 9 and A to F')
    await field.fill(meter.key.replace(/^./, (first) => first === '0' ? '1' : '0'))
    await page.getByRole('button', { name: 'Test key' }).click()
    await page.getByText('This key does not open the telegrams of this meter').waitFor()
    await field.fill(meter.key)
    await page.getByRole('button', { name: 'Test key' }).click()
    await page.getByText('The key fits: this is what your meter says').waitFor()
    expect(await platform.query('select 1 from channels')).toEqual([])
    await screen(page, 'amis-opens')
  },
  90_000,
)

test('it is read and sealed, and every reading says what it proves', async () => {
  await page.getByRole('button', { name: 'Keep key' }).click()
  await page.getByRole('link', { name: /Sealed by this browser\. \d+ blocks? checked/ })
    .waitFor({ timeout: 60_000 })
  await page.getByText('All registers').click()
  await page.getByText('encrypted, not authenticated').waitFor()
  await page.getByText('Reactive energy exported, tariff 1').first().waitFor()
  await page.getByText('does not say its number, only its model').first().waitFor()
  expect(new Set(meter.line.received())).toEqual(new Set([0xe5]))
  await screen(page, 'amis-reading')
}, 90_000)

test('the next visit answers by itself, with the key that was kept', async () => {
  const before = meter.told.answered
  await page.reload()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  await expect.poll(() => meter.told.answered, { timeout: 30_000 }).toBeGreaterThan(before + 3)
  await page.getByText(/(to|from) the grid/).first().waitFor()
  expect(await page.getByText('Your meter encrypts its telegrams').count()).toBe(0)
}, 60_000)

test('where answers are lost it calls again, and reading goes on', async () => {
  const { calls } = meter.told
  meter.deafen(true)
  await expect.poll(() => meter.told.calls, { timeout: 30_000 }).toBeGreaterThan(calls)
  const { answered } = meter.told
  meter.deafen(false)
  await expect.poll(() => meter.told.answered, { timeout: 30_000 }).toBeGreaterThan(answered + 3)
  await page.getByText(/(to|from) the grid/).first().waitFor()
  expect(home.errors).toEqual([])
}, 90_000)
