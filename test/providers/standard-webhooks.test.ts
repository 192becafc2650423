/**
 * Webhooks as a provider takes them, after Standard Webhooks 1.0: what is signed with a secret of
 * ours and fresh is taken once, and nothing else is.
 *
 * @module
 */
import { expect, test } from 'vitest'
import {
  newWebhookSecret,
  signWebhook,
  WEBHOOK_TOLERANCE,
  WebhookError,
  type WebhookFault,
  webhookVerifier,
} from '../../shared/api/webhook.ts'

const NOW = 1_795_000_000
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const ours = newWebhookSecret(random)
const older = newWebhookSecret(random)
const body = JSON.stringify({
  type: 'grant.ended',
  timestamp: '2026-11-18T10:26:40Z',
  data: { grant: 'A'.repeat(22) },
})

interface Sent {
  id?: string
  at?: number
  secrets?: string[]
  body?: string
}

async function sent({ id = 'msg_1', at = NOW, secrets = [ours], body: of = body }: Sent = {}) {
  return new Headers({
    'webhook-id': id,
    'webhook-timestamp': String(at),
    'webhook-signature': await signWebhook(secrets, id, at, of),
  })
}

const verifier = (secrets = [ours], clock = { now: NOW }) =>
  webhookVerifier({ secrets: () => secrets, now: () => clock.now })

async function fault(work: Promise<unknown>): Promise<WebhookFault | null> {
  const error = await work.then(() => null, (error: unknown) => error)
  if (error !== null && !(error instanceof WebhookError)) throw error
  return error?.code ?? null
}

test('the published example has the published signature', async () => {
  // From the specification's own libraries.
  const signature = await signWebhook(
    ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'],
    'msg_p5jXN8AQM9LWM0D4loKWxJek',
    1_614_265_330,
    '{"test": 2432232314}',
  )
  expect(signature).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=')
})

test('a webhook of the platform is taken, whether its body comes as text or as bytes', async () => {
  expect(await verifier()(await sent(), body)).toEqual(JSON.parse(body))
  const raw = new TextEncoder().encode(body)
  expect((await verifier()(await sent(), raw)).data.grant).toBe('A'.repeat(22))
})

test('a wrong signature is refused: other secret, other body, other id, other time', async () => {
  const verify = verifier()
  const wrong = 'signature-wrong'
  expect(await fault(verify(await sent({ secrets: [older] }), body))).toBe(wrong)
  expect(await fault(verify(await sent(), body.replace('ended', 'started')))).toBe(wrong)
  const headers = await sent()
  headers.set('webhook-id', 'msg_2')
  expect(await fault(verify(headers, body))).toBe(wrong)
  const later = await sent()
  later.set('webhook-timestamp', String(NOW + 1))
  expect(await fault(verify(later, body))).toBe(wrong)
})

test('a signature of another version is no signature', async () => {
  const headers = await sent()
  const signature = headers.get('webhook-signature') ?? ''
  headers.set('webhook-signature', signature.replace('v1,', 'v1a,'))
  expect(await fault(verifier()(headers, body))).toBe('signature-wrong')
})

test.each(['webhook-id', 'webhook-timestamp', 'webhook-signature'])(
  'a webhook without %s is refused',
  async (name) => {
    const headers = await sent()
    headers.delete(name)
    expect(await fault(verifier()(headers, body))).toBe('headers-missing')
  },
)

test('the time may be off by the tolerance either way, and by no second more', async () => {
  const at = (off: number) => sent({ id: `msg${off}`, at: NOW + off })
  const verify = verifier()
  expect(await fault(verify(await at(-WEBHOOK_TOLERANCE), body))).toBe(null)
  expect(await fault(verify(await at(-WEBHOOK_TOLERANCE - 1), body))).toBe('too-old')
  expect(await fault(verify(await at(WEBHOOK_TOLERANCE), body))).toBe(null)
  expect(await fault(verify(await at(WEBHOOK_TOLERANCE + 1), body))).toBe('too-new')
})

test('the same webhook again is a replay for as long as its time would let it pass', async () => {
  const clock = { now: NOW }
  const verify = verifier([ours], clock)
  const early = await sent({ at: NOW + WEBHOOK_TOLERANCE })
  expect(await fault(verify(early, body))).toBe(null)
  for (const later of [0, WEBHOOK_TOLERANCE, 2 * WEBHOOK_TOLERANCE]) {
    clock.now = NOW + later
    expect(await fault(verify(early, body)), `${later} s later`).toBe('replayed')
  }
  clock.now = NOW + 2 * WEBHOOK_TOLERANCE + 1
  expect(await fault(verify(early, body))).toBe('too-old')
})

test('a forged webhook does not use up the id of the true one', async () => {
  const verify = verifier()
  expect(await fault(verify(await sent({ secrets: [older] }), body))).toBe('signature-wrong')
  expect(await fault(verify(await sent(), body))).toBe(null)
})

test('while a secret is changed, either side may be ahead of the other', async () => {
  const both = await sent({ secrets: [ours, older] })
  expect(await fault(verifier([older])(both, body))).toBe(null)
  expect(await fault(verifier([ours])(both, body))).toBe(null)
  expect(await fault(verifier([ours, older])(await sent({ secrets: [older] }), body))).toBe(null)
  // And when the change is over, the older one holds no more.
  expect(await fault(verifier([ours])(await sent({ secrets: [older] }), body)))
    .toBe('signature-wrong')
})

test('a signed body that is none of the platform’s is refused', async () => {
  for (const text of ['{', '[]', '{"type":"grant.widened"}', body.replace('"A', '"?')]) {
    const headers = await sent({ body: text })
    expect(await fault(verifier()(headers, text)), `body ${text}`).toBe('body-malformed')
  }
})

test('a secret that cannot be one is told without being quoted', async () => {
  const verify = verifier(['whsec_short'])
  await expect(verify(await sent(), body)).rejects.toThrow(
    'Cannot read a webhook secret: expected whsec_ and 24 to 64 bytes in base64',
  )
})
