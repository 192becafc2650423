/**
 * As long as nothing can be allowed from this browser: nothing is shared, and no request is known.
 *
 * @module
 */
import { AppError } from '../app-error.ts'
import { type ConsentActions, grants } from '../consent/state.ts'

async function unknown(): Promise<never> {
  throw new AppError('request-unknown')
}

export const noConsent: ConsentActions = {
  showGrants: async () => {
    grants.value = []
  },
  openRequest: unknown,
  answerRequest: unknown,
  pauseGrant: unknown,
  resumeGrant: unknown,
  narrowGrant: unknown,
  revokeGrant: unknown,
  moveOut: unknown,
  askErasure: unknown,
  followKey: unknown,
  accessLog: unknown,
  receipt: unknown,
  erase: unknown,
}
