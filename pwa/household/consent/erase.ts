/**
 * Erasing a stretch of a channel for good: the owner signs which epochs' keys are gone, and this
 * browser forgets its own keys and copies of them. What was signed stays, so the chain still holds.
 *
 * @module
 */
import { type Bytes, toHex } from '../../../shared/bytes.ts'
import type { Client } from '../../../shared/api/client.ts'
import { parseEpoch } from '../../../shared/seal/channel.ts'
import { readBlock } from '../../../shared/seal/block.ts'
import { STRICT } from '../../vault/database.ts'
import type { BrowserVault } from '../../vault/vault.ts'

/**
 * The epochs that lie wholly in a stretch of time: first and last of them, or null for none. The one
 * that is written now is never among them.
 */
export async function epochsWithin(
  client: Client,
  channel: Bytes,
  from: number,
  to: number,
): Promise<[first: number, last: number] | null> {
  let before: { epoch: number; at: number } | null = null
  let first: number | null = null
  let last = -1
  for await (const bytes of client.epochs(channel)) {
    const { epoch, at } = parseEpoch(bytes).content
    if (before !== null && before.at >= from && at <= to) {
      first ??= before.epoch
      last = before.epoch
    }
    before = { epoch, at }
  }
  return first === null ? null : [first, last]
}

/** Forgets keys and copies of these epochs. */
export async function forgetEpochs(
  { database }: BrowserVault,
  channel: Bytes,
  [first, last]: readonly [number, number],
): Promise<void> {
  const name = toHex(channel)
  const rows = await database.getAllFromIndex(
    'entries',
    'by-seq',
    IDBKeyRange.bound([name, 0], [name, Number.MAX_SAFE_INTEGER]),
  )
  const seqs: number[] = []
  for (const { bytes, seq, waits } of rows) {
    const { header } = await readBlock(bytes)
    const isIn = header.epoch >= first && header.epoch <= last
    if (isIn && waits === undefined && seq !== undefined) seqs.push(seq)
  }
  const step = database.transaction(['epochs', 'entries'], 'readwrite', STRICT)
  const epochs = step.objectStore('epochs').index('by-epoch')
  const range = IDBKeyRange.bound([name, first], [name, last])
  for (let at = await epochs.openCursor(range); at !== null; at = await at.continue()) {
    await at.delete()
  }
  const copies = step.objectStore('entries').index('by-seq')
  for (const seq of seqs) {
    const only = IDBKeyRange.only([name, seq])
    for (let at = await copies.openCursor(only); at !== null; at = await at.continue()) {
      if (at.value.waits === undefined) await at.delete()
    }
  }
  await step.done
}
