/**
 * The picture of the README: `npm run screenshot` starts the real platform with all it embeds, lets
 * the simulated meter play, and writes `docs/now.png`, the desk beside the phone.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import type { Browser, Page } from 'playwright-core'
import { startOfLocalDay } from '../../shared/meter/zone.ts'
import { freePort, ROOT, startNode } from '../rig/process.ts'
import { openBrowser } from './browser.ts'

const ZONE = 'Europe/Vienna'
const DESK = { width: 1180, height: 780 }
const PHONE = { width: 360, height: 780 }
const MOST_BYTES = 200_000

/** Yesterday at a quarter to five in the afternoon: never ahead of the platform's clock. */
function anAfternoon(): Date {
  const midnight = startOfLocalDay(ZONE, Math.floor(Date.now() / 1000))
  return new Date((startOfLocalDay(ZONE, midnight - 3600) + 16.75 * 3600) * 1000)
}

/** The page once the meter has caught up and the first blocks are checked. */
async function showNow(browser: Browser, origin: string): Promise<Page> {
  const context = await browser.newContext({
    viewport: DESK,
    deviceScaleFactor: 1,
    locale: 'en-GB',
    timezoneId: ZONE,
    colorScheme: 'light',
    reducedMotion: 'reduce',
  })
  await context.clock.install({ time: anAfternoon() })
  const page = await context.newPage()
  await page.goto(origin)
  await page.getByRole('button', { name: 'Try with a simulated meter' }).click()
  await page.getByRole('link', { name: /blocks checked/ }).waitFor({ timeout: 120_000 })
  await page.locator('.curve canvas').waitFor()
  await page.getByText(/^Read (just now|\d+\s?s ago)/).waitFor({ timeout: 120_000 })
  // The way back is kept, so that the picture shows the everyday.
  await page.getByRole('link', { name: 'Make a recovery file' }).click()
  const passphrase = 'rhubarb lantern quarry otter mild'
  await page.getByLabel('Passphrase', { exact: true }).first().fill(passphrase)
  await page.getByLabel('Passphrase again').fill(passphrase)
  await page.getByRole('button', { name: 'Make and download' }).click()
  await page.getByRole('button', { name: 'I have kept it' }).click({ timeout: 60_000 })
  await page.getByRole('link', { name: 'Now', exact: true }).click()
  await page.locator('.curve canvas').waitFor()
  return page
}

/** Both pictures on one ground, with a hairline around each. */
async function beside(browser: Browser, desk: Buffer, phone: Buffer): Promise<Buffer> {
  const gap = 28
  const width = DESK.width + PHONE.width + 3 * gap
  const page = await browser.newPage({
    viewport: { width, height: DESK.height + 2 * gap },
    deviceScaleFactor: 0.75,
  })
  const image = (bytes: Buffer) => `<img src="data:image/png;base64,${bytes.toString('base64')}">`
  await page.setContent(`<style>
    body { margin: 0; padding: ${gap}px; display: flex; gap: ${gap}px; background: #e9e6df }
    img { border-radius: 8px; outline: 1px solid #c9c5bb }
  </style>${image(desk)}${image(phone)}`)
  await page.waitForFunction(() => [...document.images].every(({ complete }) => complete))
  return await page.screenshot()
}

async function main(): Promise<void> {
  const dataDir = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-screenshot-'))
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const platform = startNode('edge/node.ts', [], { env: { PORT: String(port), DATA_DIR: dataDir } })
  const browser = await openBrowser()
  try {
    await platform.answers(`${origin}/healthz`, 120_000)
    const page = await showNow(browser, origin)
    await page.waitForTimeout(1500)
    const desk = await page.screenshot()
    await page.setViewportSize(PHONE)
    await page.waitForTimeout(500)
    const picture = await beside(browser, desk, await page.screenshot())
    if (picture.length > MOST_BYTES) {
      throw new RangeError(`Cannot keep the picture: it has ${picture.length} bytes`)
    }
    const file = path.join(ROOT, 'docs/now.png')
    await fs.writeFile(file, picture)
    process.stdout.write(`${file}: ${picture.length} bytes\n`)
  } finally {
    await browser.close()
    await platform.close()
    await fs.rm(dataDir, { recursive: true, force: true })
  }
}

void main()
