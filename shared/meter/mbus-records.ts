/**
 * The variable data structure of the M-Bus (EN 13757-3:2018, clause 6): records of a data
 * information block (DIF, DIFE), a value information block (VIF, VIFE, plain text) and data, up to
 * the maker's own data or the end. One byte that does not fit fails the whole: what a record is can
 * only be known if all before it were understood.
 *
 * @module
 */

import { type MBusTime, readMBusTime } from './mbus-time.ts'
import { bcdDigits, type Decimal, plusPower, readBcd, readInteger, readReal } from './mbus-value.ts'
import { vifOf } from './mbus-vif.ts'
import { manufacturerSpecific, type Meaning, meaningOf } from './mbus-vife.ts'
import type { ValueFunction } from './reading.ts'

export interface MBusRecord {
  readonly quantity: string
  readonly unit: string
  readonly storage: number
  readonly tariff: number
  readonly subunit: number
  readonly function: ValueFunction
  /** Null where the record says no number. */
  readonly value: Decimal | null
  /** What it says instead of a number. */
  readonly text: string
  readonly time: MBusTime | null
  /** It should be a number and is none. */
  readonly invalid: boolean
}

export interface MBusRecords {
  readonly records: readonly MBusRecord[]
  /** What the maker says in its own way behind the records; null where that part is missing. */
  readonly own: Uint8Array | null
  /** More telegrams of the same readout follow. */
  readonly more: boolean
}

const functions = ['instantaneous', 'maximum', 'minimum', 'error'] as const

/** Bytes of data by the lowest four bits of the DIF; null for a length of its own. */
const sizes = [0, 1, 2, 3, 4, 4, 6, 8, 0, 1, 2, 3, 4, null, 6] as const

const maxExtensions = 10
/** Characters of ISO/IEC 8859-1, which come last first. */
function latin1(bytes: Uint8Array): string {
  let text = ''
  for (let i = bytes.length - 1; i >= 0; i--) text += String.fromCharCode(bytes[i] ?? 0)
  return text
}

export function toHexWords(bytes: Uint8Array): string {
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(' ')
}

/** Walks the bytes; every step past their end throws this, and {@link readRecords} catches it. */
class Broken extends Error {}

class Walk {
  readonly #bytes: Uint8Array
  at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.at
  }

  peek(ahead: number): number {
    return this.#bytes[this.at + ahead] ?? 0
  }

  take(count: number): Uint8Array {
    if (count > this.left) throw new Broken()
    this.at += count
    return this.#bytes.subarray(this.at - count, this.at)
  }

  next(): number {
    const byte = this.#bytes[this.at]
    if (byte === undefined) throw new Broken()
    this.at++
    return byte
  }

  /** Bytes as long as their highest bit says that one more follows. */
  extensions(): Uint8Array {
    for (let count = 0; count < maxExtensions; count++) {
      if (count >= this.left) throw new Broken()
      if (this.peek(count) < 0x80) return this.take(count + 1)
    }
    throw new Broken()
  }
}

interface Block {
  readonly data: number
  readonly storage: number
  readonly tariff: number
  readonly subunit: number
  readonly function: ValueFunction
}

function readBlock(walk: Walk, dif: number): Block {
  let storage = (dif >> 6) & 1
  let tariff = 0
  let subunit = 0
  if (dif >= 0x80) {
    const extensions = walk.extensions()
    for (let i = 0; i < extensions.length; i++) {
      const dife = extensions[i] ?? 0
      // By powers, for storage numbers have up to 41 bits.
      storage += (dife & 0x0f) * 2 ** (4 * i + 1)
      tariff += ((dife >> 4) & 3) * 4 ** i
      subunit += ((dife >> 6) & 1) * 2 ** i
    }
  }
  const name = functions[(dif >> 4) & 3] ?? 'instantaneous'
  return { data: dif & 0x0f, storage, tariff, subunit, function: name }
}

