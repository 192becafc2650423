/**
 * A simulated DSMR meter: a household with three phases, a night tariff and a PV plant, on P1. Any
 * instant can be asked for, in any order; the same seed and instant give the same telegram. Its
 * counters are the exact integral of the power it shows. Everything that names it says that it is
 * simulated.
 *
 * @module
 */

import { type Bytes, utf8 } from '../bytes.ts'
import { crc16Arc } from './p1-frame.ts'
import { simulatedIdentification } from './p1.ts'
import { offsetAt } from './zone.ts'

export interface SimulatedMeterOptions {
  /** Which household: a whole number. */
  readonly seed: number
  /** @default {'5.0.2'} */
  readonly version?: '2.2' | '4.2' | '5.0.2' | 'be'
  /** Counters at 2020-01-01, in Wh. @default {0} */
  readonly startWh?: number
  /** A gas meter on channel 1. @default {false} */
  readonly gas?: boolean
}

export interface SimulatedMeter {
  /** The id its readings carry. */
  readonly meter: string
  /** The telegram that the meter ends in this second. */
  telegramAt(unixSeconds: number): Bytes
}

const zone = 'Europe/Amsterdam'
/** A midnight in winter time, which the household keeps all year: the sun does. */
const epoch = Date.UTC(2019, 11, 31, 23) / 1000
const day = 86_400
/** Power is constant for so many seconds. */
const slot = 5
const slots = day / slot
/** Days differ, and come again after a week. */
const cycle = 7
const gasSlot = 300
const gasSlots = day / gasSlot

/** A well-mixed whole number below `below` for each place: the household has no memory. */
function chance(seed: number, place: number, below: number): number {
  let x = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(place + 1, 0xc2b2ae35)) >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return ((x ^ (x >>> 15)) >>> 0) % below
}

interface Moment {
  /** Watts of each phase, import positive. */
  readonly phases: readonly [number, number, number]
  readonly net: number
}

/** What happens in a slot; whole watts, so that energy is a whole number of watt seconds. */
function momentOf(seed: number, cycleDay: number, index: number): Moment {
  const second = index * slot
  const minute = Math.floor(second / 60)
  const hour = Math.floor(minute / 60)
  const of = (what: number, place: number, below: number) =>
    chance(seed + 7919 * what, cycleDay * 100_000 + place, below)

  let one = 70 + of(1, Math.floor(minute / 30), 60) + of(2, index, 9)
  let two = 60 + of(3, Math.floor(minute / 20), 50) + of(4, index, 7)
  let three = 50 + of(5, index, 5)
  const fridge = (minute + of(6, 0, 45)) % 45 < 16
  if (fridge) one += 85
  const evening = hour >= 17 && hour < 23
  const morning = hour >= 6 && hour < 9
  if (evening) one += 180 + of(7, Math.floor(minute / 15), 160)
  if (morning || evening) two += 60 + of(8, Math.floor(minute / 10), 140)
  // A kettle for three minutes now and then, where somebody is awake.
  const kettle = Math.floor(minute / 3)
  if ((morning || evening) && of(9, kettle, 14) === 0) two += 1950 + of(10, index, 15)
  const cookingStart = 18 * 60 + of(11, 0, 60)
  if (minute >= cookingStart && minute < cookingStart + 35 && minute % 4 < 3) three += 1800
  const washStart = 10 * 60 + of(12, 0, 300)
  if (of(13, 0, 3) === 0 && minute >= washStart && minute < washStart + 95) {
    three += minute < washStart + 20 ? 1900 : 140 + of(14, minute, 120)
  }

  // The sun from six to eight, a parabola, behind clouds that pass in some minutes.
  const up = second - 6 * 3600
  const length = 14 * 3600
  if (up > 0 && up < length) {
    const clear = 1150 - of(15, 0, 600)
    const span = 6 * 60
    const from = of(16, Math.floor(second / span), 1000)
    const to = of(16, Math.floor(second / span) + 1, 1000)
    const cloud = Math.floor(((span - (second % span)) * from + (second % span) * to) / span)
    const share = 1000 - Math.floor((cloud * of(17, 0, 800)) / 1000)
    const height = Math.floor((4000 * up * (length - up)) / (length * length))
    const phase = Math.floor((clear * share * height) / 1_000_000)
    one -= phase
    two -= phase
    three -= phase
  }
  return { phases: [one, two, three], net: one + two + three }
}

