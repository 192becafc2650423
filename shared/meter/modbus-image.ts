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

/** Registers side by side. */
interface Page {
  readonly words: Uint16Array
  /** 1 where the register is known. */
  readonly known: Uint8Array
}

const pageSize = 128

export function createImage(): Image {
  const pages = new Map<number, Page>()
  let size = 0
  const denied = new Set<string>()
  const nameOf = (code: number, address: number, count: number) => `${code} ${address} ${count}`

  /** A page comes with its first register; all there can be are 400 KiB. */
  function pageOf(code: ModbusFunction, address: number): Page | undefined {
    return pages.get(Math.floor((code * 0x1_0000 + address) / pageSize))
  }

  function makePage(code: ModbusFunction, address: number): Page {
    const page = { words: new Uint16Array(pageSize), known: new Uint8Array(pageSize) }
    pages.set(Math.floor((code * 0x1_0000 + address) / pageSize), page)
    return page
  }

  function isKnown(code: ModbusFunction, address: number): boolean {
    return pageOf(code, address)?.known[address % pageSize] === 1
  }

  return {
    put({ function: code, address: first }, words) {
      if (size + words.length > maxKnown) {
        pages.clear()
        size = 0
      }
      for (let i = 0; i < words.length; i++) {
        const address = first + i
        const page = pageOf(code, address) ?? makePage(code, address)
        if (page.known[address % pageSize] === 0) size++
        page.known[address % pageSize] = 1
        page.words[address % pageSize] = words[i] ?? 0
      }
    },
    deny({ function: code, address, count }) {
      if (denied.size >= maxDenied) denied.clear()
      denied.add(nameOf(code, address, count))
    },
    isDenied: (code, address, count) => denied.has(nameOf(code, address, count)),
    words(code, address, count) {
      for (let i = 0; i < count; i++) if (!isKnown(code, address + i)) return null
      const words = new Uint16Array(count)
      for (let i = 0; i < count; i++) {
        words[i] = pageOf(code, address + i)?.words[(address + i) % pageSize] ?? 0
      }
      return words
    },
    knowsAny(code, address, count) {
      for (let i = 0; i < count; i++) if (isKnown(code, address + i)) return true
      return false
    },
    forget(code, address, count) {
      for (let i = 0; i < count; i++) {
        const page = pageOf(code, address + i)
        if (page?.known[(address + i) % pageSize] !== 1) continue
        page.known[(address + i) % pageSize] = 0
        size--
      }
    },
  }
}
