/**
 * What went wrong, as the rooms are told of it: by the key of a sentence.
 *
 * @module
 */

/** A failure with a sentence: `key` names it in the catalogue of messages. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly key: string
  /** Seconds after which it may be tried again, where that is known. */
  readonly retryAfter: number | null
  constructor(key: string, cause?: unknown, retryAfter: number | null = null) {
    super(key, { cause })
    this.key = key
    this.retryAfter = retryAfter
  }
}
