/**
 * Meters that say nothing until they are asked: finding one, and asking it again and again.
 *
 * @module
 */
import type { LineSettings } from '../../shared/meter/line.ts'
import type { DecoderOptions, Outcome, Protocol } from '../../shared/meter/telegram.ts'
import type { Asker, Conversation, Talk } from './asker.ts'
import { duplexOf, LineEnded } from './duplex.ts'
import type { SerialLine } from './line.ts'
import type { Found } from './found.ts'

/** What is being asked, and how. */
export interface Asking {
  readonly protocol: Protocol
  readonly settings: LineSettings
  /** So many of its answer came. */
  readonly bytes: number
  /** Its call is waited for. */
  readonly calls?: true
  /** Which of the ways that are tried this is, from 1. */
  readonly step: number
  readonly steps: number
  /** Since when, and until when at most it is waited for; seconds. */
  readonly wait?: { readonly from: number; readonly until: number }
}

type Trying = Omit<Asking, 'settings' | 'bytes'>

export interface AskingOptions extends Pick<Talk, 'zoneOf' | 'confirmOrder'> {
  readonly line: SerialLine
  readonly decoding: DecoderOptions
  readonly stopped: () => boolean
  readonly progress: (asking: Asking) => void
  readonly outcomes: (outcomes: readonly Outcome[], found: Found) => void
}

interface Way {
  readonly protocol: Protocol
  readonly calls?: true
  readonly asker: () => Promise<Asker>
}

/** In the order in which they are tried where nothing is known: the slowest comes last. */
const WAYS: readonly Way[] = [
  { protocol: 'd0', asker: async () => (await import('./ask-d0.ts')).d0 },
  { protocol: 'mbus', asker: async () => (await import('./ask-mbus.ts')).mbus },
  { protocol: 'modbus', asker: async () => (await import('./ask-modbus.ts')).modbus },
  { protocol: 'mbus', calls: true, asker: async () => (await import('./ask-amis.ts')).amis },
]

const LOOK_EVERY = 250

/**
 * Asks until the line ends.
 *
 * @param known what was read at such a line before; none to find that out
 * @returns `silence`: no meter that was not known answered
 */
export async function askAgain(
  options: AskingOptions,
  known: readonly Found[],
): Promise<'closed' | 'gone' | 'silence'> {
  const { line, stopped, progress, outcomes } = options
  const duplex = duplexOf(line, stopped)

  function talkOf(way: Trying): Talk {
    let settings: LineSettings | null = null
    return {
      decoding: options.decoding,
      zoneOf: options.zoneOf,
      confirmOrder: options.confirmOrder,
      line: {
        ...duplex,
        async open(next) {
          settings = next
          progress({ ...way, settings, bytes: 0 })
          await duplex.open(next)
        },
      },
      progress(bytes) {
        if (settings !== null) progress({ ...way, settings, bytes })
      },
    }
  }

  async function find() {
    const wayOf = ({ protocol, calls }: Found) =>
      WAYS.find((way) => way.protocol === protocol && way.calls === calls)
    const tried = known.length > 0
      ? known.map((before) => ({ way: wayOf(before), before }))
      : WAYS.map((way) => ({ way, before: null }))
    for (const [i, { way, before }] of tried.entries()) {
      if (way === undefined) continue
      const { protocol, calls } = way
      const asker = await way.asker()
      const { patience } = asker
      const from = Date.now() / 1000
      const talk = talkOf({
        protocol,
        ...(calls === undefined ? {} : { calls }),
        step: i + 1,
        steps: tried.length,
        ...(patience === undefined ? {} : { wait: { from, until: from + patience } }),
      })
      const conversation = await asker.find(talk, before)
      if (conversation) return { protocol: way.protocol, conversation, pause: asker.pause }
    }
    return null
  }

  let found: { protocol: Protocol; conversation: Conversation; pause: number } | null = null
  try {
    for (;;) {
      found ??= await find()
      if (found !== null) {
        const { protocol, conversation } = found
        const answer = await conversation.ask()
        outcomes(answer, { protocol, asked: true, ...conversation.answering() })
      } else if (known.length === 0) {
        await line.close()
        return 'silence'
      }
      const pause = found?.pause ?? PAUSE
      for (let waited = 0; waited < pause && !stopped(); waited += LOOK_EVERY) {
        await new Promise((rested) => setTimeout(rested, LOOK_EVERY))
      }
      if (stopped()) return 'closed'
    }
  } catch (error) {
    if (!(error instanceof LineEnded)) throw error
    if (error.how === 'gone') await line.close()
    return error.how
  }
}

/** Before a meter that is known and did not answer is looked for again, in milliseconds. */
const PAUSE = 15_000
