/**
 * Telegrams of the P1 customer port (DSMR 2.2 to 5.0.2 and its dialects) from a stream of bytes,
 * each with its line check, as readings.
 *
 * The CRC is enforced wherever one is printed. DSMR 2.2 and 3.0 have none and are taken with the
 * warning `no-line-check`; any other telegram without one needs the owner's waiver for that meter.
 * A right CRC tells that the line was good, not who sent the telegram. Encrypted telegrams are opened
 * in p1-sealed.ts.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { authenticated } from './ciphering.ts'
import { clockTolerance } from './local-time.ts'
import { readEnvelope, type Sealed } from './p1-envelope.ts'
import { crc16Arc, createFramer, type Frame, type Framed } from './p1-frame.ts'
import { afterLineEnd, endOf, readObjects } from './p1-objects.ts'
import { learnShape, type ReadAlike } from './p1-shape.ts'
import { createReadTime } from './p1-time.ts'
import { type Assurance, maxMeter, type Reading, type Warning } from './reading.ts'
import type { DecoderOptions, Outcome, RefusalReason, Refused, Telegram } from './telegram.ts'
import { hasNoCheck } from './unchecked.ts'

/** @param offset where in the stream it began */
export type P1Out = (found: Outcome | Sealed, offset: number) => void

/** Telegrams in the clear are read as they come; those in an envelope are told as they came. */
export interface P1Reader {
  push(chunk: Uint8Array, out: P1Out): void
  end(out: P1Out): void
  /** Reads a telegram, wherever it comes from. */
  read(frame: Frame, seen: number, origin: Assurance['origin']): Outcome
}

export interface P1Decoder {
  /** Takes bytes as they come, cut anywhere, and tells what they completed. */
  push(chunk: Uint8Array): Outcome[]
  /** Tells that no more bytes follow; the decoder is then as new. */
  end(): Outcome[]
}

/** The beginning of the identification line of a simulated meter: no maker has these letters. */
export const simulatedIdentification = 'XSM5\\2KILOWIT-SIM'

/** Meters send ASCII; this also gives every other byte a character, and never fails. */
const text = new TextDecoder('windows-1252')

function isPlainText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d)
}

export function createP1Reader(options: DecoderOptions): P1Reader {
  const { now, zone, waiveLineCheck = false, capture = false, custody = 'software' } = options
  const framer = createFramer()
  const readTime = createReadTime(zone)
  /** For telegrams that look like the newest one. */
  let readAlike: ReadAlike | null = null
  /** Of the newest one that was read in full. */
  let lengthBefore = 0

  function decode(frame: Frame): Outcome {
    const seen = now()
    const alike = readAlike === null ? null : readAlike(frame, seen)
    return alike === null ? read(frame, seen, 'plain') : { kind: 'telegram', telegram: alike }
  }

  function read(frame: Frame, seen: number, origin: Assurance['origin']): Outcome {
    const { raw, body, printed } = frame
    const refuse = (reason: RefusalReason): Outcome => {
      return { kind: 'refused', reason, offset: frame.offset, length: raw.length }
    }
    const checked = printed !== null
    // Without a check, a byte that no P1 meter sends is all the line can tell of its noise.
    if (!checked && !isPlainText(raw)) return refuse('not-this-protocol')
    if (checked && printed !== crc16Arc(raw.subarray(0, body))) return refuse('line-check-failed')
    const printout = text.decode(raw.subarray(0, body - 1))
    const end = endOf(printout, 0)
    const identification = printout.slice(1, end).trim()
    if (identification.length > maxMeter) return refuse('too-long')
    const assurance: Assurance = { line: checked ? 'crc' : 'none', origin, custody }
    const from = afterLineEnd(printout, end)
    const objects = readObjects(printout, from, identification, readTime, seen, assurance)
    if (objects === null) return refuse('too-long')
    const [main, ...subMeters] = objects.readings
    if (main === undefined || main.registers.length === 0) return refuse('not-this-protocol')
    const isWaived = waiveLineCheck || (capture && hasNoCheck(printout.slice(from)))
    if (!checked && !objects.beforeCrc && !isWaived) return refuse('line-check-missing')

    const common: Warning[] = []
    if (!checked) common.push(objects.beforeCrc ? 'no-line-check' : 'line-check-waived')
    if (identification.startsWith(simulatedIdentification)) common.push('simulated')
    const unnamed: Warning[] = main.meter === identification ? ['meter-unnamed'] : []
    const differs = main.clock !== 'device' && Math.abs(main.at - seen) > clockTolerance
    const last: Warning[] = differs ? ['clock-differs'] : []
    const mark = (reading: Reading, ...warnings: Warning[]): Reading => {
      return { ...reading, warnings: [...reading.warnings, ...warnings] }
    }
    const telegram: Telegram = {
      protocol: 'p1',
      identification,
      version: objects.version,
      readings: [
        mark(main, ...unnamed, ...common, ...last),
        ...subMeters.map((reading) => mark(reading, ...common)),
      ],
      raw,
      check: checked ? 'crc' : 'none',
    }
    if (origin !== 'plain') return { kind: 'telegram', telegram }
    // What comes once may not come again.
    readAlike = raw.length === lengthBefore ? learnShape(telegram, body, objects.places) : null
    lengthBefore = raw.length
    return { kind: 'telegram', telegram }
  }

  const taking = (out: P1Out) => (found: Framed) =>
    out(found.kind === 'frame' ? decode(found) : found, found.offset)

  return {
    push: (chunk, out) => framer.push(chunk, taking(out)),
    end: (out) => framer.end(taking(out)),
    read,
  }
}

/** Reads what is in the clear, at once; for what is encrypted it has no keys. */
export function createP1Decoder(options: DecoderOptions): P1Decoder {
  const reader = createP1Reader(options)
  function collect(run: (out: P1Out) => void): Outcome[] {
    const outcomes: Outcome[] = []
    run((found) => outcomes.push(found.kind === 'sealed' ? refuseSealed(found) : found))
    return outcomes
  }
  return {
    push: (chunk) => collect((out) => reader.push(chunk, out)),
    end: () => collect((out) => reader.end(out)),
  }
}

/** Why an encrypted telegram is not read where there is no key. */
export function refuseSealed(sealed: Sealed): Refused {
  const { raw, body, printed, offset } = sealed
  const refuse = (reason: RefusalReason, system?: Bytes): Refused => {
    const named = system === undefined ? {} : { system }
    return { kind: 'refused', reason, offset, length: raw.length, ...named }
  }
  if (body !== null && printed === null) return refuse('line-check-missing')
  if (body !== null && printed !== crc16Arc(raw.subarray(0, body))) {
    return refuse('line-check-failed')
  }
  const found = readEnvelope(sealed)
  if (found === null) return refuse('unknown-form')
  const { system, control } = found
  return refuse(control === authenticated ? 'key-missing' : 'security-unsupported', system)
}
