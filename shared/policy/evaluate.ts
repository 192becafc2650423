/**
 * Whether a policy allows something. Nothing is coerced, lookups are of attributes alone, and what
 * goes wrong on the way is no answer but a fault, which denies: also inside `not`, as faults go up
 * and never turn into values. `and`, `or` and `if` look only as far as they must, from the left.
 *
 * @module
 */
import {
  type Expression,
  type List,
  listOf,
  MAX_DEPTH,
  MAX_STEPS,
  type Operator,
  type Scalar,
  typeOf,
  type Value,
} from './expression.ts'
import { printPolicy } from './print.ts'

/** A Map is one. What is asked is a whole name, `subject.role`; undefined is not known. */
export interface Attributes {
  get(name: string): Value | undefined
}

export type FaultCode = 'attribute-unknown' | 'type-mismatch' | 'too-many-steps' | 'too-deep'

/** Why there is no value. Says names and types, never what an attribute holds. */
export class Fault {
  readonly code: FaultCode
  readonly detail: string

  constructor(code: FaultCode, detail: string) {
    this.code = code
    this.detail = detail
  }
}

export type Outcome = Value | Fault

export type Decision =
  | { readonly allowed: true }
  | {
    readonly allowed: false
    readonly reason: FaultCode | 'no-policy' | 'refused'
    readonly detail: string
  }

const ALLOWED: Decision = { allowed: true }
const REFUSED: Decision = { allowed: false, reason: 'refused', detail: 'The policy says no' }
const NO_POLICY: Decision = {
  allowed: false,
  reason: 'no-policy',
  detail: 'There is no policy for this action: write one',
}
const TOO_MANY_STEPS = new Fault(
  'too-many-steps',
  `There is no answer after ${MAX_STEPS} steps: shorten the policy or its lists`,
)
const TOO_DEEP = new Fault('too-deep', `The policy is over ${MAX_DEPTH} deep: flatten it`)

/** Denies unless there is a policy and it is true. */
export function decide(policy: Expression | undefined, attributes: Attributes): Decision {
  if (policy === undefined) return NO_POLICY
  return decisionOf(policy, evaluate(policy, attributes))
}

export function decisionOf(policy: Expression, outcome: Outcome): Decision {
  if (outcome === true) return ALLOWED
  if (outcome === false) return REFUSED
  const fault = outcome instanceof Fault ? outcome : mismatch('A policy', 'bool', policy, outcome)
  return { allowed: false, reason: fault.code, detail: fault.detail }
}

interface Run {
  readonly attributes: Attributes
  /** What each part came to, for who explains it: every part is evaluated once at most. */
  readonly seen: Map<Expression, Outcome> | undefined
  steps: number
}

export function evaluate(
  policy: Expression,
  attributes: Attributes,
  seen?: Map<Expression, Outcome>,
): Outcome {
  return evaluatePart(policy, { attributes, seen, steps: 0 }, 0)
}

function evaluatePart(part: Expression, run: Run, depth: number): Outcome {
  const outcome = depth > MAX_DEPTH
    ? TOO_DEEP
    : ++run.steps > MAX_STEPS
    ? TOO_MANY_STEPS
    : outcomeOf(part, run, depth + 1)
  run.seen?.set(part, outcome)
  return outcome
}

function outcomeOf(part: Expression, run: Run, depth: number): Outcome {
  switch (part.kind) {
    case 'value':
      return part.value
    case 'attribute':
      return run.attributes.get(part.name) ??
        new Fault('attribute-unknown', `${part.name} is not known: ask by (exists? ${part.name})`)
    case 'list':
      return listFrom(part.items, run, depth)
    default:
      return call(part.operator, part.operands, run, depth)
  }
}

function listFrom(items: readonly Expression[], run: Run, depth: number): List | Fault {
  const scalars: Scalar[] = []
  for (const item of items) {
    const value = evaluatePart(item, run, depth)
    if (value instanceof Fault) return value
    if (typeof value === 'object') return mismatch('A list', 'bool, int or string', item, value)
    scalars.push(value)
  }
  return listOf(scalars) ??
    new Fault('type-mismatch', 'A list has items of one type: sort them out')
}

function call(
  operator: Operator,
  operands: readonly Expression[],
  run: Run,
  depth: number,
): Outcome {
  switch (operator) {
    case 'and':
      return junction(operator, false, operands, run, depth)
    case 'or':
      return junction(operator, true, operands, run, depth)
    case 'not': {
      const value = bool(operator, operands[0], run, depth)
      return value instanceof Fault ? value : !value
    }
    case 'if': {
      const test = bool(operator, operands[0], run, depth)
      if (test instanceof Fault) return test
      const branch = operands[test ? 1 : 2]
      return branch === undefined ? missing(operator) : evaluatePart(branch, run, depth)
    }
    case '=':
    case '!=': {
      const values = valuesOf(operator, operands, run, depth)
      if (values instanceof Fault) return values
      const all = inPairs(values, (a, b) => equals(a, b, run))
      return run.steps > MAX_STEPS ? TOO_MANY_STEPS : all === (operator === '=')
    }
    case '<':
    case '>': {
      const values = valuesOf(operator, operands, run, depth)
      if (values instanceof Fault) return values
      const [first] = values
      const [operand] = operands
      if (operand !== undefined && typeof first !== 'bigint' && typeof first !== 'string') {
        return mismatch(`"${operator}"`, 'int or string', operand, first ?? false)
      }
      return inPairs(values, (a, b) => operator === '<' ? isLess(a, b) : isLess(b, a))
    }
    case 'member?':
      return isMember(operands, run, depth)
    default:
      return exist(operands, run)
  }
}

