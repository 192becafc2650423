/**
 * The page of a household: its curve, its figures and what they cost, and what was lost.
 *
 * @module
 */
import { html } from 'hono/html'
import type { Missing } from '../shared/api/verified-reader.ts'
import type { Household } from './collector.ts'
import { curve } from './curve.ts'
import { dayOf, divided, type Figures, type Interval, secondsOf } from './figures.ts'
import { type Html, LOOKS_AGAIN, page } from './pages.ts'

/** What one channel says: a meter at a resolution. */
export interface ShownLine {
  readonly meter: string
  readonly resolution: string
  readonly zone: string
  readonly simulated: boolean
  readonly figures: Figures
}

export interface HouseholdView {
  readonly household: Household
  readonly lines: readonly ShownLine[]
  /** The one shown; null while there are no readings. */
  readonly line: ShownLine | null
  readonly zone: string
  /** In the day that is shown; null when there is none. */
  readonly day: Interval | null
  readonly perKilowattHour: string
  readonly perDay: string
  /** Since when the platform does not answer; null while it does. */
  readonly away: number | null
  /** The prices are those that were asked for. */
  readonly isPriced: boolean
}

export function householdPage(view: HouseholdView): Html {
  const { household, line, zone } = view
  const name = `Household ${household.grant.slice(0, 6)}`
  if (household.phase === 'erased') {
    return page(
      name,
      html`
        <h1>${name}</h1>
        <p class="said" role="status">${WORDS.erased}</p>
      `,
    )
  }
  return page(
    name,
    html`
      <h1>${name}</h1>
      ${standing(household, zone, view.away)} ${line === null
        ? nothingYet(household)
        : html`${howToSeeMore(household)} ${whose(view, line)} ${numbers(view, line)} ${
          dayView(view, line)
        }
          ${tariffForm(view)} ${dayTable(line)}`}
      ${proof(household)}
    `,
  )
}

/** Before there is anything to show. */
function nothingYet(household: Household): Html {
  const goesOn = household.ended === null && household.fault === null
  return html`
    ${goesOn ? LOOKS_AGAIN : ''}
    <p>
      ${readingsOf(household) === 0
        ? 'There are no readings yet.'
        : 'There is one reading so far. What was drawn is known with the next.'}
      ${goesOn ? 'This page looks again by itself.' : ''}
    </p>
  `
}

function howToSeeMore({ phase }: Household): Html {
  return phase === 'following' ? html`<p>Load the page again to see what is new.</p>` : html``
}

/** Which meter, where there are several, and whether it is simulated. */
function whose(view: HouseholdView, line: ShownLine): Html {
  const { lines } = view
  const called = ({ meter, resolution }: ShownLine) =>
    `Meter ${meter}, ${RESOLUTIONS[resolution] ?? resolution}`
  return html`
    ${lines.length < 2 ? '' : html`
      <ul>
        ${lines.map((one, i) =>
          one === line
            ? html`<li><b>${called(one)}</b></li>`
            : html`<li><a href="${hrefOf(view, { line: i })}">${called(one)}</a></li>`
        )}
      </ul>
    `} ${line.simulated ? html`<p>The meter is simulated.</p>` : ''}
  `
}

const RESOLUTIONS: Record<string, string> = {
  PT1M: 'every minute',
  PT15M: 'every quarter-hour',
  PT60M: 'every hour',
  P1D: 'once a day',
}

/** The same page with another day or meter, at the same prices. */
function hrefOf(
  { household, lines, line, perKilowattHour, perDay }: HouseholdView,
  to: { readonly day?: string; readonly line?: number },
): string {
  const at = to.line ?? lines.findIndex((one) => one === line)
  const search = new URLSearchParams({
    ...(to.day === undefined ? {} : { day: to.day }),
    ...(at > 0 ? { line: String(at) } : {}),
    price: perKilowattHour,
    base: perDay,
  })
  return `/households/${household.grant}?${search.toString()}`
}

const WORDS: Record<Household['phase'], string> = {
  reading: 'Reading what was granted.',
  following: 'New values come as the meter tells them.',
  paused: 'The household has paused this. Nothing comes for now.',
  waiting: 'The consent has not begun yet.',
  ended: '',
  broken: '',
  erased: 'What was read here was erased, as the household asked. Nothing more is read.',
}

function standing({ phase, ended, fault }: Household, zone: string, away: number | null): Html {
  if (fault !== null) {
    return html`
      <p class="said broken" role="status">
        What the platform gives does not hold, so reading has stopped. ${fault}
      </p>
    `
  }
  if (ended === null && away !== null) {
    return html`
      <p class="said" role="status">
        The platform has not answered since ${time(
          away,
          zone,
        )}. What comes meanwhile is read as soon
        as it does.
      </p>
    `
  }
  if (ended === null) return html`<p role="status">${WORDS[phase]}</p>`
  const { last } = ended
  return html`
    <section class="said" role="status">
      <h2>This consent has ended</h2>
      <p>${REASONS[ended.reason] ?? ended.reason}, ${time(ended.at, zone)}.</p>
      <p>
        ${last === null || last.seq < 0
          ? 'Nothing could be read.'
          : html`The last block that could be read is number
            <b id="last">${last.seq}</b>${last.at === null ? '' : `, at ${time(last.at, zone)}`}.
            ${
            last.provisional
              ? 'The household’s meter reader has not confirmed this yet.'
              : 'The household sees the same number.'
          }`}
      </p>
      <p>What is shown below was read before. Nothing more comes.</p>
    </section>
  `
}

