/**
 * Webhooks on their way: told if and only if what they tell is committed, sent once however many
 * processes there are, tried again for three days, signed by every secret that holds.
 *
 * @module
 */
import { beforeEach, expect, test } from 'vitest'
import {
  deliverDue,
  type Delivery,
  type HookRequest,
  RETRY_SECONDS,
} from '../../server/webhooks/deliver.ts'
import { tellProvider } from '../../server/webhooks/store.ts'
import { connect } from '../../edge/database.ts'
import { type Database, database } from '../../server/database.ts'
import {
  newWebhookSecret,
  type Webhook,
  WebhookError,
  webhookVerifier,
} from '../../shared/api/webhook.ts'
import type { Client } from '../../shared/api/client.ts'
import { type Bytes, toBase64url } from '../../shared/bytes.ts'
import { createProvider } from '../rig/provider.ts'
import { asRecipient, giver, type Recipient, termsOf } from '../consent-server/giving.ts'
import { withMember } from '../server/member.ts'
import { clientFor, NOW, openedChannel, type Platform, register } from '../server/platform.ts'

const HOOK = 'https://advice.example/hook'
const GRANT = new Uint8Array(16).fill(7)

let platform: Platform
let db: Database
let provider: Bytes
let client: Client
let recipient: Recipient
let sent: HookRequest[]
let status: (request: HookRequest) => number | Promise<number>

withMember((at) => void (platform = at.platform))

beforeEach(async () => {
  platform.clock.now = NOW
  db = database(platform.sql)
  await platform.sql`delete from webhook_jobs`
  ;({ provider, client, recipient } = await adviser())
  sent = []
  status = () => 204
})

async function adviser(
  hook: string | null = HOOK,
): Promise<{ provider: Bytes; client: Client; recipient: Recipient }> {
  const made = await createProvider(NOW)
  const client = clientFor(platform, made.signer)
  await client.registerIdentity(made.identity.changes)
  const about = { domain: 'advice.example', redirects: ['https://advice.example/back'], hook }
  await client.registerProvider((await made.register(about)).statement.bytes)
  const { identity, signer, sealing } = made
  const recipient = { identity, signer, sealing: { index: 1, key: sealing }, client }
  return { provider: identity.id, client, recipient }
}

const delivery: Delivery = {
  post: async (request) => {
    sent.push(request)
    return await status(request)
  },
  now: () => platform.clock.now,
  log: () => undefined,
}

async function tell(to = provider, grant = GRANT): Promise<void> {
  await db.db.transaction((tx) => tellProvider(tx, to, 'grant.ended', grant, NOW))
}

/** As the SDK does. */
async function newSecret(of = client): Promise<{ secret: string; previousUntil: number | null }> {
  const secret = newWebhookSecret((length) => crypto.getRandomValues(new Uint8Array(length)))
  return { secret, ...await of.setWebhookSecret(secret) }
}

const waiting = async () =>
  (await platform.sql`select attempt, due from webhook_jobs`)
    .map((row) => [Number(row['attempt']), Number(row['due']) - NOW])

test('a webhook reaches the registered hook, signed with the provider’s secret, and is done', async () => {
  const { secret } = await newSecret()
  await tell()
  expect(await deliverDue(db, delivery)).toBe(1)
  const [request] = sent
  expect(request?.url).toBe(HOOK)
  const verify = webhookVerifier({ secrets: () => [secret], now: () => NOW })
  const headers = new Headers(request?.headers)
  expect(await verify(headers, request?.body ?? '')).toMatchObject({ type: 'grant.ended' })
  expect(await waiting()).toEqual([])
  expect(await deliverDue(db, delivery)).toBe(0)
})

test('what is not committed is not told', async () => {
  await newSecret()
  await db.db.transaction(async (tx) => {
    await tellProvider(tx, provider, 'grant.ended', GRANT, NOW)
    throw new Error('rolled back')
  }).catch(() => undefined)
  expect(await deliverDue(db, delivery)).toBe(0)
})

test('what is not taken is tried again after longer and longer, and given up in the end', async () => {
  await newSecret()
  await tell()
  status = () => 500
  for (const [i, wait] of RETRY_SECONDS.entries()) {
    expect(await deliverDue(db, delivery)).toBe(1)
    expect(await waiting()).toEqual([[i + 1, platform.clock.now - NOW + wait]])
    platform.clock.now += wait - 1
    expect(await deliverDue(db, delivery)).toBe(0)
    platform.clock.now += 1
  }
  expect(await deliverDue(db, delivery)).toBe(1)
  expect(await waiting()).toEqual([])
  expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(1)
  expect(new Set(sent.map(({ headers }) => headers['webhook-timestamp'])).size).toBe(sent.length)
})

test('a hook that is down for hours is told afterwards of all that it missed, each once', async () => {
  const { secret } = await newSecret()
  const verify = webhookVerifier({ secrets: () => [secret], now: () => platform.clock.now })
  const back = NOW + 7200
  const taken: Webhook[] = []
  const told: string[] = []
  status = async ({ headers, body }) => {
    if (platform.clock.now < back) throw new Error('refused')
    taken.push(await verify(new Headers(headers), body)) // refuses an id that it has had
    return 204
  }
  const grants = [1, 2, 3, 4].map((byte) => new Uint8Array(16).fill(byte))
  // Every five minutes of a day, as the process looks; what happens goes on happening meanwhile.
  for (let minute = 0; minute < 1440; minute += 5) {
    const [grant] = minute % 60 === 0 ? grants.splice(0, 1) : []
    if (grant !== undefined) {
      await tell(provider, grant)
      told.push(toBase64url(grant))
    }
    while (await deliverDue(db, delivery) > 0);
    platform.clock.now += 300
  }
  // What was missed may come after what happened later: it only says that there is something to see.
  expect(taken.map(({ data }) => data.grant).sort()).toEqual(told)
  expect(await waiting()).toEqual([])
})

