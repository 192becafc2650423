/**
 * What is given, what for, how far back and until when: as it was asked, and each of it smaller if
 * the owner wants. It asks before a consent, and again whenever one is narrowed.
 *
 * @module
 */
import type { JSX } from 'preact'
import { useId } from 'preact/hooks'
import type { Purpose } from '../../shared/consent/terms.ts'
import { dayText } from '../i18n/format.ts'
import { t } from '../i18n/messages.ts'
import { meters } from '../state.ts'
import { type Choice, coarser, lengths, lineKey } from './choice.ts'
import { type Previews, usePreviews } from './preview.ts'
import type { Line, ShownTerms } from './state.ts'
import {
  classesText,
  lengthText,
  meterText,
  purposeText,
  resolutionText,
  tellsText,
} from './words.ts'

export interface ChoiceFormProps {
  readonly offer: ShownTerms
  /** Purposes that can be left away without harm. */
  readonly optional: readonly Purpose[]
  readonly choice: Choice
  readonly change: (choice: Choice) => void
  /** It was allowed before, and is made less. */
  readonly allowed?: boolean
  /** Nobody asked: the owner gives by itself, for a purpose that goes without saying. */
  readonly offered?: boolean
}

/** Of what is not made smaller. */
type Whole = 'consent.as-asked' | 'consent.as-now'
function wholeOf({ allowed, offered }: Pick<ChoiceFormProps, 'allowed' | 'offered'>): Whole | null {
  if (offered === true) return null
  return allowed === true ? 'consent.as-now' : 'consent.as-asked'
}

function called(text: string, whole: Whole | null): string {
  return whole === null ? text : t(whole, { what: text })
}

export function ChoiceForm(props: ChoiceFormProps): JSX.Element {
  return (
    <>
      <Lines {...props} />
      {props.offered === true ? null : <Purposes {...props} />}
      <Times {...props} />
    </>
  )
}

function Lines(props: ChoiceFormProps): JSX.Element {
  const { offer, choice, change, allowed = false, offered = false } = props
  const chosen = offer.lines.map((line, i) => ({
    ...line,
    resolution: choice.resolutions[i] ?? line.resolution,
  }))
  const previews = usePreviews(chosen)
  const set = (at: number, resolution: string | null) =>
    change({
      ...choice,
      resolutions: choice.resolutions.map((one, i) => i === at ? resolution : one),
    })
  return (
    <section>
      <h2>{t(offered ? 'share.what' : allowed ? 'consent.sees' : 'consent.what')}</h2>
      <ul class='lines'>
        {offer.lines.map((line, i) => (
          <LineChoice
            key={lineKey(line)}
            line={line}
            resolution={choice.resolutions[i] ?? null}
            set={(resolution) => set(i, resolution)}
            previews={previews}
            whole={wholeOf(props)}
          />
        ))}
      </ul>
    </section>
  )
}

function LineChoice(
  { line, resolution, set, previews, whole }: {
    line: Line
    resolution: string | null
    set: (resolution: string | null) => void
    previews: Previews
    whole: Whole | null
  },
): JSX.Element {
  const id = useId()
  const meter = meters.value.find((meter) => meter.id === line.meter)
  const ways = coarser(line, meter?.channels ?? [])
  const shown = resolution ?? line.resolution
  const preview = previews.get(lineKey({ ...line, resolution: shown }))
  return (
    <li>
      <div class='choice'>
        <input
          id={id}
          type='checkbox'
          checked={resolution !== null}
          onChange={(event) => set(event.currentTarget.checked ? line.resolution : null)}
        />
        <span>
          <label for={id}>{classesText(line)}</label>
          <span class='muted'>{meterText(line.meter)}</span>
        </span>
      </div>
      <div class='inner'>
        {ways.length < 2 ? <p>{resolutionText(shown)}</p> : (
          <p class='pick'>
            <label for={`${id}-every`}>{t('consent.every')}</label>
            <select
              id={`${id}-every`}
              value={shown}
              disabled={resolution === null}
              onChange={(event) => set(event.currentTarget.value)}
            >
              {ways.map((way) => (
                <option key={way} value={way}>
                  {way === line.resolution && ways[0] === way
                    ? called(resolutionText(way), whole)
                    : resolutionText(way)}
                </option>
              ))}
            </select>
          </p>
        )}
        {resolution === null ? null : (
          <>
            <p class='preview'>
              {preview === undefined
                ? t('consent.preview.looking')
                : preview === null
                ? t('consent.preview.none')
                : preview}
            </p>
            <p class='muted'>{tellsText(shown)}</p>
          </>
        )}
      </div>
    </li>
  )
}

function Purposes(
  { offer, optional, choice, change, allowed = false }: ChoiceFormProps,
): JSX.Element {
  const id = useId()
  const all = [...offer.purposes, ...optional]
  const tick = (purpose: Purpose, ticked: boolean) => {
    const purposes = new Set(choice.purposes)
    if (ticked) purposes.add(purpose)
    else purposes.delete(purpose)
    change({ ...choice, purposes })
  }
  return (
    <section>
      <h2>{t('consent.for')}</h2>
      {allowed ? null : <p class='muted'>{t('consent.for.note')}</p>}
      <ul class='purposes'>
        {all.map((purpose, i) => (
          <li key={purpose} class='choice'>
            <input
              id={`${id}-${i}`}
              type='checkbox'
              checked={choice.purposes.has(purpose)}
              onChange={(event) => tick(purpose, event.currentTarget.checked)}
            />
            <span>
              <label for={`${id}-${i}`}>{purposeText(purpose)}</label>
              {optional.includes(purpose)
                ? <span class='muted'>{t('consent.optional')}</span>
                : null}
            </span>
          </li>
        ))}
      </ul>
    </section>
  )
}

function Times(props: ChoiceFormProps): JSX.Element {
  const { offer, choice, change } = props
  return (
    <section>
      <h2>{t('consent.when')}</h2>
      <Length
        name={t('consent.until')}
        label={wholeOf(props)}
        from={offer.from}
        to={offer.until}
        value={choice.until - offer.from}
        choose={(length) => change({ ...choice, until: offer.from + length })}
      />
      <p>
        {t('consent.period', { from: dayText(offer.from), until: dayText(choice.until) })}
      </p>
      {offer.history >= offer.from ? <p>{t('consent.history.none')}</p> : (
        <>
          <Length
            name={t('consent.history')}
            none
            label={wholeOf(props)}
            from={offer.from}
            to={offer.history}
            value={offer.from - choice.history}
            choose={(length) => change({ ...choice, history: offer.from - length })}
          />
          <p>
            {choice.history < offer.from
              ? t('consent.history.since', { date: dayText(choice.history) })
              : t('consent.history.none')}
          </p>
        </>
      )}
    </section>
  )
}

function Length(
  { name, from, to, label, value, none = false, choose }: {
    name: string
    from: number
    to: number
    label: Whole | null
    value: number
    /** Whether nothing at all can be chosen, too. */
    none?: boolean
    choose: (seconds: number) => void
  },
): JSX.Element {
  const id = useId()
  const all = lengths(from, to)
  return (
    <p class='pick'>
      <label for={id}>{name}</label>
      <select
        id={id}
        value={value}
        onChange={(event) => choose(Number(event.currentTarget.value))}
      >
        {none ? <option value={0}>{t('consent.history.no')}</option> : null}
        {all.map((length) => (
          <option key={length} value={length}>
            {called(lengthText(length), length === all.at(-1) ? label : null)}
          </option>
        ))}
      </select>
    </p>
  )
}
