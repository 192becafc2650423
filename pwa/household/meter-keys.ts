/**
 * The keys of meters' customer interfaces in this browser: entered by the owner, tried, kept, used
 * and forgotten. They lie in the vault as keys that cannot be exported; the authentication key, which
 * is additional data and no key to WebCrypto, lies there under the vault's own key. Beside each lies
 * how far the counter of its meter came, so that a recording played back on a later visit is told.
 *
 * @module
 */
import { type Bytes, fromHex, toHex } from '../../shared/bytes.ts'
import { importMeterKey, type MeterKey } from '../../shared/meter/meter-key.ts'
import type { CounterMemory } from '../../shared/meter/replay.ts'
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
  /** What decoders remember and keep, written every few seconds. */
  readonly counters: CounterMemory
  /** Writes at once how far counters came. */
  settle(): Promise<void>
}

/** Milliseconds between two writes of counters: some meters send each second. */
const WRITE_EVERY = 5_000

interface Kept {
  readonly meter: string
  readonly key: MeterKey
  counter: number | null
}

export function createMeterKeys(vault: BrowserVault): MeterKeys {
  const { database } = vault
  const keys = new Map<string, Kept>()
  /** Whose counters rose since they were written. */
  const risen = new Set<string>()
  let writing: ReturnType<typeof setTimeout> | null = null

  const kept = () => [...keys].map(([system, { meter }]) => ({ system, meter }))
  const show = () => app.keptKeys.value = kept()

  async function settle(): Promise<void> {
    if (writing !== null) clearTimeout(writing)
    writing = null
    const systems = [...risen]
    risen.clear()
    if (systems.length === 0) return
    const step = database.transaction('meterKeys', 'readwrite')
    for (const system of systems) {
      const record = await step.store.get(system)
      const counter = keys.get(system)?.counter ?? null
      // One that was forgotten meanwhile stays so.
      if (record !== undefined && counter !== null) {
        await step.store.put({ ...record, counter }, system)
      }
    }
    await step.done
  }

  /** The entry of this very key: another one has a counter of its own. */
  function entryOf(system: string, key: MeterKey): Kept | null {
    const entry = keys.get(system)
    return entry?.key === key ? entry : null
  }

  return {
    async load() {
      await settle()
      keys.clear()
      for (const system of await database.getAllKeys('meterKeys')) {
        const record = await database.get('meterKeys', system)
        if (record === undefined) continue
        const { meter, counter = null, ctr, gcm, cbc } = record
        const ciphers = { ctr, gcm, ...(cbc === undefined ? {} : { cbc }) }
        const authentication = record.authentication && await vault.unlock(record.authentication)
        keys.set(system, { meter, key: { ...ciphers, authentication }, counter })
      }
      show()
    },

    get: (system) => keys.get(toHex(system))?.key ?? null,

    async keep(system, meter, key) {
      const authentication = key.authentication && await vault.lock(key.authentication)
      const before = keys.get(system)
      if (before !== undefined) before.counter = null // it is not that of the new key
      const step = database.transaction('meterKeys', 'readwrite', STRICT)
      await step.store.put({ ...key, authentication, meter }, system)
      await step.done
      keys.set(system, { meter, key, counter: null })
      risen.delete(system)
      show()
    },

    async forget(system) {
      const step = database.transaction('meterKeys', 'readwrite', STRICT)
      await step.store.delete(system)
      await step.done
      keys.delete(system)
      risen.delete(system)
      show()
    },

    kept,

    counters: {
      known: (system, key) => entryOf(toHex(system), key)?.counter ?? null,
      keep(system, key, count) {
        const title = toHex(system)
        const entry = entryOf(title, key)
        if (entry === null) return
        entry.counter = count
        risen.add(title)
        // A write that fails is made up for by the next one.
        writing ??= setTimeout(() => void settle().catch(() => undefined), WRITE_EVERY)
      },
    },

    settle,
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
