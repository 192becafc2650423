/**
 * SML_GetList.Res: what a meter says of itself, a list of entries with code, status, unit, scaler
 * and value, as registers and texts. A code is taken apart once and known again by its bytes.
 *
 * @module
 */

import { type Bytes, toHex } from '../bytes.ts'
import { cosemUnit } from './cosem-unit.ts'
import { isPlausible } from './plausible.ts'
import { maxMeter, type Register, type TextRegister, type Warning } from './reading.ts'
import { isPrintable, readServerId, type Server } from './server-id.ts'
import { boolean, integer, list, octets, type SmlCursor, unsigned } from './sml-tlv.ts'
import { badTime, noTime, readSmlTime, type SmlTime } from './sml-time.ts'

/** What one meter says in one file. */
export interface SmlList {
  readonly server: Server
  readonly registers: Register[]
  readonly texts: TextRegister[]
  readonly warnings: Warning[]
  /** By which codes are known to have come before in it. */
  readonly nth: number
  time: SmlTime
}

export interface ReadList {
  /**
   * Takes the content of an SML_GetList.Res into the lists of its file.
   *
   * @throws {SmlError}
   */
  (cursor: SmlCursor, lists: SmlList[]): void
}

/** More than any meter says, and what a block has columns for. */
const maxEntries = 1024

/** The exponents and digits that a block can hold. */
const maxExponent = 18
const maxDigits = 60

/** Bytes of a server id; two characters each, where it is no text. */
const maxServer = maxMeter / 2

/** Codes known again; meters of a household have a few dozen. */
const maxCodes = 1024

const watt = 27
const noUnit = 255

/** A code, and what it said the last time: most of that comes again, and is then told again. */
interface Code {
  readonly high: number
  readonly low: number
  readonly obis: string
  /** The list that last had it, so that twice in one is seen. */
  seen: number
  unitCode: number
  unit: string
  /** Of the register; NaN for one whose number is not told again. */
  number: number
  register: Register
  bytes: Bytes
  text: TextRegister
  status: number
  statusText: TextRegister
}

const nothing: Bytes = new Uint8Array(0)

function createCode(high: number, low: number): Code {
  const [a, b, c] = [high >> 16, (high >> 8) & 0xff, high & 0xff]
  const [d, e, f] = [low >> 16, (low >> 8) & 0xff, low & 0xff]
  const obis = `${a}-${b}:${c}.${d}.${e}*${f}`
  const text: TextRegister = { obis, text: '' }
  return {
    high,
    low,
    obis,
    seen: 0,
    unitCode: noUnit,
    unit: '',
    number: NaN,
    register: { obis, value: '', exponent: 0, unit: '' },
    bytes: nothing,
    text,
    status: -1,
    statusText: text,
  }
}

/** Whether these bytes are at a place. */
function standAt(bytes: Uint8Array, at: number, known: Uint8Array): boolean {
  for (let i = 0; i < known.length; i++) if (bytes[at + i] !== known[i]) return false
  return true
}

function warn(found: SmlList, warning: Warning): void {
  if (!found.warnings.includes(warning)) found.warnings.push(warning)
}

/**
 * DZG's DVS74 of these numbers (the maker's own word) writes a power in as few bytes as it has without
 * a sign, and calls them signed: 356.24 W look like -299.12 W. What the meter means it to be
 * fits no other bytes, and it never sends a negative power in so few.
 */
function isSignLost({ server }: SmlList, code: Code, scaler: number, size: number): boolean {
  const { maker, number } = server
  const isAffected = maker === 'DZG' &&
    (number >= 42_000_000 && number < 49_000_000 || number >= 55_000_000 && number < 59_000_000)
  return isAffected && size <= 2 && scaler === -2 && code.unitCode === watt &&
    code.obis === '1-0:16.7.0*255'
}

