/**
 * Why a policy decided as it did: every part with what it came to, and which of them decided.
 *
 * @module
 */
import { type Expression, partsOf } from './expression.ts'
import {
  type Attributes,
  type Decision,
  decisionOf,
  evaluate,
  Fault,
  type Outcome,
} from './evaluate.ts'
import { printPolicy, printValue } from './print.ts'

export interface Explained {
  readonly part: Expression
  /** What it came to; undefined where nobody had to look. */
  readonly outcome: Outcome | undefined
  /** Whether the decision would need it: with it otherwise, the whole could be otherwise. */
  readonly decided: boolean
  readonly parts: readonly Explained[]
}

export interface Explanation {
  readonly decision: Decision
  readonly tree: Explained
}

export function explain(policy: Expression, attributes: Attributes): Explanation {
  const seen = new Map<Expression, Outcome>()
  const decision = decisionOf(policy, evaluate(policy, attributes, seen))
  return { decision, tree: explainPart(policy, seen, true) }
}

function explainPart(
  part: Expression,
  seen: ReadonlyMap<Expression, Outcome>,
  decided: boolean,
): Explained {
  const outcome = seen.get(part)
  const parts = partsOf(part).map((inner) => {
    return explainPart(inner, seen, decided && decides(part, outcome, seen.get(inner)))
  })
  return { part, outcome, decided, parts }
}

/** Whether a part decides together with the one that it stands in. */
function decides(outer: Expression, outcome: Outcome | undefined, inner: Outcome | undefined) {
  if (inner === undefined || outcome === undefined) return false
  // Every fault is one object, and goes up unchanged.
  if (outcome instanceof Fault) return inner === outcome
  if (outer.kind !== 'call') return false
  switch (outer.operator) {
    case 'and':
    case 'or':
      // All that were looked at, where none of them stopped it.
      return inner === outcome
    case 'not':
    case 'if':
      return true
    default:
      return false
  }
}

/** The innermost parts that decided, as text. */
export function deciding(tree: Explained): string[] {
  const inner = tree.parts.filter(({ decided }) => decided)
  if (inner.length > 0) return inner.flatMap(deciding)
  return [`${printPolicy(tree.part)} ${told(tree.outcome)}`]
}

/** A line for each part, a `*` before those that decided. */
export function linesOf(tree: Explained, indent = ''): string[] {
  const { part, outcome, decided, parts } = tree
  if (part.kind === 'value') return []
  const isJunction = part.kind === 'call' && ['and', 'or', 'not', 'if'].includes(part.operator)
  const text = isJunction ? part.operator : printPolicy(part)
  // Why there is no value is said once, at the innermost part.
  const comesFromInside = outcome instanceof Fault && parts.some(({ decided }) => decided)
  const result = comesFromInside ? 'has no value' : told(outcome)
  const own = `${indent}${decided ? '*' : ' '} ${text} ${result}`
  // What was not looked at needs no more than its name.
  if (outcome === undefined) return [`${indent}  ${printPolicy(part)} ${told(outcome)}`]
  return [own, ...parts.flatMap((inner) => linesOf(inner, `${indent}  `))]
}

function told(outcome: Outcome | undefined): string {
  if (outcome === undefined) return 'was not looked at'
  return outcome instanceof Fault ? `has no value: ${outcome.detail}` : `is ${printValue(outcome)}`
}
