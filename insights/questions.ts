/**
 * Questions to households that are not at this browser: asked by the owner's id, and answered in its
 * app when there is time. Both sides see the same words, so that nobody allows what somebody else has
 * begun. An answer is waited for in the background, also after a restart.
 *
 * @module
 */
import * as v from 'valibot'
import { toCrockford } from '../shared/crockford.ts'
import type { AccessRequest } from '../shared/consent/request.ts'
import type { Keep } from '../shared/api/keep.ts'
import { AnswerError, type Provider } from '../shared/api/provider.ts'
import type { Collector } from './collector.ts'

const QuestionSchema = v.object({
  /** The platform's name for it. */
  id: v.string(),
  /** What the household's app shows beside it. */
  message: v.string(),
  /** Once it was allowed. */
  grant: v.nullable(v.string()),
  /** Why there is no consent. */
  said: v.nullable(v.string()),
})
export type Question = v.InferOutput<typeof QuestionSchema>

export interface Questions {
  /** Asks, and gives the name by which the browser that asked finds the answer. */
  ask(owner: string): Promise<string>
  of(name: string): Promise<Question | null>
  /** Goes on waiting for what was asked before a restart. */
  resume(): Promise<void>
  stop(): void
}

/** Milliseconds until the next try where the platform could not be asked. */
const LATER = 15_000

export function createQuestions(
  { provider, collector, keep, details }: {
    readonly provider: Provider
    readonly collector: Collector
    readonly keep: Keep
    readonly details: AccessRequest
  },
): Questions {
  const stopping = new AbortController()
  const place = (name: string) => `asked.${name}`

  async function of(name: string): Promise<Question | null> {
    const text = await keep.get(place(name))
    if (text === null) return null
    const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), QuestionSchema), text)
    return parsed.success ? parsed.output : null
  }

  async function wait(name: string, question: Question): Promise<void> {
    while (!stopping.signal.aborted) {
      try {
        const granted = await provider.poll(question.id, stopping.signal)
        if (granted === null) return
        collector.watch(granted)
        return await keep.set(place(name), JSON.stringify({ ...question, grant: granted.id }))
      } catch (error) {
        if (error instanceof AnswerError) {
          const said = `${error.message}.`
          return await keep.set(place(name), JSON.stringify({ ...question, said }))
        }
        await later(stopping.signal)
      }
    }
  }

  return {
    of,

    async ask(owner) {
      const message = `Insights ${toCrockford(crypto.getRandomValues(new Uint8Array(5)))}`
      const { id } = await provider.askWithoutBrowser({ owner, details, message })
      const name: string = crypto.randomUUID()
      const question = { id, message, grant: null, said: null }
      await keep.set(place(name), JSON.stringify(question))
      void wait(name, question)
      return name
    },

    async resume() {
      for (const kept of await keep.names('asked.')) {
        const name = kept.slice('asked.'.length)
        const question = await of(name)
        if (question?.grant === null && question.said === null) void wait(name, question)
        else await keep.set(kept, null)
      }
    },

    stop: () => stopping.abort(),
  }
}

async function later(signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LATER)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    }, { once: true })
  })
}
