/**
 * Numbers, names and texts in the data of DLMS.
 *
 * @module
 */

import { type Bytes, toHex } from '../bytes.ts'
import type { Data } from './axdr.ts'
import { type Decimal, readFloat32 } from './float32.ts'

/** The shortest decimal that stands for this double and no other; null for what is no number. */
function readFloat64(value: number): Decimal | null {
  if (!Number.isFinite(value)) return null
  if (value === 0) return { value: '0', exponent: 0 }
  const [mantissa = '', power = '0'] = value.toExponential().split('e')
  const [whole = '', part = ''] = mantissa.split('.')
  const exponent = Number(power) - part.length
  // Whole numbers are written out as far as a double counts them one by one.
  const isWhole = exponent > 0 && Number.isSafeInteger(value)
  return isWhole
    ? { value: whole + part + '0'.repeat(exponent), exponent: 0 }
    : { value: whole + part, exponent }
}

/** Exactly; null for anything but a number. */
export function decimalOf(data: Data | undefined): Decimal | null {
  if (data === undefined) return null
  if (data.type === 'integer' || data.type === 'unsigned' || data.type === 'enum') {
    return { value: String(data.value), exponent: 0 }
  }
  if (data.type === 'boolean') return { value: data.value ? '1' : '0', exponent: 0 }
  if (data.type === 'bcd') {
    const [digits = 0] = data.bytes
    const [tens, ones] = [digits >> 4, digits & 0x0f]
    return tens > 9 || ones > 9 ? null : { value: String(10 * tens + ones), exponent: 0 }
  }
  if (data.type !== 'float') return null
  const view = new DataView(data.bytes.buffer, data.bytes.byteOffset, data.bytes.length)
  return data.bytes.length === 4 ? readFloat32(view.getUint32(0)) : readFloat64(view.getFloat64(0))
}

export function octets(item: Data | undefined, length?: number): Bytes | null {
  if (item?.type !== 'octets') return null
  return length === undefined || item.bytes.length === length ? item.bytes : null
}

/** Printable ASCII without blanks around it; null for anything else, or nothing. */
export function readName(item: Data | undefined): string | null {
  if (item?.type !== 'octets' && item?.type !== 'visible' && item?.type !== 'utf8') return null
  // Some meters fill a name up with zeros.
  let end = item.bytes.length
  while (end > 0 && item.bytes[end - 1] === 0) end--
  const bytes = item.bytes.subarray(0, end)
  if (!bytes.every((byte) => byte >= 0x20 && byte < 0x7f)) return null
  const name = String.fromCharCode(...bytes).trim()
  return name === '' ? null : name
}

const utf8Text = new TextDecoder()
const anyText = new TextDecoder('windows-1252')

export function isEmpty(item: Data): boolean {
  return 'bytes' in item && item.bytes.length === 0
}

/** Word for word; bytes that are no text in hex; null for what is a number or has parts. */
export function readText(item: Data): string | null {
  if (item.type === 'utf8') return utf8Text.decode(item.bytes)
  if (!('bytes' in item) || item.type === 'float' || item.type === 'bcd') return null
  const isString = item.type === 'octets' || item.type === 'visible'
  const isText = isString && item.bytes.every((byte) => byte >= 0x20 && byte !== 0x7f)
  if (isText) return anyText.decode(item.bytes)
  return readName(item) ?? toHex(item.bytes).toUpperCase()
}
