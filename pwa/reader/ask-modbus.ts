/**
 * Asks the meters of an RS485 line (Modbus RTU): at each likely setting for the unit that meters
 * have when they leave the factory, then for a few more. Only registers are read.
 *
 * @module
 */
import type { DuplexLine, LineSettings } from '../../shared/meter/line.ts'
import {
  createModbusReader,
  type ModbusReader,
  recognizeModbus,
} from '../../shared/meter/modbus.ts'
import { modbusLines } from '../../shared/meter/modbus-families.ts'
import type { WordOrder } from '../../shared/meter/modbus-map.ts'
import { createPoller, type Poller } from '../../shared/meter/modbus-poller.ts'
import { createRtuFraming } from '../../shared/meter/modbus-rtu.ts'
import type { Outcome } from '../../shared/meter/telegram.ts'
import { type Answering, type Asker, type Talk, together } from './asker.ts'

const factory = 1
const furtherUnits = [2, 3, 4, 5, 6, 7, 8]
/** Where further units are looked for: as meters are delivered, and the standard's own. */
const furtherLines = 2
/** Milliseconds; of many units that are looked for, most are not there. */
const patience = 300

function pollerOf(line: DuplexLine, patient: boolean): Poller {
  const framing = createRtuFraming()
  const clock = () => performance.now()
  return createPoller(
    patient ? { line, framing, clock } : { line, framing, clock, timeout: patience, retries: 0 },
  )
}

export const modbus: Asker = {
  pause: 5_000,

  async find(talk, known) {
    const { line } = talk
    const tried: { settings: LineSettings; units: readonly number[] }[] = known === null
      ? [
        ...modbusLines.map((settings) => ({ settings, units: [factory] })),
        ...modbusLines.slice(0, furtherLines).map((settings) => ({
          settings,
          units: furtherUnits,
        })),
      ]
      : [{ settings: known.settings, units: [factory, ...furtherUnits] }]
    for (const { settings, units } of tried) {
      await line.open(settings)
      for (const unit of units) {
        const first = await meterAt(talk, unit, known)
        if (first === null) continue
        const readers = [first.reader]
        for (const further of furtherUnits) {
          const other = further > unit ? await meterAt(talk, further, known) : null
          if (other !== null) readers.push(other.reader)
        }
        const order = first.order === null ? {} : { order: first.order }
        return {
          answering: () => ({ settings, ...order }),
          async ask() {
            const answers: Outcome[] = []
            for (const reader of readers) answers.push(await reader.poll())
            return together(answers)
          },
        }
      }
    }
    return null
  },
}

interface Meter {
  readonly reader: ModbusReader
  /** Where the owner was asked. */
  readonly order: WordOrder | null
}

async function meterAt(talk: Talk, unit: number, known: Answering | null): Promise<Meter | null> {
  const { line, decoding, confirmOrder } = talk
  const found = await recognizeModbus(pollerOf(line, false), unit)
  if (found.kind !== 'found') return null
  const { family } = found
  let order: WordOrder | null = null
  if (found.order !== null && family.map !== null) {
    const { suggested, millihertz } = found.order
    order = known?.order ??
      (await confirmOrder(family.name, millihertz) ? suggested : family.map.order)
  }
  const reader = createModbusReader({
    ...decoding,
    poller: pollerOf(line, true),
    check: 'crc',
    unit,
    family,
    ...(order === null ? {} : { order }),
  })
  return { reader, order }
}
