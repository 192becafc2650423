/**
 * One of the owner's browsers is taken back, in real Chromium on the real platform: a copy of all
 * that it had opens no epoch after that, also with everything the platform has, and is refused a
 * token; whoever was allowed to read reads on. It may be cut short anywhere.
 *
 * @module
 */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, startPlatform } from '../stories/home.ts'
import { enter, type Laboratory } from './laboratory.ts'
import { keptProfiles } from './profiles.ts'

let platform: Platform
const profiles = keptProfiles()

beforeAll(async () => {
  platform = await startPlatform()
})

afterAll(async () => {
  await platform?.close()
})

interface Home extends Laboratory {
  /** Where the second browser's copies are. */
  readonly theirs: Page
}

async function home(): Promise<Home> {
  const profile = await profiles.empty()
  const at = await enter(platform, profile, undefined, 'test/engine/take-back-page.ts')
  const theirs = await at.page.context().newPage()
  await theirs.goto(`${platform.origin}/engine-test`)
  return { ...at, theirs }
}

const now = () => Math.floor(Date.now() / 1000)
const seal = (at: Laboratory, line: string, when?: number) =>
  at.page.evaluate(([l, w]) => globalThis.consent.seal(l, 1, w), [line, when] as const)
const settled = (at: Laboratory) => at.page.evaluate(() => globalThis.consent.settled())

async function opens(at: Home, line: string): Promise<number[]> {
  const wraps = await platform.query<{ epoch: number; head: string; wrapped: string }>(
    `select epoch::int as epoch, encode(head, 'hex') as head, encode(wrapped, 'hex') as wrapped
     from wraps where wrapped is not null`,
  )
  return await at.theirs.evaluate(
    ([l, w]) => globalThis.takeBack.opens(l, w),
    [line, wraps] as const,
  )
}

const epochs = (at: Laboratory, line: string) =>
  at.page.evaluate((l) => globalThis.takeBack.epochs(l), line)

test(
  'a copy of a browser that was taken back opens no epoch after it, and gets no token',
  async () => {
    const at = await home()
    await seal(at, 'PT15M', now() - 60)
    await seal(at, 'live')
    const grant = await at.page.evaluate(() => globalThis.consent.give('adviser', ['PT15M']))
    await seal(at, 'PT15M', now() + 1)
    await settled(at)
    const index = await at.theirs.evaluate(() => globalThis.takeBack.addBrowser())
    expect(await opens(at, 'PT15M')).toEqual([0, 1])
    expect(await at.theirs.evaluate(() => globalThis.takeBack.asked())).toEqual({
      owner: 'given',
      device: 'given',
    })
    const browsers = await at.page.evaluate(() => globalThis.takeBack.browsers())
    expect(browsers.map(({ own, going }) => ({ own, going }))).toEqual([
      { own: true, going: false },
      { own: false, going: false },
    ])

    expect(await at.page.evaluate((i) => globalThis.takeBack.takeBack(i), index)).toBe('done')
    await seal(at, 'PT15M', now() + 2)
    expect(await settled(at)).toMatchObject({ waiting: 0, problem: null })
    const sealing = await at.page.evaluate(() => globalThis.takeBack.sealing())
    expect(sealing).toBeGreaterThan(index)
    // Every channel that had an epoch has turned, be it that nothing was read since.
    expect((await epochs(at, 'PT15M')).at(-1)).toEqual({ reason: 'turned', ownerKey: sealing })
    expect(await epochs(at, 'live')).toEqual([
      { reason: 'first', ownerKey: 2 },
      { reason: 'turned', ownerKey: sealing },
    ])
    expect(await opens(at, 'PT15M')).toEqual([0, 1])
    expect(await opens(at, 'live')).toEqual([0])
    expect(await at.theirs.evaluate(() => globalThis.takeBack.asked())).toEqual({
      owner: 'ApiProblem: The identity is not known here, or has no such key now',
      device: 'TypeError: Not paired',
    })
    expect(await at.page.evaluate(() => globalThis.takeBack.browsers())).toMatchObject([{
      own: true,
    }])
    // The adviser reads on without a gap: what was sealed before, and what came after.
    const read = await at.page.evaluate(
      (g) => globalThis.consent.read('adviser', g, 'PT15M'),
      grant,
    )
    expect(read).toMatchObject({ opens: [1, 2], refused: null })
    // Said once more, nothing more happens.
    expect(await at.page.evaluate((i) => globalThis.takeBack.takeBack(i), index)).toBe('done')
    expect((await at.page.evaluate(() => globalThis.consent.show())).problem).toBe(null)
    await at.close()
  },
  120_000,
)

