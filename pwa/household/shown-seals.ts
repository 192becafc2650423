/**
 * The seal mark of each meter: blocks checked by this browser in all, those of earlier visits
 * included, and when that was.
 *
 * @module
 */
import { toHex } from '../../shared/bytes.ts'
import type { Outbox, Seal } from '../state.ts'
import { loadMeters } from '../vault/meters.ts'
import type { BrowserVault } from '../vault/vault.ts'

/** What became of the blocks of a channel since the page was loaded. */
export interface Verified {
  readonly blocks: number
  readonly reason: string | null
}

/** @param verified by hex of the channel */
export async function sealsOf(
  vault: BrowserVault,
  verified: ReadonlyMap<string, Verified>,
  { state, problem }: Outbox,
): Promise<Map<string, Seal>> {
  const seals = new Map<string, Seal>()
  for (const meter of await loadMeters(vault.database)) {
    let blocks = 0
    let waiting = 0
    let at = 0
    let own = true
    let reason: string | null = null
    for (const { id } of meter.channels) {
      const found = verified.get(toHex(id))
      const kept = await vault.database.get('checkpoints', toHex(id))
      blocks += found?.blocks ?? kept?.newest.counts.blocks ?? 0
      reason ??= found?.reason ?? null
      at = Math.max(at, kept?.at ?? 0)
      own &&= kept === undefined || kept.own === true
      waiting += await vault.countWaiting(id)
    }
    // What is on its way this moment is no reason to doubt what was checked; and what no platform
    // will ever take does not wait.
    const isHeld = waiting > 0 && problem !== 'keys-replaced' &&
      (blocks === 0 || (state !== 'sending' && state !== 'idle'))
    if (reason !== null) seals.set(meter.id, { kind: 'broken', reason })
    else if (isHeld) seals.set(meter.id, { kind: 'waiting', blocks: waiting })
    else if (blocks > 0) seals.set(meter.id, { kind: 'checked', blocks, at, own })
  }
  return seals
}
