/** Asking without a browser, and what providers, thieves and owners may not do with it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { toBase64url } from '../../shared/bytes.ts'
import { generateSigningKey } from '../../shared/identity/keys.ts'
import { problemOf, random } from '../consent-server/giving.ts'
import { NOW, type Platform, PUBLIC_URL, startPlatform } from '../server/platform.ts'
import {
  type Answerer,
  type Asker,
  createAnswerer,
  createAsker,
  details,
  hashOf,
  proofOf,
  type Said,
} from './asking.ts'

const DAY = 86_400

let platform: Platform
let asker: Asker
let other: Asker
let owner: Answerer

beforeAll(async () => {
  platform = await startPlatform()
  asker = await createAsker(platform)
  other = await createAsker(platform)
})
afterAll(() => platform.close())
beforeEach(async () => {
  platform.clock.now = NOW
  owner = await createAnswerer(platform)
})

const refused = (error: string) => ({ status: 400, answer: { error } })
const errorOf = ({ answer: { error } }: Said) => typeof error === 'string' ? error : 'tokens'
const idOf = ({ member }: Answerer) => member.household.owner.identity.id

/** What the owner finds. */
async function found(): Promise<string> {
  const [one] = await owner.member.owner.waitingRequests()
  if (one === undefined) throw new Error('Nothing waits')
  return one.id
}

async function allow(): Promise<void> {
  const id = await found()
  const terms = { from: platform.clock.now, history: NOW, until: NOW + 2 * DAY }
  const [, entry] = await owner.grant(asker.recipient, id, { terms })
  expect(await owner.member.owner.grantRequest(id, entry)).toBe(null)
}

test('an owner finds what is asked, allows it, and the provider gets its tokens once', async () => {
  const { status, answer } = await asker.knock(idOf(owner), { binding_message: 'Watt 4711' })
  expect({ status, answer }).toMatchObject({
    status: 200,
    answer: { expires_in: DAY, interval: 5 },
  })
  const waiting = String(answer['auth_req_id'])
  expect(await asker.poll(waiting)).toMatchObject(refused('authorization_pending'))
  const [shown] = await owner.member.owner.waitingRequests()
  expect(shown).toMatchObject({ client: asker.provider.identity.id, expires: NOW + DAY })
  expect(JSON.parse(shown?.pushed ?? '')).toEqual({
    client_id: toBase64url(asker.provider.identity.id),
    login_hint: toBase64url(idOf(owner)),
    binding_message: 'Watt 4711',
    authorization_details: JSON.parse(details()),
    iat: NOW,
    jti: expect.any(String),
  })
  await allow()
  platform.clock.now += 5
  const got = await asker.poll(waiting)
  expect(got).toMatchObject({
    status: 200,
    answer: { token_type: 'DPoP', authorization_details: [{ channels: [owner.channel.name] }] },
  })
  expect(await owner.member.owner.waitingRequests()).toEqual([])
  platform.clock.now += 5
  expect(await asker.poll(waiting)).toMatchObject(refused('invalid_grant'))
})

test('a yes to one question is none to another that has the same words', async () => {
  const [first, second] = [await asker.wait(idOf(owner)), await asker.wait(idOf(owner))]
  const [one, other] = await owner.member.owner.waitingRequests()
  if (one === undefined || other === undefined) throw new Error('Two should wait')
  const terms = { from: NOW, history: NOW, until: NOW + 2 * DAY }
  const [, entry] = await owner.grant(asker.recipient, one.id, { terms })
  expect(await owner.member.owner.grantRequest(one.id, entry)).toBe(null)
  expect(await problemOf(owner.member.owner.grantRequest(other.id, entry)))
    .toMatchObject({ code: 'grant-not-asked' })
  const said = [await asker.poll(first), await asker.poll(second)].map(errorOf).sort()
  expect(said).toEqual(['authorization_pending', 'tokens'])
})

test('an owner says no, and the provider is told so', async () => {
  const waiting = await asker.wait(idOf(owner))
  expect(await owner.member.owner.denyRequest(await found())).toBe(null)
  expect(await asker.poll(waiting)).toMatchObject(refused('access_denied'))
})

