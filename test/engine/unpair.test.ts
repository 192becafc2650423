/**
 * Unpairing in the owner's browser, in real Chromium on the real platform: the device writes nothing
 * more, its chapter is closed behind its last block, the key is turned, and what was given of its
 * readings ends or is kept; also when that is cut short.
 *
 * @module
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { type Platform, startPlatform } from '../stories/home.ts'
import { enter, type Laboratory } from './laboratory.ts'
import { keptProfiles } from './profiles.ts'

let platform: Platform
let at: Laboratory
const profiles = keptProfiles()

beforeAll(async () => {
  platform = await startPlatform()
})

afterEach(async () => {
  await at?.close()
})

afterAll(async () => {
  await platform?.close()
})

/** An owner's browser, and a gateway that has sealed this many blocks. */
async function home(blocks: number): Promise<string> {
  const profile = await profiles.empty()
  at = await enter(platform, profile, undefined, 'test/engine/devices-page.ts')
  await at.page.evaluate(() => globalThis.devices.onlyMeter())
  for (let i = 0; i < blocks; i++) expect(await seal()).toBe(null)
  return await at.page.evaluate(() => globalThis.devices.device())
}

const seal = () => at.page.evaluate(() => globalThis.devices.seal())
const settled = () => at.page.evaluate(() => globalThis.consent.settled())
const channel = () => at.page.evaluate(() => globalThis.devices.channel())
const shown = () => at.page.evaluate(() => globalThis.devices.show())
const give = (who: string) => at.page.evaluate((w) => globalThis.consent.give(w, ['PT15M']), who)
const read = (who: string, grant: string) =>
  at.page.evaluate(([w, g]) => globalThis.consent.read(w, g, 'PT15M'), [who, grant] as const)
const unpair = (device: string, keeps = false) =>
  at.page.evaluate(([d, k]) => globalThis.devices.unpair(d, k), [device, keeps] as const)

const closed = [
  { by: 'gateway', reason: 'first', after: -1 },
  { by: 'browser', reason: 'device-replaced', after: 1 },
]

test('an unpaired device writes nothing more, and what it wrote goes on to verify', async () => {
  const device = await home(2)
  const grant = await give('adviser')
  expect(await shown()).toMatchObject([
    { kind: 'this', meters: [] },
    { id: device, kind: 'gateway', name: 'Keller', meters: ['GATEWAY-0001'], grants: 1 },
  ])
  await unpair(device)
  expect((await shown())?.map(({ kind }) => kind)).toEqual(['this'])
  await settled()
  expect(await seal()).toBe('chapter-closed')
  // Its chapter is closed behind its last block, and the key is turned away from it.
  expect(await channel()).toEqual({
    chapters: closed,
    epochs: ['first', 'turned'],
    blocks: [0, 1],
  })
  const after = await read('adviser', grant)
  expect(after).toMatchObject({ refused: 'grant-ended', state: 'ended' })
  expect(after.last).toMatchObject([{ provisional: false, withheld: 0 }])
  expect(await at.page.evaluate(() => globalThis.consent.ends())).toEqual(['unpaired'])
  // Done again, it is done.
  await unpair(device)
  expect(await at.page.evaluate(() => globalThis.devices.events('unpaired'))).toBe(1)
  expect(await settled()).toMatchObject({ waiting: 0, problem: null })
}, 120_000)

test(
  'consents that are kept for the next device hold, under a key that the old one has not',
  async () => {
    const device = await home(2)
    const grant = await give('adviser')
    await unpair(device, true)
    await settled()
    expect(await read('adviser', grant)).toMatchObject({ refused: null, state: 'active' })
    expect(await at.page.evaluate(() => globalThis.consent.ends())).toEqual([''])
    expect(await shown()).toMatchObject([{ kind: 'this', meters: [], lastBlock: null }])
    await at.page.evaluate(() => globalThis.consent.seal('PT15M', 1))
    expect(await settled()).toMatchObject({ waiting: 0, problem: null })
    expect((await read('adviser', grant)).opens).toEqual([2])
    expect(await shown()).toMatchObject([{ kind: 'this', meters: ['GATEWAY-0001'] }])
  },
  120_000,
)

test(
  'a further line of the gateway’s meter is opened for the gateway, once, and closed with it',
  async () => {
    const device = await home(1)
    const further = (resolution: string) =>
      at.page.evaluate((r) => globalThis.devices.further(r), resolution)
    const daily = await further('P1D')
    expect(daily).toMatchObject({ by: 'gateway', lines: 2 })
    expect(await further('P1D')).toEqual(daily)
    // Of its lines, the one that was written last tells when that was.
    expect((await shown())?.find(({ id }) => id === device)?.lastBlock).toBeGreaterThan(0)
    // Cut short before it was kept here, it is found again at the platform.
    await at.page.evaluate(() => globalThis.devices.forgetFurther())
    expect(await further('P1D')).toEqual(daily)
    await unpair(device)
    await settled()
    // From then on this browser is the one that writes it.
    expect(await further('P1D')).toEqual({ ...daily, by: 'browser' })
  },
  120_000,
)

test('unpaired offline and cut short: it waits, and goes on where it was', async () => {
  const device = await home(2)
  await give('adviser')
  await shown()
  await at.page.evaluate(() => globalThis.consent.setOffline(true))
  await unpair(device)
  expect(await shown()).toMatchObject([{ kind: 'this' }, { id: device, unsent: true }])
  // The platform does not know it yet.
  expect(await seal()).toBe(null)
  await at.page.evaluate(() => globalThis.consent.setOffline(false))
  await at.page.reload()
  await settled()
  expect(await channel0()).toMatchObject([closed[0], { ...closed[1], after: 2 }])
  expect(await at.page.evaluate(() => globalThis.devices.events('unpaired'))).toBe(1)
  expect(await at.page.evaluate(() => globalThis.consent.unsent())).toBe(0)
}, 120_000)

/** After the page was loaded anew it has no gateway of its own any more. */
const channel0 = () => at.page.evaluate(() => globalThis.devices.chapters())
