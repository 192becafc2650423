/**
 * The owner's tariffs in the vault: under its own key, for what a household pays is nobody else's
 * business. Every tab of the browser shows the same ones.
 *
 * @module
 */
import { utf8 } from '../../shared/bytes.ts'
import { tariffs as shown } from '../state.ts'
import { STRICT } from '../vault/database.ts'
import type { BrowserVault } from '../vault/vault.ts'
import { inOrder, readTariffs, type Tariffs } from './tariff.ts'

export interface KeptTariffs {
  keep(meter: string, tariffs: Tariffs): Promise<void>
  /** Shows what is kept: at the start, and after the vault was emptied. */
  show(): Promise<void>
  /** Those of one meter are another's now: every tab shows them anew. */
  moved(): Promise<void>
}

export function createKeptTariffs(vault: BrowserVault): KeptTariffs {
  const tabs = new BroadcastChannel('kilowit-tariffs')

  async function show(): Promise<void> {
    const step = vault.database.transaction('tariffs')
    const [meters, locked] = await Promise.all([step.store.getAllKeys(), step.store.getAll()])
    const found = new Map<string, Tariffs>()
    for (const [i, meter] of meters.entries()) {
      const one = locked[i]
      if (one === undefined) continue
      const tariffs = readTariffs(new TextDecoder().decode(await vault.unlock(one)))
      if (tariffs !== null) found.set(meter, tariffs)
    }
    shown.value = found
  }

  tabs.addEventListener('message', () => void show().catch(() => undefined))

  return {
    show,
    async moved() {
      await show()
      tabs.postMessage('changed')
    },
    async keep(meter, tariffs) {
      const ordered = inOrder(tariffs)
      const locked = await vault.lock(utf8(JSON.stringify(ordered)))
      const step = vault.database.transaction('tariffs', 'readwrite', STRICT)
      if (ordered.length === 0) await step.store.delete(meter)
      else await step.store.put(locked, meter)
      await step.done
      shown.value = new Map(shown.value).set(meter, ordered)
      tabs.postMessage('changed')
    },
  }
}
