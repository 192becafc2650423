/**
 * Grants as the rooms show them: what the vault has of them, with what the platform counted.
 *
 * @module
 */
import { toBase64url, toHex } from '../../../shared/bytes.ts'
import type { GrantDetail, GrantInfo } from '../../../shared/api/consent-calls.ts'
import { parseStep, stateAt, WHO } from '../../../shared/consent/steps.ts'
import type { Terms } from '../../../shared/consent/terms.ts'
import type {
  GrantStep,
  GrantView,
  LastBlock,
  Line,
  Party,
  ShownTerms,
} from '../../consent/state.ts'
import type { MeterRecord } from '../../vault/database.ts'
import type { Kept } from './book.ts'

export interface Counted {
  readonly info: GrantInfo | null
  readonly detail: GrantDetail | null
}

/** By hex of the channel. */
export type Lines = ReadonlyMap<string, Line>

export function linesOf(meters: readonly MeterRecord[]): Lines {
  return new Map(
    meters.flatMap(({ id: meter, channels }) =>
      channels.map(({ id, classes, resolution }) =>
        [toHex(id), { meter, classes, resolution }] as const
      )
    ),
  )
}

export function shownTerms(terms: Terms, lines: Lines): ShownTerms {
  const { channels, purposes, from, until, history } = terms
  return {
    lines: channels.flatMap((channel) => lines.get(toHex(channel)) ?? []),
    purposes,
    from,
    until,
    history,
  }
}

export function viewOf(
  { record, standing }: Kept,
  party: Party,
  { info, detail }: Counted,
  lines: Lines,
  unsent: boolean,
  now: number,
): GrantView {
  const state = stateAt(standing, now)
  const { grant, terms } = standing
  const accessed = info?.accessed
  return {
    id: toBase64url(grant.grant),
    party,
    terms: shownTerms(terms, lines),
    phase: state.phase,
    ended: state.phase === 'ended' ? { reason: state.reason, at: state.at } : null,
    grantedAt: grant.at,
    steps: [{ what: 'granted', by: 'owner', at: grant.at }, ...record.steps.map(stepOf)],
    access: info === null
      ? null
      : { first: null, last: accessed?.at ?? null, count: accessed?.blocks ?? 0 },
    lastBlocks: (detail?.last ?? []).flatMap((last): LastBlock[] => {
      const line = lines.get(toHex(last.channel))
      if (line === undefined) return []
      const { seq, at, provisional, withheld } = last
      const channel = toBase64url(last.channel)
      return [{ line, channel, seq: seq < 0 ? null : seq, at, provisional, withheld }]
    }),
    erasure: standing.erasure ?? 'none',
    keyChange: 'none',
    unsent,
  }
}

function stepOf(bytes: Uint8Array<ArrayBuffer>): GrantStep {
  const { content } = parseStep(bytes)
  const { what, at } = content
  return {
    what,
    by: WHO[what],
    at,
    ...(content.what === 'revoked' ? { reason: content.reason } : {}),
    ...(content.what === 'erasure-answered' ? { done: content.done } : {}),
  }
}
