/**
 * What the rooms may ask for about consent, done.
 *
 * @module
 */
import type { ConsentActions } from '../../consent/state.ts'
import { createOwnerActions, type OwnerOptions } from './actions.ts'
import { createPeople } from './people.ts'
import { createReceiving } from './shared-with-me.ts'
import { answeredElsewhere, createAnswers, newCode } from './requests.ts'

export interface ConsentOptions extends OwnerOptions {
  /** Settles when the platform knows who this browser is; made now where it is nobody yet. */
  readonly introduced: () => Promise<unknown>
  /** Turns whatever goes wrong into a failure with a sentence. */
  readonly told: <T>(act: () => Promise<T>) => Promise<T>
}

export function createConsent(options: ConsentOptions): ConsentActions {
  const { told } = options
  const actions = createOwnerActions(options)
  const answers = createAnswers(options, actions)
  const people = createPeople(options, actions)
  const receiving = createReceiving(options)
  return {
    showGrants: () =>
      told(async () => {
        await actions.showGrants()
        await answers.showWaiting()
      }),
    showWaiting: () => told(() => answers.showWaiting()),
    openRequest: (...of) => told(() => answers.openRequest(...of)),
    openWaiting: (id) => told(() => answers.openWaiting(id)),
    requestOfCode: (typed) => told(() => answers.requestOfCode(typed)),
    answerRequest: (...of) => told(() => answers.answerRequest(...of)),
    answeredElsewhere: (...of) => told(() => answeredElsewhere(options, ...of)),
    goOn: (id) => told(() => answers.goOn(id)),
    openPerson: (address) => told(() => people.openPerson(address)),
    shareWith: (...of) => told(() => people.shareWith(...of)),
    newCode: (uri) => told(() => newCode(uri)),
    seenTooLate: () => told(actions.seenTooLate),
    pauseGrant: (id) => told(() => actions.pauseGrant(id)),
    resumeGrant: (id) => told(() => actions.resumeGrant(id)),
    narrowGrant: (...of) => told(() => actions.narrowGrant(...of)),
    revokeGrant: (id) => told(() => actions.revokeGrant(id)),
    moveOut: () => told(actions.moveOut),
    askErasure: (id) => told(() => actions.askErasure(id)),
    browsers: () => told(actions.browsers),
    takeBack: (index) => told(() => actions.takeBack(index)),
    accessLog: (id) => told(() => actions.accessLog(id)),
    receipt: (id) => told(() => actions.receipt(id)),
    erase: (...of) => told(() => actions.erase(...of)),
    makeAddress: () => told(async () => void await options.introduced()),
    namePerson: (...of) =>
      told(async () => {
        await people.namePerson(...of)
        await receiving.showShared()
      }),
    showShared: () => told(() => receiving.showShared()),
    giveBack: (id) => told(() => receiving.giveBack(id)),
  }
}
