/**
 * The rig itself: real WebSerial in real Chromium, on a line that the test holds.
 *
 * @module
 */
import { createServer, type Server } from 'node:http'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser, type TestBrowser } from './browser.ts'
import { freePort } from './process.ts'
import { openSerialLine, type SerialLine } from './serial-line.ts'

/** Reads every granted port that appears, and tells what happens in `document.body`. */
const PAGE = `<!doctype html><title>Serial</title><body><pre></pre><script type="module">
  const say = (text) => document.querySelector('pre').append(text)
  async function read(port) {
    await port.open({ baudRate: 115200 })
    const writer = port.writable.getWriter()
    await writer.write(new TextEncoder().encode('hello from the page\\n'))
    writer.releaseLock()
    say('[open]')
    try {
      for await (const bytes of port.readable) say(new TextDecoder().decode(bytes))
    } catch (error) { say('[' + error.name + ']') }
    await port.close().catch(() => undefined)
  }
  navigator.serial.addEventListener('connect', ({ target }) => { say('[connect]'); void read(target) })
  navigator.serial.addEventListener('disconnect', () => say('[disconnect]'))
  const ports = await navigator.serial.getPorts()
  const port = ports.find((port) => port.getInfo().usbVendorId === 0x0403)
  say('[' + JSON.stringify(port?.getInfo()) + ']')
  if (port) void read(port)
</script>`

let server: Server
let browser: TestBrowser
let line: SerialLine
let page: Page

beforeAll(async () => {
  server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html')
    response.end(PAGE)
  })
  const port = await freePort()
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const origin = `http://localhost:${port}`
  line = await openSerialLine()
  browser = await launchBrowser({ origin, serialLines: [line] })
  page = await browser.page()
  await page.goto(origin)
})

afterAll(async () => {
  await browser?.close()
  await line?.close()
  server?.close()
})

const said = () => page.textContent('pre')
const soon = { timeout: 15_000 }

test('a granted port is there, and bytes go both ways', async () => {
  await expect.poll(said, soon).toContain('[{"usbProductId":24577,"usbVendorId":1027}][open]')
  await line.receivedText('hello from the page\n')
  await line.write('/KLW5 simulated\r\n')
  await expect.poll(said, soon).toContain('/KLW5 simulated\r\n')
})

test('pulling the adapter out ends reading, and plugging it in starts it anew', async () => {
  await line.unplug()
  await expect.poll(said, soon).toContain('[disconnect]')
  await expect.poll(said, soon).toContain('[NetworkError]')
  await line.replug()
  await expect.poll(said, soon).toContain('[connect][open]')
  await line.write('and on it goes\r\n')
  await expect.poll(said, soon).toContain('and on it goes\r\n')
})

test('much at once arrives whole', async () => {
  const text = Array.from({ length: 20_000 }, (_, n) => `${n}\n`).join('')
  await line.write(text)
  await expect.poll(said, soon).toContain('\n19999\n')
  expect(await said()).toContain(text)
  expect(browser.errors).toEqual([])
})
