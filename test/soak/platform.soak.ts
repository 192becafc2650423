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
/** MiB and files a minute. */
const SLOPE = 1
/** What a heap breathes within the time, in MiB: of a short run this is most of what is seen. */
const BREATH = 10
const WARM_UP = 60_000
const PAUSE = 2000
/** However short the run: fewer say nothing. */
const SAMPLES = 60
/** Of the second half. Of each the lowest counts: how high a heap stands is the collector's choice. */
const WINDOWS = 6

let server: Running | undefined
let place: Place | undefined
afterEach(async () => {
  await server?.close()
  await place?.remove()
})

test(`no answer to ${CASES} hostile requests breaks the law`, async () => {
  const seed = Number(SOAK_SEED ?? Date.now() % 2 ** 31)
  say(`seed ${seed}`)
  // The clock of these tests stands still, so no bucket is filled again.
  const plenty = { perSecond: 1, burst: 1e3 * CASES }
  const platform = await startPlatform({
    limits: {
      network: plenty,
      device: plenty,
      identitiesPerDay: plenty.burst,
      channelsPerDay: plenty.burst,
    },
  })
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
  const samples: Sample[] = []
  const from = performance.now()
  for (let minutes = 0; minutes < MINUTES || samples.length < SAMPLES;) {
    await new Promise((resolve) => setTimeout(resolve, PAUSE))
    minutes = (performance.now() - from) / 60_000
    const sample = { minutes, memory: memoryOf(pid).now, files: openFilesOf(pid) }
    samples.push(sample)
    if (samples.length % 15 === 0) {
      say(`${minutes.toFixed(1)} min: ${sample.memory} MiB, ${sample.files} files`)
    }
  }
  await traffic.finish()
  expect(traffic.failures()).toBe(0)
  const settled = samples.slice(Math.floor(samples.length / 2))
  const minutes = (settled.at(-1)?.minutes ?? 0) - (settled[0]?.minutes ?? 0)
  const memory = slopeOf(lowest(settled, 'memory'))
  const files = slopeOf(lowest(settled, 'files'))
  say(
    `${memory.toFixed(2)} MiB and ${files.toFixed(2)} files a minute in the last ` +
      `${minutes.toFixed(1)} minutes, ${traffic.acknowledged()} blocks acknowledged`,
  )
  expect(memory).toBeLessThan(SLOPE + BREATH / minutes)
  expect(files).toBeLessThan(SLOPE)
  await server.close()
  await database.close()
})

interface Sample {
  readonly minutes: number
  readonly memory: number
  readonly files: number
}

/** The lowest of each window. */
function lowest(samples: readonly Sample[], of: 'memory' | 'files'): [number, number][] {
  const size = Math.ceil(samples.length / WINDOWS)
  const windows = Array.from(
    { length: WINDOWS },
    (_, i) => samples.slice(i * size, (i + 1) * size),
  )
  return windows.filter((window) => window.length > 0).map((window) => [
    window.reduce((sum, { minutes }) => sum + minutes, 0) / window.length,
    Math.min(...window.map((sample) => sample[of])),
  ])
}

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