/** Whether so many characters of text follow the length byte. */
function isText(walk: Walk): boolean {
  const length = walk.peek(0)
  if (length >= walk.left) return false
  for (let i = 1; i <= length; i++) {
    const byte = walk.peek(i)
    if (byte < 0x20 || (byte >= 0x7f && byte < 0xa0)) return false
  }
  return true
}

function readText(walk: Walk): string {
  return latin1(walk.take(walk.next()))
}

/**
 * The name of a value in plain text. By the standard it stands behind all VIFE; many meters put it
 * before them, which shows where text of that length follows at once.
 */
function readPlainText(walk: Walk, extended: boolean): Meaning {
  const first = extended && !isText(walk) ? walk.extensions() : null
  const name = readText(walk)
  const codes = first ?? (extended ? walk.extensions() : new Uint8Array(0))
  const vif = { quantity: name, unit: '', exponent: 0, factor: 1, coding: 'signed' } as const
  return meaningOf(vif, codes, 0)
}

function readMeaning(walk: Walk): Meaning {
  const vif = walk.next()
  const extended = vif >= 0x80
  if ((vif & 0x7f) === 0x7c) return readPlainText(walk, extended)
  const codes = extended ? walk.extensions() : new Uint8Array(0)
  if (vif === 0xff) {
    return manufacturerSpecific(meaningOf(vifOf('primary', vif), codes, 99), codes, 0)
  }
  if (vif === 0xfb) return meaningOf(vifOf('alternate', codes[0] ?? 0), codes, 1)
  if (vif === 0xfd && codes[0] === 0xfd && codes.length > 1) {
    return meaningOf(vifOf('second', codes[1] ?? 0), codes, 2)
  }
  if (vif === 0xfd) return meaningOf(vifOf('main', codes[0] ?? 0), codes, 1)
  return meaningOf(vifOf('primary', vif), codes, 0)
}

/** All of a record but its data. */
interface Head extends Block {
  readonly meaning: Meaning
}

/** Heads of so many bytes are known again by them; longer ones are taken apart each time. */
const maxHead = 6
/** The newest: a meter says the same ten or so in each response. */
const heads = new Map<number, Head>()
const maxHeads = 1024

/** The bytes of the head that begins here, and how many, in one number; 0 for a longer head. */
function headKey(walk: Walk): number {
  let key = 0
  let length = 0
  /** Bytes up to the first without its highest bit; whether they end in time. */
  const takeOn = (): boolean => {
    while (length < maxHead && length < walk.left) {
      const byte = walk.peek(length++)
      key = key * 0x100 + byte
      if (byte < 0x80) return true
    }
    return false
  }
  if (!takeOn()) return 0
  // A name in plain text is told from codes by what stands behind it.
  if ((walk.peek(length) & 0x7f) === 0x7c) return 0
  return takeOn() ? key + length * 2 ** (8 * maxHead) : 0
}

function readHead(walk: Walk): Head {
  const key = headKey(walk)
  const known = heads.get(key)
  if (known !== undefined) {
    walk.at += Math.floor(key / 2 ** (8 * maxHead))
    return known
  }
  const head = { ...readBlock(walk, walk.next()), meaning: readMeaning(walk) }
  if (key > 0) {
    if (heads.size >= maxHeads) heads.clear()
    heads.set(key, head)
  }
  return head
}

type Content = Pick<MBusRecord, 'value' | 'text' | 'time' | 'invalid'>

const nothing: Content = { value: null, text: '', time: null, invalid: false }

function invalid(shown: string): Content {
  return { ...nothing, text: shown, invalid: true }
}

function number({ mantissa, exponent }: Decimal, meaning: Meaning): Content {
  const { factor, offset } = meaning
  const value: Decimal = {
    mantissa: factor === 1 ? mantissa : mantissa * BigInt(factor),
    exponent: exponent + meaning.exponent,
  }
  const told = offset === null ? value : plusPower(value, offset)
  return { value: told, text: '', time: null, invalid: false }
}

