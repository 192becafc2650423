/**
 * The pages of Insights with made-up readings: each browser sees its own households, what was lost
 * is told, and nothing that somebody else wrote becomes markup.
 *
 * @module
 */
import { describe, expect, test } from 'vitest'
import { createInsights, detailsOf } from '../../insights/app.ts'
import { createReach } from '../../insights/reach.ts'
import { createQuestions } from '../../insights/questions.ts'
import type { Collector, Household } from '../../insights/collector.ts'
import { keepInMemory } from '../../shared/api/keep.ts'
import { AnswerError, type Provider } from '../../shared/api/provider.ts'
import type { Granted } from '../../shared/api/granted.ts'
import { Unreachable } from '../../shared/api/transport.ts'
import { signWebhook, webhookVerifier } from '../../shared/api/webhook.ts'
import { parseRequest } from '../../shared/consent/request.ts'
import { readings } from '../rig/household.ts'

const NOW = 1_795_000_000
const EXPORT = '1-0:2.8.0*255'
const GRANT = 'A'.repeat(22)
const OTHER = 'B'.repeat(22)
const SECRET = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

const DETAILS = detailsOf({ sealKey: 1 })

/** Of a household that feeds nothing in. */
const quarters = readings(200, { from: NOW - NOW % 86_400, step: 900, classes: 'energy' })
  .map((one) => ({ ...one, registers: one.registers.filter(({ obis }) => obis !== EXPORT) }))

const seriesOf = (of: typeof quarters): Household['series'][number] => ({
  channel: 'c',
  about: { resolution: 'PT15M', zone: 'Europe/Vienna', simulated: false },
  readings: of,
})

function household(more: Partial<Household> = {}): Household {
  return {
    grant: GRANT,
    series: [seriesOf(quarters)],
    missing: [],
    phase: 'following',
    ended: null,
    fault: null,
    ...more,
  }
}

const granted = (id: string, erasure: 'asked' | null = null) =>
  ({ id, look: () => Promise.resolve({ standing: { erasure } }) }) as Granted // what the pages use

/** Insights with a provider that never talks to anybody. */
function insights(of: Household, more: Partial<Provider> = {}, away: number | null = null) {
  const seen: string[] = []
  const collector: Collector = {
    watch: ({ id }) => void seen.push(`watch ${id}`),
    of: (grant) => grant === of.grant ? of : null,
    erase: ({ id }) => Promise.resolve(void seen.push(`erase ${id}`)),
    stop: () => undefined,
  }
  const keep = keepInMemory()
  const provider: Partial<Provider> = {
    sealKey: 1,
    ask: () => Promise.resolve({ url: 'http://localhost:8787/authorize?x', state: 'the state' }),
    answered: (_, state) =>
      state === 'the state'
        ? Promise.resolve(granted(of.grant))
        : Promise.reject(new AnswerError('other-browser')),
    grant: (id) => Promise.resolve(granted(id, 'asked')),
    webhooks: () => Promise.resolve(webhookVerifier({ secrets: () => [SECRET], now: () => NOW })),
    ...more,
  }
  const known = provider as Provider // what the pages use
  const app = createInsights({
    provider: known,
    collector,
    questions: createQuestions({ provider: known, collector, keep, details: DETAILS }),
    keep,
    platform: 'http://localhost:8787',
    address: 'http://localhost:8899',
    zone: 'Europe/Vienna',
    awaySince: () => away,
  })
  return { app, seen, collector }
}

/** Asks, is answered, and gives the cookies of the browser that was. */
async function admitted({ app }: ReturnType<typeof insights>): Promise<string> {
  const asked = await app.request('/ask', { method: 'POST' })
  expect([asked.status, asked.headers.get('Location')])
    .toEqual([303, 'http://localhost:8787/authorize?x'])
  const cookies = asked.headers.getSetCookie()
  expect(cookies[0]).toMatch(/^state=the%20state; .*HttpOnly; SameSite=Lax$/)
  const back = await app.request('/back?code=x', { headers: { Cookie: cookiesOf(cookies) } })
  expect([back.status, back.headers.get('Location')]).toEqual([303, `/households/${GRANT}`])
  return cookiesOf([...cookies, ...back.headers.getSetCookie()])
}

const cookiesOf = (set: string[]) => set.map((line) => line.split(';')[0]).join('; ')

