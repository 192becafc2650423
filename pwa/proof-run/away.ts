/**
 * The page's end of the worker: asks, tells what is under way, and ends what nobody waits for any
 * more. The worker goes when it has had nothing to do for a while, and with it what it kept in
 * memory. Where no worker can be had, the same is done here.
 *
 * @module
 */
import { READING_WORKER, trustedScript } from '../trusted-script.ts'
import { type Answer, errorOf, type Message } from './message.ts'
import { unpacked } from './packed-bars.ts'
import type { JobName, JobOptions, Jobs, Work } from './work.ts'

export interface Away {
  /**
   * @param view what asks: a newer request of the same view ends an older one with an `AbortError`
   * @param signal nobody waits for it any more
   * @throws what the work throws: `AppError`, `Unreachable`, `ApiProblem`, `DOMException`
   */
  ask<Name extends JobName>(
    name: Name,
    request: Jobs[Name]['request'],
    options?: { view?: string; progress?: JobOptions['progress']; signal?: AbortSignal },
  ): Promise<Jobs[Name]['result']>
  /** Something will soon be asked: the worker may start meanwhile. */
  begin(): void
  /** Ends all that is under way and forgets what was read: another owner was restored. */
  end(): void
}

/** Milliseconds without anything to do. */
const IDLE = 60_000
/** Milliseconds for the worker to say that it is there. */
const PATIENCE = 10_000

interface Waiting {
  readonly progress: JobOptions['progress'] | undefined
  settle(result: unknown): void
  fail(error: unknown): void
}

interface Connection {
  /** Null where no worker can be had. */
  readonly ready: Promise<Worker | null>
  readonly waiting: Map<number, Waiting>
  /** Whether the worker did not say in time that it is there, and was ended. */
  wasLate(): boolean
  close(): void
}

export function createAway(): Away {
  let connection: Connection | null = null
  let here: Promise<Work> | null = null
  let canHave = true
  let next = 0
  let idle: ReturnType<typeof setTimeout> | undefined
  const views = new Map<string, AbortController>()

  function rest(): void {
    clearTimeout(idle)
    if (connection?.waiting.size !== 0) return
    idle = setTimeout(() => {
      connection?.close()
      connection = null
    }, IDLE)
  }

  /** The next request starts another; one that was started since stays. */
  function lost(broken: Connection): void {
    if (connection === broken) connection = null
  }

  async function inWorker<Name extends JobName>(
    worker: Worker,
    { waiting }: Connection,
    message: Extract<Message, { id: number }>,
    { signal, progress }: JobOptions,
  ): Promise<Jobs[Name]['result']> {
    const { id } = message
    const result = new Promise<unknown>((settle, fail) => {
      waiting.set(id, { settle, fail, progress })
    })
    const abort = () => {
      post(worker, { abort: id })
      waiting.get(id)?.fail(signal.reason)
    }
    signal.addEventListener('abort', abort)
    try {
      post(worker, message)
      return await result as Jobs[Name]['result'] // of the job that was asked for
    } finally {
      signal.removeEventListener('abort', abort)
      waiting.delete(id)
      rest()
    }
  }

  async function onPage<Name extends JobName>(
    name: Name,
    request: Jobs[Name]['request'],
    options: JobOptions,
  ): Promise<Jobs[Name]['result']> {
    here ??= import('./work.ts').then(({ createWork }) => createWork())
    here.catch(() => (here = null))
    const work = (await here)[name] as (
      of: typeof request,
      how: JobOptions,
    ) => Promise<Jobs[Name]['result']>
    return await work(request, options)
  }

  return {
    async ask(name, request, { view, progress = () => undefined, signal: wanted } = {}) {
      const control = new AbortController()
      wanted?.throwIfAborted()
      const leave = () => control.abort(wanted?.reason)
      wanted?.addEventListener('abort', leave)
      if (view !== undefined) {
        views.get(view)?.abort()
        views.set(view, control)
      }
      const { signal } = control
      clearTimeout(idle)
      try {
        const current = canHave ? (connection ??= connect(lost)) : null
        const worker = await current?.ready ?? null
        signal.throwIfAborted()
        if (current === null || worker === null) {
          // One that was only late is asked for again the next time.
          if (current?.wasLate() !== true) canHave = false
          return await onPage(name, request, { signal, progress })
        }
        return await inWorker(worker, current, { id: next++, name, request }, { signal, progress })
      } finally {
        wanted?.removeEventListener('abort', leave)
        if (view !== undefined && views.get(view) === control) views.delete(view)
      }
    },

    begin() {
      if (!canHave || connection !== null) return
      connection = connect(lost)
      rest()
    },

    end() {
      for (const control of views.values()) control.abort()
      views.clear()
      connection?.close()
      connection = null
      here = null
    },
  }
}

function post(worker: Worker, message: Message): void {
  // A worker has no origin to name.
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  worker.postMessage(message)
}

/** @param lost the worker broke down, or never came */
function connect(lost: (connection: Connection) => void): Connection {
  const waiting = new Map<number, Waiting>()
  let worker: Worker | null = null
  let late = false
  const failAll = (error: unknown) => {
    for (const one of waiting.values()) one.fail(error)
    waiting.clear()
  }
  const ready = new Promise<Worker | null>((resolve) => {
    try {
      worker = new Worker(trustedScript(READING_WORKER), { type: 'module', name: 'reading' })
    } catch {
      resolve(null) // an old browser, or a policy around us
      return
    }
    const started = worker
    const patience = setTimeout(() => {
      late = true
      started.terminate()
      resolve(null)
      lost(connection)
    }, PATIENCE)
    const breakDown = (event: Event) => {
      event.preventDefault()
      clearTimeout(patience)
      started.terminate()
      resolve(null)
      failAll(new Error('The worker broke down'))
      lost(connection)
    }
    started.addEventListener('error', breakDown)
    // What it said cannot be read, and who waits for it would wait for ever.
    started.addEventListener('messageerror', breakDown)
    started.addEventListener('message', ({ data }: MessageEvent<Answer>) => {
      if ('ready' in data) {
        clearTimeout(patience)
        resolve(started)
        return
      }
      const one = waiting.get(data.id)
      if ('progress' in data) one?.progress?.(data.progress)
      else if ('failure' in data) one?.fail(errorOf(data.failure))
      else one?.settle(unpacked(data.result))
    })
  })
  const connection: Connection = {
    ready,
    waiting,
    wasLate: () => late,
    close() {
      worker?.terminate()
      failAll(new DOMException('Nobody waits for this any more', 'AbortError'))
    },
  }
  return connection
}
