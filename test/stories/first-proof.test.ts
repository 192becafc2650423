/**
 * A newcomer's story: connect a real meter and see one's own consumption, sealed by this browser,
 * kept by the platform, read back and checked; then take it away as a bundle that anyone can check.
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

story(startMeter, async (at) => {
  ;({ platform, meter, home } = at)
  page = await home.open()
})

test('connecting the meter shows what flows now', async () => {
  await page.getByRole('heading', { name: 'See what your meter says' }).waitFor()
  await screen(page, 'first-visit')
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByText(/(to|from) the grid/).first().waitFor()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor()
}, 60_000)

test('within a minute the first block is sealed, kept, read back and checked', async () => {
  await page.getByRole('link', { name: /Sealed by this browser\. \d+ blocks? checked/ })
    .waitFor({ timeout: 60_000 })
  await page.getByText('Keep a way back').waitFor()
  await screen(page, 'first-proof')
  await expect.poll(() =>
    platform.query(
      `select c.resolution, count(b.*) > 0 as kept from channels c
       left join blocks b on b.channel = c.id group by 1 order by 1`,
    ), { timeout: 20_000 }).toEqual([
      { resolution: 'P1D', kept: true },
      { resolution: 'PT15M', kept: true },
      { resolution: 'live', kept: true },
    ])
}, 90_000)

test('no telegram, register or meter id is in the platform’s database', async () => {
  const held = await platform.query<{ bytes: Uint8Array }>(
    `select statement || coalesce(body, ''::bytea) as bytes from blocks
     union all select opening from channels
     union all select statement from chapters
     union all select statement from epochs`,
  )
  expect(held.length).toBeGreaterThan(6)
  for (const { bytes } of held) {
    const text = new TextDecoder('latin1').decode(bytes)
    expect(text).not.toContain(meter.id)
    expect(text).not.toContain('1.8.')
  }
})

test('the proof says in words what was checked, and its export holds offline', async () => {
  await page.getByRole('link', { name: 'Proof' }).click()
  await page.getByText(/\d+ blocks checked/).first().waitFor({ timeout: 30_000 })
  await page.getByRole('heading', { name: 'Identities' }).waitFor()
  await screen(page, 'proof')
  const quarters = page.getByRole('article').filter({ hasText: 'Every telegram' })
  await quarters.getByText('Export', { exact: true }).click()
  await quarters.getByRole('radio', { name: /With keys/ }).check()
  const downloading = page.waitForEvent('download')
  await quarters.getByRole('button', { name: 'Export channel' }).click()
  const file = await (await downloading).path()
  const readings: Reading[] = []
  const report = await verifyBundle(new Uint8Array(readFileSync(file)), {
    opened: (_block, opened) => readings.push(...opened),
  })
  expect(report.fault).toBeNull()
  expect(report.acknowledged).toBe(report.counts.blocks)
  expect(report.counts.opened).toBe(report.counts.blocks)
  expect(readings.length).toBeGreaterThan(0)
  expect(new Set(readings.map((reading) => reading.meter))).toEqual(new Set([meter.id]))
  expect(readings[0]?.assurance).toEqual({ line: 'crc', origin: 'plain', custody: 'browser' })
}, 60_000)

test(
  'while the platform is away, the last proof and the days that are here stay in sight',
  async () => {
    await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
    await platform.stop()
    await page.reload()
    await page.getByText(/This is what this browser last checked/).waitFor({ timeout: 30_000 })
    await page.getByRole('heading', { name: 'Identities' }).waitFor()
    await screen(page, 'proof-away')
    await page.getByRole('link', { name: 'Now', exact: true }).click()
    await page.getByText('The platform cannot be reached').waitFor({ timeout: 10_000 })
    await page.getByText('Reading goes on, and what you see is live.').waitFor()
    await page.goto(`${home.origin}/history?day=2020-01-01`)
    await page.getByText('This is not in this browser.').waitFor({ timeout: 20_000 })
    await platform.start()
  },
  120_000,
)

test('pulling the cable is told, and plugging it in goes on by itself', async () => {
  await page.getByRole('link', { name: 'Now', exact: true }).click()
  await meter.line.unplug()
  await page.getByText('The cable was unplugged').waitFor({ timeout: 20_000 })
  await screen(page, 'unplugged')
  await meter.line.replug()
  await page.getByText('The cable was unplugged').waitFor({ state: 'detached', timeout: 20_000 })
  await page.getByRole('button', { name: 'Stop reading' }).waitFor()
  expect(home.errors).toEqual([])
}, 60_000)
