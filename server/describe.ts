/**
 * What a route says of itself in the OpenAPI document, from the schemas of shared/api.
 *
 * @module
 */
import { describeRoute, resolver, validator } from 'hono-openapi'
import * as v from 'valibot'
import type { GenericSchema } from 'valibot'
import type { MiddlewareHandler } from 'hono'
import { PROBLEM_JSON } from '../shared/api/schemas.ts'
import { type ProblemCode, PROBLEMS } from '../shared/api/problems.ts'
import type { AppEnv } from './context.ts'
import { EXAMPLES } from './examples.ts'
import type { GroupName, HeaderName } from './openapi.ts'
import { ProblemError } from './problems.ts'

type Description = Parameters<typeof describeRoute>[0]
export type Parameter = NonNullable<Description['parameters']>[number]

export interface RouteText {
  readonly group: GroupName
  readonly summary: string
  /** What there is to know beside the summary. */
  readonly description?: string
  /** Media type of the request's body, and what the body is. */
  readonly body?: readonly [type: string, what: string, schema?: Schema]
  /** Answers by status: what they are, and their schema or media type. */
  readonly answers: Readonly<Record<number, readonly [string, (GenericSchema | string)?]>>
  /** Headers of good answers beside those that all have. */
  readonly headers?: readonly HeaderName[]
  readonly problems?: readonly ProblemCode[]
  /** Whether an access token is needed. */
  readonly token?: boolean
  /** What stands in the path, and headers, which have no schema. */
  readonly parameters?: readonly Parameter[]
}

type Schema = Readonly<Record<string, unknown>>

/** For paths. */
export const CHANNEL: Parameter = {
  name: 'channel',
  in: 'path',
  required: true,
  description: 'The channel’s id: 16 bytes in base64url',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{22}$' },
}

export const GRANT: Parameter = {
  name: 'grant',
  in: 'path',
  required: true,
  description: 'The grant’s id: 16 bytes in base64url',
  schema: { type: 'string', pattern: '^[A-Za-z0-9_-]{22}$' },
}

export const IF_NONE_MATCH: Parameter = {
  name: 'If-None-Match',
  in: 'header',
  description: 'An ETag that is known already',
  schema: { type: 'string' },
}

/** What the recipient of a grant that gives no reading now is told. */
export const NOT_GIVEN: readonly ProblemCode[] = ['grant-ended', 'grant-paused', 'grant-not-begun']

const ALWAYS: readonly ProblemCode[] = ['internal']
const VERSIONED: readonly ProblemCode[] = ['too-many-requests', 'database-unavailable']
const WITH_TOKEN: readonly ProblemCode[] = [
  'token-missing',
  'token-invalid',
  'proof-invalid',
  'proof-reused',
  'clock-off',
]
const WITH_BODY: readonly ProblemCode[] = [
  'body-malformed',
  'content-type-not-accepted',
  'encoding-not-accepted',
  'body-too-large',
]
const WITH_RETRY_AFTER = new Set([425, 429, 503])

export function describe(text: RouteText): MiddlewareHandler<AppEnv> {
  const versioned = text.group !== 'Operation'
  const everywhere: HeaderName[] = versioned
    ? ['X-Request-Id', 'RateLimit-Policy', 'RateLimit']
    : ['X-Request-Id']
  const responses: NonNullable<Description['responses']> = {}
  for (const [status, [description, content]] of Object.entries(text.answers)) {
    const headers = headersOf([...everywhere, ...text.headers ?? []])
    if (content === undefined) responses[status] = { description, headers }
    else if (typeof content === 'string') {
      responses[status] = {
        description,
        headers,
        content: { [content]: { schema: { type: 'string', format: 'binary' } } },
      }
    } else {
      const example = EXAMPLES.get(content)
      const shown = example === undefined ? {} : { example }
      responses[status] = {
        description,
        headers,
        content: { 'application/json': { schema: resolver(content), ...shown } },
      }
    }
  }
  const codes = [
    ...text.problems ?? [],
    ...text.body === undefined ? [] : WITH_BODY,
    ...text.token === true ? WITH_TOKEN : [],
    ...versioned ? VERSIONED : [],
    ...ALWAYS,
  ]
  for (const [status, named] of byStatus(codes)) {
    const retry: HeaderName[] = WITH_RETRY_AFTER.has(status) ? ['Retry-After'] : []
    const how: HeaderName[] = status === 401 ? ['WWW-Authenticate'] : []
    const told = named.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`)
    // A status may be an answer of the route's own too, as 400 is of the token endpoint.
    const own = responses[status]
    const also = own !== undefined && 'content' in own ? own : undefined
    responses[status] = {
      description: [...also === undefined ? [] : [also.description], ...told].join('\n\n'),
      headers: headersOf([...everywhere, ...retry, ...how]),
      content: {
        ...also?.content,
        [PROBLEM_JSON]: { schema: problemSchema(status, named), examples: examplesOf(named) },
      },
    }
  }
  const { summary, description, body, parameters, token, group } = text
  return describeRoute({
    tags: [group],
    summary,
    responses,
    security: token === true ? [{ dpop: [] }] : [],
    ...description === undefined ? {} : { description },
    ...parameters === undefined ? {} : { parameters: [...parameters] },
    ...body === undefined ? {} : { requestBody: bodyOf(body) },
  })
}

function bodyOf([type, description, schema = { type: 'string', format: 'binary' }]: NonNullable<
  RouteText['body']
>) {
  return { required: true, description, content: { [type]: { schema } } }
}

function headersOf(names: readonly HeaderName[]) {
  return Object.fromEntries(
    names.map((name) => [name, { $ref: `#/components/headers/${name}` }]),
  )
}

function examplesOf(codes: readonly ProblemCode[]) {
  return Object.fromEntries(
    codes.map((code) => [code, { $ref: `#/components/examples/${code}` }]),
  )
}

/** What RFC 9457 has, and ours; further members are as the code says. */
function problemSchema(status: number, codes: readonly ProblemCode[]) {
  const text = { type: 'string' as const }
  return {
    type: 'object' as const,
    properties: {
      type: text,
      title: text,
      status: { type: 'integer' as const, enum: [status] },
      detail: text,
      code: { type: 'string' as const, enum: [...new Set(codes)] },
      requestId: text,
    },
    required: ['type', 'title', 'status', 'detail', 'code', 'requestId'],
  }
}

/** Query parameters by schema. What does not fit is named, never echoed. */
export function query<S extends GenericSchema<Record<string, unknown>>>(schema: S) {
  return validator('query', schema, (result) => {
    if (result.success) return
    const names = result.error.map((issue) => {
      const first = issue.path?.[0]
      return String(typeof first === 'object' ? first.key : first)
    })
    const known = names.filter((name) => /^[A-Za-z]{1,20}$/.test(name))
    throw new ProblemError('query-malformed', { parameters: [...new Set(known)] })
  })
}

/** How many items there are on a page: `usual` unless told, at most `most` of four digits. */
export function pageLimit(most: number, usual: number) {
  return v.optional(
    v.pipe(v.string(), v.regex(/^[1-9]\d{0,3}$/), v.transform(Number), v.maxValue(most)),
    `${usual}`,
  )
}

function byStatus(codes: readonly ProblemCode[]): Map<number, ProblemCode[]> {
  const groups = new Map<number, ProblemCode[]>()
  for (const code of new Set(codes)) {
    const { status } = PROBLEMS[code]
    groups.set(status, [...groups.get(status) ?? [], code])
  }
  return groups
}
