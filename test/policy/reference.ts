/**
 * A second evaluator, written from the description alone and as differently as it can be: plain
 * nested arrays instead of expressions, one step from a term to its value, and exceptions for
 * faults. It knows no limits, as what it is given is small.
 *
 *     ['and', ['=', ['?', 'subject.kind'], 'owner'], true]
 *
 * @module
 */

export type Atom = boolean | bigint | string
/** `['?', name]` is an attribute, `['#', …]` a list, and all else an operator and its operands. */
export type Term = Atom | readonly [string, ...Term[]]
export type Known = ReadonlyMap<string, Atom | readonly Atom[]>

/** Thrown with `unknown` or `type`. */
export class Wrong extends Error {
  override readonly name = 'Wrong'
}

type Result = Atom | readonly Atom[]

export function valueOf(term: Term, known: Known): Result {
  if (!Array.isArray(term)) return term as Atom // Array.isArray does not tell readonly arrays apart
  const [head, ...rest] = term as readonly [string, ...Term[]]
  const value = (at: number): Result => valueOf(rest[at] ?? false, known)
  const every = (): Result[] => rest.map((_, at) => value(at))
  const table: Record<string, () => Result> = {
    '?': () => known.get(String(rest[0])) ?? fail('unknown'),
    '#': () => sameAtoms(rest.map((_, at) => atom(value(at)))),
    'and': () => rest.map((_, at) => () => truth(value(at))).reduce(both, () => true)(),
    'or': () => !rest.map((_, at) => () => !truth(value(at))).reduce(both, () => true)(),
    'not': () => !truth(value(0)),
    'if': () => truth(value(0)) ? value(1) : value(2),
    '=': () => chain(every(), (a, b) => key(a) === key(b)),
    '!=': () => !chain(every(), (a, b) => key(a) === key(b)),
    '<': () => chain(every().map(orderable), (a, b) => order(a, b) < 0),
    '>': () => chain(every().map(orderable), (a, b) => order(a, b) > 0),
    'member?': () => {
      const wanted = atom(value(0))
      const among = value(1)
      if (typeof among !== 'object') return fail('type')
      sameAtoms([wanted, ...among])
      return among.map(key).includes(key(wanted))
    },
    'exists?': () => rest.every((one) => Array.isArray(one) && known.has(String(one[1]))),
  }
  return (table[head] ?? (() => fail('type')))()
}

function both(left: () => boolean, right: () => boolean): () => boolean {
  return () => left() && right()
}

function fail(why: 'unknown' | 'type'): never {
  throw new Wrong(why)
}

function truth(value: Result): boolean {
  return value === true || (value === false ? false : fail('type'))
}

function atom(value: Result): Atom {
  return typeof value === 'object' ? fail('type') : value
}

function orderable(value: Result): Result {
  return typeof value === 'string' || typeof value === 'bigint' ? value : fail('type')
}

function sameAtoms(atoms: Atom[]): Atom[] {
  return new Set(atoms.map((one) => typeof one)).size < 2 ? atoms : fail('type')
}

/** Equal for equal values, and only for them. */
function key(value: Result): string {
  if (typeof value === 'object') return `[${value.map(key).join()}]`
  return `${typeof value} ${JSON.stringify(String(value))}`
}

/** All must be of one type first, whatever the first pair says. */
function chain(values: Result[], holds: (a: Result, b: Result) => boolean): boolean {
  if (new Set(values.map((value) => typeof value)).size > 1) fail('type')
  sameAtoms(values.flatMap((value) => typeof value === 'object' ? value : []))
  return values.slice(1).every((value, at) => holds(values[at] ?? false, value))
}

function order(a: Result, b: Result): number {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b ? -1 : Number(a > b)
  const [left, right] = [a, b].map((text) => new TextEncoder().encode(String(text)))
  return Buffer.compare(left ?? new Uint8Array(), right ?? new Uint8Array())
}
