/**
 * A past local day, and the energy of any stretch of time, read from the platform and verified.
 *
 * @module
 */
import type { Client } from '../../shared/api/client.ts'
import { boundaryWindow } from '../../shared/meter/boundary.ts'
import { instantsOfLocal, startOfNextLocalDay } from '../../shared/meter/zone.ts'
import type { DayView, EnergyView } from '../state.ts'
import type { MeterRecord } from '../vault/database.ts'
import type { Self } from '../vault/identities.ts'
import { energyBars } from './bars.ts'
import { createDayStore } from './day.ts'
import { readRange } from './read-range.ts'

export async function readPastDay(
  { self, client }: { self: Self; client: Client },
  meter: MeterRecord,
  { year, month, day }: { year: number; month: number; day: number },
): Promise<DayView> {
  const quarters = meter.channels.find(({ resolution }) => resolution === 'PT15M')
  const live = meter.channels.find(({ resolution }) => resolution === 'live')
  const zone = quarters?.zone ?? live?.zone ?? 'UTC'
  // Noon is on every day of every zone; the day that holds it is the one asked for.
  const noon = instantsOfLocal(zone, Date.UTC(year, month - 1, day, 12) / 1000)[0] ?? 0
  const store = createDayStore(zone)
  const from = store.view(noon).from
  const to = startOfNextLocalDay(zone, noon)
  if (quarters !== undefined) {
    const runs = await readRange({ self, client }, quarters, from, to + boundaryWindow)
    store.addKept(runs.flat())
  }
  if (live !== undefined) {
    store.addLive((await readRange({ self, client }, live, from, to)).flat())
  }
  return store.view(noon)
}

export interface EnergyRequest {
  readonly from: number
  readonly to: number
  readonly resolution: EnergyView['resolution']
}

export async function readPastEnergy(
  who: { self: Self; client: Client },
  meter: MeterRecord,
  { from, to, resolution }: EnergyRequest,
): Promise<EnergyView> {
  const channel = meter.channels.find((one) => one.resolution === resolution)
  const zone = channel?.zone ?? 'UTC'
  const runs = channel === undefined ? [] : await readRange(who, channel, from, to + boundaryWindow)
  const stretch = { from, to, zone, resolution }
  return { ...stretch, ...energyBars(runs, stretch) }
}
