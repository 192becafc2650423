/**
 * Coming back: the second visit reads the meter by itself, with nothing to click; and while one tab
 * reads, another one shows what it reads and takes over when it closes.
 *
 * @module
 */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type MeterOnLine, openHome, type Platform, screen, startMeter } from './home.ts'
import { scene } from './story.ts'

const CHECKED = /Sealed by this browser\. \d+ blocks? checked/

let platform: Platform
let meter: MeterOnLine
let profile: string

scene(startMeter, (at) => ({ platform, meter, folder: profile } = at))

test('the second visit reconnects by itself and goes on with the same channels', async () => {
  const first = await openHome(platform, { meter, profile })
  const page = await first.open()
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByRole('link', { name: CHECKED }).waitFor({ timeout: 60_000 })
  const before = await heads()
  const checked = await count(page)
  await first.close()

  const second = await openHome(platform, { meter, profile })
  const again = await second.open()
  await again.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  await again.getByRole('link', { name: CHECKED }).waitFor({ timeout: 30_000 })
  expect(await count(again)).toBeGreaterThanOrEqual(checked) // of all visits, so never fewer
  await screen(again, 'second-visit')
  await expect.poll(async () => (await heads())['live'] ?? -1, { timeout: 80_000, interval: 1000 })
    .toBeGreaterThan(before['live'] ?? -1)
  expect(Object.keys(await heads())).toHaveLength(3)
  expect((await platform.query('select 1 from forks')).length).toBe(0)

  const other = await second.open()
  await other.getByText('Another tab of this browser reads the meter').waitFor({ timeout: 20_000 })
  await other.getByRole('link', { name: CHECKED }).waitFor()
  await other.getByText(/(to|from) the grid/).first().waitFor()
  await screen(other, 'watching')
  await other.getByRole('link', { name: 'Settings' }).click()
  await other.getByText('Where the key is kept').waitFor()
  await other.getByText('Fingerprint of the platform').waitFor()
  await other.getByRole('link', { name: 'Now', exact: true }).click()
  await again.close()
  await other.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  expect(await other.getByText('Another tab of this browser').count()).toBe(0)

  // Nothing comes any more: what is shown says so, and is still there after a new start.
  await other.getByRole('button', { name: 'Stop reading' }).click()
  await other.getByText('The meter is not being read').waitFor()
  await other.getByText(/^Last read:/).waitFor()
  await other.reload()
  await other.getByText(/^Last read:/).waitFor({ timeout: 20_000 })
  await other.getByText(/(to|from) the grid/).first().waitFor()
  await screen(other, 'stopped-reloaded')
  expect(second.errors).toEqual([])
  await second.close()
}, 240_000)

/** Blocks checked, as the seal mark says. */
async function count(page: Page): Promise<number> {
  const words = await page.getByRole('link', { name: CHECKED }).innerText()
  return Number(/(\d+) blocks?/.exec(words)?.[1])
}

async function heads(): Promise<Record<string, number>> {
  const rows = await platform.query<{ resolution: string; head: string }>(
    'select resolution, head_seq as head from channels',
  )
  return Object.fromEntries(rows.map(({ resolution, head }) => [resolution, Number(head)]))
}