async function householdOf(of: Household, path = '', away: number | null = null): Promise<string> {
  const made = insights(of, {}, away)
  const Cookie = await admitted(made)
  const answer = await made.app.request(`/households/${of.grant}${path}`, { headers: { Cookie } })
  expect(answer.status).toBe(200)
  return await answer.text()
}

test('what is asked for is a request that the platform takes', () => {
  expect(parseRequest(DETAILS)).toEqual(DETAILS)
})

test('a household sees its curve, base load, peaks and cost', async () => {
  const text = await householdOf(household())
  expect(text).toMatch(/<dd id="energy">\d+\.\d\d kWh<\/dd>/)
  expect(text).toMatch(/<dd id="base">\d+ W<\/dd>/)
  expect(text).toMatch(/<dd id="cost">\d+\.\d\d €<\/dd>/)
  expect(text.match(/<rect class="bar"/g)?.length).toBeGreaterThan(10)
  expect(text).toContain('200 readings, each checked')
})

test('of a body without an end no more is taken than a webhook can have', async () => {
  const { app } = insights(household())
  let taken = 0
  const body = new ReadableStream({
    pull(controller) {
      taken += 4096
      controller.enqueue(new Uint8Array(4096))
      if (taken > 2 ** 22) controller.close() // more than enough to see
    },
  })
  const init = { method: 'POST', body, duplex: 'half' } as const
  expect((await app.request('/hook', init)).status).toBe(413)
  expect(taken).toBeLessThan(64 * 1024)
})

test('another tariff is reckoned with, and a day can be chosen', async () => {
  const text = await householdOf(household(), '?price=100&base=50')
  expect(text).toContain('Cost at 100 ct/kWh')
  const days = [...text.matchAll(/<td>(\d{4}-\d\d-\d\d)<\/td>/g)].map(([, day]) => day ?? '')
  expect(days).toHaveLength(3)
  expect(await householdOf(household(), `?day=${days[0]}`)).toContain(`<h2>${days[0]}</h2>`)
})

test('a tariff stays as one goes from day to day, and a price that is none is told', async () => {
  const text = await householdOf(household(), '?price=31,5&base=12')
  expect(text).toMatch(/href="[^"]*\?day=[\d-]+&amp;price=31%2C5&amp;base=12">The day before/)
  expect(text).toMatch(/<input type="hidden" name="day" value="[\d-]+" \/>/)
  expect(text).not.toContain('A price is cents')
  expect(await householdOf(household(), '?price=cheap')).toContain('A price is cents, such as 29.9')
})

test('of two meters each is shown by itself, never the one reckoned against the other', async () => {
  const other = quarters.map((one) => ({ ...one, meter: 'OTHER', at: one.at + 1 }))
  const gas = quarters.map((one) => ({ ...one, meter: 'GAS', registers: [] }))
  const series = [quarters, gas, other].map((of, i) => ({ ...seriesOf(of), channel: `${i}` }))
  const [one, two] = [
    await householdOf(household({ series })),
    await householdOf(household({ series }), '?line=1'),
  ]
  const energy = /id="energy">([\d.]+) kWh/
  expect(energy.exec(one)?.[1]).toBe(energy.exec(await householdOf(household()))?.[1])
  expect([/<b>Meter (\w+)/.exec(one)?.[1], /<b>Meter (\w+)/.exec(two)?.[1]])
    .toEqual([quarters[0]?.meter, 'OTHER'])
  expect(one).not.toContain('Meter GAS')
})

test('daily totals are shown by day, with no curve that they do not have', async () => {
  const days = quarters.filter((_, i) => i % 96 === 0)
  const about = { resolution: 'P1D', zone: 'UTC', simulated: true }
  const text = await householdOf(household({ series: [{ channel: 'c', about, readings: days }] }))
  expect(text.match(/<td>\d{4}-\d\d-\d\d<\/td>/g)).toHaveLength(2)
  expect(text).toContain('daily totals: they show no base load and no peaks')
  expect(text).toContain('The meter is simulated.')
  expect(text).not.toContain('<svg')
})

test('a platform that does not answer is told, with the time, until it does', async () => {
  const fetches = [true, false, false, true]
  let now = NOW
  const reach = createReach(
    () =>
      fetches.shift() === true
        ? Promise.resolve(new Response())
        : Promise.reject(new TypeError('lost')),
    () => now++,
  )
  const since: (number | null)[] = []
  for (let i = 0; i < 4; i++) {
    await reach.fetch('', {}).catch(() => undefined)
    since.push(reach.awaySince())
  }
  expect(since).toEqual([null, NOW, NOW, null])
  const text = await householdOf(household(), '', NOW)
  expect(text).toContain('The platform has not answered since 18 Nov 2026')
  expect(text).not.toContain('New values come')
})

