/**
 * The master of an M-Bus (EN 13757-2 and -3): asks meters for their data by primary or secondary
 * address, and finds out who is there. It only speaks when asked to, knows no platform, and takes
 * the line and the clocks as parameters, so that a line that loses and garbles can be made of a few
 * lines of test.
 *
 * Each readout begins with SND_NKE, so that the meter's frame count bit and its place among several
 * telegrams are known: a meter with another count would tell its last telegram once more, which
 * nobody could tell from a new one.
 *
 * @module
 */

import { type Bytes, concat } from '../bytes.ts'
import type { AskedLine } from './line.ts'
import {
  everyMeter,
  identityBytes,
  identityText,
  type MBusIdentity,
  type MBusMask,
} from './mbus-address.ts'
import { createMBusFramer, longFrame, type MBusFrame, shortFrame } from './mbus-frame.ts'
import { isResponse, type MBusResponse, readResponse, responder } from './mbus-response.ts'
import type { DecoderOptions, RefusalReason, Telegram } from './telegram.ts'

export interface MBusMasterOptions extends DecoderOptions {
  /** A clock that never steps, in milliseconds. */
  readonly ticks: () => number
  /** @default {2400} */
  readonly baudRate?: number
  /** How often a request is made before the meter is held for silent. @default {3} */
  readonly tries?: number
  /** What the adapter and the runtime add to every answer, in milliseconds. @default {150} */
  readonly latency?: number
}

export type MBusAnswer =
  | { readonly kind: 'telegram'; readonly telegram: Telegram }
  /** Nobody answers. */
  | { readonly kind: 'silent' }
  /** Something answers, but never a whole frame: two meters at once, or a bad line. */
  | { readonly kind: 'garbled' }
  | { readonly kind: 'refused'; readonly reason: RefusalReason; readonly system?: Bytes }

export interface MBusSearch {
  readonly found: readonly MBusIdentity[]
  /** More than one meter answers to these, and nothing is left to tell them apart by. */
  readonly collisions: readonly MBusMask[]
}

export interface MBusMaster {
  /** @param address 1 to 250; 254 where just one meter is on the bus @throws {RangeError} */
  read(address: number): Promise<MBusAnswer>
  /** Selects by secondary address, then asks. */
  readSelected(mask: MBusMask): Promise<MBusAnswer>
  /** The primary addresses at which somebody acknowledges. */
  scan(from?: number, to?: number): Promise<number[]>
  /** Everybody on the bus by secondary address. @param tell each one as it is found */
  search(tell?: (found: MBusIdentity) => void): Promise<MBusSearch>
}

type Heard =
  | { readonly kind: 'frame'; readonly frame: MBusFrame }
  | { readonly kind: 'silent' }
  | { readonly kind: 'garbled' }

const nke = 0x40
const sendData = 0x53
const requestData = 0x5b
const countBit = 0x20
const select = 0x52
/** The address of whoever is selected. */
const selected = 0xfd

/** Bits of a byte on the line (8E1). */
const byteBits = 11
/** A meter answers within this many bits, and 50 ms. */
const answerBits = 330
const longestFrame = 261

/** No readout has more telegrams. */
const maxTelegrams = 16

/** Takes the echo that some adapters give of what is sent off the front. */
function createEcho(request: Bytes): (chunk: Uint8Array) => Uint8Array {
  let at = 0
  return (chunk) => {
    for (let i = 0; i < chunk.length && at < request.length; i++) {
      if (chunk[i] === request[at]) at++
      else {
        const held = request.subarray(0, at)
        at = request.length
        return concat(held, chunk.subarray(i))
      }
      if (i === chunk.length - 1) return chunk.subarray(chunk.length)
      if (at === request.length) return chunk.subarray(i + 1)
    }
    return chunk
  }
}

