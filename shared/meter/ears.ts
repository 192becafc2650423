/**
 * Every protocol's ear for the same bytes of a line, and what the best of them heard. Evidence is
 * weighed by what it would take to be wrong:
 *
 * | score | heard                                                                       |
 * | ----- | --------------------------------------------------------------------------- |
 * | 100   | a telegram whose check holds: P1 with its CRC; DLMS over HDLC or the M-Bus  |
 * |       | whose content is known, or ciphered by a meter that names itself; SML with  |
 * |       | a list of values                                                            |
 * | 80    | an encrypted P1 telegram to its last byte: only its key can tell more       |
 * | 70    | P1 of DSMR 2.2 or 3.0, which has no check, in nothing but its characters    |
 * | 65    | a readout that is pushed, which has no check either (IEC 62056-21, mode D)  |
 * | 60    | P1 without the CRC that its dialect has                                     |
 * | 40    | frames or SML files whose checks hold, with content not read here; P1 that  |
 * |       | is secured in another way                                                   |
 * | 20    | telegrams, frames or files whose checks fail                                |
 *
 * From 60 on it is a meter.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { type Apdu, createApduReader } from './apdu.ts'
import { isCiphered, isSupported, readCiphered } from './ciphering.ts'
import { readPlain } from './dlms-reading.ts'
import type { LineSettings } from './line.ts'
import { createD0Decoder } from './d0.ts'
import { createP1Decoder } from './p1.ts'
import { createSmlDecoder } from './sml.ts'

export type Meter =
  | {
    readonly protocol: 'p1'
    readonly settings: LineSettings
    /** `missing`: this meter has no CRC where it should, and the owner has to waive it. */
    readonly check: 'crc' | 'none' | 'missing'
  }
  | { readonly protocol: 'd0'; readonly settings: LineSettings }
  | {
    readonly protocol: 'p1'
    readonly settings: LineSettings
    /** The one within. */
    readonly check: 'crc'
    readonly encrypted: true
    /** The system title, 8 bytes, by which keys are asked for. */
    readonly system: Bytes
  }
  | {
    readonly protocol: 'dlms'
    readonly settings: LineSettings
    /** Whether the owner has to give the key of this meter. */
    readonly encrypted: boolean
    /** The system title, 8 bytes, by which keys are asked for; null where it is in the clear. */
    readonly system: Bytes | null
  }
  | { readonly protocol: 'sml'; readonly settings: LineSettings }

export type Evidence =
  | { readonly score: number; readonly meter: Meter }
  | {
    readonly score: number
    readonly finding:
      | 'encrypted-p1'
      | 'hdlc'
      | 'm-bus'
      | 'sml'
      | 'p1-damaged'
      | 'hdlc-damaged'
      | 'sml-damaged'
  }

export interface Ears {
  /** Whether a meter was heard: nothing more needs to be. */
  push(chunk: Uint8Array): boolean
  best(): Evidence | null
}

type Ear = (chunk: Uint8Array, note: (evidence: Evidence) => void) => void

const options = { now: () => 0 }

function createP1Ear(settings: LineSettings): Ear {
  const decoder = createP1Decoder(options)
  return (chunk, note) => {
    for (const outcome of decoder.push(chunk)) {
      if (outcome.kind === 'telegram') {
        const checked = outcome.telegram.check === 'crc'
        const check = checked ? 'crc' : 'none'
        note({ score: checked ? 100 : 70, meter: { protocol: 'p1', settings, check } })
      } else if (outcome.reason === 'key-missing' && outcome.system !== undefined) {
        const { system } = outcome
        const meter = { protocol: 'p1', settings, check: 'crc', encrypted: true, system } as const
        note({ score: 80, meter })
      } else if (outcome.reason === 'security-unsupported') {
        note({ score: 40, finding: 'encrypted-p1' })
      } else if (outcome.reason === 'line-check-missing') {
        note({ score: 60, meter: { protocol: 'p1', settings, check: 'missing' } })
      } else if (outcome.reason === 'line-check-failed') {
        note({ score: 20, finding: 'p1-damaged' })
      }
    }
  }
}

function createD0Ear(settings: LineSettings): Ear {
  const decoder = createD0Decoder(options)
  return (chunk, note) => {
    for (const outcome of decoder.push(chunk)) {
      if (outcome.kind === 'refused') continue
      const checked = outcome.telegram.check === 'bcc'
      note({ score: checked ? 100 : 65, meter: { protocol: 'd0', settings } })
    }
  }
}

/** P1 as 7E1 heard through 8N1: both are ten bits a byte, so the parity is the highest bit. */
function createStrippedEar(settings: LineSettings): Ear {
  const ear = createP1Ear({ ...settings, dataBits: 7, parity: 'even' })
  let seenHigh = false
  return (chunk, note) => {
    seenHigh ||= chunk.some((byte) => byte > 0x7f)
    if (seenHigh) ear(chunk.map((byte) => byte & 0x7f), note)
  }
}

function weigh({ bytes, check }: Apdu, settings: LineSettings): Evidence {
  const found = readCiphered(bytes)
  if (found !== null && isSupported(found.control)) {
    const { system } = found
    return { score: 100, meter: { protocol: 'dlms', settings, encrypted: true, system } }
  }
  const plain = { bytes, check, origin: 'plain', system: null, before: null } as const
  if (!isCiphered(bytes) && readPlain(plain, options, 0) !== null) {
    return { score: 100, meter: { protocol: 'dlms', settings, encrypted: false, system: null } }
  }
  return { score: 40, finding: check === 'bcc' ? 'm-bus' : 'hdlc' }
}

function createDlmsEar(settings: LineSettings): Ear {
  const reader = createApduReader()
  return (chunk, note) => {
    reader.push(chunk, (found) => {
      if (found.kind === 'apdu') note(weigh(found, settings))
      else if (found.reason === 'unknown-form') note({ score: 40, finding: 'hdlc' })
      else if (found.reason === 'line-check-failed') note({ score: 20, finding: 'hdlc-damaged' })
    })
  }
}

function createSmlEar(settings: LineSettings): Ear {
  const decoder = createSmlDecoder(options)
  return (chunk, note) => {
    for (const outcome of decoder.push(chunk)) {
      if (outcome.kind === 'telegram') note({ score: 100, meter: { protocol: 'sml', settings } })
      else if (outcome.reason === 'unknown-form') note({ score: 40, finding: 'sml' })
      else if (outcome.reason === 'line-check-failed') note({ score: 20, finding: 'sml-damaged' })
    }
  }
}

export function createEars(settings: LineSettings): Ears {
  const asEven = settings.dataBits === 8 && settings.parity === 'none'
  const ears = [
    createP1Ear(settings),
    createD0Ear(settings),
    ...(asEven ? [createStrippedEar(settings)] : []),
    ...(settings.dataBits === 8 ? [createDlmsEar(settings), createSmlEar(settings)] : []),
  ]
  let best: Evidence | null = null
  const note = (evidence: Evidence): void => {
    if (best === null || evidence.score > best.score) best = evidence
  }
  return {
    push(chunk) {
      for (const ear of ears) ear(chunk, note)
      return best !== null && 'meter' in best
    },
    best: () => best,
  }
}
