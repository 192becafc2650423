/**
 * One reading while its telegram is read: registers and texts, each code once, and the doubts.
 *
 * @module
 */

import { type Code, isMeasure, isWords } from './p1-code.ts'
import type { Observed } from './local-time.ts'
import { type Quantity, readQuantity } from './p1-value.ts'
import { isPlausible } from './plausible.ts'
import type { Register, TextRegister, Warning } from './reading.ts'

export class Builder {
  readonly registers: Register[] = []
  readonly texts: TextRegister[] = []
  readonly warnings: Warning[] = []
  observed: Observed | null = null
  readonly #met = new Set<string>()

  warn(warning: Warning): void {
    if (!this.warnings.includes(warning)) this.warnings.push(warning)
  }

  #first({ obis }: Code): boolean {
    const known = this.#met.has(obis)
    if (known) this.warn('duplicate-register')
    else this.#met.add(obis)
    return !known
  }

  text(code: Code, text: string): void {
    if (this.#first(code)) this.texts.push({ obis: code.obis, text })
  }

  /** Keeps the number of a line, and the whole of it word for word. */
  peak(code: Code, text: string, printed: string): void {
    const quantity = readQuantity(text)
    if (quantity === null) this.warn('value-invalid')
    if (!this.#first(code)) return
    if (quantity !== null) this.#keep(code, quantity)
    this.texts.push({ obis: code.obis, text: printed })
  }

  #keep({ obis }: Code, quantity: Quantity): void {
    const register = { obis, ...quantity }
    if (!isPlausible(register)) this.warn('value-implausible')
    this.registers.push(register)
  }

  /** Keeps a value as a number where it is one, and otherwise word for word. */
  value(code: Code, text: string): void {
    const quantity = isWords(code) ? null : readQuantity(text)
    if (quantity === null) {
      if (text !== '' && (isMeasure(code) || text.includes('*'))) this.warn('value-invalid')
      this.text(code, text)
    } else if (this.#first(code)) this.#keep(code, quantity)
  }
}