describe('time', () => {
  test('is over when nobody has answered, and what is over cannot be answered', async () => {
    const waiting = await asker.wait(idOf(owner), { requested_expiry: '600' })
    const id = await found()
    platform.clock.now += 600
    expect(await asker.poll(waiting)).toMatchObject(refused('expired_token'))
    expect(await owner.member.owner.waitingRequests()).toEqual([])
    const late = problemOf(owner.member.owner.denyRequest(id))
    expect(await late).toMatchObject({ code: 'request-unknown' })
  })

  test('of an answer in the last moment suffices to fetch it', async () => {
    const waiting = await asker.wait(idOf(owner))
    platform.clock.now += DAY - 1
    await allow()
    platform.clock.now += 30
    expect(await asker.poll(waiting)).toMatchObject({ status: 200 })
    const tooLate = await asker.wait(idOf(owner), { requested_expiry: '60' })
    await allow()
    platform.clock.now += 120
    expect(await asker.poll(tooLate)).toMatchObject(refused('expired_token'))
  })

  test.each([['600', 600], ['1', 60], ['99999999', 3 * DAY]])(
    'of %s seconds is %i',
    async (requested_expiry, expires_in) => {
      const { answer } = await asker.knock(idOf(owner), { requested_expiry })
      expect(answer).toMatchObject({ expires_in })
    },
  )

  test('between two polls grows for who does not wait, and an answer is kept till then', async () => {
    const waiting = await asker.wait(idOf(owner))
    expect(await asker.poll(waiting)).toMatchObject(refused('authorization_pending'))
    await allow()
    for (const wait of [1, 5, 11]) {
      platform.clock.now += wait
      expect(await asker.poll(waiting)).toMatchObject(refused('slow_down'))
    }
    platform.clock.now += 20
    expect(await asker.poll(waiting)).toMatchObject({ status: 200 })
  })

  test('many polls at once get one answer, and of an answer one has the tokens', async () => {
    const waiting = await asker.wait(idOf(owner))
    const errors = async () => {
      const all = await Promise.all(Array.from({ length: 6 }, () => asker.poll(waiting)))
      return all.map(errorOf).sort()
    }
    const pending = await errors()
    expect(pending).toEqual(['authorization_pending', ...Array<string>(5).fill('slow_down')])
    await allow()
    platform.clock.now += 100
    expect(await errors()).toEqual([...Array<string>(5).fill('invalid_grant'), 'tokens'])
  })
})

describe('an auth_req_id', () => {
  test('of another provider is nothing', async () => {
    const waiting = await asker.wait(idOf(owner))
    await allow()
    expect(await other.poll(waiting)).toMatchObject(refused('invalid_grant'))
    expect(await asker.poll(waiting)).toMatchObject({ status: 200 })
  })

  test('is nothing as a code, an address or a name, and those are nothing here', async () => {
    const waiting = await asker.wait(idOf(owner))
    const request = await asker.ask()
    expect(await asker.poll(request)).toMatchObject(refused('invalid_grant'))
    expect(await asker.poll(await found())).toMatchObject(refused('invalid_grant'))
    expect(await asker.exchange(waiting)).toMatchObject(refused('invalid_grant'))
    const { owner: client } = owner.member
    for (const way of ['accessRequest', 'denyRequest', 'answerOf', 'newRequestCode'] as const) {
      expect(await problemOf(client[way](waiting))).toMatchObject({ code: 'request-unknown' })
    }
  })

  test('is polled with one key: the one it was asked with, else the first', async () => {
    const [first, second] = [await generateSigningKey(), await generateSigningKey()]
    const proved = await asker.wait(idOf(owner), {}, { key: first })
    const free = await asker.wait(idOf(owner))
    expect(await asker.poll(proved, {}, { key: second })).toMatchObject(refused('invalid_grant'))
    expect(await asker.poll(free, {}, { key: first })).toMatchObject(
      refused('authorization_pending'),
    )
    await allow()
    platform.clock.now += 5
    expect(await asker.poll(free, {}, { key: second })).toMatchObject(refused('invalid_grant'))
    const keys = [
      await asker.poll(proved, {}, { key: first }),
      await asker.poll(free, {}, {
        key: first,
      }),
    ]
    expect(keys.map(errorOf).sort()).toEqual([
      'authorization_pending',
      'tokens',
    ])
  })

  test('is polled with a proof, each once', async () => {
    const waiting = await asker.wait(idOf(owner))
    expect(await asker.poll(waiting, {}, { key: null })).toMatchObject(
      refused('invalid_dpop_proof'),
    )
    const proof = await proofOf(platform, await generateSigningKey(), `${PUBLIC_URL}/v1/token`)
    await asker.poll(waiting, {}, { proof })
    expect(await asker.poll(waiting, {}, { proof })).toMatchObject(refused('invalid_dpop_proof'))
  })
})

