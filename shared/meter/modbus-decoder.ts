/**
 * Readings out of a capture of a Modbus line, RTU or TCP, that carries questions and answers.
 * Exchanges with one unit are put together until a question comes again, which begins the next
 * reading. Exchanges that make no reading are refused: those that only say who the device is were
 * understood, but there is nothing else to tell of them.
 *
 * Which device it is, its own registers tell (Eastron's code, SunSpec's chain), the caller, or the
 * addresses that were asked: 19000 by function 03 is Janitza's block, function 04 below 0200
 * Eastron's, if it is a grid that is there. Where only another order of words makes a grid of what it says, nothing is read: the
 * owner has to tell.
 *
 * @module
 */

import { type Bytes, concat } from '../bytes.ts'
import type { Captured, Exchange } from './modbus-capture.ts'
import { eastronFamily, familyOf, gridOf } from './modbus-families.ts'
import { createImage, type Image } from './modbus-image.ts'
import type { FamilyId, ModbusMap, WordOrder } from './modbus-map.ts'
import { readMap } from './modbus-reading.ts'
import { createModbusCaptureReader } from './modbus-tcp-capture.ts'
import { findSunSpecMeter } from './sunspec.ts'
import type { Decoder, DecoderOptions, Outcome, Telegram } from './telegram.ts'

export interface ModbusDecoderOptions extends Pick<DecoderOptions, 'now' | 'custody'> {
  /** Which device it is, where the owner knows. @default told by the registers asked */
  readonly family?: FamilyId
  /** How it puts words together, where the owner knows. @default the map's */
  readonly order?: WordOrder
}

interface Unit {
  readonly image: Image
  exchanges: Exchange[]
}

/** What is told, and where in the stream it begins. */
interface Placed {
  readonly offset: number
  readonly outcome: Outcome
}

interface Located {
  readonly map: ModbusMap
  readonly serial: string | null
  readonly version: string | null
  /** Nothing but the addresses that were asked speaks for it. */
  readonly isGuess?: boolean
}

function mapOf(id: FamilyId): Located | null {
  const { map } = familyOf(id)
  return map === null ? null : { map, serial: null, version: null }
}

function locate(image: Image, family: FamilyId | undefined): Located | null {
  if (family !== undefined && family !== 'sunspec') return mapOf(family)
  const walked = findSunSpecMeter(image)
  if (walked.kind === 'found') {
    return {
      map: walked.map,
      serial: walked.serial,
      version: walked.version === '' ? null : walked.version,
    }
  }
  if (family === 'sunspec') return null
  const named = eastronFamily(image)
  if (named !== null) return mapOf(named.id)
  if (image.knowsAny(3, 19_000, 110)) {
    return unsaid(mapOf('janitza-umg604'), 'Janitza UMG', 'UMG')
  }
  if (!image.knowsAny(4, 0, 0x200)) return null
  return unsaid(mapOf('eastron-sdm630'), 'Eastron SDM', 'SDM')
}

/** A map that several models of a maker share, where none says which it is. */
function unsaid(located: Located | null, name: string, prefix: string): Located | null {
  return located === null
    ? null
    : { ...located, map: { ...located.map, name, prefix }, isGuess: true }
}

