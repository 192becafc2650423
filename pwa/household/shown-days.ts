/**
 * Today of each meter, put together from what was read back and verified, what waits to be sent,
 * and what has just been read; shown a few times a minute.
 *
 * @module
 */
import type { Reading } from '../../shared/meter/reading.ts'
import { createDayStore, type DayStore } from '../proof-run/day.ts'
import type { DayView } from '../state.ts'
import type { MeterRecord } from '../vault/database.ts'

export interface ShownDays {
  live(meter: MeterRecord, readings: readonly Reading[]): void
  /** Readings of one of the meter's channels. */
  sealed(meter: MeterRecord, resolution: string, readings: readonly Reading[]): void
  /** The record of a meter goes on as another's. */
  moved(before: string, now: string): void
  /** A channel was read back: all that there is of it came. */
  looked(meter: MeterRecord, resolution: string): void
}

const SHOW_EVERY = 5_000
/** The first picture of much that comes at once. */
const SHOW_FIRST = 400

export function createShownDays(
  zone: string,
  show: (meter: string, day: DayView) => void,
): ShownDays {
  const stores = new Map<string, DayStore>()
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  /** Meters whose quarter-hours were looked for: only of these is none really none. */
  const whole = new Set<string>()
  let lastShown = 0

  function storeOf(meter: MeterRecord): DayStore {
    const store = stores.get(meter.id) ?? createDayStore(meter.channels[0]?.zone ?? zone)
    stores.set(meter.id, store)
    if (!timers.has(meter.id)) {
      showIn(Math.max(SHOW_FIRST, lastShown + SHOW_EVERY - Date.now()), meter.id, store)
    }
    return store
  }

  function showIn(wait: number, meter: string, store: DayStore): void {
    clearTimeout(timers.get(meter))
    const timer = setTimeout(() => {
      timers.delete(meter)
      lastShown = Date.now()
      const now = Math.floor(lastShown / 1000)
      store.forget(now)
      const day = store.view(now)
      if (day.bars.length + day.power.length > 0 || whole.has(meter)) show(meter, day)
    }, wait)
    timers.set(meter, timer)
  }

  return {
    live: (meter, readings) => storeOf(meter).addLive(readings),
    sealed(meter, resolution, readings) {
      if (resolution === 'live') storeOf(meter).addLive(readings)
      if (resolution === 'PT15M') storeOf(meter).addKept(readings)
    },
    moved(before, now) {
      const store = stores.get(before)
      if (store === undefined || before === now) return
      clearTimeout(timers.get(before))
      timers.delete(before)
      stores.delete(before)
      stores.set(now, store)
      if (whole.delete(before)) whole.add(now)
      showIn(SHOW_FIRST, now, store)
    },
    looked(meter, resolution) {
      if (resolution !== 'PT15M') return
      whole.add(meter.id)
      // The quarter-hours are the day: they need not wait for their turn.
      showIn(SHOW_FIRST, meter.id, storeOf(meter))
    },
  }
}
