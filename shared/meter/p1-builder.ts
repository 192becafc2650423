/**
 * One reading while its telegram is read: registers and texts, each code once, and the doubts.
 *
 * @module
 */

import { type Bytes, utf8 } from '../bytes.ts'
import { type Code, isMeasure, isWords, standsAt } from './p1-code.ts'
import type { Observed } from './local-time.ts'
import { type Quantity, readQuantity } from './p1-value.ts'
import type { Register, TextRegister, Warning } from './reading.ts'

export class Builder {
  readonly registers: Register[] = []
  readonly texts: TextRegister[] = []
  readonly warnings: Warning[] = []
  observed: Observed | null = null
  /** The telegram that this is all of, or the codes met so far where a telegram has several. */
  readonly #met: number | Set<string>

  constructor(met: number | Set<string>) {
    this.#met = met
  }

  warn(warning: Warning): void {
    if (!this.warnings.includes(warning)) this.warnings.push(warning)
  }

  #first({ obis, met }: Code): boolean {
    let known: boolean
    if (typeof this.#met === 'number') {
      known = met.telegram === this.#met
      met.telegram = this.#met
    } else {
      known = this.#met.has(obis)
      this.#met.add(obis)
    }
    if (known) this.warn('duplicate-register')
    return !known
  }

  text(code: Code, text: string): void {
    if (this.#first(code)) this.texts.push({ obis: code.obis, text })
  }

  /** Keeps a value as a number where it is one, and otherwise word for word. */
  value(code: Code, text: string): void {
    const quantity = isWords(code) ? null : readQuantity(text)
    if (quantity === null) {
      if (text !== '' && (isMeasure(code) || text.includes('*'))) this.warn('value-invalid')
      this.text(code, text)
    } else {
      if (this.#first(code)) this.registers.push({ obis: code.obis, ...quantity })
      if (code.plain) learnTail(code, text, quantity)
    }
  }

  /**
   * Takes a value from where its bracket opens if it is digits and then just what followed the
   * digits of this code before: what {@link value} would make of it, without cutting it out.
   *
   * @returns where the next line begins, or -1 for a line that has to be looked at
   */
  again(code: Code, tail: Bytes, telegram: Bytes, from: number): number {
    let whole = 0
    let point = -1
    let at = from
    for (;; at++) {
      const digit = (telegram[at] ?? 0) - zero
      if (digit >= 0 && digit <= 9) whole = 10 * whole + digit
      else if (digit === dot && point < 0) point = at
      else break
    }
    const digits = at - from - (point < 0 ? 0 : 1)
    // So few that they are exact as an integer; more are read the other way.
    if (digits === 0 || digits > 15 || point === from || point === at - 1) return -1
    if (!standsAt(telegram, at, tail)) return -1
    const next = at + tail.length
    if (telegram[next] === bracket) return -1
    if (this.#first(code)) {
      const exponent = code.exponent - (point < 0 ? 0 : at - point - 1)
      this.registers.push({ obis: code.obis, value: String(whole), exponent, unit: code.unit })
    }
    return next
  }
}

const zero = 0x30
const dot = 0x2e - zero
const bracket = 0x28

/** Longer ones are compared no faster than read. */
const maxTail = 16

function learnTail(code: Code, text: string, { exponent, unit }: Quantity): void {
  const [number = ''] = /^[0-9]+(?:\.[0-9]+)?/.exec(text) ?? []
  const tail = `${text.slice(number.length)})\r\n`
  const point = number.indexOf('.')
  const bytes = utf8(tail)
  // What is not ASCII is not one byte a character here.
  const known = number !== '' && tail.length <= maxTail && bytes.length === tail.length
  code.tail = known ? bytes : null
  code.unit = unit
  code.exponent = exponent + (point < 0 ? 0 : number.length - point - 1)
}
