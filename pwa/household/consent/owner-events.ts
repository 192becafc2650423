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
import { alone, keepDeeds, sendEvents } from './events.ts'
import { fetchHistory } from './fetch-history.ts'
import { keyDeeds } from './grant-keys.ts'

export interface OwnersHistory {
  readonly vault: BrowserVault
  readonly self: Self
  readonly client: Client
}

/** @throws {ApiProblem} when one is not taken at all: it is given up then */
export async function sendWaiting(of: OwnersHistory): Promise<void> {
  await alone(() => send(of))
}

/**
 * Sends what waits, then reads the history and verifies it. What follows from it for the keys of
 * grants is done at once.
 */
export async function refresh(of: OwnersHistory): Promise<History> {
  return await alone(async () => {
    await send(of)
    const history = await fetchHistory(of)
    const deeds = await keyDeeds(of.vault, of.self.owner)
    if (deeds.length === 0) return history
    await keepDeeds(of.vault.database, of.self.owner, deeds)
    await send(of)
    return history
  })
}

async function send(of: OwnersHistory): Promise<void> {
  await sendEvents({
    database: of.vault.database,
    owner: of.self.owner,
    client: of.client,
    fetch: () => fetchHistory(of),
  })
}
