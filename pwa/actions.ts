/**
 * What the rooms may ask the household for. Its code is loaded after the first picture is there;
 * whoever asks earlier simply waits for it.
 *
 * @module
 */
import { createContext } from 'preact'
import { useContext } from 'preact/hooks'
import type { Actions } from './state.ts'

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
