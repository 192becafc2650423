/**
 * What a first visit on a slow phone depends on, as far as it can be told without a stopwatch: what
 * the page says of itself, and in which order the app asks for its parts. `npm run bench -- app`
 * measures the rest.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import * as path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { PWA_DIST } from '../../edge/pwa-build.ts'
import { launchBrowser, type TestBrowser } from '../rig/browser.ts'
import { type Platform, startPlatform } from '../stories/home.ts'

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

  test('names the parts of its first script, so that they come together', () => {
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
  beforeAll(async () => {
    platform = await startPlatform()
    browser = await launchBrowser({ origin: platform.origin })
  })
  afterAll(async () => {
    await browser?.close()
    await platform?.close()
  })

  test('asks for the words before all that is behind the first picture', async () => {
    const page = await browser.page()
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.goto(platform.origin)
    await page.getByRole('button', { name: 'Connect meter' }).waitFor()
    const at = (part: string) => asked.findIndex((name) => name.startsWith(`/assets/${part}-`))
    await expect.poll(() => at('household')).toBeGreaterThan(0)
    expect(at('en')).toBeGreaterThan(0)
    expect(at('household')).toBeGreaterThan(at('en'))
    expect(asked.filter((name) => name.startsWith('/assets/de-'))).toEqual([])
  })
})
