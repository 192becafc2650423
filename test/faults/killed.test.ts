/**
 * The server dies by SIGKILL in mid-ingest, and nothing that it acknowledged is lost.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { testDatabase } from '../rig/postgres.ts'
import type { Running } from '../rig/process.ts'
import { makePlace, type Place } from './platform.ts'
import { startTraffic } from './traffic.ts'

const KILLS = 20
const KILLS_WITH_DATABASE = 6

let server: Running | undefined
let place: Place | undefined
afterEach(async () => {
  await server?.close()
  await place?.remove()
})

test(`every acknowledged block is there once after ${KILLS} kills`, async () => {
  const database = await testDatabase()
  place = await makePlace(database.url)
  server = place.start()
  await server.answers(`${place.url}/readyz`)
  const traffic = await startTraffic(place.url, 6)
  for (let kill = 0; kill < KILLS; kill++) {
    // Never at rest: so many answers are out, and the next requests are under way.
    await traffic.more(40 + kill)
    await server.kill('SIGKILL')
    server = place.start()
  }
  await traffic.more(100)
  await traffic.finish()
  expect(traffic.failures()).toBeGreaterThanOrEqual(KILLS)
  await traffic.check()
  process.stdout.write(
    `${KILLS} kills: ${traffic.acknowledged()} blocks acknowledged, ${traffic.failures()} requests failed\n`,
  )
  await server.close()
  await database.close()
}, 180_000)

test(`the embedded Postgres may die with it, ${KILLS_WITH_DATABASE} times`, async () => {
  place = await makePlace()
  server = place.start()
  await server.answers(`${place.url}/readyz`)
  const traffic = await startTraffic(place.url, 4)
  for (let kill = 0; kill < KILLS_WITH_DATABASE; kill++) {
    await traffic.more(40)
    const pid = await postmaster(place.dataDir)
    // Every other time Postgres outlives us, and the next start finds it running.
    if (kill % 2 === 0) process.kill(pid, 'SIGKILL')
    await server.kill('SIGKILL')
    server = place.start()
  }
  await traffic.more(100)
  await traffic.finish()
  expect(traffic.failures()).toBeGreaterThanOrEqual(KILLS_WITH_DATABASE)
  await traffic.check()
  await server.kill('SIGTERM')
}, 180_000)

async function postmaster(dataDir: string): Promise<number> {
  const file = await fs.readFile(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8')
  return Number(file.split('\n')[0])
}
