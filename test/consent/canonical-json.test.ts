/**
 * Canonical JSON as RFC 8785 has it: order, numbers, escapes; and NFC.
 *
 * @module
 */
import { describe, expect, test } from 'vitest'
import {
  canonicalJson,
  CanonicalJsonError,
  type Json,
  parseCanonicalJson,
} from '../../shared/canonical-json.ts'

describe('canonicalJson()', () => {
  test('sorts members by the UTF-16 code units of their names, as in RFC 8785, section 3.2.3', () => {
    const example = {
      '\u20ac': 'Euro Sign',
      '\r': 'Carriage Return',
      '\uff21': 'Fullwidth Latin Capital Letter A',
      '1': 'One',
      '\ud83d\ude00': 'Emoji: Grinning Face',
      '\u0080': 'Control',
      '\u00f6': 'Latin Small Letter O With Diaeresis',
    }
    const names = [...canonicalJson(example).matchAll(/:"([^"]+)"/g)].map(([, name]) => name)
    expect(names).toEqual([
      'Carriage Return',
      'One',
      'Control',
      'Latin Small Letter O With Diaeresis',
      'Euro Sign',
      'Emoji: Grinning Face',
      'Fullwidth Latin Capital Letter A',
    ])
  })

  test('writes numbers, literals and texts as in RFC 8785, section 3.2.2', () => {
    const example = {
      numbers: [Number(`333333333.33333329`), 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
      string: '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }
    expect(canonicalJson(example)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
    expect(canonicalJson(-0)).toBe('0')
  })

  test('has no text for what is no JSON, half a character, or a text not in form NFC', () => {
    for (const value of [NaN, Infinity, '\ud800', 'a\u0308', { 'e\u0301': 1 }]) {
      expect(() => canonicalJson(value)).toThrow(CanonicalJsonError)
    }
    let deep: Json = 0
    for (let i = 0; i < 40; i++) deep = [deep]
    expect(() => canonicalJson(deep)).toThrow('over 32 deep')
  })
})

describe('parseCanonicalJson()', () => {
  test('gives the value of a canonical text, and refuses every other', () => {
    expect(parseCanonicalJson('{"a":[1,"ä"],"b":null}')).toEqual({ a: [1, 'ä'], b: null })
    for (
      const text of [
        '{"b":1,"a":2}',
        '{"a":1,"a":1}',
        '{"a": 1}',
        '1.0',
        '"\\u0061"',
        '"a\u0308"',
        '{',
        '',
      ]
    ) expect(() => parseCanonicalJson(text)).toThrow(CanonicalJsonError)
  })
})
