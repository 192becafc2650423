/**
 * Postgres under a running platform: a backend killed, the whole of it killed, and all of its
 * connections taken by somebody else. Each is told, and gone on from without help.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import process from 'node:process'
import postgres from 'postgres'
import { afterEach, expect, test } from 'vitest'
import { startTestServer } from '../rig/postgres.ts'
import type { Running } from '../rig/process.ts'
import { makePlace, type Place } from './platform.ts'
import { startTraffic } from './traffic.ts'

const KILLS = 4

let server: Running | undefined
let place: Place | undefined
afterEach(async () => {
  await server?.close()
  await place?.remove()
})

test(
  `every acknowledged block is there after ${KILLS} kills of Postgres or a backend`,
  async () => {
    place = await makePlace()
    server = place.start()
    await server.answers(`${place.url}/readyz`)
    const traffic = await startTraffic(place.url, 4)
    for (let kill = 0; kill < KILLS; kill++) {
      await traffic.more(60)
      const file = path.join(place.dataDir, 'postgres/postmaster.pid')
      const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
      const victim = kill % 2 === 0 ? pid : backendOf(pid)
      process.kill(victim, 'SIGKILL')
    }
    await traffic.more(100)
    await traffic.finish()
    expect(traffic.told()).toEqual(['503 with Retry-After'])
    await traffic.check()
    process.stdout.write(
      `${KILLS} kills under a running platform: ${traffic.acknowledged()} blocks acknowledged, ` +
        `${traffic.failures()} requests told to wait\n`,
    )
  },
  120_000,
)

/** A process of Postgres that serves our own platform. */
function backendOf(postmaster: number): number {
  const children = readdirSync('/proc').map(Number).filter((pid) => {
    if (!Number.isInteger(pid)) return false
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8')
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
      return status.includes(`PPid:\t${postmaster}\n`) && command.includes('kilowit kilowit')
    } catch {
      return false
    }
  })
  const [first] = children
  if (first === undefined) throw new Error('Postgres serves nobody')
  return first
}

test(
  'when Postgres has no connections left, requests are told to wait, and go on afterwards',
  async () => {
    const own = await startTestServer()
    const database = await own.database()
    place = await makePlace(database.url)
    server = place.start()
    const admin = postgres({ ...own.address.admin, max: 1, onnotice: () => undefined })
    try {
      await server.answers(`${place.url}/readyz`)
      const traffic = await startTraffic(place.url, 3)
      const name = new URL(database.url).pathname.slice(1)
      for (let round = 0; round < 2; round++) {
        await traffic.more(30)
        // As if others had them all: what is open is ended, and no other is given.
        await admin.unsafe(`alter database ${name} connection limit 0`)
        await admin`
          select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = ${name}`
        for (let asked = 0; asked < 5; asked++) {
          const answer = await fetch(`${place.url}/v1/identities/${'A'.repeat(43)}`)
          expect(await answer.json()).toMatchObject({ status: 503, code: 'database-unavailable' })
          expect(answer.headers.get('Retry-After')).toBe('2')
        }
        await admin.unsafe(`alter database ${name} connection limit -1`)
      }
      await traffic.more(60)
      await traffic.finish()
      expect(traffic.told()).not.toContain('503 without Retry-After')
      await traffic.check()
    } finally {
      await admin.end({ timeout: 1 })
      await server.close()
      await own.close()
    }
  },
  60_000,
)
