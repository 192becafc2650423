/**
 * A change of meter as the page does it, in the steps of the engine: what was read is sealed, the
 * record goes on as the other meter's, and all of it is sent. It may die at any of them.
 *
 * @module
 */
import type { Reading } from '../../shared/meter/reading.ts'
import type { Sealer } from '../../shared/seal/sealer.ts'
import { changedState, createFeed, type Feed } from '../../shared/seal/feed.ts'
import { changeMeter } from '../../pwa/vault/change-meter.ts'
import type { MeterRecord } from '../../pwa/vault/database.ts'
import type { Self } from '../../pwa/vault/identities.ts'
import { loadMeters } from '../../pwa/vault/meters.ts'
import type { BrowserVault } from '../../pwa/vault/vault.ts'

export interface Changing {
  readonly vault: BrowserVault
  readonly self: Self
  readonly sealer: Sealer
  /** Makes readings of a meter, each later than all before. */
  readonly readings: (meter: string, count: number) => Reading[]
}

function feedOf({ vault, sealer }: Changing): Feed {
  return createFeed({
    vault,
    sealer,
    kept: () => undefined,
    sealed: () => undefined,
    failed: () => undefined,
  })
}

async function recordOf(vault: BrowserVault, id: string): Promise<MeterRecord | undefined> {
  return (await loadMeters(vault.database)).find((meter) => meter.id === id)
}

/** Reads the meter before, unless it is gone already; changes it; and reads the one after. */
export async function change(of: Changing, before: string, now: string): Promise<void> {
  const { vault, self } = of
  const feed = feedOf(of)
  const old = await recordOf(vault, before)
  if (old !== undefined) {
    for (const reading of of.readings(before, 3)) feed.take(old, reading)
    await feed.close(old)
    await changeMeter(vault, self, before, { id: now, system: null }, changedState())
  }
  const next = await recordOf(vault, now)
  if (next === undefined) throw new TypeError('The record did not go on')
  for (const reading of of.readings(now, 2)) feed.take(next, reading)
  // The feed reads its state first.
  while ((await vault.channel(next.channels[0]?.id ?? new Uint8Array()))?.commitment === null) {
    await feed.flush()
    await new Promise((settled) => setTimeout(settled, 0))
  }
}
