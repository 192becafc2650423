/**
 * Another meter in the place of one before, in the browser's own vault, in real Chromium on the real
 * platform: whatever step it dies at, the record goes on, each chapter of one meter, and the chapter
 * reaches the platform after all that was read before it.
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
/** Answers to chapters that came before the blocks that they go on after. */
let refused = 0
let meter = 'ENGINE-0001'
let count = 1

beforeAll(async () => {
  platform = await startPlatform({ limits: { LIMIT_CHANNELS_PER_DAY: '2000' } })
  profile = await emptyProfile()
  at = await enter(platform, profile)
  at.page.on('response', (response) => {
    if (response.url().endsWith('/v1/chapters') && response.status() === 409) refused++
  })
})

afterAll(async () => {
  await at?.close()
  await platform?.close()
  await fs.rm(profile, { recursive: true, force: true, maxRetries: 5 })
})

const DELIVERED = { state: 'idle', waiting: 0, problem: null }
const successor = () => `ENGINE-${String(++count).padStart(4, '0')}`
const proof = () => at.page.evaluate(() => globalThis.engine.proof())

function change(before: string, now: string, fault?: { at: number; when: 'before' | 'after' }) {
  return at.page.evaluate(
    ([before, now, fault]) => globalThis.engine.change(before, now, fault),
    [before, now, fault] as const,
  )
}

async function chapters(): Promise<{ channels: number; chapters: number; lost: number }> {
  const [row] = await platform.query<{ channels: number; chapters: number; lost: number }>(
    `select count(distinct channel)::int as channels, count(*)::int as chapters,
     (select count(*)::int from forks) as lost from chapters`,
  )
  if (row === undefined) throw new Error('No answer')
  return row
}

test(
  'what was read before is delivered before the chapter, never by its being refused',
  async () => {
    // Nothing is with the platform yet: identities, channels, blocks and both chapters wait.
    for (let i = 0; i < 3; i++) {
      const next = successor()
      expect(await change(meter, next)).toMatchObject(DELIVERED)
      meter = next
    }
    expect(await chapters()).toEqual({ channels: 3, chapters: 12, lost: 0 })
    expect(await proof()).toMatchObject({ faults: [], waiting: 0 })
    expect(refused).toBe(0)
  },
  60_000,
)

test('a crash at any step leaves the record whole, and it goes on', async () => {
  let crashes = 0
  for (let step = 0, through = 0; step < 80 && through < 2; step++) {
    const next = successor()
    const end = await change(meter, next, { at: step, when: step % 2 === 0 ? 'before' : 'after' })
    if (end === 'crashed') crashes++
    else through++
    expect(await change(meter, next)).toMatchObject(DELIVERED)
    meter = next
  }
  // Sealing, changing and delivering has at least this many steps.
  expect(crashes).toBeGreaterThanOrEqual(30)
  const { faults, waiting } = await proof()
  expect({ faults, waiting }).toEqual({ faults: [], waiting: 0 })
  const { channels, lost } = await chapters()
  expect({ channels, lost, refused }).toEqual({ channels: 3, lost: 0, refused: 0 })
}, 240_000)

test('of two that change it at once, one does', async () => {
  const next = successor()
  const race = ([before, now]: readonly [string, string]) =>
    globalThis.engine.changeRace(before, now)
  expect(await at.page.evaluate(race, [meter, next] as const)).toEqual({
    ends: ['changed', 'refused'],
    chapters: 3,
  })
  expect(await change(meter, next)).toMatchObject(DELIVERED)
  meter = next
}, 60_000)

test(
  'line, tariffs and sub-meters follow; key, waiver and clock zone are the old meter’s',
  async () => {
    const next = successor()
    const found = await at.page.evaluate(
      ([before, now]) => globalThis.engine.changedRecord(before, now, 'new'),
      [meter, next] as const,
    )
    const { earlier, ...rest } = found
    expect(earlier?.at(-1)).toEqual([meter, true])
    expect(rest).toEqual({
      gone: true,
      sameChannels: true,
      freshTag: true,
      waived: false,
      clockZone: null,
      parent: next,
      lines: [[next, 'new'], ['X', null]],
      keys: [['new', next], ['theirs', 'X']],
      tariffs: [next],
    })
    expect(await change(meter, next)).toMatchObject(DELIVERED)
    expect(await proof()).toMatchObject({ faults: [], waiting: 0 })
  },
  60_000,
)
