/**
 * An M-Bus with simulated meters on it, a heat meter, a water meter and an electricity meter of a
 * household that does not exist: each answers the real line protocol at its primary and its
 * secondary address, minds the frame count bit, and tells its readout in as many telegrams as it
 * needs. Where several answer at once their bits mix, as on the two wires of a bus. They bear the
 * letters `ZZZ`, which no maker has. The same seed and instant give the same readout.
 *
 * @module
 */

import { type Bytes, concat, utf8 } from '../bytes.ts'
import { chance, createHousehold } from './household.ts'
import { identityBytes, type MBusIdentity } from './mbus-address.ts'
import { createMBusFramer, longFrame, type MBusFrame } from './mbus-frame.ts'
import { simulatedManufacturer } from './mbus-response.ts'
import { offsetAt } from './zone.ts'

export type SimulatedMBusKind = 'heat' | 'water' | 'electricity'

export interface SimulatedMBusMeter {
  readonly kind: SimulatedMBusKind
  /** 1 to 250. */
  readonly address: number
  /** Eight digits. */
  readonly id: string
  /** Which household. @default {1} */
  readonly seed?: number
}

export interface SimulatedMBus {
  /** What the bus answers to bytes of the master at this second; empty where nobody does. */
  answer(request: Uint8Array, unixSeconds: number): Bytes
  /** Who is on it, in the order given. */
  readonly identities: readonly MBusIdentity[]
}

const acknowledgement = new Uint8Array([0xe5])
const nothing = new Uint8Array(0)

const media = { heat: 0x04, water: 0x07, electricity: 0x02 } as const

/** The zone that the meters' clocks show. */
const zone = 'Europe/Vienna'

function little(value: number, size: number): number[] {
  const whole = Math.floor(value)
  return Array.from({ length: size }, (_, i) => Math.floor(whole / 256 ** i) % 256)
}

function bcd(value: number, size: number): number[] {
  const digits = String(Math.floor(value)).padStart(2 * size, '0').slice(-2 * size)
  return Array.from({ length: size }, (_, i) => {
    return parseInt(digits.slice(digits.length - 2 * i - 2, digits.length - 2 * i), 16)
  })
}

function date(seconds: number): { type: number[]; hour: number; minute: number } {
  const local = new Date((seconds + offsetAt(zone, seconds)) * 1000)
  const year = local.getUTCFullYear() % 100
  const low = ((year & 7) << 5) | local.getUTCDate()
  const high = ((year >> 3) << 4) | (local.getUTCMonth() + 1)
  return { type: [low, high], hour: local.getUTCHours(), minute: local.getUTCMinutes() }
}

/** Type F, with the mark of summer time. */
function clock(seconds: number): number[] {
  const { type, hour, minute } = date(seconds)
  const summer = offsetAt(zone, seconds) > offsetAt(zone, Date.UTC(2026, 0, 1) / 1000)
  return [minute, hour | (summer ? 0x80 : 0), ...type]
}

/** A counter of the months before: as much as it would have been thirty days ago. */
const month = 30 * 86_400
const started = Date.UTC(2020, 0, 1) / 1000

function heat(seed: number, now: number): Bytes[] {
  const energy = (at: number) => 1000 + (at - started) / 2400 + chance(seed, 1, 500)
  const volume = (at: number) => energy(at) * 2.3
  const power = 20 + chance(seed, Math.floor(now / 300), 60)
  const earlier = [1, 2, 3].flatMap((ago) => [
    // Storage numbers beyond 1 need a DIFE each.
    ...(ago === 1 ? [0x4c, 0x06] : [0x8c | ((ago & 1) << 6), ago >> 1, 0x06]),
    ...bcd(energy(now - ago * month), 4),
    ...(ago === 1 ? [0x42, 0x6c] : [0x82 | ((ago & 1) << 6), ago >> 1, 0x6c]),
    ...date(now - ago * month).type,
  ])
  const present = [
    [0x0c, 0x06, ...bcd(energy(now), 4)],
    [0x0c, 0x14, ...bcd(volume(now) * 100, 4)],
    [0x0a, 0x2d, ...bcd(power, 2)],
    [0x0b, 0x3b, ...bcd(power * 9, 3)],
    [0x0a, 0x5a, ...bcd(620 + chance(seed, Math.floor(now / 60), 40), 2)],
    [0x0a, 0x5e, ...bcd(410 + chance(seed + 1, Math.floor(now / 60), 30), 2)],
    [0x04, 0x6d, ...clock(now)],
    [0x1f],
  ].flat()
  return [new Uint8Array(present), new Uint8Array(earlier)]
}

