/**
 * Numbers of COSEM lines: `001247.747*kWh` becomes 1247747 Wh. String arithmetic only: no digit of
 * a meter ever passes through a float. Decimals are kept as printed, in the exponent.
 *
 * @module
 */

export interface Quantity {
  readonly value: string
  readonly exponent: number
  readonly unit: string
}

/** By lower case, for meters write `kvarh`, `kVArh` and `kVarh`. */
const units: ReadonlyMap<string, readonly [unit: string, exponent: number]> = new Map([
  ['wh', ['Wh', 0]],
  ['kwh', ['Wh', 3]],
  ['mwh', ['Wh', 6]],
  ['w', ['W', 0]],
  ['kw', ['W', 3]],
  ['varh', ['varh', 0]],
  ['kvarh', ['varh', 3]],
  ['var', ['var', 0]],
  ['kvar', ['var', 3]],
  ['vah', ['VAh', 0]],
  ['kvah', ['VAh', 3]],
  ['va', ['VA', 0]],
  ['kva', ['VA', 3]],
  ['v', ['V', 0]],
  ['a', ['A', 0]],
  ['ma', ['A', -3]],
  ['hz', ['Hz', 0]],
  ['m3', ['m3', 0]],
  ['dm3', ['m3', -3]],
  ['j', ['J', 0]],
  ['kj', ['J', 3]],
  ['mj', ['J', 6]],
  ['gj', ['J', 9]],
  ['s', ['s', 0]],
])

/** More digits than this is no meter's number. */
const maxDigits = 30

/** An exact decimal with its unit, or null where the text is something else. */
export function readQuantity(text: string): Quantity | null {
  let i = 0
  let negative = false
  const sign = text.charCodeAt(0)
  if (sign === 0x2d || sign === 0x2b) {
    negative = sign === 0x2d
    i = 1
  }
  const start = i
  let point = -1
  for (; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code >= 0x30 && code <= 0x39) continue
    if (code !== 0x2e || point >= 0) break
    point = i
  }
  const end = i
  const fraction = point < 0 ? 0 : end - point - 1
  const digits = end - start - (point < 0 ? 0 : 1)
  if (digits === 0 || digits > maxDigits || point === start || point === end - 1) return null

  const rest = text.slice(end).trim()
  const starred = rest.startsWith('*')
  const name = starred ? rest.slice(1).trim() : rest
  const known = units.get(name.toLowerCase())
  // Only a star makes an unknown word a unit: `1ESY1313002565` is a serial number.
  if (
    known === undefined && name !== '' && !(starred && /^[A-Za-z][A-Za-z0-9/]{0,7}$/.test(name))
  ) {
    return null
  }
  let plain = point < 0
    ? text.slice(start, end)
    : text.slice(start, point) + text.slice(point + 1, end)
  let zeros = 0
  while (zeros < plain.length - 1 && plain.charCodeAt(zeros) === 0x30) zeros++
  plain = plain.slice(zeros)
  return {
    value: negative && plain !== '0' ? `-${plain}` : plain,
    exponent: (known?.[1] ?? 0) - fraction,
    unit: known?.[0] ?? name,
  }
}
