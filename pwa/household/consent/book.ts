/**
 * The grants as they lie in the vault: what was verified when it came, and what this browser has
 * signed itself. From them follows for whom an epoch's key is wrapped.
 *
 * @module
 */
import { type Bytes, toHex } from '../../../shared/bytes.ts'
import { parseGrant } from '../../../shared/consent/grant.ts'
import {
  applyStep,
  beginStanding,
  parseStep,
  type Standing,
} from '../../../shared/consent/steps.ts'
import { coversChannel } from '../../../shared/consent/terms.ts'
import { statementId } from '../../../shared/identity/statement.ts'
import type { GrantRecord, VaultDatabase } from '../../vault/database.ts'

export interface Kept {
  readonly record: GrantRecord
  readonly standing: Standing
}

/** By hex of the grant. */
export type Book = ReadonlyMap<string, Kept>

export async function loadBook(database: VaultDatabase): Promise<Book> {
  const step = database.transaction('grants')
  const [names, records] = await Promise.all([step.store.getAllKeys(), step.store.getAll()])
  const book = new Map<string, Kept>()
  for (const [i, record] of records.entries()) {
    const name = names[i]
    if (name !== undefined) book.set(name, { record, standing: await standingOf(record) })
  }
  return book
}

/** Of a grant in the vault, whose signatures were checked before it came there. */
export async function standingOf(
  { statement, steps }: Pick<GrantRecord, 'statement' | 'steps'>,
): Promise<Standing> {
  const grant = parseGrant(statement)
  let standing = beginStanding(grant.content, await statementId(grant.statement))
  for (const bytes of steps) {
    const step = parseStep(bytes)
    standing = applyStep(standing, step.content, await statementId(step.statement))
  }
  return standing
}

/** Whether a grant has ever given a channel, be it that it ended or was narrowed since. */
export function everGave({ standing }: Kept, channel: Bytes): boolean {
  return coversChannel(standing.grant.terms, channel)
}

/** The grants of these names, in their order. */
export function keptOf(book: Book, names: readonly Bytes[]): Kept[] {
  return names.flatMap((name) => book.get(toHex(name)) ?? [])
}
