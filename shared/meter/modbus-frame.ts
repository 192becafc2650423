/**
 * Frames of Modbus (MODBUS Application Protocol Specification V1.1b3; MODBUS over Serial Line
 * V1.02): a question for registers, its answer, and the check of the serial line, CRC-16/Modbus.
 *
 * On the serial line a frame ends with 3.5 characters of silence. A reader behind USB, let alone
 * one in a browser, sees bytes in bunches and milliseconds late, so here a frame's length follows
 * from its function code, never from time. Only functions 03 and 04 are asked; the lengths of the
 * others serve to step over what other devices say. The check finds accidents, not forgers.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { crc16 } from './crc16.ts'

/** 3: holding registers; 4: input registers. Both are read only, by reading them. */
export type ModbusFunction = 3 | 4

/** A question for registers: `count` of them from `address`, which counts from 0. */
export interface ModbusRequest {
  /** 1 to 247 on a serial line; over TCP also 0 and 255. */
  readonly unit: number
  readonly function: ModbusFunction
  readonly address: number
  /** 1 to 125. */
  readonly count: number
}

/** A frame's greatest length on a serial line, unit and check included. */
export const maxFrame = 256
export const maxCount = 125

const modbus = crc16(0xa001)

/** CRC-16/Modbus over a part of some bytes: start FFFF, sent low byte first. */
export function crc16Modbus(bytes: Uint8Array, from = 0, to = bytes.length): number {
  return modbus(0xffff, bytes, from, to)
}

/** Whether the `length` bytes from `from` end with their own check. */
export function isChecked(bytes: Uint8Array, from: number, length: number): boolean {
  const end = from + length - 2
  const sent = (bytes[end] ?? 0) | ((bytes[end + 1] ?? 0) << 8)
  return crc16Modbus(bytes, from, end) === sent
}

/** A frame of the serial line: unit, function and data, with the check. */
export function writeRtu(unit: number, data: Uint8Array): Bytes {
  const end = data.length + 1
  const frame = new Uint8Array(end + 2)
  frame[0] = unit
  frame.set(data, 1)
  const crc = crc16Modbus(frame, 0, end)
  frame[end] = crc & 0xff
  frame[end + 1] = crc >>> 8
  return frame
}

/** Function and data of a question. @throws {RangeError} unless it can be asked */
export function writeQuestion({ function: code, address, count }: ModbusRequest): Bytes {
  if (!Number.isInteger(count) || count < 1 || count > maxCount) {
    throw new RangeError(`Cannot ask for ${count} registers: ask for 1 to ${maxCount} at a time`)
  }
  if (!Number.isInteger(address) || address < 0 || address + count > 0x1_0000) {
    throw new RangeError(`Cannot ask for ${count} registers from ${address}: they end at 65535`)
  }
  return Uint8Array.of(code, address >>> 8, address & 0xff, 0, count)
}

/** @throws {RangeError} unless it can be asked of a unit of a serial line */
export function writeRtuRequest(request: ModbusRequest): Bytes {
  const { unit } = request
  if (!Number.isInteger(unit) || unit < 1 || unit > 247) {
    throw new RangeError(`Cannot ask unit ${unit}: units of a serial line are 1 to 247`)
  }
  return writeRtu(unit, writeQuestion(request))
}

/** Length of an answer by its function code, unit and check included; null if it cannot be told. */
export function answerLength(bytes: Uint8Array, from: number): number | 'more' | null {
  const code = bytes[from + 1]
  if (code === undefined) return 'more'
  if (code >= 0x81 && code <= 0xab) return 5
  switch (code) {
    case 1:
    case 2:
    case 3:
    case 4:
    case 12:
    case 17:
    case 20:
    case 21:
    case 23: {
      const count = bytes[from + 2]
      if (count === undefined) return 'more'
      const odd = (code === 3 || code === 4) && (count % 2 === 1 || count === 0)
      return odd || count + 5 > maxFrame ? null : count + 5
    }
    case 5:
    case 6:
    case 8:
    case 11:
    case 15:
    case 16:
      return 8
    case 7:
      return 5
    case 22:
      return 10
    default:
      return null
  }
}

/** The registers in an answer's data. */
export function wordsOf(bytes: Uint8Array, from: number, count: number): Uint16Array {
  const words = new Uint16Array(count)
  for (let i = 0; i < count; i++) {
    words[i] = ((bytes[from + 2 * i] ?? 0) << 8) | (bytes[from + 2 * i + 1] ?? 0)
  }
  return words
}
