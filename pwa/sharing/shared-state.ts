/**
 * What other people have given to this owner, as the rooms show it: plain values; ids are base64url,
 * times are seconds since 1970.
 *
 * @module
 */
import { signal } from '@preact/signals'
import type { EndReason } from '../../shared/consent/steps.ts'
import type { Purpose } from '../../shared/consent/terms.ts'
import type { DataClass } from '../../shared/meter/reading.ts'

/** One channel of what was given to this owner. */
export interface SharedLine {
  readonly channel: string
  /** Null where it cannot be told: what has ended before this browser first saw it. */
  readonly classes: DataClass | null
  /** `live` or an ISO 8601 duration. */
  readonly resolution: string
  readonly zone: string
}

export interface SharedEnd {
  /** The newest block that could be read; null for none. */
  readonly seq: number | null
  readonly at: number | null
  readonly provisional: boolean
}

/** A grant to this owner, verified. */
export interface SharedGrant {
  readonly id: string
  /** The giver's identity. */
  readonly owner: string
  /** What this browser calls the giver; empty for nothing yet. */
  readonly name: string
  readonly lines: readonly SharedLine[]
  readonly purposes: readonly Purpose[]
  readonly from: number
  readonly until: number
  readonly history: number
  readonly phase: 'waiting' | 'active' | 'paused' | 'ended'
  readonly ended: { readonly reason: EndReason | 'unknown'; readonly at: number } | null
  /** By channel, while it is paused or has ended. */
  readonly last: Readonly<Record<string, SharedEnd>>
}

/** Newest first; null until it was asked for. */
export const sharedWithMe = signal<readonly SharedGrant[] | null>(null)
/** Grants that the platform shows and that do not hold. */
export const sharedBroken = signal(0)
/** There are more than are shown. */
export const sharedMore = signal(false)
export interface SharedActions {
  /** Makes this browser's identity where there is none yet, and tells the platform. */
  makeAddress(): Promise<void>
  /** What this browser calls somebody. Rejects with `person-nameless`. */
  namePerson(id: string, name: string): Promise<void>
  /** Looks for what was given to this owner, and verifies it. */
  showShared(): Promise<void>
  /** Gives a grant back: nothing more of it is read. */
  giveBack(grant: string): Promise<void>
}