const REASONS: Record<string, string> = {
  'withdrawn': 'The household took it back',
  'moved-out': 'The household moved out',
  'meter-changed': 'The meter was changed',
  'unpaired': 'The meter reader was taken off',
  'key-changed': 'Our key was changed',
  'terminated': 'We ended it',
  'expired': 'Its time is over',
}

function numbers({ perKilowattHour, isPriced }: HouseholdView, line: ShownLine): Html {
  const { figures, zone, resolution } = line
  const last = figures.intervals.at(-1)
  const isFine = secondsOf(resolution) !== null
  return html`
    <dl>
      <div>
        <dt>Drawn</dt>
        <dd id="energy">${kilowattHours(figures.energy)} kWh</dd>
      </div>
      ${isFine
        ? html`
          <div>
            <dt>Base load</dt>
            <dd id="base">${figures.baseLoad === null
              ? 'not known yet'
              : `${figures.baseLoad} W`}</dd>
          </div>
        `
        : ''}
      <div>
        <dt>Cost at ${perKilowattHour} ct/kWh</dt>
        <dd id="cost">${euros(figures.cost)} €</dd>
      </div>
      <div>
        <dt>Last value</dt>
        <dd>${last === undefined ? 'none' : time(last.to, zone)}</dd>
      </div>
    </dl>
    ${isPriced ? '' : html`
      <p class="said" role="status">A price is cents, such as 29.9. These are what stood here before.</p>
    `} ${isFine
      ? html`
        <h2>Peaks</h2>
        <ol>
          ${figures.peaks.map(({ from, watts }) => html`<li>${watts} W, ${time(from, zone)}</li>`)}
        </ol>
      `
      : html`<p>The household gives daily totals: they show no base load and no peaks.</p>`}
  `
}

function dayView(view: HouseholdView, line: ShownLine): Html {
  const { day } = view
  const { figures, zone, resolution } = line
  const length = secondsOf(resolution)
  if (day === null || length === null) return html``
  const name = dayOf(day.from, zone)
  const names = [...new Set(figures.intervals.map(({ from }) => dayOf(from, zone)))]
  const place = names.indexOf(name)
  const link = (to: string | undefined, text: string) =>
    to === undefined
      ? html`<span></span>`
      : html`<a href="${hrefOf(view, { day: to })}">${text}</a>`
  return html`
    <h2>${name}</h2>
    ${curve(figures.intervals, day.from, zone, length)}
    <nav>${link(names[place - 1], 'The day before')} ${link(names[place + 1], 'The next day')}</nav>
  `
}

function tariffForm({ perKilowattHour, perDay, day, lines, line, zone }: HouseholdView): Html {
  const at = lines.findIndex((one) => one === line)
  return html`
    <form method="get">
      ${day === null
        ? ''
        : html`<input type="hidden" name="day" value="${dayOf(day.from, zone)}" />`}
      ${at < 1 ? '' : html`<input type="hidden" name="line" value="${at}" />`}
      <label>ct/kWh <input name="price" value="${perKilowattHour}" inputmode="decimal" /></label>
      <label>ct/day <input name="base" value="${perDay}" inputmode="decimal" /></label>
      <button>Reckon</button>
    </form>
  `
}

function dayTable({ figures: { days } }: ShownLine): Html {
  return html`
    <table>
      <thead>
        <tr>
          <th>Day</th>
          <th>kWh</th>
          <th>€</th>
        </tr>
      </thead>
      <tbody>
        ${days.slice(-31).map(({ name, through, energy, cost }) =>
          html`
            <tr>
              <td>${name === through ? name : `${name} to ${through}`}</td>
              <td>${kilowattHours(energy)}</td>
              <td>${euros(cost)}</td>
            </tr>
          `
        )}
      </tbody>
    </table>
  `
}

function proof(household: Household): Html {
  if (household.missing.length + readingsOf(household) === 0) return html``
  return html`
    <p class="proof">${readingsSentence(household)} ${missingSentence(household)}</p>
  `
}

function readingsOf({ series }: Household): number {
  return series.reduce((sum, { readings }) => sum + readings.length, 0)
}

function readingsSentence(household: Household): string {
  const length = readingsOf(household)
  return length === 1
    ? '1 reading, checked against the device’s signature and the chain of its blocks.'
    : `${length} readings, each checked against the device’s signature and the chain of its blocks.`
}

/** What is missing, as one and as many of it are called. */
const MISSING: Record<Missing['why'], readonly [one: string, many: string]> = {
  'gap': ['stretch without readings', 'stretches without readings'],
  'withheld': ['block whose content is kept back', 'blocks whose content is kept back'],
  'begun-before': [
    'block that begins before the time that was granted',
    'blocks that begin before the time that was granted',
  ],
  'locked': ['block whose key we have not got', 'blocks whose keys we have not got'],
}

function missingSentence({ missing }: Household): string {
  const parts = Object.entries(MISSING).flatMap(([why, [one, many]]) => {
    const count = missing.filter((of) => of.why === why).length
    return count === 0 ? [] : [`${count} ${count === 1 ? one : many}`]
  })
  return parts.length === 0 ? 'Nothing is missing between them.' : `Missing: ${parts.join(', ')}.`
}

function kilowattHours(energy: bigint): string {
  return decimal(divided(energy, 10_000n))
}

function euros(cost: bigint): string {
  return decimal(divided(cost, 1_000_000n))
}

/** Hundredths as people write them. */
function decimal(hundredths: bigint): string {
  return `${hundredths / 100n}.${String(hundredths % 100n).padStart(2, '0')}`
}

function time(at: number, zone: string): string {
  const options = { dateStyle: 'medium', timeStyle: 'short', timeZone: zone } as const
  return new Intl.DateTimeFormat('en-GB', options).format(at * 1000)
}
