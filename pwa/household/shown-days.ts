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
  let lastShown = 0

  function storeOf(meter: MeterRecord): DayStore {
    const store = stores.get(meter.id) ?? createDayStore(meter.channels[0]?.zone ?? zone)
    stores.set(meter.id, store)
    if (!timers.has(meter.id)) {
      const wait = Math.max(SHOW_FIRST, lastShown + SHOW_EVERY - Date.now())
      const timer = setTimeout(() => {
        timers.delete(meter.id)
        lastShown = Date.now()
        const now = Math.floor(lastShown / 1000)
        store.forget(now)
        show(meter.id, store.view(now))
      }, wait)
      timers.set(meter.id, timer)
    }
    return store
  }

  return {
    live: (meter, readings) => storeOf(meter).addLive(readings),
    sealed(meter, resolution, readings) {
      if (resolution === 'live') storeOf(meter).addLive(readings)
      if (resolution === 'PT15M') storeOf(meter).addKept(readings)
    },
  }
}
