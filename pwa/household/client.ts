/**
 * The client of the platform that this page came from. It gives up on one that says nothing at all:
 * a network that swallows what it is given would otherwise look like one that is slow, for minutes.
 *
 * @module
 */
import { type Client, createClient } from '../../shared/api/client.ts'
import type { Signer } from '../../shared/identity/statement.ts'
import type { Self } from '../vault/identities.ts'

/** A try now and one soon after: with the pauses of delivery around it, that is patience enough. */
const RETRIES = 1
/** Milliseconds until the answer begins; how long its body takes is another matter. */
const PATIENCE = 15_000

/** Who this browser is, and in whose name it speaks with the platform. */
export interface Running {
  readonly self: Self
  readonly client: Client
}

/** Without a signer, only for what is public there. */
export function clientFor(signer?: Signer): Client {
  return createClient({
    url: location.origin,
    fetch: patientFetch,
    now: () => Math.floor(Date.now() / 1000),
    retries: RETRIES,
    ...(signer === undefined ? {} : { signer }),
  })
}

async function patientFetch(address: string, init: RequestInit): Promise<Response> {
  const control = new AbortController()
  const patience = AbortSignal.timeout(PATIENCE)
  const giveUp = () => control.abort(patience.reason)
  patience.addEventListener('abort', giveUp)
  const { signal } = init
  try {
    const either = signal ? AbortSignal.any([signal, control.signal]) : control.signal
    return await fetch(address, { ...init, signal: either })
  } finally {
    patience.removeEventListener('abort', giveUp)
  }
}