test('it may be cut short after any request, and is gone on with after a new start', async () => {
  const at = await home()
  await seal(at, 'PT15M', now() - 60)
  await at.page.evaluate(() => globalThis.consent.give('adviser', ['PT15M']))
  await settled(at)
  let known = 0
  for (const requests of [0, 1, 2, 3, 5, 8]) {
    const index = await at.theirs.evaluate(() => globalThis.takeBack.addBrowser())
    const before = await opens(at, 'PT15M')
    await at.page.evaluate(
      ([i, r]) => globalThis.takeBack.takeBack(i, r),
      [index, requests] as const,
    )
    await at.page.reload()
    expect(await settled(at)).toMatchObject({ waiting: 0, problem: null })
    await at.page.evaluate(async () => void await globalThis.consent.show())
    await seal(at, 'PT15M')
    await settled(at)
    expect(await opens(at, 'PT15M'), `cut after ${requests} requests`).toEqual(before)
    const sealing = await at.page.evaluate(() => globalThis.takeBack.sealing())
    expect(sealing).toBeGreaterThan(Math.max(known, index))
    expect((await epochs(at, 'PT15M')).at(-1)?.ownerKey).toBe(sealing)
    expect(await at.page.evaluate(() => globalThis.takeBack.browsers())).toMatchObject([
      { own: true, going: false },
    ])
    known = sealing
  }
  await at.close()
}, 240_000)

test(
  'a device that was away meanwhile seals nothing more to the old key once it is back',
  async () => {
    const at = await home()
    await seal(at, 'PT15M', now() - 60)
    await settled(at)
    await at.theirs.evaluate(() => globalThis.takeBack.addBrowser())
    const sealing = await at.theirs.evaluate(() => globalThis.takeBack.changedElsewhere())
    // It has not heard of that yet: two epochs wait that are sealed to the old key.
    await at.page.evaluate(() => globalThis.consent.setOffline(true))
    await at.page.evaluate(() => globalThis.consent.midnight('PT15M'))
    await seal(at, 'PT15M', now() + 1)
    await at.page.evaluate(() => globalThis.consent.midnight('PT15M'))
    await seal(at, 'PT15M', now() + 10)
    await at.page.evaluate(() => globalThis.consent.setOffline(false))
    expect(await settled(at)).toMatchObject({ waiting: 0, problem: null })
    const all = await epochs(at, 'PT15M')
    expect(all[0]).toEqual({ reason: 'first', ownerKey: 2 })
    expect(all.slice(1).map(({ ownerKey }) => ownerKey)).not.toContain(2)
    expect(all.at(-1)?.ownerKey).toBe(sealing)
    expect(await opens(at, 'PT15M')).toEqual([0])
    const [row] = await platform.query<{ head: number }>(
      `select max(head_seq)::int as head from channels where resolution = 'PT15M'
     and owner = decode('${await at.page.evaluate(() => globalThis.consent.owner())}', 'hex')`,
    )
    expect(row?.head).toBe(2)
    await at.close()
  },
  120_000,
)

test(
  'a recovery file that was kept before opens what was sealed after, and the lost browser nothing',
  async () => {
    const at = await home()
    await seal(at, 'PT15M', now() - 60)
    await settled(at)
    await at.page.evaluate(() => globalThis.takeBack.keepFile())
    const index = await at.theirs.evaluate(() => globalThis.takeBack.addBrowser())
    await at.page.evaluate((i) => globalThis.takeBack.takeBack(i), index)
    await seal(at, 'PT15M')
    await settled(at)
    expect(await at.page.evaluate(() => globalThis.takeBack.restored('PT15M'))).toEqual({
      opens: [0, 1],
      withoutHistory: [0],
    })
    await at.close()
  },
  120_000,
)