test('no answer at all is no better, and a redirect is no answer', async () => {
  await newSecret()
  await tell()
  status = () => Promise.reject(new Error('refused'))
  await deliverDue(db, delivery)
  expect(await waiting()).toEqual([[1, 5]])
  platform.clock.now += 5
  status = () => 302
  await deliverDue(db, delivery)
  expect(await waiting()).toEqual([[2, 305]])
})

test('two processes send each webhook once', async () => {
  await newSecret()
  for (let i = 0; i < 4; i++) await tell(provider, new Uint8Array(16).fill(i))
  const { host, port, user, pass, database: name } = platform.sql.options
  const url = `postgres://${user}:${String(pass)}@${host[0]}:${port[0]}/${name}`
  const other = connect({ url })
  await Promise.all([
    deliverDue(db, delivery),
    deliverDue(database(other), delivery),
    deliverDue(db, delivery),
  ])
  await other.end()
  expect(sent).toHaveLength(4)
  expect(new Set(sent.map(({ headers }) => headers['webhook-id'])).size).toBe(4)
})

test('a process that dies with a webhook in its hands leaves it to the next, a minute later', async () => {
  await newSecret()
  await tell()
  status = () => new Promise(() => undefined)
  void deliverDue(db, delivery)
  await expect.poll(() => sent.length).toBe(1)
  expect(await deliverDue(db, delivery)).toBe(0)
  platform.clock.now += 60
  status = () => 204
  expect(await deliverDue(db, delivery)).toBe(1)
  expect(await waiting()).toEqual([])
})

test('one provider with many webhooks does not keep another waiting', async () => {
  await newSecret()
  for (let i = 0; i < 30; i++) await tell()
  const other = await adviser('https://advice.example/other')
  await newSecret(other.client)
  await tell(other.provider)
  await deliverDue(db, delivery)
  expect(sent.filter(({ url }) => url.endsWith('/other'))).toHaveLength(1)
  expect(sent.filter(({ url }) => url === HOOK)).toHaveLength(4)
})

test('after a change of the secret both sign for a day, then the new one alone', async () => {
  const older = await newSecret()
  expect(older.previousUntil).toBe(null)
  const newer = await newSecret()
  expect(newer.previousUntil).toBe(NOW + 86_400)
  const takes = async (secret: string) => {
    const verify = webhookVerifier({ secrets: () => [secret], now: () => platform.clock.now })
    const request = sent.at(-1)
    return await verify(new Headers(request?.headers), request?.body ?? '').then(
      () => true,
      (error: unknown) => {
        if (error instanceof WebhookError && error.code === 'signature-wrong') return false
        throw error
      },
    )
  }
  await tell()
  await deliverDue(db, delivery)
  expect([await takes(older.secret), await takes(newer.secret)]).toEqual([true, true])
  platform.clock.now += 86_400
  await tell()
  await deliverDue(db, delivery)
  expect([await takes(older.secret), await takes(newer.secret)]).toEqual([false, true])
})

test('a provider that has asked for no secret yet is not sent what it could not check', async () => {
  await tell()
  expect(await deliverDue(db, delivery)).toBe(1)
  expect(sent).toEqual([])
  await newSecret()
  platform.clock.now += 5
  await deliverDue(db, delivery)
  expect(sent).toHaveLength(1)
})

test('a hook that is gone, or was never registered, is asked no more', async () => {
  await newSecret()
  await tell()
  status = () => 410
  await deliverDue(db, delivery)
  const none = await adviser(null)
  await newSecret(none.client)
  await tell(none.provider)
  await deliverDue(db, delivery)
  expect(sent).toHaveLength(1)
  expect(await waiting()).toEqual([])
})

test('each step of an owner is told to the provider it is about, and to nobody else', async () => {
  const owner = giver(await register(platform))
  const channel = await openedChannel(owner.member)
  await newSecret()
  const terms = termsOf([channel])
  const grant = await owner.give(recipient, terms)
  const narrow = { ...terms, until: terms.until - 1 }
  const steps: Parameters<typeof owner.go>[1][] = [
    { what: 'narrowed', terms: narrow },
    { what: 'paused' },
    { what: 'resumed' },
    { what: 'erasure-asked' },
    { what: 'revoked' },
  ]
  for (const step of steps) {
    await owner.go(grant, step)
    await deliverDue(db, delivery)
  }
  const person = await register(platform)
  await owner.give(asRecipient(person), terms)
  await deliverDue(db, delivery)
  const told: Webhook[] = sent.map(({ body }) => JSON.parse(body))
  expect(told.map(({ type }) => type).toSorted()).toEqual([
    'erasure.asked',
    'grant.changed',
    'grant.changed',
    'grant.changed',
    'grant.ended',
    'grant.started',
  ])
  expect(new Set(told.map(({ data }) => data.grant))).toEqual(new Set([toBase64url(grant.id)]))
})

test('a revocation that came on an old head is told at once, and once', async () => {
  const owner = giver(await register(platform))
  const channel = await openedChannel(owner.member)
  await newSecret()
  const grant = await owner.give(recipient, termsOf([channel]))
  const before = grant.standing
  const tab = owner.tab()
  await owner.give(recipient, termsOf([channel]))
  await expect(tab.go(grant, { what: 'revoked' })).rejects.toThrow('The history has moved on')
  await deliverDue(db, delivery)
  const ended = () => sent.filter(({ body }) => body.includes('grant.ended')).length
  expect(ended()).toBe(1)
  grant.standing = before
  await owner.go(grant, { what: 'revoked' })
  await deliverDue(db, delivery)
  expect(ended()).toBe(1)
})
