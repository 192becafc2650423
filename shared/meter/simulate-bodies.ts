/**
 * What simulated meters of Austrian operators put into their notifications: the elements of one
 * structure, as each operator has it (dlms-forms.ts, dlms-described.ts).
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { described, long, octets, short, text, visible } from './simulate-data.ts'

export interface Content {
  /** Of COSEM, 12 bytes. */
  readonly clock: Bytes
  /** Import, export, both reactive in Wh and varh; then the same as powers. */
  readonly values: readonly number[]
  /** The logical device name, 16 characters. */
  readonly name: string
  /** The number on the meter, 12 digits. */
  readonly serial: string
}

/** The count of elements, then each. */
export type Body = (content: Content) => number[]

const volts = [2337, 2341, 2329] as const

/** In tenths of a volt, hundredths of an ampere; one phase has it all. */
function gridOf([, , , , from = 0, to = 0]: readonly number[]) {
  return { volts, amperes: [Math.round((1000 * (from + to)) / volts[0]), 0, 0] }
}

/** Wiener Netze: clock, energies, powers. */
export const viennaBody: Body = ({ clock, values }) => [
  9,
  ...octets(...clock),
  ...values.flatMap(long),
]

/** The same behind the name, as Siemens' meters have it. */
export const viennaNamedBody: Body = ({ clock, values, name }) => [
  10,
  ...visible(name),
  ...octets(...clock),
  ...values.flatMap(long),
]

/** 13 characters, as Kärnten's meters have it. */
export function longSerial(serial: string): string {
  return `${serial}0`
}

/** 8 characters, as Burgenland's meters have it. */
export function shortSerial(serial: string): string {
  return serial.slice(-8)
}

/** Kärnten: what sends it, number, time and date apart, six values, two messages that are empty. */
export const carinthiaBody: Body = ({ clock, values, serial }) => [
  12,
  ...octets(0, 6, 25, 9, 0, 255),
  ...text(longSerial(serial)),
  ...octets(...clock.subarray(5, 9)),
  ...octets(...clock.subarray(0, 5)),
  ...values.slice(0, 6).flatMap(long),
  ...text(''),
  ...text(''),
]

/** Burgenland: whole volts, hundredths of an ampere, powers, energies, angles, number. */
export const burgenlandBody: Body = ({ values, serial }) => {
  const grid = gridOf(values)
  const [inside = 0, outside = 0, , , from = 0, to = 0] = values
  return [
    14,
    ...grid.volts.flatMap((tenths) => short(Math.round(tenths / 10))),
    ...grid.amperes.flatMap(short),
    ...[from, to, inside, outside].flatMap(long),
    ...[0, 240, 120].flatMap(short),
    ...text(shortSerial(serial)),
  ]
}

/** Steiermark: clock, then sums, two tariffs and power in all four directions, each with its code. */
export const styriaBody: Body = ({ clock, values }) => [
  33,
  ...octets(...clock),
  ...[1, 2, 3, 4].flatMap((c) => {
    const sum = values[c - 1] ?? 0
    const day = Math.floor((sum * 3) / 4)
    return [
      ...coded([1, 0, c, 8, 0, 255], sum),
      ...coded([1, 0, c, 8, 1, 255], day),
      ...coded([1, 0, c, 8, 2, 255], sum - day),
      ...coded([1, 0, c, 7, 0, 255], values[c + 3] ?? 0),
    ]
  }),
]

function coded(code: readonly number[], value: number): number[] {
  return [...octets(...code), ...long(value)]
}

const wattHours = 30
const watts = 27
const varHours = 32

/** Voltages and currents with their scales and units. */
function describedGrid(values: readonly number[]): number[][] {
  const grid = gridOf(values)
  return [
    ...grid.volts.map((one, i) => described([1, 0, 32 + 20 * i, 7, 0, 255], short(one), -1, 35)),
    ...grid.amperes.map((one, i) => described([1, 0, 31 + 20 * i, 7, 0, 255], short(one), -2, 33)),
  ]
}

function describedLong(c: number, d: number, value: number, unit: number): number[] {
  return described([1, 0, c, d, 0, 255], long(value), 0, unit)
}

/** Netz Niederösterreich: clock, eleven objects with their units, serial number. */
export const lowerAustriaBody: Body = ({ clock, values, serial }) => {
  const [inside = 0, outside = 0, , , from = 0, to = 0] = values
  return [
    35,
    ...octets(...clock),
    ...describedLong(1, 8, inside, wattHours),
    ...describedLong(2, 8, outside, wattHours),
    ...describedLong(1, 7, from, watts),
    ...describedLong(2, 7, to, watts),
    ...describedGrid(values).flat(),
    ...described([1, 0, 13, 7, 0, 255], short(1000), -3, 255),
    ...text(serial),
  ]
}

/** Tyrol, Salzburg, Vorarlberg: code and clock, then each object in a structure of its own. */
export const tyrolBody: Body = ({ clock, values, name, serial }) => {
  const [inside = 0, outside = 0, reactiveIn = 0, reactiveOut = 0, from = 0, to = 0] = values
  const named = (code: readonly number[], value: string) => [
    0x02,
    2,
    ...octets(...code),
    ...text(value),
  ]
  const objects = [
    ...describedGrid(values),
    describedLong(1, 7, from, watts),
    describedLong(2, 7, to, watts),
    describedLong(1, 8, inside, wattHours),
    describedLong(2, 8, outside, wattHours),
    describedLong(3, 8, reactiveIn, varHours),
    describedLong(4, 8, reactiveOut, varHours),
  ]
  return [
    16,
    ...octets(0, 0, 1, 0, 0, 255),
    ...octets(...clock),
    ...named([0, 0, 96, 1, 0, 255], serial),
    ...named([0, 0, 42, 0, 0, 255], name),
    ...objects.flatMap((object) => [0x02, 3, ...object]),
  ]
}
