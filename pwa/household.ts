/**
 * The household: what the rooms may ask for, done. It opens the vault, reads the meter, seals,
 * delivers and verifies in the one tab of this browser that may; the other tabs watch.
 *
 * @module
 */
import type { Signal } from '@preact/signals'
import { ApiProblem, Unreachable } from '../shared/api/client.ts'
import type { Actions } from './actions.ts'
import { browserZone } from './household/browser-zone.ts'
import { clientFor, type Running } from './household/client.ts'
import { createEngine, type Engine, simulatedFrom } from './household/engine.ts'
import { lookEachHalfMinute } from './household/elsewhere.ts'
import { createMeterKeys } from './household/meter-keys.ts'
import { consentChannel } from './consent-channel.ts'
import { wasReplaced } from './household/replaced.ts'
import { type HouseReader, readerActions, zoneOf } from './household/reader-actions.ts'
import { createReading, type MeterReading } from './household/reading.ts'
import type { ForPassphrase } from './household/passphrase-file.ts'
import {
  makeRecoveryFile,
  readRecoveryFile,
  recoveryKept,
  restoreMeters,
  restoreOwner,
  restoreSealing,
} from './household/recovery.ts'
import { createRememberedLines } from './household/remembered-lines.ts'
import {
  countRefused,
  countTelegram,
  createShownReaders,
  showOnly,
  watchedReaders,
} from './household/shown-readers.ts'
import { followShown } from './household/shown-meters.ts'
import { type Mirrored, openTabs, type Tabs } from './household/tabs.ts'
import { type Away, createAway } from './proof-run/away.ts'
import { readActions } from './proof-run/read-actions.ts'
import { portsOfBrowser } from './reader/browser-ports.ts'
import { type ConsentActions, consentProgress } from './consent/state.ts'
import type { DeviceActions } from './settings/devices-state.ts'
import * as app from './state.ts'
import { AppError } from './state.ts'
import { createKeptTariffs, type KeptTariffs } from './tariff/kept-tariffs.ts'
import { openDatabase } from './vault/database.ts'
import { loadMeters } from './vault/meters.ts'
import { type BrowserVault, openVault } from './vault/vault.ts'

interface House extends HouseReader {
  readonly tabs: Tabs
  readonly tariffs: KeptTariffs
}

