/**
 * New blocks as server-sent events, by looking into the database from time to time: it works on
 * every runtime and with any number of processes. It ends with the caller's access token; the caller
 * renews the token and resumes after the last id it saw. It ends with what the token was issued on,
 * a device's with its pairing, and a recipient's with its grant: that is looked at before every
 * block, and every time that it is looked for blocks.
 *
 * @module
 */
import { type Bytes, toBase64url, utf8 } from '../../shared/bytes.ts'
import type { Given } from '../consent/store.ts'
import type { Database } from '../database.ts'
import type { Limits } from '../limits.ts'
import type { Heads } from './heads.ts'
import { readPage } from './read.ts'

export interface StreamOptions {
  readonly database: Database
  readonly heads: Heads
  readonly channel: Bytes
  readonly after: number
  /** When the access token ends; seconds since 1970. */
  readonly expires: number
  readonly now: () => number
  readonly limits: Limits
  /** Whether the caller still may read, as far as that is not a grant's to say. */
  readonly stands: () => Promise<boolean>
  /** Of a recipient: what it is given now. */
  readonly reader: StreamReader | null
  /** Called when the stream is over, whoever ended it. */
  readonly over: () => void
}

export interface StreamReader {
  /** Null when it is given nothing any more. */
  given(): Promise<Given | null>
  /** Writes down what it is about to be given. */
  note(seqs: readonly number[]): Promise<void>
}

const PAGE = 20
/** It stays in memory for as long as the caller does not read. */
const PAGE_BYTES = 1024 * 1024

/** The body of the answer. Reading ahead is bounded to one page. */
export function blockStream(options: StreamOptions): ReadableStream<Bytes> {
  const { database, heads, channel, expires, now, limits, stands, reader, over } = options
  const most = Math.min(limits.pageBytes, PAGE_BYTES)
  let after = options.after
  const stop = new AbortController()

  async function next(): Promise<Bytes | null> {
    let quiet = 0
    while (!stop.signal.aborted && now() < expires) {
      if (!await stands()) return null
      const given = reader === null ? null : await reader.given()
      if (reader !== null && given === null) return null
      // A recipient's head is that of the moment at which its grant was looked at.
      const beyond = given !== null && given.head > after
      if (beyond || await heads.beyond(database, channel, after, stop.signal)) {
        if (reader !== null && !beyond) continue
        const query = { after, from: null, to: null, limit: PAGE }
        const { blocks } = await readPage(database, channel, query, most, given)
        // It may have waited long: nothing goes to whom it is not for any more.
        if (!await stands()) return null
        const last = blocks.at(-1)
        if (last !== undefined) {
          after = last.seq
          await reader?.note(blocks.filter(({ whole }) => whole).map(({ seq }) => seq))
          return utf8(blocks.map(({ seq, bytes }) => event(seq, bytes)).join(''))
        }
        // All that there is comes before what it is given.
        if (given !== null) after = given.head
      }
      if (quiet >= limits.streamHeartbeat) return utf8(': still here\n\n')
      quiet += limits.streamPoll
    }
    return null
  }

  return new ReadableStream<Bytes>({
    start(controller) {
      // Headers and first bytes leave at once, so that the caller knows that it is connected.
      controller.enqueue(utf8(': connected\n\n'))
    },
    async pull(controller) {
      const chunk = await next().catch((error: unknown) => {
        over()
        throw error
      })
      if (stop.signal.aborted) return
      if (chunk !== null) return controller.enqueue(chunk)
      over()
      controller.close()
    },
    cancel() {
      over()
      stop.abort()
    },
  })
}

function event(seq: number, bytes: Bytes): string {
  return `id: ${seq}\nevent: block\ndata: ${toBase64url(bytes)}\n\n`
}
