/**
 * A platform that leaves out, repeats or reorders blocks in the middle of what was asked for: its
 * answer looks like two stretches that each hold, and must be no view all the same.
 *
 * @module
 */
import { Buffer } from 'node:buffer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { concat } from '../../shared/bytes.ts'
import { splitSequence } from '../../shared/cbor.ts'
import { type Platform, startPlatform } from '../stories/home.ts'
import { WH_PER_SECOND } from './history.ts'
import { enter, type Laboratory } from './laboratory.ts'
import { keptProfiles } from './profiles.ts'

const DAY = 86_400
const FROM = Date.UTC(2026, 2, 1) / 1000
type Items = readonly Uint8Array<ArrayBuffer>[]

let platform: Platform
const profiles = keptProfiles()
let at: Laboratory

beforeAll(async () => {
  platform = await startPlatform()
  at = await enter(platform, await profiles.empty())
  await at.page.evaluate((from) => globalThis.engine.history(from, 30), FROM)
})

afterAll(async () => {
  await at?.close()
  await platform?.close()
})

const lies: [string, (items: Items) => Items][] = [
  ['leaves one block out', (items) => items.filter((_, i) => i !== 12)],
  [
    'leaves out all but the first and the last',
    (items) => [...items.slice(0, 1), ...items.slice(-1)],
  ],
  ['tells some blocks twice', (items) => [...items.slice(0, 15), ...items.slice(5)]],
  ['tells all of them twice', (items) => [...items, ...items]],
  ['tells the later ones first', (items) => [...items.slice(10), ...items.slice(0, 10)]],
]

const energy = () =>
  at.page.evaluate((of) => globalThis.engine.energy(of.from, of.to), {
    from: FROM + DAY,
    to: FROM + 2 * DAY,
  })

test.for(lies)('a platform that %s is shown to nobody', async ([, lie]) => {
  const path = /\/v1\/channels\/[^/]+\/blocks\?.*from=/
  await at.page.route(path, async (route) => {
    const response = await route.fetch()
    const items = splitSequence(new Uint8Array(await response.body()), 1000)
    await route.fulfill({ response, body: Buffer.from(concat(...lie(items))) })
  })
  const shown = await energy().catch((error: unknown) => String(error))
  await at.page.unroute(path)
  expect(shown).toMatch(/block-missing|block-does-not-follow/)
  expect(await energy()).toMatchObject({ sum: DAY * WH_PER_SECOND })
})

test('a platform that leaves the same block out of every answer is found by the ids', async () => {
  let left: string | undefined
  await at.page.route(/\/v1\/channels\/[^/]+\/blocks\?/, async (route) => {
    const response = await route.fetch()
    const items = splitSequence(new Uint8Array(await response.body()), 1000)
    const text = (item: Uint8Array) => Buffer.from(item).toString('base64')
    if (route.request().url().includes('from=')) left ??= items.map(text)[12]
    const told = items.filter((item) => text(item) !== left)
    const { link: _, ...headers } = response.headers()
    await route.fulfill({ status: 200, headers, body: Buffer.from(concat(...told)) })
  })
  const shown = await energy().catch((error: unknown) => String(error))
  await at.page.unrouteAll()
  expect(left).toBeDefined()
  expect(shown).toMatch(/block-missing/)
})

test('a platform that leaves a day out of an export gives no file', async () => {
  const exported = () =>
    at.page.evaluate((of) => globalThis.engine.exported(of.from, of.to, 'csv'), {
      from: FROM,
      to: FROM + 40 * DAY,
    })
  const whole = await exported()
  // Four weeks are asked for at a time.
  let asked = 0
  await at.page.route(/\/v1\/channels\/[^/]+\/blocks\?.*from=/, async (route) => {
    const response = await route.fetch()
    const items = splitSequence(new Uint8Array(await response.body()), 1000)
    const told = asked++ === 0 ? items.slice(0, -24) : items
    await route.fulfill({ response, body: Buffer.from(concat(...told)) })
  })
  const shown = await exported().catch((error: unknown) => String(error))
  await at.page.unrouteAll()
  expect(asked).toBeGreaterThan(1)
  expect(shown).toMatch(/block-missing/)
  expect(await exported()).toEqual(whole)
})

test('blocks of another time in between are no lie', async () => {
  const other = await enter(platform, await profiles.empty())
  const shown = await other.page.evaluate(async (from) => {
    await globalThis.engine.history(from, 4, undefined, [[1, 90]])
    return await globalThis.engine.energy(from, from + 4 * 86_400)
  }, FROM)
  // The day that went elsewhere is not there, and neither is what would be guessed across it.
  expect(shown.bars).toBeGreaterThanOrEqual(3 * 96 - 2)
  expect(shown.sum).toBe((3 * DAY - 1800) * WH_PER_SECOND)
  await other.close()
})
