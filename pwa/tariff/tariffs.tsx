/**
 * The tariffs of each meter in Settings: one after another, to add, edit and delete.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useLocation } from 'preact-iso'
import { useEffect, useRef, useState } from 'preact/hooks'
import { useActions } from '../actions.ts'
import { noonOf, parseDate } from '../history/date.ts'
import { dayText, energyUnit } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { sentenceOf } from '../parts/action-button.tsx'
import { kindOf } from '../parts/meter-kind.ts'
import { MeterChoice } from '../parts/meter-choice.tsx'
import { Notice } from '../parts/notice.tsx'
import { latest, type Meter, meters, shownMeter, tariffs } from '../state.ts'
import { clockOf, emptyFields, fieldsOf } from './form-values.ts'
import { currencies, priceText } from './money.ts'
import { type PriceWindow, type Tariff, type Tariffs as All } from './tariff.ts'
import { TariffForm } from './tariff-form.tsx'

/** What a price of the meter is for. */
function unitOf(meter: Meter): string {
  if (meter.parent === null) return 'kWh'
  const kind = kindOf(latest.value.get(meter.id)?.reading)
  return energyUnit(kind === 'now.sub.heat' ? 'J' : 'm3')
}

function day(text: string): string {
  const date = parseDate(text)
  return date === null ? text : dayText(noonOf(date), 'UTC')
}

function spanText({ from, until }: Tariff): string {
  return until === null
    ? t('tariffs.since', { from: day(from) })
    : t('tariffs.span', { from: day(from), until: day(until) })
}

function Prices(
  { of, currency, unit }: {
    readonly of: Pick<PriceWindow, 'importPrice' | 'exportPrice'>
    readonly currency: string
    readonly unit: string
  },
): JSX.Element {
  const said = [
    t(unit === 'kWh' ? 'tariffs.price.import' : 'tariffs.price.used', {
      price: priceText(of.importPrice, currency),
      unit,
    }),
    ...(of.exportPrice === null ? [] : [
      t('tariffs.price.export', { price: priceText(of.exportPrice, currency), unit }),
    ]),
  ]
  return <>{said.join(' · ')}</>
}

function windowName({ days, from, to }: PriceWindow): string {
  const name = t(`tariffs.days.${days}`)
  return from === to
    ? t('tariffs.window.whole', { days: name })
    : t('tariffs.window', { days: name, from: clockOf(from), to: clockOf(to) })
}

interface EntryProps {
  readonly tariff: Tariff
  readonly unit: string
  readonly edit: () => void
  readonly remove: () => void
}

function Entry({ tariff, unit, edit, remove }: EntryProps): JSX.Element {
  const { name, currency, windows, baseFee } = tariff
  const [asking, setAsking] = useState(false)
  const ask = useRef<HTMLButtonElement>(null)
  const keep = useRef<HTMLButtonElement>(null)
  const asked = useRef(false)
  useEffect(() => {
    if (asking) keep.current?.focus()
    else if (asked.current) ask.current?.focus()
    asked.current = asking
  }, [asking])
  return (
    <li class='tariff'>
      <h3>{name}</h3>
      <p class='muted'>{spanText(tariff)}</p>
      <p>
        <Prices of={tariff} currency={currency} unit={unit} />
      </p>
      {windows.map((window) => (
        <p key={JSON.stringify(window)}>
          {windowName(window)}: <Prices of={window} currency={currency} unit={unit} />
        </p>
      ))}
      {baseFee === null
        ? null
        : <p>{t(`tariffs.base.${baseFee.per}`, { price: priceText(baseFee.amount, currency) })}</p>}
      {asking
        ? (
          <Notice
            what={t('tariffs.delete.ask', { name })}
            todo={tariff.until === null
              ? t('tariffs.delete.open', { from: day(tariff.from) })
              : t('tariffs.delete.what', { from: day(tariff.from), until: day(tariff.until) })}
          >
            <p class='buttons'>
              <button ref={keep} type='button' onClick={() => setAsking(false)}>
                {t('tariffs.keep')}
              </button>
              <button type='button' class='primary' onClick={remove}>
                {t('tariffs.delete')}
              </button>
            </p>
          </Notice>
        )
        : (
          <p class='buttons'>
            <button
              type='button'
              class='small'
              aria-label={t('tariffs.edit.of', { name })}
              onClick={edit}
            >
              {t('tariffs.edit')}
            </button>
            <button
              ref={ask}
              type='button'
              class='small'
              aria-label={t('tariffs.delete.of', { name })}
              onClick={() => setAsking(true)}
            >
              {t('tariffs.delete')}
            </button>
          </p>
        )}
    </li>
  )
}

