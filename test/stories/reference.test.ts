/**
 * The API's reference as a page of the platform: read by keyboard, by eye and by ear, and tried,
 * also in the name of the browser's own identity, whose keys stay where they are.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type Home, type Platform, screen, startMeter } from './home.ts'
import { story } from './story.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let platform: Platform
let home: Home

story(startMeter, (at) => ({ platform, home } = at))

async function open(hash = ''): Promise<Page> {
  const page = await home.open(`/reference${hash}`)
  await page.getByRole('heading', { level: 1 }).waitFor()
  return page
}

async function faultsOf(page: Page): Promise<string[]> {
  // Evaluated by the debugger, whom the page's policy does not bind.
  await page.evaluate(axe)
  const results: AxeResults = await page.evaluate(
    `axe.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] })`,
  )
  return results.violations.map(({ id, nodes }) =>
    `${id}: ${nodes.map((node) => node.html.slice(0, 200)).join(' | ')}`
  )
}

test('every operation of the document is there, under the policy of the app', async () => {
  const response = await fetch(`${platform.origin}/reference`)
  expect(response.headers.get('content-security-policy')).toContain("script-src 'self'")
  expect(await response.text()).not.toMatch(/https?:|<style|<script(?![^>]*src=)/)
  const page = await open()
  const document: { paths: Record<string, Record<string, unknown>> } =
    await (await fetch(`${platform.origin}/openapi.json`)).json()
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
  )
  const shown = await page.getByRole('heading', { level: 3 }).locator('code').allInnerTexts()
  const pairs = shown.flatMap((text, i) => i % 2 === 0 ? [`${text} ${shown[i + 1]}`] : [])
  expect(pairs.toSorted()).toEqual(all.toSorted())
  await page.getByRole('searchbox', { name: 'Find an operation' }).fill('forks')
  expect(await page.getByRole('heading', { level: 3 }).count()).toBe(1)
  await page.close()
})

test('an operation without a token is tried by keyboard alone', async () => {
  const page = await open()
  await page.getByRole('searchbox', { name: 'Find an operation' }).focus()
  await page.keyboard.type('/problems')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Enter')
  const code = page.getByRole('textbox', { name: /^code/ })
  await code.fill('gap')
  await code.press('Enter')
  await page.getByText('200 OK').waitFor()
  await page.getByText('Blocks are missing before this one.').waitFor()
  await code.fill('no-such-problem')
  await code.press('Enter')
  await page.getByText('404 Not Found').waitFor()
  await page.getByText('"code": "not-found"').waitFor()
  await page.close()
})

test('where there is no identity yet, it says so and makes none', async () => {
  const page = await open('#getV1Channels')
  await page.getByText('This browser has no identity here yet').waitFor()
  await page.getByRole('button', { name: 'Send' }).click({ force: true })
  expect(await page.locator('.answer').count()).toBe(0)
  expect(await page.evaluate(async () => (await indexedDB.databases()).length)).toBe(0)
  await page.close()
})

test('with a token it asks in the name of this browser, and shows no secret', async () => {
  const app = await home.open()
  await app.getByRole('button', { name: 'Connect meter' }).click()
  await app.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 60_000 })
  const [{ channel }] = await platform.query<{ channel: string }>(
    `select translate(encode(id, 'base64'), '+/=', '-_') as channel from channels where head_seq >= 0`,
  ) as [{ channel: string }]

  const page = await open('#getV1Channels')
  const requests: Record<string, string>[] = []
  page.on('request', (request) => requests.push(request.headers()))
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('200 OK').waitFor()
  await page.getByText(`"channel": "${channel}"`).waitFor()
  const secrets = requests.flatMap(({ authorization, dpop }) => [authorization, dpop])
    .filter((text) => text !== undefined)
  expect(secrets.length).toBeGreaterThanOrEqual(3)
  const html = await page.content()
  for (const secret of secrets) expect(html).not.toContain(secret.replace('DPoP ', ''))

  await page.goto(`${platform.origin}/reference#getV1ChannelsByChannelBlocks`)
  await page.getByRole('textbox', { name: /^channel/ }).fill(channel)
  await page.getByRole('textbox', { name: /^limit/ }).fill('1')
  await page.getByRole('combobox', { name: 'In whose name' }).selectOption('device')
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('200 OK').waitFor()
  // Diagnostic notation of a COSE_Sign1 with its body beside it.
  await page.getByRole('heading', { name: 'Read as CBOR' }).waitFor()
  expect(await page.locator('.answer pre').first().innerText()).toMatch(/^\[\n {2}\[\n? *h'/)
  await page.locator('.answer summary').click()
  await page.locator('.answer').getByText('ratelimit-policy').waitFor()
  await screen(page, 'reference-answer')

  await page.goto(`${platform.origin}/reference#getV1ChannelsByChannelStream`)
  await page.getByRole('textbox', { name: /^channel/ }).fill(channel)
  await page.getByRole('button', { name: 'Send' }).click()
  await page.getByText('Only the beginning is shown.').waitFor()
  expect(await page.locator('.answer pre').innerText()).toContain(': connected')
  expect(home.errors).toEqual([])
  await page.close()
  await app.close()
}, 120_000)

test(
  'accessible and without a scrollbar sideways, folded and open, on phone and desk, by day and by night',
  async () => {
    const page = await open()
    for (
      const [width, scheme] of [[320, 'light'], [1280, 'dark'], [390, 'dark'], [
        1280,
        'light',
      ]] as const
    ) {
      await page.setViewportSize({ width, height: 800 })
      await page.emulateMedia({ colorScheme: scheme })
      for (const hash of ['', '#postV1ChannelsByChannelBlocks', '#postV1Token']) {
        await page.goto(`${platform.origin}/reference${hash}`)
        await page.reload()
        await page.getByRole('heading', { level: 1 }).waitFor()
        await page.locator('.inside summary').evaluateAll((all) => {
          for (const one of all) if (one instanceof HTMLElement) one.click()
        })
        expect([width, scheme, hash, await faultsOf(page)]).toEqual([width, scheme, hash, []])
        const [inner, wide] = await page.evaluate(() => [
          document.documentElement.clientWidth,
          document.documentElement.scrollWidth,
        ])
        expect([width, hash, wide]).toEqual([width, hash, inner])
        await screen(page, `reference-${width}-${scheme}${hash.replace('#', '-')}`)
      }
    }
    await page.close()
  },
  120_000,
)

test('in German around the API’s own English', async () => {
  const page = await open()
  await page.evaluate(() => localStorage.setItem('kilowit.language', 'de'))
  await page.goto(`${platform.origin}/reference#getV1Operator`)
  await page.reload()
  await page.getByRole('heading', { name: 'Kilowit-API' }).waitFor()
  await page.getByRole('button', { name: 'Senden' }).click()
  await page.getByText('"fingerprint"').first().waitFor()
  expect(await page.locator('html').getAttribute('lang')).toBe('de')
  await screen(page, 'reference-german')
  await page.evaluate(() => localStorage.removeItem('kilowit.language'))
  await page.close()
})
