/**
 * The pages of Insights, rendered on the server without a line of script. Everything that goes into
 * them passes Hono's `html`, which escapes it.
 *
 * @module
 */
import { html } from 'hono/html'
import { startOfLocalDay, startOfNextLocalDay } from '../shared/meter/zone.ts'
import type { Missing } from '../shared/api/verified-reader.ts'
import type { Household } from './collector.ts'
import { curve } from './curve.ts'
import { dayOf, divided, type Figures } from './figures.ts'

type Html = ReturnType<typeof html>

export function page(title: string, body: Html): Html {
  return html`
    <!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <title>${title} · Insights</title>
        <link rel="stylesheet" href="/style.css" />
      </head>
      <body>
        <header><a href="/">Insights</a> <span>an example provider for Kilowit</span></header>
        <main>${body}</main>
      </body>
    </html>
  `
}

export interface Listed {
  readonly grant: string
  readonly phase: string
}

export function front(platform: string, listed: readonly Listed[], said: string | null): Html {
  return page(
    'Your consumption',
    html`
      <h1>What does your household draw, and when?</h1>
      ${said === null ? '' : html`<p class="said" role="status">${said}</p>`}
      <p>
        Insights shows your curve, your base load, your peaks and what they cost. It asks for
        quarter-hour values of the energy you draw: of the last month, and for six months to come.
        You decide at <b>${new URL(platform).host}</b>, narrow it if you like, and take it back any
        time.
      </p>
      <form method="post" action="/ask"><button>Ask for my consent</button></form>
      <form method="post" action="/ask-owner" class="row">
        <label>
          Your app is on another device? Your address there:
          <input name="owner" required pattern="[A-Za-z0-9_\\-]{43}" autocomplete="off" />
        </label>
        <button>Ask there</button>
      </form>
      ${listed.length === 0 ? '' : html`
        <h2>Granted from this browser</h2>
        <ul>
          ${listed.map(({ grant, phase }) =>
            html`
              <li><a href="/households/${grant}">Household ${grant.slice(0, 6)}</a> (${phase})</li>
            `
          )}
        </ul>
      `}
    `,
  )
}

/** Looks again by itself: there is no script. */
export function askedPage(message: string): Html {
  return page(
    'Asked',
    html`
      <meta http-equiv="refresh" content="5" />
      <h1>Answer in your app</h1>
      <p>
        Your app lists the question under Sharing, with the words <b id="message">${message}</b>.
        Allow it only where it says the same. You have a day; this page goes on by itself.
      </p>
    `,
  )
}

export interface HouseholdView {
  readonly household: Household
  readonly figures: Figures
  readonly zone: string
  /** The day shown, such as `2026-11-22`; null when there is none. */
  readonly day: string | null
  readonly perKilowattHour: string
  readonly perDay: string
}

