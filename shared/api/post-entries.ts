/**
 * Posting a channel's outbox, in the words of shared/seal/delivery.ts.
 *
 * @module
 */
import { type Bytes, fromBase64url } from '../bytes.ts'
import type { PostAnswer } from '../seal/delivery.ts'
import type { Client } from './client.ts'
import { ApiProblem } from './transport.ts'

/** Posts in the shape that delivery understands: a problem with the first item is a refusal. */
export async function postEntries(
  client: Pick<Client, 'postBlocks'>,
  channel: Bytes,
  items: readonly Bytes[],
): Promise<PostAnswer> {
  try {
    const { taken, acknowledgements, refusal } = await client.postBlocks(channel, items)
    return { taken, acknowledgements, refusal: refusal && refusalOf(refusal.code, refusal, null) }
  } catch (error) {
    // What is not about these blocks (too many requests, the platform's own faults) waits.
    if (!(error instanceof ApiProblem) || error.problem === null || error.status >= 500) throw error
    if (error.status === 429 || error.status === 401) throw error
    const refusal = refusalOf(error.problem.code, error.problem, error.retryAfter)
    return { taken: 0, acknowledgements: [], refusal }
  }
}

function refusalOf(
  code: string,
  members: Readonly<Record<string, unknown>>,
  retryAfter: number | null,
): NonNullable<PostAnswer['refusal']> {
  const { head, epoch } = members
  return {
    code,
    ...(head === null ? { head } : typeof head === 'string' ? { head: fromBase64url(head) } : {}),
    ...(typeof epoch === 'number' ? { epoch } : {}),
    ...(retryAfter === null ? waitOf(code) : { retryAfter }),
  }
}

/** In the middle of a batch, the answer has no header to say how long. */
function waitOf(code: string): { retryAfter?: number } {
  return code === 'sealed-ahead' ? { retryAfter: 60 } : {}
}
