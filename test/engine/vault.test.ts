/**
 * The browser's vault and what seals with it, in real Chromium on the real platform: whatever
 * happens to it, no key meets a nonce twice, no acknowledged block is lost, and the channel goes on.
 *
 * @module
 */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { type Platform, startPlatform } from '../stories/home.ts'
import { enter, type Laboratory } from './laboratory.ts'
import type { Told } from './page.ts'
import { keptProfiles } from './profiles.ts'

let platform: Platform
const profiles = keptProfiles()
let told: Told[] = []
const tell = (one: Told) => void told.push(one)

beforeAll(async () => {
  platform = await startPlatform()
})

afterAll(async () => {
  await platform?.close()
})

beforeEach(async () => {
  told = []
})

const run = (at: Laboratory, blocks: number) =>
  at.page.evaluate((count) => globalThis.engine.run(count), blocks)
const proof = (at: Laboratory) => at.page.evaluate(() => globalThis.engine.proof())
const DELIVERED = { state: 'idle', waiting: 0, problem: null }

/** Chains without a hole, each made block under its own salt, and all that was acknowledged there. */
async function expectWhole(channel: string): Promise<{ head: number }> {
  const kept = await platform.query<{ seq: number; id: string }>(
    `select seq::int as seq, encode(id, 'hex') as id from blocks
     where channel = decode('${channel}', 'hex') order by seq`,
  )
  expect(kept.map(({ seq }) => seq)).toEqual(kept.map((_, i) => i))
  const made = told.filter((one) => one.kind === 'made')
  const salts = new Map(made.map(({ salt, id }) => [salt, id]))
  expect(salts.size).toBe(new Set(made.map(({ id }) => id)).size)
  const ids = new Set(made.map(({ id }) => id))
  for (const { id } of kept) expect(ids.has(id)).toBe(true)
  const seqs = new Set(kept.map(({ seq }) => seq))
  const acknowledged = told.filter((one) => one.kind === 'acknowledged')
  const lost = acknowledged.filter((one) => one.channel === channel && !seqs.has(one.seq))
  expect(lost).toEqual([])
  return { head: kept.length - 1 }
}

function channelOf(): string {
  const made = told.find((one) => one.kind === 'made')
  return made?.channel ?? ''
}

test('a commit is kept whole or not at all, and never on top of another version', async () => {
  const at = await enter(platform, await profiles.empty(), tell)
  const seen = await at.page.evaluate(() => globalThis.engine.halfCommit())
  expect(seen.half).toBe('DataCloneError')
  expect(seen.stale).toBe(seen.conflict)
  expect(seen.after).toEqual(seen.before)
  await at.close()
})

test('every step of the outbox asks for strict durability, and no key can be taken away', async () => {
  const at = await enter(platform, await profiles.empty(), tell)
  const asked = await at.page.evaluate(() => globalThis.engine.durabilities())
  expect(asked.length).toBeGreaterThanOrEqual(3)
  expect(new Set(asked)).toEqual(new Set(['strict']))
  expect(await at.page.evaluate(() => globalThis.engine.exportable())).toEqual([])
  await at.close()
})

test.for(
  [['network-limit', 'waiting'], ['channel-taken', 'stopped']] as const,
)('a channel that the platform does not take (%s) holds up no other', async ([code, state]) => {
  const at = await enter(platform, await profiles.empty(), tell)
  const seen = await at.page.evaluate((one) => globalThis.engine.held(one), code)
  expect(seen.refused).toMatchObject({ state, problem: code })
  expect(seen.during).toEqual([1, 0])
  expect(seen.after).toMatchObject(DELIVERED)
  expect(await proof(at)).toMatchObject({ faults: [], blocks: 2, waiting: 0 })
  await at.close()
})

test('the proof names acknowledged blocks that are not there, however many', async () => {
  const at = await enter(platform, await profiles.empty(), tell)
  const faults = await at.page.evaluate(() => globalThis.engine.faultyProof('acknowledged-beyond'))
  expect(faults).toContainEqual({ seq: 2, reason: 'block-missing' })
  await at.close()
})

test('the proof names a chapter without blocks that does not go on after the last', async () => {
  const at = await enter(platform, await profiles.empty(), tell)
  const faults = await at.page.evaluate(() => globalThis.engine.faultyProof('unwritten-chapter'))
  expect(faults).toEqual([{ seq: null, reason: 'chapter-does-not-continue' }])
  await at.close()
})

