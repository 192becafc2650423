/**
 * What was given to this owner, in words: by whom, what, and whether it holds.
 *
 * @module
 */
import { daysLeft } from '../consent/choice.ts'
import { classesText, resolutionText } from '../consent/words.ts'
import { dayText, moment } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import type { SharedEnd, SharedGrant, SharedLine } from './shared-state.ts'

export function giverText({ name }: Pick<SharedGrant, 'name'>): string {
  return name === '' ? t('shared.somebody') : name
}

/** `Energy, from and to the grid: every quarter-hour`, numbered where another of them says the same */
export function sharedLineText(line: SharedLine, { lines }: Pick<SharedGrant, 'lines'>): string {
  const text = unnumbered(line)
  const alike = lines.filter((one) => unnumbered(one) === text)
  return alike.length < 2
    ? text
    : t('shared.line.number', { line: text, number: alike.indexOf(line) + 1 })
}

function unnumbered({ classes, resolution }: SharedLine): string {
  if (classes === null) return t('shared.line.unknown')
  return t('shared.line', {
    classes: classesText({ classes }),
    every: resolutionText(resolution),
  })
}

export function sharedPhaseText({ phase, ended, from, until }: SharedGrant, now: number): string {
  if (ended !== null) {
    return t('sharing.ended', { reason: t(`shared.end.${ended.reason}`), date: moment(ended.at) })
  }
  if (phase === 'waiting') return t('sharing.begins', { date: dayText(from) })
  if (phase === 'paused') return t('shared.paused', { date: dayText(until) })
  return t('sharing.until', { date: dayText(until), count: daysLeft(until, now) })
}

export function lastText({ seq, at }: SharedEnd): string {
  return seq === null || at === null
    ? t('shared.last.none')
    : t('shared.last.block', { seq, time: moment(at) })
}
