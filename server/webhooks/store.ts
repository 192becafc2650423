/**
 * Webhooks on their way, and the secrets that sign them. A job is written in the transaction of what
 * it tells, is claimed by one process at a time (SKIP LOCKED) for as long as an attempt may take,
 * and leaves the table when the provider has taken it or was asked often enough.
 *
 * @module
 */
import { sql as query } from 'drizzle-orm'
import { type Bytes, toBase64url } from '../../shared/bytes.ts'
import type { Webhook, WebhookType } from '../../shared/api/webhook.ts'
import { parseRegistration } from '../../shared/consent/provider.ts'
import { type Database, fromColumn, type Transaction } from '../database.ts'

export interface WebhookJob {
  readonly id: string
  readonly provider: Bytes
  readonly body: string
  /** From 1. */
  readonly attempt: number
}

/** One process has a job for so long: longer than an attempt may take. */
const CLAIM_SECONDS = 60
/** One provider that answers slowly must not keep the others waiting. */
const OF_ONE_PROVIDER = 4

/**
 * For the transaction in which it happens: told if that commits, and only then. Whoever is no
 * provider (a grant may be to another person) is told nothing.
 */
export async function tellProvider(
  tx: Pick<Transaction, 'execute'>,
  provider: Bytes,
  type: WebhookType,
  grant: Bytes,
  now: number,
): Promise<void> {
  const webhook: Webhook = {
    type,
    timestamp: new Date(Math.floor(now) * 1000).toISOString(),
    data: { grant: toBase64url(grant) },
  }
  const id = `msg_${toBase64url(crypto.getRandomValues(new Uint8Array(16)))}`
  await tx.execute(query`
    insert into webhook_jobs (id, provider, body, due, attempt)
    select ${id}, id, ${JSON.stringify(webhook)}, ${Math.floor(now)}, 0
    from providers where id = ${provider}`)
}

/** Those that are due, now claimed. */
export async function claimJobs(
  { sql }: Database,
  now: number,
  most: number,
): Promise<WebhookJob[]> {
  const rows = await sql`
    update webhook_jobs set due = ${now + CLAIM_SECONDS}, attempt = attempt + 1
    where id in (
      select id from webhook_jobs where due <= ${now} and id in (
        select id from (
          select id, due, row_number() over (partition by provider order by due, id) as place
          from webhook_jobs where due <= ${now}
        ) as waiting
        where place <= ${OF_ONE_PROVIDER} order by due limit ${most}
      ) for update skip locked
    ) returning id, provider, body, attempt`
  return rows.map((row) => ({
    id: row['id'],
    provider: fromColumn(row['provider']),
    body: row['body'],
    attempt: Number(row['attempt']),
  }))
}

/** Over: taken, or given up. */
export async function dropJob({ sql }: Database, id: string): Promise<void> {
  await sql`delete from webhook_jobs where id = ${id}`
}

export async function delayJob({ sql }: Database, id: string, due: number): Promise<void> {
  await sql`update webhook_jobs set due = ${due} where id = ${id}`
}

/** The hook of the provider's registration as it is now; null: it takes no webhooks. */
export async function hookOf({ sql }: Database, provider: Bytes): Promise<string | null> {
  const [row] = await sql`select registration from providers where id = ${provider}`
  if (row === undefined) return null
  return parseRegistration(fromColumn(row['registration'])).content.hook
}

/** The secrets that sign now, newest first; none before the provider has asked for one. */
export async function secretsOf(
  { sql }: Database,
  provider: Bytes,
  now: number,
): Promise<string[]> {
  const [row] = await sql`
    select secret, previous, previous_until from webhook_secrets where provider = ${provider}`
  if (row === undefined) return []
  const holds = row['previous'] !== null && Number(row['previous_until']) > now
  return holds ? [row['secret'], row['previous']] : [row['secret']]
}

/** The secret before signs beside a new one until then; the same again changes nothing. */
export async function takeSecret(
  { sql }: Database,
  provider: Bytes,
  secret: string,
  until: number,
): Promise<{ previousUntil: number | null; changed: boolean }> {
  const changed = await sql`
    insert into webhook_secrets (provider, secret) values (${provider}, ${secret})
    on conflict (provider) do update set
      previous = webhook_secrets.secret, previous_until = ${until}, secret = excluded.secret
      where webhook_secrets.secret <> excluded.secret
    returning 1`
  const [row] = await sql`
    select previous_until from webhook_secrets where provider = ${provider}`
  const told: unknown = row?.['previous_until']
  return {
    previousUntil: told === null || told === undefined ? null : Number(told),
    changed: changed.length > 0,
  }
}
