/**
 * Meters read by one bundle in two places: in this process, and in real Chromium on a page of
 * loopback, there by the CPU time that Chromium counts for its renderers.
 *
 * @module
 */
import { runInThisContext } from 'node:vm'
import { createServer } from 'node:http'
import { chromium } from 'playwright-core'
import { bundlePage } from '../rig/bundle.ts'
import type { Turn } from './measure.ts'
import type { MeterLineName } from './meter-lines.ts'

export interface Place {
  readonly open: (name: MeterLineName) => Promise<void>
  readonly turn: (milliseconds: number) => Promise<Turn>
}

export interface Places {
  readonly node: Place
  readonly chromium: Place
  close(): Promise<void>
}

export async function startPlaces(): Promise<Places> {
  const code = await bundlePage('test/bench/meters-page.ts')
  return { node: inNode(code), ...await inChromium(code) }
}

function inNode(code: string): Place {
  runInThisContext(code)
  return {
    open: (name) => globalThis.meters.open(name),
    async turn(milliseconds) {
      const before = process.cpuUsage()
      const { count, elapsed } = await globalThis.meters.turn(milliseconds)
      const { user, system } = process.cpuUsage(before)
      return { rate: count / (elapsed / 1000), perCpuSecond: count / ((user + system) / 1e6) }
    },
  }
}

async function inChromium(code: string): Promise<Omit<Places, 'node'>> {
  const server = createServer(({ url }, response) => {
    const isCode = url === '/meters.js'
    response.setHeader('content-type', isCode ? 'text/javascript' : 'text/html')
    response.end(isCode ? code : '<!doctype html><script src="/meters.js"></script>')
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The page got no port')
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
  const devtools = await browser.newBrowserCDPSession()
  const cpu = async () => {
    const { processInfo } = await devtools.send('SystemInfo.getProcessInfo')
    return processInfo.reduce((sum, { type, cpuTime }) => {
      return type === 'renderer' ? sum + cpuTime : sum
    }, 0)
  }
  const page = await browser.newPage()
  await page.goto(`http://127.0.0.1:${address.port}/`)
  const place: Place = {
    open: (name) => page.evaluate((line) => globalThis.meters.open(line), name),
    async turn(milliseconds) {
      const before = await cpu()
      const { count, elapsed } = await page.evaluate(
        (ms) => globalThis.meters.turn(ms),
        milliseconds,
      )
      const used = await cpu() - before
      return { rate: count / (elapsed / 1000), perCpuSecond: count / used }
    },
  }
  return {
    chromium: place,
    async close() {
      await browser.close()
      server.close()
    },
  }
}
