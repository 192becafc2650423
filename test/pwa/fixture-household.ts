/**
 * Stands in for the household where the rooms themselves are tested: it puts the state that the
 * address names (`?state=…`) into the signals, and answers every question at once.
 *
 * @module
 */
import type { Actions } from '../../pwa/actions.ts'
import { AppError, tariffs } from '../../pwa/state.ts'
import { fixtureConsent } from './fixture-consent.ts'
import { fixtureSharedReading } from './fixture-shared.ts'
import { fixtureDevices } from './fixture-devices.ts'
import {
  dayView,
  energyView,
  gasId,
  gasView,
  isStateName,
  latestOfVienna,
  showState,
} from './fixture-state.ts'

export function createHousehold(): Actions {
  const name = new URL(location.href).searchParams.get('state') ??
    sessionStorage.getItem('state') ??
    'first-visit'
  sessionStorage.setItem('state', name)
  if (!isStateName(name)) throw new TypeError(`No such state: ${name}`)
  showState(name)
  document.documentElement.dataset['state'] = name
  const bytes = new TextEncoder().encode('a bundle')
  return {
    connectMeter: async () => showState('detecting'),
    trySimulatedMeter: async () => showState('simulated'),
    stopReading: async () => showState('idle'),
    waiveLineCheck: async () => showState('import'),
    askMeter: async () => showState('asking'),
    saveLine: async () => undefined,
    answerReader: async () => showState('import'),
    testMeterKey: async (_system, key) => {
      if (!/^[0-9a-f]{32}$/i.test(key.replaceAll(/[\s-]/g, ''))) {
        throw new AppError('meter-key-malformed')
      }
      if (key.startsWith('0')) return { kind: 'wrong' }
      const newest = latestOfVienna()
      return { kind: 'opens', reading: newest }
    },
    keepMeterKey: async () => showState('key-kept'),
    forgetMeterKey: async () => showState('locked'),
    setClockZone: async () => showState('key-kept'),
    readDay: async (_meter, day) => {
      if (day.day === 13) throw new AppError('offline')
      return dayView(Date.UTC(day.year, day.month - 1, day.day) / 1000 - 7200, 86_400, {
        gap: day.day % 2 === 0,
        empty: day.day === 11,
        onlyHere: day.day === 9,
      })
    },
    sealPending: async () => undefined,
    readEnergy: async (meter, from, to, resolution) => {
      if (name === 'offline-idle') throw new AppError('offline')
      if (name === 'replaced') throw new AppError('keys-replaced')
      return meter === gasId ? gasView(from, to) : energyView(from, to, resolution)
    },
    exportReadings: async (meter, _from, _to, resolution, format) => ({
      name: `kilowit-${meter}-${resolution}.${format}`,
      bytes,
      unopened: 0,
    }),
    keepTariffs: async (meter, kept) => {
      tariffs.value = new Map(tariffs.value).set(meter, kept)
    },
    verifyNow: async () => {
      if (name === 'proof-kept') throw new AppError('offline')
      if (name === 'replaced') throw new AppError('keys-replaced')
      showState('proof-checking')
    },
    exportBundle: async (_channel, withKeys) => ({
      name: `kilowit-live-71536b51${withKeys ? '-readable' : ''}.bundle`,
      bytes,
    }),
    makeRecoveryFile: async () => ({ name: 'kilowit-recovery-2026-06-14.age', bytes }),
    recoveryKept: async () => showState('import'),
    ...fixtureSharedReading((from, to) => energyView(from, to, 'PT15M')),
    consent: async () => fixtureConsent(name),
    devices: async () => fixtureDevices(),
    restore: async () => {
      throw new AppError('passphrase-wrong')
    },
  }
}
