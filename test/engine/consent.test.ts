/**
 * Consent in the browser that seals, in real Chromium on the real platform: a recipient opens what
 * its grant gives and nothing else, with only what the platform gives it.
 *
 * @module
 */
import { Buffer } from 'node:buffer'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bytes, concat } from '../../shared/bytes.ts'
import { type CborValue, decodeWithMaps, encode, splitSequence } from '../../shared/cbor.ts'
import { type Platform, startPlatform } from '../stories/home.ts'
import { CONSENT_PAGE, give, now, read, seal, settled } from './consent-deeds.ts'
import { enter, type Laboratory } from './laboratory.ts'
import { keptProfiles } from './profiles.ts'

const HOUR = 3600

let platform: Platform
const profiles = keptProfiles()

beforeAll(async () => {
  platform = await startPlatform({ limits: { LIMIT_IDENTITIES_PER_DAY: '200' } })
})

afterAll(async () => {
  await platform?.close()
})

async function home(): Promise<Laboratory> {
  return await enter(platform, await profiles.empty(), undefined, CONSENT_PAGE)
}

const act = (
  at: Laboratory,
  what: 'pauseGrant' | 'resumeGrant' | 'revokeGrant' | 'askErasure',
  grant: string,
) => at.page.evaluate(([w, g]) => globalThis.consent.act(w, g), [what, grant] as const)

test('a recipient opens what its grant gives, of one line and from its history on', async () => {
  const at = await home()
  const begin = now() - 10 * HOUR
  await seal(at, 'PT15M', 2, begin)
  await seal(at, 'PT15M', 2, begin + 5 * HOUR)
  await seal(at, 'live', 2)
  expect(await settled(at)).toMatchObject({ waiting: 0, problem: null })
  // A part of the first epoch: its last two blocks.
  const grant = await give(at, 'adviser', ['PT15M'], { history: begin + 4 * HOUR })
  await seal(at, 'PT15M', 2)
  await settled(at)
  const { exportable, sent, looked } = await at.page.evaluate(() => globalThis.consent.leaks())
  expect({ exportable, sent }).toEqual({ exportable: [], sent: 0 })
  expect(looked).toBeGreaterThan(5)
  expect(await read(at, 'adviser', grant, 'PT15M')).toMatchObject({
    opens: [2, 3, 4, 5],
    // The key alone keeps the rest from it, whatever the platform gives.
    held: { whole: [1], parts: [2, 3] },
    refused: null,
  })
  expect((await read(at, 'adviser', grant, 'live')).opens).toEqual([])
  expect(await at.page.evaluate(() => globalThis.consent.epochs('PT15M'))).toEqual([
    'first',
    'turned',
  ])
  await at.close()
}, 120_000)

test(
  'somebody at home is found by its address, and nobody else; reads; and keeps its name',
  async () => {
    const at = await home()
    const find = (of: Parameters<typeof globalThis.consent.findPerson>[0]) =>
      at.page.evaluate((of) => globalThis.consent.findPerson(of), of)
    await seal(at, 'PT15M', 2, now() - 600)
    await settled(at)
    const refused = [
      { typed: '' },
      { typed: 'ben' },
      { typed: 'A'.repeat(43) },
      'own',
      'device',
      'provider',
    ] as const
    const said: unknown[] = []
    for (const of of refused) said.push(await find(of))
    expect(said).toEqual([
      'person-address',
      'person-address',
      'person-unknown',
      'person-self',
      'person-none',
      'person-none',
    ])

    const ben = await find({ name: 'ben' })
    if (typeof ben === 'string') throw new Error(ben)
    expect(ben).toMatchObject({ name: '', resolutions: ['PT15M', 'live'], holds: null })
    const share = (name: string) =>
      at.page.evaluate(
        ([id, called]) => globalThis.consent.shareWith(id, called, 'PT15M', 3600),
        [
          ben.id,
          name,
        ] as const,
      )
    expect(await share(' ')).toBe('person-nameless')
    expect(await share(`Ben${String.fromCodePoint(0x202e)}`)).toBe('person-nameless')
    const grant = await share('Ben')
    await settled(at)
    expect((await read(at, 'ben', grant, 'PT15M')).opens).toEqual([0, 1])
    const view = await at.page.evaluate((id) => globalThis.consent.view(id), grant)
    expect(view).toMatchObject({ kind: 'person', name: 'Ben', purposes: ['household'] })
    expect(await find({ name: 'ben' })).toMatchObject({ name: 'Ben', holds: grant })

    // A platform that gives somebody else's identity for the address.
    const { changes } = await at.page.evaluate(() => globalThis.consent.swap('ben', 'eve'))
    await at.page.route(
      `**/v1/identities/${ben.id}`,
      (route) => route.fulfill({ json: { id: ben.id, kind: 'owner', changes } }),
    )
    expect(await find({ name: 'ben' })).toBe('person-unknown')
    await at.close()
  },
  120_000,
)

