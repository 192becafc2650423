/**
 * Numbers of meters that keep them as IEEE 754 binary32, as decimals: the shortest that stands for
 * this very float and no other, so that nothing is lost and no digit is made up.
 *
 * A float32 has 24 bits of mantissa. A counter in watt hours counts only every second one above
 * 16.8 MWh, every fourth above 33.6 MWh; `float32Step` tells.
 *
 * @module
 */

export interface Decimal {
  /** Decimal integer with optional leading minus, no leading zeros, no `-0`. */
  readonly value: string
  readonly exponent: number
}

const view = new DataView(new ArrayBuffer(4))

function floatOf(bits: number): number {
  view.setUint32(0, bits >>> 0)
  return view.getFloat32(0)
}

/** Nine significant digits tell any two floats of 32 bits apart. */
const maxDigits = 9

/**
 * Between these, a float times a power of ten up to 10^12 is exact in double precision (24 bits and
 * 28 of 5^12), and what stands for it has at most so many decimals.
 */
const usual = { from: 1e-4, to: 1e7, digits: 1e8 }
const powers = Array.from({ length: 13 }, (_, i) => 10 ** i)

/** Null for what is no number: infinities and NaN. */
export function readFloat32(bits: number): Decimal | null {
  const size = floatOf(bits & 0x7fff_ffff)
  if (!Number.isFinite(size)) return null
  if (size === 0) return { value: '0', exponent: 0 }
  // The middles to both neighbours are exact in double precision. What lies strictly between them
  // is this float's and nobody else's, whichever way a reader rounds a tie.
  const low = (floatOf((bits & 0x7fff_ffff) - 1) + size) / 2
  const next = floatOf((bits & 0x7fff_ffff) + 1)
  const high = Number.isFinite(next) ? (size + next) / 2 : 2 ** 128 - 2 ** 103
  const sign = bits >>> 31 === 1 ? '-' : ''
  if (size >= usual.from && size < usual.to) {
    for (let decimals = 0; decimals < powers.length; decimals++) {
      const power = powers[decimals] ?? 1
      const digits = Math.round(size * power)
      if (digits >= usual.digits) break
      const stands = digits / power
      if (stands > low && stands < high) {
        return { value: `${sign}${digits}`, exponent: decimals === 0 ? 0 : -decimals }
      }
    }
  }
  let text = size.toExponential(maxDigits - 1)
  for (let digits = 1; digits < maxDigits; digits++) {
    const shorter = size.toExponential(digits - 1)
    const stands = Number(shorter)
    if (stands > low && stands < high) {
      text = shorter
      break
    }
  }
  const [mantissa = '', power = '0'] = text.split('e')
  const all = mantissa.replace('.', '')
  let last = all.length
  while (all[last - 1] === '0') last--
  const digits = all.slice(0, last)
  const exponent = Number(power) - digits.length + 1
  // Whole numbers are written out as far as a float32 counts them one by one.
  const whole = exponent > 0 && digits.length + exponent <= 7
  const value = whole ? digits + '0'.repeat(exponent) : digits
  return { value: sign + value, exponent: whole ? 0 : exponent }
}

/** What one float32 is apart from the next: a power of two. */
export function float32Step(bits: number): number {
  const power = (bits >>> 23) & 0xff
  return 2 ** (Math.max(power, 1) - 150)
}
