/**
 * Pulled out in the middle of a telegram and put in again, and disturbed on the line: reading goes on
 * by itself, and no telegram that came whole is lost, doubled or made up.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Reading } from '../../shared/meter/reading.ts'
import { verifyBundle } from '../../shared/seal/bundle.ts'
import { type Home, type MeterOnLine, type Platform, screen, startMeter } from './home.ts'
import { story } from './story.ts'

let platform: Platform
let meter: MeterOnLine
let home: Home
let page: Page
/** Observed times of the telegrams that were sent whole. */
const whole: number[] = []
let next = Math.floor(Date.now() / 1000) - 600

story(() => startMeter({ byItself: false }), async (at) => {
  ;({ platform, meter, home } = at)
  page = await home.open()
})

async function sendWhole(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    whole.push(next)
    await meter.send(next++)
    await new Promise((sent) => setTimeout(sent, 250))
  }
}

/** The newest whole telegram is on the page. */
async function shown(): Promise<void> {
  const wanted = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium' }).format(
    (whole.at(-1) ?? 0) * 1000,
  )
  await page.getByText(`${wanted}, by the meter’s clock`).waitFor({ timeout: 20_000 })
}

test('reading resumes after the cable was pulled in mid-telegram', async () => {
  const beating = setInterval(() => void meter.send(next - 1), 200)
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByText('All registers').click({ timeout: 30_000 })
  clearInterval(beating)
  whole.push(next - 1) // the same, again and again: one reading
  await sendWhole(5)
  await shown()

  for (let round = 0; round < 2; round++) {
    const half = meter.telegram(next++)
    await meter.line.write(half.subarray(0, 300))
    await new Promise((came) => setTimeout(came, 300))
    await meter.line.unplug()
    await page.getByText('The cable was unplugged').waitFor({ timeout: 20_000 })
    await screen(page, `unplugged-mid-telegram-${round}`)
    await meter.line.replug()
    await page.getByText('The cable was unplugged').waitFor({ state: 'detached', timeout: 20_000 })
    await page.getByRole('button', { name: 'Stop reading' }).waitFor()
    // What the cable gives first is the rest of what was begun.
    await meter.line.write(half.subarray(300))
    await sendWhole(5)
    await shown()
  }
}, 120_000)

test('noise between telegrams ends nothing and makes nothing', async () => {
  await meter.line.write(Uint8Array.from({ length: 500 }, (_, i) => (i * 37) % 256))
  await meter.line.write(meter.telegram(next++).subarray(100))
  await sendWhole(5)
  await shown()
  expect(await page.getByText('Only noise comes').count()).toBe(0)
}, 60_000)

test('every whole telegram is sealed once, and nothing else', async () => {
  await page.getByRole('button', { name: 'Stop reading' }).click()
  await page.getByText('The meter is not being read').waitFor()
  await page.getByRole('link', { name: 'Proof' }).click()
  const live = page.getByRole('article').filter({ hasText: 'Every telegram' })
  await expect.poll(async () => {
    await page.getByRole('button', { name: /check/i }).first().click().catch(() => undefined)
    return await platform.query(
      `select 1 from channels c where resolution = 'live' and head_seq >= 0`,
    )
  }, { timeout: 30_000, interval: 1000 }).toHaveLength(1)
  await live.getByText('Export', { exact: true }).click()
  await live.getByRole('radio', { name: /With keys/ }).check()
  const downloading = page.waitForEvent('download')
  await live.getByRole('button', { name: 'Export channel' }).click()
  const readings: Reading[] = []
  const bundle = new Uint8Array(readFileSync(await (await downloading).path()))
  const report = await verifyBundle(bundle, { opened: (_, opened) => readings.push(...opened) })
  expect(report.fault).toBeNull()
  expect(readings.map(({ at }) => at)).toEqual(whole)
  expect(home.errors).toEqual([])
}, 90_000)