test('two that seal at once make one chain', async () => {
  const at = await enter(platform, await profiles.empty(), tell)
  await at.page.evaluate(() => globalThis.engine.race(12))
  expect(await run(at, 1)).toMatchObject(DELIVERED)
  expect(await expectWhole(channelOf())).toEqual({ head: 24 })
  expect(await proof(at)).toMatchObject({ faults: [], blocks: 25, waiting: 0 })
  await at.close()
}, 60_000)

test('a crash at any step loses nothing that was sealed, and the channel goes on', async () => {
  const at = await enter(platform, await profiles.empty(), tell)
  expect(await run(at, 1)).toMatchObject(DELIVERED)
  let crashes = 0
  for (let step = 0; step < 60; step++) {
    const ends: unknown[] = []
    for (const when of ['before', 'after'] as const) {
      const end = await at.page.evaluate(
        (fault) => globalThis.engine.run(2, fault),
        { at: step, when },
      )
      ends.push(end)
      if (end === 'crashed') crashes++
      expect(await run(at, 1)).toMatchObject(DELIVERED)
    }
    if (ends.every((end) => end !== 'crashed')) break
  }
  // Sealing and delivering two blocks has at least this many steps, each tried on both sides.
  expect(crashes).toBeGreaterThanOrEqual(16)
  const { head } = await expectWhole(channelOf())
  const { faults, blocks, waiting } = await proof(at)
  expect({ faults, waiting }).toEqual({ faults: [], waiting: 0 })
  expect(blocks).toBe(head + 1)
  await at.close()
}, 120_000)

test(
  'a copied profile: both go on in the one channel, each verifying the other’s head',
  async () => {
    const profile = await profiles.empty()
    const first = await enter(platform, profile, tell)
    expect(await run(first, 3)).toMatchObject(DELIVERED)
    await first.close()
    const copy = await profiles.copyOf(profile)

    const [original, other] = [
      await enter(platform, profile, tell),
      await enter(platform, copy, tell),
    ]
    expect(await run(original, 2)).toMatchObject(DELIVERED)
    expect(await run(other, 2)).toMatchObject(DELIVERED)
    expect(await run(original, 2)).toMatchObject(DELIVERED)
    expect(await run(other, 2)).toMatchObject(DELIVERED)
    expect(await expectWhole(channelOf())).toEqual({ head: 10 })
    for (const at of [original, other]) {
      expect(await proof(at)).toMatchObject({ faults: [], blocks: 11, waiting: 0 })
      await at.close()
    }
    // The copy sealed behind a head that was one no more: kept as evidence.
    expect((await platform.query('select 1 from forks')).length).toBeGreaterThan(0)
  },
  120_000,
)

test('a profile put back to yesterday goes on after the head that it does not know', async () => {
  const profile = await profiles.empty()
  const first = await enter(platform, profile, tell)
  expect(await run(first, 2)).toMatchObject(DELIVERED)
  await first.close()
  const yesterday = await profiles.copyOf(profile)
  const later = await enter(platform, profile, tell)
  expect(await run(later, 4)).toMatchObject(DELIVERED)
  await later.close()

  const back = await enter(platform, yesterday, tell)
  expect(await run(back, 2)).toMatchObject(DELIVERED)
  expect(await run(back, 1)).toMatchObject(DELIVERED)
  expect(await expectWhole(channelOf())).toEqual({ head: 8 })
  expect(await proof(back)).toMatchObject({ faults: [], blocks: 9, waiting: 0 })
  await back.close()
}, 120_000)

test(
  'killed by SIGKILL again and again: what was acknowledged is there, and it goes on',
  async () => {
    const profile = await profiles.empty()
    const first = await enter(platform, profile, tell)
    expect(await run(first, 1)).toMatchObject(DELIVERED)
    await first.close()
    const acknowledged = () => told.filter(({ kind }) => kind === 'acknowledged').length
    for (let round = 0; round < 6; round++) {
      const at = await enter(platform, profile, tell)
      const before = acknowledged()
      void at.page.evaluate(() => globalThis.engine.runForEver()).catch(() => undefined)
      // Into the second delivery or beyond, and each round at another place of it.
      await expect.poll(acknowledged, { timeout: 60_000, interval: 5 })
        .toBeGreaterThanOrEqual(before + 4)
      await new Promise((resolve) => setTimeout(resolve, 17 * round))
      await at.kill()
    }
    const last = await enter(platform, profile, tell)
    expect(await run(last, 1)).toMatchObject(DELIVERED)
    const { head } = await expectWhole(channelOf())
    expect(head).toBeGreaterThan(20)
    expect(acknowledged()).toBeGreaterThan(20)
    expect(await proof(last)).toMatchObject({ faults: [], blocks: head + 1, waiting: 0 })
    await last.close()
  },
  180_000,
)
