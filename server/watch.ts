/**
 * What open requests wait for: that something grows beyond a number, as a channel by its blocks and a
 * room by its messages. Where requests may share a connection, all that wait in the process share
 * one look at the database, for all that anybody waits for; what this process adds itself is told
 * at once. Where they may not, each looks for itself.
 *
 * @module
 */
import type { Bytes } from '../shared/bytes.ts'
import { mapKey } from './context.ts'
import type { Database } from './database.ts'

export interface Watch {
  /** Whether it is beyond `after`; waits for that about one pause, or until the signal. */
  beyond(database: Database, id: Bytes, after: number, signal: AbortSignal): Promise<boolean>
  /** Tells those who wait that it is at `seq` now. */
  moved(id: Bytes, seq: number): void
}

/** How far each of these is; what is not told of is waited for. */
export type Look = (
  database: Database,
  asked: Bytes[],
) => Promise<readonly { readonly id: Bytes; readonly seq: number }[]>

/** Of one query. */
const MOST = 500

interface Waiting {
  readonly id: Bytes
  readonly after: number
  readonly settle: (beyond: boolean) => void
  readonly fail: (error: unknown) => void
}

/** @param pause milliseconds between two looks */
export function watch(shared: boolean, pause: number, look: Look): Watch {
  return shared ? together(pause, look) : alone(pause, look)
}

function alone(pause: number, look: Look): Watch {
  return {
    async beyond(database, id, after, signal) {
      const [head] = await look(database, [id])
      if (head !== undefined && head.seq > after) return true
      await sleep(pause, signal)
      return false
    },
    moved: () => undefined,
  }
}

function together(pause: number, look: Look): Watch {
  const waiting = new Map<string, Set<Waiting>>()
  let running = false

  function tell(key: string, seq: number): void {
    for (const one of waiting.get(key) ?? []) if (seq > one.after) one.settle(true)
  }

  async function lookOnce(database: Database): Promise<void> {
    const asked = [...waiting.values()].flatMap((all) => [...all].slice(0, 1))
      .map(({ id }) => id)
    for (let i = 0; i < asked.length; i += MOST) {
      for (const { id, seq } of await look(database, asked.slice(i, i + MOST))) {
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
    beyond: (database, id, after, signal) =>
      new Promise((resolve, reject) => {
        const key = mapKey(id)
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
        const one = { id, after, settle, fail }
        const giveUp = () => settle(false)
        const timer = setTimeout(giveUp, pause)
        signal.addEventListener('abort', giveUp, { once: true })
        waiting.set(key, all.add(one))
        if (!running) void run(database)
      }),
    moved: (id, seq) => tell(mapKey(id), seq),
  }
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
