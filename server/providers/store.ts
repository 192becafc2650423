/**
 * Providers in the database, as other capabilities see them.
 *
 * @module
 */
import { eq } from 'drizzle-orm'
import type { Bytes } from '../../shared/bytes.ts'
import {
  type Approval,
  isApproved,
  parseApproval,
  parseRegistration,
  type Registration,
} from '../../shared/consent/provider.ts'
import type { Opened } from '../../shared/identity/content.ts'
import type { Deps } from '../context.ts'
import type { Database } from '../database.ts'
import { ProblemError } from '../problems.ts'
import { providers } from '../schema.ts'

export interface Provider {
  readonly id: Bytes
  readonly registration: Opened<Registration>
  readonly approval: Opened<Approval> | null
  /** Whether the operator vouches for just this registration. */
  readonly verified: boolean
}

type Row = typeof providers.$inferSelect

/** @throws {ProblemError} */
export async function findProvider(
  deps: Deps,
  database: Database,
  id: Bytes | null,
): Promise<Provider> {
  const [row] = id === null
    ? []
    : await database.db.select().from(providers).where(eq(providers.id, id))
  if (row === undefined) throw new ProblemError('provider-unknown')
  return await providerOf(deps, row)
}

export async function providerOf(deps: Deps, row: Row): Promise<Provider> {
  const registration = parseRegistration(row.registration)
  const approval = row.approval === null ? null : parseApproval(row.approval)
  const { identity } = deps.operator
  const verified = await isApproved(registration, approval, identity, deps.digest)
  return { id: row.id, registration, approval, verified }
}
