/**
 * A simulated German meter: a household that does not exist (household.ts) on SML 1.04, as an FNN
 * basic meter pushes it over its optical interface. Its server id has letters that no maker has,
 * unless a test asks for a real one's. The same seed and instant give the same telegram.
 *
 * @module
 */

import { type Bytes, concat, utf8 } from '../bytes.ts'
import { crc16X25 } from './crc16.ts'
import { createHousehold } from './household.ts'
import { readServerId } from './server-id.ts'
import { simulatedMaker } from './system-title.ts'

export interface SimulatedSmlOptions {
  /** Which household: a whole number. */
  readonly seed: number
  /** Without it the meter tells whole kilowatt-hours and no power. @default {true} */
  readonly pin?: boolean
  /** Import counter at the end of 2019, in Wh. @default {0} */
  readonly startWh?: number
  /** Whether its clock tells the time; most meters count seconds. @default {false} */
  readonly clock?: boolean
  /** The maker's three letters, as if it were a real meter. */
  readonly posing?: string
}

export interface SimulatedSmlMeter {
  /** The id its readings carry. */
  readonly meter: string
  /** The telegram that the meter begins in this second. */
  telegramAt(unixSeconds: number): Bytes
}

/** Type in the high nibble, length or count in the low ones, as many bytes as they need. */
function smlHead(type: number, size: number): number[] {
  const nibbles = (length: number): number[] =>
    length < 0x10 ? [length] : [...nibbles(Math.floor(length / 16)), length % 16]
  let parts = nibbles(size)
  // But for lists, the length counts these bytes too.
  if (type !== 0x70) {
    let bytes = 1
    while ((parts = nibbles(size + bytes)).length > bytes) bytes++
  }
  return parts.map((part, i) => (i === 0 ? type : 0) | (i < parts.length - 1 ? 0x80 : 0) | part)
}

export const smlAbsent: Bytes = Uint8Array.of(0x01)

export function smlOctets(content: Uint8Array): Bytes {
  return concat(Uint8Array.from(smlHead(0x00, content.length)), content)
}

export function smlList(...elements: readonly Uint8Array[]): Bytes {
  return concat(Uint8Array.from(smlHead(0x70, elements.length)), ...elements)
}

function smlNumber(type: number, value: number | bigint, bytes: number): Bytes {
  const content = new Uint8Array(bytes)
  let rest = BigInt(value)
  for (let i = bytes - 1; i >= 0; i--) {
    content[i] = Number(rest & 0xffn)
    rest >>= 8n
  }
  return concat(Uint8Array.from(smlHead(type, bytes)), content)
}

export function smlUnsigned(value: number | bigint, bytes = 1): Bytes {
  return smlNumber(0x60, value, bytes)
}

export function smlInteger(value: number | bigint, bytes = 1): Bytes {
  return smlNumber(0x50, value, bytes)
}

/** A message with its check (SML 1.04, section 5.1). */
export function smlMessage(transaction: number, kind: number, content: Uint8Array): Bytes {
  const checked = concat(
    Uint8Array.of(0x76),
    smlOctets(smlUnsigned(transaction, 4).subarray(1)),
    smlUnsigned(0),
    smlUnsigned(0),
    smlList(smlUnsigned(kind, 2), content),
  )
  const crc = crc16X25(checked)
  return concat(checked, Uint8Array.of(0x63, crc & 0xff, crc >> 8, 0x00))
}

/** Messages in transport protocol version 1, with its check and escapes. */
export function writeSml(...messages: readonly Uint8Array[]): Bytes {
  const file = concat(...messages)
  const escaped: number[] = []
  let run = 0
  for (const byte of file) {
    escaped.push(byte)
    run = byte === 0x1b ? run + 1 : 0
    if (run === 4) {
      escaped.push(0x1b, 0x1b, 0x1b, 0x1b)
      run = 0
    }
  }
  const padding = (4 - (escaped.length % 4)) % 4
  const checked = concat(
    Uint8Array.of(0x1b, 0x1b, 0x1b, 0x1b, 0x01, 0x01, 0x01, 0x01),
    Uint8Array.from(escaped),
    new Uint8Array(padding),
    Uint8Array.of(0x1b, 0x1b, 0x1b, 0x1b, 0x1a, padding),
  )
  const crc = crc16X25(checked)
  return concat(checked, Uint8Array.of(crc & 0xff, crc >> 8))
}

export interface SmlEntry {
  /** Six numbers. */
  readonly code: readonly number[]
  readonly status?: Uint8Array
  readonly time?: Uint8Array
  readonly unit?: number
  readonly scaler?: number
  /** An element; {@link smlAbsent} for none. */
  readonly value: Uint8Array
}

