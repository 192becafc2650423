/**
 * Kilowit as an app: Chromium finds nothing that keeps it from being installed, and the offer comes
 * after the first proof, never on arrival, and never again once it was answered.
 *
 * @module
 */
import { existsSync } from 'node:fs'
import * as path from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { writtenWay } from '../../pwa/install-way.ts'
import { ROOT } from '../rig/process.ts'
import { visitor } from './visitor.ts'

const OFFER = 'Keep Kilowit as an app'

let page: Page
const { open, visit } = visitor((opened) => void (page = opened), {
  viewport: { width: 1280, height: 720 },
})

/** Chromium asks the page, as it does by itself once it finds the time right. */
async function asked(): Promise<boolean> {
  return await page.evaluate(() => {
    const event = new Event('beforeinstallprompt', { cancelable: true })
    const scope = globalThis as { prompts?: number } // set by this test alone
    const prompt = () => {
      scope.prompts = (scope.prompts ?? 0) + 1
      return Promise.resolve()
    }
    dispatchEvent(Object.assign(event, { prompt }))
    return event.defaultPrevented
  })
}

const prompts = () => page.evaluate(() => (globalThis as { prompts?: number }).prompts ?? 0)

test('Chromium reads the manifest without an error, and would install it', async () => {
  await open()
  await visit('/', 'import')
  const devtools = await page.context().newCDPSession(page)
  const { data, errors } = await devtools.send('Page.getAppManifest')
  expect(errors).toEqual([])
  const { installabilityErrors } = await devtools.send('Page.getInstallabilityErrors')
  // What the browser of a test has: a profile that is not kept.
  expect(installabilityErrors.filter(({ errorId }) => errorId !== 'in-incognito')).toEqual([])

  const manifest: unknown = JSON.parse(data ?? '')
  expect(manifest).toMatchObject({ id: '/', scope: '/', start_url: '/', display: 'standalone' })
  const { icons, shortcuts } = manifest as {
    icons: { src: string; sizes: string; purpose: string }[]
    shortcuts: { name: string; url: string }[]
  } // as it was just read
  const kinds = icons.map(({ sizes, purpose }) => `${sizes} ${purpose}`)
  for (const kind of ['192x192 any', '512x512 any', '512x512 maskable', 'any monochrome']) {
    expect(kinds).toContain(kind)
  }
  for (const { src } of icons) expect(existsSync(path.join(ROOT, 'pwa/public', src))).toBe(true)
  expect(shortcuts.map(({ name, url }) => `${name} ${url}`)).toEqual(['Now /', 'History /history'])
})

test('the offer waits for the first proof, and is made once', async () => {
  await open()
  for (const state of ['first-visit', 'before-proof'] as const) {
    await visit('/', state)
    expect(await asked()).toBe(true)
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(drawn)))
    expect(await page.getByText(OFFER).count()).toBe(0)
  }

  await visit('/', 'import')
  await asked()
  await page.getByText(OFFER).waitFor()
  expect(await prompts()).toBe(0)
  await page.getByRole('button', { name: 'Install' }).click()
  await page.getByText(OFFER).waitFor({ state: 'detached' })
  expect(await prompts()).toBe(1)

  await visit('/', 'import')
  await asked()
  await page.locator('.number-now').waitFor()
  expect(await page.getByText(OFFER).count()).toBe(0)
})

test('who does not want it is not asked again, and finds it in Settings', async () => {
  await open()
  await visit('/', 'import')
  await asked()
  await page.getByRole('button', { name: 'No, thank you' }).click()
  await page.getByText(OFFER).waitFor({ state: 'detached' })
  await visit('/', 'import')
  await asked()
  await page.locator('.number-now').waitFor()
  expect(await page.getByText(OFFER).count()).toBe(0)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByRole('button', { name: 'Install' }).click()
  expect(await prompts()).toBe(1)
})

test('a browser that does not ask gets the steps in words', async () => {
  await open({
    userAgent: 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit Safari/604.1',
  })
  await visit('/', 'import')
  await page.getByText('Open the share menu, then choose Add to Home Screen.').waitFor()
  expect(await page.getByRole('button', { name: 'Install' }).count()).toBe(0)
})

test.each([
  ['Mozilla/5.0 (iPad; CPU OS 19_0 like Mac OS X) Safari/604.1', 'ios'],
  ['Mozilla/5.0 (Android 15; Mobile; rv:151.0) Gecko/151.0 Firefox/151.0', 'firefox-android'],
  ['Mozilla/5.0 (Windows NT 10.0; rv:151.0) Gecko/20100101 Firefox/151.0', null],
  ['Mozilla/5.0 (Macintosh) AppleWebKit/605 Version/19 Safari/605', 'mac-safari'],
  ['Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537 Chrome/156.0.0.0 Safari/537', 'menu'],
])('%s installs by %s', (userAgent, way) => {
  expect(writtenWay(userAgent)).toBe(way)
})