test('a household without readings yet is told so', async () => {
  const text = await householdOf(household({ series: [] }))
  expect(text).toContain('There are no readings yet')
  expect(text).toContain('looks again by itself')
  expect(text).toContain('http-equiv="refresh"')
  expect(text).not.toContain('0 readings')
})

test('after the end it says which value was the last that could be read', async () => {
  const last = { seq: 41, at: NOW, provisional: true }
  const ended = { reason: 'withdrawn', at: NOW, last }
  const text = await householdOf(household({ phase: 'ended', ended }))
  expect(text).toContain('The household took it back')
  expect(text).toContain('<b id="last">41</b>')
  expect(text).toContain('has not confirmed this yet')
  const sure = { ...ended, last: { ...last, provisional: false } }
  expect(await householdOf(household({ phase: 'ended', ended: sure })))
    .toContain('The household sees the same number')
  // Where nothing more comes, it does not look again.
  expect(await householdOf(household({ phase: 'ended', ended, series: [] })))
    .not.toContain('http-equiv="refresh"')
})

test('what does not hold is named', async () => {
  const fault = 'Block 17: signature-does-not-hold'
  expect(await householdOf(household({ phase: 'broken', fault }))).toContain(fault)
})

test('what is missing is counted', async () => {
  const missing = (['gap', 'withheld', 'withheld', 'begun-before', 'locked'] as const)
    .map((why) => ({ why, from: 1, to: 2 }))
  expect(await householdOf(household({ missing }))).toContain(
    'Missing: 1 stretch without readings, 2 blocks whose content is kept back, ' +
      '1 block that begins before the time that was granted, 1 block whose key we have not got.',
  )
  expect(await householdOf(household({ missing: [...missing, ...missing] }))).toContain(
    'Missing: 2 stretches without readings, 4 blocks whose content is kept back, ' +
      '2 blocks that begin before the time that was granted, 2 blocks whose keys we have not got.',
  )
})

test('one reading is one, and many are each checked', async () => {
  const text = await householdOf(household({ series: [seriesOf(quarters.slice(0, 1))] }))
  expect(text).toContain('There is one reading so far.')
  expect(text).toContain('1 reading, checked against')
  expect(await householdOf(household())).toContain('200 readings, each checked against')
})

test('what was erased is told to be, and nothing else', async () => {
  const shown = await householdOf(household({ phase: 'erased', series: [] }))
  expect(shown).toContain('was erased, as the household asked')
  expect(shown).not.toContain('There are no readings yet')
  expect(shown).not.toContain('http-equiv="refresh"')
})

test('another browser sees nothing of a household, though it knows the address', async () => {
  const made = insights(household())
  await admitted(made)
  for (const Cookie of ['', 'session=x', `session=${crypto.randomUUID()}`, 'session=../keys']) {
    const answer = await made.app.request(`/households/${GRANT}`, { headers: { Cookie } })
    expect(answer.status).toBe(404)
    expect(await answer.text()).not.toContain('kWh</dd>')
  }
})

test('an answer to another browser’s question is not taken', async () => {
  const { app, seen } = insights(household())
  const answer = await app.request('/back?code=x&state=stolen')
  expect(answer.status).toBe(400)
  expect(await answer.text()).toContain('ask again from this one')
  expect(answer.headers.getSetCookie()).toEqual([])
  expect(seen).toEqual([])
})

test('a platform that is away is told, without what went wrong inside', async () => {
  const ask = () => Promise.reject(new Unreachable('The platform cannot be reached'))
  const away = await insights(household(), { ask }).app.request('/ask', { method: 'POST' })
  expect([away.status, await away.text()]).toEqual([
    502,
    expect.stringContaining('Try again later'),
  ])
  const broken = () => Promise.reject(new Error('secret detail'))
  const fault = await insights(household(), { ask: broken }).app.request('/ask', { method: 'POST' })
  expect(await fault.text()).not.toContain('secret')
})

test('what others wrote is shown as text', async () => {
  const fault = '<script>alert(1)</script>'
  const text = await householdOf(household({ phase: 'broken', fault }), '?price=<script>')
  expect(text).not.toContain('<script>')
})

