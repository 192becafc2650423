/**
 * What a period is compared with: the one before, or the same a year before.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import { isGrid } from '../chart/words.ts'
import { energyText, percentText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { perMille } from './figures.ts'
import { periodName } from './names.ts'
import { type Period, turnPeriod, yearBefore } from './period.ts'
import type { Looked } from './rows.ts'
import type { Found } from './use-period.ts'

export type With = 'none' | 'before' | 'year'

export function withOf(text: string | undefined): With {
  return text === 'before' || text === 'year' ? text : 'none'
}

export function comparedPeriod(period: Period, choice: With): Period | null {
  if (choice === 'none') return null
  return choice === 'before' || period.kind === 'year' ? turnPeriod(period, -1) : yearBefore(period)
}

function ways(kind: Period['kind']): readonly With[] {
  // The year before a year is the year before it.
  return kind === 'year' ? ['none', 'before'] : ['none', 'before', 'year']
}

export function ComparisonChoice(
  { period, choice, choose }: {
    readonly period: Period
    readonly choice: With
    readonly choose: (next: With) => void
  },
): JSX.Element {
  const id = useId()
  const all = ways(period.kind)
  return (
    <p class='compare'>
      <label for={id}>{t('compare')}</label>
      <select
        id={id}
        value={all.includes(choice) ? choice : 'before'}
        onChange={(event) => choose(withOf(event.currentTarget.value))}
      >
        {all.map((way) => (
          <option key={way} value={way}>
            {way === 'none' ? t('compare.none') : t(`compare.${way}.${period.kind}`)}
          </option>
        ))}
      </select>
    </p>
  )
}

function Line(
  { looked, other, way, word }: {
    readonly looked: Looked
    readonly other: Looked
    readonly way: 'importWh' | 'exportWh'
    readonly word: string
  },
): JSX.Element {
  const now = looked.sum[way]
  const before = other.sum[way]
  const share = perMille(now, before)
  return (
    <p>
      {now === before
        ? t('compare.same', { way: word, energy: energyText(before, looked.unit) })
        : t(now > before ? 'compare.more' : 'compare.less', {
          way: word,
          difference: energyText(now > before ? now - before : before - now, looked.unit),
          energy: energyText(before, looked.unit),
        })}
      {share === null || share === 0n
        ? null
        : <span class='muted'>{` (${percentText(share)})`}</span>}
    </p>
  )
}

/** What the comparison says, in words. */
export function ComparisonWords(
  { looked, other, isOver }: {
    readonly looked: Looked
    readonly other: Found<Looked>
    readonly isOver: boolean
  },
): JSX.Element {
  if (other.kind === 'loading') return <output class='muted'>{t('compare.loading')}</output>
  if (other.kind === 'failed') {
    return <p class='problem' role='alert'>{other.away ? t('history.away.do') : other.sentence}</p>
  }
  const { value } = other
  const name = periodName(value.period)
  if (value.sum.bars === 0) {
    return <p>{t(isOver ? 'compare.empty' : 'compare.empty.far', { period: name })}</p>
  }
  // A change of the clocks within it is no hole.
  const whole = isOver
    ? value.span.to - value.span.from
    : (looked.until ?? looked.span.from) - looked.span.from - 3600
  const holes = value.sum.covered < whole - 60
  return (
    <div class='compared-words'>
      <p class='muted'>
        {t(isOver ? 'compare.with' : 'compare.with.far', { period: name })}
      </p>
      <Line
        looked={looked}
        other={value}
        way='importWh'
        word={t(isGrid(looked.unit) ? 'word.import' : 'word.used')}
      />
      {looked.sum.exportWh + value.sum.exportWh === 0n
        ? null
        : <Line looked={looked} other={value} way='exportWh' word={t('word.export')} />}
      {holes ? <p class='muted'>{t('compare.holes', { period: name })}</p> : null}
    </div>
  )
}
