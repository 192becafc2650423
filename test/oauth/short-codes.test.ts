/**
 * Codes that are typed on the owner's device for a browser without keys, and how little they let
 * others do.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { equal, toBase64url } from '../../shared/bytes.ts'
import { fromCrockford, toCrockford } from '../../shared/crockford.ts'
import { sweep } from '../../server/sweep.ts'
import { database } from '../../server/database.ts'
import { problemOf } from '../consent-server/giving.ts'
import { clientFor, NOW, type Platform, startPlatform } from '../server/platform.ts'
import { type Answerer, type Asker, createAnswerer, createAsker, hashOf } from './asking.ts'

let platform: Platform
let asker: Asker
let owner: Answerer
/** Each test comes from another. */
let networks = 0

beforeAll(async () => {
  platform = await startPlatform()
  asker = await createAsker(platform)
})
afterAll(() => platform.close())
beforeEach(async () => {
  platform.clock.now = NOW
  platform.from.network = `network ${++networks}`
  owner = await createAnswerer(platform)
})

const nobody = () => clientFor(platform)

/** A request in a browser without keys, which shows a code. */
async function shown(): Promise<{ request: string; code: string; expires: number }> {
  const request = await asker.ask()
  return { request, ...await nobody().newRequestCode(request) }
}

/** Codes that are none: each another. */
let tries = 0
const wrong = () => toCrockford(new Uint8Array([0, 0, 0, ++tries >> 8, tries & 255]))

test('a code is typed, the request waits, and the browser that showed it goes on', async () => {
  const { request, code, expires } = await shown()
  expect(code).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
  expect(expires).toBe(NOW + 600)
  const { client_id, request_uri } = await owner.member.owner.requestOfCode(code)
  expect(client_id).toBe(toBase64url(asker.provider.identity.id))
  const id = request_uri.slice(request_uri.lastIndexOf(':') + 1)
  expect(id).not.toBe(request)
  const waiting = await owner.member.owner.waitingRequests()
  expect(waiting).toEqual([{ id, ...await owner.member.owner.accessRequest(request) }])

  const [, entry] = await owner.grant(asker.recipient, id)
  expect(await owner.member.owner.grantRequest(id, entry)).toBe(null)
  expect(await owner.member.owner.waitingRequests()).toEqual([])
  const back = new URL(await nobody().answerOf(request) ?? '')
  expect(await asker.exchange(back.searchParams.get('code') ?? '')).toMatchObject({ status: 200 })
})

test('a no by the code sends nobody anywhere but the browser that showed it', async () => {
  const { request, code } = await shown()
  const { request_uri } = await owner.member.owner.requestOfCode(code)
  const id = request_uri.slice(request_uri.lastIndexOf(':') + 1)
  expect(await owner.member.owner.denyRequest(id)).toBe(null)
  const back = new URL(await nobody().answerOf(request) ?? '')
  expect(back.searchParams.get('error')).toBe('access_denied')
})

test.each([
  ['in small letters', (code: string) => code.toLowerCase()],
  ['without the hyphen', (code: string) => code.replace('-', '')],
  ['with spaces', (code: string) => ` ${code.replace('-', ' ')} `],
  ['with O for 0 and l for 1', (code: string) => code.replace(/0/g, 'O').replace(/1/g, 'l')],
])('is taken %s', async (_, typed) => {
  const { code } = await shown()
  expect(await owner.member.owner.requestOfCode(typed(code))).toHaveProperty('request_uri')
})

test('what is written is what is read, and what is none is none', () => {
  for (const bytes of [[0, 0, 0, 0, 0], [255, 255, 255, 255, 255], [1, 2, 3, 4, 5]]) {
    const code = new Uint8Array(bytes)
    expect(equal(fromCrockford(toCrockford(code), 5) ?? new Uint8Array(), code)).toBe(true)
  }
  for (const typed of ['', 'ABCD', 'ABCD-EFGU', 'ABCD-EFGH-J', 'ABCD EFG!', '-'.repeat(1e6)]) {
    expect(fromCrockford(typed, 5)).toBe(null)
  }
})

describe('guessing', () => {
  const told = (code: string, who = owner) => problemOf(who.member.owner.requestOfCode(code))

  test('five times is the most, also many at once, and a right one does not help then', async () => {
    const all = await Promise.all(Array.from({ length: 12 }, () => told(wrong())))
    const codes = all.map((problem) => problem['code'])
    expect(codes.filter((code) => code === 'code-unknown')).toHaveLength(5)
    expect(codes.filter((code) => code === 'too-many-guesses')).toHaveLength(7)
    const { code } = await shown()
    expect(await told(code)).toMatchObject({ code: 'too-many-guesses' })
    platform.clock.now += 600
    const later = await shown()
    expect(await owner.member.owner.requestOfCode(later.code)).toHaveProperty('request_uri')
  })

  test('with many identities from one network ends too', async () => {
    const codes: unknown[] = []
    for (let i = 0; i < 5; i++) {
      const thief = await createAnswerer(platform)
      for (let j = 0; j < 5; j++) codes.push((await told(wrong(), thief))['code'])
    }
    expect(codes.filter((code) => code === 'code-unknown')).toHaveLength(20)
    expect(codes.at(-1)).toBe('too-many-guesses')
    platform.from.network = 'another'
    expect(await told(wrong())).toMatchObject({ code: 'code-unknown' })
  })

  test('counts neither what is right nor what cannot be a code', async () => {
    for (let i = 0; i < 6; i++) await owner.member.owner.requestOfCode((await shown()).code)
    for (let i = 0; i < 6; i++) expect(await told('ABC')).toMatchObject({ code: 'code-unknown' })
  })
})

