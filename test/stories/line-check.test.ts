/**
 * A meter whose telegrams carry no line check where they should: nothing is read until the owner
 * has said so for this meter, and what is read says it.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Reading } from '../../shared/meter/reading.ts'
import { verifyBundle } from '../../shared/seal/bundle.ts'
import { type Home, type Platform, savedLine, screen, startMeter } from './home.ts'
import { story } from './story.ts'

let platform: Platform
let home: Home

story(startMeter, (at) => {
  ;({ platform, home } = at)
  at.meter.dropLineCheck()
})

test('without a line check nothing is read before the owner waives it', async () => {
  const page = await home.open()
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByText('The telegrams of your meter carry no line check.').waitFor()
  await screen(page, 'line-check-missing')
  const { name, said } = await savedLine(page)
  expect(name).toBe('kilowit-line-115200-8N1.bin')
  expect(said).toContain('"reason":"line-check-missing"')
  expect(await platform.query('select 1 from channels')).toEqual([])
  await page.getByRole('button', { name: /without|anyway|accept/i }).click()
  await page.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 60_000 })

  await page.getByRole('link', { name: 'Proof' }).click()
  const channel = page.getByRole('article').filter({ hasText: 'Quarter-hours' })
  await channel.getByText('Export', { exact: true }).click()
  await channel.getByRole('radio', { name: /With keys/ }).check()
  const downloading = page.waitForEvent('download')
  await channel.getByRole('button', { name: 'Export channel' }).click()
  const readings: Reading[] = []
  const bundle = new Uint8Array(readFileSync(await (await downloading).path()))
  await verifyBundle(bundle, { opened: (_block, opened) => readings.push(...opened) })
  expect(readings[0]?.assurance.line).toBe('none')
  expect(readings[0]?.warnings).toContain('line-check-waived')

  // The waiver is kept: the next visit reads by itself.
  await page.reload()
  await page.getByRole('link', { name: 'Now', exact: true }).click()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  expect(home.errors).toEqual([])
}, 120_000)
