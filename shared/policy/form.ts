/**
 * S-expressions: text as nested brackets of values and names, each with its place. Length, depth and
 * number are bounded before anything is made of them.
 *
 *     (and (= subject.kind "owner") (member? 5 [1 2 5]))   ; up to the end of the line: a comment
 *
 * @module
 */
import { MAX_INT, MIN_INT, type Scalar } from './expression.ts'

export interface Place {
  readonly line: number
  readonly column: number
}

export type Form =
  | { readonly kind: 'name'; readonly name: string; readonly at: Place }
  | { readonly kind: 'value'; readonly value: Scalar; readonly at: Place }
  | Brackets

export interface Brackets {
  readonly kind: '(' | '['
  readonly forms: readonly Form[]
  readonly at: Place
}

export interface Bounds {
  readonly length: number
  readonly forms: number
  readonly depth: number
}

/** A text that is no policy: where, and what to do about it. */
export class PolicyError extends Error {
  override readonly name = 'PolicyError'
  readonly at: Place

  constructor(at: Place, problem: string) {
    super(`Line ${at.line}, column ${at.column}: ${problem}`)
    this.at = at
  }
}

interface OpenBrackets extends Brackets {
  readonly forms: Form[]
}

const START: Place = { line: 1, column: 1 }
const CLOSING = { '(': ')', '[': ']' } as const
const MAX_WORD = 128
const MAX_STRING = 1024

/** @throws {PolicyError} */
export function readForms(text: string, bounds: Bounds): readonly Form[] {
  if (text.length > bounds.length) {
    throw new PolicyError(START, `The text is over ${bounds.length} characters: split it`)
  }
  const top: Form[] = []
  const open: OpenBrackets[] = []
  let line = 1
  let lineStart = 0
  let count = 0
  let i = 0
  while (i < text.length) {
    const at = { line, column: i - lineStart + 1 }
    const character = text.charAt(i)
    if (character === '\n') {
      line++
      lineStart = ++i
    } else if (/[ \t\r]/.test(character)) {
      i++
    } else if (character === ';') {
      while (i < text.length && text.charAt(i) !== '\n') i++
    } else if (character === ')' || character === ']') {
      const closed = open.pop()
      if (closed === undefined) {
        throw new PolicyError(at, `Nothing is open that "${character}" could close: remove it`)
      }
      if (CLOSING[closed.kind] !== character) {
        const { line, column } = closed.at
        throw new PolicyError(
          at,
          `"${character}" cannot close the "${closed.kind}" of line ${line}, column ${column}: ` +
            `write "${CLOSING[closed.kind]}"`,
        )
      }
      i++
    } else {
      if (++count > bounds.forms) {
        throw new PolicyError(at, `There are over ${bounds.forms} values and brackets: split them`)
      }
      const into = open.at(-1)?.forms ?? top
      if (character === '(' || character === '[') {
        if (open.length === bounds.depth) {
          throw new PolicyError(
            at,
            `Brackets are over ${bounds.depth} deep: join nested ones of the same operator`,
          )
        }
        const brackets: OpenBrackets = { kind: character, forms: [], at }
        into.push(brackets)
        open.push(brackets)
        i++
      } else if (character === '"') {
        const { value, end } = readString(text, i, at)
        into.push({ kind: 'value', value, at })
        i = end
      } else {
        const word = readWord(text, i, at)
        into.push(formOf(word, at))
        i += word.length
      }
    }
  }
  const unclosed = open.at(-1)
  if (unclosed !== undefined) {
    const { kind, at } = unclosed
    throw new PolicyError(at, `This "${kind}" is never closed: add "${CLOSING[kind]}"`)
  }
  return top
}

function readWord(text: string, start: number, at: Place): string {
  const word = /[A-Za-z0-9_.:?!<>=+-]*/y
  word.lastIndex = start
  const [found = ''] = word.exec(text) ?? []
  const next = text.codePointAt(start + found.length)
  if (next !== undefined && !/[\s()[\]";]/.test(String.fromCodePoint(next)) || found === '') {
    const character = nameOfCharacter(next ?? 0)
    throw new PolicyError(
      { line: at.line, column: at.column + found.length },
      `${character} can stand in quotes only: names are of ASCII letters and digits`,
    )
  }
  if (found.length > MAX_WORD) {
    throw new PolicyError(at, `This word is over ${MAX_WORD} characters: shorten it`)
  }
  return found
}

/** A look-alike must not be shown as what it looks like. */
function nameOfCharacter(code: number): string {
  const number = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  return code > 0x20 && code < 0x7f ? `"${String.fromCodePoint(code)}"` : `Character ${number}`
}

function formOf(word: string, at: Place): Form {
  if (word === 'true' || word === 'false') return { kind: 'value', value: word === 'true', at }
  if (/^[+-]?\d+$/.test(word)) {
    const value = word.length > 40 ? MAX_INT + 1n : BigInt(word.replace(/^\+/, ''))
    if (value > MAX_INT || value < MIN_INT) {
      throw new PolicyError(at, `The number does not fit into 64 bits: use a smaller one`)
    }
    return { kind: 'value', value, at }
  }
  if (/^[+-]?[\d.]/.test(word)) {
    throw new PolicyError(at, `"${word}" is no whole number: count in a smaller unit`)
  }
  return { kind: 'name', name: word, at }
}

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ['\\', '\\'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
])

function readString(text: string, start: number, at: Place): { value: string; end: number } {
  const here = (i: number) => ({ line: at.line, column: at.column + i - start })
  let value = ''
  let i = start + 1
  for (;;) {
    const code = text.codePointAt(i)
    if (code === undefined || code === 0x0a) {
      throw new PolicyError(at, 'This text is not closed on its line: add "\\"", or write \\n')
    }
    const character = String.fromCodePoint(code)
    if (character === '"') return { value, end: i + 1 }
    if (code < 0x20 || code === 0x7f || isSurrogate(code)) {
      throw new PolicyError(here(i), `${nameOfCharacter(code)} cannot stand here: write \\u{…}`)
    }
    if (character === '\\') {
      const escape = readEscape(text, i + 1)
      if (escape === null) {
        throw new PolicyError(here(i), 'This "\\" begins nothing: write \\\\, \\", \\n or \\u{e4}')
      }
      value += escape.value
      i = escape.end
    } else {
      value += character
      i += character.length
    }
    if (value.length > MAX_STRING) {
      throw new PolicyError(at, `This text is over ${MAX_STRING} characters: shorten it`)
    }
  }
}

function readEscape(text: string, i: number): { value: string; end: number } | null {
  const simple = ESCAPES.get(text.charAt(i))
  if (simple !== undefined) return { value: simple, end: i + 1 }
  const [all, digits] = /^u\{([0-9A-Fa-f]{1,6})\}/.exec(text.slice(i, i + 9)) ?? []
  if (all === undefined || digits === undefined) return null
  const code = parseInt(digits, 16)
  if (code > 0x10ffff || isSurrogate(code)) return null
  return { value: String.fromCodePoint(code), end: i + all.length }
}

function isSurrogate(code: number): boolean {
  return code >= 0xd800 && code <= 0xdfff
}
