/**
 * What the rooms may ask of the reader, in the tab that reads.
 *
 * @module
 */
import type { MeterKey } from '../../shared/meter/meter-key.ts'
import { lineText } from '../../shared/meter/line.ts'
import type { Actions } from '../actions.ts'
import { download } from '../parts/download.ts'
import * as app from '../state.ts'
import { AppError } from '../state.ts'
import { setClockZone } from '../vault/meters.ts'
import type { BrowserVault } from '../vault/vault.ts'
import type { Engine } from './engine.ts'
import { enteredKey, type MeterKeys } from './meter-keys.ts'
import type { MeterReading } from './reading.ts'

export interface HouseReader {
  readonly vault: BrowserVault
  readonly engine: Engine
  readonly reading: MeterReading
  readonly keys: MeterKeys
}

type ReaderActions = Pick<
  Actions,
  | 'connectMeter'
  | 'trySimulatedMeter'
  | 'waiveLineCheck'
  | 'askMeter'
  | 'answerReader'
  | 'saveLine'
  | 'testMeterKey'
  | 'keepMeterKey'
  | 'forgetMeterKey'
  | 'setClockZone'
>

/** @param reader null while another tab reads, which is then shown */
export function readerActions(reader: () => Promise<HouseReader | null>): ReaderActions {
  /** The key that opened a telegram, until it is kept. */
  let tested: { readonly system: string; readonly meter: string; readonly key: MeterKey } | null =
    null

  async function here(): Promise<HouseReader> {
    const house = await reader()
    if (house === null) throw new AppError('read-elsewhere')
    return house
  }

  return {
    connectMeter: async () => await (await reader())?.reading.connect(),
    trySimulatedMeter: async () => await (await reader())?.reading.simulate(),
    waiveLineCheck: async (id) => await (await reader())?.reading.waive(id),
    askMeter: async (id) => await (await reader())?.reading.ask(id),
    answerReader: async (...of) => await (await reader())?.reading.answer(...of),

    async saveLine(id) {
      const recording = (await here()).reading.recording(id)
      if (recording === null) throw new AppError('nothing-heard')
      const { settings, bytes } = recording
      download(`kilowit-line-${lineText(settings).replace(' ', '-')}.bin`, bytes)
    },

    async testMeterKey(system, entered, authentication) {
      const { reading } = await here()
      tested = null
      const key = await enteredKey(entered, authentication)
      const telegram = await reading.test(system, key)
      if (telegram === null) throw new AppError('no-telegram')
      if (typeof telegram === 'string') return { kind: telegram }
      const [main] = telegram.readings
      tested = { system, meter: main.meter, key }
      return { kind: 'opens', reading: main }
    },

    async keepMeterKey(system) {
      const { keys } = await here()
      if (tested?.system !== system) throw new AppError('no-telegram')
      const { meter, key } = tested
      await keys.keep(system, meter, key)
      tested = null
    },

    async forgetMeterKey(system) {
      const { keys } = await here()
      await keys.forget(system)
    },

    async setClockZone(meter, zone) {
      const { vault, engine } = await here()
      await setClockZone(vault.database, meter, zone)
      await engine.showMeters()
    },
  }
}

/** The zone of a meter's clock, where the owner told it. */
export function zoneOf(meter: string): string | null {
  return app.meters.peek().find(({ id }) => id === meter)?.clockZone ?? null
}
