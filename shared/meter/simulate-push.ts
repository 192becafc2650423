/**
 * Simulated meters that push in the clear: a Norwegian HAN port (NVE lists of a Kaifa MA304H3E:
 * power every two seconds, all of the moment every ten, counters every hour) and a Swiss customer
 * interface (a Landis+Gyr E450 with its push object list, in blocks). The household is that of
 * household.ts; the same seed and instant give the same telegram.
 *
 * @module
 */

import { type Bytes, concat, utf8 } from '../bytes.ts'
import { createHousehold } from './household.ts'
import { llc, u16, u32, writeCosemClock, writeHdlc } from './simulate-dlms.ts'
import { simulatedMaker } from './system-title.ts'

export interface SimulatedPushOptions {
  /** Which household: a whole number. */
  readonly seed: number
  readonly model: 'MA304H3E' | 'CII'
  /** Import counter at the end of 2019, in Wh. @default {0} */
  readonly startWh?: number
}

export interface SimulatedPushMeter {
  /** The id its readings carry. */
  readonly meter: string
  /** What the meter sends in this second; empty where it sends nothing. */
  telegramAt(unixSeconds: number): Bytes
}

interface Moment {
  readonly inside: number
  readonly outside: number
  readonly from: number
  readonly to: number
}

const volts = [236, 235, 237] as const

function long(value: number): number[] {
  return [0x06, ...u32(value)]
}

function short(value: number): number[] {
  return [0x12, ...u16(value)]
}

function text(value: string): number[] {
  return [0x09, value.length, ...utf8(value)]
}

/** The current of one phase in so many parts of an ampere. */
function current({ from, to }: Moment, parts: number): number {
  return Math.round((parts * (from + to)) / volts[0])
}

/** Three lists, each with all of the one before it. */
function norwegian(at: number, moment: Moment, name: string): Bytes {
  const clock = writeCosemClock(at, false, 'Europe/Oslo')
  const time = [0x09, 0x0c, ...clock]
  const power = long(moment.from)
  const detail = [
    ...text('KFM_001'),
    ...text(name),
    ...text('MA304H3E'),
    ...power,
    ...long(moment.to),
    ...long(Math.floor(moment.from / 5)),
    ...long(0),
    ...long(current(moment, 1000)),
    ...long(0),
    ...long(0),
    ...volts.flatMap((one) => long(10 * one)),
  ]
  const counters = [
    ...time,
    ...long(moment.inside),
    ...long(moment.outside),
    ...long(Math.floor(moment.inside / 5)),
    ...long(0),
  ]
  const hourly = at % 3600 === 10
  const body = at % 10 !== 0
    ? [1, ...power]
    : hourly
    ? [18, ...detail, ...counters]
    : [13, ...detail]
  const unit = Uint8Array.from([0x0f, 0x40, 0, 0, 0, ...time, 0x02, ...body])
  return writeHdlc([0x01, 0x02, 0x01], concat(llc, unit))
}

/** Class, code, attribute, index. */
function listed(kind: number, ...code: number[]): number[] {
  return [0x02, 4, 0x12, ...u16(kind), 0x09, 6, ...code, 255, 0x0f, 2, 0x12, 0, 0]
}

const blockSize = 0x70

/** General block transfer (`E0`), a frame a block. */
export function writeBlocks(
  addresses: readonly number[],
  unit: Uint8Array,
  most = blockSize,
): Bytes {
  const frames: Bytes[] = []
  for (let at = 0; at < unit.length; at += most) {
    const part = unit.subarray(at, at + most)
    const control = at + most >= unit.length ? 0xc0 : 0x40
    const head = Uint8Array.of(0xe0, control, ...u16(frames.length + 1), 0, 0, part.length)
    frames.push(writeHdlc(addresses, concat(at === 0 ? llc : new Uint8Array(0), head, part)))
  }
  return concat(...frames)
}

function swiss(at: number, moment: Moment, name: string): Bytes {
  const clock = writeCosemClock(at, false, 'Europe/Zurich')
  const objects: readonly (readonly [kind: number[], value: number[]])[] = [
    [listed(1, 0, 0, 42, 0, 0), text(name)],
    [listed(8, 0, 0, 1, 0, 0), [0x09, 0x0c, ...clock]],
    [listed(3, 1, 1, 1, 8, 0), long(moment.inside)],
    [listed(3, 1, 1, 2, 8, 0), long(moment.outside)],
    [listed(3, 1, 0, 1, 7, 0), long(moment.from)],
    [listed(3, 1, 0, 2, 7, 0), long(moment.to)],
    [listed(3, 1, 0, 32, 7, 0), short(volts[0])],
    [listed(3, 1, 0, 52, 7, 0), short(volts[1])],
    [listed(3, 1, 0, 72, 7, 0), short(volts[2])],
    [listed(3, 1, 0, 31, 7, 0), short(current(moment, 100))],
  ]
  const count = objects.length + 1
  const self = listed(40, 0, 8, 25, 9, 0)
  const list = [0x01, count, ...self, ...objects.flatMap(([kind]) => kind)]
  const unit = Uint8Array.from([
    0x0f,
    ...u32(at - Date.UTC(2019, 0, 1) / 1000),
    0x0c,
    ...clock,
    0x02,
    count,
    ...list,
    ...objects.flatMap(([, value]) => value),
  ])
  return writeBlocks([0xce, 0xff, 0x03], unit)
}

export function createSimulatedPushMeter(options: SimulatedPushOptions): SimulatedPushMeter {
  const { seed, model, startWh = 0 } = options
  const household = createHousehold(seed)
  const number = String(Math.abs(seed) % 10_000).padStart(9, '0')
  const meter = `${simulatedMaker}1030${number}`

  function momentAt(unix: number): Moment {
    const { counts: [night, day, outNight, outDay], moment: { net } } = household.at(unix)
    return {
      inside: startWh + Math.floor((night + day) / 3600),
      outside: Math.floor((outNight + outDay) / 3600),
      from: Math.max(net, 0),
      to: Math.max(-net, 0),
    }
  }

  return {
    meter,
    telegramAt(unixSeconds) {
      const unix = Math.floor(unixSeconds)
      if (model === 'CII') {
        return unix % 5 === 0 ? swiss(unix, momentAt(unix), meter) : new Uint8Array(0)
      }
      return unix % 2 === 0 ? norwegian(unix, momentAt(unix), meter) : new Uint8Array(0)
    },
  }
}
