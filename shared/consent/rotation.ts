/**
 * The device's rules: when an epoch must turn and for whom its key is wrapped, and which keys the
 * owner still owes a recipient. Pure, so that browser and gateway go by the same.
 *
 * An epoch is wrapped whole, for everybody who gives reading at its beginning; so it turns whenever
 * that changes. What lies in other epochs, a recipient gets by the epoch when all of it is given, and
 * else block by block.
 *
 * @module
 */
import { type Bytes, compare } from '../bytes.ts'
import { isPaused, type Standing, stateAt } from './steps.ts'
import { coversChannel, type Terms } from './terms.ts'

/** What a device must know of a grant: a {@link Standing} is one. */
export type Receiving =
  & Pick<Standing, 'pauses' | 'ended'>
  & { readonly grant: Pick<Standing['grant'], 'grant'> }
  & { readonly terms: Pick<Terms, 'channels' | 'history' | 'from' | 'until'> }

/**
 * The grants that a new epoch of the channel is wrapped for at `now`, sorted by id: those that are
 * neither ended nor paused and whose readings begin by now. A grant whose recipient may read only
 * later gets the keys to what is observed already when it gives that as history. An epoch that was wrapped
 * for others than these turns before anything more is sealed.
 */
export function recipientsAt<T extends Receiving>(
  channel: Bytes,
  grants: readonly T[],
  now: number,
): T[] {
  return grants
    .filter((standing) =>
      coversChannel(standing.terms, channel) && !isPaused(standing) &&
      standing.terms.history <= now && stateAt(standing, now).phase !== 'ended'
    )
    .sort((a, b) => compare(a.grant.grant, b.grant.grant))
}

/**
 * The next second at which a turn will be due by time alone; null when none will. Readings observed
 * before it and after it belong into different blocks.
 */
export function nextTurn(
  channel: Bytes,
  grants: readonly Receiving[],
  now: number,
): number | null {
  const times = grants
    .filter((standing) =>
      coversChannel(standing.terms, channel) && !isPaused(standing) &&
      stateAt(standing, now).phase !== 'ended'
    )
    .flatMap(({ terms }) => [terms.history, terms.until])
    .filter((time) => time > now)
  return times.length === 0 ? null : Math.min(...times)
}

/** The observed times of a block: those of its first and its last reading. */
export interface Observed {
  readonly from: number
  readonly to: number
}

/**
 * Whether a grant gives a block with readings of these times: all of them lie between `history` and
 * `until`, and none in a pause. It says nothing of who may read now.
 */
export function gives(
  standing: {
    readonly terms: Pick<Terms, 'history' | 'until'>
    readonly pauses: Standing['pauses']
  },
  { from, to }: Observed,
): boolean {
  const { terms, pauses } = standing
  return from >= terms.history && to < terms.until &&
    !pauses.some((pause) => to >= pause.from && (pause.to === null || from < pause.to))
}

export interface KnownEpoch {
  readonly epoch: number
  /** No block can follow in it any more. */
  readonly closed: boolean
  readonly blocks: readonly (Observed & { readonly seq: number })[]
}

/** What a recipient has been given of an epoch: all of it, or the blocks with these numbers. */
export type Given = 'whole' | ReadonlySet<number>

export type Owed =
  | { readonly epoch: number; readonly whole: true }
  | { readonly epoch: number; readonly whole: false; readonly blocks: readonly number[] }

/**
 * The keys that a grant gives and its recipient does not have yet, oldest epoch first: its history,
 * and what a device sealed before it knew of the grant or of the end of a pause.
 *
 * @param given by epoch
 */
export function owed(
  standing: Standing,
  epochs: readonly KnownEpoch[],
  given: ReadonlyMap<number, Given>,
  now: number,
): Owed[] {
  if (stateAt(standing, now).phase === 'ended') return []
  const found: Owed[] = []
  for (const { epoch, closed, blocks } of epochs) {
    const has = given.get(epoch)
    if (has === 'whole') continue
    const due = blocks.filter((block) => gives(standing, block)).map(({ seq }) => seq)
    const missing = due.filter((seq) => has?.has(seq) !== true)
    if (missing.length === 0) continue
    if (closed && due.length === blocks.length) found.push({ epoch, whole: true })
    else found.push({ epoch, whole: false, blocks: missing })
  }
  return found
}
