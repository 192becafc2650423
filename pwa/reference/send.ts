/**
 * Sends a request that was filled in: as it is, or with an access token in the name of this
 * browser's own identity, by the means of the typed client. Tokens, proofs and keys stay in there.
 *
 * @module
 */
import { type Bytes, concat } from '../../shared/bytes.ts'
import { ApiProblem, transport } from '../../shared/api/transport.ts'
import type { Signer } from '../../shared/identity/statement.ts'
import type { Asked } from './request.ts'

export interface Answered {
  readonly status: number
  readonly statusText: string
  readonly headers: readonly (readonly [string, string])[]
  readonly type: string
  readonly body: Bytes
  /** Whether there was, or may yet come, more than is shown. */
  readonly cut: boolean
  /** Milliseconds to the head of the answer. */
  readonly took: number
}

const MOST = 1024 * 1024
/** How long an answer without an end is listened to. */
const LISTEN = 3000

/** @param by whose access token to ask for; null sends without one */
export async function send(asked: Asked, by: Signer | null): Promise<Answered> {
  let answered: Promise<Answered> | undefined
  const { method, path, headers, type, body } = asked
  const { send } = transport({
    url: location.origin,
    now: () => Date.now() / 1000,
    retries: 0,
    ...by === null ? {} : { signer: by },
    fetch: async (address, init) => {
      const started = performance.now()
      const response = await fetch(address, init)
      if (by !== null && new URL(address).pathname === '/v1/token') return response
      answered = listen(response.clone(), performance.now() - started)
      return response
    },
  })
  try {
    const response = await send({
      method,
      path,
      headers,
      token: by !== null,
      ...type === null ? {} : { type },
      ...body === null ? {} : { body },
    })
    void response.body?.cancel()
  } catch (error) {
    // A problem is an answer too, if it is one to this request.
    if (!(error instanceof ApiProblem) || answered === undefined) throw error
  }
  if (answered === undefined) throw new TypeError('Nothing was sent')
  return await answered
}

async function listen(response: Response, took: number): Promise<Answered> {
  const reader = response.body?.getReader()
  const parts: Uint8Array[] = []
  let length = 0
  let cut = false
  const timer = setTimeout(() => {
    cut = true
    void reader?.cancel().catch(() => undefined)
  }, LISTEN)
  for (let part = await reader?.read(); part?.done === false; part = await reader?.read()) {
    parts.push(part.value)
    length += part.value.length
    if (length > MOST) {
      cut = true
      await reader?.cancel()
    }
  }
  clearTimeout(timer)
  return {
    status: response.status,
    statusText: response.statusText,
    headers: [...response.headers],
    type: response.headers.get('Content-Type')?.split(';')[0] ?? '',
    body: concat(...parts),
    cut,
    took,
  }
}
