/**
 * What streams wait for: that a channel's head goes beyond a place. Where requests may share a
 * connection, all streams of the process share one look at the database, for all channels that
 * anybody waits for; blocks that this process takes itself are told at once. Where they may not,
 * each stream looks for itself.
 *
 * @module
 */
import { inArray } from 'drizzle-orm'
import type { Bytes } from '../../shared/bytes.ts'
import { mapKey } from '../context.ts'
import type { Database } from '../database.ts'
import { channels } from '../schema.ts'

export interface Heads {
  /** Whether the head is beyond `after`; waits for it about one pause, or until the signal. */
  beyond(database: Database, channel: Bytes, after: number, signal: AbortSignal): Promise<boolean>
  /** Tells those who wait that the head is at `seq` now. */
  moved(channel: Bytes, seq: number): void
}

/** Of one query. */
const CHANNELS = 500

interface Waiting {
  readonly channel: Bytes
  readonly after: number
  readonly settle: (beyond: boolean) => void
  readonly fail: (error: unknown) => void
}

/** @param pause milliseconds between two looks */
export function watchHeads(shared: boolean, pause: number): Heads {
  return shared ? together(pause) : alone(pause)
}

function alone(pause: number): Heads {
  return {
    async beyond(database, channel, after, signal) {
      const [head] = await look(database, [channel])
      if (head !== undefined && head.seq > after) return true
      await sleep(pause, signal)
      return false
    },
    moved: () => undefined,
  }
}

function together(pause: number): Heads {
  const waiting = new Map<string, Set<Waiting>>()
  let running = false

  function tell(key: string, seq: number): void {
    for (const one of waiting.get(key) ?? []) if (seq > one.after) one.settle(true)
  }

  async function lookOnce(database: Database): Promise<void> {
    const asked = [...waiting.values()].flatMap((all) => [...all].slice(0, 1))
      .map(({ channel }) => channel)
    for (let i = 0; i < asked.length; i += CHANNELS) {
      for (const { id, seq } of await look(database, asked.slice(i, i + CHANNELS))) {
        tell(mapKey(id), seq)
      }
    }
  }

  /** After every look there is a pause, whoever comes and goes. */
  async function run(database: Database): Promise<void> {
    running = true
    while (waiting.size > 0) {
      await lookOnce(database).catch((error: unknown) => {
        for (const all of waiting.values()) for (const one of all) one.fail(error)
      })
      await sleep(pause)
    }
    running = false
  }

  return {
    beyond: (database, channel, after, signal) =>
      new Promise((resolve, reject) => {
        const key = mapKey(channel)
        const all = waiting.get(key) ?? new Set<Waiting>()
        const forget = () => {
          clearTimeout(timer)
          signal.removeEventListener('abort', giveUp)
          all.delete(one)
          if (all.size === 0 && waiting.get(key) === all) waiting.delete(key)
        }
        const settle = (beyond: boolean) => {
          forget()
          resolve(beyond)
        }
        const fail = (error: unknown) => {
          forget()
          reject(error)
        }
        const one = { channel, after, settle, fail }
        const giveUp = () => settle(false)
        const timer = setTimeout(giveUp, pause)
        signal.addEventListener('abort', giveUp, { once: true })
        waiting.set(key, all.add(one))
        if (!running) void run(database)
      }),
    moved: (channel, seq) => tell(mapKey(channel), seq),
  }
}

/** Seq of each channel's newest block. */
async function look(
  { db }: Database,
  asked: Bytes[],
): Promise<{ id: Bytes; seq: number }[]> {
  return await db.select({ id: channels.id, seq: channels.headSeq }).from(channels)
    .where(inArray(channels.id, asked))
}

function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(end, milliseconds)
    function end(): void {
      clearTimeout(timer)
      signal?.removeEventListener('abort', end)
      resolve()
    }
    if (signal?.aborted === true) end()
    else signal?.addEventListener('abort', end, { once: true })
  })
}
