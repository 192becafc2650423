/**
 * Two processes of one platform on one database: a channel has one line, whichever of them is
 * asked, and one goes on when the other is killed.
 *
 * @module
 */
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newOperatorKey } from '../../edge/operator-key.ts'
import { type Bytes, toHex } from '../../shared/bytes.ts'
import { type Client, createClient } from '../../shared/api/client.ts'
import type { Signer } from '../../shared/identity/statement.ts'
import { all, join, type Member } from '../conformance/members.ts'
import { readings } from '../rig/household.ts'
import { type TestDatabase, testDatabase } from '../rig/postgres.ts'
import { type Running, startNode } from '../rig/process.ts'
import { makePlace, type Place } from './platform.ts'
import { startTraffic } from './traffic.ts'

const ROUNDS = 25
const KILLS = 2

let database: TestDatabase
let places: [Place, Place]
let servers: [Running, Running]
let operatorKey: string
let member: Member
const seconds = () => Math.floor(Date.now() / 1000)

beforeAll(async () => {
  database = await testDatabase()
  places = [await makePlace(database.url), await makePlace(database.url)]
  operatorKey = await newOperatorKey(seconds())
  servers = [start(0), start(1)]
  for (const i of [0, 1] as const) await servers[i].answers(`${places[i].url}/readyz`)
  member = await join(places[0].url)
})
afterAll(async () => {
  for (const server of servers) await server.close()
  for (const place of places) await place.remove()
  await database.close()
})

/** Both are reached under the first one's address. */
function start(i: 0 | 1): Running {
  const env = { ...places[i].env, OPERATOR_KEY: operatorKey, PUBLIC_URL: places[0].url }
  return startNode('edge/node.ts', [], { env })
}

function at(i: 0 | 1, address: string): string {
  return address.replace(places[0].url, places[i].url)
}

function clientAt(i: 0 | 1, signer: Signer): Client {
  const fetchThere = (address: string, init: RequestInit) => fetch(at(i, address), init)
  return createClient({ url: places[0].url, now: seconds, signer, fetch: fetchThere, retries: 0 })
}

test(
  `of two blocks for one place, posted to both, one is acknowledged, ${ROUNDS} times`,
  async () => {
    const channel = await member.channel()
    const { device, owner } = member.household
    const devices = [clientAt(0, device.signer), clientAt(1, device.signer)] as const
    const owners = [clientAt(0, owner.signer), clientAt(1, owner.signer)] as const
    const stop = new AbortController()
    const streamed = ([0, 1] as const).map(async (i) => {
      const seen: string[] = []
      const { signal } = stop
      for await (const { block } of owners[i].stream(channel.id, { after: -1, signal })) {
        seen.push(toHex(block))
        if (seen.length === ROUNDS) break
      }
      return seen
    })

    const kept: Bytes[] = []
    for (let round = 0; round < ROUNDS; round++) {
      const [one, other] = [await channel.forge(readings(1)), await channel.forge(readings(2))]
      const answers = await Promise.allSettled([
        devices[0].postBlocks(channel.id, [one.bytes]),
        devices[1].postBlocks(channel.id, [other.bytes]),
      ])
      const taken = answers.map((answer) => answer.status === 'fulfilled')
      expect(taken.filter(Boolean)).toHaveLength(1)
      const refused = answers.find((answer) => answer.status === 'rejected')
      expect(refused?.reason).toMatchObject({ code: 'fork' })
      const winner = taken[0] === true ? one : other
      kept.push(winner.bytes)
      // The rig's own blocks go on from the one that was taken.
      Reflect.apply(Array.prototype.push, channel.blocks, [winner])
      const heads = await Promise.all(owners.map((client) => client.head(channel.id)))
      expect(heads[0]).toEqual(heads[1])
      expect(heads[0]).toMatchObject({ seq: round, id: winner.id })
    }
    for (const seen of await Promise.all(streamed)) expect(seen).toEqual(kept.map(toHex))
    stop.abort()
    expect(await all(owners[1].blocks(channel.id))).toEqual(kept)
    expect(await all(owners[0].forks(channel.id))).toHaveLength(ROUNDS)
  },
  120_000,
)

test('when one is killed, the other goes on, and nothing acknowledged is lost', async () => {
  let asked = 0
  let alive = true
  const traffic = await startTraffic(
    places[0].url,
    4,
    (address) => at(alive && asked++ % 2 === 0 ? 1 : 0, address),
  )
  await traffic.more(100)
  expect(traffic.failures()).toBe(0)
  for (let kill = 0; kill < KILLS; kill++) {
    const broken = traffic.failures()
    await servers[1].kill('SIGKILL')
    while (traffic.failures() === broken) await new Promise((done) => setTimeout(done, 5))
    alive = false
    const after = traffic.failures()
    await traffic.more(60)
    // Of those under way at the other one, each may still fail once.
    expect(traffic.failures() - after).toBeLessThanOrEqual(8)
    servers[1] = start(1)
    await servers[1].answers(`${places[1].url}/readyz`)
    alive = true
    await traffic.more(60)
  }
  await traffic.finish()
  expect(traffic.told()).toEqual(['no answer'])
  await traffic.check()
  process.stdout.write(
    `${KILLS} kills of one of two: ${traffic.acknowledged()} blocks acknowledged, ` +
      `${traffic.failures()} requests broke off\n`,
  )
}, 120_000)
