/**
 * A request that a provider pushed is opened, narrowed and answered by an owner's browser on the real
 * platform: the code it gets is good for just that.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { emptyProfile, type Platform, startPlatform } from '../stories/home.ts'
import { enter, type Laboratory } from './laboratory.ts'

const DAY = 86_400
const DETAIL = {
  type: 'kilowit_readings',
  classes: 'energy',
  resolution: 'PT15M',
  history: 'P1M',
  period: 'P6M',
  purposes: ['energy-advice'],
  optional_purposes: ['research'],
  seal_key: 1,
}

let platform: Platform
let profile: string
let at: Laboratory

beforeAll(async () => {
  platform = await startPlatform()
  profile = await emptyProfile()
  at = await enter(platform, profile, undefined, 'test/engine/answer-page.ts')
  await at.page.evaluate(async () => {
    await globalThis.consent.seal('PT15M', 2)
    await globalThis.consent.settled()
  })
})

afterAll(async () => {
  await at?.close()
  await platform?.close()
  await fs.rm(profile, { recursive: true, force: true, maxRetries: 5 })
})

async function asked(detail: object = {}) {
  const [client, uri] = await at.page.evaluate(
    (details) => globalThis.answers.push(details),
    [{ ...DETAIL, ...detail }],
  )
  const request = await at.page.evaluate(
    ([client, uri]) => globalThis.answers.open(client, uri),
    [client, uri] as const,
  )
  return { client, uri, request }
}

const answer = (terms: Parameters<typeof globalThis.answers.answer>[0]) =>
  at.page.evaluate((terms) => globalThis.answers.answer(terms), terms)

test('is opened as it was pushed, narrowed, answered, and good for one code', async () => {
  const { request } = await asked()
  if (typeof request === 'string') throw new Error(request)
  expect(request).toMatchObject({
    party: { name: 'Adviser of Tests', domain: 'adviser.test', verified: false },
    redirect: 'https://adviser.test/back',
    optional: ['research'],
    missing: [],
    offer: { purposes: ['energy-advice'] },
  })
  expect(request.offer.lines.map(({ classes, resolution }) => `${classes} ${resolution}`))
    .toEqual(['energy PT15M'])
  const { from } = request.offer
  const terms = { ...request.offer, until: from + 7 * DAY, history: from }
  const answered = await answer(terms)
  if (typeof answered === 'string') throw new Error(answered)
  expect(answered.goes).toBe(true)
  const address = new URL(answered.address ?? '')
  expect(address.searchParams.get('state')).toBe('the state')
  const code = address.searchParams.get('code') ?? ''
  const { status, answer: tokens } = await at.page.evaluate(
    (code) => globalThis.answers.exchange(code),
    code,
  )
  expect({ status, token: typeof tokens['access_token'] }).toEqual({ status: 200, token: 'string' })
  const [receipt] = await at.page.evaluate(() => globalThis.answers.receipts())
  expect(receipt).toMatchObject({
    provider: 'Adviser of Tests',
    purposes: ['energy-advice'],
    from,
    until: from + 7 * DAY,
    history: from,
    channels: [{ classes: 'energy', resolution: 'PT15M' }],
  })
}, 120_000)

test('is answered by a coarser channel that the meter has', async () => {
  const { request } = await asked()
  if (typeof request === 'string') throw new Error(request)
  const lines = request.offer.lines.map((line) => ({ ...line, resolution: 'P1D' }))
  expect(await answer({ ...request.offer, lines })).toMatchObject({ goes: true })
}, 120_000)

test('is denied, and nothing is given', async () => {
  const before = await at.page.evaluate(() => globalThis.consent.kept())
  await asked()
  const denied = await answer(null)
  if (typeof denied === 'string') throw new Error(denied)
  expect(new URL(denied.address ?? '').searchParams.get('error')).toBe('access_denied')
  expect(denied.goes).toBe(true)
  expect(await at.page.evaluate(() => globalThis.consent.kept())).toBe(before)
}, 60_000)

/** Another than this, as long and as well formed. */
const other = (id: string) => `${id.startsWith('A') ? 'B' : 'A'}${id.slice(1)}`

test('is refused when it is answered, not there, or another client’s', async () => {
  const { client, uri } = await asked()
  await answer(null)
  const open = (client: string, uri: string) =>
    at.page.evaluate(
      ([client, uri]) => globalThis.answers.open(client, uri),
      [client, uri] as const,
    )
  expect(await open(client, uri)).toMatchObject({ answered: false })
  expect(await answer(null)).toMatchObject({ goes: true }) // the same again has the same answer
  const { request } = await asked()
  if (typeof request === 'string') throw new Error(request)
  await answer(null)
  expect(await answer(request.offer)).toBe('request-answered')
  expect(await open(client, `${uri.slice(0, -4)}${other(uri.slice(-4))}`)).toBe('request-unknown')
  expect(await open(client, 'https://evil.example/request')).toBe('request-unknown')
  const { uri: fresh } = await asked()
  expect(await open(other(client), fresh)).toBe('request-changed')
}, 60_000)

test('that was answered here brings the browser back that was sent elsewhere before', async () => {
  const push = () => at.page.evaluate((details) => globalThis.answers.push(details), [DETAIL])
  const elsewhere = (of: readonly [string, string]) =>
    at.page.evaluate(([client, uri]) => globalThis.answers.elsewhere(client, uri), of)
  const open = (of: readonly [string, string]) =>
    at.page.evaluate(([client, uri]) => globalThis.answers.open(client, uri), of)
  const before = await push()
  expect(await elsewhere(before)).toBeNull()
  expect(await open(before)).toMatchObject({ elsewhere: true })
  await answer(null)
  const address = new URL(await elsewhere(before) ?? '')
  expect(address.origin + address.pathname).toBe('https://adviser.test/back')
  expect(address.searchParams.get('error')).toBe('access_denied')

  const after = await push()
  expect(await open(after)).toMatchObject({ elsewhere: false })
  expect(await elsewhere(after)).toBeNull()
  await answer(null)
  expect(await elsewhere(after)).toBe('request-unknown')
}, 60_000)

