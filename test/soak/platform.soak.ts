/**
 * A million hostile requests, a hundred kills in mid-ingest, and minutes of steady work during which
 * neither memory nor open files may grow. `SOAK_CASES`, `SOAK_KILLS` and `SOAK_MINUTES` say how much,
 * `SOAK_SEED` repeats the requests of an earlier run.
 *
 * @module
 */
import process from 'node:process'
import { afterEach, expect, test } from 'vitest'
import { makePlace, type Place } from '../faults/platform.ts'
import { startTraffic } from '../faults/traffic.ts'
import { fuzz } from '../fuzz/run.ts'
import { createWorld } from '../fuzz/world.ts'
import { memoryOf, openFilesOf } from '../hostile/raw.ts'
import { testDatabase } from '../rig/postgres.ts'
import type { Running } from '../rig/process.ts'
import { startPlatform } from '../server/platform.ts'

const { SOAK_CASES, SOAK_KILLS, SOAK_MINUTES, SOAK_SEED } = process.env
const CASES = Number(SOAK_CASES ?? 1_000_000)
const KILLS = Number(SOAK_KILLS ?? 100)
const MINUTES = Number(SOAK_MINUTES ?? 10)
/** MiB a minute. */
const SLOPE = 1
const WARM_UP = 60_000

let server: Running | undefined
let place: Place | undefined
afterEach(async () => {
  await server?.close()
  await place?.remove()
})

test(`no answer to ${CASES} hostile requests breaks the law`, async () => {
  const seed = Number(SOAK_SEED ?? Date.now() % 2 ** 31)
  say(`seed ${seed}`)
  const platform = await startPlatform()
  const rate = { perSecond: 1, burst: 3 }
  const strict = platform.another({ limits: { network: rate, device: rate } })
  // The log of so many would fill the memory of the test itself.
  const progress = (done: number) => {
    platform.log.length = 0
    say(`${done} of ${CASES} requests of seed ${seed}`)
  }
  try {
    const world = await createWorld(platform, 8)
    const tally = await fuzz(world, { seed, cases: CASES, strict, progress })
    expect(tally.cases).toBe(CASES)
  } finally {
    await platform.close()
  }
})

test(`every acknowledged block is there once after ${KILLS} kills`, async () => {
  const database = await testDatabase()
  place = await makePlace(database.url)
  server = place.start()
  await server.answers(`${place.url}/readyz`)
  const traffic = await startTraffic(place.url, 6)
  for (let kill = 0; kill < KILLS; kill++) {
    await traffic.more(20 + kill % 40)
    await server.kill('SIGKILL')
    server = place.start()
    if (kill % 10 === 9) say(`${kill + 1} kills, ${traffic.acknowledged()} blocks acknowledged`)
  }
  await traffic.more(100)
  await traffic.finish()
  await traffic.check()
  await server.close()
  await database.close()
})

test(`memory and open files do not grow in ${MINUTES} minutes`, async () => {
  const database = await testDatabase()
  place = await makePlace(database.url)
  server = place.start()
  const { pid } = server
  await server.answers(`${place.url}/readyz`)
  const traffic = await startTraffic(place.url, 4)
  await new Promise((resolve) => setTimeout(resolve, WARM_UP))
  const samples: { minutes: number; memory: number; files: number }[] = []
  const from = performance.now()
  for (let minutes = 0; minutes < MINUTES;) {
    await new Promise((resolve) => setTimeout(resolve, 5000))
    minutes = (performance.now() - from) / 60_000
    samples.push({ minutes, memory: memoryOf(pid).now, files: openFilesOf(pid) })
    say(`${minutes.toFixed(1)} min: ${samples.at(-1)?.memory} MiB, ${samples.at(-1)?.files} files`)
  }
  await traffic.finish()
  expect(traffic.failures()).toBe(0)
  const slope = slopeOf(samples.map(({ minutes, memory }) => [minutes, memory]))
  say(`${slope.toFixed(2)} MiB a minute, ${traffic.acknowledged()} blocks acknowledged`)
  expect(slope).toBeLessThan(SLOPE)
  expect(slopeOf(samples.map(({ minutes, files }) => [minutes, files]))).toBeLessThan(SLOPE)
  await server.close()
  await database.close()
})

/** Of the line that fits best. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const mean = (of: 0 | 1) => points.reduce((sum, point) => sum + point[of], 0) / points.length
  const [x, y] = [mean(0), mean(1)]
  const over = points.reduce((sum, point) => sum + (point[0] - x) * (point[1] - y), 0)
  return over / points.reduce((sum, point) => sum + (point[0] - x) ** 2, 0)
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
