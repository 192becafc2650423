/** What can go wrong with the embedded Postgres. @module */

/** An expected condition that the person who starts Kilowit can do something about. */
export class EmbeddedPostgresError extends Error {
  override name = 'EmbeddedPostgresError'
}

/** The code of a system or database error, such as `ENOENT` or `57P03`. */
export function errorCode(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : ''
}
