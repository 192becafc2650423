/**
 * A household that does not exist: three phases, a night tariff and a PV plant, for simulated
 * meters. Any instant can be asked for, in any order; the same seed and instant give the same. Its
 * counters are the exact integral of its power.
 *
 * @module
 */

/** A midnight in winter time, which the household keeps all year: the sun does. */
const epoch = Date.UTC(2019, 11, 31, 23) / 1000
const day = 86_400
/** Power is constant for so many seconds. */
const slot = 5
const slots = day / slot
/** Days differ, and come again after a week. */
const cycle = 7
/** A well-mixed whole number below `below` for each place: the household has no memory. */
export function chance(seed: number, place: number, below: number): number {
  let x = (Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(place + 1, 0xc2b2ae35)) >>> 0
  x = Math.imul(x ^ (x >>> 16), 0x21f0aaad)
  x = Math.imul(x ^ (x >>> 15), 0x735a2d97)
  return ((x ^ (x >>> 15)) >>> 0) % below
}

export interface Moment {
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
export type Counts = [number, number, number, number]

/** The night tariff holds from 23 to 7 and at weekends; day 0 is a Wednesday. */
function isNight(cycleDay: number, index: number): boolean {
  const hour = Math.floor((index * slot) / 3600)
  return hour < 7 || hour >= 23 || cycleDay === 3 || cycleDay === 4
}

function add(counts: Counts, net: number, seconds: number, night: boolean): void {
  if (net >= 0) counts[night ? 0 : 1] += net * seconds
  else counts[night ? 2 : 3] -= net * seconds
}

export interface Household {
  at(unixSeconds: number): Instant
}

export interface Instant {
  /** Since counting began, at the end of 2019. */
  readonly seconds: number
  readonly counts: Counts
  readonly moment: Moment
  readonly night: boolean
}

export function createHousehold(seed: number): Household {
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

  return {
    at(unixSeconds) {
      const seconds = Math.max(0, Math.floor(unixSeconds) - epoch)
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
      const [a, b, c, d] = running
      const since = (count: number, each: number): number => count + cycles * each
      return {
        seconds,
        counts: [
          since(a, whole[0]),
          since(b, whole[1]),
          since(c, whole[2]),
          since(d, whole[3]),
        ],
        moment,
        night,
      }
    },
  }
}