test('what an approved provider asks is not buried under what strangers ask', async () => {
  await asker.wait(idOf(owner))
  const wanted = await found()
  const rows = Array.from({ length: 120 }, () => ({
    hash: random(32),
    client: random(32),
    pushed: JSON.stringify({ iat: NOW }),
    owner: idOf(owner),
    expires: NOW + 600,
  }))
  await platform.sql`insert into access_requests ${platform.sql(rows)}`
  const { id } = asker.provider.identity
  await platform.sql`update providers set approval = ${random(32)} where id = ${id}`
  try {
    const listed = await owner.member.owner.waitingRequests()
    expect(listed).toHaveLength(100)
    expect(listed[0]?.id).toBe(wanted)
  } finally {
    await platform.sql`update providers set approval = null where id = ${id}`
  }
})

describe('another owner', () => {
  test('neither sees nor answers what is asked of this one', async () => {
    const waiting = await asker.wait(idOf(owner))
    const thief = await createAnswerer(platform)
    expect(await thief.member.owner.waitingRequests()).toEqual([])
    const id = await found()
    for (const name of [id, waiting]) {
      const { owner: client } = thief.member
      expect(await problemOf(client.accessRequest(name))).toMatchObject({ code: 'request-unknown' })
      expect(await problemOf(client.denyRequest(name))).toMatchObject({ code: 'request-unknown' })
      const pushed = await owner.member.owner.accessRequest(id)
      const request = await hashOf(pushed.pushed)
      const terms = { channels: [thief.channel.id], from: NOW, until: NOW + DAY, history: NOW }
      const given = { ...terms, purposes: ['energy-advice' as const] }
      const [, entry] = await thief.giver.grant(asker.recipient, given, { request })
      const answered = problemOf(client.grantRequest(name, entry))
      expect(await answered).toMatchObject({ code: 'request-unknown' })
      thief.giver.head.seq = -1
      thief.giver.head.id = null
    }
    expect(await asker.poll(waiting)).toMatchObject(refused('authorization_pending'))
  })

  test('whom the database names as who has answered gets the provider no token', async () => {
    const waiting = await asker.wait(idOf(owner))
    await allow()
    const thief = await createAnswerer(platform)
    await platform.sql`
      update access_requests set answered_by = ${idOf(thief)}
      where hash = ${await hashOf(waiting)}`
    expect(await asker.poll(waiting)).toMatchObject(refused('access_denied'))
  })
})

test('nobody learns who is here: an owner who is not is as one who does not answer', async () => {
  const nobody = crypto.getRandomValues(new Uint8Array(32))
  const told = async (id: typeof nobody) => {
    const all = []
    for (let i = 0; i < 4; i++) all.push(await asker.knock(id))
    const waiting = String(all[0]?.answer['auth_req_id'])
    const polls = [await asker.poll(waiting), await asker.poll(waiting)]
    platform.clock.now += DAY
    polls.push(await asker.poll(waiting))
    platform.clock.now = NOW
    const { auth_req_id: first, ...rest } = all[0]?.answer ?? {}
    const { requestId: _, ...last } = all[3]?.answer ?? {}
    return {
      length: String(first).length,
      rest,
      last,
      polls,
      statuses: all.map((one) => one.status),
    }
  }
  const here = await told(idOf(owner))
  expect(here.statuses).toEqual([200, 200, 200, 429])
  expect(await told(nobody)).toEqual(here)
  // Nor of a device or a provider, which can never answer.
  expect(await told(owner.member.household.device.identity.id)).toEqual(here)
})

describe('limits', () => {
  test('three open ones for an owner, of each provider; an answer makes room', async () => {
    for (let i = 0; i < 3; i++) await asker.wait(idOf(owner))
    const more = await asker.knock(idOf(owner))
    expect(more).toMatchObject({ status: 429, answer: { code: 'requests-open', limit: 3 } })
    await other.wait(idOf(owner))
    await owner.member.owner.denyRequest(
      (await owner.member.owner.waitingRequests())
        .find(({ client }) => toBase64url(client) === toBase64url(asker.provider.identity.id))
        ?.id ?? '',
    )
    await asker.wait(idOf(owner))
  })

  test('of all of a provider, pushed ones too, also at once', async () => {
    const app = platform.another({ limits: { requestsOfProvider: 4 } })
    const asker = await createAsker(platform)
    platform.clock.now -= DAY
    for (let i = 0; i < 3; i++) await asker.ask({}, { app }) // over by then
    platform.clock.now += DAY
    // One that an owner has opened, so that it gives way to no other.
    await owner.member.owner.accessRequest(await asker.ask({}, { app }))
    const all = await Promise.all(
      Array.from(
        { length: 30 },
        () => asker.knock(crypto.getRandomValues(new Uint8Array(32)), {}, { app }),
      ),
    )
    expect(all.filter(({ status }) => status < 300)).toHaveLength(3)
    expect(all.filter(({ status }) => status === 429)).toHaveLength(27)
    expect(await asker.push({}, { app })).toMatchObject({ status: 429 })
    platform.clock.now += DAY
    await asker.ask({}, { app })
  })

  test('of pushed ones that nobody has come with the oldest give way: a button is no lock', async () => {
    const app = platform.another({ limits: { requestsOfProvider: 3 } })
    const asker = await createAsker(platform)
    const seen = await asker.ask({}, { app })
    await owner.member.owner.accessRequest(seen)
    const pushed: string[] = []
    for (let i = 0; i < 9; i++) {
      platform.clock.now++
      pushed.push(await asker.ask({}, { app }))
    }
    const known = await Promise.all(
      [seen, ...pushed].map(async (one) => {
        const told = await owner.member.owner.accessRequest(one).catch(() => null)
        return told !== null
      }),
    )
    expect(known).toEqual([true, ...Array.from({ length: 7 }, () => false), true, true])
  })
})