/** One readout's telegrams as one: the first, with what the others add. */
function merge(telegrams: readonly [Telegram, ...Telegram[]]): Telegram | null {
  const [first, ...others] = telegrams
  const [main] = first.readings
  let merged = main
  for (const { readings: [reading] } of others) {
    if (reading.meter !== main.meter) return null
    // Its time is in the first; a later part without one has no doubt of its own.
    const doubts = reading.warnings.filter((warning) => warning !== 'clock-missing')
    merged = {
      ...merged,
      registers: [...merged.registers, ...reading.registers],
      texts: [...merged.texts, ...reading.texts],
      warnings: [...new Set([...merged.warnings, ...doubts])],
    }
  }
  const raw = concat(...telegrams.map((telegram) => telegram.raw))
  return { ...first, readings: [merged], raw }
}

/**
 * The masks that together are this one, each a step narrower; none where no step is left. From the
 * last digit on, for meters that were delivered together have numbers that begin alike.
 */
function narrower(mask: MBusMask): MBusMask[] {
  const at = mask.id.lastIndexOf('F')
  if (at >= 0) {
    return Array.from('0123456789ABCDE', (digit) => ({
      ...mask,
      id: `${mask.id.slice(0, at)}${digit}${mask.id.slice(at + 1)}`,
    }))
  }
  if (mask.medium === null) {
    return Array.from({ length: 0x40 }, (_, medium) => ({ ...mask, medium }))
  }
  if (mask.version === null) {
    return Array.from({ length: 0xff }, (_, version) => ({ ...mask, version }))
  }
  return []
}

