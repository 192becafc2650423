/**
 * Guessing codes that are short enough to type: how often somebody may be wrong, counted in the
 * database so that every process counts alike. A guess counts before it is looked up, so that many
 * at once are no more than one after the other; a right one is taken off again.
 *
 * @module
 */
import { utf8 } from '../shared/bytes.ts'
import { sha256 } from '../shared/identity/statement.ts'
import type { Database } from './database.ts'
import { ProblemError } from './problems.ts'
import { networkName } from './registration.ts'

/** From the first wrong guess on; then all are forgotten. */
export const GUESS_SECONDS = 600
const OF_CALLER = 5
/** Behind one address there may be many households. */
const OF_NETWORK = 20
const SWEEP_ROWS = 1000

export interface Guess {
  /** What is guessed: other codes have other counts. */
  readonly kind: 'request' | 'room'
  /** Who guesses, and from where. */
  readonly caller: string
  readonly network: string
}

/**
 * Runs a guess that gives what it finds, or null.
 *
 * @throws {ProblemError} `too-many-guesses`
 */
export async function guess<T>(
  database: Database,
  { kind, caller, network }: Guess,
  now: number,
  find: () => Promise<T | null>,
): Promise<T | null> {
  const at = Math.floor(now)
  const hidden = await networkName(database.db, network, at)
  const names = [
    { name: await sha256(utf8(JSON.stringify([kind, caller]))), most: OF_CALLER },
    { name: await sha256(utf8(JSON.stringify([kind, hidden.join()]))), most: OF_NETWORK },
  ]
  const { sql } = database
  const counted: Uint8Array[] = []
  const takeBack = async () => {
    for (const name of counted) {
      await sql`update guesses set count = count - 1 where name = ${name} and count > 0`
    }
  }
  for (const { name, most } of names) {
    const [row] = await sql`
      insert into guesses as g (name, since, count) values (${name}, ${at}, 1)
      on conflict (name) do update set
        count = case when g.since <= ${
      at - GUESS_SECONDS
    } then 1 else least(g.count, ${most}) + 1 end,
        since = case when g.since <= ${at - GUESS_SECONDS} then excluded.since else g.since end
      returning since, count`
    if (Number(row?.['count']) > most) {
      await takeBack()
      const wait = Math.max(1, Number(row?.['since']) + GUESS_SECONDS - at)
      throw new ProblemError('too-many-guesses', {}, { 'Retry-After': String(wait) })
    }
    counted.push(name)
  }
  const found = await find()
  if (found !== null) await takeBack()
  return found
}

export async function sweepGuesses({ sql }: Database, now: number): Promise<number> {
  const { count } = await sql`
    delete from guesses where name in (
      select name from guesses where since <= ${now - GUESS_SECONDS} limit ${SWEEP_ROWS}
      for update skip locked)`
  return count
}
