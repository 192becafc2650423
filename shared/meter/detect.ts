/**
 * Which meter is at the other end, by listening only: each likely line setting for a while, until a
 * whole telegram was heard. What cannot be read yet is still told apart, so that people
 * learn what to do instead of waiting.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { type LineSettings, pushLines } from './line.ts'
import { createP1Decoder } from './p1.ts'

/** What was heard while listening; `faults` counts framing and parity errors and breaks. */
export interface Heard {
  readonly bytes: Bytes
  readonly faults: number
}

/**
 * Opens the line and listens for that long, or shorter: as soon as `enough` (to be told all bytes
 * in order) says so, nothing more needs to be heard.
 */
export type Listen = (
  settings: LineSettings,
  milliseconds: number,
  enough: (chunk: Uint8Array) => boolean,
) => Promise<Heard>

/** Findings without a meter that can be read, the more telling one first. */
const findings = [
  /** Luxembourg, Styria: P1 under AES-GCM. */
  'encrypted-p1',
  'sml',
  'hdlc',
  'm-bus',
  /** Siemens TD-351x of Netz Oberösterreich, which waits for an answer. */
  'amis',
  /** P1 telegrams, each with a wrong CRC: a bad cable or two readers on one port. */
  'p1-damaged',
  /** Framing faults, or only 00 and FF: the cable does not invert, or the parity is wrong. */
  'levels',
  /** Bytes without a pattern that is known. */
  'unknown',
  'silence',
] as const

export type Finding = (typeof findings)[number]

export type Detection =
  | {
    readonly kind: 'found'
    readonly protocol: 'p1'
    readonly settings: LineSettings
    /** `missing`: this meter has no CRC where it should, and the owner has to waive it. */
    readonly check: 'crc' | 'none' | 'missing'
  }
  | {
    readonly kind: 'not-found'
    readonly finding: Finding
    /** Where the finding was made; undefined for silence. */
    readonly settings?: LineSettings
  }

type P1Check = 'crc' | 'none' | 'missing' | 'failed'

/** Listens for P1, both as the line is set and as 7E1 heard through 8N1. */
function createP1Ear(settings: LineSettings) {
  const options = { now: () => 0 }
  const plain = createP1Decoder(options)
  const stripped = createP1Decoder(options)
  // 7E1 and 8N1 are both ten bits a byte, so 7E1 is heard as seven bits with the parity above.
  const asEven = settings.dataBits === 8 && settings.parity === 'none'
  let seenHigh = false
  const best: { settings: LineSettings; check: P1Check | null } = { settings, check: null }
  const ranks: readonly (P1Check | null)[] = [null, 'failed', 'missing', 'none', 'crc']
  const note = (check: P1Check, under: LineSettings): void => {
    if (ranks.indexOf(check) <= ranks.indexOf(best.check)) return
    best.check = check
    best.settings = under
  }
  const hear = (decoder: typeof plain, chunk: Uint8Array, under: LineSettings): void => {
    for (const outcome of decoder.push(chunk)) {
      if (outcome.kind === 'telegram') note(outcome.telegram.check, under)
      else if (outcome.reason === 'line-check-missing') note('missing', under)
      else if (outcome.reason === 'line-check-failed') note('failed', under)
    }
  }
  return {
    best,
    push(chunk: Uint8Array): boolean {
      hear(plain, chunk, settings)
      if (asEven) {
        seenHigh ||= chunk.some((byte) => byte > 0x7f)
        const seven = chunk.map((byte) => byte & 0x7f)
        if (seenHigh) hear(stripped, seven, { ...settings, dataBits: 7, parity: 'even' })
      }
      return best.check !== null && best.check !== 'failed'
    },
  }
}

function x25(bytes: Uint8Array): number {
  let crc = 0xffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1
  }
  return crc ^ 0xffff
}

