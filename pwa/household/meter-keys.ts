/**
 * The keys of meters' customer interfaces in this browser: entered by the owner, tried, kept, used
 * and forgotten. They lie in the vault as keys that cannot be exported; the authentication key, which
 * is additional data and no key to WebCrypto, lies there under the vault's own key.
 *
 * @module
 */
import { type Bytes, fromHex, toHex } from '../../shared/bytes.ts'
import { importMeterKey, type MeterKey } from '../../shared/meter/meter-key.ts'
import * as app from '../state.ts'
import { AppError, type KeptKey } from '../state.ts'
import { STRICT } from '../vault/database.ts'
import type { BrowserVault } from '../vault/vault.ts'

export interface MeterKeys {
  /** As the vault has them: another tab may have kept some, or another owner was restored. */
  load(): Promise<void>
  /** As decoders ask: by system title. */
  get(system: Bytes): MeterKey | null
  keep(system: string, meter: string, key: MeterKey): Promise<void>
  forget(system: string): Promise<void>
  kept(): readonly KeptKey[]
}

export function createMeterKeys(vault: BrowserVault): MeterKeys {
  const { database } = vault
  const keys = new Map<string, { readonly meter: string; readonly key: MeterKey }>()

  const kept = () => [...keys].map(([system, { meter }]) => ({ system, meter }))
  const show = () => app.keptKeys.value = kept()

  return {
    async load() {
      keys.clear()
      for (const system of await database.getAllKeys('meterKeys')) {
        const record = await database.get('meterKeys', system)
        if (record === undefined) continue
        const { ctr, gcm, meter } = record
        const authentication = record.authentication && await vault.unlock(record.authentication)
        keys.set(system, { meter, key: { ctr, gcm, authentication } })
      }
      show()
    },

    get: (system) => keys.get(toHex(system))?.key ?? null,

    async keep(system, meter, key) {
      const { ctr, gcm } = key
      const authentication = key.authentication && await vault.lock(key.authentication)
      const step = database.transaction('meterKeys', 'readwrite', STRICT)
      await step.store.put({ ctr, gcm, authentication, meter }, system)
      await step.done
      keys.set(system, { meter, key })
      show()
    },

    async forget(system) {
      const step = database.transaction('meterKeys', 'readwrite', STRICT)
      await step.store.delete(system)
      await step.done
      keys.delete(system)
      show()
    },

    kept,
  }
}

/** From hex as people have it; the text is in no error. @throws {AppError} */
export async function enteredKey(
  encryption: string,
  authentication: string | null,
): Promise<MeterKey> {
  return await importMeterKey(
    keyBytes(encryption),
    authentication === null ? null : keyBytes(authentication),
  )
}

function keyBytes(entered: string): Bytes {
  const digits = entered.replaceAll(/[\s\-:]/g, '')
  if (!/^[0-9a-f]{32}$/i.test(digits)) throw new AppError('meter-key-malformed')
  return fromHex(digits.toLowerCase())
}