/** The same number with an exponent that a block can hold; null where it has none. */
function withinExponents(
  value: string,
  scaler: number,
): { readonly value: string; readonly exponent: number } | null {
  const over = Math.abs(scaler) - maxExponent
  if (over <= 0) return { value, exponent: scaler }
  const exponent = Math.sign(scaler) * maxExponent
  if (value === '0') return { value, exponent }
  const zeros = '0'.repeat(over)
  if (scaler < 0) return value.endsWith(zeros) ? { value: value.slice(0, -over), exponent } : null
  return value.length + over <= maxDigits ? { value: value + zeros, exponent } : null
}

export function createReadList(): ReadList {
  /** In the order of the list that was read last, and by their two halves. */
  let order: Code[] = []
  const codes = new Map<number, Code>()
  let lists = 0
  let serverId = nothing
  let server: Server | null = null

  function codeOf(bytes: Bytes, at: number, index: number): Code {
    const high = (bytes[at] ?? 0) << 16 | (bytes[at + 1] ?? 0) << 8 | (bytes[at + 2] ?? 0)
    const low = (bytes[at + 3] ?? 0) << 16 | (bytes[at + 4] ?? 0) << 8 | (bytes[at + 5] ?? 0)
    const last = order[index]
    if (last !== undefined && last.high === high && last.low === low) return last
    const key = high * 0x1000000 + low
    let code = codes.get(key)
    if (code === undefined) {
      if (codes.size >= maxCodes) {
        codes.clear()
        order = []
      }
      codes.set(key, code = createCode(high, low))
    }
    // Beyond an end that was cut off, the place stays empty until it is reached.
    if (index <= order.length) order[index] = code
    return code
  }

  function isFirst(found: SmlList, code: Code): boolean {
    const first = code.seen !== found.nth
    code.seen = found.nth
    if (!first) warn(found, 'duplicate-register')
    return first
  }

  function readText(cursor: SmlCursor, code: Code): TextRegister {
    const { bytes, at, size } = cursor
    cursor.at += size
    if (code.bytes.length !== size || !standAt(bytes, at, code.bytes)) {
      code.bytes = bytes.slice(at, at + size)
      const text = isPrintable(code.bytes)
        ? String.fromCharCode(...code.bytes)
        : toHex(code.bytes).toUpperCase()
      code.text = { obis: code.obis, text }
    }
    return code.text
  }

  /** Up to six bytes of a status word are kept beside the value, as the meter gave them. */
  function readStatus(cursor: SmlCursor, found: SmlList, code: Code): void {
    if (cursor.next() !== unsigned || cursor.size > 8) cursor.fail()
    if (cursor.size > 6) {
      const text = toHex(cursor.bytes.subarray(cursor.at, cursor.at + cursor.size)).toUpperCase()
      cursor.at += cursor.size
      found.texts.push({ obis: code.obis, text: `status ${text}` })
      return
    }
    const status = cursor.content()
    if (status !== code.status) {
      code.status = status
      const text = `status ${status.toString(16).toUpperCase()}`
      code.statusText = { obis: code.obis, text }
    }
    found.texts.push(code.statusText)
  }

  function readNumber(cursor: SmlCursor, found: SmlList, code: Code, scaler: number): void {
    const { size, type } = cursor
    if (size === 0 || size > 8) {
      cursor.at += size
      return warn(found, 'value-invalid')
    }
    const number = cursor.content()
    const isExact = Number.isSafeInteger(number)
    const isMended = type === integer && number < 0 && isSignLost(found, code, scaler, size)
    const known = code.register
    if (
      !isMended && number === code.number && known.exponent === scaler && known.unit === code.unit
    ) {
      found.registers.push(known)
      return
    }
    const { obis, unit } = code
    let value = isExact ? String(number) : cursor.digits()
    if (isMended) {
      value = String(number + 256 ** size)
      warn(found, 'sign-mended')
    }
    const scaled = withinExponents(value, scaler)
    if (scaled === null) {
      warn(found, 'value-invalid')
      found.texts.push({ obis, text: `${value}e${scaler} ${unit}`.trim() })
      return
    }
    const register = { obis, ...scaled, unit }
    const isDoubted = !isPlausible(register)
    if (isDoubted) warn(found, 'value-implausible')
    // What is not told as it came, or with a doubt, is looked at every time.
    const isAsItCame = isExact && !isMended && !isDoubted && register.exponent === scaler
    code.register = register
    code.number = isAsItCame ? number : NaN
    found.registers.push(register)
  }

  /** A value that is a time (SML_List, SML 1.04). */
  function readTime(cursor: SmlCursor, found: SmlList, code: Code): void {
    if (cursor.size !== 2) cursor.fail()
    cursor.number(unsigned, 1)
    const time = readSmlTime(cursor)
    if (time === badTime) warn(found, 'value-invalid')
    else if (time !== noTime) {
      const text = new Date(time * 1000).toISOString().replace('.000', '')
      found.texts.push({ obis: code.obis, text })
    }
  }

  function readEntry(cursor: SmlCursor, found: SmlList, index: number): void {
    cursor.list(7)
    cursor.octets()
    const { size } = cursor
    if (size !== 6) {
      // A name of the maker's own kind is no code.
      for (let left = 6; left > 0; left--) cursor.skip()
      return warn(found, 'value-invalid')
    }
    const code = codeOf(cursor.bytes, cursor.at - 6, index)
    const keep = isFirst(found, code)
    if (!cursor.skipAbsent()) {
      if (keep) readStatus(cursor, found, code)
      else cursor.skip()
    }
    readSmlTime(cursor)
    const unitCode = cursor.skipAbsent() ? noUnit : cursor.number(unsigned, 2)
    if (unitCode !== code.unitCode) {
      code.unitCode = unitCode
      code.unit = cosemUnit(unitCode)
    }
    const scaler = cursor.skipAbsent() ? 0 : cursor.number(integer, 2)
    if (!keep) cursor.skip()
    // Named, but not said: missing is missing.
    else if (!cursor.skipAbsent()) {
      const type = cursor.next()
      if (type === integer || type === unsigned) readNumber(cursor, found, code, scaler)
      else if (type === octets) {
        found.texts.push(readText(cursor, code))
      } else if (type === boolean) {
        found.texts.push({ obis: code.obis, text: cursor.content() === 0 ? 'false' : 'true' })
      } else readTime(cursor, found, code)
    }
    if (!cursor.skipAbsent()) cursor.octets()
  }

  /** Takes the server id, and finds what this meter said before in the same file. */
  function openList(cursor: SmlCursor, found: SmlList[]): SmlList {
    cursor.octets()
    if (cursor.size > maxServer) cursor.fail()
    const from = cursor.at - cursor.size
    if (
      server === null || serverId.length !== cursor.size ||
      !standAt(cursor.bytes, from, serverId)
    ) {
      serverId = cursor.bytes.slice(from, cursor.at)
      server = readServerId(serverId)
    }
    const { meter } = server
    for (const earlier of found) if (earlier.server.meter === meter) return earlier
    const nth = ++lists
    const opened: SmlList = { server, registers: [], texts: [], warnings: [], nth, time: noTime }
    found.push(opened)
    return opened
  }

  return (cursor, found) => {
    cursor.list(7)
    if (!cursor.skipAbsent()) cursor.octets()
    const opened = openList(cursor, found)
    if (!cursor.skipAbsent()) cursor.octets()
    const time = readSmlTime(cursor)
    if (!cursor.skipAbsent()) {
      const type = cursor.next()
      const { size } = cursor
      if (type !== list || size > maxEntries) cursor.fail()
      for (let index = 0; index < size; index++) readEntry(cursor, opened, index)
      const { registers, texts } = opened
      if (registers.length > maxEntries || texts.length > maxEntries) cursor.fail()
    }
    if (!cursor.skipAbsent()) cursor.octets()
    const gateway = readSmlTime(cursor)
    const told = time === noTime ? gateway : time
    if (opened.time === noTime) opened.time = told
  }
}
