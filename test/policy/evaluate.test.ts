/** @module What each operator makes of each type, and that nothing but true allows. */

import { describe, expect, test } from 'vitest'
import { decide, evaluate, Fault } from '../../shared/policy/evaluate.ts'
import type { Value } from '../../shared/policy/expression.ts'
import { parsePolicy } from '../../shared/policy/parse.ts'

const KNOWN = new Map<string, Value>([
  ['subject.name', 'anna'],
  ['subject.age', 40n],
  ['subject.trusted', true],
  ['subject.banned', false],
  ['subject.roles', ['reader', 'owner']],
  ['subject.none', []],
  ['resource.limits', [1n, 2n]],
])

function outcome(text: string): Value | string {
  const found = evaluate(parsePolicy(text), KNOWN)
  return found instanceof Fault ? `${found.code}: ${found.detail}` : found
}

describe('evaluate()', () => {
  test.each<[string, Value]>([
    ['subject.trusted', true],
    ['subject.age', 40n],
    ['(and subject.trusted true)', true],
    ['(and subject.trusted subject.banned)', false],
    ['(or subject.banned false)', false],
    ['(or subject.banned subject.trusted)', true],
    ['(not subject.banned)', true],
    ['(if subject.trusted "yes" 5)', 'yes'],
    ['(if subject.banned "yes" 5)', 5n],
    ['(= subject.name "anna")', true],
    ['(= subject.name "Anna")', false],
    ['(= subject.age 40 40)', true],
    ['(= 40 40 41)', false],
    ['(= true subject.trusted)', true],
    ['(= subject.roles ["reader" "owner"])', true],
    ['(= subject.roles ["owner" "reader"])', false],
    ['(= subject.roles ["reader"])', false],
    ['(= subject.roles [])', false],
    ['(= [] subject.none)', true],
    ['(!= subject.name "ben")', true],
    ['(!= subject.name "anna")', false],
    ['(!= 1 1 2)', true],
    ['(< 1 2 3)', true],
    ['(< 1 3 2)', false],
    ['(< 1 1)', false],
    ['(> 3 2 -1)', true],
    ['(> 2 2)', false],
    ['(< "a" "b")', true],
    ['(< "a" "ab")', true],
    ['(< "" "a")', true],
    ['(< "ab" "a")', false],
    ['(< "Z" "a")', true],
    // By code points: UTF-16 would have it the other way round.
    ['(< "\uff5e" "\u{10000}")', true],
    ['(> "\u{10000}" "\uff5e")', true],
    ['(member? "owner" subject.roles)', true],
    ['(member? "own" subject.roles)', false],
    ['(member? 2 resource.limits)', true],
    ['(member? 2 [])', false],
    ['(member? "a" subject.none)', false],
    ['(member? subject.name ["ben" subject.name])', true],
    ['(exists? subject.name)', true],
    ['(exists? subject.name subject.nothing)', false],
    ['(exists? subject.banned)', true],
    // What need not be looked at may be anything.
    ['(or true subject.nothing)', true],
    ['(and false subject.nothing)', false],
    ['(if true true subject.nothing)', true],
    ['(and (exists? subject.nothing) subject.nothing)', false],
  ])('%s is %o', (text, value) => {
    expect(outcome(text)).toEqual(value)
  })

  const NOTHING =
    'attribute-unknown: subject.nothing is not known: ask by (exists? subject.nothing)'

  test.each([
    ['subject.nothing', NOTHING],
    ['(not subject.nothing)', NOTHING],
    ['(or subject.nothing true)', NOTHING],
    ['(and subject.nothing false)', NOTHING],
    ['(!= subject.nothing "x")', NOTHING],
    ['(= "x" "y" subject.nothing)', NOTHING],
    ['(member? "a" ["a" subject.nothing])', NOTHING],
    ['(if subject.nothing true true)', NOTHING],
    [
      '(and 1 true)',
      'type-mismatch: "and" takes bool, and 1 is int: nothing is converted',
    ],
    [
      '(or "true")',
      'type-mismatch: "or" takes bool, and "true" is string: nothing is converted',
    ],
    [
      '(not subject.none)',
      'type-mismatch: "not" takes bool, and subject.none is list: nothing is converted',
    ],
    [
      '(if 0 true true)',
      'type-mismatch: "if" takes bool, and 0 is int: nothing is converted',
    ],
    [
      '(= subject.age "40")',
      'type-mismatch: "=" takes int, and "40" is string: nothing is converted',
    ],
    [
      '(!= subject.name 5)',
      'type-mismatch: "!=" takes string, and 5 is int: nothing is converted',
    ],
    ['(= 1 2 "a")', 'type-mismatch: "=" takes int, and "a" is string: nothing is converted'],
    [
      '(= [1] ["1"])',
      'type-mismatch: "=" takes lists with items of one type: sort them out',
    ],
    [
      '(< 1 true)',
      'type-mismatch: "<" takes int, and true is bool: nothing is converted',
    ],
    [
      '(< false true)',
      'type-mismatch: "<" takes int or string, and false is bool: nothing is converted',
    ],
    [
      '(> subject.roles [])',
      'type-mismatch: ">" takes int or string, and subject.roles is list of string: nothing is converted',
    ],
    [
      '(member? 5 subject.roles)',
      'type-mismatch: "member?" takes list of int, and subject.roles is list of string: nothing is converted',
    ],
    [
      '(member? "a" "abc")',
      'type-mismatch: "member?" takes list, and "abc" is string: nothing is converted',
    ],
    [
      '(member? [] [])',
      'type-mismatch: "member?" takes bool, int or string, and [] is list: nothing is converted',
    ],
    [
      '(= [1 "a"] [])',
      'type-mismatch: A list has items of one type: sort them out',
    ],
    [
      '(= [subject.none] [])',
      'type-mismatch: A list takes bool, int or string, and subject.none is list: nothing is ' +
      'converted',
    ],
  ])('%s has no value: %s', (text, fault) => {
    expect(outcome(text)).toBe(fault)
  })
})

describe('decide()', () => {
  test('denies what has no policy', () => {
    expect(decide(undefined, KNOWN)).toEqual({
      allowed: false,
      reason: 'no-policy',
      detail: 'There is no policy for this action: write one',
    })
  })

  test.each([
    ['true', { allowed: true }],
    ['false', { allowed: false, reason: 'refused', detail: 'The policy says no' }],
    [
      '"true"',
      {
        allowed: false,
        reason: 'type-mismatch',
        detail: 'A policy takes bool, and "true" is string: nothing is converted',
      },
    ],
    [
      'subject.age',
      {
        allowed: false,
        reason: 'type-mismatch',
        detail: 'A policy takes bool, and subject.age is int: nothing is converted',
      },
    ],
    [
      '(not subject.nothing)',
      {
        allowed: false,
        reason: 'attribute-unknown',
        detail: 'subject.nothing is not known: ask by (exists? subject.nothing)',
      },
    ],
  ])('of %s is %j', (text, decision) => {
    expect(decide(parsePolicy(text), KNOWN)).toEqual(decision)
  })

  test('never says what an attribute holds', () => {
    const attributes = new Map([['subject.secret', 'swordfish']])
    const texts = ['subject.secret', '(= subject.secret 5)', '(member? "a" subject.secret)']
    for (const text of texts) {
      const decision = decide(parsePolicy(text), attributes)
      expect(decision.allowed).toBe(false)
      expect(JSON.stringify(decision)).not.toContain('swordfish')
    }
  })
})
