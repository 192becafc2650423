/**
 * Insights as its own process beside a platform as its own, and a household in between: it asks, is
 * allowed, reads and verifies, is told of the end while it follows, and erases when it is asked to.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { toBase64url, utf8 } from '../../shared/bytes.ts'
import { makeTerms } from '../../shared/consent/terms.ts'
import { readIdentity } from '../../shared/identity/identity.ts'
import { sha256 } from '../../shared/identity/statement.ts'
import { giver, type Recipient, type TestGrant, wrapsFor } from '../consent-server/giving.ts'
import { makePlace, type Place } from '../faults/platform.ts'
import { join, type Member } from '../conformance/members.ts'
import { readings, type TestChannel } from '../rig/household.ts'
import { type TestDatabase, testDatabase } from '../rig/postgres.ts'
import { freePort, type Running, startNode } from '../rig/process.ts'

const seconds = () => Math.floor(Date.now() / 1000)
const FIRST = seconds() - seconds() % 900 - 2 * 86_400

let database: TestDatabase
let place: Place
let platform: Running
let insights: Running
let address: string
let folder: string
let start: () => Running
let member: Member
let channel: TestChannel

beforeAll(async () => {
  database = await testDatabase()
  place = await makePlace(database.url)
  platform = place.start()
  await platform.answers(`${place.url}/readyz`)
  member = await join(place.url)
  channel = await member.household.openChannel({ classes: 'energy', resolution: 'PT15M' })
  await member.owner.openChannel(channel.opening.statement.bytes)
  await member.owner.openChapter((await channel.openChapter()).statement.bytes)
  const { opened } = await channel.openEpoch()
  await member.device.postBlocks(channel.id, [opened.statement.bytes])
  folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-insights-'))
  const port = await freePort()
  address = `http://localhost:${port}`
  start = () =>
    startNode('insights/main.ts', [], {
      env: {
        KILOWIT_URL: place.url,
        INSIGHTS_PORT: String(port),
        INSIGHTS_URL: '',
        INSIGHTS_DIR: folder,
        TZ: 'Europe/Vienna',
      },
    })
  insights = start()
  await insights.line('Insights is running at')
})

afterAll(async () => {
  await insights?.close()
  await platform?.close()
  await place?.remove()
  await database?.close()
  await fs.rm(folder, { recursive: true, force: true })
})

async function recipientOf(provider: Uint8Array<ArrayBuffer>): Promise<Recipient> {
  const { changes } = await member.owner.identity(provider)
  const identity = await readIdentity(changes)
  const key = identity.keys.find(({ purpose }) => purpose === 'seal')
  if (key === undefined || key.algorithm === 'EdDSA' || key.algorithm === 'ES256') {
    throw new Error('There is no sealing key')
  }
  return {
    identity,
    signer: member.household.owner.signer, // it signs nothing here
    sealing: { index: key.index, key: { algorithm: key.algorithm, publicKey: key.publicKey } },
    client: member.owner,
  }
}

const termsNow = () =>
  makeTerms({
    channels: [channel.id],
    purposes: ['energy-advice'],
    from: seconds() + 1,
    until: seconds() + 86_400,
    history: FIRST,
  })

/** So many quarters of an hour in one block. */
async function seal(count: number): Promise<void> {
  const sealed = channel.blocks.reduce((sum, { header }) => sum + header.count, 0)
  const from = FIRST + 900 * sealed
  const block = await channel.seal(readings(count, { from, step: 900, classes: 'energy' }))
  await member.device.postBlocks(channel.id, [block.bytes])
}