/** Watt seconds by direction and tariff: import 1 (night), import 2, export 1, export 2. */
type Counts = [number, number, number, number]

/** The night tariff holds from 23 to 7 and at weekends; day 0 is a Wednesday. */
function isNight(cycleDay: number, index: number): boolean {
  const hour = Math.floor((index * slot) / 3600)
  return hour < 7 || hour >= 23 || cycleDay === 3 || cycleDay === 4
}

function add(counts: Counts, net: number, seconds: number, night: boolean): void {
  if (net >= 0) counts[night ? 0 : 1] += net * seconds
  else counts[night ? 2 : 3] -= net * seconds
}

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function stamp(at: number): string {
  const offset = offsetAt(zone, at)
  const local = new Date((at + offset) * 1000)
  return two(local.getUTCFullYear() % 100) + two(local.getUTCMonth() + 1) +
    two(local.getUTCDate()) + two(local.getUTCHours()) + two(local.getUTCMinutes()) +
    two(local.getUTCSeconds()) + (offset === 7200 ? 'S' : 'W')
}

/** A whole number of thousandths with so many places before and after the point. */
function thousandths(value: number, before: number, after = 3): string {
  const digits = String(Math.floor(value / 10 ** (3 - after))).padStart(before + after, '0')
  return `${digits.slice(0, -after)}.${digits.slice(-after)}`
}

function hex(text: string): string {
  return [...utf8(text)].map((byte) => byte.toString(16)).join('')
}

