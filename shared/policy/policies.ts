/**
 * A file of policies, one for each action, and tables of cases that they must decide as told.
 *
 *     (policy channel:read
 *       (and (= subject.kind "owner") (= subject.identifier resource.owner)))
 *
 *     (table channel:read
 *             (subject.kind subject.identifier resource.owner)
 *       (allow "owner"      "anna"             "anna")
 *       (deny  "owner"      "ben"              "anna")
 *       (deny  "owner"      -                  "anna"))   ; - is not known
 *
 * @module
 */
import { ATTRIBUTE, type Expression, listOf, MAX_DEPTH, type Value } from './expression.ts'
import { type Attributes, decide } from './evaluate.ts'
import { deciding, explain } from './explain.ts'
import { type Brackets, type Form, type Place, PolicyError, readForms } from './form.ts'
import { expressionOf } from './parse.ts'

export interface Case {
  readonly action: string
  readonly line: number
  readonly expected: 'allow' | 'deny'
  readonly attributes: Attributes
}

export interface Policies {
  /** By action. What is not here is denied. */
  readonly policies: ReadonlyMap<string, Expression>
  readonly cases: readonly Case[]
}

const BOUNDS = { length: 256 * 1024, forms: 50_000, depth: MAX_DEPTH + 1 }
const ACTION = /^[a-z][a-z0-9_-]*(:[a-z][a-z0-9_-]*)*$/

/** The attribute that says what is to be done; it is the name of the policy. */
export const ACTION_NAME = 'action.name'

/** @throws {PolicyError} */
export function parsePolicies(text: string): Policies {
  const policies = new Map<string, Expression>()
  const tables: { readonly action: string; readonly at: Place; readonly rows: readonly Form[] }[] =
    []
  for (const form of readForms(text, BOUNDS)) {
    const [head, name, ...rest] = form.kind === '(' ? form.forms : []
    const kind = head?.kind === 'name' ? head.name : ''
    if (kind !== 'policy' && kind !== 'table') {
      throw new PolicyError(form.at, 'Only (policy …) and (table …) can stand here: write one')
    }
    if (name?.kind !== 'name' || !ACTION.test(name.name)) {
      throw new PolicyError(
        name?.at ?? form.at,
        `A ${kind} names its action first: write it as channel:read, in lower case`,
      )
    }
    if (kind === 'table') {
      tables.push({ action: name.name, at: name.at, rows: rest })
      continue
    }
    const [expression, second] = rest
    if (expression === undefined || second !== undefined) {
      throw new PolicyError(
        second?.at ?? form.at,
        'A policy is one expression: write one, or join them by (and …) or (or …)',
      )
    }
    if (policies.has(name.name)) {
      throw new PolicyError(name.at, `"${name.name}" has a policy already: join the two`)
    }
    policies.set(name.name, expressionOf(expression))
  }
  return { policies, cases: tables.flatMap((table) => casesOf(table, policies)) }
}

function casesOf(
  { action, at, rows: [heads, ...rows] }: {
    readonly action: string
    readonly at: Place
    readonly rows: readonly Form[]
  },
  policies: ReadonlyMap<string, Expression>,
): Case[] {
  // Else a slip of the pen would pass all that is to be denied.
  if (!policies.has(action)) {
    throw new PolicyError(at, `There is no policy "${action}": write it, or mend the name`)
  }
  if (heads?.kind !== '(') {
    throw new PolicyError(heads?.at ?? at, 'A table begins with its attributes: (subject.kind …)')
  }
  const columns = heads.forms.map(columnOf)
  const repeated = columns.findIndex((name, i) => columns.indexOf(name) !== i)
  const twice = heads.forms[repeated]
  if (twice !== undefined) throw new PolicyError(twice.at, 'This column comes twice: remove one')
  return rows.map((row) => caseOf(row, action, columns))
}

function columnOf(form: Form): string {
  if (form.kind !== 'name' || !ATTRIBUTE.test(form.name)) {
    throw new PolicyError(form.at, 'A column is an attribute: write one, such as subject.kind')
  }
  if (form.name === ACTION_NAME) {
    throw new PolicyError(form.at, `${ACTION_NAME} is the name of the table: remove the column`)
  }
  return form.name
}

function caseOf(row: Form, action: string, columns: readonly string[]): Case {
  const [verdict, ...cells] = row.kind === '(' ? row.forms : []
  const expected = verdict?.kind === 'name' ? verdict.name : ''
  if (expected !== 'allow' && expected !== 'deny') {
    throw new PolicyError(row.at, 'A row is (allow …) or (deny …): write one of them')
  }
  if (cells.length !== columns.length) {
    throw new PolicyError(
      row.at,
      `The table has ${columns.length} columns and this row ${cells.length}: write - where nothing is known`,
    )
  }
  const attributes = new Map<string, Value>([[ACTION_NAME, action]])
  for (const [i, name] of columns.entries()) {
    const cell = cells[i]
    if (cell === undefined || cell.kind === 'name' && cell.name === '-') continue
    attributes.set(name, valueOf(cell))
  }
  return { action, line: row.at.line, expected, attributes }
}

/** A value as it stands in a table. @throws {PolicyError} */
export function valueOf(form: Form): Value {
  if (form.kind === 'value') return form.value
  const list = form.kind === '[' ? scalarsOf(form) : null
  if (list !== null) return list
  throw new PolicyError(
    form.at,
    'This is no value: write true, false, 5, "text", or a list of one type such as ["a" "b"]',
  )
}

function scalarsOf({ forms }: Brackets) {
  const scalars = forms.flatMap((form) => form.kind === 'value' ? [form.value] : [])
  return scalars.length === forms.length ? listOf(scalars) : null
}

/** A case that was decided otherwise than told, with the parts of the policy that decided. */
export interface Miss {
  readonly wrong: Case
  readonly because: readonly string[]
}

export function testPolicies({ policies, cases }: Policies): readonly Miss[] {
  return cases.flatMap((one) => {
    const policy = policies.get(one.action)
    const { allowed } = decide(policy, one.attributes)
    if (allowed === (one.expected === 'allow')) return []
    const because = policy === undefined ? [] : deciding(explain(policy, one.attributes).tree)
    return [{ wrong: one, because }]
  })
}
