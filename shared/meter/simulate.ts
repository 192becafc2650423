/**
 * A simulated DSMR meter: a household that does not exist (household.ts) on P1. Any instant can be
 * asked for, in any order; the same seed and instant give the same telegram. Everything that names
 * it says that it is simulated.
 *
 * @module
 */

import { type Bytes, utf8 } from '../bytes.ts'
import { chance, createHousehold } from './household.ts'
import { crc16Arc } from './p1-frame.ts'
import { simulatedIdentification } from './p1.ts'
import { offsetAt } from './zone.ts'

/**
 * Belgium with its peaks of the month; Sweden, whose clock keeps winter time; Hungary; Lithuania and
 * Estonia, whose winter is two hours ahead; Switzerland, with a sum beside its tariffs; Luxembourg;
 * Austria, whose values are whole watt-hours; Slovenia, whose AM550 prints no CRC.
 */
export type P1Dialect = 'be' | 'se' | 'hu' | 'lt' | 'ch' | 'lu' | 'at' | 'si'

export interface SimulatedMeterOptions {
  /** Which household: a whole number. */
  readonly seed: number
  /** @default {'5.0.2'} */
  readonly version?: '2.2' | '4.2' | '5.0.2' | P1Dialect
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
const gasSlot = 300
const gasSlots = 86_400 / gasSlot

function two(value: number): string {
  return String(value).padStart(2, '0')
}

function stamp(at: number, offset = offsetAt(zone, at), winter = 3600): string {
  const local = new Date((at + offset) * 1000)
  return two(local.getUTCFullYear() % 100) + two(local.getUTCMonth() + 1) +
    two(local.getUTCDate()) + two(local.getUTCHours()) + two(local.getUTCMinutes()) +
    two(local.getUTCSeconds()) + (offset > winter ? 'S' : 'W')
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
  // Swedish and Lithuanian meters name their model only.
  const isUnnamed = version === 'se' || version === 'lt'
  const meter = isUnnamed ? simulatedIdentification : `SIMULATED-${name}`
  const gasMeter = `SIMULATED-GAS-${name}`
  const household = createHousehold(seed)

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
    const { seconds, counts, moment, night } = household.at(unix)
    const { net, phases } = moment
    const [t1 = 0, t2 = 0, out1 = 0, out2 = 0] = counts.map((count) => {
      return startWh + Math.floor(count / 3600)
    })
    const old = version === '2.2'
    const energy = (value: number) => `(${thousandths(value, old ? 5 : 6)}*kWh)`
    const power = (value: number, unit = 'W') =>
      `(${thousandths(Math.max(value, 0), 2, old ? 2 : 3)}*k${unit})`
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
    const volume = `(${thousandths(litres(Math.max(0, seconds - (unix - captured))), 5)}`
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
      // Printed together: when the month ended, and when in it the peak was. No month before the last
      // is known to a new meter, and prints as a time that no calendar has.
      const day = 86_400
      const peak = unix - (unix % day) + 61_200
      const peaks = [
        ...[30, 60].map((days) =>
          `(${stamp(peak - days * day)})(${stamp(peak - 40 * day)})(03.695*kW)`
        ),
        '(632525252525W)(632525252525W)(00.000*kW)',
      ]
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
        `1-0:1.4.0${power(net)}`,
        `1-0:1.6.0(${stamp(peak)})(04.329*kW)`,
        `0-0:98.1.0(${peaks.length})(1-0:1.6.0)(1-0:1.6.0)${peaks.join('')}`,
        ...parts,
        ...grid,
        ...(gas ? sub : []),
      ]
    }
    if (isUnnamed || version === 'hu' || version === 'at' || version === 'si') {
      const whole = version === 'at'
      const sum = (wh: number, unit: string) =>
        whole ? `(${String(wh).padStart(9, '0')}*${unit})` : `(${thousandths(wh, 8)}*k${unit})`
      const now = (watt: number, unit: string) =>
        whole ? `(${String(Math.max(watt, 0)).padStart(6, '0')}*${unit})` : power(watt, unit)
      const time = version === 'se'
        ? stamp(unix, 3600)
        : version === 'lt'
        ? stamp(unix, offsetAt('Europe/Vilnius', unix), 7200)
        : stamp(unix)
      return [
        `0-0:1.0.0(${time})`,
        ...(isUnnamed ? [] : [`0-0:96.1.${version === 'hu' ? 0 : 1}(${hex(meter)})`]),
        `1-0:1.8.0${sum(t1 + t2, 'Wh')}`,
        `1-0:2.8.0${sum(out1 + out2, 'Wh')}`,
        `1-0:3.8.0${sum(Math.floor((t1 + t2) / 5), 'varh')}`,
        `1-0:4.8.0${sum(Math.floor((out1 + out2) / 5), 'varh')}`,
        `1-0:1.7.0${now(net, 'W')}`,
        `1-0:2.7.0${now(-net, 'W')}`,
        ...(version === 'hu' ? ['1-0:13.7.0(0.981)', '1-0:14.7.0(50.00*Hz)'] : []),
        ...(whole ? [] : [...parts, ...grid]),
      ]
    }
    if (version === 'lu') {
      return [
        '1-3:0.2.8(42)',
        `0-0:1.0.0(${stamp(unix)})`,
        `0-0:42.0.0(${hex(meter)})`,
        `1-0:1.8.0${energy(t1 + t2)}`,
        `1-0:2.8.0${energy(out1 + out2)}`,
        `1-0:1.7.0${power(net)}`,
        `1-0:2.7.0${power(-net)}`,
        '0-0:17.0.0(0012.300*kVA)',
        ...grid,
        ...parts,
      ]
    }
    if (version === 'ch') {
      return [
        '1-3:0.2.8(50)',
        `0-0:1.0.0(${stamp(unix)})`,
        `0-0:96.1.1(${hex(meter)})`,
        `1-0:1.8.0${energy(t1 + t2)}`,
        `1-0:2.8.0${energy(out1 + out2)}`,
        ...tariff,
        ...grid,
        ...parts,
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
      const crc = version === '2.2' || version === 'si'
        ? ''
        : crc16Arc(body).toString(16).toUpperCase().padStart(4, '0')
      const telegram = new Uint8Array(body.length + crc.length + 2)
      telegram.set(body)
      telegram.set(utf8(`${crc}\r\n`), body.length)
      return telegram
    },
  }
}
