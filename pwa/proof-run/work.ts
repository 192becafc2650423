/**
 * What is done away from the page's thread: to read, verify, open and write down much at a time.
 * A worker does it (worker.ts), or the page itself where no worker can be had (away.ts).
 *
 * @module
 */
import { type Bytes, equal } from '../../shared/bytes.ts'
import { AppError } from '../app-error.ts'
import { consentChannel } from '../consent-channel.ts'
import { clientFor } from '../household/client.ts'
import { type ForPassphrase, lockFile, openFile } from '../household/passphrase-file.ts'
import type { DayView, EnergyView, Proof, ProofProgress, SharedEnergy } from '../state.ts'
import { type MeterRecord, openDatabase } from '../vault/database.ts'
import { loadSelf } from '../vault/identities.ts'
import { loadMeters } from '../vault/meters.ts'
import { openVault } from '../vault/vault.ts'
import { exportChannel } from './export.ts'
import { exportReadings, type ReadingsRequest } from './export-readings.ts'
import { type CalendarDay, type EnergyRequest, readPastDay, readPastEnergy } from './past-day.ts'
import { createSharedReading, type SharedRequest, type SharedStretch } from './read-shared.ts'
import { createReadBack, type ReadBackState } from './read-back.ts'
import type { Access } from './access.ts'
import { verifyAll } from './verify-all.ts'

/** What can be asked for, and what comes of it. */
export interface Jobs {
  day: { request: CalendarDay & { readonly meter: string }; result: DayView }
  energy: { request: EnergyRequest & { readonly meter: string }; result: EnergyView }
  verify: { request: null; result: Proof }
  lookBack: { request: { readonly channel: Bytes }; result: ReadBackState }
  bundle: {
    request: { readonly channel: Bytes; readonly withKeys: boolean }
    result: { name: string; bytes: Bytes }
  }
  readings: {
    request: ReadingsRequest & { readonly meter: string }
    result: { name: string; bytes: Bytes; unopened: number }
  }
  shared: { request: SharedStretch; result: SharedEnergy }
  sharedFile: {
    request: SharedRequest & { readonly format: 'csv' }
    result: { name: string; bytes: Bytes; unopened: number }
  }
  lockFile: { request: ForPassphrase; result: { bytes: Bytes } }
  openFile: { request: ForPassphrase; result: { bytes: Bytes } }
}

export type JobName = keyof Jobs

export interface JobOptions {
  readonly signal: AbortSignal
  readonly progress: (progress: ProofProgress) => void
}

export type Work = {
  readonly [Name in JobName]: (
    request: Jobs[Name]['request'],
    options: JobOptions,
  ) => Promise<Jobs[Name]['result']>
}

/** Opens the vault anew: a worker shares nothing with the page but the browser's storage. */
export async function createWork(): Promise<Work> {
  const vault = await openVault(await openDatabase())
  let access: Promise<Access> | null = null

  async function load(): Promise<Access> {
    const self = await loadSelf(vault.database)
    if (self === undefined) throw new AppError('no-meter')
    const client = clientFor(self.owner.signer)
    return { vault, self, client, gathered: new Map(), remembered: new Map() }
  }

  function ready(): Promise<Access> {
    if (access !== null) return access
    const loading = load()
    loading.catch(() => (access = null)) // told to whoever asks for something
    return access = loading
  }

  async function meterOf(id: string): Promise<MeterRecord> {
    const meter = (await loadMeters(vault.database)).find((one) => one.id === id)
    if (meter === undefined) throw new AppError('no-meter')
    return meter
  }

  // Bars of what was erased elsewhere are not to be shown from memory.
  consentChannel().addEventListener('message', () => {
    void access?.then(({ remembered }) => remembered.clear()).catch(() => undefined)
  })

  // What is asked for first waits for no token. Whatever fails is told then.
  ready().then(({ client }) => client.authorize()).catch(() => undefined)

  // Keys that open may be others by now: who this browser is, is looked up each time.
  const shared = createSharedReading(async () => {
    const self = await loadSelf(vault.database)
    if (self === undefined) throw new AppError('no-owner')
    return { self, client: clientFor(self.owner.signer) }
  })

  const looks = new Set<Promise<unknown>>()

  /** Somebody waits for it: what nobody waits for gives way meanwhile. */
  async function first<T>(read: () => Promise<T>): Promise<T> {
    const look = read()
    looks.add(look)
    try {
      return await look
    } finally {
      looks.delete(look)
    }
  }

  async function giveWay(): Promise<void> {
    while (looks.size > 0) await Promise.allSettled(looks)
  }

  return {
    day: (request, options) =>
      first(async () =>
        await readPastDay(await ready(), await meterOf(request.meter), request, options)
      ),
    energy: (request, options) =>
      first(async () =>
        await readPastEnergy(await ready(), await meterOf(request.meter), request, options)
      ),
    verify: async (_request, options) => await verifyAll({ ...await ready(), ...options }),
    async lookBack({ channel }) {
      const { vault, self, client } = await ready()
      const meters = await loadMeters(vault.database)
      const found = meters.flatMap(({ channels }) => channels).find(({ id }) => equal(id, channel))
      if (found === undefined) throw new AppError('no-meter')
      const opened = () => undefined
      return await createReadBack({ vault, self, client, opened, giveWay }).run(found)
    },
    bundle: async ({ channel, withKeys }, options) =>
      await exportChannel(await ready(), channel, withKeys, options),
    readings: async (request, options) =>
      await exportReadings(await ready(), await meterOf(request.meter), request, options),
    shared: (request, options) => first(() => shared.read(request, options)),
    sharedFile: (request, options) => shared.write(request, options),
    lockFile: async (request) => ({ bytes: await lockFile(request) }),
    openFile: async (request) => ({ bytes: await openFile(request) }),
  }
}
