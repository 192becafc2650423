/**
 * Durable ingest over HTTP by many devices: blocks of 96 quarter-hours beside InfluxDB's unsigned
 * lines, and blocks of one reading beside OpenSSL's bare signature checks.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import type { Algorithm } from '../../shared/identity/profile.ts'
import { cpuOf } from './cpu.ts'
import { createDevice, type Device, type Size } from './device.ts'
import { influxPosts, startInflux } from './influx.ts'
import { type Server, startKilowit } from './kilowit.ts'
import { load, type Requests } from './load.ts'
import { type Contender, ratio, sideBySide, type Turn } from './measure.ts'
import type { Bounds, Report } from './report.ts'

const DEVICES = 64

/** Days of quarter-hours: one at a time, and several as after days without a network. */
export async function benchIngest(bounds: Bounds): Promise<Report[]> {
  return [await ingest(bounds, 1), await ingest(bounds, 10)]
}

async function ingest(bounds: Bounds, days: number): Promise<Report> {
  const size = { blocks: days, readings: 96 }
  const lines = days * size.readings
  const kilowit = await startKilowit()
  const influx = await startInflux()
  try {
    const devices = await createDevices(kilowit.url, DEVICES, size)
    const sources = Array.from({ length: DEVICES }, (_, i) => influxPosts(i, lines))
    const measured = await sideBySide([
      blocks('Kilowit: signed blocks, verified, committed', kilowit, devices, size, bounds),
      {
        name: 'InfluxDB 1.x: unsigned lines',
        turn: () => {
          const prepared = sources.map((source) => ahead(source, Math.ceil(600 / days)))
          return turn(influx, prepared, lines, bounds, '')
        },
      },
    ], bounds.rounds)
    const [ours, theirs] = measured
    const byCpu = (turn: Turn) => turn.perCpuSecond
    const what = days === 1 ? 'a block of 96 quarter-hours' : `${days} blocks of 96 quarter-hours`
    return {
      title: `Ingest: posts of ${what}, ${DEVICES} devices at once`,
      unit: 'readings',
      measured,
      ratios: ours && theirs
        ? [
          { name: 'Kilowit / InfluxDB', ratio: ratio(ours, theirs), goal: 2 },
          { name: 'Kilowit / InfluxDB, by CPU of the server', ratio: ratio(ours, theirs, byCpu) },
        ]
        : [],
      notes: [
        'Kilowit parses each block, checks its digest, place in the chain and Ed25519 signature,',
        'commits with fsync (posts that wait share a commit) and signs an acknowledgement. What is',
        'read is ciphertext to it: it indexes blocks, not values.',
        `InfluxDB gets as many readings a post, ${lines} lines; it parses and indexes every value,`,
        'and syncs its log before each answer (default).',
        'Load, servers and databases share the cores of this machine.',
      ],
    }
  } finally {
    await kilowit.close()
    await influx.close()
  }
}

/** Blocks of one reading: what a signature each costs, beside the signature check alone. */
export async function benchSingle(bounds: Bounds): Promise<Report[]> {
  return [
    await single(bounds, 'EdDSA', 1),
    await single(bounds, 'ES256', 1),
    await single(bounds, 'EdDSA', 60),
  ]
}

async function single(bounds: Bounds, algorithm: Algorithm, perPost: number): Promise<Report> {
  const size = { blocks: perPost, readings: 1 }
  const curve = algorithm === 'EdDSA' ? 'ed25519' : 'ecdsap256'
  const kilowit = await startKilowit()
  try {
    const devices = await createDevices(kilowit.url, DEVICES, size, algorithm)
    const measured = await sideBySide([
      blocks(`Kilowit: blocks of one reading, ${algorithm}`, kilowit, devices, size, bounds),
      { name: `openssl speed ${curve}, verify, one core`, turn: () => opensslSpeed(curve) },
    ], bounds.rounds)
    const [ours, bare] = measured
    const byCpu = (turn: Turn) => turn.perCpuSecond
    const each = perPost === 1 ? 'a post each' : `${perPost} in a post`
    return {
      title: `Ingest: blocks of one reading, ${each}, ${algorithm}, ${DEVICES} devices at once`,
      unit: 'blocks',
      measured,
      ratios: ours && bare
        ? [
          {
            name: 'Kilowit / openssl, per core of server and database',
            ratio: ratio(ours, bare, byCpu),
            goal: 0.5,
          },
          { name: 'Kilowit on all cores, with load / openssl on one', ratio: ratio(ours, bare) },
        ]
        : [],
      notes: [
        'HTTP, parsing, a signature check, an acknowledgement signed with Ed25519 for each block and',
        'a share of a commit with fsync. CPU-seconds are those of server and Postgres together.',
      ],
    }
  } finally {
    await kilowit.close()
  }
}

/** Devices with their channels, some at a time. */
export async function createDevices(
  url: string,
  wanted: number,
  size: Size,
  algorithm: Algorithm = 'EdDSA',
): Promise<Device[]> {
  const devices: Device[] = []
  while (devices.length < wanted) {
    const some = Math.min(8, wanted - devices.length)
    devices.push(
      ...await Promise.all(
        Array.from({ length: some }, () => createDevice(url, size, algorithm)),
      ),
    )
  }
  return devices
}

/** Posting prepared blocks, of which more are made before each turn than the last one used. */
export function blocks(
  name: string,
  server: Server,
  devices: readonly Device[],
  size: Size,
  bounds: Bounds,
): Contender {
  let expected = 0.15 * bounds.milliseconds / Math.sqrt(size.blocks)
  const taken = `"taken":${size.blocks},`
  return {
    name,
    turn: async () => {
      await Promise.all(devices.map((device) => device.prepare(Math.ceil(expected))))
      const count = size.blocks * size.readings
      const sources = devices.map(({ ready }) => ready)
      const result = await turn(server, sources, count, bounds, taken)
      expected = 4 + 1.5 * Math.max(...devices.map((device) => device.used()))
      return result
    },
  }
}

/** Sends and waits for answers, with what CPU time the server took. */
export async function turn(
  server: Server,
  sources: readonly Requests[],
  count: number,
  { milliseconds }: Bounds,
  expected: string,
): Promise<Turn> {
  const before = cpuOf(server.pid)
  const { answers, seconds, p50, p99 } = await load(server.port, sources, milliseconds, expected)
  const used = cpuOf(server.pid) - before
  return {
    rate: answers * count / seconds,
    perCpuSecond: answers * count / used,
    beside: {
      'p50, ms': p50,
      'p99, ms': p99,
      'CPU-seconds of the server per second': used / seconds,
    },
  }
}

/** Posts made before the clock starts. */
function ahead(source: Requests, count: number): Requests {
  const made = Array.from({ length: count }, source)
  let at = 0
  return () => made[at++] ?? source()
}

/** Verifications per second by OpenSSL's own benchmark, for a second on one core. */
function opensslSpeed(algorithm: string): Promise<Turn> {
  const said = execFileSync('openssl', ['speed', '-seconds', '1', algorithm], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const rate = Number(said.trim().split('\n').at(-1)?.trim().split(/\s+/).at(-1))
  return Promise.resolve({ rate, perCpuSecond: rate })
}