/** `and` stops at false, `or` at true. */
function junction(
  operator: Operator,
  stop: boolean,
  operands: readonly Expression[],
  run: Run,
  depth: number,
): Outcome {
  for (const operand of operands) {
    const value = bool(operator, operand, run, depth)
    if (value instanceof Fault || value === stop) return value
  }
  // The parser lets none be empty; made by hand, an empty `and` must not allow.
  return operands.length === 0 ? missing(operator) : !stop
}

function bool(
  operator: Operator,
  operand: Expression | undefined,
  run: Run,
  depth: number,
): boolean | Fault {
  if (operand === undefined) return missing(operator)
  const value = evaluatePart(operand, run, depth)
  if (typeof value === 'boolean' || value instanceof Fault) return value
  return mismatch(`"${operator}"`, 'bool', operand, value)
}

/** All of one type, and lists of one type of items. */
function valuesOf(
  operator: Operator,
  operands: readonly Expression[],
  run: Run,
  depth: number,
): Value[] | Fault {
  const values: Value[] = []
  let type: string | undefined
  let items: string | undefined
  for (const operand of operands) {
    const value = evaluatePart(operand, run, depth)
    if (value instanceof Fault) return value
    values.push(value)
  }
  for (const [i, value] of values.entries()) {
    type ??= typeOf(value)
    const operand = operands[i]
    if (typeOf(value) !== type && operand !== undefined) {
      return mismatch(`"${operator}"`, type, operand, value)
    }
    if (typeof value !== 'object' || value[0] === undefined) continue
    items ??= typeof value[0]
    if (typeof value[0] !== items) {
      return new Fault(
        'type-mismatch',
        `"${operator}" takes lists with items of one type: sort them out`,
      )
    }
  }
  return type === undefined ? missing(operator) : values
}

function inPairs(values: readonly Value[], holds: (a: Value, b: Value) => boolean): boolean {
  for (let i = 1; i < values.length; i++) {
    const [a, b] = [values[i - 1], values[i]]
    if (a === undefined || b === undefined || !holds(a, b)) return false
  }
  return true
}

function equals(a: Value, b: Value, run: Run): boolean {
  if (typeof a !== 'object' || typeof b !== 'object') return a === b
  if (a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) {
    if (++run.steps > MAX_STEPS || a[i] !== b[i]) return false
  }
  return true
}

/** Texts by code points, as their UTF-8 is ordered. */
function isLess(a: Value, b: Value): boolean {
  if (typeof a === 'bigint' && typeof b === 'bigint') return a < b
  if (typeof a !== 'string' || typeof b !== 'string') return false
  const [left, right] = [Array.from(a), Array.from(b)]
  const at = left.findIndex((character, i) => character !== right[i])
  if (at < 0) return left.length < right.length
  return (left[at]?.codePointAt(0) ?? 0) < (right[at]?.codePointAt(0) ?? -1)
}

function isMember(
  [wanted, among]: readonly Expression[],
  run: Run,
  depth: number,
): boolean | Fault {
  if (wanted === undefined || among === undefined) return missing('member?')
  const value = evaluatePart(wanted, run, depth)
  if (value instanceof Fault) return value
  if (typeof value === 'object') return mismatch('"member?"', 'bool, int or string', wanted, value)
  const list = evaluatePart(among, run, depth)
  if (list instanceof Fault) return list
  if (typeof list !== 'object') return mismatch('"member?"', 'list', among, list)
  const [first] = list
  if (first !== undefined && typeof first !== typeof value) {
    return mismatch('"member?"', `list of ${typeOf(value)}`, among, list)
  }
  for (const item of list) {
    if (++run.steps > MAX_STEPS) return TOO_MANY_STEPS
    if (item === value) return true
  }
  return false
}

function exist(operands: readonly Expression[], run: Run): boolean | Fault {
  if (operands.length === 0) return missing('exists?')
  let all = true
  for (const operand of operands) {
    if (operand.kind !== 'attribute') {
      return new Fault('type-mismatch', '"exists?" takes attributes: name one')
    }
    if (++run.steps > MAX_STEPS) return TOO_MANY_STEPS
    const value = run.attributes.get(operand.name)
    if (value === undefined) all = false
    else run.seen?.set(operand, value)
  }
  return all
}

function missing(operator: Operator): Fault {
  return new Fault('type-mismatch', `"${operator}" lacks an operand: add it`)
}

function mismatch(taker: string, wanted: string, part: Expression, value: Value): Fault {
  const text = printPolicy(part)
  const shown = text.length > 80 ? `${text.slice(0, 80)}…` : text
  return new Fault(
    'type-mismatch',
    `${taker} takes ${wanted}, and ${shown} is ${typeName(value)}: nothing is converted`,
  )
}

function typeName(value: Value): string {
  const [item] = typeof value === 'object' ? value : []
  return item === undefined ? typeOf(value) : `list of ${typeOf(item)}`
}
