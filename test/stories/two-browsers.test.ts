/**
 * The owner restores on a second browser while the first one still runs. The first one is told that
 * its keys were replaced, says so wherever it matters, keeps what it has, and can be restored in turn.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Home, openHome, type Platform, screen, startPlatform } from './home.ts'

const PASSPHRASE = 'walnut harbour seven violet'
const CHECKED = /blocks? checked/

let platform: Platform
let first: Home
let second: Home

beforeAll(async () => {
  platform = await startPlatform()
  first = await openHome(platform, { viewport: { width: 390, height: 844 } })
  second = await openHome(platform)
})

afterAll(async () => {
  await first?.close()
  await second?.close()
  await platform?.close()
})

test(
  'another browser takes the channels over, and the first says so and loses nothing',
  async () => {
    const page = await first.open()
    await page.getByRole('button', { name: 'Try with a simulated meter' }).click()
    await page.getByRole('link', { name: CHECKED }).waitFor({ timeout: 60_000 })
    await page.getByText('Simulated', { exact: true }).first().waitFor()
    await screen(page, 'simulated-phone')
    await page.getByRole('link', { name: 'Settings' }).click()
    await page.getByText('Make the recovery file').click()
    await page.getByLabel('Passphrase', { exact: true }).first().fill(PASSPHRASE)
    await page.getByLabel('Passphrase again').fill(PASSPHRASE)
    const downloading = page.waitForEvent('download', { timeout: 60_000 })
    await page.getByRole('button', { name: 'Make and download' }).click()
    const file = new Uint8Array(readFileSync(await (await downloading).path()))
    await page.getByRole('button', { name: 'I have kept it' }).click()

    const other = await second.open('/settings')
    await other.getByText('Restore from a recovery file').click()
    await other.getByLabel('Recovery file').setInputFiles({
      name: 'kilowit-recovery.age',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(file),
    })
    await other.getByLabel('Passphrase').fill(PASSPHRASE)
    await other.getByRole('button', { name: /^Restore/ }).click()
    await other.getByText('Restored.').waitFor({ timeout: 60_000 })
    await page.getByRole('link', { name: 'Now', exact: true }).click()
    await expect.poll(() => chapters()).toEqual([0, 0, 0])

    // The first goes on sealing meanwhile; the second begins after the newest block there is.
    await other.getByRole('link', { name: 'Now', exact: true }).click()
    await other.getByRole('button', { name: 'Try with a simulated meter' }).click()
    await expect.poll(() => chapters(), { timeout: 60_000 }).toEqual([1, 1, 1])

    await page.getByRole('button', { name: 'Stop reading' }).click()
    await page.getByText('You restored on another browser').waitFor({ timeout: 30_000 })
    await page.getByText(/it cannot add to your record any more/).waitFor()
    await page.getByRole('link', { name: CHECKED }).waitFor() // what it checked, it checked
    await screen(page, 'taken-over-phone')

    // The same after a new start, also where only a token would be asked for.
    await page.reload()
    await page.getByText('You restored on another browser').waitFor({ timeout: 30_000 })
    await page.getByText(/^Last read:/).waitFor()
    expect(await page.getByText('No reading').count()).toBe(0)
    await page.getByRole('link', { name: 'Proof', exact: true }).click()
    await page.getByText('You restored on another browser').waitFor({ timeout: 30_000 })
    expect(await page.getByText('Give it a minute').count()).toBe(0)
    await page.getByRole('link', { name: /blocks? checked/ }).waitFor()
    await screen(page, 'taken-over-proof-phone')

    // And back again, from the same file.
    await page.getByRole('link', { name: 'Restore here' }).click()
    await page.getByLabel('Recovery file', { exact: true }).setInputFiles({
      name: 'kilowit-recovery.age',
      mimeType: 'application/octet-stream',
      buffer: Buffer.from(file),
    })
    await page.getByLabel('Passphrase').fill(PASSPHRASE)
    await page.getByRole('button', { name: /^Restore/ }).click()
    await page.getByText('Restored.').waitFor({ timeout: 60_000 })
    await page.getByRole('link', { name: 'Now', exact: true }).click()
    await page.getByRole('link', { name: CHECKED }).waitFor({ timeout: 30_000 })
    expect(await page.getByText('You restored on another browser').count()).toBe(0)
    await other.getByText('You restored on another browser').waitFor({ timeout: 90_000 })
    expect([...first.errors, ...second.errors]).toEqual([])
  },
  360_000,
)

async function chapters(): Promise<number[]> {
  const rows = await platform.query<{ chapter: number }>(
    'select chapter::int as chapter from channels',
  )
  return rows.map(({ chapter }) => chapter)
}
