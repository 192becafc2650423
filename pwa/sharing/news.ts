/**
 * What an owner should hear of what it shares, unasked: the first access, another key on the other
 * side, and once a year that a consent still holds.
 *
 * @module
 */
import type { GrantView } from '../consent/state.ts'

export interface SharingNotice {
  readonly kind: 'first-access' | 'key-signed' | 'key-unsigned' | 'yearly'
  readonly grant: GrantView
  /** What is put away: the same thing, happening again, is another. */
  readonly id: string
}

const MONTH = 30.44 * 86_400
const YEAR = 365.25 * 86_400
/** The reminder comes a month before each year is full. */
const REMINDER = 11 * MONTH

export function noticesOf(
  all: readonly GrantView[],
  now: number,
  away: ReadonlySet<string>,
): SharingNotice[] {
  const found: SharingNotice[] = []
  for (const grant of all) {
    const say = (kind: SharingNotice['kind'], what: string) => {
      const id = `${grant.id} ${what}`
      if (!away.has(id)) found.push({ kind, grant, id })
    }
    if (grant.keyChange === 'unsigned') say('key-unsigned', 'key')
    if (grant.phase === 'ended') continue
    if ((grant.access?.last ?? null) !== null) say('first-access', 'first-access')
    if (grant.keyChange === 'signed') say('key-signed', `key ${grant.party.key}`)
    const years = Math.floor((now - grant.grantedAt + YEAR - REMINDER) / YEAR)
    if (years > 0) say('yearly', `year ${years}`)
  }
  return found
}