/** An HDLC type 3 header (IEC 62056-46) with a good header check. */
function isHdlc(bytes: Uint8Array, at: number): boolean {
  if (bytes[at] !== 0x7e || ((bytes[at + 1] ?? 0) & 0xf0) !== 0xa0) return false
  let end = at + 3
  // Two addresses of one to four bytes, the last byte of each marked by its lowest bit.
  for (let address = 0; address < 2; address++) {
    let length = 1
    while (length < 4 && ((bytes[end] ?? 1) & 1) === 0) {
      end++
      length++
    }
    end++
  }
  end++
  if (end + 2 > bytes.length) return false
  return x25(bytes.subarray(at + 1, end)) === ((bytes[end] ?? 0) | ((bytes[end + 1] ?? 0) << 8))
}

/** An M-Bus long frame (EN 13757-2) with a good sum; some meters let the length wrap at 256. */
function isMBus(bytes: Uint8Array, at: number): boolean {
  const length = bytes[at + 1] ?? 0
  if (bytes[at] !== 0x68 || bytes[at + 2] !== length || bytes[at + 3] !== 0x68) return false
  return [length, length + 256].some((size) => {
    const end = at + 4 + size
    if (size < 3 || bytes[end + 1] !== 0x16) return false
    let sum = 0
    for (let i = at + 4; i < end; i++) sum += bytes[i] ?? 0
    return (sum & 0xff) === bytes[end]
  })
}

function starts(bytes: Uint8Array, at: number, pattern: readonly number[]): boolean {
  return pattern.every((byte, i) => bytes[at + i] === byte)
}

const smlStart = [0x1b, 0x1b, 0x1b, 0x1b, 0x01, 0x01, 0x01, 0x01]
const amisSearch = [0x10, 0x40, 0xf0, 0x30, 0x16]

function isEncryptedP1(bytes: Uint8Array, at: number): boolean {
  return starts(bytes, at, [0xdb, 0x08]) && bytes[at + 10] === 0x82 &&
    (bytes[at + 13] === 0x30 || bytes[at + 13] === 0x20)
}

/** What bytes heard at one setting show, P1 in plain text aside. */
export function findingOf({ bytes, faults }: Heard): Finding {
  let levels = 0
  let encrypted = false
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === 0x00 || byte === 0xff) levels++
    else if (byte === 0x1b && starts(bytes, at, smlStart)) return 'sml'
    else if (byte === 0x7e && isHdlc(bytes, at)) return 'hdlc'
    else if (byte === 0x68 && isMBus(bytes, at)) return 'm-bus'
    else if (byte === 0x10 && starts(bytes, at, amisSearch)) return 'amis'
    else if (byte === 0xdb && isEncryptedP1(bytes, at)) encrypted = true
  }
  if (encrypted) return 'encrypted-p1'
  if (bytes.length === 0 && faults === 0) return 'silence'
  if (levels === bytes.length || faults * 10 > bytes.length) return 'levels'
  return 'unknown'
}

/** Longer than the ten seconds that the slowest P1 meters wait between telegrams. */
const listenFor = 12_000

/** No meter says more than this in the time; what comes beyond is not looked at. */
const maxHeard = 256 * 1024

export async function detect(
  listen: Listen,
  candidates: readonly LineSettings[] = pushLines,
): Promise<Detection> {
  let best: { finding: Finding; settings: LineSettings } | null = null
  for (const settings of candidates) {
    const ear = createP1Ear(settings)
    let told = 0
    const heard = await listen(settings, listenFor, (chunk) => {
      told += chunk.length
      return ear.push(chunk)
    })
    // A caller that does not ask while it listens gets the same answer a little later.
    if (told === 0) ear.push(heard.bytes.subarray(0, maxHeard))
    const { check } = ear.best
    if (check !== null && check !== 'failed') {
      return { kind: 'found', protocol: 'p1', settings: ear.best.settings, check }
    }
    const bytes = heard.bytes.subarray(0, maxHeard)
    const finding = check === 'failed' ? 'p1-damaged' : findingOf({ bytes, faults: heard.faults })
    if (best === null || findings.indexOf(finding) < findings.indexOf(best.finding)) {
      best = { finding, settings }
    }
    // These are sure: another setting cannot make them P1.
    if (findings.indexOf(finding) <= findings.indexOf('amis')) break
  }
  if (best === null || best.finding === 'silence') return { kind: 'not-found', finding: 'silence' }
  return { kind: 'not-found', ...best }
}
