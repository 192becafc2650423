/**
 * A client of Postgres that is as good after a long time, and after the loss of a connection, as a
 * new one. A connection of postgres.js 3.4 that was lost in the middle of a query comes back with
 * what it was at: it takes the next refusal of the server for an answer to that query and asks for
 * ever, may keep what it had not written yet, and counts rows on from where it was. And its list of
 * idle connections keeps a place for every query there ever was, and is searched through, until all
 * connections are busy at once. So a client that loses a connection, or has served for long, ends
 * what it has under way, and a new one takes its place.
 *
 * @module
 */
import type postgres from 'postgres'

/** For queries that were made over a client that is left, and are sent in a moment. */
const GRACE = 1000
/** For what its other connections have under way: longer than any statement of the platform may take. */
const LAST_SECONDS = 40
/** Past some ten thousand places the search through them shows. */
const MOST_QUERIES = 20_000

/**
 * The client that `make` makes, and makes again whenever one has lost a connection, which
 * `onclose` must tell, or has served many queries.
 */
export function renewedClient(make: (onclose: () => void) => postgres.Sql): postgres.Sql {
  let ended = false
  let queries = 0
  /** Those that were left, and are not ended yet. */
  const left = new Map<postgres.Sql, ReturnType<typeof setTimeout>>()
  let current = open()

  function open(): postgres.Sql {
    queries = 0
    const client = make(() => {
      if (!ended && client === current) renew({ timeout: LAST_SECONDS })
    })
    return client
  }

  /** @param how nothing, to let all end by itself */
  function renew(how?: { timeout: number }): void {
    const before = current
    current = open()
    // Who uses the client may have taught it types since.
    Object.assign(current.options.parsers, before.options.parsers)
    Object.assign(current.options.serializers, before.options.serializers)
    const leave = () => {
      left.delete(before)
      void before.end(how)
    }
    left.set(before, setTimeout(leave, GRACE))
  }

  function used(): postgres.Sql {
    if (++queries > MOST_QUERIES && !ended) renew()
    return current
  }

  async function end(how?: { timeout?: number }): Promise<void> {
    ended = true
    for (const timer of left.values()) clearTimeout(timer)
    await Promise.all([current, ...left.keys()].map((client) => client.end(how)))
  }

  return new Proxy(current, {
    apply: (_, __, args) => Reflect.apply(used(), undefined, args),
    get(_, name) {
      if (name === 'end') return end
      const asks = name === 'unsafe' || name === 'begin' || name === 'reserve'
      return Reflect.get(asks ? used() : current, name)
    },
  })
}
