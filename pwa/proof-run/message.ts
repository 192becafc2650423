/**
 * What the page and its worker say to each other. Both are this same code; errors lose their class
 * on the way, so what the page tells apart is named.
 *
 * @module
 */
import { ApiProblem, Unreachable } from '../../shared/api/client.ts'
import { GrantFault } from '../../shared/api/granted.ts'
import { AppError } from '../app-error.ts'
import type { ProofProgress } from '../state.ts'
import { isUnverifiable } from './verified-head.ts'
import type { JobName, Jobs } from './work.ts'

export type Message =
  | { readonly id: number; readonly name: JobName; readonly request: Jobs[JobName]['request'] }
  | { readonly abort: number }

export type Answer =
  | { readonly ready: true }
  | { readonly id: number; readonly progress: ProofProgress }
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly failure: Failure }

export type Failure =
  | { readonly kind: 'app'; readonly key: string }
  | { readonly kind: 'unreachable'; readonly message: string }
  | {
    readonly kind: 'problem'
    readonly status: number
    readonly problem: ApiProblem['problem']
    readonly retryAfter: number | null
    readonly message: string
  }
  | { readonly kind: 'dom'; readonly name: string; readonly message: string }
  | { readonly kind: 'other'; readonly message: string }

export function failureOf(error: unknown): Failure {
  if (error instanceof AppError) return { kind: 'app', key: error.key }
  if (error instanceof Unreachable) return { kind: 'unreachable', message: error.message }
  if (error instanceof ApiProblem) {
    const { status, problem, retryAfter, message } = error
    return { kind: 'problem', status, problem, retryAfter, message }
  }
  if (error instanceof DOMException) {
    return { kind: 'dom', name: error.name, message: error.message }
  }
  if (error instanceof GrantFault) return { kind: 'app', key: 'shared-invalid' }
  // Signed bytes that are not what they should be.
  if (isUnverifiable(error)) return { kind: 'app', key: 'block-malformed' }
  return { kind: 'other', message: error instanceof Error ? error.message : String(error) }
}

export function errorOf(failure: Failure): Error {
  if (failure.kind === 'app') return new AppError(failure.key)
  if (failure.kind === 'unreachable') return new Unreachable(failure.message)
  if (failure.kind === 'problem') {
    const { status, problem, retryAfter, message } = failure
    return new ApiProblem(status, problem, retryAfter, message)
  }
  if (failure.kind === 'dom') return new DOMException(failure.message, failure.name)
  return new Error(failure.message)
}
