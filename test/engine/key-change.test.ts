/**
 * Recipients' keys that change, and two tabs that sign at once, in real Chromium on the real platform.
 *
 * @module
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Platform, startPlatform } from '../stories/home.ts'
import { CONSENT_PAGE, give, now, read, seal, settled } from './consent-deeds.ts'
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

async function home(): Promise<Laboratory> {
  return await enter(platform, await profiles.empty(), undefined, CONSENT_PAGE)
}

test(
  'two tabs sign one line of events: the one waits until the other has kept its own',
  async () => {
    const at = await home()
    await seal(at, 'PT15M', 1)
    const one = await give(at, 'adviser', ['PT15M'])
    const two = await give(at, 'neighbour', ['PT15M'])
    await settled(at)
    const other = await at.page.context().newPage()
    await other.goto(`${platform.origin}/engine-test`)
    await other.evaluate(() => globalThis.consent.meet('third'))
    for (const page of [at.page, other]) {
      await page.evaluate(() => {
        globalThis.consent.setOffline(true)
        globalThis.consent.slowSigning(500)
      })
    }
    // Both at the same time, while nothing of it can be mended by the platform.
    const all = Promise.all([
      at.page.evaluate((id) => globalThis.consent.act('revokeGrant', id), one),
      other.evaluate((id) => globalThis.consent.act('revokeGrant', id), two),
      other.evaluate(() => globalThis.consent.give('third', ['PT15M'])),
    ])
    const places = () => at.page.evaluate(() => globalThis.consent.places())
    await expect.poll(places, { timeout: 20_000 }).toHaveLength(3)
    // Each follows the one before it: without the lock two would stand in one place.
    expect(await places()).toEqual([2, 3, 4])
    for (const page of [at.page, other]) {
      await page.evaluate(() => {
        globalThis.consent.slowSigning(0)
        globalThis.consent.setOffline(false)
      })
    }
    await settled(at)
    await all
    const { grants, problem } = await at.page.evaluate(() => globalThis.consent.show())
    expect(problem).toBe(null)
    expect(grants?.map(({ phase, unsent }) => `${phase} ${unsent}`).sort()).toEqual([
      'active false',
      'ended false',
      'ended false',
    ])
    await at.close()
  },
  120_000,
)

const changeKey = (at: Laboratory, who: string, by: 'signer' | 'recovery') =>
  at.page.evaluate(([w, b]) => globalThis.consent.changeKey(w, b), [who, by] as const)
const told = (at: Laboratory, grant: string) =>
  at.page.evaluate((id) => globalThis.consent.told(id), grant)
const show = (at: Laboratory) => at.page.evaluate(() => globalThis.consent.show())

test(
  'a recipient that rolls its key over reads on without a gap, and the owner is told',
  async () => {
    const at = await home()
    await seal(at, 'PT15M', 1, now() - 60)
    const grant = await give(at, 'adviser', ['PT15M'], { history: now() - 50 })
    await seal(at, 'PT15M', 1, now() - 40)
    await settled(at)
    await changeKey(at, 'adviser', 'signer')
    // Until the owner's app has looked, it reads with the key it had.
    await seal(at, 'PT15M', 1, now() - 30)
    await settled(at)
    expect(await read(at, 'adviser', grant, 'PT15M')).toMatchObject({
      opens: [1, 2],
      refused: null,
    })
    await show(at)
    await seal(at, 'PT15M', 1, now() - 20)
    await settled(at)
    expect(await told(at, grant)).toEqual({
      toKey: 3,
      keyChange: 'signed',
      steps: ['granted', 'key-changed'],
    })
    expect((await read(at, 'adviser', grant, 'PT15M')).opens).toEqual([1, 2, 3])
    await show(at) // once is enough
    expect((await told(at, grant)).steps).toHaveLength(2)
    await at.close()
  },
  120_000,
)

test(
  'swapped provider key: one that the key before did not sign gets nothing, and the consent ends',
  async () => {
    const at = await home()
    await seal(at, 'PT15M', 1, now() - 60)
    const replaced = await give(at, 'adviser', ['PT15M'])
    const swapped = await give(at, 'neighbour', ['PT15M'])
    const other = await give(at, 'third', ['PT15M'])
    await settled(at)
    await show(at)
    await changeKey(at, 'adviser', 'recovery')
    // And a platform that shows somebody else in the neighbour's place.
    const { id, changes } = await at.page.evaluate(() =>
      globalThis.consent.swap('neighbour', 'stranger')
    )
    await at.page.route(
      `**/v1/identities/${id}`,
      (route) => route.fulfill({ json: { id, kind: 'owner', changes } }),
    )
    expect((await show(at)).problem).toBe(null)
    for (const grant of [replaced, swapped]) {
      expect(await told(at, grant)).toEqual({
        toKey: 2,
        keyChange: 'unsigned',
        steps: ['granted', 'revoked'],
      })
    }
    expect(await told(at, other)).toMatchObject({ keyChange: 'none', steps: ['granted'] })
    await seal(at, 'PT15M', 1)
    await settled(at)
    expect((await read(at, 'adviser', replaced, 'PT15M')).refused).toBe('grant-ended')
    expect((await read(at, 'third', other, 'PT15M')).opens).toEqual([1])
    expect(await at.page.evaluate(() => globalThis.consent.ends())).toEqual(
      expect.arrayContaining(['key-changed', 'key-changed', '']),
    )
    await at.close()
  },
  120_000,
)
