/**
 * A gateway and its household, each its own process on the real platform: the code that the gateway
 * shows opens the app, the owner sees who asks, and confirms; what the gateway seals is the owner's to
 * read; unpaired, it stops. The code itself is in no request, no address, and in nothing that the
 * browser keeps.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Running, startNode } from '../rig/process.ts'
import { type Home, openHome, type Platform, screen, startPlatform } from './home.ts'

let platform: Platform
let home: Home
let folder: string
const started: Running[] = []

beforeAll(async () => {
  platform = await startPlatform()
  home = await openHome(platform, { viewport: { width: 390, height: 844 } })
  folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-paired-'))
})

afterAll(async () => {
  await Promise.all(started.map((one) => one.close()))
  await home?.close()
  await platform?.close()
  await fs.rm(folder, { recursive: true, force: true })
})

function gateway(command: 'pair' | 'read', ...more: string[]): Running {
  const args = [command, '--data', folder, '--zone', 'Europe/Vienna', '--simulated', ...more]
  const running = startNode('gateway/main.ts', args)
  started.push(running)
  return running
}

test('a gateway is paired by its code, read by its owner, and let go in two taps', async () => {
  const pairing = gateway('pair', '--platform', platform.origin, '--name', 'Keller')
  const said = async (what: string) =>
    (await pairing.line(new RegExp(`^${what}: `), 60_000)).slice(what.length + 2)
  const text = await said('Code')
  const fingerprint = await said('This gateway')
  const page = await home.open('/settings')
  const sent: string[] = []
  page.context().on('request', (request) => {
    sent.push(`${request.url()} ${request.postDataBuffer()?.toString('latin1') ?? ''}`)
  })
  const code = page.getByLabel('The code that it shows')
  await page.getByText('Pair a gateway', { exact: true }).click()
  for (
    const [typed, sentence] of [
      ['my gateway', /has 16 letters and digits/],
      ['0000-0000-0000-0000', /No gateway shows this code now/],
    ] as const
  ) {
    await code.fill(typed)
    await code.press('Enter')
    await page.getByRole('alert').filter({ hasText: sentence }).waitFor()
  }

  await page.goto(`${platform.origin}/pair#${text}`)
  await page.getByText('Keller asks to read for you').waitFor()
  expect(page.url()).toBe(`${platform.origin}/pair`)
  const shown = (await page.locator('main code').allTextContents()).join().replaceAll(' ', '')
  expect(shown).toContain(fingerprint.replaceAll(' ', ''))
  await screen(page, 'pair-phone')
  // Nothing is signed before the owner's word, and no and yes weigh the same.
  expect(await platform.query('select 1 from chapters')).toEqual([])
  const box = async (name: string) =>
    await page.getByRole('button', { name, exact: true }).evaluate((button) => {
      const { color, backgroundColor, fontWeight } = getComputedStyle(button)
      return { color, backgroundColor, fontWeight, height: button.clientHeight }
    })
  expect(await box('Pair')).toEqual(await box('Do not pair'))
  await page.getByRole('button', { name: 'Pair', exact: true }).click()
  await page.getByText('Keller is paired').waitFor({ timeout: 60_000 })
  await pairing.ended

  // The page stays open: what the gateway reads comes by itself.
  await page.goto(`${platform.origin}/`)
  await page.getByText('Nothing has come from Keller yet').waitFor()
  await screen(page, 'paired-none')
  const reading = gateway('read', '--look-every', '1')
  const blocks = async () => (await platform.query('select 1 from blocks')).length
  await expect.poll(blocks, { timeout: 90_000 }).toBeGreaterThan(0)
  await page.getByText('Keller reads this meter').waitFor({ timeout: 60_000 })
  await page.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 60_000 })
  expect(await page.getByText('The meter is not being read').count()).toBe(0)
  await screen(page, 'paired-now')

  await page.goto(`${platform.origin}/settings`)
  const entry = page.getByRole('listitem').filter({ hasText: 'Keller' })
  await entry.getByText(/^Reads /).waitFor()
  const other = await home.context.newPage()
  await other.goto(platform.origin)
  await other.getByText(/Keller/).first().waitFor()
  await entry.getByRole('button', { name: 'Unpair' }).click()
  await entry.getByRole('button', { name: 'Unpair it now' }).click()
  await entry.waitFor({ state: 'detached' })
  await expect.poll(() => other.getByText(/Keller/).count()).toBe(0)
  await other.close()
  expect([(await reading.ended).code, reading.output()]).toEqual([
    3,
    expect.stringContaining('has let this gateway go'),
  ])
  const before = await blocks()

  const plain = text.replaceAll('-', '')
  const kept = await page.evaluate(async () => {
    const stores: string[] = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)]
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const opening = indexedDB.open(name)
        opening.onsuccess = () => resolve(opening.result)
      })
      for (const store of database.objectStoreNames) {
        const rows = await new Promise<unknown[]>((resolve) => {
          const all = database.transaction(store).objectStore(store).getAll()
          all.onsuccess = () => resolve(all.result)
        })
        stores.push(JSON.stringify(rows))
      }
    }
    return stores.join()
  })
  expect(await blocks()).toBe(before)
  expect(sent.length).toBeGreaterThan(10)
  for (const where of [sent.join(), kept, platform.output()]) {
    expect(where.includes(text) || where.includes(plain)).toBe(false)
  }
}, 240_000)
