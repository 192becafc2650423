/**
 * The table twins of the charts: the same values for eyes, ears and clipboards. Rows are made when
 * the table is opened.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact'
import { useState } from 'preact/hooks'
import { clockExact, clockRange, decimal, kilowattHours, watts } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { Scroll } from '../parts/scroll.tsx'
import type { DayView, EnergyBar, PowerPoint } from '../state.ts'
import { longestStep } from './net-power.ts'
import { barTime, isOutside } from './words.ts'

export function Twin({ of, rows }: { of: string; rows: () => ComponentChildren }): JSX.Element {
  const [open, setOpen] = useState(false)
  return (
    <details class='twin' onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>{t('table.show')}</summary>
      {open
        ? (
          <Scroll name={of}>
            {rows()}
          </Scroll>
        )
        : null}
    </details>
  )
}

function note(bar: EnergyBar, day: DayView): string {
  if (bar.changed === true) return t('table.changed')
  if (bar.importWh === null && bar.exportWh === null) return t('table.backwards')
  if (isOutside(bar, day)) return t('table.gap.outside')
  return bar.gap ? t('table.gap') : ''
}

function energy(wh: number | null): string {
  return wh === null ? '–' : decimal(wh, -3)
}

export function EnergyTable({ day }: { day: DayView }): JSX.Element {
  return (
    <Twin
      of={t('table.energy')}
      rows={() => (
        <table>
          <thead>
            <tr>
              <th scope='col'>{t('table.time')}</th>
              <th scope='col' class='number'>{t('table.import')} (kWh)</th>
              <th scope='col' class='number'>{t('table.export')} (kWh)</th>
            </tr>
          </thead>
          <tbody>
            {day.bars.map((bar) => (
              <tr key={bar.from} class={bar.gap ? 'gap' : undefined}>
                <th scope='row'>
                  <span class='time'>{barTime(bar, day)}</span>
                  {note(bar, day) === '' ? null : <span class='muted'>{note(bar, day)}</span>}
                </th>
                <td class='number'>{energy(bar.importWh)}</td>
                <td class='number'>{energy(bar.exportWh)}</td>
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope='row'>{t('table.sum')}</th>
              <td class='number'>{kilowattHours(day.importWh)}</td>
              <td class='number'>{kilowattHours(day.exportWh)}</td>
            </tr>
          </tfoot>
        </table>
      )}
    />
  )
}

type PowerRow = { readonly point: PowerPoint } | { readonly from: number; readonly to: number }

/** The last reading of each quarter-hour as it was, no mean of anything, and the gaps between. */
function powerRows(day: DayView): PowerRow[] {
  const rows: PowerRow[] = []
  const longest = longestStep(day.power)
  for (const [i, point] of day.power.entries()) {
    const next = day.power[i + 1]
    const isLast = next === undefined || Math.floor(next.at / 900) !== Math.floor(point.at / 900)
    const isGap = next !== undefined && next.at - point.at > longest
    if (isLast || isGap) rows.push({ point })
    if (isGap) rows.push({ from: point.at, to: next.at })
  }
  return rows
}

function power(w: number | null): string {
  return w === null ? '–' : watts(w)
}

export function PowerTable({ day }: { day: DayView }): JSX.Element {
  return (
    <Twin
      of={t('table.power')}
      rows={() => (
        <table>
          <caption>{t('table.power')}</caption>
          <thead>
            <tr>
              <th scope='col'>{t('table.time')}</th>
              <th scope='col' class='number'>{t('table.import')}</th>
              <th scope='col' class='number'>{t('table.export')}</th>
            </tr>
          </thead>
          <tbody>
            {powerRows(day).map((row) =>
              'point' in row
                ? (
                  <tr key={row.point.at}>
                    <th scope='row'>{clockExact(row.point.at, day.zone)}</th>
                    <td class='number'>{power(row.point.importW)}</td>
                    <td class='number'>{power(row.point.exportW)}</td>
                  </tr>
                )
                : (
                  <tr key={`gap ${row.from}`} class='gap'>
                    <th scope='row'>{clockRange(row.from, row.to, day.zone)}</th>
                    <td colSpan={2}>{t('word.gap')}</td>
                  </tr>
                )
            )}
          </tbody>
        </table>
      )}
    />
  )
}
