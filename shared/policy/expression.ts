/**
 * What a policy consists of: values of four types, attributes, and the operators of the
 * s-expressions that Ockam's access control has. An expression has no places in it: the same policy
 * is the same data, whatever its text looked like.
 *
 * @module
 */

export type Scalar = boolean | bigint | string
/** Of one type; the empty one fits every type. */
export type List = readonly boolean[] | readonly bigint[] | readonly string[]
export type Value = Scalar | List
export type Type = 'bool' | 'int' | 'string' | 'list'

/** Each with the fewest and the most operands that it takes. */
const ARITIES = {
  'and': [1, Infinity],
  'or': [1, Infinity],
  'not': [1, 1],
  'if': [3, 3],
  '=': [2, Infinity],
  '!=': [2, Infinity],
  '<': [2, Infinity],
  '>': [2, Infinity],
  'member?': [2, 2],
  'exists?': [1, Infinity],
} as const

export type Operator = keyof typeof ARITIES

export const OPERATORS: ReadonlyMap<string, readonly [Operator, number, number]> = new Map(
  Object.entries(ARITIES).map(([name, [least, most]]) => {
    // Object.entries forgets the names of what it is given.
    return [name, [name as Operator, least, most]]
  }),
)

export type Expression =
  | { readonly kind: 'value'; readonly value: Scalar }
  | { readonly kind: 'attribute'; readonly name: string }
  | { readonly kind: 'list'; readonly items: readonly Expression[] }
  | { readonly kind: 'call'; readonly operator: Operator; readonly operands: readonly Expression[] }

/** How deep brackets may be nested. */
export const MAX_DEPTH = 32
/** Values, attributes and brackets in one policy. */
export const MAX_PARTS = 2000
/** Characters of one policy. */
export const MAX_TEXT = 16 * 1024
/** Parts that are evaluated, and items of lists that are compared, until there is an answer. */
export const MAX_STEPS = 10_000
export const MAX_INT = 2n ** 63n - 1n
export const MIN_INT = -(2n ** 63n)

/** `subject.role`: who asks, for what, and about what. ASCII, so that no name looks like another. */
export const ATTRIBUTE = /^(subject|action|resource)\.[A-Za-z][A-Za-z0-9_-]{0,63}$/

export function typeOf(value: Value): Type {
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  return typeof value === 'bigint' ? 'int' : 'list'
}

/** The scalars as a list, or null if they are of several types. */
export function listOf(scalars: readonly Scalar[]): List | null {
  const [strings, ints, bools]: [string[], bigint[], boolean[]] = [[], [], []]
  for (const scalar of scalars) {
    if (typeof scalar === 'string') strings.push(scalar)
    else if (typeof scalar === 'bigint') ints.push(scalar)
    else bools.push(scalar)
  }
  return [strings, ints, bools].find(({ length }) => length === scalars.length) ?? null
}

/** The attributes that a policy asks for, each once. */
export function attributesOf(expression: Expression): ReadonlySet<string> {
  const names = new Set<string>()
  const waiting = [expression]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.kind === 'attribute') names.add(next.name)
    else waiting.push(...partsOf(next))
  }
  return names
}

/** What stands in the brackets of an expression. */
export function partsOf(expression: Expression): readonly Expression[] {
  if (expression.kind === 'list') return expression.items
  return expression.kind === 'call' ? expression.operands : []
}
