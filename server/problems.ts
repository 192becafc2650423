/**
 * Problems as they are thrown and answered: a rule throws {@link ApiProblem}, one handler renders
 * it as `application/problem+json` (RFC 9457). Nothing of the request is echoed.
 *
 * @module
 */
import { type Problem, type ProblemCode, PROBLEMS } from '../shared/api/problems.ts'
import { PROBLEM_JSON } from '../shared/api/schemas.ts'
import type { AppContext } from './context.ts'
import { isUnavailable } from './database.ts'

type Member = string | number | boolean | null | readonly string[]

export type Members = Readonly<Record<string, Member | Readonly<Record<string, Member>>>>

/** A condition that the API names. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError'
  readonly code: ProblemCode
  readonly members: Members
  readonly headers: Readonly<Record<string, string>>
  constructor(code: ProblemCode, members: Members = {}, headers: Record<string, string> = {}) {
    super(PROBLEMS[code].title)
    this.code = code
    this.members = members
    this.headers = headers
  }
}

export function describeProblem(
  problem: ProblemError,
  publicUrl: string,
  requestId: string,
): Problem {
  const { title, status, detail } = PROBLEMS[problem.code]
  const { code, members } = problem
  return {
    type: `${publicUrl}/problems/${code}`,
    title,
    status,
    detail,
    code,
    requestId,
    ...members,
  }
}

export function renderProblem(c: AppContext, problem: ProblemError, publicUrl: string): Response {
  c.set('problem', problem.code)
  const body = describeProblem(problem, publicUrl, c.get('requestId'))
  return new Response(JSON.stringify(body), {
    status: body.status,
    headers: { 'Content-Type': PROBLEM_JSON, 'Cache-Control': 'no-store', ...problem.headers },
  })
}

/** Any error as a problem; one that nobody expected is kept for the log. */
export function asProblem(error: unknown, c: AppContext): ProblemError {
  if (error instanceof ProblemError) return error
  if (isUnavailable(error)) {
    return new ProblemError('database-unavailable', {}, { 'Retry-After': '2' })
  }
  c.set(
    'fault',
    error instanceof Error ? error : new Error('Something else than an error was thrown'),
  )
  return new ProblemError('internal')
}
