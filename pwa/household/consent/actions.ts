/**
 * What the owner does about consent: each deed is signed, kept and sent at once where the platform
 * can be reached, and else waits and goes first when it can. The epochs turn in the tab that seals.
 *
 * @module
 */
import { type Bytes, equal, fromBase64url, toBase64url, toHex } from '../../../shared/bytes.ts'
import { ApiProblem, type Client, Unreachable } from '../../../shared/api/client.ts'
import type { History } from '../../../shared/consent/history.ts'
import { type RevokeReason, stateAt } from '../../../shared/consent/steps.ts'
import { makeTerms, type Terms } from '../../../shared/consent/terms.ts'
import * as consent from '../../consent/state.ts'
import type { ConsentActions, Line, ShownTerms } from '../../consent/state.ts'
import type { SharedActions } from '../../sharing/shared-state.ts'
import { AppError } from '../../app-error.ts'
import { loadDevices } from '../../vault/devices.ts'
import { type Self, untilIntroduced } from '../../vault/identities.ts'
import { ensureChannel, loadMeters } from '../../vault/meters.ts'
import type { BrowserVault } from '../../vault/vault.ts'
import { type Kept, loadBook, standingOf } from './book.ts'
import { epochsWithin, forgetEpochs } from './erase.ts'
import { alone, type Deed, keepDeeds, stepDeed } from './events.ts'
import { tellDevices } from './device-steps.ts'
import { openAtGateway } from './gateway-channel.ts'
import { owingAll } from './owed-keys.ts'
import { beginRotation, finishRotation, ownBrowsers } from './own-keys.ts'
import { refresh, sendWaiting } from './owner-events.ts'
import { createShownGrants } from './shown-grants.ts'
import { type Counted, linesOf } from './view.ts'

export interface OwnerOptions {
  readonly vault: BrowserVault
  /** Who this browser is. @throws {AppError} `no-owner` */
  readonly running: () => Promise<{ readonly self: Self; readonly client: Client }>
  /** The grants have changed: told to the tab that seals, be it this one. */
  readonly changed: () => void
  /** A channel of this meter was opened. */
  readonly opened: (meter: string) => Promise<void>
}

/** Milliseconds between looks at whether keys were handed over, and how long nothing may come of it. */
const LOOK_EVERY = 250
const PATIENCE = 60_000

const seconds = () => Math.floor(Date.now() / 1000)

export type OwnerActions =
  & Omit<
    ConsentActions,
    | 'showWaiting'
    | 'openRequest'
    | 'openWaiting'
    | 'requestOfCode'
    | 'answerRequest'
    | 'goOn'
    | 'answeredElsewhere'
    | 'newCode'
    | 'openPerson'
    | 'shareWith'
    | keyof SharedActions
  >
  & {
    /**
     * Keeps and sends a new grant, and settles when its history was handed over; or at once, when
     * the platform is away and it waits.
     */
    give(deed: Deed): Promise<void>
    /** Another meter is in the place of one: what was given of it was not given of the new one. */
    meterChanged(meter: string): Promise<void>
    /** A device reads for this owner from now on; its pairing is with the platform. */
    paired(device: Bytes, entry: Bytes): Promise<void>
    /**
     * A device reads for this owner no longer. What was given of the channels that it writes ends,
     * unless it is kept for the next device.
     */
    unpair(device: Bytes, keepsGrants: boolean): Promise<void>
    /** The channel of a line, opened where there is none yet. @throws {AppError} `line-missing` */
    channelOf(line: Line): Promise<Bytes>
  }

