/** What a client may ask of its grant, and how it gives it back; what tokens say of a grant. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { toBase64url } from '../../shared/bytes.ts'
import { boundTo, problemOf, type TestGrant } from '../consent-server/giving.ts'
import { NOW, openedChannel, type Platform, startPlatform } from '../server/platform.ts'
import { type Answerer, type Asker, createAnswerer, createAsker } from './asking.ts'

let platform: Platform
let asker: Asker
let other: Asker
let owner: Answerer
let grant: TestGrant
let token: string
let refresh: string

beforeAll(async () => {
  platform = await startPlatform()
  asker = await createAsker(platform)
  other = await createAsker(platform)
})
afterAll(() => platform.close())
beforeEach(async () => {
  platform.clock.now = NOW
  owner = await createAnswerer(platform)
  const second = await openedChannel(owner.member)
  const request = await asker.ask()
  const terms = {
    channels: [owner.channel.id, second.id],
    purposes: ['energy-advice' as const, 'research' as const],
  }
  const [given, entry] = await owner.grant(asker.recipient, request, { terms })
  grant = given
  const back = new URL(await owner.member.owner.grantRequest(request, entry) ?? '')
  const { answer } = await asker.exchange(back.searchParams.get('code') ?? '')
  token = String(answer['access_token'])
  refresh = String(answer['refresh_token'])
})

const looked = async () => (await asker.post('/v1/introspect', { token })).answer
const refreshed = () =>
  asker.post('/v1/token', { grant_type: 'refresh_token', refresh_token: refresh })

test('after narrowing, tokens, introspection and the query say what is left', async () => {
  const { terms } = grant.opened.content
  const less = {
    ...terms,
    channels: terms.channels.filter((one) => one.join() === owner.channel.id.join()),
    purposes: ['research' as const],
    from: terms.from + 60,
    until: terms.until - 60,
    history: terms.history + 60,
  }
  await owner.giver.go(grant, { what: 'narrowed', terms: less })
  // And what comes after it does not bring anything back.
  await owner.giver.go(grant, { what: 'erasure-asked' })
  const left = [{
    channels: [owner.channel.name],
    purposes: ['research'],
    from: less.from,
    until: less.until,
    history: less.history,
  }]
  expect((await refreshed()).answer['authorization_details']).toMatchObject(left)
  expect(await looked()).toMatchObject({ authorization_details: left, grant_state: 'waiting' })
  const { ask } = await boundTo(platform, asker.recipient, grant)
  const answer: unknown = await (await ask(`/v1/grants/${toBase64url(grant.id)}`)).json()
  expect(answer).toMatchObject({ authorization_details: left })
})

test('introspection says that a grant is paused', async () => {
  expect(await looked()).toMatchObject({ active: true, grant_state: 'active' })
  await owner.giver.go(grant, { what: 'paused' })
  expect(await looked()).toMatchObject({ active: true, grant_state: 'paused' })
})

test('given back, it gives nothing from then on, and the owner sees it', async () => {
  const { client } = await boundTo(platform, asker.recipient, grant)
  await client.returnGrant(grant.id)
  await client.returnGrant(grant.id) // twice is once
  const reading = problemOf(client.head(owner.channel.id))
  expect(await reading).toMatchObject({ code: 'grant-ended', reason: 'terminated' })
  expect(await refreshed()).toMatchObject({ status: 400, answer: { error: 'invalid_grant' } })
  expect(await looked()).toEqual({ active: false })
  const seen = await owner.member.owner.grant(grant.id)
  expect(seen).toMatchObject({ state: 'ended', ended: { reason: 'terminated', at: NOW } })
  // What the owner then signs ends it for the devices, too.
  await owner.giver.go(grant, { what: 'revoked' })
  expect(await owner.member.owner.grant(grant.id)).toMatchObject({ state: 'ended', step: 1 })
})

test('nobody else gives it back: without its token, with another, or as its owner', async () => {
  const thief = await createAnswerer(platform)
  const [theirs, entry] = await thief.giver.grant(asker.recipient, grant.opened.content.terms)
  expect(entry).toHaveLength(2)
  const clients = [
    asker.recipient.client,
    owner.member.owner,
    owner.member.device,
    (await boundTo(platform, asker.recipient, theirs)).client,
    (await boundTo(platform, other.recipient, grant)).client,
  ]
  for (const client of clients) {
    const refused = problemOf(client.returnGrant(grant.id))
    expect(await refused).toMatchObject({ code: 'grant-unknown' })
  }
  expect(await looked()).toMatchObject({ active: true })
})
