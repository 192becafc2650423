/**
 * A grant in words: whether it holds, why not, how long still, and what was done with it.
 *
 * @module
 */
import { daysLeft } from '../consent/choice.ts'
import type { GrantStep, GrantView } from '../consent/state.ts'
import { age, dayText, moment } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'

/** Whether it holds, in one sentence. */
export function phaseText({ phase, ended, terms }: GrantView, now: number): string {
  if (ended !== null) {
    return t('sharing.ended', { reason: t(`sharing.end.${ended.reason}`), date: moment(ended.at) })
  }
  if (phase === 'waiting') return t('sharing.begins', { date: dayText(terms.from) })
  if (phase === 'paused') return t('sharing.is-paused', { date: dayText(terms.until) })
  return t('sharing.until', { date: dayText(terms.until), count: daysLeft(terms.until, now) })
}

/** When it was last read, and how often. */
export function accessText({ access, ended }: GrantView, now: number): string {
  if (access === null) return t('sharing.access.unknown')
  if (access.last === null) {
    return t(ended === null ? 'sharing.access.none' : 'sharing.access.never')
  }
  return t('sharing.access', { age: age(access.last, now), count: access.count })
}

export function stepText({ what, reason, done, renewed }: GrantStep): string {
  if (renewed === true) return t('sharing.step.key-renewed')
  if (what === 'revoked') return t(`sharing.end.${reason ?? 'withdrawn'}`)
  if (what === 'erasure-answered') {
    return t(done === true ? 'sharing.erasure.done' : 'sharing.erasure.declined')
  }
  return t(`sharing.step.${what}`)
}
