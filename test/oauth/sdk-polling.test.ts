/** How the SDK waits for an owner's answer, with a platform that says what the test wants. */
import { expect, test } from 'vitest'
import { keepInMemory } from '../../shared/api/keep.ts'
import { createProvider } from '../../shared/api/provider.ts'
import { ApiProblem } from '../../shared/api/transport.ts'

const OWNER = 'C'.repeat(43)
const NOW = 1_795_000_000

/** Asked without a browser; its polls are answered in turn. */
async function asked(...answers: (string | number)[]) {
  const forms: URLSearchParams[] = []
  const keep = keepInMemory()
  const provider = await createProvider({
    url: 'https://kilowit.test',
    now: () => NOW,
    keep,
    retries: 0,
    fetch: (url, { body }) => {
      forms.push(new URLSearchParams(typeof body === 'string' ? body : ''))
      if (url.endsWith('/v1/ciba')) {
        return Promise.resolve(
          Response.json({ auth_req_id: 'the-question', expires_in: 600, interval: 0 }),
        )
      }
      const answer = answers.shift() ?? 'server_error'
      return Promise.resolve(
        typeof answer === 'number'
          ? new Response(null, { status: answer })
          : Response.json({ error: answer, error_description: answer }, { status: 400 }),
      )
    },
  })
  const details = [{
    type: 'kilowit_readings' as const,
    classes: 'all' as const,
    resolution: 'live',
    period: 'P7D',
    purposes: ['energy-advice' as const],
    seal_key: 1,
  }]
  const question = { owner: OWNER, details, message: 'Watt 4711', seconds: 600 }
  const { id, expires } = await provider.askWithoutBrowser(question)
  expect([id, expires]).toEqual(['the-question', NOW + 600])
  return { provider, keep, forms, id }
}

test('it asks again while there is no answer, and tells a no', async () => {
  const { provider, forms, id } = await asked(
    'authorization_pending',
    'authorization_pending',
    'access_denied',
  )
  expect(Object.fromEntries(forms[0] ?? [])).toMatchObject({
    login_hint: OWNER,
    binding_message: 'Watt 4711',
    requested_expiry: '600',
  })
  expect(await provider.waiting()).toEqual([id])
  await expect(provider.poll(id)).rejects.toMatchObject({ code: 'denied' })
  expect(forms).toHaveLength(4)
  expect(forms[3]?.get('auth_req_id')).toBe(id)
  expect(await provider.waiting()).toEqual([])
  await expect(provider.poll(id)).rejects.toMatchObject({ code: 'unknown' })
})

test.each([['expired_token', 'expired'], ['invalid_grant', 'refused']])(
  'it tells %s as %s',
  async (error, code) => {
    const { provider, id } = await asked(error)
    await expect(provider.poll(id)).rejects.toMatchObject({ code })
    expect(await provider.waiting()).toEqual([])
  },
)

test('it waits five seconds longer where it came too soon, and no longer than it is let', async () => {
  const { provider, keep, forms, id } = await asked('slow_down', 'slow_down')
  const stop = new AbortController()
  const polled = provider.poll(id, stop.signal)
  const interval = async () => JSON.parse(await keep.get(`waiting.${id}`) ?? '').interval
  await expect.poll(interval).toBe(5)
  stop.abort()
  expect(await polled).toBe(null)
  expect(forms).toHaveLength(2)
  expect(await provider.waiting()).toEqual([id])
})

test('a platform that is away loses no question', async () => {
  const { provider, id } = await asked(502, 'invalid_client')
  await expect(provider.poll(id)).rejects.toThrow(ApiProblem)
  await expect(provider.poll(id)).rejects.toMatchObject({ oauth: 'invalid_client' })
  expect(await provider.waiting()).toEqual([id])
})

test('it does not poll in a whirl where it is told to wait longer than timers count', async () => {
  const { provider, keep, forms, id } = await asked(...Array(50).fill('authorization_pending'))
  await keep.set(`waiting.${id}`, JSON.stringify({ interval: 3_000_000, expires: NOW + 600 }))
  const stop = new AbortController()
  const polled = provider.poll(id, stop.signal)
  setTimeout(() => stop.abort(), 100)
  expect(await polled).toBeNull()
  expect(forms).toHaveLength(1)
})