export function createSimulatedMeter(options: SimulatedMeterOptions): SimulatedMeter {
  const { seed, version = '5.0.2', startWh = 0, gas = false } = options
  const name = String(Math.abs(seed) % 10_000).padStart(4, '0')
  const meter = `SIMULATED-${name}`
  const gasMeter = `SIMULATED-GAS-${name}`

  /** Counts at the start of each day of the cycle, and of the next cycle. */
  let starts: Counts[] | null = null
  let today: { cycleDay: number; counts: Counts[] } | null = null

  function countDay(cycleDay: number, begin: Counts): Counts[] {
    const counts: Counts[] = []
    const running: Counts = [...begin]
    for (let index = 0; index < slots; index++) {
      counts.push([...running])
      add(running, momentOf(seed, cycleDay, index).net, slot, isNight(cycleDay, index))
    }
    counts.push(running)
    return counts
  }

  function startOf(cycleDay: number): Counts {
    if (starts === null) {
      starts = [[0, 0, 0, 0]]
      for (let d = 0; d < cycle; d++) {
        const running: Counts = [...(starts[d] ?? [0, 0, 0, 0])]
        for (let index = 0; index < slots; index++) {
          add(running, momentOf(seed, d, index).net, slot, isNight(d, index))
        }
        starts.push(running)
      }
    }
    return starts[cycleDay] ?? [0, 0, 0, 0]
  }

  function at(seconds: number): { wh: Counts; moment: Moment; night: boolean } {
    const days = Math.floor(seconds / day)
    const cycleDay = days % cycle
    const index = Math.floor((seconds % day) / slot)
    if (today?.cycleDay !== cycleDay) {
      today = { cycleDay, counts: countDay(cycleDay, startOf(cycleDay)) }
    }
    const running: Counts = [...(today.counts[index] ?? [0, 0, 0, 0])]
    const moment = momentOf(seed, cycleDay, index)
    const night = isNight(cycleDay, index)
    add(running, moment.net, seconds % slot, night)
    const whole = startOf(cycle)
    const cycles = Math.floor(days / cycle)
    const wh = running.map((count, i) => {
      return startWh + Math.floor((count + cycles * (whole[i] ?? 0)) / 3600)
    })
    const [a = 0, b = 0, c = 0, d = 0] = wh
    return { wh: [a, b, c, d], moment, night }
  }

  /** Litres of gas at the end of a five minutes. */
  function litres(seconds: number): number {
    const index = Math.floor(seconds / gasSlot)
    const days = Math.floor(index / gasSlots)
    const base = days * 2376
    let used = 0
    // Showers and heating in the morning and the evening, cooking in between: 2376 litres a day.
    const today = index % gasSlots
    for (const [from, each] of [[72, 50], [84, 25], [216, 50], [240, 25]] as const) {
      used += Math.max(0, Math.min(today - from, 12)) * each
    }
    for (const from of [30, 120, 180, 270]) used += Math.max(0, Math.min(today - from, 12)) * 12
    return base + used
  }

  function lines(unix: number): string[] {
    const seconds = Math.max(0, unix - epoch)
    const { wh: [t1, t2, out1, out2], moment, night } = at(seconds)
    const { net, phases } = moment
    const old = version === '2.2'
    const energy = (value: number) => `(${thousandths(value, old ? 5 : 6)}*kWh)`
    const power = (value: number) => `(${thousandths(Math.max(value, 0), 2, old ? 2 : 3)}*kW)`
    const tariff = [
      `1-0:1.8.1${energy(t1)}`,
      `1-0:1.8.2${energy(t2)}`,
      `1-0:2.8.1${energy(out1)}`,
      `1-0:2.8.2${energy(out2)}`,
      `0-0:96.14.0(${night ? '0001' : '0002'})`,
      `1-0:1.7.0${power(net)}`,
      `1-0:2.7.0${power(-net)}`,
    ]
    const [one, two, three] = phases
    const amps = (watt: number) => String(Math.round(Math.abs(watt) / 230)).padStart(3, '0')
    const volts = (phase: number) => {
      return thousandths(228_000 + 100 * chance(seed + phase, Math.floor(unix / 10), 50), 3, 1)
    }
    const parts = [
      `1-0:21.7.0${power(one)}`,
      `1-0:41.7.0${power(two)}`,
      `1-0:61.7.0${power(three)}`,
      `1-0:22.7.0${power(-one)}`,
      `1-0:42.7.0${power(-two)}`,
      `1-0:62.7.0${power(-three)}`,
    ]
    const grid = [
      `1-0:32.7.0(${volts(1)}*V)`,
      `1-0:52.7.0(${volts(2)}*V)`,
      `1-0:72.7.0(${volts(3)}*V)`,
      `1-0:31.7.0(${amps(one)}*A)`,
      `1-0:51.7.0(${amps(two)}*A)`,
      `1-0:71.7.0(${amps(three)}*A)`,
    ]
    const every = version === '5.0.2' || version === 'be' ? gasSlot : 3600
    const captured = unix - (((unix % every) + every) % every)
    const volume = `(${thousandths(litres(Math.max(0, captured - epoch)), 5)}`
    const gasId = hex(gasMeter)

    if (version === '2.2') {
      const sub = [
        '0-1:24.1.0(3)',
        `0-1:96.1.0(${gasId})`,
        `0-1:24.3.0(${stamp(captured).slice(0, 12)})(00)(60)(1)(0-1:24.2.1)(m3)`,
        `${volume})`,
        '0-1:24.4.0(1)',
      ]
      return [`0-0:96.1.1(${hex(meter)})`, ...tariff, '0-0:96.13.0()', ...(gas ? sub : [])]
    }
    if (version === 'be') {
      const sub = [
        '0-1:24.1.0(003)',
        `0-1:96.1.1(${gasId})`,
        `0-1:24.2.3(${stamp(captured)})${volume}*m3)`,
      ]
      return [
        '0-0:96.1.4(50217)',
        `0-0:96.1.1(${hex(meter)})`,
        `0-0:1.0.0(${stamp(unix)})`,
        ...tariff,
        ...parts,
        ...grid,
        ...(gas ? sub : []),
      ]
    }
    const sub = [
      '0-1:24.1.0(003)',
      `0-1:96.1.0(${gasId})`,
      `0-1:24.2.1(${stamp(captured)})${volume}*m3)`,
    ]
    return [
      `1-3:0.2.8(${version === '4.2' ? '42' : '50'})`,
      `0-0:1.0.0(${stamp(unix)})`,
      `0-0:96.1.1(${hex(meter)})`,
      ...tariff,
      '0-0:96.7.21(00000)',
      '0-0:96.13.0()',
      ...grid,
      ...parts,
      ...(gas ? sub : []),
    ]
  }

  return {
    meter,
    telegramAt(unixSeconds) {
      const unix = Math.floor(unixSeconds)
      const body = utf8([`/${simulatedIdentification}`, '', ...lines(unix), '!'].join('\r\n'))
      const crc = version === '2.2'
        ? ''
        : crc16Arc(body).toString(16).toUpperCase().padStart(4, '0')
      const telegram = new Uint8Array(body.length + crc.length + 2)
      telegram.set(body)
      telegram.set(utf8(`${crc}\r\n`), body.length)
      return telegram
    },
  }
}
