/**
 * Finds the meter in a SunSpec device: its registers begin with `SunS` at 40000, 50000 or 0, then
 * one model follows the other, each with its number and length, to the end's number FFFF
 * (SunSpec Device Information Model Specification V1.1, section 6). Model 1 names the device.
 *
 * The chain is the device's word, so every step of it is bounded: at most 64 models, each longer
 * than nothing, none past the last register.
 *
 * @module
 */

import { maxCount } from './modbus-frame.ts'
import type { Image } from './modbus-image.ts'
import type { Block, ModbusMap } from './modbus-map.ts'
import { sunSpecModels } from './modbus-sunspec.ts'

export type SunSpecFound =
  | { readonly kind: 'ask'; readonly block: Block }
  | {
    readonly kind: 'found'
    readonly map: ModbusMap
    /** Of its maker; empty where it tells none. */
    readonly serial: string
    readonly version: string
  }
  | {
    readonly kind: 'not-found'
    readonly why:
      /** No `SunS` at any of the three places. */
      | 'no-marker'
      /** The chain ends without a meter. */
      | 'no-meter'
      /** The chain does not end, goes nowhere, or a meter is shorter than its model. */
      | 'malformed'
  }

const bases = [40_000, 50_000, 0] as const
const maxModels = 64
const end = 0xffff
/** Behind number and length: maker, model, options, version, serial number. */
const common = { length: 65, maker: 0, model: 16, version: 40, serial: 48 } as const

/** Text of a device, as far as it is text: two characters a register, padded with zeros. */
function textOf(words: Uint16Array, from: number, count: number): string {
  let text = ''
  for (const word of words.subarray(from, from + count)) {
    for (const byte of [word >>> 8, word & 0xff]) {
      if (byte === 0) return text.trim()
      text += byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '?'
    }
  }
  return text.trim()
}

/** What to ask next, or what was found in what is known. @param image of function 3 */
export function findSunSpecMeter(image: Image): SunSpecFound {
  for (const base of bases) {
    if (image.isDenied(3, base, 2)) continue
    const marker = image.words(3, base, 2)
    if (marker === null) return { kind: 'ask', block: { address: base, count: 2 } }
    if (marker[0] === 0x5375 && marker[1] === 0x6e53) return walk(image, base + 2)
  }
  return { kind: 'not-found', why: 'no-marker' }
}

function walk(image: Image, first: number): SunSpecFound {
  const malformed = { kind: 'not-found', why: 'malformed' } as const
  let at = first
  let named: Uint16Array | null = null
  for (let models = 0; models < maxModels; models++) {
    if (at + 2 > 0x1_0000) return malformed
    const head = image.words(3, at, 2)
    if (head === null) {
      if (image.isDenied(3, at, 2)) return malformed
      return { kind: 'ask', block: { address: at, count: 2 } }
    }
    const [id = 0, length = 0] = head
    if (id === end) return { kind: 'not-found', why: 'no-meter' }
    if (length === 0 || at + 2 + length > 0x1_0000) return malformed
    // What names the meter stands before it; a device of several has one for each.
    if (id === 1) {
      if (length < common.length) return malformed
      named = image.words(3, at + 2, common.length)
      if (named === null) {
        if (image.isDenied(3, at + 2, common.length)) return malformed
        return { kind: 'ask', block: { address: at + 2, count: common.length } }
      }
    }
    const model = sunSpecModels.get(id)
    if (model !== undefined) {
      if (length < model.length || model.length > maxCount) return malformed
      const told = named ?? new Uint16Array(common.length)
      const maker = textOf(told, common.maker, 16)
      const name = [maker, textOf(told, common.model, 16)].filter((part) => part !== '').join(' ')
      return {
        kind: 'found',
        serial: textOf(told, common.serial, 16),
        version: textOf(told, common.version, 8),
        map: {
          name: name === '' ? `SunSpec ${id}` : name,
          prefix: maker === '' ? 'SunSpec' : maker,
          function: 3,
          order: 'big',
          blocks: [{ address: at + 2, count: model.length }],
          points: model.points.map((point) => ({
            ...point,
            at: at + 2 + point.at,
            ...(point.scale === undefined ? {} : { scale: at + 2 + point.scale }),
          })),
          serial: null,
          sentinels: true,
        },
      }
    }
    at += 2 + length
  }
  return malformed
}