export function householdPage(view: HouseholdView): Html {
  const { household, figures, zone } = view
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
      ${standing(household, zone)} ${household.readings.length === 0
        ? html`<p>There are no readings yet.</p>`
        : html`${numbers(view)} ${dayView(view)} ${tariffForm(view)} ${dayTable(figures)}`}
      <p class="proof">
        ${readingsSentence(household)} ${missingSentence(household)}
      </p>
    `,
  )
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

function standing({ phase, ended, fault }: Household, zone: string): Html {
  if (fault !== null) {
    return html`
      <p class="said broken" role="status">
        What the platform gives does not hold, so reading has stopped. ${fault}
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

function numbers({ figures, perKilowattHour, zone }: HouseholdView): Html {
  const last = figures.intervals.at(-1)
  return html`
    <dl>
      <div>
        <dt>Drawn</dt>
        <dd id="energy">${kilowattHours(figures.energy)} kWh</dd>
      </div>
      <div>
        <dt>Base load</dt>
        <dd id="base">${figures.baseLoad === null ? 'after a day' : `${figures.baseLoad} W`}</dd>
      </div>
      <div>
        <dt>Cost at ${perKilowattHour} ct/kWh</dt>
        <dd id="cost">${euros(figures.cost)} €</dd>
      </div>
      <div>
        <dt>Last value</dt>
        <dd>${last === undefined ? 'none' : time(last.to, zone)}</dd>
      </div>
    </dl>
    <h2>Peaks</h2>
    <ol>
      ${figures.peaks.map(({ from, watts }) => html`<li>${watts} W, ${time(from, zone)}</li>`)}
    </ol>
  `
}

function dayView({ figures, zone, day, household }: HouseholdView): Html {
  if (day === null) return html``
  const at = figures.intervals.find(({ from }) => dayOf(from, zone) === day)?.from ?? 0
  const names = figures.days.map(({ name }) => name)
  const place = names.indexOf(day)
  const link = (name: string | undefined, text: string) =>
    name === undefined
      ? html`<span></span>`
      : html`<a href="/households/${household.grant}?day=${name}">${text}</a>`
  return html`
    <h2>${day}</h2>
    ${curve(figures.intervals, startOfLocalDay(zone, at), startOfNextLocalDay(zone, at))}
    <nav>${link(names[place - 1], 'The day before')} ${link(names[place + 1], 'The next day')}</nav>
  `
}

function tariffForm({ perKilowattHour, perDay }: HouseholdView): Html {
  return html`
    <form method="get">
      <label>ct/kWh <input name="price" value="${perKilowattHour}" inputmode="decimal" /></label>
      <label>ct/day <input name="base" value="${perDay}" inputmode="decimal" /></label>
      <button>Reckon</button>
    </form>
  `
}

function dayTable({ days }: Figures): Html {
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
        ${days.slice(-31).map(({ name, energy, cost }) =>
          html`
            <tr>
              <td>${name}</td>
              <td>${kilowattHours(energy)}</td>
              <td>${euros(cost)}</td>
            </tr>
          `
        )}
      </tbody>
    </table>
  `
}

function readingsSentence({ readings: { length } }: Household): string {
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

export const STYLE = `
:root { color-scheme: light dark; --ink: light-dark(#16211f, #e7efec); --paper: light-dark(#fff, #121a18);
  --bar: light-dark(#1f6f5c, #63c2a8); --soft: light-dark(#eef4f1, #1d2926); }
* { box-sizing: border-box }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper) }
header, main { max-width: 62rem; margin: 0 auto; padding: 1rem }
header { font-size: .9rem } header a { font-weight: 700; color: inherit }
h1 { font-size: 1.6rem; line-height: 1.25 } h2 { font-size: 1.15rem; margin-top: 2rem }
button { font: inherit; padding: .7rem 1.2rem; border: 0; border-radius: .5rem; background: var(--bar);
  color: var(--paper); cursor: pointer; min-height: 44px }
.said { background: var(--soft); padding: 1rem; border-radius: .5rem }
.said h2 { margin-top: 0 } .broken { border-left: .4rem solid #b3261e }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem }
dt { font-size: .85rem } dd { margin: 0; font-size: 1.4rem; font-variant-numeric: tabular-nums }
svg { width: 100%; height: auto } svg text { font-size: 14px; fill: var(--ink) }
.hour { dominant-baseline: hanging } @media (max-width: 40rem) { svg text { font-size: 34px } }
.bar { fill: var(--bar) } .unknown { fill: url(#unknown) } .hatch { stroke: var(--ink); opacity: .4 }
nav { display: flex; justify-content: space-between } a { color: var(--bar) }
form[method=get], .row { display: flex; flex-wrap: wrap; gap: 1rem; align-items: end; margin: 1.5rem 0 }
label { display: grid; font-size: .85rem } input { font: inherit; padding: .55rem; width: 8rem; min-height: 44px }
.row label { flex: 1 1 16rem } .row input { width: 100% }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: .3rem .5rem; border-bottom: 1px solid var(--soft) }
th:first-child, td:first-child { text-align: left } .proof { margin-top: 2rem; font-size: .9rem }
`
