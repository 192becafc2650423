/**
 * What the rooms may ask for about consent, done.
 *
 * @module
 */
import { AppError } from '../../app-error.ts'
import type { ConsentActions } from '../../consent/state.ts'
import { createOwnerActions, type OwnerOptions } from './actions.ts'

export interface ConsentOptions extends OwnerOptions {
  /** Turns whatever goes wrong into a failure with a sentence. */
  readonly told: <T>(act: () => Promise<T>) => Promise<T>
}

export function createConsent(options: ConsentOptions): ConsentActions {
  const { told } = options
  const actions = createOwnerActions(options)
  const unknown = () => Promise.reject(new AppError('request-unknown'))
  return {
    showGrants: () => told(actions.showGrants),
    openRequest: unknown,
    answerRequest: unknown,
    pauseGrant: (id) => told(() => actions.pauseGrant(id)),
    resumeGrant: (id) => told(() => actions.resumeGrant(id)),
    narrowGrant: (...of) => told(() => actions.narrowGrant(...of)),
    revokeGrant: (id) => told(() => actions.revokeGrant(id)),
    moveOut: () => told(actions.moveOut),
    askErasure: (id) => told(() => actions.askErasure(id)),
    followKey: (id) => told(() => actions.followKey(id)),
    accessLog: (id) => told(() => actions.accessLog(id)),
    receipt: (id) => told(() => actions.receipt(id)),
    erase: (...of) => told(() => actions.erase(...of)),
  }
}