function water(seed: number, now: number): Bytes[] {
  const liters = (at: number) => 40_000 + (at - started) / 240 + chance(seed, 2, 10_000)
  return [
    new Uint8Array([
      [0x0c, 0x13, ...bcd(liters(now), 4)],
      [0x04, 0x6d, ...clock(now)],
      [0x4c, 0x13, ...bcd(liters(now - month), 4)],
      [0x42, 0x6c, ...date(now - month).type],
      [0x01, 0xfd, 0x17, 0x00],
      [0x0d, 0xfd, 0x11, 4, ...utf8('DLOC')],
    ].flat()),
  ]
}

function electricity(seed: number, now: number): Bytes[] {
  const { counts, moment: { net } } = createHousehold(seed).at(now)
  const [night, day, out1, out2] = counts
  const wattHours = (count: number) => little(count / 3600, 4)
  const volts = 2290 + chance(seed, Math.floor(now / 10), 30)
  return [
    new Uint8Array([
      [0x04, 0x83, 0x3b, ...wattHours(night + day)],
      [0x84, 0x10, 0x83, 0x3b, ...wattHours(night)],
      [0x84, 0x20, 0x83, 0x3b, ...wattHours(day)],
      [0x04, 0x83, 0x3c, ...wattHours(out1 + out2)],
      [0x04, 0x2b, ...little(net < 0 ? 2 ** 32 + net : net, 4)],
      [0x02, 0xfd, 0xc8, 0xfc, 0x01, ...little(volts, 2)],
      [0x04, 0x6d, ...clock(now)],
    ].flat()),
  ]
}

const readouts = { heat, water, electricity } as const

/** A byte of the pattern selects by its value, or where it is FF by any; ids by each digit. */
function matches(pattern: Uint8Array, own: Uint8Array): boolean {
  return pattern.every((byte, i) => {
    const mine = own[i] ?? 0
    if (i >= 4) return byte === 0xff || byte === mine
    const high = (byte & 0xf0) === 0xf0 || (byte & 0xf0) === (mine & 0xf0)
    return high && ((byte & 0x0f) === 0x0f || (byte & 0x0f) === (mine & 0x0f))
  })
}

interface Station {
  readonly identity: MBusIdentity
  hear(frame: MBusFrame, unixSeconds: number): Bytes
}

function createStation({ kind, address, id, seed = 1 }: SimulatedMBusMeter): Station {
  const identity: MBusIdentity = {
    id,
    manufacturer: simulatedManufacturer,
    version: 1,
    medium: media[kind],
  }
  const own = identityBytes(identity)
  let isSelected = false
  /** The count bit of the last request; null after a reset. */
  let count: number | null = null
  let telegram = 0
  let access = 0
  let last: Bytes = nothing

  function respond(now: number): Bytes {
    const parts = readouts[kind](seed, now)
    const part = parts[telegram] ?? nothing
    telegram = (telegram + 1) % parts.length
    access = (access + 1) & 0xff
    return longFrame(0x08, address, 0x72, concat(own, new Uint8Array([access, 0, 0, 0]), part))
  }

  function request(control: number, now: number): Bytes {
    const bit = control & 0x20
    // The same bit again: the last answer was lost, so it is told once more.
    if (count !== bit || last.length === 0) last = respond(now)
    count = bit
    return last
  }

  return {
    identity,
    hear(frame, now) {
      const { form, control } = frame
      if (form === 'long' && frame.address === 0xfd && frame.information === 0x52) {
        isSelected = matches(frame.data.subarray(0, 8), own)
        if (isSelected) count = null
        return isSelected ? acknowledgement : nothing
      }
      const byName = frame.address === 0xfd && isSelected
      const isMine = frame.address === address || frame.address === 0xfe || byName
      if (form !== 'short' || !isMine) return nothing
      if (control === 0x40) {
        count = null
        telegram = 0
        if (byName) isSelected = false
        return acknowledgement
      }
      return (control & 0xdf) === 0x5b ? request(control, now) : nothing
    },
  }
}

/** What the wires carry where several speak at once: a 0 of anybody is a 0. */
function mix(answers: readonly Bytes[]): Bytes {
  const mixed = new Uint8Array(Math.max(0, ...answers.map((answer) => answer.length))).fill(0xff)
  for (const answer of answers) {
    for (let i = 0; i < answer.length; i++) mixed[i] = (mixed[i] ?? 0) & (answer[i] ?? 0)
  }
  return mixed
}

export function createSimulatedMBus(meters: readonly SimulatedMBusMeter[]): SimulatedMBus {
  const stations = meters.map(createStation)
  const framer = createMBusFramer()
  return {
    identities: stations.map(({ identity }) => identity),
    answer(request, now) {
      const answers: Bytes[] = []
      framer.push(request, (found) => {
        if (found.kind !== 'frame' || found.form === 'single') return
        const said = stations.map((station) => station.hear(found, now))
        answers.push(mix(said.filter((answer) => answer.length > 0)))
      })
      return concat(...answers)
    },
  }
}
