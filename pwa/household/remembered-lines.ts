/**
 * The lines of this browser, as they are remembered from visit to visit: what was found at each, and
 * which meter was heard on it. Two cables of one kind look the same until their meters are heard.
 *
 * @module
 */
import { type ReaderRecord, readerRecords, STRICT, type VaultDatabase } from '../vault/database.ts'

export interface RememberedLines {
  /** As the vault has them: another tab may have read since, or another owner was restored. */
  load(): Promise<void>
  all(): readonly ReaderRecord[]
  /** Remembers a line, in the place of what was known of it or of its meter. */
  keep(record: ReaderRecord, before: ReaderRecord | null): Promise<void>
}

export function createRememberedLines(database: VaultDatabase): RememberedLines {
  let records: readonly ReaderRecord[] = []
  return {
    async load() {
      records = readerRecords(await database.get('self', 'reader'))
    },
    all: () => records,
    async keep(record, before) {
      const isSame = (known: ReaderRecord) =>
        known === before ||
        (record.meter === null
          ? known.meter === null && known.kind === record.kind && sameIds(known, record)
          : known.meter === record.meter)
      records = [...records.filter((known) => !isSame(known)), record]
      const step = database.transaction('self', 'readwrite', STRICT)
      await step.store.put(records, 'reader')
      await step.done
    },
  }
}

function sameIds(one: ReaderRecord, other: ReaderRecord): boolean {
  return one.usb?.vendorId === other.usb?.vendorId && one.usb?.productId === other.usb?.productId
}
