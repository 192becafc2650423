/**
 * Pictures of every room in every state that matters, on a phone and on a desk, light and dark, in
 * both languages, for people to look at: `npx tsx test/pwa/screenshots.ts [filter]` writes
 * `test/output/screens/*.png`.
 *
 * @module
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { aSunnyAfternoon, openBrowser } from './browser.ts'
import { buildRooms, serveRooms } from './built-rooms.ts'
import { isConsentState } from './fixture-consent.ts'
import { gasId, type StateName, stateNames } from './fixture-state.ts'

const folder = join(import.meta.dirname, '../output/screens')

interface Scene {
  readonly name: string
  readonly path: string
  readonly state: StateName
  /** What to do before the picture is taken. */
  readonly prepare?: (page: Page) => Promise<void>
}

/** A key of the meter's that the fixture takes, or one with a 0 that it does not. */
async function tryKey(page: Page, digit: string): Promise<void> {
  const form = page.locator('.key-form')
  await form.locator('summary').first().click()
  await form.locator('textarea').first().fill(digit.repeat(32))
  await form.locator('button[type=submit]').click()
  await form.locator('.notice').waitFor()
}

async function openAll(page: Page): Promise<void> {
  for (const summary of await page.locator('main summary').all()) await summary.click()
}

async function makeReport(page: Page): Promise<void> {
  await page.getByRole('button', { name: /Make a report|Bericht erstellen/ }).click()
}

const asking = '/authorize?client_id=c&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Au'

async function allow(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^(Allow|Erlauben)$/ }).click()
}

async function tickAndAllow(page: Page): Promise<void> {
  await page.locator('.purposes input').first().check()
  await allow(page)
}

async function showLog(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^(Show the log|Protokoll zeigen)$/ }).click()
}

/** Types a code that is none, as it is written on another screen. */
async function typeCode(page: Page): Promise<void> {
  await page.locator('input.code').fill('0kqx-9m1d')
  await page.keyboard.press('Enter')
  await page.locator('[role=alert]').waitFor()
}

async function moveOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^(End all of it|Alles beenden)$/ }).click()
}