export function smlEntry({ code, status, time, unit, scaler, value }: SmlEntry): Bytes {
  return smlList(
    smlOctets(Uint8Array.from(code)),
    status ?? smlAbsent,
    time ?? smlAbsent,
    unit === undefined ? smlAbsent : smlUnsigned(unit),
    scaler === undefined ? smlAbsent : smlInteger(scaler),
    value,
    smlAbsent,
  )
}

/** Content of an SML_GetList.Res. @param time an SML_Time */
export function smlListResponse(
  server: Uint8Array,
  time: Uint8Array,
  entries: readonly Uint8Array[],
): Bytes {
  const name = smlOctets(Uint8Array.of(0x01, 0x00, 0x62, 0x0a, 0xff, 0xff))
  return smlList(
    smlAbsent,
    smlOctets(server),
    name,
    time,
    smlList(...entries),
    smlAbsent,
    smlAbsent,
  )
}

/** A time by its choice: 1 index of seconds, 2 since 1970. */
export function smlTime(choice: number, seconds: number): Bytes {
  return smlList(smlUnsigned(choice), smlUnsigned(seconds, 4))
}

const openResponse = 0x0101
const closeResponse = 0x0201
const listResponse = 0x0701
const watt = 27
const wattHour = 30
const volt = 35
const importing = [0x1c, 0x01, 0x04]

/** Open, a list of values, close: the file of every push. */
export function writeSmlPush(
  server: Uint8Array,
  transaction: number,
  time: Uint8Array,
  entries: readonly Uint8Array[],
): Bytes {
  const id = smlOctets(smlUnsigned(transaction, 4).subarray(1))
  const open = smlList(smlAbsent, smlAbsent, id, smlOctets(server), time, smlUnsigned(1))
  return writeSml(
    smlMessage(transaction, openResponse, open),
    smlMessage(transaction + 1, listResponse, smlListResponse(server, time, entries)),
    smlMessage(transaction + 2, closeResponse, smlList(smlAbsent)),
  )
}

export function createSimulatedSmlMeter(options: SimulatedSmlOptions): SimulatedSmlMeter {
  const { seed, pin = true, startWh = 0, clock = false, posing } = options
  const household = createHousehold(seed)
  const maker = utf8(posing ?? simulatedMaker)
  const number = smlUnsigned(10_000_000 + Math.abs(seed) % 10_000, 4).subarray(1)
  const server = concat(Uint8Array.of(0x0a, 0x01), maker, Uint8Array.of(0x00), number)

  /** A counter in watt seconds: tenths of a watt-hour, or whole kilowatt-hours. */
  function counter(code: number, wattSeconds: number, isFirst: boolean): Bytes {
    const tenths = Math.floor(wattSeconds / 360)
    return smlEntry({
      code: [1, 0, code, 8, 0, 255],
      ...(isFirst ? { status: concat(Uint8Array.of(0x64), Uint8Array.from(importing)) } : {}),
      unit: wattHour,
      scaler: pin ? -1 : 3,
      value: smlUnsigned(pin ? tenths : Math.floor(tenths / 10_000), 8),
    })
  }

  function power(code: number, watts: number): Bytes {
    const value = smlInteger(watts, 4)
    return smlEntry({ code: [1, 0, code, 7, 0, 255], unit: watt, scaler: 0, value })
  }

  return {
    meter: readServerId(server).meter,
    telegramAt(unixSeconds) {
      const unix = Math.floor(unixSeconds)
      const { seconds, counts: [night, day, outNight, outDay], moment } = household.at(unix)
      const [one, two, three] = moment.phases
      const time = clock ? smlTime(2, unix) : smlTime(1, seconds)
      const full = [
        power(16, moment.net),
        power(36, one),
        power(56, two),
        power(76, three),
        ...[32, 52, 72].map((code, i) => {
          const value = smlUnsigned(2290 + (unix + 7 * i) % 20, 2)
          return smlEntry({ code: [1, 0, code, 7, 0, 255], unit: volt, scaler: -1, value })
        }),
      ]
      return writeSmlPush(server, 4 * (seconds % 0x3fffffff), time, [
        smlEntry({ code: [1, 0, 96, 50, 1, 1], value: smlOctets(maker) }),
        smlEntry({ code: [1, 0, 96, 1, 0, 255], value: smlOctets(server) }),
        counter(1, startWh * 3600 + night + day, true),
        counter(2, outNight + outDay, false),
        ...(pin ? full : []),
      ])
    },
  }
}
