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
}

export interface AskingOptions extends Pick<Talk, 'zoneOf' | 'confirmOrder'> {
  readonly line: SerialLine
  readonly decoding: DecoderOptions
  readonly stopped: () => boolean
  readonly progress: (asking: Asking) => void
  readonly outcomes: (outcomes: readonly Outcome[], found: Found) => void
}

/** In the order in which they are tried where nothing is known. */
const ASKERS: ReadonlyMap<Protocol, () => Promise<Asker>> = new Map([
  ['d0', async () => (await import('./ask-d0.ts')).d0],
  ['mbus', async () => (await import('./ask-mbus.ts')).mbus],
  ['modbus', async () => (await import('./ask-modbus.ts')).modbus],
])

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

  function talkOf(protocol: Protocol): Talk {
    let settings: LineSettings | null = null
    return {
      decoding: options.decoding,
      zoneOf: options.zoneOf,
      confirmOrder: options.confirmOrder,
      line: {
        ...duplex,
        async open(next) {
          settings = next
          progress({ protocol, settings, bytes: 0 })
          await duplex.open(next)
        },
      },
      progress(bytes) {
        if (settings !== null) progress({ protocol, settings, bytes })
      },
    }
  }

  async function find() {
    const tried = known.length > 0
      ? known.map((one) => ({ protocol: one.protocol, before: one }))
      : [...ASKERS.keys()].map((protocol) => ({ protocol, before: null }))
    for (const { protocol, before } of tried) {
      const asker = await ASKERS.get(protocol)?.()
      const conversation = await asker?.find(talkOf(protocol), before)
      if (asker && conversation) return { protocol, conversation, pause: asker.pause }
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
