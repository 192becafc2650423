/**
 * Exact numbers for money: fractions of whole numbers. A price is a decimal as it stands on the
 * bill; a cost is a fraction until it is shown, and is rounded then, once.
 *
 * @module
 */

/** `n / d`, in lowest terms, `d` above zero. */
export interface Exact {
  readonly n: bigint
  readonly d: bigint
}

export const zero: Exact = { n: 0n, d: 1n }

function divisor(a: bigint, b: bigint): bigint {
  while (b !== 0n) [a, b] = [b, a % b]
  return a < 0n ? -a : a
}

/** @throws {RangeError} if `d` is zero */
export function exact(n: bigint, d = 1n): Exact {
  if (d === 0n) throw new RangeError('Cannot divide by zero')
  const by = divisor(n, d) * (d < 0n ? -1n : 1n)
  return { n: n / by, d: d / by }
}

export function plus(a: Exact, b: Exact): Exact {
  return exact(a.n * b.d + b.n * a.d, a.d * b.d)
}

export function times(a: Exact, b: Exact): Exact {
  return exact(a.n * b.n, a.d * b.d)
}

export function minus(a: Exact, b: Exact): Exact {
  return plus(a, { n: -b.n, d: b.d })
}

/** A decimal as kept: `-0.2975`, no exponent, no grouping. */
export type Decimal = string

const kept = /^-?\d{1,9}(?:\.\d{1,9})?$/

/** @throws {SyntaxError} if the text is no decimal */
export function ofDecimal(text: Decimal): Exact {
  if (!kept.test(text)) throw new SyntaxError(`Not a decimal: "${text.slice(0, 40)}"`)
  const [whole = '', places = ''] = text.split('.')
  return exact(BigInt(whole + places), 10n ** BigInt(places.length))
}

/** A decimal as somebody types it, with a comma or a point; null if it is none. */
export function readDecimal(typed: string): Decimal | null {
  const text = typed.trim().replace('\u2212', '-').replace(',', '.')
  if (!kept.test(text)) return null
  const [whole = '', places = ''] = text.split('.')
  const digits = whole.replace(/^(-?)0+(?=\d)/, '$1')
  const rest = places.replace(/(?<!0)0+$/, '')
  const plain = rest === '' ? digits : `${digits}.${rest}`
  return plain === '-0' ? '0' : plain
}

/** The nearest decimal of so many places, halves away from zero. */
export function rounded({ n, d }: Exact, places: number): string {
  const scaled = (n < 0n ? -n : n) * 10n ** BigInt(places)
  const whole = (2n * scaled + d) / (2n * d)
  const digits = whole.toString().padStart(places + 1, '0')
  const sign = n < 0n && whole > 0n ? '-' : ''
  if (places === 0) return sign + digits
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`
}
