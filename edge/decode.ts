/**
 * `npm run -s decode -- [--protocol auto|p1|…] [--key HEX] [--auth-key HEX] [--zone ZONE]
 * [--waive-line-check] FILE|-`: prints what a capture of a meter's line says, a line of JSON for each
 * reading and for each stretch that was refused, in order. Asks nobody and sends nothing. Ends with 0
 * when every byte was accounted for, 1 when something was refused, 2 when there was nothing to
 * decode.
 *
 * @module
 */
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { type Bytes, concat, fromHex } from '../shared/bytes.ts'
import { decodeCapture } from '../shared/meter/capture.ts'
import { restoreLineEnds } from '../shared/meter/p1-frame.ts'
import { importMeterKey, type MeterKey } from '../shared/meter/meter-key.ts'
import type { Reading } from '../shared/meter/reading.ts'
import { type Outcome, type Protocol, PROTOCOLS } from '../shared/meter/telegram.ts'
import { runCommand, unreadable, UseError } from './command.ts'
import { bytesOf } from './decode-text.ts'

const USAGE = `Usage: npm run -s decode -- [--protocol auto|${PROTOCOLS.join('|')}]
       [--key HEX] [--auth-key HEX] [--zone ZONE] [--waive-line-check] FILE|-
FILE is what came off a meter's line, as bytes or as hex; - reads it from the standard input.
ZONE, such as Europe/Vilnius, is where the meter is, for a clock that does not tell its offset`

const CR = 0x0d
const LF = 0x0a
const BANG = 0x21

/** A day of telegrams each second is less. */
const MOST = 256 * 1024 ** 2

await runCommand(main)

async function main(args: readonly string[]): Promise<number> {
  const { protocol, key, zone, waiveLineCheck, path } = await parse(args)
  const { bytes, place } = captureOf(await read(path))
  if (bytes.length === 0) throw new UseError(`"${path}" is empty: record what the meter sends`)
  const outcomes = await decodeCapture(bytes, protocol, {
    now: () => Math.floor(Date.now() / 1000),
    key: () => key,
    ...(zone === undefined ? {} : { zone }),
    waiveLineCheck,
  })
  for (const outcome of outcomes) {
    for (const line of linesOf(outcome, place)) process.stdout.write(`${JSON.stringify(line)}\n`)
  }
  return outcomes.length > 0 && outcomes.every(({ kind }) => kind === 'telegram') ? 0 : 1
}

interface Command {
  readonly protocol: Protocol | 'auto'
  readonly key: MeterKey | null
  readonly zone: string | undefined
  readonly waiveLineCheck: boolean
  readonly path: string
}

async function parse(args: readonly string[]): Promise<Command> {
  const text = { type: 'string' } as const
  let parsed
  try {
    parsed = parseArgs({
      args: [...args],
      options: {
        protocol: text,
        key: text,
        'auth-key': text,
        zone: text,
        'waive-line-check': { type: 'boolean' },
      },
      allowPositionals: true,
    })
  } catch {
    throw new UseError(USAGE)
  }
  const { values, positionals } = parsed
  const [path, ...more] = positionals
  const protocol = ['auto' as const, ...PROTOCOLS].find((one) =>
    one === (values.protocol ?? 'auto')
  )
  if (positionals.length > 2 && positionals.slice(0, -1).every(isPair)) {
    throw new UseError('The key has white space in it: put it in quotes')
  }
  if (path === undefined || more.length > 0 || protocol === undefined) throw new UseError(USAGE)
  const encryption = keyOf('--key', values.key)
  const authentication = keyOf('--auth-key', values['auth-key'])
  if (encryption === null && authentication !== null) {
    throw new UseError('--auth-key only checks who sent a telegram: give --key too, to open it')
  }
  const key = encryption === null ? null : await importMeterKey(encryption, authentication)
  const waiveLineCheck = values['waive-line-check'] === true
  return { protocol, key, zone: zoneOf(values.zone), waiveLineCheck, path }
}

