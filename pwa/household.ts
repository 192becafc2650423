/**
 * The household: what the rooms may ask for, done. It opens the vault, reads the meter, seals,
 * delivers and verifies in the one tab of this browser that may; the other tabs watch.
 *
 * @module
 */
import type { Signal } from '@preact/signals'
import { fromBase64url } from '../shared/bytes.ts'
import { ApiProblem, Unreachable } from '../shared/api/client.ts'
import { clientFor } from './household/client.ts'
import { createEngine, type Engine, type Running, simulatedFrom } from './household/engine.ts'
import { wasReplaced } from './household/replaced.ts'
import { createReading, type MeterReading } from './household/reading.ts'
import {
  makeRecoveryFile,
  readRecoveryFile,
  recoveryKept,
  restoreMeters,
  restoreOwner,
} from './household/recovery.ts'
import { type Mirrored, openTabs, type Tabs } from './household/tabs.ts'
import { exportChannel } from './proof-run/export.ts'
import { readKeptDay } from './proof-run/kept-day.ts'
import { readPastDay, readPastEnergy } from './proof-run/past-day.ts'
import { verifyAll } from './proof-run/verify-all.ts'
import * as app from './state.ts'
import { type Actions, AppError } from './state.ts'
import { createKeptTariffs, type KeptTariffs } from './tariff/kept-tariffs.ts'
import { openDatabase } from './vault/database.ts'
import { loadMeters } from './vault/meters.ts'
import { type BrowserVault, openVault } from './vault/vault.ts'

interface House {
  readonly vault: BrowserVault
  readonly engine: Engine
  readonly reading: MeterReading
  readonly tabs: Tabs
  readonly tariffs: KeptTariffs
}

export function createHousehold(): Actions {
  const house = openHouse().catch((error: unknown) => {
    app.reader.value = { kind: 'failed', why: 'storage-failed' }
    throw new AppError('storage-failed', error)
  })
  house.catch(() => undefined) // told by whoever asks for something

  /** The reader, in the tab that may read; null while another tab reads. */
  async function reader(): Promise<MeterReading | null> {
    const { reading, tabs } = await house
    if (await tabs.take()) return reading
    app.reader.value = { kind: 'watching' }
    return null
  }

  async function owned(): Promise<House & Running> {
    const all = await house
    const running = await all.engine.known()
    if (running === null) throw new AppError('no-meter')
    return { ...all, ...running }
  }

  /** Told, and looked into: the platform may be away, or the owner restored elsewhere. */
  async function asked<T>(act: () => Promise<T>): Promise<T> {
    return await told(async () => {
      try {
        return await act()
      } catch (error) {
        const { engine } = await house
        await engine.doubt(error)
        const isRefused = error instanceof ApiProblem && error.status === 400
        if (isRefused && await engine.replaced()) throw new AppError('keys-replaced', error)
        throw error
      }
    })
  }

  return {
    connectMeter: () => told(async () => await (await reader())?.connect()),
    trySimulatedMeter: () => told(async () => await (await reader())?.simulate()),
    waiveLineCheck: () => told(async () => await (await reader())?.waive()),

    stopReading: () =>
      told(async () => {
        const { reading, engine, tabs } = await house
        if (!tabs.holds()) return
        await reading.stop()
        await engine.flush()
      }),

    readDay: (meterId, day) =>
      asked(async () => {
        const { vault, ...who } = await owned()
        const meter = (await loadMeters(vault.database)).find(({ id }) => id === meterId)
        if (meter === undefined) throw new AppError('no-meter')
        try {
          return await readPastDay(who, meter, day)
        } catch (error) {
          const kept = error instanceof Unreachable ? await readKeptDay(vault, meter, day) : null
          if (kept === null) throw error
          await who.engine.doubt(error)
          return kept
        }
      }),

    sealPending: () =>
      told(async () => {
        const { engine, tabs } = await house
        if (tabs.holds()) await engine.flush()
      }),

    readEnergy: (meterId, from, to, resolution) =>
      asked(async () => {
        const { vault, ...who } = await owned()
        const meter = (await loadMeters(vault.database)).find(({ id }) => id === meterId)
        if (meter === undefined) throw new AppError('no-meter')
        return await readPastEnergy(who, meter, { from, to, resolution })
      }),

    exportReadings: () => Promise.reject(new AppError('unknown')),

    keepTariffs: (meter, tariffs) =>
      told(async () => await (await house).tariffs.keep(meter, tariffs)),

    verifyNow: () =>
      asked(async () => {
        const { vault, self, client } = await owned()
        const progress = (progress: app.ProofProgress) => (app.proofProgress.value = progress)
        try {
          const proof = await verifyAll({ vault, self, client, progress })
          app.proof.value = proof
          await vault.database.put('self', proof, 'proof')
        } finally {
          app.proofProgress.value = null
        }
      }),

    exportBundle: (channel, withKeys) =>
      asked(async () => await exportChannel(await owned(), fromBase64url(channel), withKeys)),

    makeRecoveryFile: (passphrase) =>
      told(async () => {
        const { vault } = await owned()
        return { name: 'kilowit-recovery.age', bytes: await makeRecoveryFile(vault, passphrase) }
      }),

    recoveryKept: () =>
      told(async () => {
        const { vault } = await owned()
        app.recovery.value = { kind: 'kept', at: await recoveryKept(vault) }
      }),

    restore: (file, passphrase) =>
      told(async () => {
        const contents = await readRecoveryFile(file, passphrase)
        const { vault, engine, reading, tabs, tariffs } = await house
        if (!(await tabs.take())) throw new AppError('restore-elsewhere')
        const meters = await loadMeters(vault.database)
        const reads = meters.some(({ simulated }) => !simulated)
        if (reads && !(await wasReplaced(vault.database))) throw new AppError('restore-not-empty')
        await reading.stop()
        await engine.end()
        await restoreOwner(vault, clientFor(), contents)
        engine.forget()
        await tariffs.show()
        app.latest.value = new Map()
        app.today.value = new Map()
        app.seals.value = new Map()
        app.shownMeter.value = null
        app.proof.value = null
        app.keptProof.value = null
        app.recovery.value = { kind: 'kept', at: Date.now() }
        await fetchRestored(vault, engine)
      }),
  }
}

