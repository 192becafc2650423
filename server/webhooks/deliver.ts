/**
 * Sending what is due. How a request leaves (and to which addresses it never goes) is the matter of
 * the place where the platform runs; how often it is tried is the matter of this file: at once, then
 * after five seconds, five minutes, half an hour and so on for three days, as the specification of
 * Standard Webhooks advises.
 *
 * @module
 */
import { signWebhook } from '../../shared/api/webhook.ts'
import type { Log } from '../context.ts'
import type { Database } from '../database.ts'
import { claimJobs, delayJob, dropJob, hookOf, secretsOf, type WebhookJob } from './store.ts'

export interface HookRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/**
 * Posts to a provider's hook and gives the status. It follows no redirect, takes no address but a
 * public one of the registered host, ends within half a minute, and throws where nothing answered.
 */
export type PostHook = (request: HookRequest) => Promise<number>

export interface Delivery {
  readonly post: PostHook
  /** Seconds since 1970, UTC. */
  readonly now: () => number
  readonly log: Log
}

/** Seconds before each further attempt. */
export const RETRY_SECONDS = [
  5,
  300,
  1800,
  7200,
  18_000,
  36_000,
  50_400,
  72_000,
  86_400,
] as const

const AT_ONCE = 20
const GONE = 410

/** Attempts what is due now, and gives how much that was. */
export async function deliverDue(database: Database, delivery: Delivery): Promise<number> {
  const jobs = await claimJobs(database, Math.floor(delivery.now()), AT_ONCE)
  await Promise.all(jobs.map((job) => attempt(database, delivery, job)))
  return jobs.length
}

async function attempt(database: Database, delivery: Delivery, job: WebhookJob): Promise<void> {
  const now = Math.floor(delivery.now())
  const [url, secrets] = await Promise.all([
    hookOf(database, job.provider),
    secretsOf(database, job.provider, now),
  ])
  // Without a secret nobody could tell it from a forgery: it waits until one is asked for.
  const status = url === null
    ? GONE
    : secrets.length === 0
    ? null
    : await send(delivery.post, url, secrets, job, now)
  const wait = RETRY_SECONDS[job.attempt - 1]
  const taken = status !== null && status >= 200 && status < 300
  if (taken || status === GONE || wait === undefined) await dropJob(database, job.id)
  else await delayJob(database, job.id, now + wait)
  const { log } = delivery
  log({ level: 'info', message: 'webhook', job: job.id, attempt: job.attempt, status, taken })
}

/** The status; null where there was no answer. */
async function send(
  post: PostHook,
  url: string,
  secrets: readonly string[],
  { id, body }: WebhookJob,
  now: number,
): Promise<number | null> {
  const headers = {
    'Content-Type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(now),
    'webhook-signature': await signWebhook(secrets, id, now, body),
  }
  return await post({ url, headers, body }).catch(() => null)
}
