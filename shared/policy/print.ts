/**
 * Policy to text: one text for each policy, in ASCII, so that letters that look like others show.
 *
 * @module
 */
import type { Expression, Value } from './expression.ts'

export function printPolicy(expression: Expression): string {
  switch (expression.kind) {
    case 'value':
      return printValue(expression.value)
    case 'attribute':
      return expression.name
    case 'list':
      return `[${expression.items.map(printPolicy).join(' ')}]`
    default:
      return `(${[expression.operator, ...expression.operands.map(printPolicy)].join(' ')})`
  }
}

export function printValue(value: Value): string {
  if (typeof value === 'string') return `"${Array.from(value, printCharacter).join('')}"`
  if (typeof value !== 'object') return String(value)
  const items: string[] = []
  for (const item of value) items.push(printValue(item))
  return `[${items.join(' ')}]`
}

const NAMED: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ['\\', '\\\\'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
])

function printCharacter(character: string): string {
  const named = NAMED.get(character)
  if (named !== undefined) return named
  return /[ -~]/.test(character) ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`
}
