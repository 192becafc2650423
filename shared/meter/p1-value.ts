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

type Unit = readonly [unit: string, exponent: number]

/** What may have a prefix, by lower case, for meters write `kvarh`, `kVArh` and `kVarh`. */
const measures: ReadonlyMap<string, string> = new Map(
  ['Wh', 'W', 'varh', 'var', 'VAh', 'VA', 'V', 'A', 'Hz', 'J'].map((unit) => {
    return [unit.toLowerCase(), unit]
  }),
)

/** SI tells milli from mega by the case alone; a large K is another kilo to nobody. */
const prefixes: ReadonlyMap<string, number> = new Map([
  ['m', -3],
  ['k', 3],
  ['K', 3],
  ['M', 6],
  ['G', 9],
])

const others: ReadonlyMap<string, Unit> = new Map([
  ['m3', ['m3', 0]],
  ['m³', ['m3', 0]],
  ['dm3', ['m3', -3]],
  ['dm³', ['m3', -3]],
  ['s', ['s', 0]],
])

function unitOf(name: string): Unit | undefined {
  const lower = name.toLowerCase()
  const plain = measures.get(lower)
  if (plain !== undefined) return [plain, 0]
  const exponent = prefixes.get(name.charAt(0))
  const measure = measures.get(lower.slice(1))
  if (exponent !== undefined && measure !== undefined) return [measure, exponent]
  return others.get(lower)
}

/** The newest names of units read: a meter has a handful. */
const known = new Map<string, Unit | undefined>()
const maxKnown = 64

function knownUnit(name: string): Unit | undefined {
  if (!known.has(name)) {
    if (known.size === maxKnown) known.clear()
    known.set(name, unitOf(name))
  }
  return known.get(name)
}

/**
 * What a star makes a unit, whatever it is (IEC 62056-21, section 6.5: up to 16 characters); what
 * begins with a digit is a value of another form.
 */
const strangeUnit = /^[A-Za-z%°µΩ][A-Za-z0-9/%°²³^ .-]{0,15}$/

/** More digits than this is no meter's number, and more decimals no block can hold. */
const maxDigits = 30
const maxDecimals = 18

/** An exact decimal with its unit, or null where the text is something else. */
export function readQuantity(text: string): Quantity | null {
  let i = 0
  // Some meters print blanks for the zeros before a number.
  while (text.charCodeAt(i) === 0x20) i++
  const sign = text.charCodeAt(i)
  const negative = sign === 0x2d
  if (negative || sign === 0x2b) i++
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
  if (digits === 0 || digits > maxDigits || fraction > maxDecimals) return null
  if (point === start || point === end - 1) return null

  const rest = text.slice(end).trim()
  const starred = rest.startsWith('*')
  const name = starred ? rest.slice(1).trim() : rest
  const unit = knownUnit(name)
  const exponent = (unit?.[1] ?? 0) - fraction
  if (exponent < -maxDecimals) return null
  // Only a star makes an unknown word a unit: `1ESY1313002565` is a serial number.
  if (unit === undefined && name !== '' && !(starred && strangeUnit.test(name))) return null
  let plain = point < 0
    ? text.slice(start, end)
    : text.slice(start, point) + text.slice(point + 1, end)
  let zeros = 0
  while (zeros < plain.length - 1 && plain.charCodeAt(zeros) === 0x30) zeros++
  plain = plain.slice(zeros)
  return {
    value: negative && plain !== '0' ? `-${plain}` : plain,
    exponent,
    unit: unit?.[0] ?? name,
  }
}
