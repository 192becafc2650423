/**
 * The browser is lost. In a fresh one, the recovery file brings back the owner, the readings and the
 * channels, which go on in a new chapter when the meter is seen again.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type MeterOnLine, openHome, type Platform, screen, startMeter } from './home.ts'
import { scene } from './story.ts'

const PASSPHRASE = 'lantern orbit copper meadow quiz'
const CHECKED = /Sealed by this browser\. \d+ blocks? checked/
/** What another browser has sealed is not said to be of this one. */
const CHECKED_OF_ALL = /Sealed by your devices\. \d+ blocks? checked/

let platform: Platform
let meter: MeterOnLine
let file: string

scene(startMeter, (at) => {
  ;({ platform, meter } = at)
  file = path.join(at.folder, 'kilowit-recovery.age')
})

test('the recovery file is made and kept', async () => {
  const home = await openHome(platform, { meter })
  const page = await home.open()
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByRole('link', { name: CHECKED }).waitFor({ timeout: 60_000 })
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByText('Make the recovery file').click()
  await page.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE)
  await page.getByLabel('Passphrase again').fill(PASSPHRASE)
  const downloading = page.waitForEvent('download', { timeout: 60_000 })
  await page.getByRole('button', { name: 'Make and download' }).click()
  await (await downloading).saveAs(file)
  expect(workers(page)).toBe(1) // the page's thread did not make the key of the passphrase
  await page.getByRole('button', { name: 'I have kept it' }).click()
  await page.getByText(/You have kept your recovery file since/).waitFor()
  await screen(page, 'recovery-kept')
  const held = await page.evaluate(async () => {
    const request = indexedDB.open('kilowit')
    const db = await new Promise<IDBDatabase>((resolve) => {
      request.addEventListener('success', () => resolve(request.result))
    })
    const got = db.transaction('self').objectStore('self').get('owner')
    return await new Promise<unknown>((resolve) => {
      got.addEventListener('success', () => {
        const { secrets, sign, seal } = got.result
        resolve({ secrets, exportable: [sign.key.extractable, seal.key.extractable] })
      })
    })
  })
  expect(held).toEqual({ secrets: null, exportable: [false, false] })
  expect(home.errors).toEqual([])
  await home.close()
  const text = new TextDecoder('latin1').decode(await fs.readFile(file))
  expect(text).toMatch(/^age-encryption\.org\/v1\n-> scrypt /)
}, 180_000)

test('a fresh browser is restored, and the meter goes on in a new chapter', async () => {
  const before = await channels()
  const home = await openHome(platform, { meter })
  const page = await home.open('/settings')
  await restore(page, 'not the passphrase at all')
  await page.getByText('The passphrase does not open this file').waitFor({ timeout: 60_000 })
  expect(workers(page)).toBe(1)
  await restore(page, PASSPHRASE)
  await expect.poll(() => page.getByText(meter.id).count(), { timeout: 60_000 }).toBeGreaterThan(0)
  await screen(page, 'restored')
  expect(await channels()).toEqual(before) // no chapter before the meter is seen

  await page.getByRole('link', { name: 'Now', exact: true }).click()
  await page.getByRole('link', { name: CHECKED_OF_ALL }).waitFor({ timeout: 30_000 })
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 30_000 })
  const live = () => channels().then((all) => all.find(({ resolution }) => resolution === 'live'))
  await expect.poll(async () => Number((await live())?.head), { timeout: 80_000, interval: 1000 })
    .toBeGreaterThan(Number(before.find(({ resolution }) => resolution === 'live')?.head))
  const after = await channels()
  expect(after.map(({ id }) => id)).toEqual(before.map(({ id }) => id))
  expect(after.map(({ chapter }) => Number(chapter))).toEqual([1, 1, 1])

  await page.getByRole('link', { name: 'Proof' }).click()
  await page.getByText(CHECKED_OF_ALL).waitFor({ timeout: 30_000 })
  const quarters = page.getByRole('article').filter({ hasText: 'Quarter-hours' })
  await quarters.getByText('More about this channel').click()
  await quarters.getByText('2, of which 1 by this browser').waitFor()
  expect(await page.getByText('Something does not hold').count()).toBe(0)
  await screen(page, 'restored-proof')
  expect(home.errors).toEqual([])
  await home.close()
}, 240_000)

function workers(page: Page): number {
  return page.workers().filter((one) => /\/assets\/worker-[\w-]+\.js$/.test(one.url())).length
}

async function restore(page: Page, passphrase: string): Promise<void> {
  const summary = page.getByText('Restore from a recovery file')
  if (!(await page.getByLabel('Recovery file').isVisible())) await summary.click()
  await page.getByLabel('Recovery file').setInputFiles(file)
  await page.getByLabel('Passphrase').fill(passphrase)
  await page.getByRole('button', { name: /^Restore/ }).click()
}

async function channels() {
  return await platform.query<{ id: string; resolution: string; chapter: string; head: string }>(
    `select encode(id, 'hex') as id, resolution, chapter, head_seq as head from channels
     order by resolution`,
  )
}
