/** @module What somebody tries who wants more than is theirs, or the platform's time and memory. */

import { afterEach, describe, expect, test } from 'vitest'
import { AttributeError, withSupplied } from '../../shared/policy/attributes.ts'
import { decide, evaluate, Fault } from '../../shared/policy/evaluate.ts'
import { type Expression, MAX_STEPS, type Value } from '../../shared/policy/expression.ts'
import { PolicyError } from '../../shared/policy/form.ts'
import { parsePolicies } from '../../shared/policy/policies.ts'
import { parsePolicy } from '../../shared/policy/parse.ts'
import { printPolicy } from '../../shared/policy/print.ts'

const OWNER = parsePolicy('(= subject.identifier "anna")')
const TRUSTED = parsePolicy('(= subject.has_credential true)')
const VERIFIED = new Map<string, Value>([
  ['subject.identifier', 'mallory'],
  ['resource.owner', 'anna'],
])

describe('an attribute that somebody supplies', () => {
  test('counts when its name is free', () => {
    const known = withSupplied(VERIFIED, [['city', 'Graz'], ['ages', [1n, 2n]], ['member', true]])
    const policy = '(and subject.member (= subject.city "Graz") (member? 2 subject.ages))'
    expect(decide(parsePolicy(policy), known).allowed).toBe(true)
  })

  test.each([
    'identifier',
    'has_credential',
    'kind',
    // Whoever reads a policy would take them for the real one.
    'Identifier',
    'HAS_CREDENTIAL',
    // What every object of the language has.
    'constructor',
    'prototype',
    'toString',
    'tostring',
    'hasOwnProperty',
    'valueOf',
  ])('is refused by the name %j, whether or not the platform gave that', (name) => {
    for (const verified of [VERIFIED, new Map<string, Value>()]) {
      for (const value of ['anna', true]) {
        const message = `"${name}" is given by the platform alone: choose another name`
        expect(() => withSupplied(verified, [[name, value]])).toThrow(new AttributeError(message))
      }
    }
  })

  test.each([
    ['identifier ', '"identifier "'],
    [' identifier', '" identifier"'],
    ['identifier\0', '"identifier\\u0000"'],
    ['identifi\u0435r', '"identifi?r"'],
    ['\uff49dentifier', '"?dentifier"'],
    ['identi\u00adfier', '"identi?fier"'],
    ['identifie\u0301r', '"identifie?r"'],
    ['__proto__', '"__proto__"'],
    ['__defineGetter__', '"__defineGetter__"'],
    ['', '""'],
    ['a.b', '"a.b"'],
    ['a'.repeat(65), `"${'a'.repeat(40)}"`],
    ['\nsubject.identifier', '"\\nsubject.identifier"'],
  ])('is refused by the name %j, as it is no name', (name, shown) => {
    expect(() => withSupplied(VERIFIED, [[name, 'anna']])).toThrow(
      new AttributeError(
        `${shown} is no name: use a letter, then up to 63 letters, digits, "_" and "-"`,
      ),
    )
  })

  test.each<[string, unknown]>([
    ['number', 5],
    ['NaN', NaN],
    ['null', null],
    ['undefined', undefined],
    ['object', { toString: () => 'anna' }],
    ['String object', Object('anna')],
    ['too large an int', 2n ** 63n],
    ['too small an int', -(2n ** 63n) - 1n],
    ['long text', 'a'.repeat(4097)],
    ['half a character', 'a\ud83d'],
    ['mixed list', ['a', 1n]],
    ['nested list', [['a']]],
    ['list with a gap', Array(2)],
    ['long list', Array.from({ length: 1001 }, () => 'a')],
  ])('is refused with a %s as its value', (_, value) => {
    expect(() => withSupplied(VERIFIED, [['city', value]])).toThrow(/^"city" is neither bool/)
  })

  test('is refused when it comes twice, with a hundred others, or as a resource', () => {
    expect(() => withSupplied(VERIFIED, [['a', true], ['a', false]])).toThrow(/comes twice/)
    const many = Array.from({ length: 101 }, (_, i) => [`a${i}`, true] as const)
    expect(() => withSupplied(VERIFIED, many)).toThrow(/over 100 attributes/)
    const known = withSupplied(new Map(), [['owner', 'mallory']])
    expect(known.get('resource.owner')).toBeUndefined()
  })

  test('makes nobody somebody else, and nobody certified', () => {
    for (const forged of [[['city', 'anna']], [['member', true]]] as const) {
      const known = withSupplied(VERIFIED, forged)
      expect(decide(OWNER, known).allowed).toBe(false)
      expect(decide(TRUSTED, known).allowed).toBe(false)
    }
  })
})

