/**
 * A client of Postgres that outlives the loss of a connection. A connection of postgres.js 3.4 that
 * was lost in the middle of a query comes back with what it was at: it takes the next refusal of
 * the server for an answer to that query and asks for ever, may keep what it had not written yet,
 * and counts rows on from where it was. So a client that loses a connection ends what it has under
 * way, and a new one takes its place.
 *
 * @module
 */
import type postgres from 'postgres'

/** For what the other connections of a client that is left have under way. */
const LAST_SECONDS = 5

/**
 * The client that `make` makes, and makes again whenever one has lost a connection, which
 * `onclose` must tell.
 */
export function renewedClient(make: (onclose: () => void) => postgres.Sql): postgres.Sql {
  let ended = false
  function open(): postgres.Sql {
    const client = make(() => {
      if (ended || client !== current) return
      current = open()
      // Who uses the client may have taught it types since.
      Object.assign(current.options.parsers, client.options.parsers)
      Object.assign(current.options.serializers, client.options.serializers)
      void client.end({ timeout: LAST_SECONDS })
    })
    return client
  }
  let current = open()
  async function end(how?: { timeout?: number }): Promise<void> {
    ended = true
    await current.end(how)
  }
  return new Proxy(current, {
    apply: (_, __, args) => Reflect.apply(current, undefined, args),
    get: (_, name) => name === 'end' ? end : Reflect.get(current, name),
  })
}
