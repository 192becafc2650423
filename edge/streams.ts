/**
 * Answers without an end, such as event streams, end when the process is asked to stop: otherwise
 * it would wait for readers that never leave. They resume elsewhere or later.
 *
 * @module
 */

/** The same answer, whose body ends in good order when `stopping` is aborted. */
export function endWith(response: Response, stopping: AbortSignal): Response {
  const type = response.headers.get('content-type') ?? ''
  if (response.body === null || !type.startsWith('text/event-stream')) return response
  const reader = response.body.getReader()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const end = () => {
        controller.close()
        void reader.cancel().catch(() => undefined)
      }
      if (stopping.aborted) return end()
      stopping.addEventListener('abort', end, { once: true })
      const done = () => stopping.removeEventListener('abort', end)
      const pump = async (): Promise<void> => {
        for (;;) {
          const { done: last, value } = await reader.read()
          if (stopping.aborted) return
          if (last) return controller.close()
          controller.enqueue(value)
        }
      }
      void pump().catch((error: unknown) => controller.error(error)).finally(done)
    },
    cancel: (reason) => reader.cancel(reason),
  })
  return new Response(body, response)
}
