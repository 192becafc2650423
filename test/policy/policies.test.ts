/** @module Files of policies and tables of cases. */

import { describe, expect, test } from 'vitest'
import { MAX_DEPTH } from '../../shared/policy/expression.ts'
import { PolicyError } from '../../shared/policy/form.ts'
import { parsePolicies, testPolicies } from '../../shared/policy/policies.ts'
import { printPolicy } from '../../shared/policy/print.ts'

const FILE = `
(policy door:open
  (and (= subject.role "keeper") (exists? subject.badge) (= action.name "door:open")))
(policy door:close true)

(table door:open
        (subject.role subject.badge)
  (allow "keeper"     "7")
  (deny  "keeper"     -)       ; without a badge
  (deny  "guest"      "7"))
(table door:close () (allow))
(table door:open (subject.role subject.badge resource.locks) (allow "keeper" "7" [1 2]))
`

describe('parsePolicies()', () => {
  test('takes policies and tables in any order', () => {
    const { policies, cases } = parsePolicies(FILE)
    expect([...policies].map(([action, policy]) => [action, printPolicy(policy)])).toEqual([
      [
        'door:open',
        '(and (= subject.role "keeper") (exists? subject.badge) (= action.name "door:open"))',
      ],
      ['door:close', 'true'],
    ])
    expect(cases.map(({ action, line, expected }) => [action, line, expected])).toEqual([
      ['door:open', 8, 'allow'],
      ['door:open', 9, 'deny'],
      ['door:open', 10, 'deny'],
      ['door:close', 11, 'allow'],
      ['door:open', 12, 'allow'],
    ])
    expect(cases.at(-1)?.attributes).toEqual(
      new Map<string, unknown>([
        ['action.name', 'door:open'],
        ['subject.role', 'keeper'],
        ['subject.badge', '7'],
        ['resource.locks', [1n, 2n]],
      ]),
    )
    expect(cases[1]?.attributes.get('subject.badge')).toBeUndefined()
  })

  test('lets a policy be as deep in a file as alone, and no deeper', () => {
    const policy = (depth: number) => `(policy a ${'(not '.repeat(depth)}true${')'.repeat(depth)})`
    expect(parsePolicies(policy(MAX_DEPTH)).policies.size).toBe(1)
    expect(() => parsePolicies(policy(MAX_DEPTH + 1))).toThrow(PolicyError)
  })

  test.each([
    ['true', 'Line 1, column 1: Only (policy …) and (table …) can stand here: write one'],
    ['(rule a true)', 'Line 1, column 1: Only (policy …) and (table …) can stand here: write one'],
    [
      '(policy "a" true)',
      'Line 1, column 9: A policy names its action first: write it as channel:read, in lower case',
    ],
    [
      '(policy A true)',
      'Line 1, column 9: A policy names its action first: write it as channel:read, in lower case',
    ],
    [
      '(policy a)',
      'Line 1, column 1: A policy is one expression: write one, or join them by (and …) or (or …)',
    ],
    [
      '(policy a true false)',
      'Line 1, column 16: A policy is one expression: write one, or join them by (and …) or (or …)',
    ],
    [
      '(policy a true)\n(policy a false)',
      'Line 2, column 9: "a" has a policy already: join the two',
    ],
    [
      '(policy a true) (table b () (deny))',
      'Line 1, column 24: There is no policy "b": write it, or mend the name',
    ],
    [
      '(policy a true) (table a)',
      'Line 1, column 24: A table begins with its attributes: (subject.kind …)',
    ],
    [
      '(policy a true) (table a (kind) (allow 1))',
      'Line 1, column 27: A column is an attribute: write one, such as subject.kind',
    ],
    [
      '(policy a true) (table a (action.name) (allow 1))',
      'Line 1, column 27: action.name is the name of the table: remove the column',
    ],
    [
      '(policy a true) (table a (subject.b subject.b) (allow 1 2))',
      'Line 1, column 37: This column comes twice: remove one',
    ],
    [
      '(policy a true) (table a (subject.b) (maybe 1))',
      'Line 1, column 38: A row is (allow …) or (deny …): write one of them',
    ],
    [
      '(policy a true) (table a (subject.b) (allow))',
      'Line 1, column 38: The table has 1 columns and this row 0: write - where nothing is known',
    ],
    [
      '(policy a true) (table a (subject.b) (allow subject.b))',
      'Line 1, column 45: This is no value: write true, false, 5, "text", or a list of one type ' +
      'such as ["a" "b"]',
    ],
    [
      '(policy a true) (table a (subject.b) (allow [1 "a"]))',
      'Line 1, column 45: This is no value: write true, false, 5, "text", or a list of one type ' +
      'such as ["a" "b"]',
    ],
  ])('refuses %j and says what to do', (text, message) => {
    expect(() => parsePolicies(text)).toThrow(expect.objectContaining({ message }))
  })
})

describe('testPolicies()', () => {
  test('has nothing to say when every case comes out as told', () => {
    expect(testPolicies(parsePolicies(FILE))).toEqual([])
  })

  test('tells each case that does not, both ways, and what decided it', () => {
    const wrong = FILE.replace('(= subject.role "keeper")', '(= subject.role "guest")')
    const misses = testPolicies(parsePolicies(wrong))
    const told = misses.map(({ wrong, because }) => [wrong.line, wrong.expected, because])
    expect(told).toEqual([
      [8, 'allow', ['(= subject.role "guest") is false']],
      [10, 'deny', [
        '(= subject.role "guest") is true',
        '(exists? subject.badge) is true',
        '(= action.name "door:open") is true',
      ]],
      [12, 'allow', ['(= subject.role "guest") is false']],
    ])
  })
})
