/**
 * Another web site in the owner's browser: it can show the consent page to nobody in a frame, hold no
 * window of it, ask the platform nothing, and send nothing in the owner's name.
 *
 * @module
 */
import { createServer, type Server } from 'node:http'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser, type TestBrowser } from '../rig/browser.ts'
import { type Platform, startPlatform } from './home.ts'

const ASKED = '/authorize?client_id=c&request_uri=urn:ietf:params:oauth:request_uri:x'

let platform: Platform
let site: Server
let elsewhere: string
let browser: TestBrowser
let page: Page

beforeAll(async () => {
  platform = await startPlatform()
  site = createServer((_, answer) => {
    answer.setHeader('Content-Type', 'text/html')
    answer.end('<!doctype html><title>Another site</title><body></body>')
  })
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve))
  const address = site.address()
  if (typeof address !== 'object' || address === null) throw new Error('It does not listen')
  elsewhere = `http://127.0.0.1:${address.port}/`
  browser = await launchBrowser({ origin: platform.origin })
  page = await browser.page()
})

afterAll(async () => {
  await browser?.close()
  await platform?.close()
  site?.close()
})

/** Of which origins are the frames that shall show the consent page. */
async function framed(tag: 'iframe' | 'object' | 'embed'): Promise<string[]> {
  await page.goto(elsewhere)
  await page.evaluate(async ([name, address]) => {
    const frame = document.createElement(name)
    frame.setAttribute(name === 'object' ? 'data' : 'src', address)
    const over = new Promise((resolve) => {
      frame.addEventListener('load', resolve)
      frame.addEventListener('error', resolve)
    })
    document.body.append(frame)
    await over
  }, [tag, platform.origin + ASKED] as const)
  const inside = page.frames().filter((frame) => frame !== page.mainFrame())
  // One that was refused may be gone by now.
  const origin = () => location.origin
  return await Promise.all(inside.map((frame) => frame.evaluate(origin).catch(() => 'gone')))
}

test.for(['iframe', 'object', 'embed'] as const)('frames it in no %s', async (tag) => {
  expect(await framed(tag)).not.toContain(platform.origin)
})

test('frames it not either once the app’s own worker answers', async () => {
  await page.goto(`${platform.origin}/`)
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null)
  await page.goto(platform.origin + ASKED)
  await page.getByRole('heading', { level: 1, name: 'Your keys are not in this browser' }).waitFor()
  expect(await framed('iframe')).not.toContain(platform.origin)
})

test('holds no window of it', async () => {
  await page.goto(elsewhere)
  const [popup] = await Promise.all([
    page.waitForEvent('popup'),
    page.evaluate((address) => {
      Object.assign(globalThis, { opened: open(address) })
    }, platform.origin + ASKED),
  ])
  await popup.getByRole('heading', { level: 1 }).waitFor()
  expect(await popup.evaluate(() => opener === null)).toBe(true)
  const closed = () => page.evaluate(() => (globalThis as { opened?: Window }).opened?.closed)
  await expect.poll(closed).toBe(true)
  await popup.close()
})

test.for(
  [
    ['GET', '/v1/operator'],
    ['POST', '/v1/requests/x/redirect'],
    ['POST', '/v1/requests/x/code'],
    ['POST', '/v1/token'],
    ['GET', '/v1/grants'],
  ] as const,
)('reads no answer to %s %s', async ([method, path]) => {
  await page.goto(elsewhere)
  const told = await page.evaluate(async ([how, address]) => {
    const init = { method: how, credentials: 'include' } as const
    return await fetch(address, init).then(() => 'read', (error: unknown) => String(error))
  }, [method, platform.origin + path] as const)
  expect(told).toBe('TypeError: Failed to fetch')
})

test.for(['/authorize', '/v1/history', '/v1/requests/x/grant', '/v1/grants/x/steps'])(
  'sends nothing by a form to %s: it is for nobody without a token',
  async (path) => {
    await page.goto(elsewhere)
    const [answer] = await Promise.all([
      page.waitForNavigation(),
      page.evaluate((address) => {
        const form = document.createElement('form')
        form.method = 'post'
        form.enctype = 'text/plain'
        form.action = address
        document.body.append(form)
        form.submit()
      }, platform.origin + path),
    ])
    expect([401, 404, 405]).toContain(answer?.status())
  },
)