const scenes: readonly Scene[] = [
  ...stateNames.filter((state) => !isConsentState(state))
    .map((state) => ({ name: `now-${state}`, path: '/', state })),
  { name: 'now-all-open', path: '/', state: 'export', prepare: openAll },
  { name: 'history-day', path: '/history?day=2026-06-10', state: 'import' },
  { name: 'history-gap-table', path: '/history?day=2026-06-12', state: 'import', prepare: openAll },
  {
    name: 'history-by-keyboard',
    path: '/history?day=2026-06-10',
    state: 'import',
    prepare: async (page) => {
      await page.keyboard.press('Tab')
      await page.getByRole('main').getByRole('button').first().focus()
    },
  },
  { name: 'history-month', path: '/history?month=2026-05', state: 'tariff' },
  {
    name: 'history-month-table',
    path: '/history?month=2026-05&with=before',
    state: 'tariff',
    prepare: openAll,
  },
  { name: 'history-month-now', path: '/history?month=2026-06&with=before', state: 'tariff' },
  { name: 'history-year', path: '/history?year=2026', state: 'tariff' },
  { name: 'history-year-compared', path: '/history?year=2026&with=before', state: 'import' },
  { name: 'history-day-compared', path: '/history?day=2026-06-10&with=before', state: 'tariff' },
  { name: 'history-gas', path: `/history?month=2026-05&meter=${gasId}`, state: 'import' },
  { name: 'history-gas-day', path: `/history?day=2026-06-10&meter=${gasId}`, state: 'import' },
  { name: 'history-month-empty', path: '/history?month=2024-05', state: 'import' },
  { name: 'settings-tariffs', path: '/settings?open=tariffs', state: 'tariff' },
  {
    name: 'settings-tariff-wrong',
    path: '/settings?open=tariffs',
    state: 'tariff',
    prepare: async (page) => {
      await page.getByRole('button', { name: /Edit|bearbeiten/ }).last().click()
      await page.locator('.tariff-form input').first().fill('')
      await page.locator('.tariff-form input.price').first().fill('12 ct')
      await page.locator('.tariff-form button[type=submit]').click()
    },
  },
  { name: 'history-empty', path: '/history?day=2026-06-11', state: 'import' },
  { name: 'history-here', path: '/history?day=2026-06-09', state: 'import' },
  { name: 'history-failed', path: '/history?day=2026-06-13', state: 'import' },
  { name: 'history-no-meter', path: '/history', state: 'first-visit' },
  { name: 'share', path: '/share', state: 'shared-nothing' },
  { name: 'share-with', path: '/share#somebody', state: 'shared-nothing' },
  { name: 'sharing', path: '/sharing', state: 'import' },
  { name: 'sharing-first', path: '/sharing', state: 'first-visit' },
  { name: 'sharing-all', path: '/sharing', state: 'shared' },
  { name: 'sharing-nothing', path: '/sharing', state: 'shared-nothing' },
  { name: 'sharing-unread', path: '/sharing', state: 'shared-unread' },
  { name: 'sharing-broken', path: '/sharing', state: 'shared-broken' },
  { name: 'sharing-grant', path: '/sharing/active', state: 'shared', prepare: openAll },
  { name: 'sharing-grant-key', path: '/sharing/old', state: 'shared' },
  { name: 'sharing-grant-ended', path: '/sharing/ended', state: 'shared', prepare: showLog },
  {
    name: 'sharing-grant-revoking',
    path: '/sharing/active',
    state: 'shared',
    prepare: async (page) =>
      await page.getByRole('button', { name: /^(Revoke|Widerrufen)$/ }).click(),
  },
  {
    name: 'sharing-grant-narrowing',
    path: '/sharing/active',
    state: 'shared',
    prepare: async (page) =>
      await page.getByRole('button', { name: /^(Give less|Weniger geben)$/ }).click(),
  },
  { name: 'sharing-grant-paused', path: '/sharing/paused', state: 'shared' },
  { name: 'sharing-grant-waiting', path: '/sharing/waiting', state: 'shared' },
  { name: 'sharing-grant-erasing', path: '/sharing/asked', state: 'shared' },
  { name: 'sharing-grant-given-back', path: '/sharing/given-back', state: 'shared' },
  { name: 'sharing-grant-swapped', path: '/sharing/swapped', state: 'shared' },
  { name: 'sharing-grant-offline', path: '/sharing/active', state: 'shared-offline' },
  { name: 'sharing-grant-unknown', path: '/sharing/nowhere', state: 'shared' },
  { name: 'sharing-code-wrong', path: '/sharing', state: 'shared-nothing', prepare: typeCode },
  { name: 'sharing-moving-out', path: '/sharing', state: 'shared', prepare: moveOut },
  { name: 'now-waiting', path: '/', state: 'asked-without-browser' },
  {
    name: 'settings-taking-back',
    path: '/settings',
    state: 'shared',
    prepare: async (page) => await page.locator('#browsers').getByRole('button').first().click(),
  },
  { name: 'consent-waiting', path: '/authorize?waiting=request', state: 'asked-without-browser' },
  { name: 'consent-for-another', path: asking, state: 'asked-for-another' },
  { name: 'consent-before', path: asking, state: 'asked-before' },
  {
    name: 'consent-elsewhere-answered',
    path: `${asking}-unverified-answered`,
    state: 'asked-elsewhere',
  },
  { name: 'consent-elsewhere-over', path: `${asking}-over`, state: 'asked-elsewhere' },
  { name: 'consent', path: asking, state: 'asked' },
  { name: 'consent-unverified', path: asking, state: 'asked-unverified', prepare: openAll },
  { name: 'consent-much', path: asking, state: 'asked-much' },
  { name: 'consent-again', path: asking, state: 'asked-again' },
  { name: 'consent-none', path: asking, state: 'asked', prepare: allow },
  { name: 'consent-slowly', path: asking, state: 'asked-slowly', prepare: tickAndAllow },
  { name: 'consent-misled', path: asking, state: 'asked-misled', prepare: tickAndAllow },
  {
    name: 'consent-done',
    path: '/authorize?waiting=request',
    state: 'asked-without-browser',
    prepare: tickAndAllow,
  },
  { name: 'consent-expired', path: asking, state: 'asked-expired' },
  { name: 'consent-changed', path: asking, state: 'asked-changed' },
  { name: 'consent-offline', path: asking, state: 'asked-offline' },
  { name: 'consent-elsewhere', path: asking, state: 'asked-elsewhere' },
  { name: 'proof', path: '/proof', state: 'import' },
  { name: 'proof-open', path: '/proof', state: 'simulated', prepare: openAll },
  { name: 'proof-checking', path: '/proof', state: 'proof-checking' },
  { name: 'proof-broken', path: '/proof', state: 'proof-broken' },
  { name: 'proof-other-devices', path: '/proof', state: 'other-devices', prepare: openAll },
  {
    name: 'now-gap-table',
    path: '/',
    state: 'gap-from-yesterday',
    prepare: openAll,
  },
  { name: 'proof-kept', path: '/proof', state: 'proof-kept' },
  { name: 'proof-replaced', path: '/proof', state: 'replaced' },
  { name: 'proof-none', path: '/proof', state: 'first-visit' },
  { name: 'settings', path: '/settings', state: 'import' },
  { name: 'settings-key', path: '/settings', state: 'key-kept', prepare: openAll },
  {
    name: 'now-key-wrong',
    path: '/',
    state: 'locked',
    prepare: async (page) => await tryKey(page, '0'),
  },
  {
    name: 'now-key-opens',
    path: '/',
    state: 'locked',
    prepare: async (page) => await tryKey(page, 'A'),
  },
  { name: 'settings-recovery', path: '/settings?open=recovery', state: 'recovery-due' },
  { name: 'settings-open', path: '/settings', state: 'recovery-due', prepare: openAll },
  { name: 'settings-replaced', path: '/settings?open=restore', state: 'replaced' },
  { name: 'settings-first', path: '/settings', state: 'first-visit' },
  { name: 'health', path: '/health', state: 'import', prepare: makeReport },
  { name: 'health-offline', path: '/health', state: 'offline' },
  { name: 'health-broken', path: '/health', state: 'proof-broken' },
  { name: 'health-first', path: '/health', state: 'first-visit' },
  { name: 'lost', path: '/no-such-room', state: 'import' },
]

