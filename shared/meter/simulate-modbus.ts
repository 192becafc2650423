/**
 * A simulated RS485 line with a device of each Modbus family: one household that does not exist
 * (household.ts), measured by each of them. Real frames, asked by real questions, over RTU or TCP;
 * the same seed and instant give the same answer. Serial numbers and SunSpec's maker are such as no
 * maker has.
 *
 * @module
 */

import { type Bytes, utf8 } from '../bytes.ts'
import { createHousehold, type Instant } from './household.ts'
import type { AskedLine } from './line.ts'
import { isChecked, writeRtu } from './modbus-frame.ts'
import { familyOf } from './modbus-families.ts'
import { type FamilyId, type ModbusMap, type Point, type WordOrder } from './modbus-map.ts'
import { simulatedMaker, simulatedSerials } from './modbus-reading.ts'
import { sunSpecModels } from './modbus-sunspec.ts'
import { writeTcp } from './modbus-tcp.ts'
import { parseObis } from './obis.ts'

export interface SimulatedDevice {
  /** 1 to 247. */
  readonly unit: number
  readonly family: FamilyId
  /** Of SunSpec: 201 to 204, 211 to 214. @default {203} */
  readonly model?: number
  /** @default the map's */
  readonly order?: WordOrder
}

export interface SimulatedBusOptions {
  /** Which household: a whole number. */
  readonly seed: number
  /** @default one of each */
  readonly devices?: readonly SimulatedDevice[]
  /** Both counters at the end of 2019, in Wh. @default {0} */
  readonly startWh?: number
}

export interface SimulatedBus {
  readonly devices: readonly (SimulatedDevice & { readonly meter: string })[]
  /** What comes back in this second; nothing where nobody feels asked, as on a real line. */
  answer(frame: Uint8Array, unixSeconds: number): Bytes
  answerTcp(frame: Uint8Array, unixSeconds: number): Bytes
}

export const oneOfEach: readonly SimulatedDevice[] = [
  { unit: 1, family: 'janitza-umg604' },
  { unit: 2, family: 'janitza-umg604-pro' },
  { unit: 3, family: 'eastron-sdm630' },
  { unit: 4, family: 'eastron-sdm72d-m' },
  { unit: 5, family: 'eastron-sdm72d-m-v2' },
  { unit: 6, family: 'sunspec', model: 203 },
  { unit: 7, family: 'sunspec', model: 213 },
]

/** Registers of one function by address. */
type Memory = Map<number, number>

interface Device {
  readonly device: SimulatedDevice
  readonly meter: string
  /** At most, in one question. */
  readonly most: number
  /** What its function 3 and 4 give. */
  readonly memory: (instant: Instant, volts: readonly number[]) => Record<3 | 4, Memory>
}

/** Powers of ten of SunSpec's whole numbers, by unit. */
const scales: Record<string, number> = { A: -2, V: -1, Hz: -2, '': -1 }

/** What a point's code says in this instant, in its own unit. */
function valueOf(
  point: Point,
  { moment, counts }: Instant,
  volts: readonly number[],
  start: number,
) {
  const code = parseObis(`1-0:${point.obis}`)
  const c = code?.c ?? 0
  const phase = c >= 21 && c <= 80 ? Math.floor((c - 1) / 20) : 0
  const base = phase > 0 ? ((c - 1) % 20) + 1 : c
  const watts = phase > 0 ? moment.phases[phase - 1] ?? 0 : moment.net
  const share = phase > 0 ? 3 : 1
  const [night, day, outNight, outDay] = counts
  const inside = start + Math.floor((night + day) / 3600)
  const outside = start + Math.floor((outNight + outDay) / 3600)
  if (code?.d === 8) {
    const counter: Record<number, number> = {
      1: inside,
      2: outside,
      15: inside + outside,
      16: inside - outside,
      // A fifth of everything is reactive.
      3: inside / 5,
      4: outside / 5,
      5: inside / 5,
      8: outside / 5,
      9: inside * 1.02,
      10: outside * 1.02,
    }
    return Math.floor((counter[base] ?? 0) / share)
  }
  const voltage = volts[Math.max(phase - 1, 0)] ?? 230
  switch (base) {
    case 12:
      return voltage
    case 11:
      return Math.abs(watts) / voltage
    case 13:
      return watts < 0 ? -0.98 : 0.98
    case 14:
      return 49.98 + (counts[0] % 5) / 100
    case 16:
      return watts
    case 9:
      return Math.abs(watts) * 1.02
    case 3:
      return watts / 5
    case 91:
      return 0.25
    default:
      return 0
  }
}

