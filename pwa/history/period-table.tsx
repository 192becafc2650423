/**
 * The table twin of a period's bars, with what it is compared with beside it, the difference exact
 * and in percent; days and months open from here too.
 *
 * @module
 */
import type { JSX } from 'preact'
import { Twin } from '../chart/tables.tsx'
import { isGrid } from '../chart/words.ts'
import { energyFigure, energyUnit, percentText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { perMille } from './figures.ts'
import { partName, periodName, rowName, rowNotes } from './names.ts'
import { periodQuery } from './period.ts'
import { type Looked, type Pair, pairs, type Row } from './rows.ts'

type Way = 'importWh' | 'exportWh'

function Value({ wh, unit }: { wh: bigint | null | undefined; unit: string }): JSX.Element {
  return <td class='number'>{wh === null || wh === undefined ? '–' : energyFigure(wh, unit)}</td>
}

/** The difference, exact, and in percent below it. */
export function Difference(
  { now, before, unit }: {
    readonly now: bigint | null | undefined
    readonly before: bigint | null | undefined
    readonly unit: string
  },
): JSX.Element {
  if (now === null || now === undefined || before === null || before === undefined) {
    return <td class='number'>–</td>
  }
  const share = perMille(now, before)
  return (
    <td class='number'>
      {now > before ? '+' : ''}
      {energyFigure(now - before, unit)}
      {share === null ? null : <span class='muted percent'>{percentText(share)}</span>}
    </td>
  )
}

function Cells(
  { row, other, ways, unit, compares }: {
    readonly row: Pick<Row, Way> | null
    readonly other: Pick<Row, Way> | null
    readonly ways: readonly Way[]
    readonly unit: string
    readonly compares: boolean
  },
): JSX.Element {
  return (
    <>
      {ways.map((way) => (
        <>
          <Value wh={row?.[way]} unit={unit} />
          {compares
            ? (
              <>
                <Value wh={other?.[way]} unit={unit} />
                <Difference now={row?.[way]} before={other?.[way]} unit={unit} />
              </>
            )
            : null}
        </>
      ))}
    </>
  )
}

function Name(
  { pair, looked, other, hrefOf }: {
    readonly pair: Pair
    readonly looked: Looked
    readonly other: Looked | null
    readonly hrefOf: (query: string) => string
  },
): JSX.Element {
  const { row } = pair
  if (row === null) {
    const only = pair.other
    return (
      <th scope='row'>
        <span class='time'>
          {only === null || other === null ? '' : rowName(only, other.period, other.zone)}
        </span>
        <span class='muted'>
          {t('compare.only', { period: other === null ? '' : periodName(other.period) })}
        </span>
      </th>
    )
  }
  const notes = rowNotes(row)
  return (
    <th scope='row'>
      <span class='time'>
        {row.part === null
          ? rowName(row, looked.period, looked.zone)
          : <a href={hrefOf(periodQuery(row.part))}>{partName(row.part)}</a>}
      </span>
      {notes.length === 0 ? null : <span class='muted'>{notes.join(' · ')}</span>}
    </th>
  )
}

interface Props {
  readonly looked: Looked
  readonly other: Looked | null
  readonly hrefOf: (query: string) => string
}

export function PeriodTable({ looked, other, hrefOf }: Props): JSX.Element {
  const { period, unit } = looked
  const grid = isGrid(unit)
  const ways: readonly Way[] = grid ? ['importWh', 'exportWh'] : ['importWh']
  const titles = {
    importWh: t(grid ? 'table.import' : 'table.used'),
    exportWh: t('table.export'),
  }
  const list: readonly Pair[] = other === null
    ? looked.rows.map((row) => ({ row, other: null }))
    : pairs(looked, other)
  const first = period.kind === 'day' ? 'table.time' : `history.${partKind(period.kind)}` as const
  return (
    <Twin
      of={t('table.energy')}
      rows={() => (
        <table class={other === null ? undefined : 'compares'}>
          <caption>{t('table.of', { period: periodName(period), unit: energyUnit(unit) })}</caption>
          <thead>
            <tr>
              <th scope='col'>{t(first)}</th>
              {ways.map((way) => (
                <>
                  <th scope='col' class='number'>{titles[way]}</th>
                  {other === null ? null : (
                    <>
                      <th scope='col' class='number'>
                        {t('compare.column', { way: titles[way], period: shortName(other) })}
                      </th>
                      <th scope='col' class='number'>{t('compare.difference')}</th>
                    </>
                  )}
                </>
              ))}
            </tr>
          </thead>
          <tbody>
            {list.map((pair) => (
              <tr
                key={`${pair.row?.key} ${pair.other?.key}`}
                class={(pair.row ?? pair.other)?.gap === true ? 'gap' : undefined}
              >
                <Name pair={pair} looked={looked} other={other} hrefOf={hrefOf} />
                <Cells
                  row={pair.row}
                  other={pair.other}
                  ways={ways}
                  unit={unit}
                  compares={other !== null}
                />
              </tr>
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope='row'>{t('table.sum')}</th>
              <Cells
                row={looked.sum}
                other={other?.sum ?? null}
                ways={ways}
                unit={unit}
                compares={other !== null}
              />
            </tr>
          </tfoot>
        </table>
      )}
    />
  )
}

function partKind(kind: 'month' | 'year'): 'day' | 'month' {
  return kind === 'month' ? 'day' : 'month'
}

function shortName({ period }: Looked): string {
  return period.kind === 'day' ? partName(period) : periodName(period)
}
