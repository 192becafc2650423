/**
 * A stretch of time read back from the real platform in real Chromium: exact, and refused when one
 * byte of it is another.
 *
 * @module
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, startPlatform } from '../stories/home.ts'
import { WH_PER_SECOND } from './history.ts'
import { enter, type Laboratory } from './laboratory.ts'
import { keptProfiles } from './profiles.ts'

const DAY = 86_400
const DAYS = 50
/** 2026-03-01T00:00:00Z: more than one page of blocks later, clocks have changed. */
const FROM = Date.UTC(2026, 2, 1) / 1000

let platform: Platform
const profiles = keptProfiles()
let at: Laboratory

beforeAll(async () => {
  platform = await startPlatform()
  at = await enter(platform, await profiles.empty())
  await at.page.evaluate(
    ({ from, days }) => globalThis.engine.history(from, days),
    { from: FROM, days: DAYS },
  )
})

afterAll(async () => {
  await at?.close()
  await platform?.close()
})

const energy = (from: number, to: number) =>
  at.page.evaluate((of) => globalThis.engine.energy(of.from, of.to), { from, to })

test('the bars of many pages of blocks are all there, and exact', async () => {
  const { bars, sum, told, same } = await energy(FROM, FROM + DAYS * DAY)
  // The first quarter-hour begins before the first reading.
  expect(bars).toBe(DAYS * 96 - 1)
  expect(sum).toBe((DAYS * DAY - 900) * WH_PER_SECOND)
  expect(told).toBeGreaterThan(10)
  expect(same).toBe(true)
})

test('any part of it adds up to the same', async () => {
  const cuts = [0, 900, 7200, 2 * DAY + 3700, 3 * DAY + 4500, 31 * DAY, DAYS * DAY]
  let sum = 0
  for (const [i, cut] of cuts.slice(1).entries()) {
    sum += (await energy(FROM + (cuts[i] ?? 0), FROM + cut)).sum
  }
  expect(sum).toBe((DAYS * DAY - 900) * WH_PER_SECOND)
})

test('an export has each reading of its span once, and names its block', async () => {
  const from = FROM + 3600
  const to = from + 40 * DAY
  const exported = (format: 'csv' | 'json') =>
    at.page.evaluate((of) => globalThis.engine.exported(of.from, of.to, of.format), {
      from,
      to,
      format,
    })
  const json = await exported('json')
  expect(json.name).toMatch(/^kilowit-ENGINE-0001-PT15M-2026-03-01-2026-04-10\.json$/)
  expect(json.told).toBeGreaterThan(0)
  const file: { readings: { at: number; block: number; registers: { value: string }[] }[] } = JSON
    .parse(json.text)
  const expected = Array.from({ length: 40 * 96 }, (_, i) => from + 900 * i)
  expect(file.readings.map((reading) => reading.at)).toEqual(expected)
  expect(file.readings.map(({ block }) => block)).toEqual(
    expected.map((time) => Math.ceil((time - FROM) / 3600) - 1),
  )
  const csv = await exported('csv')
  const rows = csv.text.split('\r\n').slice(1, -1).map((row) => row.split(','))
  expect(rows.map(([time = '']) => Date.parse(time) / 1000)).toEqual(expected)
  expect(rows.map((row) => row.slice(11))).toEqual(
    file.readings.map(({ registers }) => registers.map(({ value }) => value)),
  )
})

test('before and after it there is nothing', async () => {
  expect(await energy(FROM - 9 * DAY, FROM - DAY)).toMatchObject({ bars: 0, sum: 0 })
})

test.for([0.2, 0.5, 0.999])('with one byte changed at %f of it, nothing is shown', async (part) => {
  const path = /\/v1\/channels\/[^/]+\/blocks\?/
  await at.page.route(path, async (route) => {
    const response = await route.fetch()
    const body = await response.body()
    const place = Math.floor(part * body.length)
    body[place] = (body[place] ?? 0) ^ 1
    await route.fulfill({ response, body })
  })
  await expect(energy(FROM + DAY, FROM + 2 * DAY)).rejects.toThrow(/AppError|Error/)
  await at.page.unroute(path)
  expect(await energy(FROM + DAY, FROM + 2 * DAY)).toMatchObject({ sum: DAY * WH_PER_SECOND })
})

test('asked again and again while blocks come, it is the same as read at once', async () => {
  const other = await enter(platform, await profiles.empty())
  const seen = await other.page.evaluate((from) => globalThis.engine.growing(from, 4), FROM)
  expect(seen.counts).toEqual([95, 191, 287, 383])
  expect(seen.parts).toBe(seen.fresh)
  expect(JSON.parse(seen.fresh)).toHaveLength(383)
  await other.close()
})
