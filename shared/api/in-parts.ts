/**
 * Items of a source in parts: while one part is worked on the next is fetched, and no more than one,
 * so that a reader who stops has not been given more than it could have read.
 *
 * @module
 */
import type { Bytes } from '../bytes.ts'

/** A part ends with its last item, or with the first beyond so many bytes. */
export interface PartSize {
  readonly items: number
  readonly bytes: number
}

/** What the source throws comes after all that came before it. */
export async function* inParts(
  source: AsyncGenerator<Bytes>,
  size: PartSize,
): AsyncGenerator<readonly Bytes[]> {
  let next = ahead(part(source, size))
  try {
    for (;;) {
      const { items, error, done } = await next
      if (error === null && !done) next = ahead(part(source, size))
      if (items.length > 0) yield items
      if (error !== null) throw error.cause
      if (done) return
    }
  } finally {
    // Not waited for: what is under way may take its time.
    source.return(undefined).catch(() => undefined)
  }
}

interface Part {
  readonly items: readonly Bytes[]
  readonly error: { readonly cause: unknown } | null
  readonly done: boolean
}

async function part(
  source: AsyncGenerator<Bytes>,
  { items: most, bytes }: PartSize,
): Promise<Part> {
  const items: Bytes[] = []
  let size = 0
  try {
    while (items.length < most && size < bytes) {
      const { value, done } = await source.next()
      if (done === true) return { items, error: null, done: true }
      items.push(value)
      size += value.length
    }
    return { items, error: null, done: false }
  } catch (cause) {
    return { items, error: { cause }, done: true }
  }
}

/** Whoever stops reading does not ask for it. */
function ahead<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