export function createHousehold(): Actions {
  const away = createAway()
  let consent: Promise<ConsentActions> | null = null
  let devices: Promise<DeviceActions> | null = null
  // What is looked at first there is read by the worker.
  if (location.pathname === '/history') away.begin()
  const house = openHouse(away).catch((error: unknown) => {
    showOnly({ kind: 'failed', why: 'storage-failed' })
    throw new AppError('storage-failed', error)
  })
  house.catch(() => undefined) // told by whoever asks for something

  /** The reader, in the tab that may read; null while another tab reads. */
  async function reader(): Promise<House | null> {
    const all = await house
    if (await all.tabs.take()) return all
    showOnly({ kind: 'watching' })
    return null
  }

  const ofReader = readerActions(reader)

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

  const reads = readActions({
    away,
    asked,
    unreached: async (error) => await (await house).engine.doubt(error),
    async keep(proof) {
      await (await house).vault.database.put('self', proof, 'proof')
    },
  })

  return {
    connectMeter: () => told(ofReader.connectMeter),
    trySimulatedMeter: () => told(ofReader.trySimulatedMeter),
    waiveLineCheck: (id) => told(() => ofReader.waiveLineCheck(id)),
    askMeter: (id) => told(() => ofReader.askMeter(id)),
    saveLine: (id) => told(() => ofReader.saveLine(id)),
    answerReader: (...of) => told(() => ofReader.answerReader(...of)),
    testMeterKey: (...of) => told(() => ofReader.testMeterKey(...of)),
    keepMeterKey: (system) => told(() => ofReader.keepMeterKey(system)),
    forgetMeterKey: (system) => told(() => ofReader.forgetMeterKey(system)),
    setClockZone: (meter, zone) => told(() => ofReader.setClockZone(meter, zone)),

    stopReading: () =>
      told(async () => {
        const { reading, engine, tabs } = await house
        if (!tabs.holds()) return
        await reading.stop(app.shownReader.peek()?.id)
        await engine.flush()
      }),

    ...reads,

    sealPending: () =>
      told(async () => {
        const { engine, tabs } = await house
        if (tabs.holds()) await engine.flush()
      }),

    keepTariffs: (meter, tariffs) =>
      told(async () => await (await house).tariffs.keep(meter, tariffs)),

    makeRecoveryFile: (passphrase) =>
      told(async () => {
        const { vault } = await owned()
        const lock = async (file: ForPassphrase) => (await away.ask('lockFile', file)).bytes
        const bytes = await makeRecoveryFile(vault, passphrase, lock)
        return { name: 'kilowit-recovery.age', bytes }
      }),

    recoveryKept: () =>
      told(async () => {
        const { vault } = await owned()
        app.recovery.value = { kind: 'kept', at: await recoveryKept(vault) }
      }),

    restore: (file, passphrase) =>
      told(async () => {
        const contents = await readRecoveryFile(
          file,
          passphrase,
          async (locked) => (await away.ask('openFile', locked)).bytes,
        )
        const { vault, engine, reading, tabs, tariffs } = await house
        if (!(await tabs.take())) throw new AppError('restore-elsewhere')
        const meters = await loadMeters(vault.database)
        const reads = meters.some(({ simulated }) => !simulated)
        if (reads && !(await wasReplaced(vault.database))) throw new AppError('restore-not-empty')
        await reading.stop()
        await engine.end()
        await restoreOwner(vault, clientFor(), contents)
        engine.forget()
        await reading.load()
        away.end()
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

    consent: () => told(async () => await (consent ??= openConsent(await house))),
    devices: () => told(async () => await (devices ??= openDevices(await house))),
  }
}

/** Its code is loaded with the first use. */
async function openConsent(house: House): Promise<ConsentActions> {
  const { createConsent } = await import('./household/consent/consent.ts')
  const introduced = () => introducedBy(house)
  return createConsent({ ...consentOptions(house), introduced, told })
}

/** Likewise. */
async function openDevices(house: House): Promise<DeviceActions> {
  const { createDevices } = await import('./household/devices/devices.ts')
  const { engine } = house
  return createDevices({
    ...consentOptions(house),
    told,
    introduced: () => introducedBy(house),
    isRead: (meter) =>
      app.readers.peek().some(({ state, ...one }) =>
        one.meter === meter && (state.kind === 'reading' || state.kind === 'watching')
      ),
    async shown() {
      await engine.showMeters()
      void engine.lookBack()
    },
  })
}

/** Settles when the platform knows who this browser is, which is made now where it is nobody yet. */
async function introducedBy({ engine, tabs, vault }: House): Promise<Running> {
  const running = await engine.running()
  if (await vault.database.count('setup') > 0) {
    if (!(await tabs.take())) throw new AppError('read-elsewhere')
    await engine.introduced()
  }
  return running
}

function consentOptions({ vault, engine, tabs }: Pick<House, 'vault' | 'engine' | 'tabs'>) {
  const others = consentChannel()
  return {
    vault,
    async running() {
      const running = await engine.known()
      if (running === null) throw new AppError('no-owner')
      return running
    },
    changed() {
      if (tabs.holds()) void engine.turnEpochs().catch(() => undefined) // due with the next block
      others.postMessage(null)
    },
    async opened(meter: string) {
      await engine.openedChannel(meter)
      if (!tabs.holds()) others.postMessage(meter)
    },
  }
}

/** The restored owner's meters, once the platform knows the new keys. */
async function fetchRestored(vault: BrowserVault, engine: Engine): Promise<void> {
  const { client } = await engine.running()
  await engine.introduced()
  await restoreSealing(vault, client)
  const { self } = await engine.running()
  // Its grants go on; a history that does not hold is told where they are shown.
  const { refresh } = await import('./household/consent/owner-events.ts')
  await refresh({ vault, self, client }).catch(() => undefined)
  await restoreMeters(vault, client, self)
  void engine.turnEpochs().catch(() => undefined) // due again with the next block
  await engine.showMeters()
  await engine.lookBack()
}

async function openHouse(away: Away): Promise<House> {
  const vault = await openVault(await openDatabase())
  const zone = browserZone()
  let reading: MeterReading | null = null
  const engine = createEngine({
    far: ({ id }) => away.ask('lookBack', { channel: id }),
    vault,
    zone,
    zoneOf,
    stop: (why, line) => void reading?.fail(why, line),
  })
  const keys = createMeterKeys(vault)
  const tariffs = createKeptTariffs(vault)
  const reader = createReading({
    ports: await portsOfBrowser(),
    lines: createRememberedLines(vault.database),
    keys,
    zone,
    zoneOf,
    show: createShownReaders(),
    telegram(telegram, line) {
      countTelegram()
      engine.take(telegram, line)
    },
    refused: countRefused,
    connected: (meter) => (app.shownMeter.value = meter),
    recorded: () => app.meters.peek(),
    async changeMeter(before, now) {
      await engine.changeMeter(before, now)
      await tariffs.moved()
      if (await vault.database.count('grants') === 0) return
      const { createOwnerActions } = await import('./household/consent/actions.ts')
      await createOwnerActions(consentOptions({ vault, engine, tabs })).meterChanged(now.id)
    },
    simulatedFrom: () => simulatedFrom(vault),
    waived: async (meter) => (await vault.database.get('meters', meter))?.waived === true,
  })
  reading = reader
  await engine.showMeters()
  const kept = await vault.database.get('self', 'recovery') as app.Recovery | undefined // ours
  app.recovery.value = kept ?? { kind: 'none' }
  const proved = await vault.database.get('self', 'proof') as app.Proof | undefined // ours
  app.keptProof.value = proved ?? null
  await engine.known() // shows who we are, in a tab that watches too
  await tariffs.show()

  consentChannel().addEventListener('message', ({ data }: MessageEvent<string | null>) => {
    if (data === null) void engine.showMeters().catch(() => undefined) // who reads them
    if (!tabs.holds()) return
    const told = data === null ? engine.turnEpochs() : engine.openedChannel(data)
    told.catch(() => undefined) // due again with the next block
  })
  addEventListener('online', () => engine.wake())
  addEventListener('offline', () => (app.online.value = false))
  addEventListener('pagehide', () => {
    void engine.flush()
    void keys.settle().catch(() => undefined)
  })
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') engine.wake()
    else void engine.flush()
  })

  async function hold(): Promise<void> {
    app.readers.value = []
    if (await engine.known() !== null) {
      await engine.begin()
      // A restoring that was cut short goes on.
      if (await vault.database.get('self', 'restoring') === undefined) void engine.lookBack()
      else await fetchRestored(vault, engine).catch(() => undefined)
    }
    await reader.load()
    await reader.resume()
  }

  const elsewhere = lookEachHalfMinute(engine)
  const tabs = openTabs({
    mirrored: mirrored(),
    hold: async () => {
      try {
        await hold()
        elsewhere.begin()
      } catch {
        showOnly({ kind: 'failed', why: 'storage-failed' })
      }
    },
    release() {
      elsewhere.end()
      return engine.end()
    },
    mayRelease: () => !reader.busy(),
  })
  return { vault, engine, reading: reader, keys, tabs, tariffs }
}

function mirrored(): Record<string, Mirrored> {
  // Both ends of the channel are this same code.
  const same = <T>(signal: Signal<T>): Mirrored => ({
    signal,
    show: (value) => (signal.value = value as T),
  })
  return {
    meters: {
      signal: app.meters,
      show(value) {
        app.meters.value = value as readonly app.Meter[] // from this same code
        followShown()
      },
    },
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
    readers: watchedReaders,
    keptKeys: same(app.keptKeys),
    consentProgress: same(consentProgress),
  }
}

/** Turns whatever goes wrong into a failure with a sentence. */
async function told<T>(act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (error instanceof AppError) throw error
    if (error instanceof Unreachable) throw new AppError('offline', error)
    if (error instanceof ApiProblem) {
      throw new AppError(error.code ?? 'server', error, error.retryAfter)
    }
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    if (error instanceof DOMException) throw new AppError('storage-failed', error)
    throw new AppError('unknown', error)
  }
}
