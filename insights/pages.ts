/**
 * The pages of Insights, rendered on the server without a line of script. Everything that goes into
 * them passes Hono's `html`, which escapes it.
 *
 * @module
 */
import { html } from 'hono/html'
import type { Household } from './collector.ts'

export type Html = ReturnType<typeof html>

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
  readonly phase: Household['phase']
}

const STATES: Record<Household['phase'], string> = {
  reading: 'being read',
  following: 'read as it comes',
  paused: 'paused',
  waiting: 'not begun yet',
  ended: 'ended',
  broken: 'stopped, as something does not hold',
  erased: 'erased',
}

export function front(platform: string, listed: readonly Listed[], said: string | null): Html {
  return page(
    'Your consumption',
    html`
      <h1>What does your household draw, and when?</h1>
      ${said === null ? '' : html`<p class="said" role="status">${said}</p>`}
      <p>
        Insights shows your curve, your base load, your peaks and what they cost. It asks for
        quarter-hour values of what you take from the grid: of the last month, and for six months to
        come.
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
              <li><a href="/households/${grant}">Household ${grant.slice(
                0,
                6,
              )}</a>: ${STATES[phase]}</li>
            `
          )}
        </ul>
      `}
    `,
  )
}

/** Without a script. */
export const LOOKS_AGAIN = html`<meta http-equiv="refresh" content="5" />`

export function askedPage(message: string): Html {
  return page(
    'Asked',
    html`
      ${LOOKS_AGAIN}
      <h1>Answer in your app</h1>
      <p>
        Your app lists the question under Sharing, with the words <b id="message">${message}</b>.
        Allow it only where it says the same. You have a day; this page goes on by itself.
      </p>
    `,
  )
}
