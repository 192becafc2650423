/**
 * The elements of SML (SML 1.04, section 6.3): a byte or more of type and length, then content. A
 * cursor over bytes that makes no objects: what is not asked for is stepped over. Whatever is not
 * as the standard says it is a {@link SmlError}, thrown here and caught where a file is read.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'

/** Not SML, though its check holds. */
export class SmlError extends Error {
  override readonly name = 'SmlError'
}

export const endOfMessage = 0x00
/** An octet string of no bytes, which is also how an optional element is left out. */
export const absent = 0x01

export const octets = 0
export const boolean = 4
export const integer = 5
export const unsigned = 6
export const list = 7

/** Lengths of more nibbles than this are longer than any file. */
const maxLengthBytes = 5

export class SmlCursor {
  bytes: Bytes = new Uint8Array(0)
  at = 0
  end = 0
  /** Of the element whose type and length were read last; its content is at `at`. */
  type = 0
  /** Bytes of content, or elements of a list. */
  size = 0

  open(bytes: Bytes, from: number, to: number): void {
    this.bytes = bytes
    this.at = from
    this.end = to
  }

  fail(): never {
    throw new SmlError(`Cannot read SML at byte ${this.at}`)
  }

  /** The byte that comes next; -1 at the end. */
  peek(): number {
    return this.at < this.end ? this.bytes[this.at] ?? -1 : -1
  }

  /** Takes type and length, and tells the type; the content follows. */
  next(): number {
    const first = this.peek()
    if (first <= endOfMessage) this.fail()
    this.at++
    const type = (first >> 4) & 7
    let length = first & 0x0f
    if (first >= 0x80) length = this.#more(length)
    this.type = type
    if (type === list) {
      this.size = length
      return type
    }
    if (type !== octets && type !== integer && type !== unsigned && type !== boolean) this.fail()
    const size = length - (first >= 0x80 ? this.#headed : 1)
    if (size < 0 || this.at + size > this.end) this.fail()
    this.size = size
    return type
  }

  /** Bytes of type and length, where there are several. */
  #headed = 1

  #more(length: number): number {
    this.#headed = 1
    for (;;) {
      const byte = this.peek()
      // Only the first byte of an element has a type.
      if (byte < 0 || (byte & 0x70) !== 0 || ++this.#headed > maxLengthBytes) this.fail()
      this.at++
      length = length * 16 + (byte & 0x0f)
      if (byte < 0x80) return length
    }
  }

  /** Takes the element that was left out; false if it was not. */
  skipAbsent(): boolean {
    if (this.peek() !== absent) return false
    this.at++
    return true
  }

  /** Steps over one element, whatever it is; lists within lists without recursion. */
  skip(): void {
    for (let left = 1; left > 0; left--) {
      if (this.next() === list) {
        left += this.size
        // So many elements do not fit what is left.
        if (left > this.end - this.at + 1) this.fail()
      } else this.at += this.size
    }
  }

  /** Takes the beginning of a list of so many elements. */
  list(size: number): void {
    if (this.next() !== list || this.size !== size) this.fail()
  }

  /** Takes an octet string: its content is the `size` bytes before `at`. */
  octets(): void {
    if (this.next() !== octets) this.fail()
    this.at += this.size
  }

  /** Takes a whole number of a type and at most so many bytes. */
  number(type: number, most: number): number {
    if (this.next() !== type || this.size === 0 || this.size > most) this.fail()
    return this.content()
  }

  /** Takes the content of a number; exact where it is a safe integer. */
  content(): number {
    const { bytes, size, at } = this
    let value = bytes[at] ?? 0
    if (this.type === integer && value > 0x7f) value -= 0x100
    for (let i = at + 1; i < at + size; i++) value = value * 0x100 + (bytes[i] ?? 0)
    this.at = at + size
    return value
  }

  /** The number whose content was just taken, as decimal digits. */
  digits(): string {
    const from = this.at - this.size
    const isNegative = this.type === integer && (this.bytes[from] ?? 0) > 0x7f
    let value = isNegative ? -1n : 0n
    for (let i = from; i < this.at; i++) value = (value << 8n) | BigInt(this.bytes[i] ?? 0)
    return String(value)
  }
}
