/**
 * What a first visit on a slow phone depends on, as far as it can be told without a stopwatch: what
 * the page says of itself, and what its first picture waits for. `npm run bench -- app`
 * measures the rest.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PWA_DIST } from '../../edge/pwa-build.ts'
import { first as german } from '../../pwa/i18n/de/first.ts'
import { first as english } from '../../pwa/i18n/en/first.ts'
import { launchBrowser, type TestBrowser } from '../rig/browser.ts'
import { type Platform, startPlatform } from '../stories/home.ts'
import { openBrowser } from './browser.ts'

const en = { locale: 'en-GB', first: english }
const de = { locale: 'de-AT', first: german }

describe('the page', () => {
  const page = readFileSync(path.join(PWA_DIST, 'index.html'), 'utf8')
  const content = (name: string) =>
    new RegExp(`<meta name="${name}"\\s+content="([^"]*)"`).exec(page)?.[1] ?? ''

  test('says its language, its name and in a sentence what it is', () => {
    expect(page).toMatch(/<html lang="en"/)
    expect(page).toMatch(/<title>Kilowit<\/title>/)
    expect(content('description').length).toBeGreaterThan(40)
    expect(content('description').length).toBeLessThan(160)
  })

  test('fits the phone, and may be made larger', () => {
    expect(content('viewport')).toContain('width=device-width')
    expect(content('viewport')).not.toMatch(/user-scalable|maximum-scale/)
  })

  test('names few parts, so that they come together over six connections', () => {
    const named = [...page.matchAll(/"\/assets\/([^"]+\.(?:js|css))"/g)].map(([, name]) => name)
    expect(named.length).toBeGreaterThan(1)
    expect(named.length).toBeLessThanOrEqual(6)
  })

  test('names the parts of its first script', () => {
    const [entry = ''] = /assets\/index-[\w-]+\.js/.exec(page) ?? []
    const script = readFileSync(path.join(PWA_DIST, entry), 'utf8')
    const needed = [...script.matchAll(/from\s*"\.\/([\w.-]+\.js)"/g)].map(([, name = '']) => name)
    expect(needed.length).toBeGreaterThan(0)
    expect(needed.filter((name) => !page.includes(`href="/assets/${name}"`))).toEqual([])
  })
})

describe('a first visit', () => {
  let platform: Platform
  let browser: TestBrowser
  let plain: Browser
  beforeAll(async () => {
    platform = await startPlatform()
    browser = await launchBrowser({ origin: platform.origin })
    plain = await openBrowser()
  })
  afterAll(async () => {
    await plain?.close()
    await browser?.close()
    await platform?.close()
  })

  test('loads the rest by itself, and nothing of another language', async () => {
    const page = await browser.page()
    const asked = askedOf(page)
    await page.goto(platform.origin)
    await expect.poll(() => [...asked].filter((part) => /^(household|en)$/.test(part)).sort())
      .toEqual(['en', 'household'])
    expect([...asked]).not.toContain('de')
    await page.close()
  })

  test.each([en, de])('waits for none of it: $locale', async ({ locale, first }) => {
    // A service worker would answer from what it keeps.
    const context = await plain.newContext({ locale, serviceWorkers: 'block' })
    const page = await context.newPage()
    await page.route(/\/assets\/(household|en|de)-/, (route) => route.abort())
    await page.goto(platform.origin)
    await page.getByRole('heading', { name: first['first.title'] }).waitFor()
    expect(await page.getByRole('button').allTextContents())
      .toEqual([first['do.connect'], first['do.simulate']])
    const silent = page.locator('h1, h2, p, a, li, button').filter({ hasNotText: /\S/ })
    expect(await silent.count()).toBe(0)
    expect(await page.locator('nav').getAttribute('aria-label')).toBe(first['app.rooms'])
    expect(await page.title()).toBe(`${first['room.now']} · ${first['app.name']}`)
    // What is said where the rest never comes.
    await page.getByRole('button', { name: first['do.simulate'] }).click()
    expect(await page.getByRole('alert').textContent()).toBe(first['problem.unknown'])
    await page.getByRole('link', { name: first['room.history'] }).click()
    await page.getByRole('heading', { name: first['room.failed'] }).waitFor()
    expect(await silent.count()).toBe(0)
    await context.close()
  })
})

/** The names of the built parts that a page asks for, as they come. */
function askedOf(page: Page): Set<string> {
  const asked = new Set<string>()
  page.on('request', (request) => {
    const part = /\/assets\/([\w-]+)-[\w-]{8}\.js$/.exec(new URL(request.url()).pathname)?.[1]
    if (part !== undefined) asked.add(part)
  })
  return asked
}
