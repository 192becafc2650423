/**
 * A tariff, typed in from the bill. What is wrong is said in words beside the button and at its
 * field, and the first wrong field takes the focus.
 *
 * @module
 */
import type { ComponentChildren, JSX } from 'preact'
import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { t } from '../i18n/messages.ts'
import {
  emptyWindow,
  type Fields,
  readFields,
  type WindowFields,
  type Wrong,
} from './form-values.ts'
import { currencies, isDear, priceText } from './money.ts'
import { type Days, mostWindows, type Tariff, type Tariffs } from './tariff.ts'
import { readTyped, typed } from './typed.ts'

/** What ties an input to its label, its note and what is wrong with it. */
interface Ties {
  readonly id: string
  readonly 'aria-invalid': boolean
  readonly 'aria-describedby'?: string
}

interface FieldProps {
  readonly id: string
  readonly label: string
  readonly note?: string
  /** What is asked about what stands there, which may well be right. */
  readonly ask?: string | undefined
  readonly wrong: string | undefined
  readonly children: (ties: Ties) => ComponentChildren
}

function Field({ id, label, note, ask, wrong, children }: FieldProps): JSX.Element {
  const described = [
    ...(note === undefined ? [] : [`${id}-note`]),
    ...(ask === undefined ? [] : [`${id}-ask`]),
    ...(wrong === undefined ? [] : [`${id}-wrong`]),
  ]
  return (
    <div class='field'>
      <label for={id}>{label}</label>
      {children({
        id,
        'aria-invalid': wrong !== undefined,
        ...(described.length === 0 ? {} : { 'aria-describedby': described.join(' ') }),
      })}
      {note === undefined ? null : <span id={`${id}-note`} class='muted small'>{note}</span>}
      {ask === undefined ? null : <output id={`${id}-ask`} class='small'>{ask}</output>}
      {wrong === undefined ? null : <span id={`${id}-wrong`} class='wrong'>{wrong}</span>}
    </div>
  )
}

interface Shared {
  readonly id: string
  readonly wrongOf: (field: string) => string | undefined
  readonly unit: string
  readonly isGrid: boolean
  readonly currency: string
}

/** Only of kilowatt-hours is it known what they cost. */
function askOf(text: string, way: 'import' | 'export', shared: Shared): string | undefined {
  const { currency, isGrid, unit } = shared
  const price = readTyped(text)
  if (!isGrid || typeof price !== 'string' || !isDear(price, currency)) return undefined
  return t(`tariff.dear.${way}`, { unit, price: priceText(price, currency) })
}

function Price(
  { of, shared, label, note, ask, value, set }: {
    readonly of: string
    readonly shared: Shared
    readonly label: string
    readonly note?: string
    readonly ask?: string | undefined
    readonly value: string
    readonly set: (value: string) => void
  },
): JSX.Element {
  return (
    <Field
      id={`${shared.id}-${of}`}
      label={label}
      ask={ask}
      wrong={shared.wrongOf(of)}
      {...(note === undefined ? {} : { note })}
    >
      {(ties) => (
        <input
          {...ties}
          type='text'
          inputMode='decimal'
          autocomplete='off'
          class='price'
          value={value}
          onInput={(event) => set(event.currentTarget.value)}
        />
      )}
    </Field>
  )
}

function Prices(
  { fields, change, shared, place = '', note, exportNote }: {
    readonly fields: Pick<Fields, 'importPrice' | 'exportPrice'>
    readonly change: (next: { importPrice?: string; exportPrice?: string }) => void
    readonly shared: Shared
    readonly place?: string
    readonly note?: string
    readonly exportNote?: string
  },
): JSX.Element {
  const { unit, isGrid } = shared
  return (
    <>
      <Price
        of={`import${place}`}
        shared={shared}
        label={t(isGrid ? 'tariff.import' : 'tariff.used', { unit })}
        {...(note === undefined ? {} : { note })}
        ask={askOf(fields.importPrice, 'import', shared)}
        value={fields.importPrice}
        set={(importPrice) => change({ importPrice })}
      />
      {isGrid
        ? (
          <Price
            of={`export${place}`}
            shared={shared}
            label={t('tariff.export', { unit })}
            {...(exportNote === undefined ? {} : { note: exportNote })}
            ask={askOf(fields.exportPrice, 'export', shared)}
            value={fields.exportPrice}
            set={(exportPrice) => change({ exportPrice })}
          />
        )
        : null}
    </>
  )
}

const days: readonly Days[] = ['all', 'workdays', 'weekend']

function Window(
  { window, place, shared, change, remove }: {
    readonly window: WindowFields
    readonly place: number
    readonly shared: Shared
    readonly change: (next: Partial<WindowFields>) => void
    readonly remove: () => void
  },
): JSX.Element {
  const { id, wrongOf } = shared
  const count = place + 1
  return (
    <fieldset class='window'>
      <legend>{t('tariff.window', { count })}</legend>
      <div class='pair three'>
        <div class='field'>
          <label for={`${id}-days-${place}`}>{t('tariff.window.days')}</label>
          <select
            id={`${id}-days-${place}`}
            value={window.days}
            onChange={({ currentTarget: { value } }) =>
              change({ days: days.find((each) => each === value) ?? 'all' })}
          >
            {days.map((each) => <option key={each} value={each}>{t(`tariffs.days.${each}`)}
            </option>)}
          </select>
        </div>
        {(['from', 'to'] as const).map((end) => (
          <Field
            key={end}
            id={`${id}-${end}-${place}`}
            label={t(`tariff.window.${end}`)}
            wrong={wrongOf(`${end}-${place}`)}
            {...(end === 'to' ? { note: t('tariff.window.to.note') } : {})}
          >
            {(ties) => (
              <input
                {...ties}
                type='time'
                step={900}
                value={window[end]}
                onInput={(event) => change({ [end]: event.currentTarget.value })}
              />
            )}
          </Field>
        ))}
      </div>
      <div class='pair'>
        <Prices
          fields={window}
          change={change}
          shared={shared}
          place={`-${place}`}
          exportNote={t('tariff.window.export.note')}
        />
      </div>
      <button type='button' class='link' onClick={remove}>
        {t('tariff.window.remove', { count })}
      </button>
    </fieldset>
  )
}

