/**
 * Who is who on an M-Bus (EN 13757-3, 5.6, EN 13757-2, 7): identification number, manufacturer,
 * version and medium, which together are the secondary address, and the names of media.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { bcdDigits } from './mbus-value.ts'

/** The secondary address of a meter. */
export interface MBusIdentity {
  /** Eight digits; meters are known that have A to F there. */
  readonly id: string
  /** Three letters (EN 62056-21, of the FLAG association). */
  readonly manufacturer: string
  readonly version: number
  readonly medium: number
}

/** Any version or medium. */
const any = 0xff

/** A pattern that selects meters: `F` in a digit stands for every digit. */
export interface MBusMask {
  readonly id: string
  readonly manufacturer: string | null
  readonly version: number | null
  readonly medium: number | null
}

export const everyMeter: MBusMask = {
  id: 'FFFFFFFF',
  manufacturer: null,
  version: null,
  medium: null,
}

function lettersOf(low: number, high: number): string {
  const code = (high << 8) | low
  return String.fromCharCode(
    64 + ((code >> 10) & 31),
    64 + ((code >> 5) & 31),
    64 + (code & 31),
  )
}

function codeOf(letters: string): number {
  let code = 0
  for (let i = 0; i < 3; i++) code = (code << 5) | (letters.charCodeAt(i) & 31)
  return code
}

/** @param bytes 8, as a response has them: id, manufacturer, version, medium */
export function readIdentity(bytes: Uint8Array): MBusIdentity {
  return {
    id: bcdDigits(bytes.subarray(0, 4)),
    manufacturer: lettersOf(bytes[4] ?? 0, bytes[5] ?? 0),
    version: bytes[6] ?? 0,
    medium: bytes[7] ?? 0,
  }
}

/** The eight bytes that select (CI 52), and with which a response begins. */
export function identityBytes(mask: MBusMask): Bytes {
  const { id, manufacturer, version, medium } = mask
  const code = manufacturer === null ? 0xffff : codeOf(manufacturer)
  const bytes = new Uint8Array(8)
  for (let i = 0; i < 4; i++) bytes[i] = parseInt(id.slice(6 - 2 * i, 8 - 2 * i), 16)
  bytes.set([code & 0xff, code >> 8, version ?? any, medium ?? any], 4)
  return bytes
}

function byteText(byte: number): string {
  return byte.toString(16).padStart(2, '0').toUpperCase()
}

/** The id of a meter in readings: the whole secondary address, for only that is its own. */
export function identityText({ manufacturer, id, version, medium }: MBusIdentity): string {
  return `${manufacturer}-${id}-${byteText(version)}-${byteText(medium)}`
}

const media: ReadonlyMap<number, string> = new Map([
  [0x00, 'other'],
  [0x01, 'oil'],
  [0x02, 'electricity'],
  [0x03, 'gas'],
  [0x04, 'heat'],
  [0x05, 'steam'],
  [0x06, 'warm water'],
  [0x07, 'water'],
  [0x08, 'heat cost allocator'],
  [0x09, 'compressed air'],
  [0x0a, 'cooling'],
  [0x0b, 'cooling, at inlet'],
  [0x0c, 'heat, at inlet'],
  [0x0d, 'heat and cooling'],
  [0x0e, 'bus or system'],
  [0x0f, 'unknown medium'],
  [0x10, 'irrigation water'],
  [0x11, 'water data logger'],
  [0x12, 'gas data logger'],
  [0x13, 'gas converter'],
  [0x14, 'calorific value'],
  [0x15, 'hot water'],
  [0x16, 'cold water'],
  [0x17, 'hot and cold water'],
  [0x18, 'pressure'],
  [0x19, 'analogue converter'],
  [0x1a, 'smoke detector'],
  [0x1b, 'room sensor'],
  [0x1c, 'gas detector'],
  [0x1d, 'carbon monoxide detector'],
  [0x1e, 'heat detector'],
  [0x1f, 'sensor'],
  [0x20, 'breaker'],
  [0x21, 'valve'],
  [0x25, 'customer unit'],
  [0x28, 'waste water'],
  [0x29, 'garbage'],
  [0x2a, 'carbon dioxide'],
  [0x30, 'service tool'],
  [0x31, 'gateway'],
  [0x32, 'repeater'],
  [0x33, 'two-way repeater'],
  [0x36, 'radio converter at the system'],
  [0x37, 'radio converter at the meter'],
  [0x38, 'bus converter'],
])

/** @param medium the device type of EN 13757-7 */
export function mediumName(medium: number): string {
  return media.get(medium) ?? `medium ${byteText(medium)}`
}