test(
  'a household lets Insights in, is shown its curve, takes it back, and has it erased',
  async () => {
    await seal(96)
    await seal(20)

    // The household presses the button, and its app answers.
    const asked = await fetch(`${address}/ask`, { method: 'POST', redirect: 'manual' })
    const to = new URL(asked.headers.get('Location') ?? '')
    expect([to.origin, to.pathname]).toEqual([place.url, '/authorize'])
    const state = asked.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
    const request = (to.searchParams.get('request_uri') ?? '').split(':').at(-1) ?? ''
    const { pushed, client } = await member.owner.accessRequest(request)
    const owner = giver({ ...member, owner: member.owner }, undefined, member.owner)
    const [recipient, terms] = [await recipientOf(client), termsNow()]
    const [grant, entry] = await owner.grant(recipient, terms, {
      request: await sha256(utf8(pushed)),
    })
    const back = await member.owner.grantRequest(request, entry) ?? ''
    await wrap(owner.head.id, 0, grant)
    await new Promise((resolve) => setTimeout(resolve, 1500))

    // Back at Insights, in the same browser.
    const admitted = await fetch(back, { redirect: 'manual', headers: { Cookie: state } })
    expect(admitted.status).toBe(303)
    const session = admitted.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
    const page = async () => {
      const where = `${address}/households/${toBase64url(grant.id)}`
      const answer = await fetch(where, { headers: { Cookie: session } })
      return answer.status === 200 ? await answer.text() : String(answer.status)
    }
    await expect.poll(page, { timeout: 15_000 }).toContain('116 readings, each checked')
    expect(await page()).toMatch(/<dd id="energy">\d+\.\d\d kWh<\/dd>/)

    // What the meter tells next comes by the stream.
    await expect.poll(page, { timeout: 15_000 }).toContain('New values come')
    await seal(2)
    await expect.poll(page, { timeout: 15_000 }).toContain('118 readings, each checked')

    // Killed in the middle of it, again and again: nothing is missed, and nothing is there twice.
    for (let killed = 0; killed < 3; killed++) {
      await seal(1)
      const sealing = seal(1)
      await insights.kill('SIGKILL')
      await sealing
      await seal(2)
      insights = start()
      await insights.line('Insights is running at')
    }
    await expect.poll(page, { timeout: 15_000 }).toContain('130 readings, each checked')
    expect(await page()).toContain('Nothing is missing between them.')

    // Taken back while the stream is open: both sides know the same last block.
    await owner.go(grant, { what: 'revoked' })
    await expect.poll(page, { timeout: 15_000 }).toContain('This consent has ended')
    const { last } = await member.owner.grant(grant.id)
    expect(last).toMatchObject([{ seq: channel.blocks.length - 1 }])
    expect(await page()).toContain(`<b id="last">${last[0]?.seq}</b>`)
    await seal(1)
    expect(await page()).toContain('130 readings, each checked')

    // The device turns its keys: now the number is final on both sides.
    expect(await page()).toContain('has not confirmed this yet')
    await member.device.postBlocks(channel.id, [(await channel.openEpoch()).opened.statement.bytes])
    await wrap(owner.head.id, 1)
    await expect.poll(page, { timeout: 20_000 }).toContain('The household sees the same number')

    // And what was read is erased: the request comes by a webhook, the answer is signed.
    await owner.go(grant, { what: 'erasure-asked' })
    await expect.poll(page, { timeout: 20_000 }).toContain('was erased, as the household asked')
    const steps = async () => (await member.owner.grant(grant.id)).steps.length
    await expect.poll(steps, { timeout: 10_000 }).toBe(3)
    expect(await fs.readdir(path.join(folder, 'readings'))).toEqual([])

    // Nor is anything of it there again after a restart.
    await insights.close()
    insights = start()
    await insights.line('Insights is running at')
    await expect.poll(page, { timeout: 15_000 }).toContain('was erased, as the household asked')
    expect(await fs.readdir(path.join(folder, 'readings'))).toEqual([])
  },
  90_000,
)

test(
  'a household that is elsewhere is asked by its address, and shown when it has allowed it',
  async () => {
    const body = new URLSearchParams({ owner: toBase64url(member.household.owner.identity.id) })
    const asked = await fetch(`${address}/ask-owner`, { method: 'POST', body, redirect: 'manual' })
    const Cookie = asked.headers.getSetCookie().map((line) => line.split(';')[0]).join('; ')
    const look = () => fetch(`${address}/asked`, { redirect: 'manual', headers: { Cookie } })
    const [, message] = /<b id="message">([^<]*)</.exec(await (await look()).text()) ?? []
    const [waiting] = await member.owner.waitingRequests()
    const { id = '', client = new Uint8Array(), pushed = '' } = waiting ?? {}
    expect(JSON.parse(pushed)).toMatchObject({ binding_message: message })
    const owner = giver(member)
    await owner.refresh()
    const [grant, entry] = await owner.grant(await recipientOf(client), termsNow(), {
      request: await sha256(utf8(pushed)),
    })
    expect(await member.owner.grantRequest(id, entry)).toBe(null)
    const where = async () => (await look()).headers.get('Location')
    await expect.poll(where, { timeout: 20_000 }).toBe(`/households/${toBase64url(grant.id)}`)
  },
  40_000,
)

async function wrap(
  seen: Uint8Array<ArrayBuffer> | null,
  epoch: number,
  ...grants: TestGrant[]
): Promise<void> {
  if (seen === null) throw new Error('There is no event yet')
  const by = member.household.device.signer
  await member.device.postWraps([await wrapsFor(channel, epoch, seen, grants, by)])
}
