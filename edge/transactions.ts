/**
 * Transactions that survive the loss of their connection. postgres.js 3.4 sends a `rollback` after
 * any failure, on a lost connection too: there it throws outside of every promise, which ends the
 * process. So a failure that is the loss of the connection is not passed on to it; it rejects the
 * transaction by itself as soon as the connection is closed.
 *
 * @module
 */
import type postgres from 'postgres'

/** Postgres ends the session, or the driver knows that it is gone. */
const LOST =
  /^(57P0[1-5]|CONNECTION_CLOSED|CONNECTION_DESTROYED|CONNECTION_ENDED|ECONN.*|EPIPE|ETIMEDOUT)$/

/** The same client, whose `begin` never writes to a connection that is gone. */
export function withSafeTransactions(sql: postgres.Sql): postgres.Sql {
  const begin = sql.begin.bind(sql)
  async function guarded<T>(work: () => T | Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      // Never settles: the race with the closing of the connection is the driver's.
      if (isLoss(error)) return await new Promise<never>(() => undefined)
      throw error
    }
  }
  type Work = (tx: postgres.TransactionSql) => unknown
  return Object.assign(sql, {
    begin: (first: string | Work, second?: Work) =>
      typeof first === 'string'
        ? begin(first, (tx) => guarded(() => second?.(tx)))
        : begin((tx) => guarded(() => first(tx))),
  })
}

function isLoss(error: unknown): boolean {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const code: unknown = Reflect.get(at, 'code')
    if (typeof code === 'string' && LOST.test(code)) return true
  }
  return false
}
