/**
 * Server-sent events as a fetch body brings them (WHATWG HTML section 9.2), as far as the API uses
 * them: `id` and `data`, comments ignored, lines ended by LF.
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
  let rest = ''
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      const events = (rest + decoder.decode(value, { stream: true })).split('\n\n')
      rest = events.pop() ?? ''
      if (rest.length > MAX_EVENT) throw new RangeError('Event is too long')
      for (const text of events) {
        const event = parseEvent(text)
        if (event !== null) yield event
      }
    }
  } finally {
    await cancel()
  }
}

function parseEvent(text: string): ServerEvent | null {
  let id = ''
  const data: string[] = []
  for (const line of text.split('\n')) {
    if (line.startsWith('id: ')) id = line.slice(4)
    else if (line.startsWith('data: ')) data.push(line.slice(6))
  }
  return data.length === 0 ? null : { id, data: data.join('\n') }
}
