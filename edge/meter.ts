/**
 * `npm run meter -- --list` and `npm run meter -- NAME [--tcp PORT | --pty] [--seed N]`: one simulated
 * meter on its real line protocol, for demonstration, tests and experiments. Says where it is, with
 * which key it is read and what to run beside it, and plays until it is stopped. Ends with 0 when
 * stopped, 1 when it could not be played, 2 when it was not clear what to play.
 *
 * @module
 */
import process from 'node:process'
import { parseArgs } from 'node:util'
import { toHex } from '../shared/bytes.ts'
import { lineText } from '../shared/meter/line.ts'
import { besides } from './meter/beside.ts'
import { type NamedMeter, namedMeters } from './meter/names.ts'
import { PseudoTerminalError } from './meter/pseudo-terminal.ts'
import { playOnTerminal, playOverTcp, PortError, type Stage } from './meter/stage.ts'

const NOT_PLAYED = 1
const UNCLEAR = 2

const USAGE = [
  'Usage: npm run meter -- NAME [--tcp PORT | --pty] [--seed N]',
  '       npm run meter -- --list',
  '--tcp PORT plays on 127.0.0.1 (0: any port that is free), --pty on a pseudo-terminal',
  '--seed N plays another household, whose meter has another number; each NAME has one of its own',
]

interface Asked {
  readonly name: string
  readonly meter: NamedMeter
  /** Null: on a pseudo-terminal. */
  readonly port: number | null
  readonly seed: number
}

await main(process.argv.slice(2))

async function main(args: readonly string[]): Promise<void> {
  const asked = understand(args)
  if (asked === 'list') {
    say(list())
  } else if (Array.isArray(asked)) {
    complain(asked, UNCLEAR)
  } else {
    await play(asked)
  }
}

/** What is wanted, or sentences that say what to do instead. */
function understand(args: readonly string[]): Asked | 'list' | string[] {
  let parsed
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        list: { type: 'boolean' },
        pty: { type: 'boolean' },
        seed: { type: 'string' },
        tcp: { type: 'string' },
      },
    })
  } catch {
    return USAGE
  }
  const { positionals: [name, ...more], values: { list: isList, pty, seed, tcp } } = parsed
  if (isList) return 'list'
  if (name === undefined || more.length > 0) return USAGE
  const meter = namedMeters.get(name)
  if (meter === undefined) {
    const names = [...namedMeters.keys()].join(', ')
    return [`There is no simulated meter "${name}": choose from ${names}`]
  }
  if (tcp !== undefined && pty) return ['Choose one of --tcp and --pty']
  const port = tcp === undefined ? null : Number(tcp)
  if (port === null && meter.line === null) {
    return [`${name} is spoken to over TCP alone: add --tcp 1502, or --tcp 0 for any free port`]
  }
  if (port !== null && !(/^\d{1,5}$/.test(tcp ?? '') && port <= 65_535)) {
    return [`"${tcp}" is no port: give --tcp a number from 1 to 65535, or 0 for any that is free`]
  }
  if (seed !== undefined && !/^[1-9]\d{0,2}$/.test(seed)) {
    return [`"${seed}" is no seed: give --seed a number from 1 to 999`]
  }
  return { name, meter, port, seed: seed === undefined ? seedOf(name) : Number(seed) }
}

/** One of its own, so that two meters are never taken for one. */
function seedOf(name: string): number {
  return [...namedMeters.keys()].indexOf(name) + 1
}

function list(): string[] {
  const rows = [...namedMeters].map(([name, { what, line, play }]) => {
    const { voice } = play(seedOf(name))
    const how = voice.kind === 'pushes' ? `pushes every ${voice.every} s` : voice.kind
    return [name, line === null ? 'TCP' : lineText(line), how, what]
  })
  const head = ['NAME', 'LINE', 'SPEAKS', 'WHAT IT IS']
  const widths = head.map((_, i) => Math.max(...[head, ...rows].map((row) => row[i]?.length ?? 0)))
  return [head, ...rows].map((row) =>
    row.map((cell, i) => i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0)).join('  ')
  )
}

async function play({ name, meter, port, seed }: Asked): Promise<void> {
  const { meters, voice, key, authenticationKey } = meter.play(seed)
  const stopped = new AbortController()
  let stage: Stage
  try {
    stage = port === null && meter.line !== null
      ? await playOnTerminal(voice, meter.line.baudRate, () => {
        complain(['The pseudo-terminal went away: start the meter again'], NOT_PLAYED)
        stopped.abort()
      })
      : await playOverTcp(voice, port ?? 0)
  } catch (error) {
    if (!(error instanceof PseudoTerminalError || error instanceof PortError)) throw error
    return complain([error.message], NOT_PLAYED)
  }
  const { where } = stage
  say([
    `Simulated: ${name}, ${meter.what}`,
    `Where: ${where}${port === null && meter.line !== null ? `, ${lineText(meter.line)}` : ''}`,
    `Meter: ${meters.join(', ')}`,
    ...(key === undefined ? [] : [`Key: ${toHex(key)}`]),
    ...(authenticationKey === undefined ? [] : [`Authentication key: ${toHex(authenticationKey)}`]),
    ...besides({ name, protocol: meter.protocol, where, key, authenticationKey, zone: meter.zone }),
    'Ctrl-C stops it',
  ])
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopped.abort())
  stopped.signal.addEventListener('abort', () => stage.close())
}

function say(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}

function complain(lines: readonly string[], code: number): void {
  process.stderr.write(`${lines.join('\n')}\n`)
  process.exitCode = code
}