describe('a name that every object has', () => {
  afterEach(() => {
    Reflect.deleteProperty(Object.prototype, 'subject.role')
    Reflect.deleteProperty(Object.prototype, 'get')
  })

  test('is not known, and an altered prototype makes it no better', () => {
    Object.assign(Object.prototype, { 'subject.role': 'admin' })
    for (const name of ['constructor', 'toString', 'valueOf', 'isPrototypeOf', 'role']) {
      const policy = parsePolicy(`(not (= subject.${name} "x"))`)
      expect(decide(policy, new Map())).toMatchObject({ reason: 'attribute-unknown' })
      expect(evaluate(parsePolicy(`(exists? subject.${name})`), new Map())).toBe(false)
    }
  })

  test('is no operator, no action and no attribute of a policy', () => {
    for (const name of ['constructor', 'toString', '__proto__', 'hasOwnProperty']) {
      expect(() => parsePolicy(`(${name} true)`)).toThrow(`"${name}" is no operator`)
    }
    const { policies } = parsePolicies('(policy constructor false)')
    expect([...policies.keys()]).toEqual(['constructor'])
    expect(decide(policies.get('toString'), new Map())).toMatchObject({ reason: 'no-policy' })
  })
})

describe('a letter that looks like another', () => {
  test.each([
    ['(\u043er true true)', 'Character U+043E'],
    ['(= subject.k\u0456nd "owner")', 'Character U+0456'],
    ['(= \uff33ubject.kind "owner")', 'Character U+FF33'],
    ['(and true\u200b true)', 'Character U+200B'],
    ['(and\u3000true true)', 'Character U+3000'],
    ['\ufefftrue', 'Character U+FEFF'],
  ])('is refused in a name: %j', (text, character) => {
    expect(() => parsePolicy(text)).toThrow(`${character} can stand in quotes only`)
  })

  test('is another letter in a text, and shows when it is printed', () => {
    const policy = parsePolicy('(= subject.kind "\u043ewner")')
    expect(decide(policy, new Map([['subject.kind', 'owner']])).allowed).toBe(false)
    expect(printPolicy(policy)).toBe('(= subject.kind "\\u{43e}wner")')
    // Composed and decomposed: nothing is normalised behind anybody's back.
    const composed = parsePolicy('(= "\u00e4" "a\u0308")')
    expect(evaluate(composed, new Map())).toBe(false)
  })
})

describe('a policy that costs time and memory', () => {
  test.each([
    ['(', '('.repeat(16_000)],
    ['[', '['.repeat(16_000)],
    ['(not', '(not '.repeat(3000)],
    ['a closed nest', `${'(not '.repeat(33)}true${')'.repeat(33)}`],
    ['closing brackets', ')'.repeat(16_000)],
    ['a megabyte', '(and true '.repeat(100_000)],
    ['an endless text', `"${'a'.repeat(15_000)}`],
    ['an endless word', 'a'.repeat(15_000)],
    ['a number without end', '9'.repeat(15_000)],
    ['a huge list', `(member? 1 [${'1 '.repeat(7000)}])`],
    ['backslashes', `"${'\\'.repeat(15_000)}"`],
  ])('is refused when it is read: %s', (_, text) => {
    expect(() => parsePolicy(text)).toThrow(PolicyError)
  })

  test('that was made by hand and is too deep has no value', () => {
    let policy: Expression = { kind: 'value', value: true }
    for (let i = 0; i < 100_000; i++) policy = { kind: 'call', operator: 'not', operands: [policy] }
    expect(decide(policy, new Map())).toMatchObject({ allowed: false, reason: 'too-deep' })
  })

  test('that was made by hand without operands does not allow', () => {
    for (const operator of ['and', 'or', 'not', 'if', '=', '!=', '<', '>', 'member?', 'exists?']) {
      const policy = { kind: 'call', operator, operands: [] } as unknown as Expression // by hand
      expect([operator, decide(policy, new Map()).allowed]).toEqual([operator, false])
    }
  })

  const long = Array.from({ length: MAX_STEPS }, () => 'a')

  test.each([
    '(member? "b" subject.long)',
    '(not (member? "b" subject.long))',
    '(= subject.long resource.long)',
    '(!= subject.long resource.long)',
    `(or ${'(member? "b" subject.tenth) '.repeat(11)} true)`,
  ])('takes no more than its steps: %s', (text) => {
    const known = new Map<string, Value>([
      ['subject.long', long],
      ['resource.long', [...long]],
      ['subject.tenth', long.slice(0, MAX_STEPS / 10)],
    ])
    const outcome = evaluate(parsePolicy(text), known)
    expect(outcome instanceof Fault ? outcome.code : outcome).toBe('too-many-steps')
  })

  test('finds what is there within its steps', () => {
    const known = new Map<string, Value>([['subject.long', [...long.slice(0, 9000), 'b']]])
    expect(evaluate(parsePolicy('(member? "b" subject.long)'), known)).toBe(true)
  })
})

test('no fault turns into a yes, however it is wrapped', () => {
  const faults = ['subject.nothing', '(= 1 "1")', '(not 1)', '(< true false)', '(member? 1 2)']
  const wraps = [
    '(not X)',
    '(not (not X))',
    '(or false X)',
    '(or X true)',
    '(and X true)',
    '(and (not X) true)',
    '(if X true true)',
    '(= X X)',
    '(!= X true)',
    '(= true X)',
    '(member? X [true false])',
    '(member? true [X])',
    '(not (member? X []))',
    '(= [X] [X])',
  ]
  for (const wrap of wraps) {
    for (const fault of faults) {
      const text = wrap.replaceAll('X', fault)
      const { allowed } = decide(parsePolicy(text), new Map())
      expect({ text, allowed }).toEqual({ text, allowed: false })
    }
  }
})
