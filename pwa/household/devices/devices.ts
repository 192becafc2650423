/**
 * What Settings may ask about the household's devices, done.
 *
 * @module
 */
import { fromHex } from '../../../shared/bytes.ts'
import { ApiProblem, type Client, Unreachable } from '../../../shared/api/client.ts'
import { AppError } from '../../app-error.ts'
import { type DeviceActions, devices, unfinished } from '../../settings/devices-state.ts'
import { changeDevices } from '../../vault/devices.ts'
import type { Self } from '../../vault/identities.ts'
import { createOwnerActions, type OwnerOptions } from '../consent/actions.ts'
import { refresh } from '../consent/owner-events.ts'
import { createPairing, type PairingOptions } from './pairing.ts'
import { askPlatform, type Told, viewDevices } from './shown.ts'

export interface DevicesOptions
  extends OwnerOptions, Pick<PairingOptions, 'introduced' | 'isRead'> {
  /** There are other meters, read by another device. */
  readonly shown: () => Promise<void>
  /** Turns whatever goes wrong into a failure with a sentence. */
  readonly told: <T>(act: () => Promise<T>) => Promise<T>
}

export function createDevices(options: DevicesOptions): DeviceActions {
  const { vault, told } = options
  const { database } = vault
  const owner = createOwnerActions(options)
  const pairing = createPairing({
    vault,
    introduced: () => options.introduced(),
    isRead: (meter) => options.isRead(meter),
    paired: (...of) => owner.paired(...of),
  })
  let known: Told | null = null

  async function running(): Promise<{ self: Self; client: Client } | null> {
    try {
      return await options.running()
    } catch (error) {
      if (error instanceof AppError && error.key === 'no-owner') return null
      throw error
    }
  }

  async function showDevices(): Promise<void> {
    const who = await running()
    if (who !== null) await goOn()
    if (who === null) {
      devices.value = [] // this browser has made no keys yet
      return
    }
    const { self, client } = who
    devices.value = await viewDevices(database, self, known)
    try {
      // Who is unpaired is said by the owner's history, and not by the platform.
      await refresh({ vault, self, client })
      const now = await askPlatform(client, self)
      await changeDevices(database, (record) => ({ ...record, writes: now.writes }))
      known = now
    } catch (error) {
      const isAway = error instanceof Unreachable ||
        (error instanceof ApiProblem && (error.status >= 500 || error.status === 429))
      if (!isAway) throw error
    }
    devices.value = await viewDevices(database, self, known)
  }

  /** A pairing that was cut short. */
  async function goOn(): Promise<void> {
    try {
      const left = await pairing.resume()
      if (left === null) {
        if (unfinished.peek()?.how === 'waits') unfinished.value = null
      } else if (left.how === 'paired') {
        unfinished.value = null
        await options.shown()
      } else unfinished.value = { name: left.offer.name, how: left.how }
    } catch (error) {
      const isAway = error instanceof Unreachable || error instanceof ApiProblem
      if (!isAway) throw error
    }
  }

  return {
    findGateway: (code) => told(() => pairing.find(code)),
    leaveGateway: () => told(async () => pairing.forget()),

    pairGateway: () =>
      told(async () => {
        await pairing.confirm()
        unfinished.value = null
        await options.shown()
        await showDevices()
      }),

    showDevices: () => told(showDevices),

    unpair: (id, keepsGrants) =>
      told(async () => {
        await owner.unpair(fromHex(id), keepsGrants)
        await showDevices()
      }),
  }
}
