/**
 * What the rooms may ask the household for. Its code is loaded after the first picture is there;
 * whoever asks earlier simply waits for it.
 *
 * @module
 */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { ConsentActions } from './consent/state.ts'
import type { DeviceActions } from './settings/devices-state.ts'
import type { DayView, EnergyView, KeyTrial, ReaderAnswer, SharedEnergy } from './state.ts'
import type { Tariffs } from './tariff/tariff.ts'

/** What the rooms may ask for. Every promise settles; a failure rejects with an `AppError`. */
export interface Actions {
  /** A granted and remembered port first, then the browser's chooser (needs the user's click). */
  connectMeter(): Promise<void>
  trySimulatedMeter(): Promise<void>
  /** Stops at the line of the shown meter; the others are read on. */
  stopReading(): Promise<void>
  /** Accept telegrams without a line check from the meter on this line; kept for that meter. */
  waiveLineCheck(reader: string): Promise<void>
  /** Asks the meter at a line on which nothing was heard. */
  askMeter(reader: string): Promise<void>
  /** Answers what the reader asks. */
  answerReader(reader: string, answer: ReaderAnswer): Promise<void>
  /** Puts what came over a line, and was sent, among the downloads: `decode` reads it. */
  saveLine(reader: string): Promise<void>
  /** Tries a key (32 hex digits each) on the newest telegram of that meter; nothing is kept yet. */
  testMeterKey(system: string, key: string, authentication: string | null): Promise<KeyTrial>
  /** Keeps the key that was tested last, in this browser alone. */
  keepMeterKey(system: string): Promise<void>
  /** Forgets it: the meter's telegrams cannot be opened any more. */
  forgetMeterKey(system: string): Promise<void>
  /** The zone (IANA) of this meter's clock, which does not say it. */
  setClockZone(meter: string, zone: string): Promise<void>
  /** A past local day, read from the platform, verified and opened. */
  readDay(meter: string, day: { year: number; month: number; day: number }): Promise<DayView>
  /**
   * Any stretch of time, read from the platform, verified and opened, away from the page's thread.
   * A newer request for the same resolution ends an older one with an `AbortError`.
   */
  readEnergy(
    meter: string,
    from: number,
    to: number,
    resolution: EnergyView['resolution'],
  ): Promise<EnergyView>
  /** Every reading kept of a stretch of time, as it is: a table (RFC 4180) or JSON. */
  exportReadings(
    meter: string,
    from: number,
    to: number,
    resolution: 'live' | EnergyView['resolution'],
    format: 'csv' | 'json',
  ): Promise<{ name: string; bytes: Uint8Array; unopened: number }>
  /**
   * What another person has given this owner, of one channel: read, verified and opened, as far as
   * it was not before. A newer request ends an older one with an `AbortError`, as the signal does.
   */
  readShared(
    of: { readonly grant: string; readonly channel: string },
    from: number,
    to: number,
    signal?: AbortSignal,
  ): Promise<SharedEnergy>
  /** All of it as a table (RFC 4180). */
  exportShared(
    of: { readonly grant: string; readonly channel: string },
    signal?: AbortSignal,
  ): Promise<{ name: string; bytes: Uint8Array; unopened: number }>
  /** Keeps the tariffs of a meter in this browser, in place of those before. */
  keepTariffs(meter: string, tariffs: Tariffs): Promise<void>
  /** What was read so far is in the outbox: before the page is left on purpose. */
  sealPending(): Promise<void>
  verifyNow(): Promise<void>
  /** A signed bundle of one channel; `withKeys` makes it readable for whoever has the file. */
  exportBundle(channel: string, withKeys: boolean): Promise<{ name: string; bytes: Uint8Array }>
  /** Makes the recovery file; it counts as kept once `recoveryKept` is called. */
  makeRecoveryFile(passphrase: string): Promise<{ name: string; bytes: Uint8Array }>
  recoveryKept(): Promise<void>
  restore(file: Blob, passphrase: string): Promise<void>
  /** What can be done about consent; its code is loaded with the first use. */
  consent(): Promise<ConsentActions>
  /** What can be done about the household's devices; likewise. */
  devices(): Promise<DeviceActions>
}

const Context = createContext<Actions | null>(null)
export const ActionsProvider = Context.Provider

export function useActions(): Actions {
  const actions = useContext(Context)
  if (actions === null) throw new TypeError('Rooms are shown inside ActionsProvider')
  return actions
}

/** Actions that wait for those to come. */
export function actionsOf(coming: Promise<Actions>): Actions {
  return {
    connectMeter: async () => (await coming).connectMeter(),
    trySimulatedMeter: async () => (await coming).trySimulatedMeter(),
    stopReading: async () => (await coming).stopReading(),
    waiveLineCheck: async (reader) => (await coming).waiveLineCheck(reader),
    askMeter: async (reader) => (await coming).askMeter(reader),
    answerReader: async (...of) => (await coming).answerReader(...of),
    saveLine: async (reader) => (await coming).saveLine(reader),
    testMeterKey: async (...of) => (await coming).testMeterKey(...of),
    keepMeterKey: async (system) => (await coming).keepMeterKey(system),
    forgetMeterKey: async (system) => (await coming).forgetMeterKey(system),
    setClockZone: async (meter, zone) => (await coming).setClockZone(meter, zone),
    readDay: async (meter, day) => (await coming).readDay(meter, day),
    readEnergy: async (...of) => (await coming).readEnergy(...of),
    exportReadings: async (...of) => (await coming).exportReadings(...of),
    readShared: async (...of) => (await coming).readShared(...of),
    exportShared: async (...of) => (await coming).exportShared(...of),
    keepTariffs: async (...of) => (await coming).keepTariffs(...of),
    sealPending: async () => (await coming).sealPending(),
    verifyNow: async () => (await coming).verifyNow(),
    exportBundle: async (channel, withKeys) => (await coming).exportBundle(channel, withKeys),
    makeRecoveryFile: async (passphrase) => (await coming).makeRecoveryFile(passphrase),
    recoveryKept: async () => (await coming).recoveryKept(),
    restore: async (file, passphrase) => (await coming).restore(file, passphrase),
    consent: async () => (await coming).consent(),
    devices: async () => (await coming).devices(),
  }
}
