/**
 * Numbers of the M-Bus (EN 13757-3:2018, annex A) as exact decimals: whole numbers of any length,
 * BCD with its sign and its error digits, and 32-bit reals: to the millionth of their unit as they
 * are, or in the shortest decimal that names them, whichever is finer.
 *
 * @module
 */

/** `mantissa * 10 ** exponent`. */
export interface Decimal {
  readonly mantissa: bigint
  readonly exponent: number
}

/** @param bytes low byte first */
export function readInteger(bytes: Uint8Array, signed: boolean): bigint {
  let value = 0n
  // Numbers of up to six bytes are exact as numbers, and are nearly all there are.
  if (bytes.length <= 6) {
    let short = 0
    for (let i = bytes.length - 1; i >= 0; i--) short = short * 256 + (bytes[i] ?? 0)
    value = BigInt(short)
  } else for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i] ?? 0)
  const negative = signed && ((bytes[bytes.length - 1] ?? 0) & 0x80) !== 0
  return negative ? value - (1n << BigInt(8 * bytes.length)) : value
}

const pairs = Array.from(
  { length: 256 },
  (_, byte) => byte.toString(16).padStart(2, '0').toUpperCase(),
)

/** The digits of BCD as they are shown, the highest first; A to F are no digits of a number. */
export function bcdDigits(bytes: Uint8Array): string {
  let digits = ''
  for (let i = bytes.length - 1; i >= 0; i--) digits += pairs[bytes[i] ?? 0] ?? ''
  return digits
}

/** F in the highest place is a minus; null where any other digit is none. */
export function readBcd(bytes: Uint8Array): bigint | null {
  const top = bytes.length - 1
  const negative = (bytes[top] ?? 0) >= 0xf0
  // Of up to six bytes, so exact as a number.
  let value = 0
  for (let i = top; i >= 0; i--) {
    const byte = bytes[i] ?? 0
    const high = negative && i === top ? 0 : byte >> 4
    const low = byte & 0x0f
    if (high > 9 || low > 9) return null
    value = value * 100 + high * 10 + low
  }
  // There is no minus nought.
  return BigInt(negative && value !== 0 ? -value : value)
}

/** @param places of the decimal at the least, as far as it has them; null for what is no number */
export function readReal(bytes: Uint8Array, places = 6): Decimal | null {
  const real = new DataView(bytes.buffer, bytes.byteOffset, 4).getFloat32(0, true)
  if (!Number.isFinite(real)) return null
  if (Number.isInteger(real) && Math.abs(real) < 2 ** 24) {
    return { mantissa: BigInt(real), exponent: 0 }
  }
  // Nine digits name every one of them; mostly fewer do.
  let text = ''
  for (let digits = 1; digits <= 9; digits++) {
    text = real.toExponential(digits - 1)
    if (Math.fround(Number(text)) === real) break
  }
  const [mantissa = '0', power = '0'] = text.split('e')
  const exponent = Number(power) - (mantissa.split('.')[1]?.length ?? 0)
  // What toFixed writes is the real itself, to that place. Whole ones from here on leave numbers
  // out, which their exponent tells.
  if (places > 0 && exponent > -places && Math.abs(real) < 2 ** 24) {
    const [, whole = '', part = ''] = /^(-?\d+)\.(\d*?)0*$/.exec(real.toFixed(places)) ?? []
    return { mantissa: BigInt(whole + part), exponent: 0 - part.length }
  }
  return { mantissa: BigInt(mantissa.replace('.', '')), exponent }
}

/** `a + 10 ** power`. */
export function plusPower(a: Decimal, power: number): Decimal {
  const exponent = Math.min(a.exponent, power)
  const scaled = a.mantissa * 10n ** BigInt(a.exponent - exponent)
  return { mantissa: scaled + 10n ** BigInt(power - exponent), exponent }
}
