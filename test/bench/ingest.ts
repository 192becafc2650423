/**
 * Durable ingest over HTTP by many devices: blocks of 96 quarter-hours beside InfluxDB's unsigned
 * lines, and blocks of one reading beside OpenSSL's bare signature checks.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import type { Algorithm } from '../../shared/identity/profile.ts'
import { cpuOf } from './cpu.ts'
import { createDevice, type Device } from './device.ts'
import { influxPosts, startInflux } from './influx.ts'
import { type Server, startKilowit } from './kilowit.ts'
import { load, type Requests } from './load.ts'
import { type Contender, type Measured, ratio, sideBySide, type Turn } from './measure.ts'
import type { Bounds, Report } from './report.ts'

const DEVICES = 64
const TAKEN = '"taken":1,'

/** @param count readings in a post */
export async function benchIngest(bounds: Bounds, count = 96): Promise<Report> {
  const kilowit = await startKilowit()
  const influx = await startInflux()
  try {
    const devices = await createDevices(kilowit.url, DEVICES, count)
    const sources = Array.from({ length: DEVICES }, (_, i) => influxPosts(i, count))
    const measured = await sideBySide([
      blocks('Kilowit: signed blocks, verified, committed', kilowit, devices, count, bounds),
      {
        name: 'InfluxDB 1.x: unsigned lines',
        turn: () => turn(influx, sources.map((source) => ahead(source, 600)), count, bounds, ''),
      },
    ], bounds.rounds)
    const [ours, theirs] = measured
    const byCpu = (turn: Turn) => turn.perCpuSecond
    return {
      title: `Ingest: posts of ${count} quarter-hours by ${DEVICES} devices at once`,
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
        'InfluxDB parses and indexes every value, and syncs its log before each answer (default).',
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
  const reports: Report[] = []
  for (const [algorithm, name] of [['EdDSA', 'ed25519'], ['ES256', 'ecdsap256']] as const) {
    const kilowit = await startKilowit()
    try {
      const devices = await createDevices(kilowit.url, DEVICES, 1, algorithm)
      const measured = await sideBySide([
        blocks(`Kilowit: blocks of one reading, ${algorithm}`, kilowit, devices, 1, bounds),
        { name: `openssl speed ${name}, verify, one core`, turn: () => opensslSpeed(name) },
      ], bounds.rounds)
      reports.push(singleReport(algorithm, measured))
    } finally {
      await kilowit.close()
    }
  }
  return reports
}

function singleReport(algorithm: string, measured: readonly Measured[]): Report {
  const [ours, bare] = measured
  const compared = ours && bare
    ? [
      {
        name: 'Kilowit / openssl, per core of server and database',
        ratio: ratio(ours, bare, (turn) => turn.perCpuSecond),
        goal: 0.5,
      },
      { name: 'Kilowit on all cores, with load / openssl on one', ratio: ratio(ours, bare) },
    ]
    : []
  return {
    title: `Ingest: blocks of one reading by ${DEVICES} devices at once, ${algorithm}`,
    unit: 'requests',
    measured,
    ratios: compared,
    notes: [
      'A request is HTTP, parsing, a signature check, a signed acknowledgement and its share of a',
      'commit with fsync. CPU-seconds are those of the server and its Postgres together.',
    ],
  }
}

/** Devices with their channels, some at a time. */
export async function createDevices(
  url: string,
  wanted: number,
  count: number,
  algorithm: Algorithm = 'EdDSA',
): Promise<Device[]> {
  const devices: Device[] = []
  while (devices.length < wanted) {
    const some = Math.min(8, wanted - devices.length)
    devices.push(
      ...await Promise.all(
        Array.from({ length: some }, () => createDevice(url, count, algorithm)),
      ),
    )
  }
  return devices
}

/** Posting prepared blocks; before each turn there are made more than the last one used. */
export function blocks(
  name: string,
  server: Server,
  devices: readonly Device[],
  count: number,
  bounds: Bounds,
): Contender {
  let expected = 0.15 * bounds.milliseconds
  return {
    name,
    turn: async () => {
      for (const device of devices) device.prepare(Math.ceil(expected))
      const result = await turn(server, devices.map(({ ready }) => ready), count, bounds, TAKEN)
      expected = 20 + 1.5 * Math.max(...devices.map((device) => device.used()))
      return result
    },
  }
}

async function turn(
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
