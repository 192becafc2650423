/**
 * Which meter is at the other end, by listening only: each likely line setting for a while, until a
 * whole telegram was heard. All protocols listen to the same bytes and the best evidence wins (see
 * ears.ts). What cannot be read is still told apart, so that people learn what to do instead of
 * waiting.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { amisCall, amisData, amisReader } from './amis.ts'
import { createEars, type Evidence, type Meter } from './ears.ts'
import { isHdlcHeader } from './hdlc.ts'
import { type LineSettings, pushLines } from './line.ts'
import { isSmlStart } from './sml-frame.ts'

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
  /** P1 that is encrypted in another way than the one of Luxembourg, Styria and Warsaw. */
  'encrypted-p1',
  /** SML whose content is not read here. */
  'sml',
  /** HDLC whose content is not read here, or none of it whole. */
  'hdlc',
  'm-bus',
  /** AMIS, which calls its reader and waits for an answer, or sends and is not answered. */
  'amis',
  /** P1 telegrams, each with a wrong CRC: a bad cable or two readers on one port. */
  'p1-damaged',
  /** HDLC frames, each with a wrong check: a reading head out of place, or the wrong parity. */
  'hdlc-damaged',
  /** SML files that begin, and none whole: the same, or bytes that are lost on the way. */
  'sml-damaged',
  /** Framing faults, or only 00 and FF: the cable does not invert, or the parity is wrong. */
  'levels',
  /** Bytes without a pattern that is known. */
  'unknown',
  'silence',
] as const

export type Finding = (typeof findings)[number]

/** A meter that can be read, and at which settings; one that is ciphered needs its key. */
export type Found = { readonly kind: 'found' } & Meter

export type Detection =
  | Found
  | {
    readonly kind: 'not-found'
    readonly finding: Finding
    /** Where the finding was made; undefined for silence. */
    readonly settings?: LineSettings
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

/** C, A and CI of what such a meter sends. */
function isAmisData(bytes: Uint8Array, at: number): boolean {
  const [control = 0, address, information] = bytes.subarray(at + 4, at + 7)
  return (control & 0xdf) === 0x53 && address === amisReader && information === amisData
}

/**
 * The call at 8E1, or without the two bytes whose parity is the break of a line that is set to 8N1.
 */
function isAmisCall(bytes: Uint8Array, at: number, faults: number): boolean {
  const isWhole = amisCall.every((byte, i) => bytes[at + i] === byte)
  if (isWhole || faults === 0 || bytes.length - at > amisCall.length) return isWhole
  return [0x10, 0x40, 0x16].every((byte, i) => bytes[at + i] === byte)
}

/** What bytes heard at one setting show, whole telegrams aside. */
function findingOf({ bytes, faults }: Heard): Finding {
  let levels = 0
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === 0x00 || byte === 0xff) levels++
    else if (byte === 0x1b && isSmlStart(bytes, at)) return 'sml-damaged'
    else if (byte === 0x7e && isHdlcHeader(bytes, at)) return 'hdlc'
    else if (byte === 0x68 && isMBus(bytes, at)) return isAmisData(bytes, at) ? 'amis' : 'm-bus'
    else if (byte === 0x10 && isAmisCall(bytes, at, faults)) return 'amis'
  }
  if (bytes.length === 0 && faults === 0) return 'silence'
  if (levels === bytes.length || faults * 10 > bytes.length) return 'levels'
  return 'unknown'
}

/** Longer than the ten seconds that the slowest P1 meters wait between telegrams. */
const listenFor = 12_000

/** No meter says more than this in the time: with so much, nothing more needs to be heard. */
const maxHeard = 256 * 1024

/** What is said of a setting where no meter can be read. */
function explain(evidence: Evidence | null, heard: Heard): Finding {
  const pattern = findingOf(heard)
  if (evidence === null || 'meter' in evidence) return pattern
  // A frame that fails its check has a good header too, and says more than that.
  const same = pattern === 'hdlc' && evidence.finding === 'hdlc-damaged'
  return same || isBetter(evidence.finding, pattern) ? evidence.finding : pattern
}

function isBetter(finding: Finding, than: Finding): boolean {
  return findings.indexOf(finding) < findings.indexOf(than)
}

export async function detect(
  listen: Listen,
  candidates: readonly LineSettings[] = pushLines,
): Promise<Detection> {
  let best: { finding: Finding; settings: LineSettings } | null = null
  for (const settings of candidates) {
    const ears = createEars(settings)
    let told = 0
    const heard = await listen(settings, listenFor, (chunk) => {
      told += chunk.length
      return ears.push(chunk) || told >= maxHeard
    })
    const bytes = heard.bytes.subarray(0, maxHeard)
    // A caller that does not ask while it listens gets the same answer a little later.
    if (told === 0) ears.push(bytes)
    const evidence = ears.best()
    if (evidence !== null && 'meter' in evidence) return { kind: 'found', ...evidence.meter }
    const finding = explain(evidence, { bytes, faults: heard.faults })
    if (best === null || isBetter(finding, best.finding)) best = { finding, settings }
    // These are sure: at another setting there is no other meter. A header alone is not: at the
    // wrong parity some come through whole.
    const isHeader = finding === 'hdlc' && evidence === null
    if (!isHeader && !isBetter('amis', finding)) break
  }
  if (best === null || best.finding === 'silence') return { kind: 'not-found', finding: 'silence' }
  return { kind: 'not-found', ...best }
}
