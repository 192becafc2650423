/**
 * Answers without an end, such as event streams, end when the process is asked to stop: otherwise
 * it would wait for readers that never leave. They resume elsewhere or later.
 *
 * @module
 */

/** The same answer, whose body ends in good order when `stopping` is aborted. */
export function endWith(response: Response, stopping: AbortSignal): Response {
  const type = response.headers.get('content-type') ?? ''
  // In this order: Node's server is slower to answer with a response whose body was looked at.
  if (!type.startsWith('text/event-stream') || response.body === null) return response
  const reader = response.body.getReader()
  let end: () => void = () => undefined
  const forget = () => stopping.removeEventListener('abort', end)
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      end = () => {
        controller.close()
        void reader.cancel().catch(() => undefined)
      }
      if (stopping.aborted) end()
      else stopping.addEventListener('abort', end, { once: true })
    },
    async pull(controller) {
      const { done, value } = await reader.read()
      if (stopping.aborted) return
      if (!done) return controller.enqueue(value)
      forget()
      controller.close()
    },
    async cancel(reason) {
      forget()
      await reader.cancel(reason)
    },
  })
  return new Response(body, response)
}
