/**
 * Simulated meters that push in the clear: Nordic HAN ports (a Kaifa MA304H3E with the three lists of
 * NVE: power every two seconds, all of the moment every ten, counters every hour; an Aidon with
 * codes, scales and units; a Kamstrup with codes alone) and Swiss customer interfaces (a Landis+Gyr
 * E450 with its push object list in blocks, an E570 with the same in segments). The household is
 * that of household.ts; the same seed and instant give the same telegram.
 *
 * @module
 */

import { type Bytes, concat } from '../bytes.ts'
import { createHousehold } from './household.ts'
import {
  described,
  long,
  octets,
  short,
  text,
  u16,
  u32,
  visible,
  writeCosemClock,
} from './simulate-data.ts'
import { llc, writeBlocks, writeHdlc } from './simulate-dlms.ts'
import { simulatedMaker } from './system-title.ts'

export type PushModel = 'MA304H3E' | 'Aidon' | 'Kamstrup' | 'CII' | 'E570'

export interface SimulatedPushOptions {
  /** Which household: a whole number. */
  readonly seed: number
  readonly model: PushModel
  /** Import counter at the end of 2019, in Wh. @default {0} */
  readonly startWh?: number
}

export interface SimulatedPushMeter {
  /** The id its readings carry. */
  readonly meter: string
  /** Seconds between what it sends. */
  readonly every: number
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

/** The current of one phase in so many parts of an ampere. */
function current({ from, to }: Moment, parts: number): number {
  return Math.round((parts * (from + to)) / volts[0])
}

/** Three lists, each with all of the one before it. */
function norwegian(at: number, moment: Moment, name: string): Bytes {
  const clock = writeCosemClock(at, false, 'Europe/Oslo')
  const time = octets(...clock)
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
  const body = at % 10 !== 0
    ? [1, ...power]
    : isHourly(at)
    ? [18, ...detail, ...counters]
    : [13, ...detail]
  const unit = Uint8Array.from([0x0f, 0x40, 0, 0, 0, ...time, 0x02, ...body])
  return writeHdlc([0x01, 0x02, 0x01], concat(llc, unit))
}

/** Counters come in the lists of the hour, ten seconds past it. */
function isHourly(at: number): boolean {
  return at % 3600 === 10
}

/** An array of objects, each with its code, and scale and unit where it is a number. */
function aidon(at: number, moment: Moment, name: string): Bytes {
  const named = (code: readonly number[], value: readonly number[]) => [
    0x02,
    2,
    ...octets(...code, 255),
    ...value,
  ]
  const number = (c: number, d: number, value: number[], scaler: number, unit: number) => [
    0x02,
    3,
    ...described([1, 0, c, d, 0, 255], value, scaler, unit),
  ]
  const amperes = (tenths: number) => [0x10, ...u16(tenths)]
  const counters = isHourly(at)
    ? [
      named([0, 0, 1, 0, 0], octets(...writeCosemClock(at, false, 'Europe/Oslo'))),
      number(1, 8, long(Math.floor(moment.inside / 10)), 1, 30),
      number(2, 8, long(Math.floor(moment.outside / 10)), 1, 30),
      number(3, 8, long(Math.floor(moment.inside / 50)), 1, 32),
      number(4, 8, long(0), 1, 32),
    ]
    : []
  const objects = [
    named([1, 1, 0, 2, 129], visible('AIDON_V0001')),
    named([0, 0, 96, 1, 0], visible(name)),
    named([0, 0, 96, 1, 7], visible('6525')),
    number(1, 7, long(moment.from), 0, 27),
    number(2, 7, long(moment.to), 0, 27),
    number(3, 7, long(Math.floor(moment.from / 5)), 0, 29),
    number(4, 7, long(0), 0, 29),
    number(31, 7, amperes(current(moment, 10)), -1, 33),
    number(51, 7, amperes(0), -1, 33),
    number(71, 7, amperes(0), -1, 33),
    ...volts.map((one, i) => number(32 + 20 * i, 7, short(10 * one), -1, 35)),
    ...counters,
  ]
  // It says no time of its own.
  const unit = [0x0f, 0x40, 0, 0, 0, 0x00, 0x01, objects.length, ...objects.flat()]
  return writeHdlc([0x41, 0x08, 0x83], concat(llc, Uint8Array.from(unit)))
}

type Pair = readonly [code: readonly number[], value: readonly number[]]

/** Codes and bare numbers in turn; counters in tens of watt-hours. */
function kamstrup(at: number, moment: Moment, name: string): Bytes {
  const clock = octets(...writeCosemClock(at, false, 'Europe/Oslo'))
  const counters: readonly Pair[] = [
    [[0, 1, 1, 0, 0], clock],
    [[1, 1, 1, 8, 0], long(Math.floor(moment.inside / 10))],
    [[1, 1, 2, 8, 0], long(Math.floor(moment.outside / 10))],
    [[1, 1, 3, 8, 0], long(Math.floor(moment.inside / 50))],
    [[1, 1, 4, 8, 0], long(0)],
  ]
  const pairs: readonly Pair[] = [
    [[1, 1, 0, 0, 5], visible(name)],
    [[1, 1, 96, 1, 1], visible('6841121BN243101040')],
    [[1, 1, 1, 7, 0], long(moment.from)],
    [[1, 1, 2, 7, 0], long(moment.to)],
    [[1, 1, 3, 7, 0], long(Math.floor(moment.from / 5))],
    [[1, 1, 4, 7, 0], long(0)],
    [[1, 1, 31, 7, 0], long(current(moment, 100))],
    [[1, 1, 51, 7, 0], long(0)],
    [[1, 1, 71, 7, 0], long(0)],
    [[1, 1, 32, 7, 0], short(volts[0])],
    [[1, 1, 52, 7, 0], short(volts[1])],
    [[1, 1, 72, 7, 0], short(volts[2])],
    ...(isHourly(at) ? counters : []),
  ]
  const body = [
    1 + 2 * pairs.length,
    ...visible('Kamstrup_V0001'),
    ...pairs.flatMap(([code, value]) => [...octets(...code, 255), ...value]),
  ]
  const unit = Uint8Array.from([0x0f, 0, 0, 0, 0, ...clock.slice(1), 0x02, ...body])
  return writeHdlc([0x2b, 0x21], concat(llc, unit))
}

/** Class, code, attribute, index. */
function listed(kind: number, ...code: number[]): number[] {
  return [0x02, 4, 0x12, ...u16(kind), ...octets(...code, 255), 0x0f, 2, 0x12, 0, 0]
}

function swiss(at: number, moment: Moment, name: string): Uint8Array {
  const clock = writeCosemClock(at, false, 'Europe/Zurich')
  const objects: readonly (readonly [kind: number[], value: number[]])[] = [
    [listed(1, 0, 0, 42, 0, 0), text(name)],
    [listed(8, 0, 0, 1, 0, 0), octets(...clock)],
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
  return Uint8Array.from([
    0x0f,
    ...u32(at - Date.UTC(2019, 0, 1) / 1000),
    0x0c,
    ...clock,
    0x02,
    count,
    ...list,
    ...objects.flatMap(([, value]) => value),
  ])
}

const swissAddresses = [0xce, 0xff, 0x03]

/** What one frame cannot hold goes on in the next (HDLC's segmentation). */
function writeSegments(addresses: readonly number[], unit: Uint8Array, most = 0x78): Bytes {
  const all = concat(llc, unit)
  const frames: Bytes[] = []
  for (let at = 0; at < all.length; at += most) {
    frames.push(writeHdlc(addresses, all.subarray(at, at + most), at + most < all.length))
  }
  return concat(...frames)
}

/** How often each sends, in seconds, and what. */
const models: Record<PushModel, {
  readonly every: number
  readonly write: (at: number, moment: Moment, name: string) => Bytes
}> = {
  MA304H3E: { every: 2, write: norwegian },
  Aidon: { every: 10, write: aidon },
  Kamstrup: { every: 10, write: kamstrup },
  CII: { every: 5, write: (...what) => writeBlocks(swissAddresses, swiss(...what)) },
  E570: { every: 5, write: (...what) => writeSegments(swissAddresses, swiss(...what)) },
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

  const { every, write } = models[model]
  return {
    meter,
    every,
    telegramAt(unixSeconds) {
      const unix = Math.floor(unixSeconds)
      return unix % every === 0 ? write(unix, momentAt(unix), meter) : new Uint8Array(0)
    },
  }
}
