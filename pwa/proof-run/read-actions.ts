/**
 * What the rooms may ask for that reads, verifies or writes down much: done away from the page's
 * thread, with its progress shown here.
 *
 * @module
 */
import type { Signal } from '@preact/signals'
import { fromBase64url } from '../../shared/bytes.ts'
import { Unreachable } from '../../shared/api/client.ts'
import type { Actions } from '../actions.ts'
import * as app from '../state.ts'
import type { Proof, ProofProgress } from '../state.ts'
import type { Away } from './away.ts'

export interface ReadActionsOptions {
  readonly away: Away
  /** Looks into what went wrong, and tells it. */
  readonly asked: <T>(act: () => Promise<T>) => Promise<T>
  /** The platform was away, and what is here was shown instead. */
  readonly unreached: (error: Unreachable) => Promise<void>
  readonly keep: (proof: Proof) => Promise<void>
}

export type ReadActions = Pick<
  Actions,
  | 'readDay'
  | 'readEnergy'
  | 'exportReadings'
  | 'readShared'
  | 'exportShared'
  | 'verifyNow'
  | 'exportBundle'
>

export function readActions({ away, asked, unreached, keep }: ReadActionsOptions): ReadActions {
  /** Whose progress a signal shows: the newest that tells any. */
  const shownOf = new Map<Signal<ProofProgress | null>, object>()

  let verifying: Promise<void> | null = null

  async function shown<T>(
    signal: Signal<ProofProgress | null>,
    act: (progress: (progress: ProofProgress) => void) => Promise<T>,
  ): Promise<T> {
    const me = {}
    shownOf.set(signal, me)
    try {
      return await act((progress) => {
        if (shownOf.get(signal) === me) signal.value = progress
      })
    } finally {
      if (shownOf.get(signal) === me) signal.value = null
    }
  }

  async function noticed<T extends { readonly onlyHere?: true }>(view: T): Promise<T> {
    if (view.onlyHere) await unreached(new Unreachable('Only what is here was read'))
    return view
  }

  return {
    readDay: (meter, day) =>
      asked(async () => await noticed(await away.ask('day', { meter, ...day }, { view: 'day' }))),

    readEnergy: (meter, from, to, resolution) =>
      asked(() =>
        shown(app.readProgress, async (progress) => {
          const view = `energy ${resolution}`
          const request = { meter, from, to, resolution }
          return await noticed(await away.ask('energy', request, { view, progress }))
        })
      ),

    exportReadings: (meter, from, to, resolution, format) =>
      asked(() =>
        shown(app.exportProgress, async (progress) => {
          const request = { meter, from, to, resolution, format }
          return await away.ask('readings', request, { progress })
        })
      ),

    readShared: (of, from, to, signal) =>
      asked(() =>
        shown(app.readProgress, (progress) =>
          away.ask(
            'shared',
            { ...of, from, to },
            { view: 'shared', progress, ...signal === undefined ? {} : { signal } },
          ))
      ),

    exportShared: (of, signal) =>
      asked(() =>
        shown(app.exportProgress, (progress) =>
          away.ask(
            'sharedFile',
            { ...of, format: 'csv' },
            { view: 'shared file', progress, ...signal === undefined ? {} : { signal } },
          ))
      ),

    exportBundle: (channel, withKeys) =>
      asked(() =>
        shown(app.exportProgress, async (progress) => {
          const request = { channel: fromBase64url(channel), withKeys }
          return await away.ask('bundle', request, { progress })
        })
      ),

    verifyNow: () =>
      verifying ??= asked(() =>
        shown(app.proofProgress, async (progress) => {
          const proof = await away.ask('verify', null, { view: 'proof', progress })
          app.proof.value = proof
          await keep(proof)
        })
      ).finally(() => (verifying = null)),
  }
}