export function createModbusDecoder(options: ModbusDecoderOptions): Decoder {
  const { now, family, order, custody = 'software' } = options
  const capture = createModbusCaptureReader()
  let units = new Map<number, Unit>()
  /** What is told when nothing before it can come any more. */
  let waiting: Placed[] = []

  /** The reading of what was exchanged, or why there is none. */
  function flush(number: number, unit: Unit): Placed[] {
    const { image, exchanges } = unit
    const [first] = exchanges
    unit.exchanges = []
    if (first === undefined) return []
    const located = locate(image, family)
    const context = {
      unit: number,
      serial: located?.serial ?? null,
      seen: now(),
      assurance: { line: first.check, origin: 'plain', custody } as const,
      ...(order === undefined ? {} : { order }),
    }
    const grid = located === null ? 'none' : gridOf(image, located.map)
    const isOther = grid === 'other' && order === undefined
    // Others have something at these addresses, too, and it is no grid.
    const isForeign = located?.isGuess === true && grid === 'none'
    const reading = located === null || isOther || isForeign
      ? null
      : readMap(image, located.map, context)
    for (const { address, count } of located?.map.blocks ?? []) {
      image.forget(located?.map.function ?? 3, address, count)
    }
    if (located === null || reading === null) {
      const reason = isOther || isForeign || located === null ? 'unknown-form' : 'not-this-protocol'
      const hint = isOther ? { hint: 'word-order' } as const : {}
      return exchanges.map(({ offset, length }) => {
        return { offset, outcome: { kind: 'refused', reason, offset, length, ...hint } }
      })
    }
    const telegram: Telegram = {
      protocol: 'modbus',
      identification: located.map.name,
      version: located.version,
      readings: [reading],
      raw: concat(...exchanges.map(({ raw }): Bytes => raw)),
      check: first.check,
    }
    return [{ offset: first.offset, outcome: { kind: 'telegram', telegram } }]
  }

  /** What is told now, in the order of the line: all that began before every open reading. */
  function release(): Outcome[] {
    if (waiting.length === 0) return []
    const open = Math.min(capture.open(), ...[...units.values()].map(beginOf))
    waiting.sort((one, other) => one.offset - other.offset)
    const held = waiting.findIndex(({ offset }) => offset > open)
    return waiting.splice(0, held < 0 ? waiting.length : held).map(({ outcome }) => outcome)
  }

  function take(captured: readonly Captured[]): Outcome[] {
    const outcomes: Outcome[] = []
    for (const one of captured) {
      if (one.kind === 'refused') waiting.push({ offset: one.offset, outcome: one })
      else takeExchange(one)
      if (waiting.length < maxWaiting) continue
      // One unit that is asked no more does not hold up all others for ever.
      const [oldest] = [...units].sort(([, a], [, b]) => beginOf(a) - beginOf(b))
      if (oldest !== undefined) waiting.push(...flush(...oldest))
      outcomes.push(...release())
    }
    return [...outcomes, ...release()]
  }

  function takeExchange(one: Exchange): void {
    const { request, offset, length } = one
    let unit = units.get(request.unit)
    if (unit === undefined) {
      unit = { image: createImage(), exchanges: [] }
      units.set(request.unit, unit)
    }
    const isAgain = unit.exchanges.some(({ request: earlier }) =>
      earlier.function === request.function && earlier.address === request.address
    )
    if (isAgain || unit.exchanges.length >= maxExchanges) {
      waiting.push(...flush(request.unit, unit))
    }
    if (one.words === null) {
      const code = one.exception === null ? {} : { exception: one.exception }
      const refused = { kind: 'refused', reason: 'meter-error', offset, length, ...code } as const
      waiting.push({ offset, outcome: refused })
      return
    }
    unit.image.put(request, one.words)
    unit.exchanges.push(one)
  }

  return {
    push: async (chunk) => await Promise.resolve(take(capture.push(chunk))),
    async end() {
      const outcomes = take(capture.end())
      for (const [number, unit] of units) waiting.push(...flush(number, unit))
      units = new Map()
      outcomes.push(...release())
      waiting = []
      return await Promise.resolve(outcomes)
    },
  }
}

/** More questions than any map has before they come again. */
const maxExchanges = 128
/** So much is held back for its order. */
const maxWaiting = 1024

/** Where the reading that a unit is in the middle of began. */
function beginOf({ exchanges: [first] }: Unit): number {
  return first?.offset ?? Infinity
}

/** All of a capture at once. */
export async function decodeModbus(
  bytes: Uint8Array,
  options: ModbusDecoderOptions,
): Promise<Outcome[]> {
  const decoder = createModbusDecoder(options)
  return [...await decoder.push(bytes), ...await decoder.end()]
}
