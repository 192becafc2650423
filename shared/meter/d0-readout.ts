/**
 * Asking a meter at its optical interface for all it has (IEC 62056-21, data readout of modes A, B,
 * C, and of E where it offers one): request, identification, the change of the baud rate, the block
 * with its check, and asking again where it was damaged.
 *
 * A line can only be closed and opened again to change its rate, and what the meter says meanwhile
 * is lost. So the block is asked for again at the new rate; and where that does not help, the meter
 * is asked to stay at 300, which is slow and always works.
 *
 * @module
 */
import { type Bytes, concat } from '../bytes.ts'
import { type Identification, maxIdentification, readIdentification } from './d0-identification.ts'
import { d0Line, type DuplexLine } from './line.ts'

export interface ReadoutOptions {
  /** Of the meter, where several are on one line: up to 32 printable characters. @default {''} */
  readonly address?: string
  /** Stay at 300: this meter could not be followed to another rate before. @default {false} */
  readonly stay?: boolean
  readonly wait: (milliseconds: number) => Promise<void>
  /** How many bytes of the block came so far, for who waits a minute for it. */
  readonly progress?: (bytes: number) => void
}

export type Readout =
  | {
    readonly kind: 'read'
    readonly identification: Identification
    /** Identification and block as they came off the line, for the decoder. */
    readonly raw: Bytes
    readonly baudRate: number
  }
  | {
    readonly kind: 'failed'
    /**
     * `silence`: nothing answered; `noise`: what answered is no identification; `damaged`: no block
     * whose check holds came.
     */
    readonly why: 'silence' | 'noise' | 'damaged'
  }

const ACK = 0x06
const NAK = 0x15
const STX = 0x02
const ETX = 0x03
const LF = 0x0a

/** A meter answers within 1.5 s, and pauses no longer in between (section 6.3.13); a head adds some. */
const REACTION = 2000
const TRIES = 3
/** Ten bits each. */
const CHARACTER_AT_300 = 1000 / 30
/** Over a quarter of an hour at 300. */
const MAX_BLOCK = 32 * 1024

export async function readOut(line: DuplexLine, options: ReadoutOptions): Promise<Readout> {
  let why: 'silence' | 'noise' | 'damaged' = 'silence'
  for (let tried = 0; tried < TRIES; tried++) {
    const stay = options.stay === true || tried > 0
    const found = await identify(line, options.address ?? '')
    if (typeof found === 'string') {
      if (why === 'silence') why = found
      continue
    }
    const baudRate = await follow(line, found.identification, stay, options)
    const canRepeat = found.identification.mode === 'C'
    const begun = baudRate === 300 ? found.rest : new Uint8Array(0)
    const block = await readBlock(line, begun, canRepeat ? TRIES : 1, options.progress)
    if (block !== null) {
      const { identification } = found
      return { kind: 'read', identification, raw: concat(found.line, block), baudRate }
    }
    why = 'damaged'
  }
  return { kind: 'failed', why }
}

interface Identified {
  readonly identification: Identification
  /** With its line end. */
  readonly line: Bytes
  /** What came behind it: meters of mode A go on at once. */
  readonly rest: Bytes
}

async function identify(
  line: DuplexLine,
  address: string,
): Promise<Identified | 'silence' | 'noise'> {
  await line.open(d0Line(300))
  const request = ascii(`/?${address}!\r\n`)
  await line.write(request)
  let heard: Bytes = new Uint8Array(0)
  for (;;) {
    const chunk = await line.read(REACTION)
    // The head sees its own light.
    const echo = startsWith(heard, request) ? request.length : 0
    if (chunk === null) return heard.length === echo ? 'silence' : 'noise'
    heard = concat(heard, chunk)
    const rest = startsWith(heard, request) ? heard.subarray(request.length) : heard
    const start = rest.indexOf(0x2f)
    const end = rest.indexOf(LF, start)
    if (start >= 0 && end > start) {
      const text = rest.subarray(start, rest[end - 1] === 0x0d ? end - 1 : end)
      const identification = readIdentification(new Uint8Array(text))
      if (identification === null) return 'noise'
      return { identification, line: rest.slice(start, end + 1), rest: rest.slice(end + 1) }
    }
    if (rest.length > request.length + 2 * maxIdentification) return 'noise'
  }
}

/** @returns the baud rate at which the block comes */
async function follow(
  line: DuplexLine,
  { mode, rate, baudRate }: Identification,
  stay: boolean,
  { wait }: ReadoutOptions,
): Promise<number> {
  if (mode === 'A') return 300
  if (mode === 'C') {
    // Protocol 0, the rate, and 0 for data readout (section 6.3.3).
    const acknowledgement = ascii(`\x060${stay ? '0' : rate}0\r\n`)
    await line.write(acknowledgement)
    if (stay) return 300
    // What was given to the driver has not left yet.
    await wait(acknowledgement.length * CHARACTER_AT_300)
  }
  if (baudRate !== 300) await line.open(d0Line(baudRate))
  return baudRate
}

/** From STX on; null where none came whose check holds. */
async function readBlock(
  line: DuplexLine,
  begun: Bytes,
  tries: number,
  progress: (bytes: number) => void = () => undefined,
): Promise<Bytes | null> {
  for (let tried = 0; tried < tries; tried++) {
    if (tried > 0) await line.write(Uint8Array.of(NAK))
    const block = await collectBlock(line, tried > 0 ? new Uint8Array(0) : begun, progress)
    if (block === null) continue
    if (tries > 1) await line.write(Uint8Array.of(ACK))
    return block
  }
  return null
}

async function collectBlock(
  line: DuplexLine,
  begun: Bytes,
  progress: (bytes: number) => void,
): Promise<Bytes | null> {
  const heard = new Uint8Array(MAX_BLOCK)
  let length = 0
  for (let chunk: Uint8Array | null = begun; chunk !== null; chunk = await line.read(REACTION)) {
    if (length + chunk.length > MAX_BLOCK) return null
    heard.set(chunk, length)
    length += chunk.length
    progress(length)
    const end = heard.indexOf(ETX)
    // The check follows the end.
    if (end < 0 || end + 1 >= length) continue
    const start = heard.lastIndexOf(STX, end)
    const holds = start >= 0 && blockCheck(heard, start + 1, end + 1) === heard[end + 1]
    return holds ? heard.slice(start, end + 2) : null
  }
  return null
}

/** Section 6.3.12 and ISO 1155: all bytes after STX up to and with ETX, exclusive-or, seven bits. */
export function blockCheck(bytes: Uint8Array, from: number, to: number): number {
  let check = 0
  for (let i = from; i < to; i++) check ^= bytes[i] ?? 0
  return check & 0x7f
}

function ascii(text: string): Bytes {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

function startsWith(bytes: Uint8Array, beginning: Uint8Array): boolean {
  return bytes.length >= beginning.length && beginning.every((byte, i) => bytes[i] === byte)
}
