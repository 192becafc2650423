/**
 * The network is away for an hour, and the page is loaded again in the middle of it: afterwards the
 * platform has every block once and in order, and every telegram that was read is in one of them.
 *
 * The page's clock begins an hour in the past and is moved on by hand; the meter goes with it.
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

const MINUTES = 70

let platform: Platform
let meter: MeterOnLine
let home: Home
let page: Page
/** The page's time, seconds. */
let at: number
const sent: number[] = []

story(() => startMeter({ byItself: false }), async (story) => {
  ;({ platform, meter, home } = story)
  at = Math.floor(Date.now() / 1000) - 60 * (MINUTES + 2)
  await home.context.clock.install({ time: at * 1000 })
  page = await home.open()
})

/** Time goes on, the meter says what it has counted, and the page has read it. */
async function minutes(count: number, seconds = 60): Promise<void> {
  for (let i = 0; i < count; i++) {
    at += seconds
    await home.context.clock.fastForward(seconds * 1000)
    await meter.send(at)
    sent.push(at)
    await new Promise((resolve) => setTimeout(resolve, 60))
  }
}

test('online: the first block is checked', async () => {
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByText('Listening for your meter').waitFor()
  const opened = page.getByText('by the meter’s clock').or(page.getByText(/the grid/)).first()
  while (!(await opened.isVisible())) await minutes(1, 1)
  sent.length = 0 // what was heard while listening for the meter is not all read
  await minutes(12, 1)
  await page.getByRole('link', { name: /blocks? checked/ }).waitFor()
}, 60_000)

test('offline: blocks wait, also when the page is loaded again', async () => {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await platform.stop()
  await minutes(MINUTES / 2)
  await page.getByText('The platform cannot be reached').waitFor()
  await page.getByText(/Reading goes on, and what you see is live\. \d+ blocks? waits?/).waitFor()
  await screen(page, 'offline')

  await page.reload()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor()
  await minutes(MINUTES / 2)
  await page.getByRole('link', { name: /blocks wait for the platform/ }).waitFor()
  await screen(page, 'offline-reloaded')
}, 120_000)

test('online again: everything arrives once and in order', async () => {
  await platform.start()
  await minutes(2)
  await expect.poll(async () => {
    await home.context.clock.fastForward(30_000)
    return await page.getByText('The platform cannot be reached').count()
  }, { timeout: 60_000, interval: 500 }).toBe(0)
  await page.getByRole('link', { name: /blocks checked/ }).waitFor({ timeout: 30_000 })
  await screen(page, 'online-again')

  const chains = async () =>
    (await platform.query<{ seqs: number[] }>(
      'select array_agg(seq::int order by seq) as seqs from blocks group by channel',
    )).map(({ seqs }) => seqs)
  // What waits is sent a part at a time, with pauses that the clock has to pass.
  await expect.poll(async () => {
    await home.context.clock.fastForward(5_000)
    return Math.max(...(await chains()).map((seqs) => seqs.length))
  }, { timeout: 60_000, interval: 500 }).toBeGreaterThan(MINUTES / 2)
  const all = await chains()
  expect(all).toHaveLength(3)
  for (const seqs of all) expect(seqs).toEqual(seqs.map((_, i) => i))
  expect(await platform.query('select 1 from forks')).toEqual([])
}, 120_000)

test(
  'every telegram that was read is there once, and the quarters are those of the clock',
  async () => {
    await page.getByRole('link', { name: 'Proof' }).click()
    const live = await exported('Every telegram')
    const times = live.map((reading) => reading.at)
    expect(times).toEqual([...new Set(times)].sort((a, b) => a - b))
    // The newest minute may still be open.
    const due = sent.filter((time) => time <= (times.at(-1) ?? 0))
    expect(times.filter((time) => due.includes(time))).toEqual(due)
    expect(due.length).toBeGreaterThan(MINUTES)
    const quarters = (await exported('Quarter-hours')).map((reading) => reading.at)
    const boundaries = [...new Set(due.map((time) => time - (time % 900)))]
    const sealed = boundaries.filter((boundary) => boundary <= (quarters.at(-1) ?? 0))
    expect(quarters.length).toBeGreaterThanOrEqual(sealed.length)
    // Those of the hour that is not over yet wait for it.
    expect(boundaries.length - sealed.length).toBeLessThan(4)
    for (const quarter of quarters.slice(1)) expect(quarter % 900).toBeLessThan(60)
    expect(home.errors).toEqual([])
  },
  60_000,
)

async function exported(name: string): Promise<Reading[]> {
  const channel = page.getByRole('article').filter({ hasText: name })
  await channel.getByText('Export', { exact: true }).click()
  await channel.getByRole('radio', { name: /With keys/ }).check()
  const downloading = page.waitForEvent('download')
  await channel.getByRole('button', { name: 'Export channel' }).click()
  const readings: Reading[] = []
  const bundle = new Uint8Array(readFileSync(await (await downloading).path()))
  const report = await verifyBundle(bundle, {
    opened: (_block, opened) => readings.push(...opened),
  })
  expect(report.fault).toBeNull()
  return readings
}
