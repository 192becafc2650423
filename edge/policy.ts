/**
 * Policies before they are used:
 *
 * - `npm run -s policy -- test FILE|platform` decides every case of the file's tables. Ends with 0
 *   when all come out as told, 1 when some do not, 2 when there was nothing to test.
 * - `npm run -s policy -- explain FILE|platform ACTION [NAME=VALUE…]` decides one case, and says what
 *   decided it. Ends with 0 when it is allowed, 1 when it is denied, 2 when it could not be asked.
 *
 * `platform` stands for the policies that the platform itself decides by. Asks nobody and sends
 * nothing.
 *
 * @module
 */
import { createReadStream } from 'node:fs'
import process from 'node:process'
import { PLATFORM_POLICIES } from '../server/policy.ts'
import { concat, fromUtf8 } from '../shared/bytes.ts'
import { ATTRIBUTE, type Value } from '../shared/policy/expression.ts'
import { explain, linesOf } from '../shared/policy/explain.ts'
import { PolicyError, readForms } from '../shared/policy/form.ts'
import {
  ACTION_NAME,
  parsePolicies,
  type Policies,
  testPolicies,
  valueOf,
} from '../shared/policy/policies.ts'
import { runCommand, unreadable, UseError } from './command.ts'

const USAGE = `Usage: npm run -s policy -- test FILE|platform
       npm run -s policy -- explain FILE|platform ACTION [NAME=VALUE…]
FILE holds policies and tables of cases; platform stands for the platform's own
VALUE is true, false, a whole number, a text, or a list such as '["a" "b"]'`

const MOST = 1024 ** 2

await runCommand(main)

async function main([command, path, ...rest]: readonly string[]): Promise<number> {
  if (path === undefined) throw new UseError(USAGE)
  if (command === 'test' && rest.length === 0) return test(path, await load(path))
  const [action, ...given] = rest
  if (command === 'explain' && action !== undefined) {
    return tell(await load(path), action, attributesFrom(given))
  }
  throw new UseError(USAGE)
}

async function load(path: string): Promise<Policies> {
  const text = path === 'platform' ? PLATFORM_POLICIES : await read(path)
  try {
    return parsePolicies(text)
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    throw new UseError(`"${path}" cannot be used: ${error.message}`)
  }
}

async function read(path: string): Promise<string> {
  const chunks: Uint8Array[] = []
  try {
    // One more than fits, to see whether there is more; a device never ends.
    const source: AsyncIterable<Uint8Array> = createReadStream(path, { end: MOST })
    for await (const chunk of source) chunks.push(chunk)
  } catch (error) {
    throw unreadable(path, error)
  }
  const bytes = concat(...chunks)
  if (bytes.length > MOST) throw new UseError(`"${path}" is over 1 MiB: split it`)
  try {
    return fromUtf8(bytes)
  } catch {
    throw new UseError(`"${path}" is no UTF-8 text: save it as that`)
  }
}

function test(path: string, policies: Policies): number {
  const { cases } = policies
  if (cases.length === 0) {
    throw new UseError(`"${path}" has no cases: add a (table ACTION (NAME…) (allow VALUE…)…)`)
  }
  const misses = testPolicies(policies)
  for (const { wrong: { line, action, expected }, because } of misses) {
    const came = expected === 'allow' ? 'deny' : 'allow'
    say(`Line ${line}: ${action} should be ${expected} and is ${came}`)
    for (const reason of because) say(`  as ${reason}`)
  }
  const asked = new Set(cases.map(({ action }) => action))
  for (const action of policies.policies.keys()) {
    if (!asked.has(action)) say(`${action} has no case: add a table for it`)
  }
  const held = cases.length - misses.length
  say(`${held} of ${cases.length} cases are decided as told`)
  return misses.length === 0 ? 0 : 1
}

function tell(
  { policies }: Policies,
  action: string,
  given: ReadonlyMap<string, Value>,
): number {
  const policy = policies.get(action)
  if (policy === undefined) {
    const known = [...policies.keys()].join(', ') || 'none'
    const shown = JSON.stringify(action.slice(0, 80))
    say(`deny: there is no policy for ${shown}, and what has none is denied. There are: ${known}`)
    return 1
  }
  const { decision, tree } = explain(policy, new Map([...given, [ACTION_NAME, action]]))
  say(decision.allowed ? `allow ${action}` : `deny ${action}: ${decision.detail}`)
  for (const line of linesOf(tree)) say(line)
  say('* decided')
  return decision.allowed ? 0 : 1
}

function attributesFrom(given: readonly string[]): ReadonlyMap<string, Value> {
  const attributes = new Map<string, Value>()
  for (const one of given) {
    const [, name = '', text = ''] = /^([^=]*)=(.*)$/s.exec(one) ?? []
    const shown = JSON.stringify(one.slice(0, 80))
    if (!ATTRIBUTE.test(name) || name === ACTION_NAME) {
      throw new UseError(`${shown} is no attribute: write it as subject.kind=owner`)
    }
    if (attributes.has(name)) throw new UseError(`${name} comes twice: give it once`)
    attributes.set(name, valueFrom(text, shown))
  }
  return attributes
}

/** A word is a text: a shell takes the quotes away that a policy would have. */
function valueFrom(text: string, shown: string): Value {
  try {
    const [form, more] = readForms(text, { length: 16 * 1024, forms: 1001, depth: 1 })
    if (form === undefined || more !== undefined || form.kind === 'name') return text
    return valueOf(form)
  } catch (error) {
    if (!(error instanceof PolicyError)) throw error
    if (!/^[(["]/.test(text)) return text
    throw new UseError(`${shown} has no value that can be read. ${error.message}`)
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}