function zoneOf(name: string | undefined): string | undefined {
  if (name === undefined) return name
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone
  } catch {
    throw new UseError(`There is no time zone "${name}": give one such as Europe/Vienna`)
  }
}

function isPair(text: string): boolean {
  return /^[0-9a-f]{2,8}$/i.test(text)
}

/** The value itself is not repeated: it is a secret. */
function keyOf(name: string, text: string | undefined): Bytes | null {
  if (text === undefined) return null
  const digits = text.replace(/[\s:-]/g, '')
  if (!/^[0-9a-f]{32}$/i.test(digits)) {
    const given = /^[0-9a-f]*$/i.test(digits)
      ? `these are ${digits.length}`
      : 'not all of these are'
    throw new UseError(
      `${name} takes 32 hex digits, and ${given}: copy it again from where your operator shows it`,
    )
  }
  return fromHex(digits.toLowerCase())
}

async function read(path: string): Promise<Bytes> {
  const chunks: Uint8Array[] = []
  let length = 0
  try {
    // Read to its end, which a line does not have.
    if (path !== '-' && (await stat(path)).isCharacterDevice()) {
      throw new UseError(
        `"${path}" is a line, not a recording: record it first, as docs/meters.md shows`,
      )
    }
    const source: AsyncIterable<Uint8Array> = path === '-' ? process.stdin : createReadStream(path)
    for await (const chunk of source) {
      length += chunk.length
      if (length > MOST) {
        throw new UseError(`"${path}" is over 256 MiB: cut it, and decode one part after the other`)
      }
      chunks.push(chunk)
    }
  } catch (error) {
    if (error instanceof UseError) throw error
    if (/^[0-9a-f]{32}$/i.test(path)) {
      throw new UseError('There is no such file: a key goes behind --key')
    }
    throw unreadable(path, error)
  }
  return concat(...chunks)
}

interface Capture {
  readonly bytes: Bytes
  /** Where in what was given a byte of these is. */
  readonly place: (offset: number) => number
}

/**
 * Text that lost the CR of its line ends on its way has it again: checks are over them too. So has
 * text whose last line end was lost behind the `!` that ends a telegram.
 */
function captureOf(file: Bytes): Capture {
  const raw = bytesOf(file)
  const isText = raw.every((byte) => byte === CR || byte === LF || byte >= 0x20 && byte < 0x7f)
  const isUnix = isText && raw.includes(LF) && !raw.includes(CR)
  const lost = isText && raw.at(-1) === BANG ? [LF] : []
  const bytes = concat(raw, Uint8Array.from(lost))
  if (!isUnix) return { bytes, place: (offset) => offset }
  const restored = restoreLineEnds(bytes)
  let counted = 0
  let added = 0
  // Outcomes come in order, and are counted on from the one before.
  const given = (offset: number) => {
    if (offset < counted) [counted, added] = [0, 0]
    for (; counted < offset; counted++) added += Number(restored[counted] === CR)
    return offset - added
  }
  return { bytes: restored, place: given }
}

function linesOf(outcome: Outcome, place: (offset: number) => number): readonly object[] {
  if (outcome.kind === 'telegram') return outcome.telegram.readings.map(readingOf)
  const { reason, offset } = outcome
  const hint = reason === 'line-check-missing' ? 'waive-line-check' : outcome.hint
  return [{ refused: { reason, offset: place(offset), ...(hint === undefined ? {} : { hint }) } }]
}

/** The time is null where the meter does not say it. */
function readingOf({ meter, at, clock, assurance, registers, texts, warnings }: Reading): object {
  const time = clock === 'device' ? null : new Date(at * 1000).toISOString().replace('.000Z', 'Z')
  const { line, origin } = assurance
  // A capture is read at another time than it was made.
  const doubts = warnings.filter((warning) => warning !== 'clock-differs')
  return {
    reading: {
      meter,
      time,
      clock,
      assurance: { line, origin },
      registers,
      texts,
      warnings: doubts,
    },
  }
}
