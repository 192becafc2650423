/**
 * What this browser does in the owner's history, one tab at a time: reading it, and sending what
 * waits.
 *
 * @module
 */
import type { Client } from '../../../shared/api/client.ts'
import type { History } from '../../../shared/consent/history.ts'
import type { Self } from '../../vault/identities.ts'
import type { BrowserVault } from '../../vault/vault.ts'
import { alone, sendEvents } from './events.ts'
import { fetchHistory } from './fetch-history.ts'

export interface OwnersHistory {
  readonly vault: BrowserVault
  readonly self: Self
  readonly client: Client
}

/** @throws {ApiProblem} when one is not taken at all: it is given up then */
export async function sendWaiting(of: OwnersHistory): Promise<void> {
  await alone(() => send(of))
}

/** Sends what waits, then reads the history and verifies it. */
export async function refresh(of: OwnersHistory): Promise<History> {
  return await alone(async () => {
    await send(of)
    return await fetchHistory(of)
  })
}

async function send(of: OwnersHistory): Promise<void> {
  await sendEvents({
    database: of.vault.database,
    owner: of.self.owner,
    client: of.client,
    fetch: async () => void await fetchHistory(of),
  })
}