const view = new DataView(new ArrayBuffer(8))

/** The words of a number, the most significant first. */
function wordsOf(value: number, type: Point['type']): number[] {
  if (type === 'float32') view.setFloat32(0, value)
  else if (type === 'int16' || type === 'uint16') return [Math.round(value) & 0xffff]
  else if (type === 'int64' || type === 'uint64') {
    view.setBigInt64(0, BigInt(Math.round(value)))
    return [0, 2, 4, 6].map((at) => view.getUint16(at))
  } else view.setUint32(0, Math.round(value) >>> 0)
  return [view.getUint16(0), view.getUint16(2)]
}

function inOrder(words: readonly number[], order: WordOrder): number[] {
  if (order === 'big' || words.length === 1) return [...words]
  return words.map((_, i) => {
    const word = words[words.length - 1 - i] ?? 0
    return order === 'swapped' ? word : ((word & 0xff) << 8) | (word >>> 8)
  })
}

function put(memory: Memory, at: number, words: readonly number[]): void {
  for (const [i, word] of words.entries()) memory.set(at + i, word)
}

function textWords(text: string, registers: number): number[] {
  const bytes = utf8(text.padEnd(2 * registers, '\0'))
  return Array.from({ length: registers }, (_, i) => {
    return ((bytes[2 * i] ?? 0) << 8) | (bytes[2 * i + 1] ?? 0)
  })
}

/** What the devices of a map say they are, and how much they give at once. */
const traits: Partial<Record<FamilyId, { readonly code?: number; readonly most: number }>> = {
  'eastron-sdm630': { code: 0x70, most: 80 },
  'eastron-sdm72d-m': { code: 0x84, most: 60 },
  'eastron-sdm72d-m-v2': { code: 0x89, most: 60 },
}

function mapped(device: SimulatedDevice, map: ModbusMap, seed: number, start: number): Device {
  const { code, most = 125 } = traits[device.family] ?? {}
  const order = device.order ?? map.order
  const serial = simulatedSerials + 1000 * (Math.abs(seed) % 1000) + device.unit
  return {
    device,
    meter: `${map.prefix}-${serial}`,
    most,
    memory(instant, volts) {
      const memory: Record<3 | 4, Memory> = { 3: new Map(), 4: new Map() }
      const own = memory[map.function]
      // What lies between its values, a device answers with zeros.
      for (const { address, count } of map.blocks) put(own, address, Array<number>(count).fill(0))
      for (const point of map.points) {
        const value = valueOf(point, instant, volts, start) / 10 ** (point.exponent ?? 0)
        put(own, point.at, inOrder(wordsOf(value, point.type), order))
      }
      if (map.serial !== null) put(memory[3], map.serial.address, wordsOf(serial, 'uint32'))
      if (code !== undefined) put(memory[3], 0xfc02, [code])
      return memory
    },
  }
}

