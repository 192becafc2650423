/**
 * What is known of a device's registers so far: those it gave, and the questions it refused. What
 * a map or SunSpec needs is read from here, and what is not here yet is asked for.
 *
 * @module
 */

import type { ModbusFunction, ModbusRequest } from './modbus-frame.ts'

export interface Image {
  put(request: Omit<ModbusRequest, 'unit'>, words: Uint16Array): void
  /** The device said no to this very question. */
  deny(request: Omit<ModbusRequest, 'unit'>): void
  isDenied(code: ModbusFunction, address: number, count: number): boolean
  /** Null unless all of them are known. */
  words(code: ModbusFunction, address: number, count: number): Uint16Array | null
  /** Whether any register of a stretch is known. */
  knowsAny(code: ModbusFunction, address: number, count: number): boolean
  forget(code: ModbusFunction, address: number, count: number): void
}

/** No device here needs more; one that gives more is forgotten and asked again. */
const maxKnown = 1024
const maxDenied = 256

const placeOf = (code: ModbusFunction, address: number): number => code * 0x1_0000 + address

export function createImage(): Image {
  const known = new Map<number, number>()
  const denied = new Set<string>()
  const nameOf = (code: number, address: number, count: number) => `${code} ${address} ${count}`

  return {
    put({ function: code, address }, words) {
      if (known.size + words.length > maxKnown) known.clear()
      for (const [i, word] of words.entries()) known.set(placeOf(code, address + i), word)
    },
    deny({ function: code, address, count }) {
      if (denied.size >= maxDenied) denied.clear()
      denied.add(nameOf(code, address, count))
    },
    isDenied: (code, address, count) => denied.has(nameOf(code, address, count)),
    words(code, address, count) {
      const words = new Uint16Array(count)
      for (let i = 0; i < count; i++) {
        const word = known.get(placeOf(code, address + i))
        if (word === undefined) return null
        words[i] = word
      }
      return words
    },
    knowsAny(code, address, count) {
      for (let i = 0; i < count; i++) if (known.has(placeOf(code, address + i))) return true
      return false
    },
    forget(code, address, count) {
      for (let i = 0; i < count; i++) known.delete(placeOf(code, address + i))
    },
  }
}