describe('what is asked', () => {
  test.each([
    ['of nobody', { login_hint: null }, 'invalid_request'],
    ['of what is no id', { login_hint: 'anna@example.org' }, 'invalid_request'],
    ['by another hint', { id_token_hint: 'a.b.c' }, 'invalid_request'],
    ['by a signed request', { request: 'a.b.c' }, 'invalid_request'],
    ['for no time', { requested_expiry: '0' }, 'invalid_request'],
    ['for a time that is none', { requested_expiry: '1e9' }, 'invalid_request'],
    ['with a long message', { binding_message: 'x'.repeat(65) }, 'invalid_binding_message'],
    ['with no message', { binding_message: '' }, 'invalid_binding_message'],
    ['with a message of lines', { binding_message: 'a\nb' }, 'invalid_binding_message'],
    ['with one that turns', { binding_message: 'a\u202eb' }, 'invalid_binding_message'],
    ['with one that hides', { binding_message: 'a\u200bb' }, 'invalid_binding_message'],
    ['with blank letters', { binding_message: '\u3164\u115f' }, 'invalid_binding_message'],
    [
      'with one that piles up',
      { binding_message: `a${'\u0323\u0330\u0331'.repeat(9)}` },
      'invalid_binding_message',
    ],
    ['for nothing', { authorization_details: null }, 'invalid_request'],
    [
      'for a purpose that is not registered',
      { authorization_details: details({ purposes: ['billing'] }) },
      'invalid_authorization_details',
    ],
    ['for another key', { dpop_jkt: 'x' }, 'invalid_dpop_proof'],
  ])('%s is refused', async (_, form, error) => {
    expect(await asker.knock(idOf(owner), form)).toMatchObject(refused(error))
  })

  test('by another client, or by a token, is refused', async () => {
    const by = other.provider.signer
    expect(await asker.knock(idOf(owner), {}, { by })).toMatchObject(refused('invalid_client'))
  })

  test.each([
    ['for longer', { until: NOW + 200 * DAY }],
    ['from further back', { history: NOW - 40 * DAY }],
    ['for another purpose', { purposes: ['billing' as const] }],
  ])('is not answered %s, and stays open', async (_, terms) => {
    const waiting = await asker.wait(idOf(owner))
    const id = await found()
    const [, entry] = await owner.grant(asker.recipient, id, { terms })
    const wider = problemOf(owner.member.owner.grantRequest(id, entry))
    expect(await wider).toMatchObject({ code: 'grant-not-asked' })
    expect(await asker.poll(waiting)).toMatchObject(refused('authorization_pending'))
  })

  test('may be answered with less, and the token says what it is', async () => {
    const waiting = await asker.wait(idOf(owner))
    const id = await found()
    const terms = { until: NOW + 3600, history: NOW }
    const [, entry] = await owner.grant(asker.recipient, id, { terms })
    await owner.member.owner.grantRequest(id, entry)
    const { answer } = await asker.poll(waiting)
    expect(answer['authorization_details']).toMatchObject([terms])
  })

  test('and granted, but revoked before it was fetched, gives no token', async () => {
    const waiting = await asker.wait(idOf(owner))
    const id = await found()
    const [grant, entry] = await owner.grant(asker.recipient, id)
    await owner.member.owner.grantRequest(id, entry)
    await owner.giver.go(grant, { what: 'revoked' })
    expect(await asker.poll(waiting)).toMatchObject(refused('invalid_grant'))
  })
})
