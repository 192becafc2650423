/**
 * What a route says of itself in the OpenAPI document, from the schemas of shared/api.
 *
 * @module
 */
import { describeRoute, resolver, validator } from 'hono-openapi'
import type { GenericSchema } from 'valibot'
import type { MiddlewareHandler } from 'hono'
import { PROBLEM_JSON } from '../shared/api/schemas.ts'
import { type ProblemCode, PROBLEMS, ProblemSchema } from '../shared/api/problems.ts'
import type { AppEnv } from './context.ts'
import { ProblemError } from './problems.ts'

export interface RouteText {
  readonly summary: string
  /** Media type of the request's body. */
  readonly body?: string
  /** Answers by status: what they are, and their schema or media type. */
  readonly answers: Readonly<Record<number, readonly [string, (GenericSchema | string)?]>>
  readonly problems?: readonly ProblemCode[]
  /** Whether an access token is needed. */
  readonly token?: boolean
  /** Names of further query parameters or headers, which have no schema. */
  readonly parameters?: Parameters<typeof describeRoute>[0]['parameters']
}

const ALWAYS: readonly ProblemCode[] = ['too-many-requests', 'database-unavailable', 'internal']
const WITH_TOKEN: readonly ProblemCode[] = [
  'token-missing',
  'token-invalid',
  'proof-invalid',
  'proof-reused',
  'clock-off',
]
const WITH_BODY: readonly ProblemCode[] = [
  'content-type-not-accepted',
  'encoding-not-accepted',
  'body-too-large',
]

export function describe(text: RouteText): MiddlewareHandler<AppEnv> {
  const responses: NonNullable<Parameters<typeof describeRoute>[0]['responses']> = {}
  for (const [status, [description, content]] of Object.entries(text.answers)) {
    responses[status] = content === undefined ? { description } : {
      description,
      content: typeof content === 'string'
        ? { [content]: { schema: { type: 'string', format: 'binary' } } }
        : { 'application/json': { schema: resolver(content) } },
    }
  }
  const codes = [
    ...text.problems ?? [],
    ...text.body === undefined ? [] : WITH_BODY,
    ...text.token === true ? WITH_TOKEN : [],
    ...ALWAYS,
  ]
  for (const [status, named] of byStatus(codes)) {
    responses[status] = {
      description: named.map((code) => `\`${code}\`: ${PROBLEMS[code].title}`).join('\n\n'),
      content: { [PROBLEM_JSON]: { schema: resolver(ProblemSchema) } },
    }
  }
  return describeRoute({
    summary: text.summary,
    responses,
    security: text.token === true ? [{ dpop: [] }] : [],
    ...text.parameters === undefined ? {} : { parameters: text.parameters },
    ...text.body === undefined ? {} : {
      requestBody: {
        required: true,
        content: { [text.body]: { schema: { type: 'string', format: 'binary' } } },
      },
    },
  })
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

function byStatus(codes: readonly ProblemCode[]): Map<string, ProblemCode[]> {
  const groups = new Map<string, ProblemCode[]>()
  for (const code of new Set(codes)) {
    const status = String(PROBLEMS[code].status)
    groups.set(status, [...groups.get(status) ?? [], code])
  }
  return groups
}
