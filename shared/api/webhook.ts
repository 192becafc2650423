/**
 * Webhooks after Standard Webhooks 1.0 (standardwebhooks.com): what the platform tells a provider
 * without being asked. `webhook-signature` carries HMAC-SHA-256 of `id.timestamp.body`, once for
 * each secret that holds, so that a secret is changed without losing a message.
 *
 * A webhook says that something happened, not what may be read: grants are asked for anew, and they
 * are signed by the owner. Whoever holds a secret can make up a message and nothing else.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, concat, fromUtf8, utf8 } from '../bytes.ts'

export const WEBHOOK_TYPES = [
  'grant.started',
  'grant.changed',
  'grant.ended',
  'erasure.asked',
] as const

const WebhookSchema = v.object({
  type: v.picklist(WEBHOOK_TYPES),
  /** When it happened: ISO 8601, UTC. */
  timestamp: v.pipe(v.string(), v.isoTimestamp()),
  data: v.object({
    /** Id of the grant in base64url. */
    grant: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_-]{22}$/)),
  }),
})

export type Webhook = v.InferOutput<typeof WebhookSchema>
export type WebhookType = Webhook['type']

export type WebhookFault =
  | 'headers-missing'
  | 'too-old'
  | 'too-new'
  | 'signature-wrong'
  | 'replayed'
  | 'body-malformed'

const SENTENCES: Record<WebhookFault, string> = {
  'headers-missing': 'webhook-id, webhook-timestamp or webhook-signature is missing or malformed',
  'too-old': 'The webhook was sent too long ago: check this clock, or take it for a replay',
  'too-new': 'The webhook is from the future: check this clock',
  'signature-wrong': 'No signature holds with a secret of ours: ask the platform for the secret',
  'replayed': 'The webhook was taken before: answer 2xx and do nothing',
  'body-malformed': 'The body is not a webhook of this platform: update this software',
}

/** A webhook that is not to be acted on. */
export class WebhookError extends Error {
  override readonly name = 'WebhookError'
  readonly code: WebhookFault
  constructor(code: WebhookFault) {
    super(SENTENCES[code])
    this.code = code
  }
}

/** Seconds by which `webhook-timestamp` may be off, either way. */
export const WEBHOOK_TOLERANCE = 300

const PREFIX = 'whsec_'
const MAX_SIGNATURES = 16

/** A new secret, as it is handed to the provider. */
export function newWebhookSecret(random: (length: number) => Bytes): string {
  return PREFIX + btoa(String.fromCharCode(...random(32)))
}

/** The value of `webhook-signature`: one signature for each secret. */
export async function signWebhook(
  secrets: readonly string[],
  id: string,
  timestamp: number,
  body: string,
): Promise<string> {
  const signed = utf8(`${id}.${timestamp}.${body}`)
  const signatures = await Promise.all(secrets.map(async (secret) => {
    const key = await importSecret(secret)
    const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, signed))
    return `v1,${btoa(String.fromCharCode(...mac))}`
  }))
  return signatures.join(' ')
}

export interface WebhookOptions {
  /** Those that hold now: during a change the new and the old one. */
  readonly secrets: () => readonly string[] | Promise<readonly string[]>
  /** Seconds since 1970, UTC. */
  readonly now: () => number
  /**
   * Answers whether this id comes for the first time, and remembers it for at least twice
   * {@link WEBHOOK_TOLERANCE}. By default in this process alone: several need a table of their own.
   */
  readonly first?: (id: string) => boolean | Promise<boolean>
}

export type VerifyWebhook = (
  headers: { get(name: string): string | null | undefined },
  body: string | Bytes,
) => Promise<Webhook>

/**
 * Verifies webhooks: take the body as it came, before anything parses it.
 *
 * @throws {WebhookError} from what it returns
 */
export function webhookVerifier(options: WebhookOptions): VerifyWebhook {
  const first = options.first ?? rememberedFor(2 * WEBHOOK_TOLERANCE, options.now)
  return async (headers, body) => {
    const id = headers.get('webhook-id') ?? ''
    const timestamp = headers.get('webhook-timestamp') ?? ''
    const listed = headers.get('webhook-signature') ?? ''
    if (!/^[\w.-]{1,128}$/.test(id) || !/^\d{1,12}$/.test(timestamp) || listed === '') {
      throw new WebhookError('headers-missing')
    }
    const age = options.now() - Number(timestamp)
    if (age > WEBHOOK_TOLERANCE) throw new WebhookError('too-old')
    if (age < -WEBHOOK_TOLERANCE) throw new WebhookError('too-new')
    const raw = typeof body === 'string' ? utf8(body) : body
    const signed = concat(utf8(`${id}.${timestamp}.`), raw)
    if (!await isSigned(signed, listed, await options.secrets())) {
      throw new WebhookError('signature-wrong')
    }
    const webhook = parse(raw)
    // Last, so that nobody without a secret makes us remember anything.
    if (!await first(id)) throw new WebhookError('replayed')
    return webhook
  }
}

async function isSigned(
  signed: Bytes,
  listed: string,
  secrets: readonly string[],
): Promise<boolean> {
  const signatures = listed.split(' ', MAX_SIGNATURES).flatMap((text) => {
    const base64 = /^v1,([A-Za-z0-9+/]{43}=)$/.exec(text)?.[1]
    return base64 === undefined ? [] : [fromBase64(base64)]
  })
  for (const secret of secrets) {
    const key = await importSecret(secret)
    for (const signature of signatures) {
      if (await crypto.subtle.verify('HMAC', key, signature, signed)) return true
    }
  }
  return false
}

function parse(raw: Bytes): Webhook {
  let json: unknown
  try {
    json = JSON.parse(fromUtf8(raw))
  } catch {
    throw new WebhookError('body-malformed')
  }
  const parsed = v.safeParse(WebhookSchema, json)
  if (!parsed.success) throw new WebhookError('body-malformed')
  return parsed.output
}

/** @throws {SyntaxError} for what is no secret, never quoting it */
async function importSecret(secret: string): Promise<CryptoKey> {
  const text = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : secret
  if (!/^[A-Za-z0-9+/]{32,88}={0,2}$/.test(text) || text.length % 4 !== 0) {
    throw new SyntaxError(
      'Cannot read a webhook secret: expected whsec_ and 24 to 64 bytes in base64',
    )
  }
  const algorithm = { name: 'HMAC', hash: 'SHA-256' }
  return await crypto.subtle.importKey('raw', fromBase64(text), algorithm, false, [
    'sign',
    'verify',
  ])
}

function fromBase64(text: string): Bytes {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0))
}

/** Ids in the order they came; each leaves when its message would be too old anyway. */
function rememberedFor(seconds: number, now: () => number): (id: string) => boolean {
  const seen = new Map<string, number>()
  return (id) => {
    for (const [old, at] of seen) {
      if (at + seconds >= now()) break
      seen.delete(old)
    }
    if (seen.has(id)) return false
    seen.set(id, now())
    return true
  }
}
