/**
 * `npm run -s gateway -- pair|read [--data DIR] …`: the reader for a place where no browser can stay
 * open. Ends with 0 when stopped or paired, 1 when it could not go on, 2 when it was not clear what
 * to do, 3 when its owner has let it go.
 *
 * @module
 */
import { hostname } from 'node:os'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { createClient } from '../shared/api/client.ts'
import { ApiProblem, Unreachable } from '../shared/api/transport.ts'
import { isZone } from '../shared/meter/zone.ts'
import { printable } from '../shared/printable.ts'
import { GatewayError, lockFolder } from './files.ts'
import { loadSelf, type Self } from './identity.ts'
import { pairGateway } from './pair.ts'
import { LET_GO, readMeters } from './read.ts'
import { serialSource, simulatedSource, type Source } from './source.ts'
import { loadState } from './state.ts'

const COULD_NOT = 1
const UNCLEAR = 2
const WAS_LET_GO = 3

const USAGE = [
  'Usage: npm run -s gateway -- pair --platform URL (--simulated | --port PATH) [--name NAME]',
  '       npm run -s gateway -- read (--simulated | --port PATH)',
  '--port /dev/ttyUSB0 is the serial port with the meter, --simulated plays one',
  '--data DIR keeps keys and readings (./gateway-data), --zone Europe/Vienna is that of the meter: a ' +
  'name of the IANA time zones',
]

/** What the owner has changed is asked for each minute. */
const LOOK_EVERY = 60_000

const now = () => Math.floor(Date.now() / 1000)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const say = (line: string) => void process.stdout.write(`${printable(line)}\n`)
const warn = (line: string) => void process.stderr.write(`${printable(line)}\n`)

// What waits for its hour to be sealed is kept, and must not keep the process.
process.exit(await main(process.argv.slice(2)))

async function main(args: readonly string[]): Promise<number> {
  const asked = understand(args)
  if (asked === null) {
    for (const line of USAGE) warn(line)
    return UNCLEAR
  }
  const stopped = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stopped.abort())
  try {
    const unlock = await lockFolder(asked.folder)
    try {
      await (asked.command === 'pair' ? pair : read)(asked, stopped.signal)
    } finally {
      await unlock()
    }
    return 0
  } catch (error) {
    const sentence = sentenceOf(error)
    if (sentence === null) throw error
    warn(sentence)
    return sentence === LET_GO ? WAS_LET_GO : COULD_NOT
  }
}

interface Asked {
  readonly command: 'pair' | 'read'
  readonly folder: string
  readonly platform: string
  readonly name: string
  readonly zone: string
  readonly source: Source
  readonly lookEvery: number
}

function understand(args: readonly string[]): Asked | null {
  let parsed
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        data: { type: 'string' },
        platform: { type: 'string' },
        name: { type: 'string' },
        zone: { type: 'string' },
        port: { type: 'string' },
        simulated: { type: 'boolean' },
        'look-every': { type: 'string' },
      },
    })
  } catch {
    return null
  }
  const { positionals: [command, ...more], values } = parsed
  if ((command !== 'pair' && command !== 'read') || more.length > 0) return null
  const { data = './gateway-data', platform = '', port, simulated = false } = values
  if ((port === undefined) === !simulated) return null
  if (command === 'pair' && !/^https?:\/\//.test(platform)) return null
  const { zone = Intl.DateTimeFormat().resolvedOptions().timeZone, name = hostname() } = values
  if (!isZone(zone)) return null
  const options = { now, zone, say }
  return {
    command,
    folder: data,
    platform: platform.replace(/\/$/, ''),
    name,
    zone,
    source: port === undefined ? simulatedSource(options) : serialSource(port, options),
    lookEvery: Number(values['look-every'] ?? LOOK_EVERY / 1000) * 1000 || LOOK_EVERY,
  }
}

async function pair(asked: Asked, signal: AbortSignal): Promise<void> {
  const { folder, platform, name, zone, source } = asked
  const client = (self: Self) => clientOf(platform, self)
  await pairGateway({ folder, platform, name, zone, source, client, now, random, say, signal })
}

async function read({ folder, source, lookEvery }: Asked, signal: AbortSignal): Promise<void> {
  const [self, state] = [await loadSelf(folder), await loadState(folder)]
  if (state?.phase === 'ended') throw new GatewayError(LET_GO)
  if (self === undefined || state?.phase !== 'paired') {
    throw new GatewayError('This gateway is not paired: npm run -s gateway -- pair')
  }
  const client = clientOf(state.platform, self)
  await readMeters({ folder, self, state, source, client, now, random, say, signal, lookEvery })
}

function clientOf(url: string, self: Self) {
  return createClient({
    url,
    fetch: (to, init) => fetch(to, init),
    now,
    random,
    signer: self.signer,
  })
}

/** Null for a fault of ours. */
function sentenceOf(error: unknown): string | null {
  if (error instanceof GatewayError) return error.message
  if (error instanceof Unreachable) {
    return 'The platform cannot be reached: check the network and --platform, and try again'
  }
  return error instanceof ApiProblem ? `The platform says: ${error.message}` : null
}
