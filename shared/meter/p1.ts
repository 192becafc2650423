/**
 * Telegrams of the P1 customer port (DSMR 2.2 to 5.0.2 and its dialects) from a stream of bytes,
 * each with its line check, as readings.
 *
 * The CRC is enforced wherever one is printed. DSMR 2.2 and 3.0 have none and are taken with the
 * warning `no-line-check`; any other telegram without one needs the owner's waiver for that meter.
 * A right CRC tells that the line was good, not who sent the telegram.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { createFramer, type Frame, type FrameRefusal } from './p1-frame.ts'
import { maxLines, readObjects } from './p1-objects.ts'
import { createReadTime } from './p1-time.ts'
import type { Assurance, Reading, Warning } from './reading.ts'

export interface P1Telegram {
  /** The identification line without `/`. */
  readonly identification: string
  /** `4.2`, `5.0`; null before DSMR 4.0 and where the dialect does not say. */
  readonly version: string | null
  /** The main meter, then every sub-meter. */
  readonly readings: readonly [Reading, ...Reading[]]
  /** The telegram as it came, from `/` to the end of the line of `!`. */
  readonly raw: Bytes
  readonly check: 'crc' | 'none'
}

export type P1Reason =
  /** The CRC printed is not the CRC of what came, or cannot be read. */
  | 'line-check-failed'
  /** No CRC, though the dialect has one, and no waiver. */
  | 'line-check-missing'
  /** No end within 16 KiB, or more lines than any meter has. */
  | 'too-long'
  /** The next telegram, or the end of the stream, came before the end of this one. */
  | 'truncated'
  /** 16 KiB without a telegram, or a telegram without P1 objects. */
  | 'not-p1'

export type P1Outcome =
  | { readonly kind: 'telegram'; readonly telegram: P1Telegram }
  | {
    readonly kind: 'refused'
    readonly reason: P1Reason
    /** Where in the stream the refused bytes begin, and how many they are. */
    readonly offset: number
    readonly length: number
  }

export interface P1Options {
  /** The reader's clock, whole seconds since 1970-01-01T00:00:00Z. */
  readonly now: () => number
  /** The IANA zone of the meter, for time stamps that do not say `S` or `W`. @default {'Europe/Amsterdam'} */
  readonly zone?: string
  /** The owner takes telegrams of this meter without a CRC. @default {false} */
  readonly waiveLineCheck?: boolean
  /** Where the key that will seal the readings is kept. @default {'software'} */
  readonly custody?: Assurance['custody']
}

export interface P1Decoder {
  /** Takes bytes as they come, cut anywhere, and tells what they completed. */
  push(chunk: Uint8Array): P1Outcome[]
  /** Tells that no more bytes follow; the decoder is then as new. */
  end(): P1Outcome[]
}

/** The beginning of the identification line of a simulated meter: no maker has these letters. */
export const simulatedIdentification = 'XSM5\\2KILOWIT-SIM'

/** A meter's clock may drift; more than this and the owner should know. */
const clockTolerance = 60

/** Meters send ASCII; this also gives every other byte a character, and never fails. */
const text = new TextDecoder('windows-1252')

function isPlainText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => (byte >= 0x20 && byte < 0x7f) || byte === 0x0a || byte === 0x0d)
}

export function createP1Decoder(options: P1Options): P1Decoder {
  const { now, zone, waiveLineCheck = false, custody = 'software' } = options
  const framer = createFramer()
  const readTime = createReadTime(zone)

  function decode(frame: Frame): P1Outcome {
    const { raw, body, printed, offset } = frame
    const refuse = (reason: P1Reason): P1Outcome => {
      return { kind: 'refused', reason, offset, length: raw.length }
    }
    const checked = printed !== ''
    // Without a check, a byte that no P1 meter sends is all the line can tell of its noise.
    if (!checked && !isPlainText(raw)) return refuse('not-p1')
    if (checked && !(/^[0-9A-Fa-f]{1,4}$/.test(printed) && parseInt(printed, 16) === frame.crc)) {
      return refuse('line-check-failed')
    }
    const [head = '', ...lines] = text.decode(raw.subarray(0, body - 1)).split(/\r\n|\r|\n/)
    if (lines.length > maxLines) return refuse('too-long')
    const identification = head.slice(1).trim()
    const assurance: Assurance = { line: checked ? 'crc' : 'none', origin: 'plain', custody }
    const seen = now()
    const objects = readObjects(lines, identification, readTime, seen, assurance)
    const [main, ...subMeters] = objects.readings
    if (main === undefined || main.registers.length === 0) return refuse('not-p1')
    if (!checked && !objects.beforeCrc && !waiveLineCheck) return refuse('line-check-missing')

    const common: Warning[] = []
    if (!checked) common.push(objects.beforeCrc ? 'no-line-check' : 'line-check-waived')
    if (identification.startsWith(simulatedIdentification)) common.push('simulated')
    const differs = main.clock !== 'device' && Math.abs(main.at - seen) > clockTolerance
    const first: Warning[] = differs ? ['clock-differs'] : []
    if (main.meter === identification) first.push('meter-unnamed')
    const mark = (reading: Reading, warnings: readonly Warning[]): Reading => {
      return { ...reading, warnings: [...reading.warnings, ...warnings] }
    }
    return {
      kind: 'telegram',
      telegram: {
        identification,
        version: objects.version,
        readings: [
          mark(main, [...first, ...common]),
          ...subMeters.map((reading) => mark(reading, common)),
        ],
        raw,
        check: checked ? 'crc' : 'none',
      },
    }
  }

  function collect(run: (out: (found: Frame | FrameRefusal) => void) => void): P1Outcome[] {
    const outcomes: P1Outcome[] = []
    run((found) => outcomes.push(found.kind === 'frame' ? decode(found) : found))
    return outcomes
  }

  return {
    push: (chunk) => collect((out) => framer.push(chunk, out)),
    end: () => collect((out) => framer.end(out)),
  }
}
