/**
 * A pairing that is cut short on either side, with the gateway as its own process and the owner in
 * real Chromium: before the gateway has agreed it comes to nothing on both sides; once it has, both
 * finish it when they come back.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import process from 'node:process'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Running, startNode } from '../rig/process.ts'
import { type Home, openHome, type Platform, screen, startPlatform } from './home.ts'

let platform: Platform
let home: Home
let page: Page
let folder: string
const started: Running[] = []

beforeAll(async () => {
  platform = await startPlatform()
  home = await openHome(platform, { viewport: { width: 390, height: 844 } })
  page = await home.open('/settings')
  folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-cut-'))
})

afterAll(async () => {
  await Promise.all(started.map((one) => one.close()))
  await home?.close()
  await platform?.close()
  await fs.rm(folder, { recursive: true, force: true })
})

/** A gateway that shows its code; the same one each time. */
async function shows(): Promise<{ running: Running; code: string }> {
  const args = ['pair', '--data', folder, '--zone', 'Europe/Vienna', '--simulated']
  const running = startNode('gateway/main.ts', [
    ...args,
    '--platform',
    platform.origin,
    '--name',
    'Keller',
  ])
  started.push(running)
  const code = (await running.line(/^Code: /, 60_000)).slice('Code: '.length)
  return { running, code }
}

async function confirm(code: string): Promise<void> {
  await page.goto(`${platform.origin}/pair#${code}`)
  await page.getByText('Keller asks to read for you').waitFor()
  await page.getByRole('button', { name: 'Pair', exact: true }).click()
}

const rows = async (table: string) => (await platform.query(`select 1 from ${table}`)).length
const settings = async () => await page.goto(`${platform.origin}/settings`)

test('cut short before the gateway has agreed, nothing is left on either side', async () => {
  const first = await shows()
  process.kill(first.running.pid, 'SIGSTOP')
  await confirm(first.code)
  await expect.poll(() => rows('pairing_messages'), { timeout: 20_000 }).toBe(2)
  // The browser is closed, and comes back: the gateway has not said anything yet.
  await settings()
  await page.getByText('Keller has not confirmed its pairing yet').waitFor()
  await first.running.kill('SIGKILL')
  const second = await shows()
  await settings()
  await page.getByText('Pairing Keller was cut short').waitFor()
  await screen(page, 'pairing-undone')
  expect([await rows('chapters'), await rows('events')]).toEqual([0, 0])
  await settings()
  await page.getByText('This browser', { exact: true }).waitFor()
  expect(await page.getByText('Pairing Keller was cut short').count()).toBe(0)
  await second.running.kill('SIGKILL')
}, 120_000)

test('cut short once the gateway has agreed, both finish it when they come back', async () => {
  const own = await rows('pairings')
  const { running, code } = await shows()
  await page.route(
    /\/v1\/pairings$/,
    (route) => route.request().method() === 'POST' ? route.abort() : route.continue(),
  )
  await confirm(code)
  await running.line('Owner: ')
  await page.getByRole('alert').waitFor()
  await running.kill('SIGKILL')
  expect([await rows('pairings'), await rows('chapters')]).toEqual([own, 0])
  // The gateway begins anew, and its owner comes back, with no code at all.
  const again = await shows()
  await page.unroute(/\/v1\/pairings$/)
  await settings()
  await page.getByRole('listitem').filter({ hasText: 'Keller' }).waitFor()
  await again.running.line('Paired with', 30_000)
  expect((await again.running.ended).code).toBe(0)
  expect([await rows('pairings'), await rows('chapters')]).toEqual([own + 1, 3])
  // Asked once more, it is as it was.
  await settings()
  await page.getByRole('listitem').filter({ hasText: 'Keller' }).waitFor()
  expect(await rows('pairings')).toBe(own + 1)
  expect((await platform.query("select 1 from events where what = 'paired'")).length).toBe(1)
}, 120_000)
