/**
 * Insights: a small provider. It asks a household for consent, reads what was granted, and shows it.
 * It uses the SDK (`shared/api/provider.ts`) and Hono, and is meant to be copied.
 *
 * @module
 */
import { type Context, Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { getCookie, setCookie } from 'hono/cookie'
import { secureHeaders } from 'hono/secure-headers'
import type { AccessRequest } from '../shared/consent/request.ts'
import type { Keep } from '../shared/api/keep.ts'
import { AnswerError, type Provider } from '../shared/api/provider.ts'
import { ApiProblem, Unreachable } from '../shared/api/transport.ts'
import { WebhookError } from '../shared/api/webhook.ts'
import type { Collector } from './collector.ts'
import { dayOf, figuresOf, parseCents } from './figures.ts'
import { householdPage } from './household-page.ts'
import { askedPage, front, page } from './pages.ts'
import { STYLE } from './style.ts'
import type { Questions } from './questions.ts'
import { html } from 'hono/html'

export interface InsightsOptions {
  readonly provider: Provider
  readonly collector: Collector
  readonly questions: Questions
  readonly keep: Keep
  /** The platform's address, and our own. */
  readonly platform: string
  readonly address: string
  readonly zone: string
  /** Since when the platform does not answer; null while it does. */
  readonly awaySince: () => number | null
}

/** What Insights asks for; the owner may give less. */
export function detailsOf({ sealKey }: Pick<Provider, 'sealKey'>): AccessRequest {
  return [{
    type: 'kilowit_readings',
    classes: 'energy',
    resolution: 'PT15M',
    history: 'P1M',
    period: 'P6M',
    purposes: ['energy-advice'],
    seal_key: sealKey,
  }]
}

const DAYS = 86_400
/** Nobody has to be known to send one, so no more of it is taken into memory. */
const MAX_BODY = 16 * 1024

export function createInsights(options: InsightsOptions): Hono {
  const { provider, collector, questions, keep, platform, address, zone, awaySince } = options
  const app = new Hono()

  app.use(secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      // A form’s answer may lead to the platform, where the household decides.
      formAction: ["'self'", new URL(platform).origin],
      frameAncestors: ["'none'"],
      baseUri: ["'none'"],
    },
  }))

  const cookie = {
    httpOnly: true,
    secure: address.startsWith('https:'),
    // The owner comes back by a link from the platform: Strict would leave the cookie out.
    sameSite: 'Lax',
    path: '/',
  } as const

  /** The grants that were given from this browser. */
  async function grantsOf(c: Context): Promise<string[]> {
    const session = getCookie(c, 'session')
    if (session === undefined || !/^[\w-]{36}$/.test(session)) return []
    return (await keep.get(`session.${session}`))?.split(' ') ?? []
  }

  app.get('/style.css', (c) => c.body(STYLE, 200, { 'Content-Type': 'text/css; charset=utf-8' }))

  app.get('/', async (c) => {
    const listed = (await grantsOf(c)).map((grant) => ({
      grant,
      phase: collector.of(grant)?.phase ?? 'reading',
    }))
    return c.html(front(platform, listed, null))
  })

  app.post('/ask', async (c) => {
    const redirect = `${address}/back`
    const { url, state } = await provider.ask({ redirect, details: detailsOf(provider) })
    setCookie(c, 'state', state, { ...cookie, maxAge: DAYS })
    return c.redirect(url, 303)
  })

  /** From now on this browser sees that household. */
  async function admit(c: Context, grant: string): Promise<Response> {
    const session = crypto.randomUUID()
    await keep.set(`session.${session}`, [...await grantsOf(c), grant].join(' '))
    setCookie(c, 'session', session, { ...cookie, maxAge: 180 * DAYS })
    return c.redirect(`/households/${grant}`, 303)
  }

  app.post('/ask-owner', async (c) => {
    const { owner } = await c.req.parseBody()
    if (typeof owner !== 'string' || !/^[\w-]{43}$/.test(owner.trim())) {
      return c.html(front(platform, [], 'That is no address of a household.'), 400)
    }
    setCookie(c, 'asked', await questions.ask(owner.trim()), { ...cookie, maxAge: DAYS })
    return c.redirect('/asked', 303)
  })

  app.get('/asked', async (c) => {
    const name = getCookie(c, 'asked') ?? ''
    const question = /^[\w-]{36}$/.test(name) ? await questions.of(name) : null
    if (question === null) return c.redirect('/', 303)
    if (question.said !== null) return c.html(front(platform, [], question.said))
    if (question.grant === null) return c.html(askedPage(question.message))
    return await admit(c, question.grant)
  })

  app.get('/back', async (c) => {
    try {
      const granted = await provider.answered(c.req.url, getCookie(c, 'state') ?? '')
      collector.watch(granted)
      return await admit(c, granted.id)
    } catch (error) {
      if (!(error instanceof AnswerError)) throw error
      return c.html(front(platform, [], `${error.message}.`), 400)
    }
  })

  app.get('/households/:grant', async (c) => {
    const grant = c.req.param('grant')
    const household = (await grantsOf(c)).includes(grant) ? collector.of(grant) : null
    if (household === null) return c.notFound()
    const [price, base] = [c.req.query('price') ?? '29.9', c.req.query('base') ?? '0']
    const [perKilowattHour, perDay] = [parseCents(price), parseCents(base)]
    const tariff = { perKilowattHour: perKilowattHour ?? 29_900n, perDay: perDay ?? 0n }
    const shown = household.series.map((series) => {
      const about = series.about ?? { resolution: 'PT15M', zone, simulated: false }
      const meter = series.readings.at(-1)?.meter ?? ''
      return { ...about, meter, figures: figuresOf(series.readings, about, tariff) }
    })
    // A gas meter draws nothing from the grid.
    const lines = shown.filter(({ figures }) => figures.intervals.length > 0)
    const line = lines[Number(c.req.query('line') ?? 0)] ?? lines[0] ?? null
    const newest = line?.figures.intervals.at(-1)
    const day = c.req.query('day')
    return c.html(householdPage({
      household,
      lines,
      line,
      zone: line?.zone ?? zone,
      day: line?.figures.intervals.find(({ from }) => dayOf(from, line.zone) === day) ?? newest ??
        null,
      perKilowattHour: perKilowattHour === null ? '29.9' : price,
      perDay: perDay === null ? '0' : base,
      away: awaySince(),
      isPriced: perKilowattHour !== null && perDay !== null,
    }))
  })

  app.use(bodyLimit({ maxSize: MAX_BODY, onError: (c) => c.body(null, 413) }))

  app.post('/hook', async (c) => {
    const body = await c.req.text()
    const verify = await provider.webhooks()
    try {
      const { type, data } = await verify({ get: (name) => c.req.header(name) }, body)
      const granted = await provider.grant(data.grant)
      if (granted !== null) {
        // What the webhook says is looked up: the owner's signature counts, not the message.
        const asked = type === 'erasure.asked' &&
          (await granted.look()).standing.erasure === 'asked'
        if (asked) await collector.erase(granted)
        else collector.watch(granted)
      }
      return c.body(null, 204)
    } catch (error) {
      if (error instanceof WebhookError) {
        return c.text(error.message, error.code === 'replayed' ? 200 : 401)
      }
      throw error
    }
  })

  app.notFound((c) => {
    const said = html`
      <h1>There is nothing here</h1>
      <p><a href="/">Begin at the front page</a>.</p>
    `
    return c.html(page('Nothing here', said), 404)
  })

  app.onError((error, c) => {
    const reachable = !(error instanceof Unreachable || error instanceof ApiProblem)
    const said = reachable
      ? 'Something went wrong on our side. Try again.'
      : `${error.message}. Try again later.`
    return c.html(front(platform, [], said), 502)
  })

  return app
}
