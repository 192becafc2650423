/**
 * The highest quarter-hours, the base load and the usual week of a period; each says how it is
 * reckoned, and none is made up from too little.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useMemo } from 'preact/hooks'
import { parseObis } from '../../shared/meter/obis.ts'
import type { Reading, ValueName } from '../../shared/meter/reading.ts'
import { clock, dayAndClock, energyFigure, register, watts, weekdayName } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { noonOf, todayIn } from './date.ts'
import {
  baseLoadOf,
  completeDays,
  enoughDays,
  type Peak,
  peakOf,
  usualWeek,
  type Weekday,
} from './figures.ts'
import { bordersOf, partsOf, type Period, periodOf } from './period.ts'
import type { Looked } from './rows.ts'

/** Local midnights of all days of a period. */
function midnights(zone: string, period: Period): number[] {
  if (period.kind !== 'year') return bordersOf(zone, period)
  const months = partsOf(period).map((month) => bordersOf(zone, month))
  return [...months.flatMap((borders) => borders.slice(0, -1)), ...months.at(-1)?.slice(-1) ?? []]
}

function PeakRow(
  { name, peak, looked }: { name: string; peak: Peak; looked: Looked },
): JSX.Element {
  const at = looked.period.kind === 'day'
    ? (instant: number) => clock(instant, looked.zone)
    : (instant: number) => dayAndClock(instant, looked.zone)
  return (
    <div>
      <dt>{name}</dt>
      <dd>
        {watts(peak.watts)} <span class='muted'>{at(peak.from)}–{clock(peak.to, looked.zone)}</span>
      </dd>
    </div>
  )
}

/** The meter's own highest average power of the month, as it says it. */
function ownPeak(reading: Reading | undefined): string | null {
  const isPeak = ({ obis }: ValueName) => parseObis(obis)?.what === '1.6.0'
  const value = reading?.registers.find(isPeak)
  if (value !== undefined) return register(value.value, value.exponent, value.unit)
  const text = reading?.texts.find(isPeak)?.text
  // DSMR tells the time of the peak before its value.
  const told = /\((\d+(?:\.\d+)?)\*(k?W)\)$/.exec(text ?? '')
  if (told === null) return null
  const [whole = '', places = ''] = (told[1] ?? '').split('.')
  return register(
    BigInt(whole + places).toString(),
    (told[2] === 'kW' ? 3 : 0) - places.length,
    'W',
  )
}

function Week({ week }: { week: readonly Weekday[] }): JSX.Element {
  const most = week.reduce(
    (most, { importWh }) => importWh !== null && importWh > most ? importWh : most,
    1n,
  )
  // 4 May 2026 is a Monday.
  const name = (weekday: number) =>
    weekdayName(noonOf({ year: 2026, month: 5, day: 4 + weekday }), 'UTC')
  const exports = week.some(({ exportWh }) => exportWh !== null && exportWh > 0n)
  return (
    <table class='week'>
      <caption>{t('figures.week.note')}</caption>
      <thead>
        <tr>
          <th scope='col'>{t('figures.week.day')}</th>
          <th scope='col' class='number'>{t('table.import')} (kWh)</th>
          {exports ? <th scope='col' class='number'>{t('table.export')} (kWh)</th> : null}
          <th scope='col' class='number'>{t('figures.week.days')}</th>
        </tr>
      </thead>
      <tbody>
        {week.map(({ weekday, days, importWh, exportWh }) => (
          <tr key={weekday}>
            <th scope='row'>
              <span class='time'>{name(weekday)}</span>
              <svg class='share' height='6' aria-hidden='true'>
                <rect
                  width={`${Number((importWh ?? 0n) * 1000n / most) / 10}%`}
                  height='6'
                />
              </svg>
            </th>
            <td class='number'>{importWh === null ? '–' : energyFigure(importWh, 'Wh')}</td>
            {exports
              ? <td class='number'>{exportWh === null ? '–' : energyFigure(exportWh, 'Wh')}</td>
              : null}
            <td class='number'>{days}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}

export function Figures(
  { looked, latest }: { looked: Looked; latest: Reading | undefined },
): JSX.Element | null {
  const { period, zone, bars } = looked
  const found = useMemo(() => {
    const days = completeDays(bars, midnights(zone, period))
    return {
      imported: peakOf(bars, 'importWh'),
      exported: peakOf(bars, 'exportWh'),
      days: days.length,
      base: baseLoadOf(days),
      week: usualWeek(days, (from) => todayIn(zone, from + 43_200)),
    }
  }, [looked])
  const own = period.kind === 'month' && latest !== undefined &&
      JSON.stringify(periodOf('month', todayIn(zone, latest.at))) === JSON.stringify(period)
    ? ownPeak(latest)
    : null
  if (found.imported === null && found.exported === null) return null
  return (
    <section>
      <h2>{t('figures')}</h2>
      <dl class='pairs even'>
        {found.imported === null
          ? null
          : <PeakRow name={t('figures.peak.import')} peak={found.imported} looked={looked} />}
        {found.exported === null
          ? null
          : <PeakRow name={t('figures.peak.export')} peak={found.exported} looked={looked} />}
        {own === null ? null : (
          <div>
            <dt>{t('figures.peak.own')}</dt>
            <dd>{own}</dd>
          </div>
        )}
        {period.kind === 'day' ? null : (
          <div>
            <dt>{t('figures.base')}</dt>
            <dd>
              {found.base === null
                ? (
                  <span class='muted'>
                    {t('figures.few', { enough: enoughDays, count: found.days })}
                  </span>
                )
                : watts(found.base.watts)}
            </dd>
          </div>
        )}
      </dl>
      <p class='muted small'>
        {t('figures.peak.note')}
        {found.base === null || period.kind === 'day'
          ? ''
          : ` ${t('figures.base.note', { count: found.base.days })}`}
      </p>
      {period.kind === 'day' || found.days < 7 ? null : (
        <details class='twin'>
          <summary>{t('figures.week')}</summary>
          <Week week={found.week} />
        </details>
      )}
    </section>
  )
}
