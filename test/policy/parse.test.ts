/** @module Text to policy and back: what is taken, what is refused, and what is said about it. */

import { describe, expect, test } from 'vitest'
import { MAX_DEPTH, MAX_PARTS, MAX_TEXT } from '../../shared/policy/expression.ts'
import { PolicyError } from '../../shared/policy/form.ts'
import { parsePolicy } from '../../shared/policy/parse.ts'
import { printPolicy } from '../../shared/policy/print.ts'

function refusal(text: string): string {
  try {
    return `taken: ${printPolicy(parsePolicy(text))}`
  } catch (error) {
    if (error instanceof PolicyError) return error.message
    throw error
  }
}

describe('parsePolicy()', () => {
  test('takes the example of the language that it comes from', () => {
    const text = `
      ; field engineers of one city, or the factory
      (or (= subject.application "Smart Factory")
          (and (= subject.department "Field Engineering")
               (= subject.city "San Francisco")))`
    expect(parsePolicy(text)).toEqual({
      kind: 'call',
      operator: 'or',
      operands: [
        equal('application', 'Smart Factory'),
        {
          kind: 'call',
          operator: 'and',
          operands: [equal('department', 'Field Engineering'), equal('city', 'San Francisco')],
        },
      ],
    })
  })

  test.each([
    ['true', 'true'],
    ['\r\n\t subject.has_credential ; the rest is said', 'subject.has_credential'],
    ['(not(not false))', '(not (not false))'],
    ['(member? +007 [1 -0 -12])', '(member? 7 [1 0 -12])'],
    ['(= [] ["a" "b" subject.x])', '(= [] ["a" "b" subject.x])'],
    [
      '(< -9223372036854775808 9223372036854775807)',
      '(< -9223372036854775808 9223372036854775807)',
    ],
    ['(= "\\u{e4}ü\\n\\"\\\\" "a;b(c")', '(= "\\u{e4}\\u{fc}\\n\\"\\\\" "a;b(c")'],
    ['(exists? subject.a resource.b action.c-d_9)', '(exists? subject.a resource.b action.c-d_9)'],
  ])('%j is printed as %j, which is the same policy', (text, printed) => {
    const policy = parsePolicy(text)
    expect(printPolicy(policy)).toBe(printed)
    expect(parsePolicy(printed)).toEqual(policy)
  })

  test.each([
    ['', 'Line 1, column 1: There is no policy: write one, such as false'],
    [' ; nothing', 'Line 1, column 1: There is no policy: write one, such as false'],
    [
      'true\nfalse',
      'Line 2, column 1: A policy is one expression: join them by (and …) or (or …)',
    ],
    ['(and true', 'Line 1, column 1: This "(" is never closed: add ")"'],
    ['(and true))', 'Line 1, column 11: Nothing is open that ")" could close: remove it'],
    [
      '(and\n [true)',
      'Line 2, column 7: ")" cannot close the "[" of line 2, column 2: write "]"',
    ],
    [
      '(has? subject.a)',
      'Line 1, column 2: "has?" is no operator: use one of and, or, not, if, =, !=, <, >, ' +
      'member?, exists?',
    ],
    [
      '("and" true)',
      'Line 1, column 2: An operator is missing: use one of and, or, not, if, =, !=, <, >, ' +
      'member?, exists?',
    ],
    [
      '()',
      'Line 1, column 1: An operator is missing: use one of and, or, not, if, =, !=, <, >, ' +
      'member?, exists?',
    ],
    ['(and)', 'Line 1, column 1: "and" takes 1 or more, here are 0: add or remove'],
    ['(if true true)', 'Line 1, column 1: "if" takes 3, here are 2: add or remove'],
    ['(not true true)', 'Line 1, column 1: "not" takes 1, here are 2: add or remove'],
    ['(= 1)', 'Line 1, column 1: "=" takes 2 or more, here are 1: add or remove'],
    ['(exists? "a")', 'Line 1, column 10: "exists?" takes attributes: name one'],
    ['(= and 1)', 'Line 1, column 4: "and" goes first in brackets: (and …)'],
    [
      '(= owner 1)',
      'Line 1, column 4: "owner" is no attribute: begin it with subject., action. or resource., ' +
      'or put it in quotes',
    ],
    [
      '(= subject.__proto__ 1)',
      'Line 1, column 4: "subject.__proto__" is no attribute: it has a letter, then up to 63 ' +
      'letters, digits, "_" and "-"',
    ],
    ['(= 1 [[1]])', 'Line 1, column 7: A list holds no lists: write one list'],
    ['(= 1.5 1)', 'Line 1, column 4: "1.5" is no whole number: count in a smaller unit'],
    ['(= 1e3 1)', 'Line 1, column 4: "1e3" is no whole number: count in a smaller unit'],
    ['(= 0x10 1)', 'Line 1, column 4: "0x10" is no whole number: count in a smaller unit'],
    [
      '9223372036854775808',
      'Line 1, column 1: The number does not fit into 64 bits: use a smaller one',
    ],
    [
      '-9223372036854775809',
      'Line 1, column 1: The number does not fit into 64 bits: use a smaller one',
    ],
    [
      '(= "a\nb" "c")',
      'Line 1, column 4: This text is not closed on its line: add "\\"", or write \\n',
    ],
    ['"', 'Line 1, column 1: This text is not closed on its line: add "\\"", or write \\n'],
    [
      '"a\\q"',
      'Line 1, column 3: This "\\" begins nothing: write \\\\, \\", \\n or \\u{e4}',
    ],
    [
      '"\\u{d800}"',
      'Line 1, column 2: This "\\" begins nothing: write \\\\, \\", \\n or \\u{e4}',
    ],
    [
      '"\\u{110000}"',
      'Line 1, column 2: This "\\" begins nothing: write \\\\, \\", \\n or \\u{e4}',
    ],
    ['"a\u0007"', 'Line 1, column 3: Character U+0007 cannot stand here: write \\u{…}'],
    ['"\ud800"', 'Line 1, column 2: Character U+D800 cannot stand here: write \\u{…}'],
    [
      "(= subject.kind 'owner')",
      'Line 1, column 17: "\'" can stand in quotes only: names are of ASCII letters and digits',
    ],
    [
      '(and\u00a0true true)',
      'Line 1, column 5: Character U+00A0 can stand in quotes only: names are of ASCII letters ' +
      'and digits',
    ],
  ])('refuses %j and says what to do', (text, message) => {
    expect(refusal(text)).toBe(message)
  })
})

