/**
 * A response of an M-Bus meter (RSP_UD) as a reading: the header with or without the meter's name
 * (CI 72, 7A, 78), the fixed structure (CI 73) and the meter's own errors (CI 70); what AMIS meters
 * send by themselves (CI 5B, see amis.ts); encryption of mode 5 (AES-128 in CBC, EN 13757-7) where
 * the owner has given the key. There is nothing to tell whether somebody else made the frame: what
 * is encrypted proves no more than "encrypted only".
 *
 * @module
 */

import { type Bytes, concat } from '../bytes.ts'
import { amisCode, isAmisTelegram } from './amis.ts'
import { clockTolerance, invalidTime, type Observed, observedLocal } from './local-time.ts'
import {
  identityBytes,
  identityText,
  type MBusIdentity,
  mediumName,
  readIdentity,
} from './mbus-address.ts'
import { readFixed } from './mbus-fixed.ts'
import type { MBusFrame } from './mbus-frame.ts'
import { type MBusRecord, readRecords, toHexWords } from './mbus-records.ts'
import type { MeterKey } from './meter-key.ts'
import { isPlausible, isPlausibleQuantity } from './plausible.ts'
import type { Assurance, Register, TextRegister, ValueName, Warning } from './reading.ts'
import type { DecoderOptions, RefusalReason, Telegram } from './telegram.ts'

/** Where neither the telegram nor the caller names one. */
const mbusZone = 'Europe/Amsterdam'

export type MBusResponse =
  | {
    readonly telegram: Telegram
    /** More telegrams of the same readout follow. */
    readonly more: boolean
  }
  | {
    readonly reason: RefusalReason
    readonly system?: Bytes
    /** Nothing is wrong with it: it says nothing but that more follows. */
    readonly empty?: boolean
  }

/** A response as far as it can be read without a key. */
export interface MBusHeader {
  /** Null where the response names nobody. */
  readonly identity: MBusIdentity | null
  /** The name as it came: 8 bytes, by which keys are asked for. */
  readonly system: Bytes | null
  readonly access: number
  readonly status: number
  readonly configuration: number
  readonly payload: Bytes
}

/** Whether a frame comes from a meter and answers a request for data. */
export function isResponse(frame: MBusFrame): boolean {
  // ACD and DFC may be set.
  return frame.form === 'long' && (frame.control & 0xcf) === 0x08
}

function readHeader(frame: MBusFrame): MBusHeader | null {
  const { information, data } = frame
  if (information === 0x78) {
    return { identity: null, system: null, access: 0, status: 0, configuration: 0, payload: data }
  }
  const isLong = information === 0x72 || isAmisTelegram(frame)
  const size = isLong ? 12 : information === 0x7a ? 4 : null
  if (size === null || data.length < size) return null
  const system = size === 12 ? data.slice(0, 8) : null
  return {
    identity: system === null ? null : readIdentity(system),
    system,
    access: data[size - 4] ?? 0,
    status: data[size - 3] ?? 0,
    configuration: ((data[size - 1] ?? 0) << 8) | (data[size - 2] ?? 0),
    payload: data.slice(size),
  }
}

/** What a master sends in long frames: a reset, data, a selection, and baud rates (table 2). */
const orders: ReadonlySet<number> = new Set([0x50, 0x51, 0x52, 0x54, 0x55, 0x56])

/** Whether a frame comes from the master: what it asks, not what a meter says. */
export function isQuestion({ form, control, information }: MBusFrame): boolean {
  if ((control & 0x40) === 0) return false
  if (form === 'short') return true
  const order = information ?? 0
  return form === 'long' && (orders.has(order) || (order >= 0xb8 && order <= 0xbf))
}

/** Who answers; null where a frame is no response, or names nobody. */
export function responder(frame: MBusFrame): MBusIdentity | null {
  return isResponse(frame) ? readHeader(frame)?.identity ?? null : null
}

/** Ciphers that are not read here: DES, AES in other modes, TLS. */
const unread: ReadonlySet<number> = new Set([2, 3, 4, 6, 8, 9, 10, 13])

/**
 * How many bytes at the head of the payload are encrypted, and how. Meters of before encryption have
 * a signature of their own in this place, so modes that nobody has defined are none.
 */
function encryptionOf({ configuration }: MBusHeader): { mode: number; bytes: number } {
  const mode = (configuration >> 8) & 0x1f
  const bytes = ((configuration >> 4) & 0x0f) * 16
  if (mode === 5 || mode === 7) return { mode: bytes > 0 ? mode : 0, bytes }
  return { mode: unread.has(mode) && configuration !== 0 ? mode : 0, bytes: 0 }
}

/** By the standard the first thing sealed is two fillers. */
function isOpen(payload: Bytes): boolean {
  return payload[0] === 0x2f && payload[1] === 0x2f
}

