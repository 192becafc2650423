/**
 * The first minute with a meter: while its past comes, nothing that is looked at is pushed away.
 *
 * @module
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Home, openHome, type Platform, screen, startPlatform } from './home.ts'

let platform: Platform
let home: Home

beforeAll(async () => {
  platform = await startPlatform()
  home = await openHome(platform, { zone: whereItIsNoon() })
})

afterAll(async () => {
  await home?.close()
  await platform?.close()
})

/** The first bar of a day needs a whole quarter-hour of it. */
function whereItIsNoon(): string {
  const eastOf = 12 - new Date().getUTCHours() // what is east has a minus here
  return `Etc/GMT${eastOf > 0 ? '-' : '+'}${Math.abs(eastOf)}`
}

interface Shift extends PerformanceEntry {
  readonly value: number
  readonly hadRecentInput: boolean
  readonly sources: readonly { readonly node: Node | null }[]
}

test('little moves that the visitor did not move', async () => {
  const page = await home.open('/settings')
  await page.addInitScript(() => {
    const shifts: { value: number; what: string; at: number }[] = []
    Reflect.set(globalThis, 'shifts', shifts)
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as Shift[]) {
        if (entry.hadRecentInput) continue
        const what = entry.sources.map(({ node }) =>
          node instanceof Element ? `${node.tagName}.${node.className}` : node?.nodeName
        )
        shifts.push({ value: entry.value, what: what.join(' '), at: Math.round(entry.startTime) })
      }
    }).observe({ type: 'layout-shift', buffered: true })
  })
  await page.goto(home.origin)
  await page.getByRole('button', { name: /simulated/i }).first().click()
  await page.getByRole('link', { name: /Sealed by this browser\. \d+ blocks? checked/ })
    .waitFor({ timeout: 60_000 })
  await page.getByText('Quarter-hours today').waitFor({ timeout: 30_000 })
  await page.getByRole('slider', { name: /^Energy on/ }).waitFor({ timeout: 30_000 })
  await page.getByText('Keep a way back').waitFor() // it comes with the first proof
  await screen(page, 'steady')
  const shifts = await page.evaluate(() => Reflect.get(globalThis, 'shifts') as { value: number }[])
  const sum = shifts.reduce((all, { value }) => all + value, 0)
  // No more than the word beside the number, which grows and shrinks by a digit.
  expect(sum).toBeLessThan(0.02)
}, 120_000)
