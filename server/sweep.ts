/**
 * Deleting what is over, in small parts, so that nobody waits for it. Several processes may do it at
 * once.
 *
 * @module
 */
import type { Database } from './database.ts'
import { sweepGuesses } from './guesses.ts'
import { sweepRooms } from './pairing/store.ts'
import { sweepRequests } from './tokens/requests.ts'

type Sweep = (database: Database, now: number) => Promise<number>

const SWEEPS: readonly Sweep[] = [sweepRequests, sweepGuesses, sweepRooms]

/** Deletes a part of what is over, and gives how many rows that was. */
export async function sweep(database: Database, now: number): Promise<number> {
  let deleted = 0
  for (const each of SWEEPS) deleted += await each(database, Math.floor(now))
  return deleted
}