/** Mode 5: the vector is the meter's name and its access number eight times. */
async function openMode5(
  header: MBusHeader,
  system: Bytes,
  key: CryptoKey,
  bytes: number,
): Promise<Bytes> {
  const iv = new Uint8Array(16).fill(header.access)
  iv.set(system.subarray(4, 6))
  iv.set(system.subarray(0, 4), 2)
  iv.set(system.subarray(6, 8), 6)
  const sealed = header.payload.slice(0, bytes)
  // WebCrypto takes a padding off the end: one block more is sealed that is nothing but padding.
  const chain = sealed.slice(-16)
  const padding = await crypto.subtle.encrypt(
    { name: 'AES-CBC', iv: chain },
    key,
    new Uint8Array(0),
  )
  const whole = concat(sealed, new Uint8Array(padding))
  const open = await crypto.subtle.decrypt({ name: 'AES-CBC', iv }, key, whole)
  return concat(new Uint8Array(open), header.payload.subarray(bytes))
}

/** The errors that a meter tells of itself (CI 70, table 17): refused, whichever it is. */
const alarmForms: ReadonlySet<number> = new Set([0x6e, 0x6f, 0x70])

export interface ReadOptions extends DecoderOptions {
  /** Who was asked, where the response may not say it. */
  readonly asked?: MBusIdentity
}

/** A promise only where something has to be decrypted. */
export function readResponse(
  frame: MBusFrame,
  options: ReadOptions,
  seen: number,
): MBusResponse | Promise<MBusResponse> {
  if (!isResponse(frame) && !isAmisTelegram(frame)) return { reason: 'unknown-form' }
  if (frame.information === 0x73) return readFixedResponse(frame, options, seen)
  if (alarmForms.has(frame.information ?? 0)) return { reason: 'meter-error' }
  const header = readHeader(frame)
  if (header === null) return { reason: 'unknown-form' }
  const { mode, bytes } = encryptionOf(header)
  if (mode === 0) return readPlain(frame, header, header.payload, 'plain', options, seen)
  // With the short header, who was selected is who answers.
  const system = header.system ??
    (options.asked === undefined ? null : identityBytes(options.asked))
  const named = system === null ? {} : { system }
  if (mode !== 5 && mode !== 7) return { reason: 'security-unsupported', ...named }
  if (bytes > header.payload.length) return { reason: 'unknown-form' }
  // Some masters open what they pass on, and leave the header. Of ciphertexts one in 65,536 begins
  // so, too: a meter that sends one a second would have it every day.
  const wasOpened = isOpen(header.payload) && !isAmisTelegram(frame)
  const refuse = (reason: RefusalReason): MBusResponse =>
    wasOpened
      ? readPlain(frame, header, header.payload, 'plain', options, seen)
      : { reason, ...named }
  const key: MeterKey | null = system === null ? null : options.key?.(system) ?? null
  if (key === null || system === null) return refuse('key-missing')
  if (mode === 7) return refuse('security-unsupported')
  const { cbc } = key
  // Kept before this cipher was read: it has to be entered once more.
  if (cbc === undefined) return refuse('key-missing')
  return (async () => {
    const open = await openMode5(header, system, cbc, bytes)
    if (!isOpen(open)) return refuse('key-wrong')
    return readPlain(frame, header, open, 'encrypted-only', options, seen)
  })()
}

/** What the lowest bits of the status say (table 7); the highest three are the maker's. */
function statusText(status: number): string {
  const words = ['', 'busy', 'application error', 'abnormal condition'].slice(
    status & 3,
    (status & 3) + 1,
  )
  if ((status & 4) !== 0) words.push('power low')
  if ((status & 8) !== 0) words.push('permanent error')
  if ((status & 16) !== 0) words.push('temporary error')
  const hex = status.toString(16).padStart(2, '0').toUpperCase()
  const said = words.filter((word) => word !== '').join(', ')
  return said === '' ? hex : `${hex}: ${said}`
}

const now = { storage: 0, tariff: 0, subunit: 0, function: 'instantaneous' } as const

function nameOf(record: MBusRecord, hasCodes: boolean): ValueName {
  const obis = hasCodes ? amisCode(record) : null
  if (obis !== null) return { obis }
  const { quantity, storage, tariff, subunit, function: kind } = record
  return { quantity, storage, tariff, subunit, function: kind }
}

/** What a block can hold: see docs/format.md. */
const maxExponent = 18
const maxDigits = 60

interface Said {
  readonly registers: Register[]
  readonly texts: TextRegister[]
  readonly invalid: boolean
}

function say(records: readonly MBusRecord[], hasCodes: boolean): Said {
  const registers: Register[] = []
  const texts: TextRegister[] = []
  let invalid = false
  for (const record of records) {
    const name = nameOf(record, hasCodes)
    invalid ||= record.invalid
    if (record.value === null) texts.push({ ...name, text: record.text })
    else {
      const value = record.value.mantissa.toString()
      const { exponent } = record.value
      const fits = Math.abs(exponent) <= maxExponent && value.length <= maxDigits
      if (fits) registers.push({ ...name, value, exponent, unit: record.unit })
      else texts.push({ ...name, text: `${value}e${exponent} ${record.unit}`.trimEnd() })
    }
  }
  return { registers, texts, invalid }
}

