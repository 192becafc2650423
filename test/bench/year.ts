/**
 * A year of quarter-hours in real Chromium, from the real server: sealed as the app seals them, an
 * hour to a block and an epoch to a day, then fetched, verified, opened, summed and drawn by the
 * built app. Timed in the page, from the navigation until the bars of the months are painted.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import type { CDPSession, Page } from 'playwright-core'
import { enter } from '../engine/laboratory.ts'
import { launchBrowser } from '../rig/browser.ts'
import { type Site, startSite } from './kilowit.ts'
import { type Measured, sideBySide, type Spread, spread, type Turn } from './measure.ts'
import type { Bounds, Report } from './report.ts'

const YEAR = 2025
const DAYS = 365
/** Midnight in Vienna. */
const FROM = Date.UTC(YEAR, 0, 1) / 1000 - 3600

declare global {
  var drawnAt: number | undefined
  var longest: number
}

export async function benchYear({ rounds }: Bounds): Promise<Report[]> {
  const site = await startSite()
  const profile = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-year-'))
  try {
    await seal(site, profile)
    const browser = await launchBrowser({ origin: site.url, userDataDir: profile })
    try {
      const page = await browser.page()
      // What runs this file names functions by a helper that the page has not.
      await page.addInitScript('globalThis.__name = (made) => made')
      await page.addInitScript(watchDrawing)
      const atRest = watchRequests(page)
      const measured = await sideBySide([
        { name: 'From the platform, the app just started', turn: () => firstLook(page, site) },
        { name: 'Again, after a month of it', turn: () => secondLook(page, atRest) },
      ], rounds)
      return [report(measured, await sizes(site))]
    } finally {
      await browser.close()
    }
  } finally {
    await site.close()
    await fs.rm(profile, { recursive: true, force: true })
  }
}

async function seal(site: Site, profile: string): Promise<void> {
  const laboratory = await enter({ origin: site.url }, profile)
  try {
    await laboratory.page.evaluate(
      ({ from, days }) => globalThis.engine.history(from, days),
      { from: FROM, days: DAYS },
    )
  } finally {
    await laboratory.close()
  }
}

/** In the page: when a bar for each month was painted, and the longest task until then. */
function watchDrawing(): void {
  globalThis.longest = 0
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      globalThis.longest = Math.max(globalThis.longest, duration)
    }
  }).observe({ type: 'longtask', buffered: true })
  const look = () => {
    const isDrawn = document.querySelectorAll('figure.chart .bar').length === 12
    if (!isDrawn) globalThis.drawnAt = undefined
    else if (globalThis.drawnAt === undefined) {
      globalThis.drawnAt = NaN
      requestAnimationFrame(() => setTimeout(() => globalThis.drawnAt = performance.now()))
    }
  }
  new MutationObserver(look).observe(document, { childList: true, subtree: true })
}

async function firstLook(page: Page, site: Site): Promise<Turn> {
  // The same process draws this page and the next, whose main thread is counted.
  await page.goto(`${site.url}/healthz`)
  return await look(page, 0, async () => {
    await page.goto(`${site.url}/history?year=${YEAR}`)
  })
}

/** Waits until nothing was asked of the platform for a second. */
function watchRequests(page: Page): () => Promise<void> {
  let asked = performance.now()
  page.context().on('request', () => (asked = performance.now()))
  return async () => {
    while (performance.now() - asked < 1000) await page.waitForTimeout(100)
  }
}

/** To a month of it and back: what was opened is remembered as bars. */
async function secondLook(page: Page, atRest: () => Promise<void>): Promise<Turn> {
  // The app looks back by itself once it has started; that is not what is timed.
  await atRest()
  await page.getByRole('link', { name: 'Month' }).click()
  await page.waitForFunction(() => globalThis.drawnAt === undefined)
  await page.locator('figure.chart .bar').first().waitFor()
  const from = await page.evaluate(() => {
    globalThis.longest = 0
    return performance.now()
  })
  return await look(page, from, async () => void await page.goBack())
}

async function look(page: Page, from: number, act: () => Promise<void>): Promise<Turn> {
  const devtools = await page.context().newCDPSession(page)
  await devtools.send('Performance.enable')
  const before = await mainThread(devtools)
  await act()
  await page.waitForFunction(() => (globalThis.drawnAt ?? 0) > 0, null, { timeout: 120_000 })
  const after = await mainThread(devtools)
  const { drawnAt, longest } = await page.evaluate(() => ({
    drawnAt: globalThis.drawnAt ?? NaN,
    longest: globalThis.longest,
  }))
  await devtools.detach()
  const total = drawnAt - from
  return {
    rate: 1000 / total,
    perCpuSecond: null,
    beside: {
      'until drawn, ms': total,
      'main thread busy, ms': after - before,
      'longest task over 50 ms, ms': longest,
    },
  }
}

/** Milliseconds that the page's main thread has worked. */
async function mainThread(devtools: CDPSession): Promise<number> {
  const { metrics } = await devtools.send('Performance.getMetrics')
  return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN)
}

async function sizes({ sql }: Site): Promise<string> {
  const [row] = await sql`
    select count(*) as blocks, sum(octet_length(statement) + octet_length(body)) as bytes
    from blocks`
  const megabytes = Number(row?.['bytes']) / 1e6
  return `${Number(row?.['blocks'])} blocks of four readings, ${megabytes.toFixed(1)} MB in all.`
}

function report(measured: readonly Measured[], size: string): Report {
  const [first] = measured
  const of = (value: (beside: Readonly<Record<string, number>>) => number): Spread =>
    spread(first?.turns.map(({ beside }) => value(beside ?? {})) ?? [])
  const total = 'until drawn, ms'
  return {
    title: `A year of quarter-hours, opened, verified and drawn in Chromium`,
    unit: 'years',
    measured,
    ratios: [
      {
        name: 'A second / time until the year is drawn',
        ratio: of((beside) => 1000 / (beside[total] ?? NaN)),
        goal: 1,
      },
      {
        name: 'Part of that time in which the main thread was free',
        ratio: of((beside) => 1 - (beside['main thread busy, ms'] ?? NaN) / (beside[total] ?? NaN)),
        goal: 0.5,
      },
    ],
    notes: [
      size,
      'The page starts, opens its vault, fetches all blocks, checks body digests, chain and the',
      'signatures that vouch for it, derives a key for each block, decrypts, sums and draws.',
      'Server, database and browser share the cores of this machine.',
    ],
  }
}
