/**
 * Reads a Modbus device, over RS485 or TCP: finds out which it is, then asks for what its map says,
 * again and again. Nothing is sent but questions for registers (functions 03 and 04).
 *
 * The registers of one reading are asked in a few questions, one after the other, so they are some
 * hundred milliseconds apart: sums and their phases need not agree to the last watt.
 *
 * @module
 */

import { type Bytes, concat } from '../bytes.ts'
import { type Identified, identifyModbus } from './modbus-families.ts'
import type { ModbusRequest } from './modbus-frame.ts'
import { createImage, type Image } from './modbus-image.ts'
import type { Family, ModbusMap, WordOrder } from './modbus-map.ts'
import type { Answer, Poller } from './modbus-poller.ts'
import { readMap } from './modbus-reading.ts'
import { findSunSpecMeter } from './sunspec.ts'
import type { DecoderOptions, Outcome, RefusalReason } from './telegram.ts'

/** More questions than any device here needs, so that none leads on for ever. */
const maxQuestions = 160

export type Recognized =
  | Exclude<Identified, { readonly kind: 'ask' }>
  /** Nothing came from this unit. */
  | { readonly kind: 'silent' }

/**
 * Which device a unit is. A question that is not answered counts as refused, for some devices keep
 * quiet about registers that they do not have.
 *
 * @param poller best without retries: silence is an answer here
 */
export async function recognizeModbus(poller: Poller, unit: number): Promise<Recognized> {
  const image = createImage()
  let answered = false
  let unanswered = 0
  for (let asked = 0; asked < maxQuestions; asked++) {
    const next = identifyModbus(image)
    if (next.kind !== 'ask') return next.kind === 'found' || answered ? next : { kind: 'silent' }
    const answer = await poller.ask({ unit, ...next.question })
    if (answer.kind === 'registers') image.put(next.question, answer.words)
    else image.deny(next.question)
    if (answer.kind === 'unanswered') unanswered++
    else answered = true
    // One lost answer is an accident; the second in a row of a unit that never spoke is not.
    if (!answered && unanswered > 1) return { kind: 'silent' }
  }
  return { kind: 'not-found' }
}

export interface ModbusReaderOptions extends Pick<DecoderOptions, 'now' | 'custody'> {
  readonly poller: Poller
  /** Of the poller's framing. */
  readonly check: 'crc' | 'none'
  readonly unit: number
  readonly family: Family
  /** The owner's answer to what `recognizeModbus` suggested. @default the map's */
  readonly order?: WordOrder
}

export interface ModbusReader {
  /** One reading, or why there is none. What the line throws when it is gone, this throws. */
  poll(): Promise<Outcome>
}

type Needed =
  | { readonly kind: 'ask'; readonly question: Omit<ModbusRequest, 'unit'> }
  | { readonly kind: 'map'; readonly map: ModbusMap; readonly serial: string | null }
  | { readonly kind: 'none' }

/** Where values are, and whose they are. */
function findMap(image: Image, family: Family): Needed & { readonly version?: string } {
  if (family.map !== null) return { kind: 'map', map: family.map, serial: null }
  const found = findSunSpecMeter(image)
  if (found.kind === 'ask') return { kind: 'ask', question: { function: 3, ...found.block } }
  if (found.kind === 'not-found') return { kind: 'none' }
  return { kind: 'map', map: found.map, serial: found.serial, version: found.version }
}

/** What of a map is not known yet. */
function nextOf(image: Image, map: ModbusMap): Omit<ModbusRequest, 'unit'> | null {
  const { serial, blocks, function: code } = map
  if (serial !== null && image.words(3, serial.address, 2) === null) {
    const question = { function: 3, address: serial.address, count: 2 } as const
    if (!image.isDenied(3, serial.address, 2)) return question
  }
  for (const { address, count } of blocks) {
    const isOpen = image.words(code, address, count) === null
    if (isOpen && !image.isDenied(code, address, count)) return { function: code, address, count }
  }
  return null
}

/** "There is no such thing" holds for good; every other no is for this time. */
function isForGood(code: number): boolean {
  return code >= 1 && code <= 3
}

function reasonOf(answer: Answer & { readonly kind: 'unanswered' }): RefusalReason {
  if (answer.why === 'damaged') return 'line-check-failed'
  return answer.why === 'truncated' ? 'truncated' : 'no-answer'
}

export function createModbusReader(options: ModbusReaderOptions): ModbusReader {
  const { poller, unit, family, order, check, now, custody = 'software' } = options
  const image = createImage()
  let offset = 0

  return {
    async poll() {
      const told: Bytes[] = []
      let refusedWith: number | null = null
      const refuse = (reason: RefusalReason): Outcome => {
        const length = told.reduce((sum, { length: one }) => sum + one, 0)
        const code = refusedWith === null ? {} : { exception: refusedWith }
        const refused = { kind: 'refused', reason, offset, length, ...code } as const
        offset += length
        return refused
      }
      for (let asked = 0; asked <= maxQuestions; asked++) {
        const where = findMap(image, family)
        if (where.kind === 'none') return refuse('unknown-form')
        const question = where.kind === 'ask' ? where.question : nextOf(image, where.map)
        if (question === null && where.kind === 'map') {
          const { map, serial, version = '' } = where
          const assurance = { line: check, origin: 'plain', custody } as const
          const chosen = order === undefined ? {} : { order }
          const reading = readMap(image, map, { unit, serial, seen: now(), assurance, ...chosen })
          for (const { address, count } of map.blocks) image.forget(map.function, address, count)
          if (reading === null) {
            return refuse(refusedWith === null ? 'unknown-form' : 'meter-error')
          }
          const raw = concat(...told)
          offset += raw.length
          return {
            kind: 'telegram',
            telegram: {
              protocol: 'modbus',
              identification: map.name,
              version: version === '' ? null : version,
              readings: [reading],
              raw,
              check,
            },
          }
        }
        if (question === null) return refuse('unknown-form')
        const answer = await poller.ask({ unit, ...question })
        if (answer.kind === 'unanswered') {
          forgetValues(image, where)
          return refuse(reasonOf(answer))
        }
        told.push(answer.raw)
        if (answer.kind === 'registers') {
          image.put(question, answer.words)
        } else {
          refusedWith = answer.code
          if (!isForGood(answer.code)) {
            forgetValues(image, where)
            return refuse('meter-error')
          }
          image.deny(question)
        }
      }
      return refuse('unknown-form')
    },
  }
}

/** So that no reading has values of two polls. */
function forgetValues(image: Image, where: Needed): void {
  if (where.kind !== 'map') return
  for (const { address, count } of where.map.blocks) {
    image.forget(where.map.function, address, count)
  }
}