function isClock(
  { quantity, storage, tariff, subunit, function: kind, time }: MBusRecord,
): boolean {
  return time !== null && quantity === 'Time point (date & time)' && kind === 'instantaneous' &&
    storage === 0 && tariff === 0 && subunit === 0
}

function observe(
  records: readonly MBusRecord[],
  zone: string,
  seen: number,
): Observed & { readonly differs: boolean } {
  const time = records.find(isClock)?.time ?? null
  if (time === null) {
    return { at: seen, clock: 'device', warning: 'clock-missing', differs: false }
  }
  if (time.local === null) return { ...invalidTime(seen), differs: false }
  const observed = observedLocal(zone, time.local, seen, time.summer)
  // A clock that shows minutes is up to one behind.
  const tolerance = clockTolerance + (time.resolution > 1 ? time.resolution : 0)
  const differs = observed.clock !== 'device' && Math.abs(observed.at - seen) > tolerance
  return { ...observed, differs }
}

/** The number that every AMIS meter bears. */
const nobody = '00000000'

interface Told {
  readonly identity: MBusIdentity | null
  /** Its name where there is no identity. */
  readonly name: string
  readonly status: number
  readonly records: readonly MBusRecord[]
  readonly own: Uint8Array | null
  readonly more: boolean
  readonly identification: string
  readonly origin: Assurance['origin']
}

function tell(
  frame: MBusFrame,
  told: Told,
  options: ReadOptions,
  seen: number,
): { telegram: Telegram; more: boolean } {
  const { identity, status, records, own } = told
  const isAmis = isAmisTelegram(frame)
  const { registers, texts, invalid } = say(records, isAmis)
  const observed = observe(records, options.zone ?? mbusZone, seen)
  if (own !== null && own.length > 0) {
    texts.push({ quantity: 'Manufacturer specific', ...now, text: toHexWords(own) })
  }
  if (status !== 0) texts.push({ quantity: 'Status', ...now, text: statusText(status) })
  const warnings: Warning[] = []
  if (observed.warning !== undefined) warnings.push(observed.warning)
  if (observed.differs) warnings.push('clock-differs')
  if (invalid) warnings.push('value-invalid')
  const canBe = (one: Register) =>
    one.obis === undefined ? isPlausibleQuantity(one) : isPlausible(one)
  if (!registers.every(canBe)) warnings.push('value-implausible')
  const isUnnamed = identity === null ? told.name === '' : isAmis && identity.id === nobody
  if (isUnnamed) warnings.push('meter-unnamed')
  if (identity !== null && isSimulated(identity)) warnings.push('simulated')
  const named = told.name === '' ? `M-Bus ${frame.address}` : told.name
  const telegram: Telegram = {
    protocol: 'mbus',
    identification: told.identification,
    version: null,
    readings: [{
      meter: identity === null ? named : identityText(identity),
      at: observed.at,
      clock: observed.clock,
      seen,
      registers,
      texts,
      assurance: { line: 'bcc', origin: told.origin, custody: options.custody ?? 'software' },
      warnings,
    }],
    raw: frame.raw,
    check: 'bcc',
  }
  return { telegram, more: told.more }
}

/** Letters that no maker has: simulated meters bear them. */
export const simulatedManufacturer = 'ZZZ'

function isSimulated({ manufacturer }: MBusIdentity): boolean {
  return manufacturer === simulatedManufacturer
}

function readPlain(
  frame: MBusFrame,
  header: MBusHeader,
  payload: Bytes,
  origin: Assurance['origin'],
  options: ReadOptions,
  seen: number,
): MBusResponse {
  const read = readRecords(payload)
  if (read === null) return { reason: 'unknown-form' }
  // A meter may have nothing to say, or only the maker's own. That more follows is no reading yet.
  if (read.records.length === 0 && read.more) return { reason: 'unknown-form', empty: true }
  const identity = header.identity ?? options.asked ?? null
  const identification = isAmisTelegram(frame)
    ? 'AMIS'
    : identity === null
    ? 'M-Bus'
    : `${identity.manufacturer} ${identity.id}, ${mediumName(identity.medium)}`
  const { status } = header
  return tell(frame, { identity, name: '', status, identification, origin, ...read }, options, seen)
}

function readFixedResponse(frame: MBusFrame, options: ReadOptions, seen: number): MBusResponse {
  const fixed = readFixed(frame.data)
  if (fixed === null) return { reason: 'unknown-form' }
  const { id, status, records } = fixed
  const identification = `M-Bus ${id}, ${mediumName(fixed.medium)}`
  // The two lowest bits say how the counters are coded, and are no errors.
  const told: Told = {
    identity: null,
    name: id,
    status: status & 0xfc,
    records,
    own: null,
    more: false,
    identification,
    origin: 'plain',
  }
  return tell(frame, told, options, seen)
}
