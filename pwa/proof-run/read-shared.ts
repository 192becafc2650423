/**
 * What another person has given this owner, read as a provider reads it: every block verified, from
 * the first one given on, and opened with the grant's key. What was read stays for as long as this
 * lives, so that only what is new is asked for; who stops waiting loses nothing of it.
 *
 * @module
 */
import type { Client } from '../../shared/api/client.ts'
import type { GrantItem, GrantReader } from '../../shared/api/granted.ts'
import { ReadFault } from '../../shared/api/read-fault.ts'
import type { VerifiedReading } from '../../shared/api/verified-reader.ts'
import { type Bytes, fromBase64url } from '../../shared/bytes.ts'
import { boundaryWindow } from '../../shared/meter/boundary.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { grantedTo, phaseOf } from '../household/consent/shared-with-me.ts'
import type { EnergyBar, EnergyView, ProofProgress, SharedEnergy } from '../state.ts'
import type { Self } from '../vault/identities.ts'
import { growingBars } from './bars.ts'
import { csvWriter } from './export-readings.ts'

/** Ids in base64url. */
export interface SharedRequest {
  readonly grant: string
  readonly channel: string
}

export interface SharedStretch extends SharedRequest {
  readonly from: number
  readonly to: number
}

export interface SharedReading {
  read(request: SharedStretch, options: JobOptions): Promise<SharedEnergy>
  write(
    request: SharedRequest,
    options: JobOptions,
  ): Promise<{ name: string; bytes: Bytes; unopened: number }>
}

interface JobOptions {
  readonly signal: AbortSignal
  /** Days read, of the days that were given. */
  readonly progress: (progress: ProofProgress) => void
}

interface Who {
  readonly self: Self
  readonly client: Client
}

/** All that was read of one channel of one grant. */
interface Kept {
  readonly reader: GrantReader
  /** Seconds: where what is given begins. */
  readonly history: number
  readonly bars: EnergyBar[]
  unit: string | null
  newest: VerifiedReading | null
  readings: number
  /** Blocks without their readings. */
  readonly unopened: Set<number>
  fault: SharedEnergy['fault']
}

const DAY = 86_400
const EVER = Number.MAX_SAFE_INTEGER
/** Readings that bars are made of at once. */
const TOGETHER = 500

const seconds = () => Math.floor(Date.now() / 1000)

export function createSharedReading(who: () => Promise<Who>): SharedReading {
  const known = new Map<string, Kept>()
  /** One after another: a reader has one place. */
  let last: Promise<unknown> = Promise.resolve()

  function inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = last.then(act)
    last = turn.catch(() => undefined)
    return turn
  }

  async function readAll(
    { grant, channel, from, to }: SharedStretch,
    { signal, progress }: JobOptions,
  ): Promise<SharedEnergy> {
    signal.throwIfAborted()
    const { self, client } = await who()
    const granted = grantedTo(self, client, fromBase64url(grant))
    const looked = await granted.look()
    const { phase } = phaseOf(looked, seconds())
    // Keys and terms that are others by now make another reader.
    const name = [grant, channel, self.owner.sealing.index, looked.standing.step].join(' ')
    let kept = known.get(name)
    let isOver = phase !== 'active'
    if (!isOver) {
      kept ??= begin(
        await granted.reader(fromBase64url(channel)),
        looked.standing.terms.history,
      )
      for (const other of known.keys()) {
        if (other !== name && other.startsWith(`${grant} ${channel} `)) known.delete(other)
      }
      known.set(name, kept)
      const { history } = kept
      const of = Math.max(1, Math.ceil((seconds() - history) / DAY))
      isOver = await goOn(kept, signal, (at) => {
        progress({ checked: Math.min(of, Math.max(0, Math.floor((at - history) / DAY))), of })
      })
    }
    kept ??= newestOf(`${grant} ${channel} `)
    return shown(kept, { from, to }, isOver)
  }

  /** What was read under terms that have changed since. */
  function newestOf(prefix: string): Kept | undefined {
    for (const [name, kept] of known) if (name.startsWith(prefix)) return kept
    return undefined
  }

  return {
    read: (request, options) => inTurn(() => readAll(request, options)),

    async write({ grant, channel }, { signal, progress }) {
      const { self, client } = await who()
      const granted = grantedTo(self, client, fromBase64url(grant))
      const reader = await granted.reader(fromBase64url(channel))
      const { standing: { terms: { history } } } = await granted.look()
      const of = Math.max(1, Math.ceil((seconds() - history) / DAY))
      let writer: ReturnType<typeof csvWriter> | null = null
      let until = history
      const unopened = new Set<number>()
      for await (const item of reader.read()) {
        signal.throwIfAborted()
        if (item.kind === 'reading') {
          writer ??= csvWriter(reader.about()?.zone ?? 'UTC')
          writer.add(item.seq, item.reading)
          until = item.reading.at
          progress({ checked: Math.max(0, Math.min(of, Math.floor((until - history) / DAY))), of })
        } else if (item.kind === 'missing' && item.why !== 'gap') unopened.add(item.seq)
      }
      const { resolution = '', zone = 'UTC' } = reader.about() ?? {}
      const bytes = (writer ?? csvWriter(zone)).end()
      const day = new Date(until * 1000).toISOString().slice(0, 10)
      return {
        name: `kilowit-shared-${grant.slice(0, 8)}-${resolution}-${day}.csv`,
        bytes,
        unopened: unopened.size,
      }
    },
  }
}

