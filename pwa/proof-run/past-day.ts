/**
 * A past local day, and the energy of any stretch of time: read from the platform and verified, or
 * from what this browser has kept when the platform is away.
 *
 * @module
 */
import { Unreachable } from '../../shared/api/client.ts'
import { boundaryWindow } from '../../shared/meter/boundary.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { instantsOfLocal, startOfNextLocalDay } from '../../shared/meter/zone.ts'
import type { DayView, EnergyView } from '../state.ts'
import type { MeterRecord } from '../vault/database.ts'
import { energyBars } from './bars.ts'
import { createDayStore, daySums } from './day.ts'
import { readKept } from './kept-day.ts'
import { readEnergy } from './read-energy.ts'
import type { Access, RangeOptions } from './access.ts'
import { readRange } from './read-range.ts'

export interface CalendarDay {
  readonly year: number
  readonly month: number
  readonly day: number
}

export interface EnergyRequest {
  readonly from: number
  readonly to: number
  readonly resolution: EnergyView['resolution']
}

/** The platform kept the bodies of `live` blocks for some days only: the curve is empty then. */
export async function readPastDay(
  access: Access,
  meter: MeterRecord,
  { year, month, day }: CalendarDay,
  options: RangeOptions = {},
): Promise<DayView> {
  const { vault } = access
  const quarters = meter.channels.find(({ resolution }) => resolution === 'PT15M')
  const live = meter.channels.find(({ resolution }) => resolution === 'live')
  const zone = quarters?.zone ?? live?.zone ?? 'UTC'
  // Noon is on every day of every zone; the day that holds it is the one asked for.
  const noon = instantsOfLocal(zone, Date.UTC(year, month - 1, day, 12) / 1000)[0] ?? 0
  const empty = createDayStore(zone).view(noon)
  const { from } = empty
  const to = startOfNextLocalDay(zone, noon)
  const end = to + boundaryWindow
  const stretch = { from, to, zone, resolution: 'PT15M' } as const
  async function online(): Promise<DayView> {
    const [energy, curve] = await Promise.all([
      quarters === undefined
        ? energyBars([], stretch)
        : readEnergy(access, quarters, stretch, options),
      live === undefined ? [] : readRange(access, live, from, to, options),
    ])
    return view(energy, curve.flatMap(({ readings }) => readings))
  }
  async function offline(): Promise<DayView | null> {
    const { signal } = options
    const kept = quarters === undefined ? [] : await readKept(vault, quarters, from, end, signal)
    const curve = live === undefined ? [] : await readKept(vault, live, from, to, signal)
    if (kept.length + curve.length === 0) return null
    return { ...view(energyBars([kept], stretch), curve), onlyHere: true }
  }
  function view(
    energy: Pick<DayView, 'bars' | 'unit' | 'unopened'>,
    curve: readonly Reading[],
  ): DayView {
    const store = createDayStore(zone)
    store.addLive(curve)
    return { ...store.view(noon), ...energy, ...daySums(energy.bars, from) }
  }
  return await orHere(online, offline)
}

export async function readPastEnergy(
  access: Access,
  meter: MeterRecord,
  { from, to, resolution }: EnergyRequest,
  options: RangeOptions = {},
): Promise<EnergyView> {
  const { vault } = access
  const channel = meter.channels.find((one) => one.resolution === resolution)
  const stretch = { from, to, zone: channel?.zone ?? 'UTC', resolution }
  if (channel === undefined) return { ...stretch, ...energyBars([], stretch) }
  const end = to + boundaryWindow
  return await orHere<EnergyView>(
    async () => ({ ...stretch, ...await readEnergy(access, channel, stretch, options) }),
    async () => {
      const kept = await readKept(vault, channel, from, end, options.signal)
      if (kept.length === 0) return null
      return { ...stretch, ...energyBars([kept], stretch), onlyHere: true }
    },
  )
}

/** What this browser has, when the platform cannot be reached and something of it is here. */
async function orHere<T>(online: () => Promise<T>, here: () => Promise<T | null>): Promise<T> {
  try {
    return await online()
  } catch (error) {
    const kept = error instanceof Unreachable ? await here() : null
    if (kept === null) throw error
    return kept
  }
}
