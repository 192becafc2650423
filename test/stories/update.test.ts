/**
 * A new version of the app is deployed while a meter is read: it is told and interrupts nothing;
 * once it is asked for, what was read is sealed first, every tab loads again, and reading goes on by
 * itself. A tab in which something was typed is left alone.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PWA_DIST } from '../../edge/pwa-build.ts'
import { freePort } from '../rig/process.ts'
import { buildVersion, type Front, startFront } from './front.ts'
import {
  type Home,
  type MeterOnLine,
  openHome,
  type Platform,
  screen,
  startMeter,
  startPlatform,
} from './home.ts'

const NEXT = '9.9.9'
const TOLD = 'A new version is ready'

let front: Front
let platform: Platform
let meter: MeterOnLine
let home: Home
let page: Page
let next: string

beforeAll(async () => {
  const port = await freePort()
  front = await startFront(port)
  platform = await startPlatform({ publicUrl: front.origin })
  front.passTo(platform.origin)
  await front.deploy(PWA_DIST)
  next = await buildVersion(NEXT)
  meter = await startMeter()
  home = await openHome(platform, { meter, origin: front.origin })
  // In which order blocks go into the outbox and the newer version is asked for.
  await home.context.addInitScript(() => {
    const note = (what: string) => {
      const kept = localStorage.getItem('test.order') ?? ''
      localStorage.setItem('test.order', `${kept} ${what}`)
    }
    // Both are called with the this that they were called with.
    // oxlint-disable-next-line typescript/unbound-method
    const { add } = IDBObjectStore.prototype
    IDBObjectStore.prototype.add = function (this: IDBObjectStore, ...given) {
      if (this.name === 'entries') note('sealed')
      return add.apply(this, given)
    }
    // oxlint-disable-next-line typescript/unbound-method
    const { postMessage } = ServiceWorker.prototype
    ServiceWorker.prototype.postMessage = function (this: ServiceWorker, message: unknown) {
      note('asked')
      postMessage.call(this, message)
    }
  })
  page = await home.open()
})

afterAll(async () => {
  await home?.close()
  await meter?.close()
  await platform?.close()
  await front?.close()
  if (next !== undefined) await fs.rm(next, { recursive: true, force: true })
})

/** Something that a page loses when it is loaded again. */
async function mark(page: Page): Promise<void> {
  await page.evaluate(() => Object.assign(globalThis, { marked: true }))
}

async function isMarked(page: Page): Promise<boolean> {
  return await page.evaluate(() => 'marked' in globalThis).catch(() => false)
}

test('a newer version is told while the meter is read, and interrupts nothing', async () => {
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 60_000 })
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  expect(await page.getByText(TOLD).count()).toBe(0)

  await front.deploy(next)
  await mark(page)
  await page.evaluate(async () => await (await navigator.serviceWorker.ready).update())
  await page.getByText(TOLD).waitFor({ timeout: 20_000 })
  await page.getByText('What was read is sealed first').waitFor()
  await screen(page, 'new-version')
  await page.getByRole('button', { name: 'Stop reading' }).waitFor()

  await page.getByRole('button', { name: 'Later' }).click()
  await page.getByText(TOLD).waitFor({ state: 'detached' })
  await page.getByText(/^Read (just now|\d)/).waitFor()
  expect(await isMarked(page)).toBe(true)
  await page.goto(`${front.origin}/settings`)
  await page.getByText('Version 0.1.0').waitFor()
}, 120_000)

test('asked for, it takes over in every tab, and reading goes on by itself', async () => {
  await page.goto(front.origin)
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 30_000 })
  const watching = await home.open('/settings')
  await watching.getByText(TOLD).waitFor({ timeout: 20_000 })
  const typing = await home.open('/settings?open=recovery')
  await typing.getByLabel('Passphrase', { exact: true }).first().fill('rhubarb lantern quarry')
  const looking = await home.open('/history')
  // Its date was shown, not typed.
  await looking.locator('input[type=date]').waitFor()
  for (const one of [page, watching, typing, looking]) await mark(one)
  const before = await live()
  await page.evaluate(() => localStorage.setItem('test.order', ''))

  await page.bringToFront()
  await page.getByText(/^Read (just now|\d)/).waitFor()
  await page.getByRole('button', { name: 'Load again' }).click()
  for (const [name, one] of Object.entries({ page, watching, looking })) {
    const loadedAgain = async () => await isMarked(one) ? `${name} is as it was` : ''
    await expect.poll(loadedAgain, { timeout: 60_000 }).toBe('')
  }
  const order = await page.evaluate(() => localStorage.getItem('test.order'))
  expect(order?.trim().split(' ')[0]).toBe('sealed')
  expect(order).toContain('asked')

  await watching.getByText(`Version ${NEXT}`).waitFor()
  expect(await page.getByText(TOLD).count()).toBe(0)
  // Whichever tab was first reads on.
  await expect.poll(live, { timeout: 80_000, interval: 500 }).toBeGreaterThan(before + 1)
  expect(await platform.query('select 1 from forks')).toEqual([])

  // What was typed is still there, and so is the way to the newer version.
  expect(await isMarked(typing)).toBe(true)
  await typing.bringToFront()
  await typing.getByText(TOLD).waitFor()
  await typing.getByRole('button', { name: 'Load again' }).click()
  await typing.getByText(`Version ${NEXT}`).waitFor({ timeout: 20_000 })
  expect(home.errors).toEqual([])
}, 240_000)

test('the API is asked past the service worker', async () => {
  const source = await page.evaluate(async () => {
    const seen = new Promise<PerformanceEntry>((resolve) => {
      new PerformanceObserver((list) => {
        for (const entry of list.getEntriesByName(`${location.origin}/v1/operator?seen`)) {
          resolve(entry)
        }
      }).observe({ type: 'resource' })
    })
    await (await fetch('/v1/operator?seen')).text()
    return (await seen as PerformanceEntry & { workerFinalSourceType: string })
      .workerFinalSourceType
  })
  expect(source).toBe('network')
})

async function live(): Promise<number> {
  const [row] = await platform.query<{ head: number }>(
    `select head_seq::int as head from channels where resolution = 'live'`,
  )
  return row?.head ?? -1
}
