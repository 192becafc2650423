/**
 * What the OpenAPI document (3.1) says of the whole API; each route says the rest of itself.
 *
 * @module
 */
import { isProblemCode, PROBLEMS } from '../shared/api/problems.ts'
import type { Deps } from './context.ts'

const GROUPS = {
  Identities:
    'Who there is: the operator, owners, devices and providers, as chains of key changes; ' +
    'and which device belongs to which owner.',
  Pairing: 'Rooms in which a device and its owner meet by a code that neither sends.',
  Tokens: 'Access tokens for ten minutes, bound to a session key (DPoP, RFC 9449).',
  Channels: 'An owner’s lines for readings, and the chapters and epochs that they are written in.',
  Blocks: 'Sealed readings: sent without a token, as each is signed; read by those who may.',
  Providers:
    'Who may ask owners for consent: what they say of themselves, and who of them is verified.',
  History:
    'What an owner has decided, signed event by event; in one order, which the platform keeps.',
  Grants:
    'Consent: what an owner gives to whom, the steps of each grant, and the keys wrapped under it.',
  Consent: 'OAuth 2.1 for providers: what they ask owners for, the answer, and tokens for it.',
  Operation: 'For who runs the platform, and for tools.',
} as const

export type GroupName = keyof typeof GROUPS

const text = { type: 'string' as const }

const HEADERS = {
  'X-Request-Id': 'Finds the request in the log.',
  'RateLimit-Policy':
    'The limits that the request counts to (draft-ietf-httpapi-ratelimit-headers-11): `q` at once, ' +
    'all of them again after `w` seconds. `network` is who asks; `device` who signed the blocks.',
  'RateLimit': 'What is left of each limit: `r` now, and `t` seconds until all of it.',
  'Retry-After': 'Seconds after which the same request may succeed.',
  'WWW-Authenticate': 'How to ask (RFC 9449 section 7.1).',
  'ETag': 'Changes when the answer does: to be given as If-None-Match.',
  'Link': 'Where the next page is, as rel="next"; absent on the last page.',
  'Kilowit-Head': 'The seq of the channel’s newest block; -1 before the first.',
} as const

export type HeaderName = keyof typeof HEADERS

const DESCRIPTION = `Trusted smart-meter data: readings that anyone allowed can check and nobody \
else can read.

Byte strings in JSON and in paths are base64url without padding; times are seconds since 1970, UTC. \
What is signed travels as CBOR. Problems are application/problem+json (RFC 9457) with a stable code. \
Everything that is posted may be posted again: the same statement has the same answer.`

export function documentation({ version, publicUrl }: Pick<Deps, 'version' | 'publicUrl'>) {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kilowit',
      version,
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: publicUrl }],
    tags: Object.entries(GROUPS).map(([name, description]) => ({ name, description })),
    components: {
      securitySchemes: {
        dpop: {
          type: 'http' as const,
          scheme: 'DPoP',
          description: 'A token of /v1/token with a DPoP proof (RFC 9449) by its session key',
        },
      },
      headers: Object.fromEntries(
        Object.entries(HEADERS).map(([name, description]) => [name, { description, schema: text }]),
      ),
      examples: Object.fromEntries(
        Object.keys(PROBLEMS).filter(isProblemCode).map((code) => {
          const { status, title, detail } = PROBLEMS[code]
          const requestId = '5f0a3c9e-1b7d-4e57-9d55-6d1f8f6f0c11'
          const type = `${publicUrl}/problems/${code}`
          return [code, { value: { type, title, status, detail, code, requestId } }]
        }),
      ),
    },
  }
}