/** The restored owner's meters, once the platform knows the new keys. */
async function fetchRestored(vault: BrowserVault, engine: Engine): Promise<void> {
  const { client, self } = await engine.running()
  await engine.introduced()
  await restoreMeters(vault, client, self)
  await engine.showMeters()
  await engine.lookBack()
}

async function openHouse(): Promise<House> {
  const vault = await openVault(await openDatabase())
  const zone = browserZone()
  let reading: MeterReading | null = null
  const engine = createEngine({
    vault,
    zone,
    stop: (why) => void reading?.fail(why),
    takeWaiver: () => reading?.takeWaiver() === true,
  })
  const reader = createReading({
    vault,
    zone,
    state: (state) => (app.reader.value = state),
    telegram: (telegram, line) => engine.take(telegram, line),
    simulatedFrom: () => simulatedFrom(vault),
    waived: async () => (await loadMeters(vault.database)).some(({ waived }) => waived),
  })
  reading = reader
  await engine.showMeters()
  const kept = await vault.database.get('self', 'recovery') as app.Recovery | undefined // ours
  app.recovery.value = kept ?? { kind: 'none' }
  const proved = await vault.database.get('self', 'proof') as app.Proof | undefined // ours
  app.keptProof.value = proved ?? null
  await engine.known() // shows who we are, in a tab that watches too
  const tariffs = createKeptTariffs(vault)
  await tariffs.show()

  addEventListener('online', () => engine.wake())
  addEventListener('offline', () => (app.online.value = false))
  addEventListener('pagehide', () => void engine.flush())
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') engine.wake()
    else void engine.flush()
  })

  async function hold(): Promise<void> {
    if (app.reader.value.kind === 'watching') app.reader.value = { kind: 'idle' }
    if (await engine.known() !== null) {
      await engine.begin()
      // A restoring that was cut short goes on.
      if (await vault.database.get('self', 'restoring') === undefined) void engine.lookBack()
      else await fetchRestored(vault, engine).catch(() => undefined)
    }
    await reader.resume()
  }

  const tabs = openTabs({
    mirrored: mirrored(),
    hold: async () => {
      try {
        await hold()
      } catch {
        app.reader.value = { kind: 'failed', why: 'storage-failed' }
      }
    },
    release: () => engine.end(),
    mayRelease: () => !reader.busy(),
  })
  return { vault, engine, reading: reader, tabs, tariffs }
}

function mirrored(): Record<string, Mirrored> {
  // Both ends of the channel are this same code.
  const same = <T>(signal: Signal<T>): Mirrored => ({
    signal,
    show: (value) => (signal.value = value as T),
  })
  return {
    meters: same(app.meters),
    lineCounts: same(app.lineCounts),
    latest: same(app.latest),
    today: same(app.today),
    outbox: same(app.outbox),
    seals: same(app.seals),
    identities: same(app.identities),
    recovery: same(app.recovery),
    online: same(app.online),
    shownMeter: {
      signal: app.shownMeter,
      show: (value) => (app.shownMeter.value ??= value as string | null),
    },
    reader: {
      signal: app.reader,
      show(value) {
        const { kind } = value as app.ReaderState
        const reads = kind === 'reading' || kind === 'detecting' || kind === 'unplugged'
        app.reader.value = { kind: reads ? 'watching' : 'idle' }
      },
    },
  }
}

/** Turns whatever goes wrong into a failure with a sentence. */
async function told<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof AppError) throw error
    if (error instanceof Unreachable) throw new AppError('offline', error)
    if (error instanceof ApiProblem) throw new AppError(error.code ?? 'server', error)
    if (error instanceof DOMException) throw new AppError('storage-failed', error)
    throw new AppError('unknown', error)
  }
}

function browserZone(): string {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions()
  try {
    return new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions().timeZone
  } catch {
    return 'UTC'
  }
}
