/**
 * The policy of every page (CSP level 3, Trusted Types): the app as built runs under it without a
 * single violation, and what an intruder would do is refused: inline scripts and styles, scripts
 * made from text, connections to elsewhere, a frame around the page.
 *
 * @module
 */
import { createServer } from 'node:http'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { securityHeaders } from '../../edge/security-headers.ts'
import { aSunnyAfternoon, openBrowser } from './browser.ts'
import { buildRooms, type Served, serveRooms } from './built-rooms.ts'

const HEADER = 'content-security-policy'

let browser: Browser
let served: Served
let elsewhere: Served
/** What was asked of another origin. */
const asked: string[] = []
/** Directives that were violated, by page or by worker: each reports for itself. */
const violated: string[] = []

/** The platform's own headers, and where to report; only a test has use for that. */
function reporting(): Record<string, string> {
  const headers = securityHeaders('http://localhost')
  return { ...headers, [HEADER]: `${headers[HEADER]}; report-uri /violations` }
}

function posted(path: string, body: string): void {
  if (path !== '/violations') return
  const report: unknown = JSON.parse(body)
  violated.push(JSON.stringify(report))
}

async function listen(): Promise<Served> {
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    response.setHeader('access-control-allow-origin', '*')
    response.end('here')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('No port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    close: () => new Promise((resolve) => void server.close(() => resolve())),
  }
}

beforeAll(async () => {
  await buildRooms()
  served = await serveRooms({ headers: reporting(), posted })
  elsewhere = await listen()
  browser = await openBrowser()
})

afterAll(async () => {
  await browser?.close()
  await served?.close()
  await elsewhere?.close()
})

async function open(at: string): Promise<Page> {
  const page = await browser.newPage()
  await page.clock.setFixedTime(aSunnyAfternoon)
  await page.goto(at)
  await page.locator('h1').waitFor()
  return page
}

test('every room, unfolded, and every worker keep to it', async () => {
  const page = await open(`${served.url}/?state=export`)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  const rooms = ['/', '/history', '/sharing', '/proof', '/settings', '/health', '/lost']
  for (const path of [...rooms, '/sharing/nothing', '/authorize?client_id=c&request_uri=u']) {
    await page.goto(served.url + path)
    await page.locator('h1').waitFor()
    for (const summary of await page.locator('main summary').all()) await summary.click()
  }
  await page.goto(`${served.url}/health`)
  await page.getByRole('button', { name: 'Make a report' }).click()
  await page.getByText('"kilowit"').waitFor()
  await page.close()
  expect(violated).toEqual([])
}, 60_000)

describe('refused is', () => {
  test('what somebody writes into the page on its way', async () => {
    const injected = '<style>#app { display: none }</style>' +
      '<script>globalThis.injected = "script"</script>' +
      '<img src="/none.png" onerror="globalThis.injected = \'handler\'">' +
      '<script type="module">globalThis.injected = "module"</script>' +
      `<script src="${elsewhere.url}/script.js"></script><base href="${elsewhere.url}/">`
    const spoilt = await serveRooms({
      headers: reporting(),
      posted,
      change: (html) => html.replace('<body>', `<body>${injected}`),
    })
    const page = await open(spoilt.url)
    expect(await page.evaluate(() => 'injected' in globalThis)).toBe(false)
    expect(await page.locator('#app').isVisible()).toBe(true)
    expect(await page.evaluate(() => document.baseURI)).toBe(`${spoilt.url}/`)
    await expect.poll(() => violated.length).toBeGreaterThanOrEqual(5)
    violated.length = 0
    await page.close()
    await spoilt.close()
  })

  test('a script that is made from text', async () => {
    const page = await open(served.url)
    const failures = await page.evaluate(async () => {
      // What the debugger evaluates may use eval; what runs after it may not.
      await new Promise((later) => setTimeout(later, 0))
      const name = (act: () => unknown) => {
        try {
          act()
          return 'allowed'
        } catch (error) {
          return error instanceof Error ? error.name : 'thrown'
        }
      }
      const scope = globalThis as unknown as {
        trustedTypes: { createPolicy(name: string, rules: object): unknown }
      } // as Chromium has it
      return {
        markup: name(() => document.body.innerHTML = '<b>bold</b>'),
        script: name(() => document.createElement('script').text = 'injected = 1'),
        address: name(() => document.createElement('script').src = '/assets/other.js'),
        worker: name(() => new Worker('/service-worker.js')),
        code: name(() => Reflect.construct(Function, ['return 1'])),
        policy: name(() => scope.trustedTypes.createPolicy('another', {})),
        again: name(() => scope.trustedTypes.createPolicy('kilowit-scripts', {})),
      }
    })
    expect(failures).toEqual({
      markup: 'TypeError',
      script: 'TypeError',
      address: 'TypeError',
      worker: 'TypeError',
      code: 'EvalError',
      policy: 'TypeError',
      again: 'TypeError',
    })
    await page.close()
  })

  test('every way out to elsewhere', async () => {
    const page = await open(served.url)
    asked.length = 0
    const fetched = await page.evaluate(async (url) => {
      const ways = [
        fetch(`${url}/fetch`, { method: 'POST', body: 'readings' }).then(
          () => 'sent',
          () => 'refused',
        ),
        new Promise((resolve) => {
          const image = new Image()
          image.addEventListener('load', () => resolve('sent'))
          image.addEventListener('error', () => resolve('refused'))
          image.src = `${url}/image`
        }),
        new Promise((resolve) => {
          const socket = new WebSocket(`${url.replace('http', 'ws')}/socket`)
          socket.addEventListener('open', () => resolve('sent'))
          socket.addEventListener('error', () => resolve('refused'))
        }),
      ]
      navigator.sendBeacon(`${url}/beacon`, 'readings')
      const form = document.createElement('form')
      form.method = 'post'
      form.action = `${url}/form`
      document.body.append(form)
      form.submit()
      return await Promise.all(ways)
    }, elsewhere.url)
    expect(fetched).toEqual(['refused', 'refused', 'refused'])
    expect(asked).toEqual([])
    await page.close()
  })

  test('a frame around the page', async () => {
    const page = await browser.newPage()
    await page.setContent(`<iframe src="${served.url}"></iframe>`)
    const frame = page.frames()[1]
    await expect.poll(() => frame?.url()).toMatch(/^chrome-error:/)
    await page.close()
  })
})