interface Props {
  readonly first: Fields
  /** Of the tariff that is edited, or a new one. */
  readonly tariffId: string
  readonly others: Tariffs
  readonly title: string
  /** What a price is for: `kWh`. */
  readonly unit: string
  readonly keep: (tariff: Tariff) => void
  readonly cancel: () => void
}

export function TariffForm(props: Props): JSX.Element {
  const { first, tariffId, others, title, unit, keep, cancel } = props
  const id = useId()
  const form = useRef<HTMLFormElement>(null)
  const [fields, setFields] = useState(first)
  const [wrong, setWrong] = useState<readonly Wrong[]>([])
  const [tries, setTries] = useState(0)
  const change = (next: Partial<Fields>) => {
    const changed = { ...fields, ...next }
    setFields(changed)
    // What was put right is wrong no longer; what is only being typed is not wrong yet.
    const read = readFields(changed, tariffId, others)
    const still = 'wrong' in read ? read.wrong : []
    setWrong(still.filter(({ field }) => wrong.some((before) => before.field === field)))
  }
  const changeWindow = (place: number, next: Partial<WindowFields>) =>
    change({
      windows: fields.windows.map((window, i) => i === place ? { ...window, ...next } : window),
    })
  const shared: Shared = {
    id,
    unit,
    isGrid: unit === 'kWh',
    currency: fields.currency,
    wrongOf: (field) => wrong.find((each) => each.field === field)?.sentence,
  }

  useEffect(() => form.current?.querySelector<HTMLElement>('input')?.focus(), [])
  useEffect(() => {
    if (tries > 0) form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus()
  }, [tries])

  const submit = (event: Event) => {
    event.preventDefault()
    const read = readFields(fields, tariffId, others)
    if ('tariff' in read) return keep(read.tariff)
    setWrong(read.wrong)
    setTries((tries) => tries + 1)
  }
  return (
    <form ref={form} class='form tariff-form' aria-label={title} noValidate onSubmit={submit}>
      <h3>{title}</h3>
      <Field
        id={`${id}-name`}
        label={t('tariff.name')}
        note={t('tariff.name.note')}
        wrong={shared.wrongOf('name')}
      >
        {(ties) => (
          <input
            {...ties}
            type='text'
            autocomplete='off'
            maxLength={80}
            value={fields.name}
            onInput={(event) => change({ name: event.currentTarget.value })}
          />
        )}
      </Field>
      <div class='pair'>
        {(['from', 'until'] as const).map((end) => (
          <Field
            key={end}
            id={`${id}-${end}`}
            label={t(`tariff.${end}`)}
            wrong={shared.wrongOf(end)}
          >
            {(ties) => (
              <input
                {...ties}
                type='date'
                value={fields[end]}
                onInput={(event) => change({ [end]: event.currentTarget.value })}
              />
            )}
          </Field>
        ))}
      </div>
      <div class='field'>
        <label for={`${id}-currency`}>{t('tariff.currency')}</label>
        <select
          id={`${id}-currency`}
          value={fields.currency}
          onChange={(event) => change({ currency: event.currentTarget.value })}
        >
          {[...new Set([...currencies(), fields.currency])].map((currency) => (
            <option key={currency} value={currency}>{currency}</option>
          ))}
        </select>
      </div>
      <div class='pair'>
        <Prices
          fields={fields}
          change={change}
          shared={shared}
          note={t('tariff.price.note', { currency: fields.currency, example: typed('0.2975') })}
        />
      </div>
      <div class='pair'>
        <Price
          of='base'
          shared={shared}
          label={t('tariff.base')}
          value={fields.base}
          set={(base) => change({ base })}
        />
        <div class='field'>
          <label for={`${id}-per`}>{t('tariff.base.per')}</label>
          <select
            id={`${id}-per`}
            value={fields.per}
            onChange={({ currentTarget: { value } }) =>
              change({ per: value === 'year' ? 'year' : 'month' })}
          >
            <option value='month'>{t('tariff.base.month')}</option>
            <option value='year'>{t('tariff.base.year')}</option>
          </select>
        </div>
      </div>
      <h4>{t('tariff.windows')}</h4>
      <p class='muted small'>{t('tariff.windows.note')}</p>
      {fields.windows.map((window, i) => (
        <Window
          key={i}
          window={window}
          place={i}
          shared={shared}
          change={(next) => changeWindow(i, next)}
          remove={() => change({ windows: fields.windows.filter((_, place) => place !== i) })}
        />
      ))}
      {fields.windows.length >= mostWindows ? null : (
        <button
          type='button'
          onClick={() =>
            change({
              windows: [...fields.windows, { ...emptyWindow, exportPrice: fields.exportPrice }],
            })}
        >
          {t('tariff.window.add')}
        </button>
      )}
      <div role='alert' class='wrongs'>
        {wrong.length === 0 ? null : (
          <>
            <p>{t('tariff.wrong', { count: wrong.length })}</p>
            <ul>{wrong.map(({ field, sentence }) => <li key={field}>{sentence}</li>)}</ul>
          </>
        )}
      </div>
      <p class='buttons'>
        <button type='submit' class='primary'>{t('tariff.save')}</button>
        <button type='button' onClick={cancel}>{t('tariff.cancel')}</button>
      </p>
    </form>
  )
}
