/**
 * The worker that reads and verifies, so that the page stays quick however much there is. It opens
 * the same vault as the page; keys stay in the browser's hands there too.
 *
 * @module
 */
import { type Answer, failureOf, type Message } from './message.ts'
import { packed } from './packed-bars.ts'
import { createWork, type JobName, type JobOptions, type Work } from './work.ts'

/** The page's own library knows no worker's scope; this is all that is needed of it. */
interface Scope {
  postMessage(message: Answer, transfer: Transferable[]): void
  addEventListener(type: 'message', listener: (event: MessageEvent<Message>) => void): void
}

const scope = globalThis as unknown as Scope
const running = new Map<number, AbortController>()
let work: Promise<Work> | null = null

/** Anew where it failed before. */
function begin(): Promise<Work> {
  if (work !== null) return work
  const begun = createWork()
  begun.catch(() => (work = null)) // told to whoever asks for something
  return work = begun
}

function tell(answer: Answer, transfer: Transferable[] = []): void {
  scope.postMessage(answer, transfer)
}

async function run<Name extends JobName>(
  name: Name,
  request: Parameters<Work[Name]>[0],
  options: JobOptions,
): Promise<unknown> {
  const doing = (await begin())[name] as (of: typeof request, how: JobOptions) => Promise<unknown>
  return await doing(request, options)
}

scope.addEventListener('message', ({ data }) => {
  if ('abort' in data) {
    running.get(data.abort)?.abort()
    return
  }
  const { id, name, request } = data
  const control = new AbortController()
  running.set(id, control)
  const options = {
    signal: control.signal,
    progress: (progress: { checked: number; of: number }) => tell({ id, progress }),
  }
  run(name, request, options).then((found) => {
    const { result, transfer } = packed(found)
    tell({ id, result }, transfer)
  }, (error: unknown) => {
    tell({ id, failure: failureOf(error) })
  }).finally(() => running.delete(id))
})

tell({ ready: true })
void begin()