function begin(reader: GrantReader, history: number): Kept {
  return {
    reader,
    history,
    bars: [],
    unit: null,
    newest: null,
    readings: 0,
    unopened: new Set(),
    fault: null,
  }
}

/** Reads what is new, whole blocks only; whether nothing more is given for now. */
async function goOn(
  kept: Kept,
  signal: AbortSignal,
  at: (observed: number) => void,
): Promise<boolean> {
  if (kept.fault !== null) return true
  let block: VerifiedReading[] = []
  let waiting: Reading[] = []
  let growing: ReturnType<typeof growingBars> | null = null

  const addBars = () => {
    if (waiting.length === 0) return
    if (growing === null) {
      growing = growingBars(stretchOf(kept, 0, EVER))
      if (before !== null) growing.add([before])
    }
    growing.add(waiting)
    waiting = []
  }
  const before = kept.newest?.reading ?? null
  /** Nothing of a block counts before all of it is there. */
  const take = () => {
    const newest = block.at(-1)
    if (newest === undefined) return
    for (const { reading } of block) waiting.push(reading)
    kept.readings += block.length
    kept.newest = newest
    block = []
    at(newest.reading.at)
    if (waiting.length >= TOGETHER) addBars()
  }
  const settle = () => {
    addBars()
    if (growing === null) return
    const { bars, unit } = growing.bars()
    for (const bar of bars) kept.bars.push(bar)
    kept.unit ??= unit
  }

  try {
    for await (const item of kept.reader.read()) {
      if (isOther(item, block)) {
        take()
        signal.throwIfAborted()
      }
      if (item.kind === 'reading') block.push(item)
      else if (item.kind !== 'missing') return true
      else if (item.why !== 'gap') kept.unopened.add(item.seq)
    }
    take()
    return false
  } catch (error) {
    if (!(error instanceof ReadFault)) throw error
    kept.fault = { seq: error.seq, reason: error.reason }
    return true
  } finally {
    take() // what came before it is whole and verified
    settle()
  }
}

/** Whether what comes is of another block than those readings. */
function isOther(item: GrantItem, [first]: readonly VerifiedReading[]): boolean {
  return first !== undefined && !('seq' in item && item.seq === first.seq)
}

function stretchOf({ reader }: Kept, from: number, to: number) {
  const { zone = 'UTC', resolution } = reader.about() ?? {}
  const every = resolution === 'P1D' ? 'P1D' : 'PT15M'
  return { from, to, zone, resolution: every } as const
}

function shown(
  kept: Kept | undefined,
  { from, to }: Pick<SharedStretch, 'from' | 'to'>,
  over: boolean,
): SharedEnergy {
  if (kept === undefined) {
    const energy: EnergyView = { from, to, zone: 'UTC', resolution: 'PT15M', unit: 'Wh', bars: [] }
    return { energy, newest: null, seq: null, readings: 0, fault: null, over }
  }
  const end = to + boundaryWindow
  return {
    energy: {
      ...stretchOf(kept, from, to),
      unit: kept.unit ?? 'Wh',
      bars: kept.bars.filter((bar) => bar.to > from + boundaryWindow && bar.to <= end),
      unopened: kept.unopened.size,
    },
    newest: kept.newest?.reading ?? null,
    seq: kept.newest?.seq ?? null,
    readings: kept.readings,
    fault: kept.fault,
    over,
  }
}
