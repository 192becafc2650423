/**
 * The worker's story: it reads and verifies beside the page, under the page's strict policy, with
 * and without the network; and where a browser has no worker, the page does the same itself.
 *
 * @module
 */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Home, openHome, type Platform, startPlatform } from './home.ts'

let platform: Platform
let home: Home
let page: Page

beforeAll(async () => {
  platform = await startPlatform()
  home = await openHome(platform)
  page = await home.open()
})

afterAll(async () => {
  await home?.close()
  await platform?.close()
})

const isReading = (url: string) => /\/assets\/worker-[\w-]+\.js$/.test(url)
const workers = () => page.workers().filter((worker) => isReading(worker.url())).length

test('the proof is made in the worker', async () => {
  await page.getByRole('button', { name: /simulated/i }).first().click()
  await page.getByRole('link', { name: /Sealed by this browser\. \d+ blocks? checked/ })
    .waitFor({ timeout: 60_000 })
  await page.getByRole('link', { name: 'Proof' }).click()
  await page.getByText(/\d+ blocks checked/).first().waitFor({ timeout: 30_000 })
  expect(workers()).toBe(1)
  expect(home.errors).toEqual([])
}, 120_000)

test('the simulated meter comes with weeks of a past, in a few blocks', async () => {
  const count = async () => {
    const [row] = await platform.query<{ blocks: number; from: number }>(
      `select count(*)::int as blocks, min(b.from_at)::int as from from blocks b
       join channels c on c.id = b.channel where c.resolution = 'PT15M'`,
    )
    return row
  }
  const now = Date.now() / 1000
  await expect.poll(async () => (await count())?.from ?? now, { timeout: 30_000 })
    .toBeLessThan(now - 39 * 86_400)
  await expect.poll(async () => (await count())?.blocks ?? 0, { timeout: 30_000 })
    .toBeGreaterThan(30)
  expect((await count())?.blocks).toBeLessThan(60)
}, 90_000)

test('coming back to no reading, only the last one is shown', async () => {
  await page.goto(home.origin)
  await page.getByRole('button', { name: 'Stop reading' }).click()
  await page.getByText('The meter is not being read').waitFor()
  // What was read until then is sealed behind that.
  let before = -1
  await expect.poll(async () => {
    const [row] = await platform.query<{ blocks: number }>(
      'select count(*)::int as blocks from blocks',
    )
    const isStill = row?.blocks === before
    before = row?.blocks ?? -1
    return isStill
  }, { timeout: 30_000, interval: 1500 }).toBe(true)
  // All that stands under the number, however shortly, from the first picture on.
  await page.addInitScript(() => {
    const shown = new Set<string>()
    Reflect.set(globalThis, 'shownAges', shown)
    new MutationObserver(() => {
      const text = document.querySelector('.number-now .age')?.textContent
      if (text) shown.add(text)
    }).observe(document, { subtree: true, childList: true, characterData: true })
  })
  await page.reload()
  await page.getByRole('link', { name: /Sealed by this browser\. \d+ blocks? checked/ })
    .waitFor({ timeout: 60_000 })
  // The quarter-hours are looked at after the readings.
  await page.getByText('Quarter-hours today').waitFor({ timeout: 60_000 })
  const shown = await page.evaluate(() => [...Reflect.get(globalThis, 'shownAges') as Set<string>])
  expect(shown).toEqual([shown.at(-1)])
}, 120_000)

test('without a network the worker starts all the same, and shows what is here', async () => {
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await platform.stop()
  const yesterday = new Date(Date.now() - 86_400_000).toLocaleDateString('sv')
  await page.goto(`${home.origin}/history?day=${yesterday}`)
  await expect.poll(() => workers(), { timeout: 30_000 }).toBe(1)
  await page.getByText(/You see what this browser has kept/).first().waitFor({ timeout: 30_000 })
  await platform.start()
}, 90_000)

test('where there is no worker, the page does it', async () => {
  await page.addInitScript(() => void Reflect.deleteProperty(globalThis, 'Worker'))
  await page.goto(`${home.origin}/proof`)
  await page.getByText(/\d+ blocks checked/).first().waitFor({ timeout: 60_000 })
  expect(workers()).toBe(0)
}, 90_000)
