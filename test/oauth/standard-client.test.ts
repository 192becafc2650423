/**
 * A client that nobody here wrote, `openid-client`, unmodified, asks a real server for consent and
 * reads with what it got.
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import * as oauth from 'openid-client'
import type postgres from 'postgres'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connect } from '../../edge/database.ts'
import { migrate } from '../../edge/migrate.ts'
import { createClient } from '../../shared/api/client.ts'
import { splitSequence } from '../../shared/cbor.ts'
import { toBase64url } from '../../shared/bytes.ts'
import { makeTerms } from '../../shared/consent/terms.ts'
import { giver, type Recipient } from '../consent-server/giving.ts'
import { createHousehold, readings, type TestChannel } from '../rig/household.ts'
import { createProvider, type TestProvider } from '../rig/provider.ts'
import { type TestDatabase, testDatabase } from '../rig/postgres.ts'
import { freePort, type Running, startNode } from '../rig/process.ts'
import { members } from '../server/platform.ts'
import { details, hashOf } from './asking.ts'

const seconds = () => Math.floor(Date.now() / 1000)
const REDIRECT = 'http://localhost:4000/back'

let folder: string
let database: TestDatabase
let server: Running
let url: string
let sql: postgres.Sql
/** Of a request that was over two days ago. */
const OVER = new Uint8Array(32)

beforeAll(async () => {
  folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-oauth-'))
  database = await testDatabase()
  await migrate({ url: database.url })
  sql = connect({ url: database.url }, { max: 1 })
  await sql`
    insert into access_requests (hash, client, pushed, expires)
    values (${OVER}, ${OVER}, '', ${seconds() - 2 * 86_400})`
  const env = { PORT: String(await freePort()), DATA_DIR: folder, DATABASE_URL: database.url }
  url = `http://localhost:${env.PORT}`
  server = startNode('edge/node.ts', [], { env })
  await server.answers(`${url}/readyz`, 60_000)
})
afterAll(async () => {
  await server?.close()
  await sql?.end()
  await database?.close()
  await fs.rm(folder, { recursive: true, force: true })
})

const client = (by: Parameters<typeof createClient>[0]['signer']) =>
  createClient({ url, fetch, now: seconds, ...by === undefined ? {} : { signer: by } })

/** An owner with a channel of which the platform has one block. */
async function createOwner() {
  const household = await createHousehold({ now: seconds() })
  const owner = client(household.owner.signer)
  const device = client(household.device.signer)
  await owner.registerIdentity(household.owner.identity.changes)
  await device.registerIdentity(household.device.identity.changes)
  await device.addPairing(household.pairing.bytes)
  const channel = await household.openChannel()
  await owner.openChannel(channel.opening.statement.bytes)
  await owner.openChapter((await channel.openChapter()).statement.bytes)
  const { opened } = await channel.openEpoch()
  const recent = readings(6, { from: seconds() - 600 })
  const block = await channel.seal(recent)
  await device.postBlocks(channel.id, [opened.statement.bytes, block.bytes])
  return { channel, giving: giver({ household, owner, device }) }
}

test('what is over is deleted by the process itself', async () => {
  const left = async () => (await sql`select from access_requests where hash = ${OVER}`).length
  await expect.poll(left, { timeout: 10_000 }).toBe(0)
})

/** Configured as its documentation has it. */
async function openidClient(provider: TestProvider): Promise<oauth.Configuration> {
  const id = toBase64url(provider.identity.id)
  const authentication = oauth.PrivateKeyJwt({ key: provider.signing.privateKey, kid: `${id}.0` })
  return await oauth.discovery(new URL(url), id, {}, authentication, {
    algorithm: 'oauth2',
    // Nothing but loopback is without TLS here.
    execute: [oauth.allowInsecureRequests],
  })
}

async function registered(): Promise<[TestProvider, Recipient]> {
  const provider = await createProvider(seconds())
  const own = client(provider.signer)
  await own.registerIdentity(provider.identity.changes)
  await own.registerProvider((await provider.register()).statement.bytes)
  const { identity, signer } = provider
  return [provider, { identity, signer, sealing: { index: 1, key: provider.sealing }, client: own }]
}

const termsOf = (channel: TestChannel) =>
  makeTerms({
    channels: [channel.id],
    purposes: ['energy-advice'],
    from: seconds(),
    until: seconds() + 86_400,
    history: seconds() - 7 * 86_400,
  })

