/**
 * Consent in the tab that seals: for whom epochs are wrapped, when they turn, and in which order the
 * platform hears of it: the owner's events first, then the epochs with their wraps, then the keys of
 * the past. Its larger part is loaded once there is a grant.
 *
 * @module
 */
import { type Bytes, toHex } from '../../../shared/bytes.ts'
import { ApiProblem, type Client } from '../../../shared/api/client.ts'
import { splitArray } from '../../../shared/cbor.ts'
import type { PostAnswer } from '../../../shared/seal/delivery.ts'
import type { Recipients } from '../../../shared/seal/sealer.ts'
import { STRICT } from '../../vault/database.ts'
import { loadDevices } from '../../vault/devices.ts'
import { loadSelf, type Self } from '../../vault/identities.ts'
import { loadMeters } from '../../vault/meters.ts'
import type { BrowserVault } from '../../vault/vault.ts'
import type { GrantedRecipients } from './recipients.ts'

export interface KeeperOptions {
  readonly vault: BrowserVault
  readonly self: Self
  /** In the owner's name, and in the device's. */
  readonly client: Client
  readonly deviceClient: Client
  readonly progress: (done: number, of: number) => void
  /** Others are to be given a channel by now: {@link ConsentKeeper.turn} is due. */
  readonly due: () => void
}

export interface ConsentKeeper {
  readonly recipients: Recipients
  /** Sends the owner's events that wait. */
  sendEvents(): Promise<void>
  /**
   * Closes the chapters of devices that were unpaired, once the platform knows that they were.
   *
   * @returns whether statements wait to be sent by that
   */
  closeChapters(): Promise<boolean>
  /** Sends wraps that the device made; what the platform does not take is made anew. */
  postWraps(batches: readonly Bytes[]): Promise<PostAnswer>
  /** Hands over the keys that are owed, when nothing waits any more. */
  handOver(): Promise<void>
  /** Looks at the grants again, once what was read is sealed, and turns the epochs that are due. */
  turn(turnChannel: (channel: Bytes) => Promise<boolean>): Promise<void>
  stop(): void
}

/** Seconds between looks at what others have done. */
const LOOK_EVERY = 3600
/** What a timer can count to; milliseconds. */
const LONGEST_TIMER = 2 ** 31 - 1

const seconds = () => Math.floor(Date.now() / 1000)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

export function createConsentKeeper(options: KeeperOptions): ConsentKeeper {
  const { vault, self, client, deviceClient, progress, due } = options
  const { database } = vault
  let granted: Promise<GrantedRecipients> | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  /** Channels whose wraps the platform did not take, since it last took some. */
  const refused = new Set<string>()
  /** When the owner's history was last looked at. */
  let looked = 0
  /** Devices whose chapters could not be closed; looked at again when the page is loaded anew. */
  const failed = new Set<string>()

  /** Null while there is no grant. */
  async function recipients(): Promise<GrantedRecipients | null> {
    if (granted !== null) return await granted
    if (await database.count('grants') === 0) return null
    const { grantedRecipients } = await import('./recipients.ts')
    granted ??= grantedRecipients({
      database,
      owner: self.owner.identity.id,
      device: self.device.signer,
      now: seconds,
      random,
    })
    return await granted
  }

  async function channels(): Promise<Bytes[]> {
    return (await loadMeters(database)).flatMap((meter) =>
      meter.channels.filter(({ restored }) => restored === null).map(({ id }) => id)
    )
  }

  /** The next epoch of the channel is wrapped anew, whoever it is for. */
  async function turnAnew(channel: Bytes): Promise<void> {
    const name = toHex(channel)
    if (refused.has(name)) return
    refused.add(name)
    const step = database.transaction('channels', 'readwrite', STRICT)
    const record = await step.store.get(name)
    if (record !== undefined) {
      const none = [new Uint8Array(0)]
      await step.store.put({ ...record, wrappedFor: none, version: record.version + 1 }, name)
    }
    await step.done
    due()
  }

  /** The owner may have other keys since this began. */
  async function newest(): Promise<Self> {
    return await loadSelf(database) ?? self
  }

  /** What others have done: a recipient whose key is another now, another browser of the owner. */
  async function look(): Promise<void> {
    looked = seconds()
    const { refresh } = await import('./owner-events.ts')
    await refresh({ vault, self: await newest(), client })
    await tell()
    due()
  }

  /** What was done while a device elsewhere could not be told of it, or by nobody's hand. */
  async function tell(): Promise<void> {
    if (await database.get('self', 'untold') === undefined) return
    const { tellDevices } = await import('./device-steps.ts')
    await tellDevices({ vault, self: await newest(), client }, null)
  }

  async function post(batches: readonly Bytes[]): Promise<void> {
    await deviceClient.postWraps(batches.map((batch) => {
      const [statement, list] = splitArray(batch, 2)
      if (statement === undefined || list === undefined) throw new TypeError('No batch of wraps')
      return [statement, list]
    }))
  }

  return {
    recipients: {
      of: async (channel, observed) => await (await recipients())?.of(channel, observed) ?? [],
      wrap: async (epoch, names) => await (await recipients())?.wrap(epoch, names) ?? null,
    },

    async sendEvents() {
      if (await database.get('self', 'rotation') !== undefined) {
        const { finishRotation } = await import('./own-keys.ts')
        if (await finishRotation(vault, client)) due()
      }
      if (await database.count('events') > 0) {
        const { sendWaiting } = await import('./owner-events.ts')
        await sendWaiting({ vault, self, client })
      }
      await tell()
    },

    async closeChapters() {
      if ((await loadDevices(database)).closing.length === 0) return false
      const { closeChapters } = await import('./close-chapters.ts')
      const isOpened = await closeChapters({ vault, self: await newest(), client, failed })
      if (isOpened) due()
      return isOpened
    },

    async postWraps(batches) {
      const answer = { taken: batches.length, acknowledgements: [], refusal: null }
      try {
        await post(batches)
        refused.clear()
        return answer
      } catch (error) {
        if (!isRefusal(error)) throw error
      }
      const { channelOfWraps } = await import('./recipients.ts')
      for (const batch of batches) {
        try {
          await post([batch])
        } catch (error) {
          if (!isRefusal(error)) throw error
          await turnAnew(channelOfWraps(batch))
        }
      }
      return answer
    },

    async handOver() {
      if (await recipients() === null) return
      if (seconds() - looked >= LOOK_EVERY) await look()
      const { handOverKeys } = await import('./owed-keys.ts')
      await handOverKeys({ vault, self: await newest(), client, progress })
    },

    async turn(turnChannel) {
      clearTimeout(timer)
      const all = await recipients()
      await all?.reload()
      const known = await channels()
      for (const channel of known) await turnChannel(channel)
      if (all === null) return
      const next = all.nextTurn(known)
      if (next === null) return
      timer = setTimeout(due, Math.min(LONGEST_TIMER, (next - seconds()) * 1000 + 500))
    },

    stop() {
      clearTimeout(timer)
    },
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof ApiProblem && error.code !== null && error.status < 500 &&
    error.status !== 401 && error.status !== 429
}
