/**
 * The operator changes the meter: the owner is asked, and says so. The same record goes on, in a
 * chapter of the new meter; nothing is computed from the counters of the two, and the proof, the
 * bundle and the days say what happened.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import type { Reading } from '../../shared/meter/reading.ts'
import { verifyBundle } from '../../shared/seal/bundle.ts'
import { type Home, type MeterOnLine, type Platform, screen } from './home.ts'
import { succession } from './story.ts'

let platform: Platform
let meter: MeterOnLine
let successor: MeterOnLine
let succeed: () => void
let home: Home
let page: Page

succession((at) => {
  ;({ platform, meter, successor, succeed, home, page } = at)
}, { startWh: 95_000_000 })

/** Blocks by chapter, of each channel. */
const chapters = async () =>
  await platform.query(
    `select c.resolution, array_agg(distinct b.chapter order by b.chapter)::text as chapters
     from channels c join blocks b on b.channel = c.id group by 1 order by 1`,
  )

const inBoth = ['P1D', 'PT15M', 'live'].map((resolution) => ({ resolution, chapters: '{0,1}' }))

test('a new meter stops the line with a question that says what each answer means', async () => {
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 60_000 })
  succeed()
  await page.getByText(`Another meter answers here: ${successor.id}`).waitFor({ timeout: 20_000 })
  await page.getByText(`in the place of ${meter.id}`).waitFor()
  for (const name of ['The meter was changed', 'Read as another meter', 'Stop reading']) {
    await page.getByRole('button', { name }).waitFor()
  }
  await screen(page, 'meter-changed-question')
  await page.waitForTimeout(3000)
  expect(await platform.query('select 1 from channels')).toHaveLength(3)
  expect(await platform.query('select 1 from chapters')).toHaveLength(3)
}, 90_000)

test('changed, by keyboard: the record goes on in chapters of the new meter', async () => {
  await page.getByRole('button', { name: 'The meter was changed' }).focus()
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  await page.getByText(successor.id).first().waitFor({ state: 'attached', timeout: 20_000 })
  await expect.poll(chapters, { timeout: 60_000 }).toEqual(inBoth)
  expect(await platform.query('select 1 from channels')).toHaveLength(3)
  expect(await platform.query('select 1 from chapters')).toHaveLength(6)
  expect(await platform.query('select 1 from forks')).toEqual([])
  expect(await page.getByText(meter.id).count()).toBe(0)
  await page.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 30_000 })
  await screen(page, 'meter-changed')
}, 120_000)

test('the day tells the change, and no bar is made of two counters', async () => {
  await page.getByRole('link', { name: 'History' }).click()
  await page.getByText('The meter was changed: nothing is known').waitFor({ timeout: 30_000 })
  await page.getByText('As a table').first().click()
  const rows = page.getByRole('row').filter({ hasText: 'Meter changed' })
  await rows.first().waitFor()
  expect(await rows.count()).toBe(1)
  expect(await rows.getByRole('cell').allTextContents()).toEqual(['–', '–'])
  const figures = await page.locator('table td.number').allTextContents()
  const values = figures.filter((text) => text !== '–').map((text) => Number.parseFloat(text))
  expect(values.length).toBeGreaterThan(0)
  for (const value of values) {
    expect(value).toBeGreaterThanOrEqual(0)
    expect(value).toBeLessThan(1)
  }
  await screen(page, 'meter-changed-day')
}, 60_000)

test('the proof says why the chapter began, and the bundle holds offline', async () => {
  await page.getByRole('link', { name: 'Proof', exact: true }).click()
  await page.getByText(/\d+ blocks checked/).first().waitFor({ timeout: 30_000 })
  const every = page.getByRole('article').filter({ hasText: 'Every telegram' })
  await every.getByText('More about this channel', { exact: true }).click()
  await every.getByText('the meter was changed').waitFor()
  await screen(page, 'meter-changed-proof')
  for (const name of ['Every telegram', 'quarter-hour']) {
    const channel = page.getByRole('article').filter({ hasText: name })
    await channel.getByText('Export', { exact: true }).click()
    await channel.getByRole('radio', { name: /With keys/ }).check()
    const downloading = page.waitForEvent('download')
    await channel.getByRole('button', { name: 'Export channel' }).click()
    const file = await (await downloading).path()
    const readings: Reading[] = []
    const report = await verifyBundle(new Uint8Array(readFileSync(file)), {
      opened: (_block, opened) => readings.push(...opened),
    })
    expect(report.fault).toBeNull()
    expect(report.acknowledged).toBe(report.counts.blocks)
    expect(report.chapters.map(({ reason }) => reason)).toEqual(['first', 'meter-changed'])
    const first = readings.findIndex((reading) => reading.meter === successor.id)
    expect(readings.slice(0, first).every((reading) => reading.meter === meter.id)).toBe(true)
    expect(readings.slice(first).every((reading) => reading.meter === successor.id)).toBe(true)
    const told = readings.filter(({ warnings }) => warnings.includes('meter-changed'))
    expect(told).toEqual([readings[first]])
  }
}, 90_000)

test('the next visit reads on and asks nothing, and shows which meter it was', async () => {
  await page.close()
  page = await home.open()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 40_000 })
  await page.getByText(successor.id).first().waitFor({ state: 'attached' })
  expect(await page.getByText('Another meter answers here').count()).toBe(0)
  await page.getByRole('link', { name: 'Settings' }).click()
  await page.getByText(new RegExp(`In its place until .*: ${meter.id}`)).waitFor()
  expect(home.errors).toEqual([])
}, 90_000)
