/**
 * Reads what was granted, in the background: every channel of every grant, first what is there and
 * then what comes, until the grant ends. A reading reaches the pages only after the SDK has verified
 * it; a block that does not hold ends the reading of its grant, and the page says which it was.
 *
 * @module
 */
import type { Granted, GrantItem } from '../shared/api/granted.ts'
import { ReadFault } from '../shared/api/read-fault.ts'
import { type Bytes, toBase64url } from '../shared/bytes.ts'
import type { Journal, LastRead, Line } from './journal.ts'
import type { Reading } from '../shared/meter/reading.ts'

/** What is known of one household. */
export interface Household {
  readonly grant: string
  /** In the order of the channel. */
  readonly readings: readonly Reading[]
  readonly missing: readonly { why: string; from: number; to: number }[]
  readonly phase: 'reading' | 'following' | 'paused' | 'waiting' | 'ended' | 'broken'
  readonly ended: { reason: string; at: number; last: LastRead | null } | null
  readonly fault: string | null
}

type Changing = { -readonly [K in keyof Household]: Household[K] } & {
  readings: Reading[]
  missing: { why: string; from: number; to: number }[]
}

export interface Collector {
  watch(granted: Granted): void
  of(grant: string): Household | null
  /** Forgets what was read of a grant, as its owner asked. */
  erase(granted: Granted): Promise<void>
  stop(): void
}

/** Lines are written together: a year has tens of thousands. */
const AT_ONCE = 500
const AGAIN_SECONDS = 10

export function createCollector(
  { journal, say }: { journal: Journal; say: (sentence: string) => void },
): Collector {
  const households = new Map<string, Changing>()
  const running = new Map<string, AbortController>()

  function take(household: Changing, line: Line): void {
    if (line.kind === 'reading') household.readings.push(line.reading)
    if (line.kind === 'missing') household.missing.push(line)
    if (line.kind === 'ended') [household.ended, household.phase] = [line, 'ended']
    if (line.kind === 'fault') {
      household.phase = 'broken'
      household.fault = line.seq === null ? line.reason : `Block ${line.seq}: ${line.reason}`
    }
  }

  async function collect(granted: Granted, signal: AbortSignal): Promise<void> {
    const kept = await journal.load(granted.id)
    const household: Changing = {
      grant: granted.id,
      readings: [],
      missing: [],
      phase: 'reading',
      ended: null,
      fault: null,
    }
    households.set(granted.id, household)
    for (const line of kept) take(household, line)
    if (household.phase === 'broken') return
    if (household.phase === 'ended') return await settle(granted, household, signal)
    const { standing } = await granted.look()
    await Promise.all(
      standing.terms.channels.map((channel) =>
        readChannel(granted, channel, kept, household, signal)
      ),
    )
    await settle(granted, household, signal)
  }

  /** The last block is provisional until the household's device has turned its keys. */
  async function settle(granted: Granted, household: Changing, signal: AbortSignal): Promise<void> {
    while (household.ended?.last?.provisional === true) {
      await new Promise((resolve) => setTimeout(resolve, AGAIN_SECONDS * 1000).unref())
      if (signal.aborted) return
      const { last } = await granted.look()
      const of = last.find(({ seq }) => seq === household.ended?.last?.seq)
      if (of === undefined || of.provisional) continue
      const { reason, at } = household.ended
      const { seq, at: read, provisional } = of
      const line: Line = { kind: 'ended', reason, at, last: { seq, at: read, provisional } }
      take(household, line)
      await journal.append(granted.id, [line])
    }
  }

  async function readChannel(
    granted: Granted,
    channel: Bytes,
    kept: readonly Line[],
    household: Changing,
    signal: AbortSignal,
  ): Promise<void> {
    const name = toBase64url(channel)
    const places = kept.flatMap((line) =>
      line.kind === 'place' && line.channel === name ? [line.place] : []
    )
    const reader = await granted.reader(channel, places.at(-1))
    let waiting: Line[] = []
    const write = async () => {
      const place = reader.place()
      if (place !== null) waiting.push({ kind: 'place', channel: name, place })
      await journal.append(granted.id, waiting)
      waiting = []
    }
    const note = (line: Line) => {
      take(household, line)
      waiting.push(line)
    }
    try {
      for (const items of [reader.read(), reader.follow(signal)]) {
        for await (const item of items) {
          if (item.kind === 'paused' || item.kind === 'waiting') household.phase = item.kind
          else note(lineOf(item, name))
          if (household.phase === 'following' || waiting.length >= AT_ONCE) await write()
        }
        await write()
        if (household.ended !== null) return
        if (household.phase === 'reading') household.phase = 'following'
      }
    } catch (error) {
      if (!(error instanceof ReadFault)) throw error
      note({ kind: 'fault', seq: error.seq, reason: error.reason })
      await write()
    }
  }

  return {
    of: (grant) => households.get(grant) ?? null,

    watch(granted) {
      if (running.has(granted.id)) return
      const stopping = new AbortController()
      running.set(granted.id, stopping)
      void (async () => {
        while (!stopping.signal.aborted) {
          try {
            return await collect(granted, stopping.signal)
          } catch (error) {
            say(`Reading is tried again: ${error instanceof Error ? error.message : 'it failed'}`)
            await new Promise((resolve) => setTimeout(resolve, AGAIN_SECONDS * 1000).unref())
          }
        }
      })()
    },

    async erase(granted) {
      running.get(granted.id)?.abort()
      await journal.erase(granted.id)
      households.delete(granted.id)
      await granted.answerErasure(true)
    },

    stop() {
      for (const stopping of running.values()) stopping.abort()
    },
  }
}

function lineOf(item: Exclude<GrantItem, { kind: 'paused' | 'waiting' }>, channel: string): Line {
  const { kind } = item
  if (kind === 'reading') return { kind, channel, seq: item.seq, reading: item.reading }
  if (kind === 'missing') {
    return { kind, channel, seq: item.seq, why: item.why, from: item.from, to: item.to }
  }
  const last = item.last && {
    seq: item.last.seq,
    at: item.last.at,
    provisional: item.last.provisional,
  }
  return { kind, reason: item.reason, at: item.at, last }
}