describe('the bounds of a policy', () => {
  const nested = (depth: number) => '(not '.repeat(depth) + 'true' + ')'.repeat(depth)
  const wide = (parts: number) => `(and${' true'.repeat(parts - 1)})`

  test.each([
    ['depth', nested(MAX_DEPTH), nested(MAX_DEPTH + 1), 'Brackets are over 32 deep'],
    ['parts', wide(MAX_PARTS), wide(MAX_PARTS + 1), 'This policy has over 2000 parts'],
    ['length', 'true'.padEnd(MAX_TEXT), 'true'.padEnd(MAX_TEXT + 1), 'over 16384 characters'],
    ['text', `"${'a'.repeat(1024)}"`, `"${'a'.repeat(1025)}"`, 'over 1024 characters'],
    [
      'word',
      `subject.${'a'.repeat(64)}`,
      `subject.${'a'.repeat(65)}`,
      'it has a letter, then up to 63',
    ],
  ])('%s is taken up to its bound, and refused beyond', (_, most, more, message) => {
    expect(refusal(most)).toMatch(/^taken: /)
    expect(refusal(more)).toContain(message)
  })
})

function equal(name: string, value: string) {
  return {
    kind: 'call',
    operator: '=',
    operands: [{ kind: 'attribute', name: `subject.${name}` }, { kind: 'value', value }],
  }
}
