/**
 * The app is closed, the platform goes away, and the app is opened again: it starts from what this
 * browser keeps, with the last values and their age, today's curve, the days that are here; and says
 * that it is offline.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { type MeterOnLine, openHome, type Platform, screen, startMeter } from './home.ts'
import { scene } from './story.ts'

let platform: Platform
let meter: MeterOnLine
let profile: string

scene(() => startMeter({ byItself: false }), (at) => ({ platform, meter, folder: profile } = at))

test('starts without a network, with the last of everything', async () => {
  const first = await openHome(platform, { meter, profile })
  const page = await first.open()
  await page.getByRole('button', { name: 'Connect meter' }).click()
  const now = Math.floor(Date.now() / 1000)
  const midnight = await page.evaluate(() => new Date().setHours(0, 0, 0, 0) / 1000)
  // Until the line is known; then two hours of yesterday, and what there is of today.
  const shown = page.getByText(/(to|from) the grid/).first()
  const early = midnight - 14 * 3600
  for (let at = early - 120; !(await shown.isVisible()); at++) {
    await meter.send(at)
    await page.waitForTimeout(150)
  }
  for (let at = early; at <= early + 7200; at += 300) await meter.send(at)
  for (let at = Math.max(midnight + 5, now - 1800); at < now; at += 60) await meter.send(at)
  await meter.send(now)
  await page.getByRole('link', { name: /blocks checked/ }).waitFor({ timeout: 60_000 })
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await page.locator('.curve canvas').waitFor()
  await page.getByRole('button', { name: 'Stop reading' }).click()
  await page.getByText('The meter is not being read').waitFor()
  // Nothing waits any more: what is shown offline is not merely what was never sent.
  const heads = 'select 1 from channels where head_seq >= 0'
  await expect.poll(() => platform.query(heads), { timeout: 20_000 }).toHaveLength(3)
  await page.goto(`${first.origin}/health`)
  await page.getByText('everything is sent').waitFor({ timeout: 30_000 })
  const watts = async (of: typeof page) => await of.locator('.number-now .watts').innerText()
  await page.goto(first.origin)
  await page.locator('.number-now .watts').waitFor()
  const last = await watts(page)
  expect(first.errors).toEqual([])
  await first.close()

  await platform.stop()
  const second = await openHome(platform, { profile })
  const again = await second.open()
  await again.locator('.number-now .watts').waitFor({ timeout: 60_000 })
  expect(await watts(again)).toBe(last)
  await again.getByText(/^Last read: \d/).waitFor()
  await again.locator('.curve canvas').waitFor({ timeout: 20_000 })
  await screen(again, 'offline-start')

  await again.getByRole('link', { name: 'History', exact: true }).click()
  await again.getByRole('heading', { level: 1, name: 'History' }).waitFor()
  const day = new Date((early + 3600) * 1000)
  const name = `${day.getFullYear()}-${two(day.getMonth() + 1)}-${two(day.getDate())}`
  await again.goto(`${second.origin}/history?day=${name}`)
  await again.getByText('You see what this browser has kept of it').waitFor({
    timeout: 30_000,
  })
  await again.locator('svg.bars .bar').first().waitFor()
  expect(await again.locator('svg.bars .bar').count()).toBeGreaterThanOrEqual(8)
  await screen(again, 'offline-start-history')

  await again.getByRole('link', { name: 'Settings', exact: true }).click()
  await again.getByRole('link', { name: /^How it is doing/ }).click()
  await again.getByText('The platform cannot be reached').first().waitFor({ timeout: 20_000 })
  await again.getByText('not known while the platform is away').waitFor()
  await again.getByText('yes', { exact: true }).first().waitFor()
  await screen(again, 'offline-start-health')
  await again.getByRole('button', { name: 'Make a report' }).click()
  const report = await again.getByRole('region', { name: 'The report' }).innerText()
  expect(JSON.parse(report)).toMatchObject({
    kilowit: { platform: null, serviceWorker: 'ready' },
    browser: { online: false },
  })
  expect(report).not.toContain(meter.id)
  expect(second.errors).toEqual([])
  await second.close()
}, 240_000)

function two(number: number): string {
  return String(number).padStart(2, '0')
}
