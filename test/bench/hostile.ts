/**
 * What honest callers notice of an attack: the 99th percentile of their waiting, while strangers
 * hold, drip, flood and pour, beside the same without them. Rounds take turns, so that a busy minute
 * of the machine hits both, and the ratio is made within a round.
 *
 * @module
 */
import { closeAll, type Line, memoryOf, open, openMany } from '../hostile/raw.ts'
import { fromNetwork } from '../hostile/siege.ts'
import { cpuOf } from './cpu.ts'
import { startKilowit } from './kilowit.ts'
import { load, request } from './load.ts'
import { type Contender, ratio, sideBySide, type Turn } from './measure.ts'
import type { Bounds, Report } from './report.ts'

const HONEST = 4
const CONNECTIONS = 800
const SETTLE = 1500
const HOST = 'Host: localhost\r\n'

/** An attack under way; what it gives back ends it. */
type Attack = (port: number) => Promise<() => void>

const ATTACKS: Record<string, Attack> = {
  [`${CONNECTIONS} lines that drip headers`]: (port) =>
    held(port, CONNECTIONS, () => `GET /healthz HTTP/1.1\r\n${HOST}X: a`, 'b'),
  [`${CONNECTIONS} lines that drip bodies`]: (port) =>
    held(
      port,
      CONNECTIONS,
      (i) =>
        `POST /v1/identities HTTP/1.1\r\n${HOST}${
          fromNetwork(i)
        }Content-Type: application/cbor\r\n` +
        'Content-Length: 60000\r\n\r\n',
      'x',
    ),
  'bodies of 4 MiB without their last byte': async (port) => {
    const lines = await openMany(
      port,
      60,
      (i) =>
        `POST /v1/channels/AAAAAAAAAAAAAAAAAAAAAA/blocks HTTP/1.1\r\n${HOST}${fromNetwork(i)}` +
        'Content-Type: application/cbor-seq\r\nContent-Length: 4000001\r\n\r\n',
    )
    for (const { socket } of lines) socket.write(Buffer.alloc(4_000_000))
    return () => closeAll(lines)
  },
  'a flood of headers and of nonsense': async (port) => {
    let over = false
    const flood = `GET /healthz HTTP/1.1\r\n${HOST}${'X-Y: z\r\n'.repeat(3000)}\r\n`
    const pour = async () => {
      while (!over) {
        const line = await open(port, flood)
        await line.closed
      }
    }
    for (let i = 0; i < 4; i++) void pour()
    await Promise.resolve()
    return () => {
      over = true
    }
  },
}

export async function benchHostile(bounds: Bounds): Promise<Report[]> {
  const kilowit = await startKilowit()
  try {
    const before = memoryOf(kilowit.pid).now
    const quiet = () => Promise.resolve(() => undefined)
    const all: Record<string, Attack> = { 'quiet': quiet, ...ATTACKS }
    const measured = await sideBySide(
      Object.entries(all).map(([name, attack]): Contender => ({
        name,
        turn: () => turn(kilowit.port, kilowit.pid, attack, bounds),
      })),
      bounds.rounds,
    )
    const [still] = measured
    const { highest } = memoryOf(kilowit.pid)
    return [{
      title: `Honest requests under attack, ${HONEST} connections`,
      unit: 'requests',
      measured,
      ratios: still === undefined ? [] : measured.slice(1).map((one) => ({
        name: `p99 quiet / under ${one.name}`,
        ratio: ratio(still, one, ({ beside }) => beside?.['p99 in ms'] ?? null),
        goal: 0.5,
      })),
      notes: [
        'The attackers run on the same cores as the platform and the honest callers.',
        `Memory of the platform: ${before} MiB before, ${highest} MiB at the highest.`,
      ],
    }]
  } finally {
    await kilowit.close()
  }
}

async function turn(port: number, pid: number, attack: Attack, bounds: Bounds): Promise<Turn> {
  const end = await attack(port)
  try {
    // What is measured is how it is to be under siege, not how fast attackers can connect.
    await new Promise((resolve) => setTimeout(resolve, SETTLE))
    const cpu = cpuOf(pid)
    const bytes = request('GET /v1/operator', [])
    const sources = Array.from({ length: HONEST }, () => () => bytes)
    const { answers, seconds, p50, p99 } = await load(
      port,
      sources,
      bounds.milliseconds,
      'fingerprint',
    )
    const used = cpuOf(pid) - cpu
    return {
      rate: answers / seconds,
      perCpuSecond: answers / used,
      beside: { 'p50 in ms': p50, 'p99 in ms': p99 },
    }
  } finally {
    end()
  }
}

/** Opens so many lines and adds a byte to each from time to time. */
async function held(
  port: number,
  count: number,
  bytes: (index: number) => string,
  drop: string,
): Promise<() => void> {
  const lines: Line[] = await openMany(port, count, bytes)
  const dripping = setInterval(() => {
    for (const { socket } of lines) if (!socket.destroyed) socket.write(drop)
  }, 1000)
  return () => {
    clearInterval(dripping)
    closeAll(lines)
  }
}