function OfMeter({ meter }: { meter: Meter }): JSX.Element {
  const actions = useActions()
  const all: All = tariffs.value.get(meter.id) ?? []
  const unit = unitOf(meter)
  /** The id of the tariff that is edited; of a new one, its id to be. */
  const [edited, setEdited] = useState<string | null>(null)
  const [said, setSaid] = useState<'kept' | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const heading = useRef<HTMLButtonElement>(null)
  const back = useRef(false)
  useEffect(() => {
    if (back.current && edited === null) heading.current?.focus()
    back.current = edited !== null
  }, [edited])

  const keep = async (next: All) => {
    setProblem(null)
    try {
      await actions.keepTariffs(meter.id, next)
      setEdited(null)
      setSaid('kept')
      // What was deleted took the focus with it.
      requestAnimationFrame(() => heading.current?.focus())
    } catch (error) {
      setProblem(sentenceOf(error))
    }
  }
  const known = all.find(({ id }) => id === edited)
  return (
    <>
      {all.length === 0 ? <p>{t('tariffs.none')}</p> : (
        <ul class='tariffs'>
          {all.map((tariff) => (
            <Entry
              key={tariff.id}
              tariff={tariff}
              unit={unit}
              edit={() => {
                setSaid(null)
                setEdited(tariff.id)
              }}
              remove={() => void keep(all.filter(({ id }) => id !== tariff.id))}
            />
          ))}
        </ul>
      )}
      {problem === null ? null : <Notice what={t('tariff.failed')} todo={problem} tone='fault' />}
      {edited === null ? null : (
        <TariffForm
          key={edited}
          first={known === undefined ? emptyFields(currencies()[0] ?? 'EUR') : fieldsOf(known)}
          tariffId={edited}
          others={all}
          title={known === undefined ? t('tariff.new') : t('tariffs.edit.of', { name: known.name })}
          unit={unit}
          keep={(tariff) => void keep([...all.filter(({ id }) => id !== tariff.id), tariff])}
          cancel={() => setEdited(null)}
        />
      )}
      <output>{said === null ? null : <p class='muted'>{t('tariffs.saved')}</p>}</output>
      {edited === null
        ? (
          <p>
            <button
              ref={heading}
              type='button'
              onClick={() => {
                setSaid(null)
                setEdited(crypto.randomUUID())
              }}
            >
              {t('tariffs.add')}
            </button>
          </p>
        )
        : null}
    </>
  )
}

export function Tariffs(): JSX.Element {
  const { query } = useLocation()
  const box = useRef<HTMLElement>(null)
  const isAsked = query['open'] === 'tariffs'
  const [chosen, setChosen] = useState(query['meter'] ?? null)
  const find = (id: string | null) => meters.value.find((meter) => meter.id === id)
  const meter = find(chosen) ?? find(shownMeter.value) ?? meters.value[0]
  useEffect(() => {
    if (isAsked) box.current?.scrollIntoView({ block: 'start' })
  }, [isAsked])
  return (
    <section ref={box} class='tariffs-section'>
      <h2>{t('tariffs')}</h2>
      <p>{t('tariffs.lead')}</p>
      {meter === undefined ? <p>{t('tariffs.no-meter')}</p> : (
        <>
          <MeterChoice shown={meter.id} choose={setChosen} />
          <OfMeter key={meter.id} meter={meter} />
        </>
      )}
    </section>
  )
}
