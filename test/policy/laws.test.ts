/** @module Laws that hold for every policy and whatever is known. */

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { withSupplied } from '../../shared/policy/attributes.ts'
import { type Attributes, decide, evaluate } from '../../shared/policy/evaluate.ts'
import { explain, type Explained } from '../../shared/policy/explain.ts'
import type { Expression, Operator } from '../../shared/policy/expression.ts'
import { PolicyError } from '../../shared/policy/form.ts'
import { parsePolicy } from '../../shared/policy/parse.ts'
import { printPolicy } from '../../shared/policy/print.ts'
import { terms, textOf, values, worlds } from './terms.ts'

const RUNS = { numRuns: 2000 }
const policies = terms().map((term) => parsePolicy(textOf(term)))

function call(operator: Operator, ...operands: Expression[]): Expression {
  return { kind: 'call', operator, operands }
}
const not = (one: Expression) => call('not', one)

test('parse(print(x)) is x, and there is one text for x', () => {
  fc.assert(
    fc.property(policies, (policy) => {
      const text = printPolicy(policy)
      expect(parsePolicy(text)).toEqual(policy)
      expect(printPolicy(parsePolicy(text))).toBe(text)
      expect(text).toMatch(/^[ -~]*$/)
    }),
    RUNS,
  )
})

test('every text of characters survives printing', () => {
  const code = fc.integer({ min: 0, max: 0x10ffff }).filter((code) =>
    code < 0xd800 || code > 0xdfff
  )
  const text = fc.array(fc.oneof(code, fc.integer({ max: 0x7f, min: 0 })), { maxLength: 500 })
    .map((codes) => String.fromCodePoint(...codes))
  fc.assert(
    fc.property(text, (value) => {
      const policy: Expression = { kind: 'value', value }
      expect(parsePolicy(printPolicy(policy))).toEqual(policy)
    }),
    RUNS,
  )
})

test('any text is a policy with one text of its own, or refused with a place that it has', () => {
  const pieces = ['(', ')', '[', ']', ' ', '\n', '"', '\\', ';', '-', '1', 'and', 'not', 'if', '=']
  const piece = fc.constantFrom(
    ...pieces,
    'member?',
    'exists?',
    'subject.a',
    'true',
    '"x"',
    '\u00e4',
  )
  const counts = { taken: 0, refused: 0 }
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('')
      const read = attempt(text)
      if (read instanceof PolicyError) {
        counts.refused++
        const line = text.split('\n')[read.at.line - 1]
        return line !== undefined && read.at.column >= 1 && read.at.column <= line.length + 1
      }
      counts.taken++
      return printPolicy(parsePolicy(printPolicy(read))) === printPolicy(read)
    }),
    { numRuns: 20_000 },
  )
  expect(Math.min(counts.taken, counts.refused)).toBeGreaterThan(100)
})

/** Any other error than a refusal is thrown on. */
function attempt(text: string): Expression | PolicyError {
  try {
    return parsePolicy(text)
  } catch (error) {
    if (error instanceof PolicyError) return error
    throw error
  }
}

test('De Morgan: not (and a b) is or (not a) (not b), and the other way round, faults too', () => {
  fc.assert(
    fc.property(policies, policies, worlds, (a, b, known) => {
      const pairs = [
        [not(call('and', a, b)), call('or', not(a), not(b))],
        [not(call('or', a, b)), call('and', not(a), not(b))],
      ] as const
      for (const [left, right] of pairs) {
        expect(code(evaluate(left, known))).toEqual(code(evaluate(right, known)))
      }
    }),
    RUNS,
  )
})

test('not not a, and a a, or a a, if a true false, if a a b decide as a does', () => {
  const yes: Expression = { kind: 'value', value: true }
  const no: Expression = { kind: 'value', value: false }
  fc.assert(
    fc.property(policies, policies, worlds, (a, b, known) => {
      const same = [
        not(not(a)),
        call('and', a, a),
        call('or', a, a),
        call('if', a, yes, no),
        call('and', a, call('or', a, b)),
      ]
      for (const other of same) {
        expect(decide(other, known).allowed).toBe(decide(a, known).allowed)
      }
    }),
    RUNS,
  )
})

test('a policy and its denial never both allow', () => {
  fc.assert(
    fc.property(policies, worlds, (policy, known) => {
      expect(decide(policy, known).allowed && decide(not(policy), known).allowed).toBe(false)
    }),
    RUNS,
  )
})

test('what nothing is known of is never allowed, unless the policy asks whether it is known', () => {
  let refused = 0
  fc.assert(
    fc.property(terms(false), worlds, (term, known) => {
      let missed = false
      const watched: Attributes = {
        get(name) {
          if (!known.has(name)) missed = true
          return known.get(name)
        },
      }
      const { allowed } = decide(parsePolicy(textOf(term)), watched)
      if (missed) refused++
      expect(missed && allowed).toBe(false)
    }),
    RUNS,
  )
  expect(refused).toBeGreaterThan(RUNS.numRuns / 50)
})

test('what was not looked at decides nothing: with a fault there it comes to the same', () => {
  let replaced = 0
  const broken: Expression = { kind: 'attribute', name: 'subject.never_known' }
  function withFaults({ part, outcome, parts }: Explained): Expression {
    // `exists?` takes attributes alone, and looks at them in its own way.
    if (part.kind === 'call' && part.operator === 'exists?') return part
    if (outcome === undefined) {
      replaced++
      return broken
    }
    if (part.kind === 'list') return { ...part, items: parts.map(withFaults) }
    return part.kind === 'call' ? { ...part, operands: parts.map(withFaults) } : part
  }
  fc.assert(
    fc.property(policies, worlds, (policy, known) => {
      const other = withFaults(explain(policy, known).tree)
      expect(code(evaluate(other, known))).toEqual(code(evaluate(policy, known)))
    }),
    RUNS,
  )
  expect(replaced).toBeGreaterThan(RUNS.numRuns / 10)
})

test('what somebody says of itself never changes what was verified', () => {
  const names = fc.constantFrom('role', 'city', 'age2', 'x')
  const supplied = fc.uniqueArray(fc.tuple(names, values.string), { selector: ([name]) => name })
  const verified = fc.dictionary(
    fc.constantFrom('subject.identifier', 'subject.role', 'resource.owner', 'subject.x'),
    values.string,
  ).map((values) => new Map(Object.entries(values)))
  fc.assert(
    fc.property(verified, supplied, (verified, supplied) => {
      fc.pre(supplied.every(([name]) => !verified.has(`subject.${name}`)))
      const known = withSupplied(verified, supplied)
      for (const [name, value] of verified) expect(known.get(name)).toBe(value)
      for (const [name, value] of supplied) expect(known.get(`subject.${name}`)).toBe(value)
      for (const [name] of supplied) {
        expect(known.get(`resource.${name}`)).toBe(verified.get(`resource.${name}`))
      }
    }),
    RUNS,
  )
  fc.assert(
    fc.property(verified, supplied, (verified, supplied) => {
      fc.pre(supplied.some(([name]) => verified.has(`subject.${name}`)))
      expect(() => withSupplied(verified, supplied)).toThrow('given by the platform alone')
    }),
    RUNS,
  )
})

/** Details name the part that was wrong, which differs between equal policies. */
function code(outcome: ReturnType<typeof evaluate>): unknown {
  return typeof outcome === 'object' && 'code' in outcome ? outcome.code : outcome
}