describe('a code', () => {
  test('is of no use to others once it was typed, and typed again by the same it is', async () => {
    const { request, code } = await shown()
    const thief = await createAnswerer(platform)
    const first = await owner.member.owner.requestOfCode(code)
    const stolen = await problemOf(thief.member.owner.requestOfCode(code))
    expect(stolen).toMatchObject({ code: 'code-unknown' })
    expect(await owner.member.owner.requestOfCode(code)).toEqual(first)
    // Nor is what it was typed for, by its name in the list.
    const id = toBase64url(await hashOf(request))
    const named = problemOf(thief.member.owner.accessRequest(id))
    expect(await named).toMatchObject({ code: 'request-unknown' })
    expect(await thief.member.owner.waitingRequests()).toEqual([])
  })

  test('is over after ten minutes, and never later than its request', async () => {
    const { request, code } = await shown()
    platform.clock.now += 600
    const late = problemOf(owner.member.owner.requestOfCode(code))
    expect(await late).toMatchObject({ code: 'code-unknown' })
    platform.clock.now = NOW + 86_400 - 60
    expect((await nobody().newRequestCode(request)).expires).toBe(NOW + 86_400)
  })

  test('is not made for a request that is answered, unknown, or named by its hash', async () => {
    const { request, code } = await shown()
    const id = toBase64url(await hashOf(request))
    for (const name of [id, 'x'.repeat(43)]) {
      const none = problemOf(nobody().newRequestCode(name))
      expect(await none).toMatchObject({ code: 'request-unknown' })
    }
    await owner.member.owner.denyRequest(request)
    const answered = problemOf(nobody().newRequestCode(request))
    expect(await answered).toMatchObject({ code: 'request-answered' })
    const typed = problemOf(owner.member.owner.requestOfCode(code))
    expect(await typed).toMatchObject({ code: 'code-unknown' })
  })

  test('is one of few: of a request that is asked for many the newest hold', async () => {
    const request = await asker.ask()
    const made: string[] = []
    for (let i = 0; i < 8; i++) {
      platform.clock.now++
      made.push((await nobody().newRequestCode(request)).code)
    }
    const [row] = await platform.sql`
      select count(*) from request_codes where request = ${await hashOf(request)}`
    expect(Number(row?.['count'])).toBe(5)
    const oldest = problemOf(owner.member.owner.requestOfCode(made[0] ?? ''))
    expect(await oldest).toMatchObject({ code: 'code-unknown' })
    expect(await owner.member.owner.requestOfCode(made[7] ?? '')).toHaveProperty('client_id')
  })
})

test('codes for tokens are few, too, and the newest is good', async () => {
  const request = await asker.ask()
  expect(await nobody().answerOf(request)).toBe(null)
  await owner.allow(asker.recipient, request)
  let last = ''
  for (let i = 0; i < 8; i++) {
    platform.clock.now++
    last = new URL(await nobody().answerOf(request) ?? '').searchParams.get('code') ?? ''
  }
  const [row] = await platform.sql`
    select count(*) from codes where request = ${await hashOf(request)}`
  expect(Number(row?.['count'])).toBe(5)
  expect(await asker.exchange(last)).toMatchObject({ status: 200 })
})

test('what is over is deleted, and what is not stays', async () => {
  const { request, code } = await shown()
  const answered = await asker.ask()
  await owner.allow(asker.recipient, answered)
  await problemOf(owner.member.owner.requestOfCode(wrong()))
  const db = database(platform.sql)
  const rows = async () => {
    const hashes = [await hashOf(request), await hashOf(answered)]
    const [counted] = await platform.sql`select
      (select count(*) from access_requests where hash in ${platform.sql(hashes)}) as requests,
      (select count(*) from codes where request in ${platform.sql(hashes)}) as codes,
      (select count(*) from request_codes where request in ${platform.sql(hashes)}) as short,
      (select count(*) from guesses) as guesses`
    return Object.values(counted ?? {}).map(Number)
  }
  const all = async (now: number) => {
    while (await sweep(db, now) > 0);
    return await rows()
  }
  const [, , , guesses] = await rows()
  expect(guesses).toBeGreaterThan(1)
  expect(await all(NOW)).toEqual([2, 1, 1, guesses])
  expect(await owner.member.owner.requestOfCode(code)).toHaveProperty('client_id')
  expect(await all(NOW + 1201)).toEqual([2, 1, 0, 0])
  expect(await all(NOW + 2 * 86_400)).toEqual([2, 1, 0, 0])
  expect(await all(NOW + 2 * 86_400 + 1)).toEqual([0, 0, 0, 0])
})
