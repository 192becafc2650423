/**
 * What went wrong, as the rooms are told of it: by the key of a sentence.
 *
 * @module
 */

/** A failure with a sentence: `key` names it in the catalogue of messages. */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly key: string
  constructor(key: string, cause?: unknown) {
    super(key, { cause })
    this.key = key
  }
}