test(
  'revoked while offline: nothing more from the next block on, and told as soon as it is back',
  async () => {
    const at = await home()
    await seal(at, 'PT15M', 1, now() - 60)
    const grant = await give(at, 'adviser', ['PT15M'])
    await seal(at, 'PT15M', 1)
    await settled(at)
    await at.page.evaluate(() => globalThis.consent.setOffline(true))
    await act(at, 'revokeGrant', grant)
    await seal(at, 'PT15M', 1)
    expect(await at.page.evaluate(() => globalThis.consent.unsent())).toBe(1)
    await at.page.evaluate(() => globalThis.consent.setOffline(false))
    // The platform has not heard of it yet; the device has turned the key all the same.
    expect((await read(at, 'adviser', grant, 'PT15M')).opens).toEqual([1])
    await settled(at)
    const after = await read(at, 'adviser', grant, 'PT15M')
    expect(after).toMatchObject({ refused: 'grant-ended', state: 'ended', opens: [] })
    expect(after.last).toEqual([{ seq: 1, provisional: false, withheld: 0 }])
    expect(await at.page.evaluate(() => globalThis.consent.unsent())).toBe(0)
    await at.close()
  },
  120_000,
)

test(
  'midnight wraps for those who hold a grant, a pause for nobody, its end for them again',
  async () => {
    const at = await home()
    await seal(at, 'PT15M', 1, now() - 60)
    const grant = await give(at, 'adviser', ['PT15M'], { history: now() - 50 })
    await seal(at, 'PT15M', 1, now() - 40)
    await at.page.evaluate(() => globalThis.consent.midnight('PT15M'))
    await seal(at, 'PT15M', 1, now() - 30)
    await settled(at)
    expect((await read(at, 'adviser', grant, 'PT15M')).opens).toEqual([1, 2])
    await act(at, 'pauseGrant', grant)
    const paused = now()
    await seal(at, 'PT15M', 1, paused)
    await settled(at)
    expect((await read(at, 'adviser', grant, 'PT15M')).refused).toBe('grant-paused')
    await at.page.waitForFunction((end) => Date.now() / 1000 > end, paused + 4)
    await act(at, 'resumeGrant', grant)
    await seal(at, 'PT15M', 1, now() + 1)
    await settled(at)
    expect((await read(at, 'adviser', grant, 'PT15M')).opens).toEqual([1, 2, 4])
    expect(await at.page.evaluate(() => globalThis.consent.epochs('PT15M'))).toEqual(
      ['first', 'turned', 'midnight', 'turned', 'turned'],
    )
    await at.close()
  },
  120_000,
)