test(
  'openid-client discovers, pushes, exchanges, reads, refreshes, introspects and revokes',
  async () => {
    const [provider, recipient] = await registered()
    const { channel, giving } = await createOwner()
    const id = toBase64url(provider.identity.id)
    const config = await openidClient(provider)
    expect(config.serverMetadata().issuer).toBe(url)

    const DPoP = oauth.getDPoPHandle(config, await oauth.randomDPoPKeyPair())
    const pkceCodeVerifier = oauth.randomPKCECodeVerifier()
    const expectedState = oauth.randomState()
    const to = await oauth.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: REDIRECT,
      code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      authorization_details: details(),
    }, { DPoP })
    expect(to.origin + to.pathname).toBe(`${url}/authorize`)

    // The owner's browser is sent there, looks, and allows.
    const address = to.searchParams.get('request_uri') ?? ''
    const request = address.slice(address.lastIndexOf(':') + 1)
    const { pushed } = await giving.member.owner.accessRequest(request)
    const [, entry] = await giving.grant(recipient, termsOf(channel), {
      request: await hashOf(pushed),
    })
    const back = await giving.member.owner.grantRequest(request, entry)

    const tokens = await oauth.authorizationCodeGrant(
      config,
      new URL(back ?? ''),
      {
        pkceCodeVerifier,
        expectedState,
      },
      {},
      { DPoP },
    )
    expect(tokens.token_type).toBe('dpop')
    expect(tokens.authorization_details).toMatchObject([{ channels: [channel.name] }])

    const blocks = new URL(`${url}/v1/channels/${channel.name}/blocks`)
    const read = await oauth.fetchProtectedResource(
      config,
      tokens.access_token,
      blocks,
      'GET',
      null,
      new Headers(),
      { DPoP },
    )
    expect(read.status).toBe(200)
    const page = splitSequence(new Uint8Array(await read.arrayBuffer()), 10)
    expect(page).toHaveLength(1)

    const refreshed = await oauth.refreshTokenGrant(config, tokens.refresh_token ?? '', {}, {
      DPoP,
    })
    expect(refreshed.access_token).not.toBe(tokens.access_token)
    const looked = await oauth.tokenIntrospection(config, refreshed.access_token)
    expect(looked).toMatchObject({ active: true, client_id: id })
    await oauth.tokenRevocation(config, refreshed.access_token)
    expect(await oauth.tokenIntrospection(config, refreshed.access_token)).toEqual({
      active: false,
    })
    await expect(
      oauth.fetchProtectedResource(
        config,
        tokens.access_token,
        blocks,
        'GET',
        null,
        new Headers(),
        {
          DPoP,
        },
      ),
    ).rejects.toThrow(oauth.WWWAuthenticateChallengeError)
  },
  60_000,
)

test(
  'openid-client asks without a browser, polls until the owner has allowed it, and gives it back',
  async () => {
    const [provider, recipient] = await registered()
    const { channel, giving } = await createOwner()
    const config = await openidClient(provider)
    const { owner } = giving.member.household
    const asked = await oauth.initiateBackchannelAuthentication(config, {
      scope: 'openid',
      login_hint: toBase64url(owner.identity.id),
      binding_message: 'Watt 4711',
      authorization_details: details(),
    })
    expect(asked).toMatchObject({ expires_in: 86_400, interval: 5 })

    // The owner finds it in the app, and allows.
    const [waiting] = await giving.member.owner.waitingRequests()
    const hashed = await hashOf(waiting?.pushed ?? '')
    const [, entry] = await giving.grant(recipient, termsOf(channel), { request: hashed })
    expect(await giving.member.owner.grantRequest(waiting?.id ?? '', entry)).toBe(null)

    const DPoP = oauth.getDPoPHandle(config, await oauth.randomDPoPKeyPair())
    const soon = { ...asked, interval: 1 } // what was asked never may be fetched at once
    const tokens = await oauth.pollBackchannelAuthenticationGrant(config, soon, {}, { DPoP })
    expect(tokens.authorization_details).toMatchObject([{ channels: [channel.name] }])

    const manage = async (method: string) => {
      const { grant_management_endpoint: base } = members(config.serverMetadata())
      const one = new URL([base, tokens['grant_id']].join('/'))
      const { access_token: token } = tokens
      return await oauth.fetchProtectedResource(config, token, one, method, null, new Headers(), {
        DPoP,
      })
    }
    expect(await (await manage('GET')).json()).toMatchObject({
      state: 'active',
      authorization_details: tokens.authorization_details,
    })
    expect((await manage('DELETE')).status).toBe(204)
    expect(await (await manage('GET')).json()).toMatchObject({ ended: { reason: 'terminated' } })
    expect(await oauth.tokenIntrospection(config, tokens.access_token)).toEqual({ active: false })
  },
  60_000,
)
