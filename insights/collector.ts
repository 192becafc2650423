/**
 * Reads what was granted, in the background: every channel of every grant, first what is there and
 * then what comes, until the grant ends. A reading reaches the pages only after the SDK has verified
 * it; a block that does not hold ends the reading of its grant, and the page says which it was. What
 * the owner asked to erase is erased, and is not read again: the signed steps of the grant remember it.
 *
 * @module
 */
import type { Granted, GrantItem } from '../shared/api/granted.ts'
import { ReadFault } from '../shared/api/read-fault.ts'
import type { Missing } from '../shared/api/verified-reader.ts'
import { type Bytes, toBase64url } from '../shared/bytes.ts'
import type { About, Journal, LastRead, Line } from './journal.ts'
import type { Reading } from '../shared/meter/reading.ts'

/** What is known of one household. */
export interface Household {
  readonly grant: string
  /** By channel: each is one meter at one resolution. */
  readonly series: readonly Series[]
  readonly missing: readonly { why: Missing['why']; from: number; to: number }[]
  readonly phase: 'reading' | 'following' | 'paused' | 'waiting' | 'ended' | 'broken' | 'erased'
  readonly ended: { reason: string; at: number; last: LastRead | null } | null
  readonly fault: string | null
}

/** What was read of one channel. */
export interface Series {
  readonly channel: string
  /** Null before the first block. */
  readonly about: About | null
  /** In the order of the channel. */
  readonly readings: readonly Reading[]
}

type Changing = { -readonly [K in keyof Omit<Household, 'series'>]: Household[K] } & {
  series: { channel: string; about: About | null; readings: Reading[] }[]
  missing: { why: Missing['why']; from: number; to: number }[]
}

export interface Collector {
  watch(granted: Granted): void
  of(grant: string): Household | null
  /** Forgets what was read of a grant, as its owner asked, and reads it no more. */
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
  const running = new Map<string, { stop: AbortController; over: Promise<void> }>()

  function take(household: Changing, line: Line): void {
    if (line.kind === 'channel') seriesOf(household, line.channel).about = line.about
    if (line.kind === 'reading') seriesOf(household, line.channel).readings.push(line.reading)
    if (line.kind === 'missing') household.missing.push(line)
    if (line.kind === 'ended') [household.ended, household.phase] = [line, 'ended']
    if (line.kind === 'fault') {
      household.phase = 'broken'
      household.fault = line.seq === null ? line.reason : `Block ${line.seq}: ${line.reason}`
    }
  }

  async function collect(granted: Granted, signal: AbortSignal): Promise<void> {
    const kept = await journal.load(granted.id)
    const household = newHousehold(granted.id, 'reading')
    for (const line of kept) take(household, line)
    households.set(granted.id, household)
    const { standing } = await granted.look()
    // The request may have come while this was not running.
    if (standing.erasure === 'asked' || standing.erasure === 'done') {
      return await forget(granted, standing.erasure)
    }
    if (household.phase === 'broken') return
    if (household.phase === 'ended') return await settle(granted, household, signal)
    await Promise.all(
      standing.terms.channels.map((channel) =>
        readChannel(granted, channel, kept, household, signal)
      ),
    )
    await settle(granted, household, signal)
  }

  async function forget(granted: Granted, erasure: 'asked' | 'done'): Promise<void> {
    await journal.erase(granted.id)
    households.set(granted.id, newHousehold(granted.id, 'erased'))
    if (erasure === 'asked') await granted.answerErasure(true)
  }

  /** The last block is provisional until the household's device has turned its keys. */
  async function settle(granted: Granted, household: Changing, signal: AbortSignal): Promise<void> {
    while (household.ended?.last?.provisional === true) {
      await sleep(AGAIN_SECONDS, signal)
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
    const series = seriesOf(household, name)
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
      const stages = [['reading', reader.read()], ['following', reader.follow(signal)]] as const
      for (const [stage, items] of stages) {
        for await (const item of items) {
          if (signal.aborted) return
          const opening = series.about === null ? reader.about() : null
          if (opening !== null) {
            const { resolution, zone, simulated } = opening
            note({ kind: 'channel', channel: name, about: { resolution, zone, simulated } })
          }
          if (household.ended === null) {
            household.phase = item.kind === 'paused' || item.kind === 'waiting' ? item.kind : stage
          }
          if (item.kind !== 'paused' && item.kind !== 'waiting') note(lineOf(item, name))
          if (stage === 'following' || waiting.length >= AT_ONCE) await write()
        }
        if (signal.aborted) return
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

  /** After a pause, before the meter tells the next value. */
  async function goOn(granted: Granted): Promise<void> {
    const household = households.get(granted.id)
    if (household?.phase !== 'paused' && household?.phase !== 'waiting') return
    if ((await granted.look()).state === 'active') household.phase = 'following'
  }

  /** Again and again, until it is over. */
  async function reading(granted: Granted, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        return await collect(granted, signal)
      } catch (error) {
        if (signal.aborted) return
        say(`Reading is tried again: ${error instanceof Error ? error.message : 'it failed'}`)
        await sleep(AGAIN_SECONDS, signal)
      }
    }
  }

  return {
    of: (grant) => households.get(grant) ?? null,

    watch(granted) {
      if (running.has(granted.id)) {
        goOn(granted).catch(() => undefined) // it is seen by what comes next
        return
      }
      const stop = new AbortController()
      running.set(granted.id, { stop, over: reading(granted, stop.signal) })
    },

    async erase(granted) {
      const reading = running.get(granted.id)
      reading?.stop.abort()
      // What it is about to write must not come after.
      await reading?.over
      await forget(granted, 'asked')
    },

    stop() {
      for (const { stop } of running.values()) stop.abort()
    },
  }
}

function newHousehold(grant: string, phase: Household['phase']): Changing {
  return { grant, series: [], missing: [], phase, ended: null, fault: null }
}

function seriesOf({ series }: Changing, channel: string): Changing['series'][number] {
  const known = series.find((one) => one.channel === channel)
  if (known !== undefined) return known
  const fresh = { channel, about: null, readings: [] }
  series.push(fresh)
  return fresh
}

async function sleep(seconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, seconds * 1000).unref()
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    }, { once: true })
  })
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
