/**
 * Grants as the rooms show them: what the vault has of them, with what the platform counted.
 *
 * @module
 */
import { toBase64url, toHex } from '../../../shared/bytes.ts'
import type { GrantDetail, GrantInfo } from '../../../shared/api/consent-calls.ts'
import {
  type GrantState,
  parseStep,
  stateAt,
  type Step,
  WHO,
} from '../../../shared/consent/steps.ts'
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
    steps: [{ what: 'granted', by: 'owner', at: grant.at }, ...stepsOf(record.steps, grant.toKey)],
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
    keyChange: keyChangeOf(standing, state),
    unsent,
  }
}

function keyChangeOf(
  { sealedTo, sealedBefore }: Kept['standing'],
  state: GrantState,
): GrantView['keyChange'] {
  if (state.phase === 'ended') return state.reason === 'key-changed' ? 'unsigned' : 'none'
  return sealedBefore.some(({ toKey }) => toKey !== sealedTo.toKey) ? 'signed' : 'none'
}

/** @param first the recipient's key to which the grant was sealed first */
function stepsOf(steps: readonly Uint8Array<ArrayBuffer>[], first: number): GrantStep[] {
  let toKey = first
  return steps.map((bytes) => {
    const { content } = parseStep(bytes)
    if (content.what !== 'key-changed') return stepOf(content)
    // To the same key, it is another grant key.
    const renewed = content.toKey === toKey
    toKey = content.toKey
    return { ...stepOf(content), ...renewed ? { renewed } : {} }
  })
}

function stepOf(content: Step): GrantStep {
  const { what, at } = content
  return {
    what,
    by: WHO[what],
    at,
    ...(content.what === 'revoked' ? { reason: content.reason } : {}),
    ...(content.what === 'erasure-answered' ? { done: content.done } : {}),
  }
}