function whole(mantissa: bigint, meaning: Meaning): Content {
  return number({ mantissa, exponent: 0 }, meaning)
}

/** A number too long for one, as it is written. */
function highestFirst(bytes: Uint8Array): string {
  return toHexWords(bytes.map((_, i) => bytes[bytes.length - 1 - i] ?? 0))
}

/** Data with a length of its own (table 5). */
function readVariable(walk: Walk, meaning: Meaning): Content {
  const lvar = walk.next()
  if (lvar < 0xc0) {
    const bytes = walk.take(lvar)
    const isText = meaning.coding !== 'bytes'
    return { ...nothing, text: isText ? latin1(bytes) : toHexWords(bytes) }
  }
  if (lvar <= 0xc9 || (lvar >= 0xd0 && lvar <= 0xd9)) {
    const bytes = walk.take(lvar & 0x0f)
    const digits = bcdDigits(bytes)
    if (!/^[0-9]*$/.test(digits)) return invalid(digits)
    const value = BigInt(digits)
    return whole(lvar < 0xd0 ? value : -value, meaning)
  }
  if (lvar >= 0xe0 && lvar <= 0xef) {
    const bytes = walk.take(lvar - 0xe0)
    const isNumber = meaning.coding === 'signed' || meaning.coding === 'unsigned'
    if (!isNumber || bytes.length === 0) return { ...nothing, text: toHexWords(bytes) }
    return whole(readInteger(bytes, meaning.coding === 'signed'), meaning)
  }
  const size = lvar >= 0xf0 && lvar <= 0xf4 ? 4 * (lvar - 0xec) : ({ 0xf5: 48, 0xf6: 64 })[lvar]
  if (size === undefined) throw new Broken()
  return { ...nothing, text: highestFirst(walk.take(size)) }
}

function readContent(walk: Walk, data: number, meaning: Meaning): Content {
  const size = sizes[data]
  if (size === undefined) throw new Broken()
  if (size === null) return readVariable(walk, meaning)
  const bytes = walk.take(size)
  if (size === 0) return nothing
  if (data === 5) {
    const real = readReal(bytes, 6 + meaning.exponent)
    return real === null ? invalid(toHexWords(bytes)) : number(real, meaning)
  }
  if (data > 8) {
    const value = readBcd(bytes)
    return value === null ? invalid(bcdDigits(bytes)) : whole(value, meaning)
  }
  if (meaning.coding === 'time') {
    const time = readMBusTime(bytes)
    if (time !== null) return { ...nothing, time, text: time.text }
  }
  if (meaning.coding === 'bytes') return { ...nothing, text: toHexWords(bytes) }
  return whole(readInteger(bytes, meaning.coding !== 'unsigned'), meaning)
}

function readRecord(walk: Walk): MBusRecord {
  const { data, meaning, storage, tariff, subunit, function: kind } = readHead(walk)
  const content = readContent(walk, data, meaning)
  const { quantity, unit, error } = meaning
  const { value, text, time, invalid: isInvalid } = error === null ? content : invalid(error)
  return {
    quantity,
    unit,
    storage,
    tariff,
    subunit,
    function: kind,
    value,
    text,
    time,
    invalid: isInvalid,
  }
}

/** Null where the bytes are no records to their end. */
export function readRecords(bytes: Uint8Array): MBusRecords | null {
  const walk = new Walk(bytes)
  const records: MBusRecord[] = []
  try {
    while (walk.left > 0) {
      const dif = walk.peek(0)
      if ((dif & 0x0f) === 0x0f) {
        walk.at++
        if (dif === 0x2f) continue
        // The other special functions are the master's, or nobody's.
        if (dif !== 0x0f && dif !== 0x1f) return null
        return { records, own: walk.take(walk.left), more: dif === 0x1f }
      }
      const record = readRecord(walk)
      if (record.value !== null || record.text !== '') records.push(record)
    }
  } catch (error) {
    if (error instanceof Broken) return null
    throw error
  }
  return { records, own: null, more: false }
}
