/**
 * A device that stands elsewhere, and an owner's browser in real Chromium on the real platform: the
 * device hears of grants by its pairing alone, and wraps for them; what it sealed before it had heard,
 * the owner hands over.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { emptyProfile, type Platform, startPlatform } from '../stories/home.ts'
import { enter, type Laboratory } from './laboratory.ts'

let platform: Platform
let profile: string
let at: Laboratory

beforeAll(async () => {
  platform = await startPlatform()
  profile = await emptyProfile()
  at = await enter(platform, profile, undefined, 'test/engine/device-steps-page.ts')
  await at.page.evaluate(async () => {
    await globalThis.consent.seal('live', 1)
    await globalThis.consent.settled()
  })
})

afterAll(async () => {
  await platform?.close()
  await fs.rm(profile, { recursive: true, force: true, maxRetries: 5 })
})

const seal = (blocks: number) =>
  at.page.evaluate((blocks) => globalThis.elsewhere.seal(blocks), blocks)
const hear = () => at.page.evaluate(() => globalThis.elsewhere.hear())
const steps = () => at.page.evaluate(() => globalThis.elsewhere.steps())
const give = (to: string) => at.page.evaluate((to) => globalThis.elsewhere.give(to), to)
const read = (who: string, grant: string) =>
  at.page.evaluate(([w, g]) => globalThis.elsewhere.read(w, g), [who, grant] as const)
const act = (what: 'pauseGrant' | 'resumeGrant' | 'revokeGrant', grant: string) =>
  at.page.evaluate(([w, g]) => globalThis.consent.act(w, g), [what, grant] as const)

test(
  'a grant is told to the device, which wraps from then on; the past the owner hands over',
  async () => {
    await seal(3)
    expect(await steps()).toBe(0)
    const adviser = await give('adviser')
    expect(await steps()).toBe(1)
    expect(await read('adviser', adviser)).toEqual({ opens: [0, 1, 2], whole: [] })
    expect(await hear()).toEqual([adviser])
    await seal(2)
    expect(await read('adviser', adviser)).toEqual({ opens: [0, 1, 2, 3, 4], whole: [1] })

    const neighbour = await give('neighbour')
    expect((await hear()).sort()).toEqual([adviser, neighbour].sort())
    await seal(1)
    expect((await read('neighbour', neighbour)).opens).toEqual([0, 1, 2, 3, 4, 5])

    // Paused it is left out, resumed it comes back, revoked it is gone for good.
    await act('pauseGrant', adviser)
    expect(await hear()).toEqual([neighbour])
    await seal(1)
    await act('resumeGrant', adviser)
    expect((await hear()).sort()).toEqual([adviser, neighbour].sort())
    await seal(1)
    await act('revokeGrant', adviser)
    expect(await hear()).toEqual([neighbour])
    await seal(1)
    const { opens } = await read('neighbour', neighbour)
    expect(opens).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8])
    // Of nothing that has not changed anything is said again.
    const before = await steps()
    await at.page.evaluate(() => globalThis.consent.show())
    expect(await steps()).toBe(before)
  },
  120_000,
)

test('nobody is given what the gateway cannot be told of', async () => {
  const told = await steps()
  const adviser = await give('one of many')
  await at.page.evaluate((id) => globalThis.elsewhere.crowd(id, 500), adviser)
  await expect(give('one too many')).rejects.toThrow('gateway-full')
  await at.page.evaluate((id) => globalThis.elsewhere.crowd(id, 0), adviser)
  expect(await steps()).toBe(told + 1)
  await give('another')
  expect(await steps()).toBe(told + 2)
}, 120_000)

test(
  'what the device sealed before it had heard is handed over when the owner looks again',
  async () => {
    const late = await give('late')
    // The device is cut off: it goes on in an epoch that is for others.
    await seal(2)
    expect((await read('late', late)).opens).not.toContain(10)
    await at.page.evaluate(async () => {
      const later = performance.now() + 11 * 60_000
      performance.now = () => later
      await globalThis.consent.settled()
    })
    expect((await read('late', late)).opens).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  },
  120_000,
)

const offline = (value: boolean) =>
  at.page.evaluate((value) => globalThis.consent.setOffline(value), value)
const settled = () =>
  at.page.evaluate(async () => {
    await globalThis.consent.settled()
  })

test('what was done offline the device is told with delivery, whatever is opened', async () => {
  const grant = await give('afar')
  expect(await hear()).toContain(grant)
  const before = await steps()
  await offline(true)
  await act('revokeGrant', grant).catch(() => undefined)
  await offline(false)
  await settled()
  expect(await steps()).toBe(before + 1)
  expect(await hear()).not.toContain(grant)
}, 60_000)

test('where the step alone did not get through, it is told again', async () => {
  const grant = await give('cut')
  expect(await hear()).toContain(grant)
  const before = await steps()
  const posted = /\/v1\/pairings\/[^/]+\/steps/
  let cut = 0
  await at.page.route(posted, async (route) => {
    if (route.request().method() !== 'POST') return await route.continue()
    cut++
    await route.abort()
  })
  await act('revokeGrant', grant).catch(() => undefined)
  await at.page.unroute(posted)
  expect(cut).toBeGreaterThan(0)
  await settled()
  expect(await steps()).toBe(before + 1)
  expect(await hear()).not.toContain(grant)
}, 60_000)

test('a device that was let go is told nothing, though the platform calls it paired', async () => {
  const kept: string[] = []
  let told = 0
  await at.page.route(/\/v1\/pairings/, async (route) => {
    const request = route.request()
    if (request.method() === 'POST') told++
    if (!request.url().endsWith('/v1/pairings')) return await route.continue()
    if (kept[0] === undefined) kept.push(await (await route.fetch()).text())
    await route.fulfill({ contentType: 'application/json', body: kept[0] ?? '' })
  })
  const grant = await give('first')
  expect(told).toBe(1)
  await at.page.evaluate(() => globalThis.elsewhere.unpairQuietly())
  await act('revokeGrant', grant)
  await at.page.evaluate(() => globalThis.consent.show())
  expect(told).toBe(1)
  await at.page.unroute(/\/v1\/pairings/)
}, 60_000)