export function createOwnerActions(options: OwnerOptions): OwnerActions {
  const { vault, running, changed } = options
  const { database } = vault
  const shown = createShownGrants(options)
  const show = () => shown.show()

  async function kept(id: string): Promise<{ name: string; grant: Kept }> {
    const name = toHex(fromBase64url(id))
    const record = await database.get('grants', name)
    if (record === undefined) throw new AppError('grant-unknown')
    return { name, grant: { record, standing: await standingOf(record) } }
  }

  /**
   * Signs what `make` says of the grants as they are now, keeps it, and sends it if it can.
   *
   * @returns whether the platform was there
   */
  async function act(make: (self: Self) => Promise<readonly Deed[]>): Promise<boolean> {
    const { self, client } = await running()
    await alone(async () => {
      const deeds = await make(self)
      if (deeds.length > 0) await keepDeeds(database, self.owner, deeds)
    })
    changed()
    await show()
    // Where the platform does not know us or a channel yet, that goes first, with delivery.
    if (await database.count('setup') > 0) return true
    let isThere = true
    try {
      await sendWaiting({ vault, self, client })
      await tellDevices({ vault, self, client }, null)
    } catch (error) {
      // It waits, and goes as soon as it can: nothing more is asked of the owner.
      if (!isForLater(error)) {
        changed()
        await show()
        throw error
      }
      isThere = false
    }
    changed()
    await showCounted(client)
    return isThere
  }

  async function step(
    id: string,
    what: Parameters<typeof stepDeed>[3],
    also: (deed: Deed) => Promise<Deed> = async (deed) => deed,
  ): Promise<void> {
    await act(async (self) => {
      const { name, grant } = await kept(id)
      return [await also(await taken(self, name, grant, what))]
    })
  }

  /** With what the platform counted, where it can be asked. */
  async function showCounted(client: Client): Promise<void> {
    const counted = await shown.showCounted(client)
    if (counted !== null) await signReturned(counted)
  }

  /** Given back by a token alone, without a step: what the owner signs ends it for the devices too. */
  async function signReturned(counted: ReadonlyMap<string, Counted>): Promise<void> {
    const book = await loadBook(database)
    const ids = [...book].flatMap(([name, { standing }]) => {
      const info = counted.get(name)?.info
      const isReturned = info?.ended?.reason === 'terminated' && info.step === standing.step &&
        stateAt(standing, seconds()).phase !== 'ended'
      return isReturned ? [toBase64url(standing.grant.grant)] : []
    })
    if (ids.length > 0) await end(ids, 'withdrawn')
  }

  async function channelOf({ meter, classes, resolution }: Line): Promise<Bytes> {
    const { self, client } = await running()
    const known = new Set(
      (await loadMeters(database)).flatMap(({ channels }) => channels.map(({ id }) => toHex(id))),
    )
    const kind = { classes, resolution }
    const channel = await ensureChannel(vault, self, meter, kind) ??
      await openAtGateway({ vault, self, client }, meter, kind)
    if (channel === null) throw new AppError('line-missing')
    if (!known.has(toHex(channel))) await options.opened(meter)
    return channel
  }

  async function termsOf(asked: ShownTerms): Promise<Terms> {
    const channels: Bytes[] = []
    for (const line of asked.lines) channels.push(await channelOf(line))
    const { purposes, from, until, history } = asked
    return makeTerms({ channels, purposes, from, until, history })
  }

  /** Until every key that is owed of a grant was handed over; not for ever. */
  async function handedOver(name: string): Promise<void> {
    let left = JSON.stringify((await database.get('grants', name))?.owing ?? {})
    let since = Date.now()
    while (left !== '{}' && Date.now() - since < PATIENCE) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY))
      const now = JSON.stringify((await database.get('grants', name))?.owing ?? {})
      const moves = consent.consentProgress.peek()
      if (now !== left || moves !== progressed) since = Date.now()
      left = now
      progressed = moves
    }
    consent.consentProgress.value = null
  }
  let progressed: consent.ConsentProgress | null = null

  async function end(ids: readonly string[], reason: RevokeReason): Promise<void> {
    await act(async (self) => {
      const deeds: Deed[] = []
      for (const id of ids) {
        const { name, grant } = await kept(id)
        if (stateAt(grant.standing, seconds()).phase === 'ended') continue
        deeds.push(await taken(self, name, grant, { what: 'revoked', reason }))
      }
      return deeds
    })
  }

  return {
    channelOf,

    async showGrants() {
      const { self, client } = await running().catch(nobody) ?? {}
      if (self === undefined || client === undefined) {
        consent.grants.value = [] // nothing was ever read here, and nothing shared
        return
      }
      let history: History
      try {
        await show()
        await untilIntroduced(database)
        history = await refresh({ vault, self, client })
        consent.historyProblem.value = null
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        if (error.key !== 'history-rolled-back' && error.key !== 'history-invalid') throw error
        consent.historyProblem.value = error.key
        consent.grants.value = null
        return
      }
      changed()
      await showCounted(client)
      await tellDevices({ vault, self, client }, history)
    },

    async give(deed) {
      consent.consentProgress.value = { step: 'sending', done: 0, of: 0 }
      try {
        const isThere = await act(async () => [deed])
        if (isThere && deed.grant !== undefined) await handedOver(deed.grant.name)
      } finally {
        consent.consentProgress.value = null
      }
    },

    // What was read before the pause may yet be sealed in it: that is owed when it ends.
    pauseGrant: (id) =>
      step(id, { what: 'paused' }, async (deed) => {
        if (deed.grant === undefined) return deed
        const { record, name } = deed.grant
        const next = async (channel: Bytes) => ((await vault.channel(channel))?.head[0] ?? -1) + 1
        return { ...deed, grant: { name, record: await owingAll(record, next) } }
      }),

    resumeGrant: (id) => step(id, { what: 'resumed' }),

    async narrowGrant(id, asked) {
      const terms = await termsOf(asked)
      await step(id, { what: 'narrowed', terms })
    },

    revokeGrant: (id) => end([id], 'withdrawn'),

    async moveOut() {
      const book = await loadBook(database)
      await end(
        [...book.values()].map(({ standing }) => toBase64url(standing.grant.grant)),
        'moved-out',
      )
    },

    async meterChanged(meter) {
      const lines = linesOf((await loadMeters(database)).filter(({ id }) => id === meter))
      const ids = [...(await loadBook(database)).values()]
        .filter(({ standing }) => standing.terms.channels.some((one) => lines.has(toHex(one))))
        .map(({ standing }) => toBase64url(standing.grant.grant))
      await end(ids, 'meter-changed')
    },

    async paired(device, entry) {
      const draft = { what: 'paired', about: device, entry } as const
      await act(async () => [{ draft, companions: [] }])
    },

    async unpair(device, keepsGrants) {
      await act(async (self) => {
        const { unpaired, writes } = await loadDevices(database)
        const name = toHex(device)
        if (unpaired.includes(name)) return []
        if (equal(device, self.device.identity.id)) throw new AppError('not-allowed')
        const draft = { what: 'unpaired', about: device, entry: null } as const
        const deeds: Deed[] = [{ draft, companions: [] }]
        if (keepsGrants) return deeds
        const lines = new Set(writes[name])
        for (const [grantName, grant] of await loadBook(database)) {
          const { standing } = grant
          if (!standing.terms.channels.some((one) => lines.has(toHex(one)))) continue
          if (stateAt(standing, seconds()).phase === 'ended') continue
          deeds.push(
            await taken(self, grantName, grant, { what: 'revoked', reason: 'unpaired' }),
          )
        }
        return deeds
      })
    },

    async seenTooLate() {
      await database.delete('self', 'too-late')
      consent.tooLate.value = null
    },

    askErasure: (id) => step(id, { what: 'erasure-asked' }),

    async browsers() {
      const known = await running().catch(nobody)
      return known === null ? [] : await ownBrowsers(database, known.self, known.client)
    },

    async takeBack(index) {
      const { self, client } = await running()
      if (index === self.owner.signer.index) throw new AppError('browser-own')
      await beginRotation(vault, self, [index])
      try {
        await finishRotation(vault, client)
        await sendWaiting({ vault, self, client })
        // Devices elsewhere wrap under grant keys that are others now.
        await tellDevices({ vault, self: (await running()).self, client }, null)
      } catch (error) {
        if (!isForLater(error)) throw error // what is kept goes on with delivery
      }
      changed()
      await show()
    },

    async accessLog(id) {
      const { client } = await running()
      const lines = linesOf(await loadMeters(database))
      const entries: consent.AccessEntry[] = []
      for await (const one of client.access(fromBase64url(id))) {
        const line = lines.get(toHex(one.channel))
        if (line === undefined) continue
        const { hour, from: first, to: last, blocks: count, last: lastAt } = one
        entries.push({ line, hour, first, last, count, lastAt })
      }
      return entries
    },

    async receipt(id) {
      const { name, grant: { record } } = await kept(id)
      if (record.receipt === null) throw new AppError('receipt-missing')
      return {
        name: `kilowit-receipt-${name.slice(0, 8)}.jws`,
        bytes: new TextEncoder().encode(record.receipt),
      }
    },

    async erase(line, from, to) {
      const { client } = await running()
      const channel = await channelOf(line)
      const epochs = await epochsWithin(client, channel, from, to)
      if (epochs === null) return 0
      await act(async () => [{
        draft: { what: 'erased', about: channel, entry: null, epochs: [...epochs] },
        companions: [],
      }])
      await forgetEpochs(vault, channel, epochs)
      return epochs[1] - epochs[0] + 1
    },
  }
}

/** It goes as soon as it can: the platform is away, or busy. */
function isForLater(error: unknown): boolean {
  return error instanceof Unreachable ||
    (error instanceof ApiProblem && (error.status >= 500 || error.status === 429))
}

function nobody(error: unknown): null {
  if (error instanceof AppError && error.key === 'no-owner') return null
  throw error
}

async function taken(
  self: Self,
  name: string,
  { record }: Kept,
  what: Parameters<typeof stepDeed>[3],
): Promise<Deed> {
  try {
    return await stepDeed(self.owner, name, record, what)
  } catch (error) {
    if (error instanceof RangeError) throw new AppError('step-refused', error)
    throw error
  }
}
