/**
 * Readings out of a capture of a Modbus RTU line that carries questions and answers. Exchanges with
 * one unit are put together until a question comes again, which begins the next reading.
 *
 * Which device it is, its own registers tell (Eastron's code, SunSpec's chain), the caller, or the
 * addresses that were asked: 19000 by function 03 is Janitza's block, function 04 below 0200
 * Eastron's.
 *
 * @module
 */

import { type Bytes, concat } from '../bytes.ts'
import { type Captured, createCaptureReader, type Exchange } from './modbus-capture.ts'
import { eastronFamily, familyOf } from './modbus-families.ts'
import { createImage, type Image } from './modbus-image.ts'
import type { FamilyId, ModbusMap, WordOrder } from './modbus-map.ts'
import { readMap } from './modbus-reading.ts'
import { findSunSpecMeter } from './sunspec.ts'
import type { Decoder, DecoderOptions, Outcome, Refused } from './telegram.ts'

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

interface Located {
  readonly map: ModbusMap
  readonly serial: string | null
  readonly version: string | null
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
  return located === null ? null : { ...located, map: { ...located.map, name, prefix } }
}

/** Units on one line at the most: 247 by the standard. */
export function createModbusDecoder(options: ModbusDecoderOptions): Decoder {
  const { now, family, order, custody = 'software' } = options
  const capture = createCaptureReader()
  let units = new Map<number, Unit>()

  /** The reading of what was exchanged, or why there is none. */
  function flush(number: number, unit: Unit): Outcome[] {
    const { image, exchanges } = unit
    const [first] = exchanges
    unit.exchanges = []
    if (first === undefined) return []
    const located = locate(image, family)
    const context = {
      unit: number,
      serial: located?.serial ?? null,
      seen: now(),
      assurance: { line: 'crc', origin: 'plain', custody } as const,
      ...(order === undefined ? {} : { order }),
    }
    const reading = located === null ? null : readMap(image, located.map, context)
    for (const { address, count } of located?.map.blocks ?? []) {
      image.forget(located?.map.function ?? 3, address, count)
    }
    if (located === null || reading === null) return exchanges.map(refuseOf(located))
    return [{
      kind: 'telegram',
      telegram: {
        protocol: 'modbus',
        identification: located.map.name,
        version: located.version,
        readings: [reading],
        raw: concat(...exchanges.map(({ raw }): Bytes => raw)),
        check: 'crc',
      },
    }]
  }

  function take(captured: readonly Captured[]): Outcome[] {
    const outcomes: Outcome[] = []
    for (const one of captured) {
      if (one.kind === 'refused') {
        outcomes.push(one)
        continue
      }
      const { request } = one
      let unit = units.get(request.unit)
      if (unit === undefined) {
        unit = { image: createImage(), exchanges: [] }
        units.set(request.unit, unit)
      }
      const isAgain = unit.exchanges.some(({ request: earlier }) =>
        earlier.function === request.function && earlier.address === request.address
      )
      if (isAgain || unit.exchanges.length >= maxExchanges) {
        outcomes.push(...flush(request.unit, unit))
      }
      if (one.words === null) {
        const { offset, length, exception } = one
        const code = exception === null ? {} : { exception }
        outcomes.push({ kind: 'refused', reason: 'meter-error', offset, length, ...code })
        continue
      }
      unit.image.put(request, one.words)
      unit.exchanges.push(one)
    }
    return outcomes
  }

  return {
    push: async (chunk) => await Promise.resolve(take(capture.push(chunk))),
    async end() {
      const outcomes = take(capture.end())
      for (const [number, unit] of units) outcomes.push(...flush(number, unit))
      units = new Map()
      return await Promise.resolve(outcomes)
    },
  }
}

/** More questions than any map has before they come again. */
const maxExchanges = 128

/**
 * Exchanges that make no reading. Those that only say who the device is were understood; they are
 * refused too, as there is nothing else to tell of them.
 */
function refuseOf(located: Located | null) {
  return ({ offset, length }: Exchange): Refused => {
    const reason = located === null ? 'unknown-form' : 'not-this-protocol'
    return { kind: 'refused', reason, offset, length }
  }
}

/** All of a capture at once. */
export async function decodeModbus(
  bytes: Uint8Array,
  options: ModbusDecoderOptions,
): Promise<Outcome[]> {
  const decoder = createModbusDecoder(options)
  return [...await decoder.push(bytes), ...await decoder.end()]
}