const sizes = {
  narrow: { width: 320, height: 640 },
  phone: { width: 390, height: 844 },
  desk: { width: 1280, height: 800 },
} as const

async function take(
  browser: Browser,
  url: string,
  wanted: (name: string) => boolean,
): Promise<number> {
  let taken = 0
  for (const [size, viewport] of Object.entries(sizes)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const locale of ['en-GB', 'de-DE']) {
        const suffix = `${size}-${colorScheme}-${locale.slice(0, 2)}`
        const chosen = scenes.filter(({ name }) => wanted(`${name}-${suffix}`))
        if (chosen.length === 0) continue
        const context = await browser.newContext({
          viewport,
          colorScheme,
          locale,
          timezoneId: 'Europe/Berlin',
          reducedMotion: 'reduce',
          serviceWorkers: 'block',
        })
        const page = await context.newPage()
        await page.clock.setFixedTime(aSunnyAfternoon)
        page.on('pageerror', (error) => process.stderr.write(`${suffix}: ${error.message}\n`))
        page.on('console', (message) => {
          if (message.type() === 'error') process.stderr.write(`${suffix}: ${message.text()}\n`)
        })
        for (const { name, path, state, prepare } of chosen) {
          const address = new URL(path, url)
          address.searchParams.set('state', state)
          await page.goto(address.href, { waitUntil: 'networkidle' })
          await page.locator(`html[data-state='${state}'] h1`).waitFor()
          await prepare?.(page)
          await page.waitForTimeout(80)
          // A bar that is fixed to the window would lie across the picture of a whole page.
          const tall = await page.evaluate(() => document.documentElement.scrollHeight)
          await page.setViewportSize({ ...viewport, height: Math.max(viewport.height, tall) })
          await page.screenshot({ path: join(folder, `${name}-${suffix}.png`) })
          await page.setViewportSize(viewport)
          taken++
        }
        await context.close()
      }
    }
  }
  return taken
}

async function main(): Promise<void> {
  const filter = new RegExp(process.argv[2] ?? '')
  mkdirSync(folder, { recursive: true })
  await buildRooms()
  const served = await serveRooms()
  const browser = await openBrowser()
  try {
    const taken = await take(browser, served.url, (name) => filter.test(name))
    process.stdout.write(`${taken} pictures in ${folder}\n`)
  } finally {
    await browser.close()
    await served.close()
  }
}

void main()