export function createMBusMaster(line: AskedLine, options: MBusMasterOptions): MBusMaster {
  const { ticks, baudRate = 2400, tries = 3, latency = 150 } = options
  const bits = (count: number): number => (count * 1000) / baudRate
  /** Longer than any pause inside a frame. */
  const idle = bits(3 * byteBits) + latency

  /** Nothing that came before belongs to what is asked next. */
  async function drain(): Promise<void> {
    for (let i = 0; i < 64 && await line.read(0) !== null; i++);
  }

  async function ask(request: Bytes, isAnswer: (frame: MBusFrame) => boolean): Promise<Heard> {
    await drain()
    await line.write(request)
    const began = ticks()
    const first = began + bits(request.length * byteBits + answerBits) + 50 + latency
    const last = first + bits(longestFrame * byteBits) + latency
    const framer = createMBusFramer()
    const echo = createEcho(request)
    const frames: MBusFrame[] = []
    let noise = false
    const out = (found: MBusFrame | { kind: 'refused' }): void => {
      if (found.kind === 'frame' && isAnswer(found)) frames.push(found)
      else noise = true
    }
    let until = first
    for (let left = until - ticks(); left > 0; left = until - ticks()) {
      const chunk = await line.read(left)
      if (chunk === null) break
      const heard = echo(chunk)
      if (heard.length === 0) continue
      framer.push(heard, out)
      // Another answer would come right behind: two meters acknowledge as one or nearly so.
      until = Math.min(ticks() + idle, last)
    }
    framer.end(out)
    const [frame, another] = frames
    if (frame !== undefined && another === undefined && !noise) return { kind: 'frame', frame }
    return { kind: frame === undefined && !noise ? 'silent' : 'garbled' }
  }

  /** The same request again where no whole answer comes, for the meter then tells the same again. */
  async function insist(
    request: Bytes,
    isAnswer: (frame: MBusFrame) => boolean,
    times = tries,
  ): Promise<Heard> {
    let heard: Heard = { kind: 'silent' }
    for (let i = 0; i < times; i++) {
      const now = await ask(request, isAnswer)
      if (now.kind === 'frame') return now
      // Once garbled, somebody is there.
      if (heard.kind === 'silent') heard = now
    }
    return heard
  }

  const isAcknowledgement = ({ form }: MBusFrame): boolean => form === 'single'

  async function reset(address: number, times = tries): Promise<Heard> {
    return await insist(shortFrame(nke, address), isAcknowledgement, times)
  }

  /** Whether a meter may be selected still; who is not meant by a selection is so no longer. */
  let isChosen = true

  async function release(): Promise<void> {
    // Nobody may be selected, so nobody may answer.
    await reset(selected, 1)
    isChosen = false
  }

  async function choose(mask: MBusMask, times = tries): Promise<Heard> {
    if (isChosen) await release()
    const request = longFrame(sendData, selected, select, identityBytes(mask))
    const heard = await insist(request, isAcknowledgement, times)
    isChosen = heard.kind !== 'silent'
    return heard
  }

  async function request(address: number, odd: boolean): Promise<Heard> {
    const control = odd ? requestData | countBit : requestData
    const isAnswer = (frame: MBusFrame): boolean =>
      isResponse(frame) && (address >= selected || frame.address === address)
    return await insist(shortFrame(control, address), isAnswer)
  }

  async function collect(address: number, asked: MBusIdentity | null): Promise<MBusAnswer> {
    const telegrams: Telegram[] = []
    for (let i = 0; i < maxTelegrams; i++) {
      // The first request after a reset has the count bit, and each new one turns it.
      const heard = await request(address, i % 2 === 0)
      if (heard.kind !== 'frame') return heard
      const named = asked === null ? {} : { asked }
      const response: MBusResponse = await readResponse(
        heard.frame,
        { ...options, ...named },
        options.now(),
      )
      if ('telegram' in response) telegrams.push(response.telegram)
      else if (response.empty !== true || i === 0) {
        const system = response.system === undefined ? {} : { system: response.system }
        return { kind: 'refused', reason: response.reason, ...system }
      }
      if (!('telegram' in response) || !response.more) break
    }
    const [first, ...others] = telegrams
    const telegram = first === undefined ? null : merge([first, ...others])
    return telegram === null ? { kind: 'garbled' } : { kind: 'telegram', telegram }
  }

  function identityOf({ id, manufacturer, version, medium }: MBusMask): MBusIdentity | null {
    if (id.includes('F') || manufacturer === null || version === null || medium === null) {
      return null
    }
    return { id, manufacturer, version, medium }
  }

  /** One meter's identity, nobody, or more than can be heard apart. */
  async function probe(mask: MBusMask): Promise<MBusIdentity | 'nobody' | 'several'> {
    // Of a hundred masks most select nobody, so silence is believed sooner than in a readout.
    const chosen = await choose(mask, Math.min(2, tries))
    if (chosen.kind === 'silent') return 'nobody'
    if (chosen.kind === 'garbled') return 'several'
    const who = await name()
    if (who === null || identityOf(mask) !== null) return who ?? 'several'
    // Several that speak at once can make a frame whose check holds, of somebody who is not there.
    const again = (await choose(who, Math.min(2, tries))).kind === 'frame' ? await name() : null
    return again !== null && identityText(again) === identityText(who) ? who : 'several'
  }

  async function name(): Promise<MBusIdentity | null> {
    const heard = await request(selected, true)
    return heard.kind === 'frame' ? responder(heard.frame) : null
  }

  return {
    async read(address) {
      if (
        !Number.isInteger(address) || address < 0 || address > 254 || address > 250 && address < 254
      ) {
        throw new RangeError(`Cannot ask address ${address}: it is 0 to 250, or 254`)
      }
      const acknowledged = await reset(address)
      return acknowledged.kind === 'frame' ? await collect(address, null) : acknowledged
    },

    async readSelected(mask) {
      const chosen = await choose(mask)
      if (chosen.kind !== 'frame') return chosen
      const answer = await collect(selected, identityOf(mask))
      await release()
      return answer
    },

    async scan(from = 1, to = 250) {
      const found: number[] = []
      for (let address = from; address <= to; address++) {
        // Garbled, too, is somebody.
        if ((await reset(address)).kind !== 'silent') found.push(address)
      }
      return found
    },

    async search(tell) {
      const found = new Map<string, MBusIdentity>()
      const collisions: MBusMask[] = []
      const open: MBusMask[] = [everyMeter]
      for (let mask = open.pop(); mask !== undefined; mask = open.pop()) {
        const who = await probe(mask)
        if (who === 'nobody') continue
        if (who === 'several') {
          const masks = narrower(mask)
          if (masks.length === 0) collisions.push(mask)
          for (let i = masks.length - 1; i >= 0; i--) open.push(...masks.slice(i, i + 1))
          continue
        }
        const name = identityText(who)
        if (!found.has(name)) tell?.(who)
        found.set(name, who)
      }
      await release()
      return { found: [...found.values()], collisions }
    },
  }
}
