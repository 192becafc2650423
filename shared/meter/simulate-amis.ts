/**
 * A simulated AMIS meter (see amis.ts): calls its reader, sends one encrypted telegram a second while
 * each is answered, repeats the one that was not, and after ten misses calls again. It bears the
 * letters `ZZZ`, which no maker has, and like all of its kind no number. The household is that of
 * household.ts; the same seed and instant give the same values.
 *
 * @module
 */

import { type Bytes, concat } from '../bytes.ts'
import { amisCall, amisData, amisReader } from './amis.ts'
import { chance, createHousehold } from './household.ts'
import { identityBytes, identityText } from './mbus-address.ts'
import { longFrame } from './mbus-frame.ts'
import { simulatedManufacturer } from './mbus-response.ts'
import { offsetAt } from './zone.ts'

export interface SimulatedAmisOptions {
  /** Which household: a whole number. */
  readonly seed: number
  /** Import counter at the end of 2019, in Wh. @default {0} */
  readonly startWh?: number
  /** 16 bytes. @default a key that follows from the seed */
  readonly key?: Bytes
  /** Seconds between its calls. @default {60} */
  readonly callEvery?: number
}

export interface SimulatedAmisMeter {
  /** The id its readings carry. */
  readonly meter: string
  /** The name by which its key is asked for. */
  readonly system: Bytes
  readonly key: Bytes
  /** The frame with the values of this second, whatever was answered before. */
  telegramAt(unixSeconds: number): Promise<Bytes>
  /** What it sends in this second, to be asked for each second; empty where it sends nothing. */
  speak(unixSeconds: number): Promise<Bytes>
  /** What the reader sends. */
  hear(bytes: Uint8Array): void
}

/** The zone that the meter's clock shows. */
const zone = 'Europe/Vienna'
const mostMisses = 10
const nothing = new Uint8Array(0)

const identity = {
  id: '00000000',
  manufacturer: simulatedManufacturer,
  version: 1,
  medium: 0x0e,
} as const

function little(value: number): number[] {
  return [0, 8, 16, 24].map((shift) => (value >>> shift) & 0xff)
}

/** Type I: seconds with the mark of summer time, minutes, hours and weekday, date, and no week. */
function clock(unix: number): number[] {
  const local = new Date((unix + offsetAt(zone, unix)) * 1000)
  const isSummer = offsetAt(zone, unix) > 3600
  const year = local.getUTCFullYear() % 100
  return [
    local.getUTCSeconds() | (isSummer ? 0x40 : 0),
    local.getUTCMinutes(),
    local.getUTCHours() | ((local.getUTCDay() || 7) << 5),
    local.getUTCDate() | ((year & 7) << 5),
    (local.getUTCMonth() + 1) | ((year >> 3) << 4),
    0,
  ]
}

export function createSimulatedAmisMeter(options: SimulatedAmisOptions): SimulatedAmisMeter {
  const { seed, startWh = 0, callEvery = 60 } = options
  const household = createHousehold(seed)
  const system = identityBytes(identity)
  const key = options.key ?? Uint8Array.from({ length: 16 }, (_, i) => chance(seed, 50 + i, 256))
  let access = 0
  let isOdd = true
  /** A reader answered its call. */
  let isSending = false
  /** What was sent and not answered yet. */
  let pending: Bytes | null = null
  let misses = 0
  let called = -Infinity

  /** Nine values and a clock, in five blocks from filler to filler. */
  function records(unix: number): Bytes {
    const { counts: [night, day, outNight, outDay], moment: { net } } = household.at(unix)
    const inside = startWh + Math.floor((night + day) / 3600)
    const outside = Math.floor((outNight + outDay) / 3600)
    const said = [
      [0x2f, 0x2f, 0x06, 0x6d, ...clock(unix)],
      [0x04, 0x03, ...little(inside)],
      [0x04, 0x83, 0x3c, ...little(outside)],
      [0x84, 0x10, 0xfb, 0x82, 0x73, ...little(Math.floor(inside / 5))],
      [0x84, 0x10, 0xfb, 0x82, 0xf3, 0x3c, ...little(Math.floor(inside / 9))],
      [0x04, 0x2b, ...little(Math.max(net, 0))],
      [0x04, 0xab, 0x3c, ...little(Math.max(-net, 0))],
      [0x04, 0xfb, 0x14, ...little(Math.floor(Math.abs(net) / 5))],
      [0x04, 0xfb, 0x94, 0x3c, ...little(0)],
      [0x04, 0x83, 0xff, 0x04, ...little(-inside)],
      [0x2f, 0x2f],
    ]
    return new Uint8Array(said.flat())
  }

  async function telegramAt(unixSeconds: number): Promise<Bytes> {
    // The maker's letters, the number, version and medium, and eight times the access number.
    const name = [system.slice(4, 6), system.slice(0, 4), system.slice(6)]
    const iv = concat(...name, new Uint8Array(8).fill(access))
    const cipher = { name: 'AES-CBC', iv }
    const imported = await crypto.subtle.importKey('raw', key, 'AES-CBC', false, ['encrypt'])
    const plain = records(Math.floor(unixSeconds))
    const sealed = new Uint8Array(await crypto.subtle.encrypt(cipher, imported, plain))
    // The block of padding that WebCrypto adds is none of the meter's.
    const blocks = plain.length / 16
    const head = new Uint8Array([access, 0, blocks << 4, 0x05])
    const data = concat(system, head, sealed.slice(0, plain.length))
    return longFrame(isOdd ? 0x73 : 0x53, amisReader, amisData, data)
  }

  return {
    meter: identityText(identity),
    system,
    key,
    telegramAt,

    async speak(unixSeconds) {
      if (isSending && pending !== null && ++misses >= mostMisses) {
        isSending = false
        pending = null
        called = -Infinity
      }
      if (isSending) return pending ??= await telegramAt(unixSeconds)
      if (unixSeconds - called < callEvery) return nothing
      called = unixSeconds
      return amisCall
    },

    hear(bytes) {
      if (!bytes.includes(0xe5)) return
      if (isSending && pending !== null) {
        access = (access + 1) & 0xff
        isOdd = !isOdd
      } else if (!isSending) {
        isSending = true
        isOdd = true
      }
      pending = null
      misses = 0
    },
  }
}
