/**
 * Chance policies: terms of which most fit together, as text, and what is known when they are asked.
 *
 * @module
 */
import * as fc from 'fast-check'
import type { Value } from '../../shared/policy/expression.ts'
import { printValue } from '../../shared/policy/print.ts'
import type { Term } from './reference.ts'

/** Each is known in some worlds and unknown in others. */
const NAMES: Readonly<Record<Kind, readonly string[]>> = {
  bool: ['subject.trusted', 'resource.open'],
  int: ['subject.age', 'action.count'],
  string: ['subject.name', 'resource.owner'],
  list: ['subject.roles', 'resource.devices'],
}
type Kind = 'bool' | 'int' | 'string' | 'list'

const WORDS = ['', 'a', 'b', 'ab', '\u00e4', '\uff5e', '\u{10000}', 'true', '1']
const int = fc.bigInt({ min: -2n, max: 2n })
const word = fc.constantFrom(...WORDS)

export const values: Readonly<Record<Kind, fc.Arbitrary<Value>>> = {
  bool: fc.boolean(),
  int,
  string: word,
  list: fc.oneof(
    fc.array(word, { maxLength: 3 }),
    fc.array(int, { maxLength: 3 }),
    fc.array(fc.boolean(), { maxLength: 2 }),
  ),
}

/** Most of the attributes, most of them of their usual type. */
export const worlds: fc.Arbitrary<ReadonlyMap<string, Value>> = fc.tuple(
  ...Object.entries(NAMES).flatMap(([kind, names]) =>
    names.map((name) => {
      // Object.entries forgets the names of what it is given.
      const usual = values[kind as Kind]
      const value = fc.oneof(
        { weight: 14, arbitrary: usual },
        { weight: 1, arbitrary: fc.oneof(...Object.values(values)) },
        { weight: 2, arbitrary: fc.constant(undefined) },
      )
      return value.map((value) => [name, value] as const)
    })
  ),
).map((pairs) =>
  new Map(pairs.flatMap(([name, value]) => value === undefined ? [] : [[name, value]]))
)

/** Bools, as policies are; with `exists?` or without. */
export function terms(withExists = true): fc.Arbitrary<Term> {
  const { bool } = fc.letrec<Record<Kind | 'any', Term>>((tie) => {
    const attribute = (kind: Kind) => {
      return fc.constantFrom(...NAMES[kind]).map((name): Term => ['?', name])
    }
    const some = (of: fc.Arbitrary<Term>, least: number) => {
      return fc.array(of, { minLength: least, maxLength: 3 })
    }
    const call = (operator: string, operands: fc.Arbitrary<Term[]>) => {
      return operands.map((operands): Term => [operator, ...operands])
    }
    const choice = (kind: Kind) => {
      return fc.tuple(tie('bool'), tie(kind), tie(kind)).map((all): Term => ['if', ...all])
    }
    /** A slip in one of twenty: another type than is wanted. */
    const mostly = (kind: Kind, ...more: fc.Arbitrary<Term>[]) =>
      fc.oneof(
        { depthSize: 'small', withCrossShrink: true },
        { weight: 8, arbitrary: attribute(kind) },
        ...more.map((arbitrary) => ({ weight: 6, arbitrary })),
        { weight: 1, arbitrary: tie('any') },
      )
    const compared = fc.oneof(
      some(tie('int'), 2),
      some(tie('string'), 2),
      some(tie('list'), 2),
      some(tie('bool'), 2),
    )
    const ordered = fc.oneof(some(tie('int'), 2), some(tie('string'), 2))
    const names = some(fc.oneof(...kinds().map(attribute)), 1)
    return {
      bool: mostly(
        'bool',
        values.bool as fc.Arbitrary<boolean>,
        call('and', some(tie('bool'), 1)),
        call('or', some(tie('bool'), 1)),
        call('not', fc.tuple(tie('bool'))),
        choice('bool'),
        call('=', compared),
        call('!=', compared),
        call('<', ordered),
        call('>', ordered),
        call('member?', fc.tuple(fc.oneof(tie('int'), tie('string')), tie('list'))),
        ...withExists ? [call('exists?', names)] : [],
      ),
      int: mostly('int', int, choice('int')),
      string: mostly('string', word, choice('string')),
      list: mostly(
        'list',
        call('#', fc.array(tie('string').filter(isNoList), { maxLength: 3 })),
        call('#', fc.array(tie('int').filter(isNoList), { maxLength: 3 })),
        choice('list'),
      ),
      any: fc.oneof(tie('bool'), tie('int'), tie('string'), tie('list')),
    }
  })
  return bool
}

/** A list that stands in a list is refused already when it is read. */
function isNoList(term: Term): boolean {
  return !Array.isArray(term) || term[0] !== '#'
}

function kinds(): Kind[] {
  return ['bool', 'int', 'string', 'list']
}

/** As a person would write it: white space and comments where they may be. */
export function textOf(term: Term, between = ' '): string {
  if (!Array.isArray(term)) return printValue(term as Value) // arrays went the other way
  const [head, ...rest] = term as readonly [string, ...Term[]]
  if (head === '?') return String(rest[0])
  const parts = rest.map((one) => textOf(one, between)).join(between)
  return head === '#' ? `[${between}${parts}]` : `(${head}${between}${parts}${between})`
}