test('that is answered with more than was asked gives nothing', async () => {
  const { request } = await asked()
  if (typeof request === 'string') throw new Error(request)
  const before = await known()
  const terms = { ...request.offer, until: request.offer.until + DAY }
  expect(await answer(terms)).toBe('grant-not-asked')
  expect(await known()).toEqual(before)
  // It can still be answered, with what was asked.
  expect(await answer(request.offer)).toMatchObject({ goes: true })
  const { events, kept } = before
  expect(await known()).toEqual({ events: events + 1, kept: kept + 1, unsent: 0 })
}, 120_000)

/** What stands in the history, and in the vault. */
async function known() {
  return await at.page.evaluate(async () => ({
    events: await globalThis.consent.events(),
    kept: await globalThis.consent.kept(),
    unsent: await globalThis.consent.unsent(),
  }))
}

test.each(['before it came', 'after it came'])(
  'that was allowed as the line broke, %s, is allowed once, and found again',
  async (when) => {
    const { client, uri, request } = await asked()
    if (typeof request === 'string') throw new Error(request)
    const { events, kept } = await known()
    const broken = (is: boolean) =>
      at.page.evaluate(
        ([is, before]) =>
          before ? globalThis.consent.setOffline(is) : globalThis.consent.setLosing(is),
        [is, when === 'before it came'] as const,
      )
    await broken(true)
    expect(await answer(request.offer)).toBe('answer-waits')
    // What is signed is not said twice, nor its contrary.
    expect(await answer(request.offer)).toBe('answer-waits')
    expect(await answer(null)).toBe('answer-waits')
    await broken(false)
    await at.page.evaluate(() => globalThis.consent.settled())
    expect(await known()).toEqual({ events: events + 1, kept: kept + 1, unsent: 0 })
    await at.page.reload()
    await at.page.evaluate(() => globalThis.consent.settled())
    const again = await at.page.evaluate(
      ([client, uri]) => globalThis.answers.open(client, uri),
      [client, uri] as const,
    )
    expect(again).toMatchObject({ answered: true, elsewhere: false })
    const address = new URL(await at.page.evaluate(() => globalThis.answers.goOn()) ?? '')
    expect(address.origin + address.pathname).toBe('https://adviser.test/back')
    expect(address.searchParams.has('code')).toBe(true)
  },
  120_000,
)

test(
  'that was allowed as the line broke, and was over by then, is nothing, and that is told',
  async () => {
    const { request } = await asked()
    if (typeof request === 'string') throw new Error(request)
    const before = await known()
    await at.page.evaluate(() => globalThis.consent.setOffline(true))
    expect(await answer(request.offer)).toBe('answer-waits')
    const over = { title: 'Over', detail: 'Ask again', requestId: 'one', type: 'about:blank' }
    await at.page.route('**/v1/requests/*/grant', (route) =>
      route.fulfill({
        status: 404,
        contentType: 'application/problem+json',
        json: { ...over, status: 404, code: 'request-unknown' },
      }))
    await at.page.evaluate(() => globalThis.consent.setOffline(false))
    await at.page.evaluate(() => globalThis.consent.settled())
    await at.page.unroute('**/v1/requests/*/grant')
    expect(await known()).toEqual({ ...before, unsent: 0 })
    expect(await at.page.evaluate(() => globalThis.consent.tooLate())).toBe(true)
    expect(await at.page.evaluate(() => globalThis.consent.tooLate())).toBe(false)
  },
  120_000,
)

test(
  'whose code is typed here waits here, and its answer goes to the other browser alone',
  async () => {
    const [client, uri] = await at.page.evaluate((all) => globalThis.answers.push(all), [DETAIL])
    expect(await at.page.evaluate(() => globalThis.answers.waiting())).toEqual([])
    expect(await at.page.evaluate(() => globalThis.answers.type('2222-2222'))).toBe('code-unknown')
    const request = await at.page.evaluate((uri) => globalThis.answers.typeCode(uri), uri)
    if (typeof request === 'string') throw new Error(request)
    expect(request).toMatchObject({ elsewhere: true, party: { name: 'Adviser of Tests' } })
    expect(await at.page.evaluate(() => globalThis.answers.waiting())).toEqual(['Adviser of Tests'])
    expect(await answer(request.offer)).toMatchObject({ address: null })
    expect(await at.page.evaluate(() => globalThis.answers.waiting())).toEqual([])
    const address = await at.page.evaluate(
      ([client, uri]) => globalThis.answers.elsewhere(client, uri),
      [client, uri] as const,
    )
    const code = new URL(address ?? '').searchParams.get('code') ?? ''
    const { status } = await at.page.evaluate((code) => globalThis.answers.exchange(code), code)
    expect(status).toBe(200)
  },
  120_000,
)

test('of an asker with fewer keys than were seen of it is refused', async () => {
  const know = (more: boolean) =>
    at.page.evaluate((more) => globalThis.answers.knowMore(more), more)
  await know(true)
  expect((await asked()).request).toBe('request-changed')
  await know(false)
  expect((await asked()).request).toMatchObject({ holds: expect.any(String) })
}, 60_000)
