/**
 * Text to policy. What can be seen to be wrong without asking anybody is refused here, with its
 * place: unknown operators, too few operands, names that are no attribute.
 *
 * @module
 */
import {
  ATTRIBUTE,
  type Expression,
  MAX_DEPTH,
  MAX_PARTS,
  MAX_TEXT,
  OPERATORS,
  partsOf,
} from './expression.ts'
import { type Brackets, type Form, PolicyError, readForms } from './form.ts'

/** @throws {PolicyError} */
export function parsePolicy(text: string): Expression {
  const bounds = { length: MAX_TEXT, forms: 2 * MAX_PARTS, depth: MAX_DEPTH }
  const [form, second] = readForms(text, bounds)
  if (form === undefined) {
    throw new PolicyError({ line: 1, column: 1 }, 'There is no policy: write one, such as false')
  }
  if (second !== undefined) {
    throw new PolicyError(second.at, 'A policy is one expression: join them by (and …) or (or …)')
  }
  return expressionOf(form)
}

/** @throws {PolicyError} */
export function expressionOf(form: Form): Expression {
  const expression = convert(form)
  let parts = 0
  const waiting = [expression]
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    waiting.push(...partsOf(next))
    if (++parts > MAX_PARTS) {
      throw new PolicyError(form.at, `This policy has over ${MAX_PARTS} parts: split it`)
    }
  }
  return expression
}

/** As deep as the brackets are, and their depth is bounded. */
function convert(form: Form): Expression {
  switch (form.kind) {
    case 'value':
      return { kind: 'value', value: form.value }
    case 'name':
      return attributeOf(form)
    case '[':
      return { kind: 'list', items: form.forms.map(itemOf) }
    default:
      return callOf(form)
  }
}

function attributeOf({ name, at }: Form & { kind: 'name' }): Expression {
  if (ATTRIBUTE.test(name)) return { kind: 'attribute', name }
  if (OPERATORS.has(name)) {
    throw new PolicyError(at, `"${name}" goes first in brackets: (${name} …)`)
  }
  throw new PolicyError(
    at,
    /^(subject|action|resource)\./.test(name)
      ? `"${name}" is no attribute: it has a letter, then up to 63 letters, digits, "_" and "-"`
      : `"${name}" is no attribute: begin it with subject., action. or resource., or put it in quotes`,
  )
}

function itemOf(form: Form): Expression {
  if (form.kind === '[') throw new PolicyError(form.at, 'A list holds no lists: write one list')
  return convert(form)
}

function callOf({ forms: [head, ...rest], at }: Brackets): Expression {
  const known = head?.kind === 'name' ? OPERATORS.get(head.name) : undefined
  if (head === undefined || known === undefined) {
    const what = head?.kind === 'name' ? `"${head.name}" is no operator` : 'An operator is missing'
    const all = [...OPERATORS.keys()].join(', ')
    throw new PolicyError(head?.at ?? at, `${what}: use one of ${all}`)
  }
  const [operator, least, most] = known
  if (rest.length < least || rest.length > most) {
    const wanted = least === most ? String(least) : `${least} or more`
    throw new PolicyError(
      at,
      `"${operator}" takes ${wanted}, here are ${rest.length}: add or remove`,
    )
  }
  const operands = rest.map(convert)
  if (operator === 'exists?') {
    const other = operands.findIndex(({ kind }) => kind !== 'attribute')
    const form = rest[other]
    if (form !== undefined) throw new PolicyError(form.at, '"exists?" takes attributes: name one')
  }
  return { kind: 'call', operator, operands }
}