test('pages may run no script and send forms to the platform alone', async () => {
  const { headers } = await insights(household()).app.request('/')
  expect(headers.get('Content-Security-Policy')).toBe(
    "default-src 'none'; style-src 'self'; form-action 'self' http://localhost:8787; " +
      "frame-ancestors 'none'; base-uri 'none'",
  )
})

test('a webhook of the platform erases what its owner asked to erase; a forged one does not', async () => {
  const { app, seen } = insights(household())
  const send = async (type: string, secret = SECRET, id = 'msg_1') => {
    const timestamp = new Date(NOW * 1000).toISOString()
    const body = JSON.stringify({ type, timestamp, data: { grant: OTHER } })
    const headers = {
      'webhook-id': id,
      'webhook-timestamp': String(NOW),
      'webhook-signature': await signWebhook([secret], id, NOW, body),
    }
    return (await app.request('/hook', { method: 'POST', headers, body })).status
  }
  const forged = 'whsec_' + btoa('another secret, of somebody else')
  expect(await send('erasure.asked', forged)).toBe(401)
  expect(seen).toEqual([])
  expect(await send('erasure.asked')).toBe(204)
  expect(seen).toEqual([`erase ${OTHER}`])
  expect(await send('grant.ended', SECRET, 'msg_2')).toBe(204)
  expect(seen[1]).toBe(`watch ${OTHER}`)
})

describe('a household that is asked by its address', () => {
  const OWNER = 'C'.repeat(43)

  /** Asks, and gives what the browser that asked sees then. */
  async function asked(answer: Promise<Granted>, owner = OWNER) {
    const said: unknown[] = []
    const made = insights(household(), {
      askWithoutBrowser: (question) => {
        said.push(question)
        return Promise.resolve({ id: 'the question', expires: NOW + 86_400 })
      },
      poll: () => answer,
    })
    const body = new URLSearchParams({ owner })
    const to = await made.app.request('/ask-owner', { method: 'POST', body })
    const Cookie = cookiesOf(to.headers.getSetCookie())
    const look = async () => await made.app.request('/asked', { headers: { Cookie } })
    return { ...made, to, said, look, Cookie }
  }

  test('sees the same words as this browser, which goes on once it has allowed it', async () => {
    let allow: (granted: Granted) => void = () => undefined
    const { look, said, seen, to, app } = await asked(
      new Promise((resolve) => {
        allow = resolve
      }),
    )
    expect([to.status, to.headers.get('Location')]).toEqual([303, '/asked'])
    const page = await (await look()).text()
    const [, message] = /<b id="message">(Insights [0-9A-Z]{4}-[0-9A-Z]{4})<\/b>/.exec(page) ?? []
    expect(said).toEqual([{ owner: OWNER, details: DETAILS, message }])
    allow(granted(GRANT))
    await expect.poll(async () => (await look()).headers.get('Location')).toBe(
      `/households/${GRANT}`,
    )
    expect(seen).toEqual([`watch ${GRANT}`])
    const Cookie = cookiesOf((await look()).headers.getSetCookie())
    expect((await app.request(`/households/${GRANT}`, { headers: { Cookie } })).status).toBe(200)
    // Only the browser that asked: another is at the front page.
    expect((await app.request('/asked')).headers.get('Location')).toBe('/')
  })

  test('says no, and this browser is told so', async () => {
    const { look } = await asked(Promise.reject(new AnswerError('denied')))
    await expect.poll(async () => await (await look()).text()).toContain('The owner said no.')
  })

  test.each(['', 'anna@example.org', 'C'.repeat(44)])('is not asked at "%s"', async (owner) => {
    const { to, said } = await asked(Promise.resolve(granted(GRANT)), owner)
    expect([to.status, said]).toEqual([400, []])
  })

  test('is waited for again after a restart', async () => {
    const keep = keepInMemory()
    const question = { id: 'q', message: 'Insights', grant: null, said: null }
    await keep.set('asked.one', JSON.stringify(question))
    await keep.set('asked.two', JSON.stringify({ ...question, said: 'The owner said no.' }))
    const { collector, seen } = insights(household())
    const provider = { poll: () => Promise.resolve(granted(GRANT)) }
    const questions = createQuestions({
      provider: provider as Partial<Provider> as Provider, // what they use
      collector,
      keep,
      details: DETAILS,
    })
    await questions.resume()
    await expect.poll(async () => (await questions.of('one'))?.grant).toBe(GRANT)
    expect(seen).toEqual([`watch ${GRANT}`])
    expect(await questions.of('two')).toBe(null)
  })
})
