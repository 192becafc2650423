/**
 * What the channels are of that other people gave to this owner: nobody tells it any more once a
 * grant is paused or has ended.
 *
 * @module
 */
import type { DataClass } from '../../shared/meter/reading.ts'
import { STRICT, type VaultDatabase } from './database.ts'

/** By the hex of the channel, as its owner signed it. */
export type GivenLines = Readonly<
  Record<
    string,
    { readonly classes: DataClass; readonly resolution: string; readonly zone: string }
  >
>

export async function loadGivenLines(database: VaultDatabase): Promise<GivenLines> {
  return await database.get('self', 'given') as GivenLines | undefined ?? {} // ours
}

export async function keepGivenLines(database: VaultDatabase, more: GivenLines): Promise<void> {
  const step = database.transaction('self', 'readwrite', STRICT)
  const lines = await step.store.get('given') as GivenLines | undefined // ours
  await step.store.put({ ...lines, ...more }, 'given')
  await step.done
}
