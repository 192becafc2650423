/**
 * A provider's process, which is Insights, and a household in real Chromium, with the real platform
 * between them: the provider rolls its keys over while it reads, and the household's app follows; a
 * key that is swapped ends the consent, and both sides say so.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepInFolder } from '../../insights/file-keep.ts'
import {
  newProviderKeys,
  readProviderKeys,
  rollProviderKeys,
} from '../../shared/api/provider-keys.ts'
import { toBase64url } from '../../shared/bytes.ts'
import { freePort, type Running, startNode } from '../rig/process.ts'
import { emptyProfile, type Platform, startPlatform } from '../stories/home.ts'
import { enter, type Laboratory } from './laboratory.ts'

let platform: Platform
let profile: string
let folder: string
let address: string
let insights: Running
let at: Laboratory
let grant: string
let session: string

async function start(): Promise<void> {
  insights = startNode('insights/main.ts', [], {
    env: {
      KILOWIT_URL: platform.origin,
      INSIGHTS_PORT: new URL(address).port,
      INSIGHTS_URL: '',
      INSIGHTS_DIR: folder,
    },
  })
  await insights.line('Insights is running at')
}

beforeAll(async () => {
  platform = await startPlatform()
  profile = await emptyProfile()
  folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-insights-'))
  address = `http://localhost:${await freePort()}`
  await start()
  at = await enter(platform, profile, undefined, 'test/engine/answer-page.ts')
})

afterAll(async () => {
  await at?.close()
  await insights?.close()
  await platform?.close()
  for (const one of [profile, folder]) {
    await fs.rm(one, { recursive: true, force: true, maxRetries: 5 })
  }
})

/** One block more, sent. */
async function seal(): Promise<void> {
  await at.page.evaluate(async () => {
    await globalThis.consent.seal('PT15M', 1)
    await globalThis.consent.settled()
  })
}

const told = () => at.page.evaluate((id) => globalThis.consent.told(id), grant)

/** The household opens its app. */
async function look(): Promise<void> {
  await at.page.evaluate(async () => {
    await globalThis.consent.show()
    await globalThis.consent.settled()
  })
}

/** What Insights shows of the household. */
async function shown(): Promise<string> {
  const answer = await fetch(`${address}/households/${grant}`, { headers: { Cookie: session } })
  return await answer.text()
}

async function ask(): Promise<{ cookie: string; to: URL }> {
  const asked = await fetch(`${address}/ask`, { method: 'POST', redirect: 'manual' })
  const cookie = asked.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
  return { cookie, to: new URL(asked.headers.get('Location') ?? '') }
}

async function open(to: URL) {
  const [client, uri] = ['client_id', 'request_uri'].map((name) => to.searchParams.get(name) ?? '')
  return await at.page.evaluate(
    ([client, uri]) => globalThis.answers.open(client, uri),
    [client ?? '', uri ?? ''] as const,
  )
}

async function inBlocks(count: number): Promise<void> {
  await expect.poll(shown, { timeout: 20_000 }).toContain(`${3 * count} readings, each`)
}

test('Insights asks, is allowed, and follows', async () => {
  await seal()
  const { cookie, to } = await ask()
  const request = await open(to)
  if (typeof request === 'string') throw new Error(request)
  const answered = await at.page.evaluate(
    (offer) => globalThis.answers.answer(offer),
    request.offer,
  )
  if (typeof answered === 'string') throw new Error(answered)
  await at.page.evaluate(() => globalThis.consent.settled())
  const headers = { Cookie: cookie }
  const back = await fetch(answered.address ?? '', { redirect: 'manual', headers })
  grant = (back.headers.get('Location') ?? '').split('/').at(-1) ?? ''
  session = back.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
  await inBlocks(1)
  await seal()
  await inBlocks(2)
}, 120_000)

test(
  'its keys are rolled over as it reads, and it reads on, before and after the app follows',
  async () => {
    const keep = await keepInFolder(path.join(folder, 'keys'))
    const now = Math.floor(Date.now() / 1000)
    await keep.set('keys', await rollProviderKeys(await keep.get('keys') ?? '', now, 'X-Wing'))
    // What runs goes on with the key that it has.
    await seal()
    await inBlocks(3)

    await insights.close()
    await start()
    // The household has not looked yet: the older key is still there, and opens what is sealed to it.
    await seal()
    await inBlocks(4)
    expect(await told()).toMatchObject({ toKey: 1 })

    await look()
    expect(await told()).toEqual({
      toKey: 2,
      keyChange: 'signed',
      steps: ['granted', 'key-changed'],
    })
    // The process that runs takes the new key without being started again.
    await seal()
    await inBlocks(5)
    expect(await shown()).toContain('Nothing is missing between them')
  },
  120_000,
)

test('with its new key it asks as before', async () => {
  const { to } = await ask()
  expect(await open(to)).toMatchObject({ party: { name: 'Insights' }, answered: null })
}, 30_000)

test('swapped provider key: the consent ends, and both sides say why', async () => {
  // A platform that shows somebody else’s keys in its place.
  const { identity } = await readProviderKeys(await newProviderKeys(1_767_225_600, 'native'))
  const { identity: { id } } = await readProviderKeys(
    await (await keepInFolder(path.join(folder, 'keys'))).get('keys') ?? '',
  )
  const swapped = {
    id: toBase64url(id),
    kind: 'provider',
    changes: identity.changes.map(toBase64url),
  }
  const where = `**/v1/identities/${toBase64url(id)}`
  await at.page.route(where, (route) => route.fulfill({ json: swapped }))
  await look()
  expect(await told()).toEqual({
    toKey: 2,
    keyChange: 'unsigned',
    steps: ['granted', 'key-changed', 'revoked'],
  })
  await expect.poll(shown, { timeout: 20_000 }).toContain('Our key was changed')
  await seal()
  expect(await shown()).toContain('15 readings, each')
}, 60_000)