function sunSpec(device: SimulatedDevice, seed: number, start: number): Device {
  const { model: id = 203 } = device
  const model = sunSpecModels.get(id)
  if (model === undefined) throw new RangeError(`Cannot simulate SunSpec model ${id}`)
  const serial = `${1000 * (Math.abs(seed) % 1000) + device.unit}`
  const base = 40_000
  return {
    device,
    meter: `${simulatedMaker}-${serial}`,
    most: 125,
    memory(instant, volts) {
      const own: Memory = new Map()
      put(own, base, [0x5375, 0x6e53, 1, 66])
      put(own, base + 4, textWords(simulatedMaker, 16))
      put(own, base + 20, textWords(`METER ${id}`, 16))
      put(own, base + 36, textWords('', 8))
      put(own, base + 44, textWords('1.0', 8))
      put(own, base + 52, textWords(serial, 16))
      put(own, base + 68, [device.unit, 0x8000])
      const head = base + 70
      put(own, head, [id, model.length])
      const body = head + 2
      const none = id < 210 ? 0x8000 : 0x7fc0
      put(own, body, Array<number>(model.length).fill(none))
      put(own, body + model.length, [0xffff, 0])
      for (const point of model.points) {
        const scale = point.scale === undefined ? 0 : scales[point.unit] ?? 0
        const value = valueOf(point, instant, volts, start)
        const power = scale + (point.exponent ?? 0)
        put(own, body + point.at, wordsOf(value / 10 ** power, point.type))
        if (point.scale !== undefined) put(own, body + point.scale, [scale & 0xffff])
      }
      return { 3: own, 4: new Map() }
    },
  }
}

export function createSimulatedBus(options: SimulatedBusOptions): SimulatedBus {
  const { seed, startWh = 0 } = options
  const household = createHousehold(seed)
  const devices = (options.devices ?? oneOfEach).map((device) => {
    const { map } = familyOf(device.family)
    return map === null ? sunSpec(device, seed, startWh) : mapped(device, map, seed, startWh)
  })

  /** Function and data of an answer. */
  function answerTo(data: Uint8Array, { memory, most }: Device, at: number): Bytes {
    const [code = 0, high = 0, low = 0, countHigh = 0, countLow = 0] = data
    const no = (why: number) => Uint8Array.of(code | 0x80, why)
    if ((code !== 3 && code !== 4) || data.length !== 5) return no(1)
    const address = (high << 8) | low
    const count = (countHigh << 8) | countLow
    if (count < 1 || count > most) return no(3)
    const instant = household.at(at)
    const volts = [0, 1, 2].map((phase) => 229 + ((instant.counts[0] + 7 * phase) % 30) / 10)
    const own = memory(instant, volts)[code]
    const bytes = [code, 2 * count]
    for (let i = 0; i < count; i++) {
      const word = own.get(address + i)
      if (word === undefined) return no(2)
      bytes.push(word >>> 8, word & 0xff)
    }
    return Uint8Array.from(bytes)
  }

  const find = (unit: number | undefined) => devices.find(({ device }) => device.unit === unit)

  return {
    devices: devices.map(({ device, meter }) => ({ ...device, meter })),
    answer(frame, unixSeconds) {
      const found = find(frame[0])
      const isFrame = frame.length >= 4 && isChecked(frame, 0, frame.length)
      if (found === undefined || !isFrame) return new Uint8Array(0)
      const { unit } = found.device
      return writeRtu(unit, answerTo(frame.subarray(1, -2), found, Math.floor(unixSeconds)))
    },
    answerTcp(frame, unixSeconds) {
      const [high = 0, low = 0, , , lengthHigh = 0, length = 0, unit = 0] = frame
      const isWhole = frame.length >= 8 && frame.length === 6 + (lengthHigh << 8) + length
      if (!isWhole) return new Uint8Array(0)
      const transaction = (high << 8) | low
      const found = find(unit)
      // A gateway that reaches nobody says so.
      const data = found === undefined
        ? Uint8Array.of((frame[7] ?? 0) | 0x80, 11)
        : answerTo(frame.subarray(7), found, Math.floor(unixSeconds))
      return writeTcp(transaction, unit, data)
    },
  }
}

/** A line on which this bus answers at once. @param now whole seconds */
export function createSimulatedLine(
  bus: SimulatedBus,
  now: () => number,
  transport: 'rtu' | 'tcp' = 'rtu',
): AskedLine {
  const coming: Bytes[] = []
  return {
    async write(bytes) {
      const answer = transport === 'rtu' ? bus.answer(bytes, now()) : bus.answerTcp(bytes, now())
      if (answer.length > 0) coming.push(answer)
      await Promise.resolve()
    },
    read: async () => await Promise.resolve(coming.shift() ?? null),
  }
}