test(
  'two tabs that revoke and give at once: one line of events, and no revocation lost',
  async () => {
    const at = await home()
    await seal(at, 'PT15M', 1)
    const [one, two] = [
      await give(at, 'adviser', ['PT15M']),
      await give(at, 'neighbour', ['PT15M']),
    ]
    const other = await at.page.context().newPage()
    await other.goto(`${platform.origin}/engine-test`)
    await Promise.all([
      at.page.evaluate((id) => globalThis.consent.act('revokeGrant', id), one),
      other.evaluate((id) => globalThis.consent.act('revokeGrant', id), two),
      other.evaluate(() => globalThis.consent.give('third', ['PT15M'])),
    ])
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

test(
  'a copied profile revokes on an old head: it ends all the same, behind what was there',
  async () => {
    const profile = await profiles.empty()
    const first = await enter(platform, profile, undefined, CONSENT_PAGE)
    await seal(first, 'PT15M', 1, now() - 60)
    const grant = await give(first, 'adviser', ['PT15M'])
    await settled(first)
    await first.close()
    const copy = await profiles.copyOf(profile)
    const [one, two] = [
      await enter(platform, profile, undefined, CONSENT_PAGE),
      await enter(platform, copy, undefined, CONSENT_PAGE),
    ]
    await act(one, 'pauseGrant', grant)
    await act(two, 'revokeGrant', grant)
    for (const at of [one, two]) {
      const { grants, problem } = await at.page.evaluate(() => globalThis.consent.show())
      expect(problem).toBe(null)
      expect(grants).toMatchObject([{ phase: 'ended', unsent: false }])
      await at.close()
    }
  },
  120_000,
)

test('a history that was rolled back is refused, and what is known stays', async () => {
  const at = await home()
  await seal(at, 'PT15M', 1, now() - 60)
  const grant = await give(at, 'adviser', ['PT15M'])
  await act(at, 'pauseGrant', grant)
  expect((await at.page.evaluate(() => globalThis.consent.show())).problem).toBe(null)
  const owner = await at.page.evaluate(() => globalThis.consent.owner())
  const owned = `owner = decode('${owner}', 'hex')`
  const [last] = await platform.query<{ n: number }>(
    `select max(n)::int as n from events where ${owned}`,
  )
  await platform.query(`delete from events where ${owned} and n = ${last?.n}`)
  expect(await at.page.evaluate(() => globalThis.consent.show())).toEqual({
    grants: null,
    problem: 'history-rolled-back',
  })
  expect(await at.page.evaluate(() => globalThis.consent.kept())).toBe(1)
  await at.close()
}, 120_000)

test('a receipt that was not signed with its grant is refused', async () => {
  const at = await home()
  await seal(at, 'PT15M', 1, now() - 60)
  await give(at, 'adviser', ['PT15M'])
  await at.page.route(/\/v1\/history/, async (route) => {
    const response = await route.fetch()
    const answer: { data: { companions: string[] }[] } = await response.json()
    const receipt = Buffer.from(encode('e30.e30.AA')).toString('base64url')
    for (const { companions } of answer.data) companions.push(receipt)
    await route.fulfill({ response, json: answer })
  })
  const { problem } = await at.page.evaluate(() => globalThis.consent.show())
  expect(problem).toBe('history-invalid')
  await at.close()
}, 120_000)

test(
  'the state is rebuilt from the history alone, with the keys from the owner’s own copies',
  async () => {
    const at = await home()
    await seal(at, 'PT15M', 1, now() - 60)
    const grant = await give(at, 'adviser', ['PT15M'])
    const ended = await give(at, 'neighbour', ['PT15M'])
    await act(at, 'revokeGrant', ended)
    await settled(at)
    await at.page.evaluate(() => globalThis.consent.forget())
    const { grants } = await at.page.evaluate(() => globalThis.consent.show())
    expect(grants?.map(({ phase }) => phase).sort()).toEqual(['active', 'ended'])
    // It goes on: the next epoch is wrapped under the key that came back.
    await at.page.evaluate(() => globalThis.consent.midnight('PT15M'))
    await seal(at, 'PT15M', 1)
    await settled(at)
    expect((await read(at, 'adviser', grant, 'PT15M')).opens).toEqual([1])
    await at.close()
  },
  120_000,
)

test('erased epochs cannot be read any more, here or there, and the rest can', async () => {
  const at = await home()
  await seal(at, 'PT15M', 1, now() - 60)
  const grant = await give(at, 'adviser', ['PT15M'], { history: 0 })
  await seal(at, 'PT15M', 1)
  await settled(at)
  expect((await read(at, 'adviser', grant, 'PT15M')).opens).toEqual([0, 1])
  const here = () => at.page.evaluate(() => globalThis.consent.keptHere('PT15M'))
  expect(await here()).toEqual({ epochs: [0, 1], copies: [0, 1] })
  expect(await at.page.evaluate(() => globalThis.consent.erase('PT15M'))).toBe(1)
  expect(await here()).toEqual({ epochs: [1], copies: [1] })
  expect((await read(at, 'adviser', grant, 'PT15M')).opens).toEqual([1])
  await at.close()
}, 120_000)

test('a vault of the version before is opened with all that is in it', async () => {
  const at = await home()
  const { stores, kept, version } = await at.page.evaluate(() => globalThis.consent.migrated())
  expect(stores).toEqual(expect.arrayContaining(['self', 'tariffs', 'grants', 'events']))
  expect({ kept, version }).toEqual({ kept: 'as it was', version: 3 })
  await at.close()
}, 60_000)

test.for(
  [['meterChanged', 'meter-changed'], ['moveOut', 'moved-out']] as const,
)('%s ends every grant of it', { timeout: 60_000 }, async ([what, reason]) => {
  const at = await home()
  await seal(at, 'PT15M', 1, now() - 60)
  await give(at, 'adviser', ['PT15M'])
  await give(at, 'neighbour', ['live'])
  await settled(at)
  await at.page.evaluate((name) => globalThis.consent[name](), what)
  const { grants } = await at.page.evaluate(() => globalThis.consent.show())
  expect(grants).toMatchObject([
    { phase: 'ended', unsent: false },
    { phase: 'ended', unsent: false },
  ])
  expect(await at.page.evaluate(() => globalThis.consent.ends())).toEqual([reason, reason])
  await at.close()
})

/** An encoded block, taken apart as a platform could that wants it to say something else. */
function forged(block: Bytes, change: (header: Map<unknown, unknown>) => void): Bytes {
  const [[header, ...rest], body] = decodeWithMaps(block) as [[Bytes, ...CborValue[]], CborValue]
  const members = decodeWithMaps(header) as Map<string, CborValue>
  change(members)
  return encode([[encode(members), ...rest], body])
}

/** Only blocks are told otherwise; the rest is as it is. */
const lies: [string, (blocks: Bytes[], begin: number) => Bytes[]][] = [
  // What is left of the epoch is all given: so it looks as if its whole key were due.
  ['leaves the earlier blocks of an epoch out', (blocks) => blocks.filter((b) => seqOf(b) > 1)],
  [
    'says that they were observed later',
    (blocks, begin) =>
      blocks.map((block) =>
        seqOf(block) > 1 ? block : forged(block, (header) => {
          header.set('from', begin + 5 * HOUR - 9)
          header.set('to', begin + 5 * HOUR - 3)
        })
      ),
  ],
  [
    'puts blocks of its own before and behind them',
    (blocks) =>
      blocks.flatMap((block) => {
        if (seqOf(block) === 1) return [forged(block, (header) => header.set('epoch', 7))]
        return seqOf(block) === 0 ? [] : [block]
      }),
  ],
]

function seqOf(block: Bytes): number {
  const [[header]] = decodeWithMaps(block) as [[Bytes]]
  return Number((decodeWithMaps(header) as Map<string, number>).get('seq'))
}

test.for(lies)(
  'a platform that %s gets no key handed over that the grant does not give',
  { timeout: 120_000 },
  async ([, lie]) => {
    const at = await home()
    const begin = now() - 10 * HOUR
    await seal(at, 'PT15M', 2, begin)
    await seal(at, 'PT15M', 2, begin + 5 * HOUR)
    await settled(at)
    let told = 0
    await at.page.route(/\/v1\/channels\/[^/]+\/blocks\?/, async (route) => {
      const response = await route.fetch()
      const blocks = splitSequence(new Uint8Array(await response.body()), 1000)
      told += blocks.length
      const { link: _, ...headers } = response.headers()
      const body = Buffer.from(concat(...lie(blocks, begin)))
      await route.fulfill({ status: 200, headers, body })
    })
    // Its keys may never come, and it waits for them.
    const waiting = give(at, 'adviser', ['PT15M'], { history: begin + 4 * HOUR })
    waiting.catch(() => undefined)
    const given = () => at.page.evaluate(() => globalThis.consent.given())
    await expect.poll(given, { timeout: 20_000 }).toHaveLength(1)
    const [grant = ''] = await given()
    await seal(at, 'PT15M', 1)
    await settled(at)
    expect(told).toBeGreaterThan(0)
    await at.page.unrouteAll()
    const { held } = await read(at, 'adviser', grant, 'PT15M')
    expect(held.whole).toEqual([1])
    expect(held.parts.filter((seq) => seq < 2)).toEqual([])
    // With the truth told it is given what it may have.
    await settled(at)
    expect(await read(at, 'adviser', grant, 'PT15M')).toMatchObject({
      opens: [2, 3, 4],
      held: { whole: [1], parts: expect.not.arrayContaining([0]) },
    })
    await at.close()
  },
)

test(
  'given back by a token alone, the owner signs its end, once; what a step has ended is left alone',
  async () => {
    const at = await home()
    await seal(at, 'PT15M', 1, now() - 60)
    const grants = [
      await give(at, 'adviser', ['PT15M']),
      await give(at, 'neighbour', ['PT15M']),
    ]
    const [returned] = grants
    // As the platform tells it of the one after DELETE, of the other after a step of its recipient.
    let asked = 0
    await at.page.route(/\/v1\/grants(\?.*)?$/, async (route) => {
      asked++
      const response = await route.fetch()
      const { data, next } = await response.json()
      const ended = { reason: 'terminated', at: now() }
      const told = data.map((one: { grant: string; step: number; state: string }) =>
        one.state === 'ended'
          ? one
          : { ...one, state: 'ended', ended, step: one.grant === returned ? 0 : 1 }
      )
      await route.fulfill({ response, json: { data: told, next } })
    })
    await at.page.evaluate(() => globalThis.consent.look())
    await settled(at)
    await at.page.evaluate(() => globalThis.consent.look())
    expect(asked).toBeLessThan(12)
    expect((await at.page.evaluate(() => globalThis.consent.ends())).sort()).toEqual([
      '',
      'withdrawn',
    ])
    await at.close()
  },
  120_000,
)

test('a platform that says to wait for a month is not asked in a whirl', async () => {
  const at = await home()
  await seal(at, 'live', 1)
  await settled(at)
  let asked = 0
  await at.page.route(/\/v1\/channels\/[^/]+\/blocks$/, async (route) => {
    asked++
    await route.fulfill({
      status: 429,
      contentType: 'application/problem+json',
      headers: { 'Retry-After': '3000000' },
      json: {
        type: 'about:blank',
        title: 'Later',
        status: 429,
        detail: 'Next month',
        code: 'too-many-requests',
        requestId: 'one',
      },
    })
  })
  await seal(at, 'live', 1)
  expect(await settled(at)).toMatchObject({ state: 'waiting' })
  const told = asked
  // More than a browser's timers count to is at once for them.
  await new Promise((resolve) => setTimeout(resolve, 500))
  expect(asked).toBe(told)
  await at.close()
}, 60_000)
