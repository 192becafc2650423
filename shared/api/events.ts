/**
 * Server-sent events as a fetch body brings them (WHATWG HTML section 9.2), as far as the API uses
 * them: `id` and `data`, comments ignored, lines ended by LF. Each byte is looked at once, however
 * small the chunks are that an event comes in.
 *
 * @module
 */
export interface ServerEvent {
  readonly id: string
  readonly data: string
}

/** Longest event that is put together: a block of the largest size in base64url, and some. */
const MAX_EVENT = 4 * 1024 * 1024

export async function* readEvents(
  body: ReadableStream,
  signal?: AbortSignal,
): AsyncGenerator<ServerEvent> {
  const reader = body.getReader()
  const cancel = () => reader.cancel().catch(() => undefined)
  signal?.addEventListener('abort', () => void cancel(), { once: true })
  const decoder = new TextDecoder('utf-8', { fatal: true })
  /** Of the event that is not over: pieces in order. */
  let parts: string[] = []
  let length = 0
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      let text = decoder.decode(value, { stream: true })
      // The empty line that ends an event may be cut in two.
      if (text.startsWith('\n') && parts.at(-1)?.endsWith('\n') === true) {
        yield* eventIn(parts.join(''))
        parts = []
        length = 0
        text = text.slice(1)
      }
      const events = text.split('\n\n')
      const rest = events.pop() ?? ''
      for (const end of events) {
        yield* eventIn(parts.join('') + end)
        parts = []
        length = 0
      }
      if (rest !== '') parts.push(rest)
      length += rest.length
      if (length > MAX_EVENT) throw new RangeError('Event is too long')
    }
  } finally {
    await cancel()
  }
}

function* eventIn(text: string): Generator<ServerEvent> {
  let id = ''
  const data: string[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('id: ')) id = line.slice(4)
    else if (line.startsWith('data: ')) data.push(line.slice(6))
  }
  if (data.length > 0) yield { id, data: data.join('\n') }
}
