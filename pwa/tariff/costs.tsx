/**
 * What a period cost, by the owner's tariffs: reckoned in this browser, anew whenever a tariff
 * changes. What no tariff covers is said.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { dateText, todayIn } from '../history/date.ts'
import { partsOf, type Period, periodText } from '../history/period.ts'
import type { Looked } from '../history/rows.ts'
import { nominal } from '../history/sums.ts'
import { energyText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { type Meter, tariffs } from '../state.ts'
import { type Cost, costOf, type Money, totalOf } from './cost.ts'
import { moneyText } from './money.ts'
import type { Tariffs } from './tariff.ts'

/** The local days of a period until one, that included. */
export function daysOf(period: Period, last: string): string[] {
  const days = period.kind === 'day'
    ? [period]
    : period.kind === 'month'
    ? partsOf(period)
    : partsOf(period).flatMap(partsOf)
  return days.map(periodText).filter((day) => day <= last)
}

function Sums({ money, isGrid }: { money: Money; isGrid: boolean }): JSX.Element {
  const { currency } = money
  return (
    <dl class='pairs even costs'>
      <div>
        <dt>{t(isGrid ? 'table.import' : 'table.used')}</dt>
        <dd>{moneyText(money.imported, currency)}</dd>
      </div>
      {money.exported.n === 0n ? null : (
        <div>
          <dt>{t('table.export')}</dt>
          <dd>{moneyText({ n: -money.exported.n, d: money.exported.d }, currency)}</dd>
        </div>
      )}
      {money.base.n === 0n ? null : (
        <div>
          <dt>{t('cost.base')}</dt>
          <dd>{moneyText(money.base, currency)}</dd>
        </div>
      )}
      <div class='total'>
        <dt>{t('cost.total')}</dt>
        <dd>{moneyText(totalOf(money), currency)}</dd>
      </div>
    </dl>
  )
}

function Missing({ cost, looked }: { cost: Cost; looked: Looked }): JSX.Element {
  const { unit } = looked
  const lines: string[] = []
  const { leftOut, without } = cost
  if (cost.daysWithout.length > 0) {
    lines.push(t('cost.without', {
      count: cost.daysWithout.length,
      energy: energyText(without.importWh, unit),
    }))
  }
  if (leftOut.bars > 0) {
    const energy = leftOut.importWh > 0n ? leftOut.importWh : leftOut.exportWh
    lines.push(t('cost.left-out', { count: leftOut.bars, energy: energyText(energy, unit) }))
  }
  const outside = looked.rows.filter((row) => row.outside).length
  if (outside > 0) lines.push(t('cost.outside', { count: outside }))
  return <>{lines.map((line) => <p key={line}>{line}</p>)}</>
}

function names(cost: Cost, all: Tariffs): string {
  return cost.applied.map((id) => all.find((tariff) => tariff.id === id)?.name ?? '').join(', ')
}

/** Bars that lie in the period: one across its border belongs to no single one. */
function insideOf(looked: Looked): Looked['bars'] {
  const outside = new Set(looked.rows.filter((row) => row.outside).map(({ from }) => from))
  if (outside.size === 0) return looked.bars
  const { from, to } = looked.span
  return looked.bars.filter((bar) => nominal(bar.from) >= from && nominal(bar.to) <= to)
}

export function Costs({ meter, looked }: { meter: Meter; looked: Looked }): JSX.Element {
  const all = tariffs.value.get(meter.id)
  const { zone, unit, period } = looked
  const isGrid = unit === 'Wh'
  const today = dateText(todayIn(zone, Date.now() / 1000))
  const cost = useMemo(
    () =>
      all === undefined
        ? null
        : costOf(all, insideOf(looked), { zone, unit, days: daysOf(period, today) }),
    [all, looked, today],
  )
  const settings = `/settings?open=tariffs&meter=${encodeURIComponent(meter.id)}`
  return (
    <section>
      <h2>{t('cost')}</h2>
      {cost === null || all === undefined || all.length === 0
        ? (
          <p>
            {t('cost.none')} <a href={settings}>{t('cost.enter')}</a>
          </p>
        )
        : (
          <>
            {cost.sums.map((money) => <Sums key={money.currency} money={money} isGrid={isGrid} />)}
            {cost.sums.length === 0 ? <p>{t('cost.nothing')}</p> : null}
            <Missing cost={cost} looked={looked} />
            <p class='muted small'>
              {cost.applied.length === 0 ? null : t('cost.by', { names: names(cost, all) })}{' '}
              {t('cost.note')} <a href={settings}>{t('cost.change')}</a>
            </p>
          </>
        )}
    </section>
  )
}
