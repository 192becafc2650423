/** @module Why a policy decided as it did. */

import { describe, expect, test } from 'vitest'
import type { Value } from '../../shared/policy/expression.ts'
import { deciding, explain, linesOf } from '../../shared/policy/explain.ts'
import { parsePolicy } from '../../shared/policy/parse.ts'

const POLICY = parsePolicy(`
  (or (and (= subject.kind "owner") (= subject.identifier resource.owner))
      (and (= subject.kind "device") (member? subject.identifier resource.devices)))`)

function told(...known: [string, Value][]) {
  const { decision, tree } = explain(POLICY, new Map(known))
  return { allowed: decision.allowed, deciding: deciding(tree), lines: linesOf(tree) }
}

describe('explain()', () => {
  test('names what refused, and says what was not looked at', () => {
    expect(told(['subject.kind', 'provider'])).toEqual({
      allowed: false,
      deciding: ['(= subject.kind "owner") is false', '(= subject.kind "device") is false'],
      lines: [
        '* or is false',
        '  * and is false',
        '    * (= subject.kind "owner") is false',
        '        subject.kind is "provider"',
        '      (= subject.identifier resource.owner) was not looked at',
        '  * and is false',
        '    * (= subject.kind "device") is false',
        '        subject.kind is "provider"',
        '      (member? subject.identifier resource.devices) was not looked at',
      ],
    })
  })

  test('names what allowed', () => {
    const known: [string, Value][] = [
      ['subject.kind', 'device'],
      ['subject.identifier', 'reader'],
      ['resource.devices', ['older', 'reader']],
    ]
    expect(told(...known)).toEqual({
      allowed: true,
      deciding: [
        '(= subject.kind "device") is true',
        '(member? subject.identifier resource.devices) is true',
      ],
      lines: [
        '* or is true',
        '    and is false',
        '      (= subject.kind "owner") is false',
        '        subject.kind is "device"',
        '      (= subject.identifier resource.owner) was not looked at',
        '  * and is true',
        '    * (= subject.kind "device") is true',
        '        subject.kind is "device"',
        '    * (member? subject.identifier resource.devices) is true',
        '        subject.identifier is "reader"',
        '        resource.devices is ["older" "reader"]',
      ],
    })
  })

  test('leads to the innermost part that has no value, and tells why once', () => {
    const { deciding, lines, allowed } = told(['subject.kind', 'owner'])
    const why = 'subject.identifier is not known: ask by (exists? subject.identifier)'
    expect(allowed).toBe(false)
    expect(deciding).toEqual([`subject.identifier has no value: ${why}`])
    expect(lines.slice(0, 6)).toEqual([
      '* or has no value',
      '  * and has no value',
      '      (= subject.kind "owner") is true',
      '        subject.kind is "owner"',
      '    * (= subject.identifier resource.owner) has no value',
      `      * subject.identifier has no value: ${why}`,
    ])
  })

  test.each([
    ['(not subject.a)', ['subject.a is true']],
    ['(if subject.a subject.b true)', ['subject.a is true', 'subject.b is false']],
    ['(if subject.b true subject.b)', ['subject.b is false', 'subject.b is false']],
    ['(and subject.a subject.a)', ['subject.a is true', 'subject.a is true']],
    ['(and subject.a subject.b subject.a)', ['subject.b is false']],
    ['(not (or subject.b (not subject.a)))', ['subject.b is false', 'subject.a is true']],
    ['(exists? subject.a subject.c)', ['(exists? subject.a subject.c) is false']],
    ['false', ['false is false']],
  ])('of %s is decided by %j', (text, parts) => {
    const known = new Map([['subject.a', true], ['subject.b', false]])
    expect(deciding(explain(parsePolicy(text), known).tree)).toEqual(parts)
  })
})
