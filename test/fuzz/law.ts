/**
 * What every answer must be, whatever was asked: documented in the OpenAPI document, of the schema
 * that stands there, and in itself well-formed. It says in a sentence what is wrong.
 *
 * @module
 */
import { isProblemCode, PROBLEMS } from '../../shared/api/problems.ts'
import { PROBLEM_JSON } from '../../shared/api/schemas.ts'
import { PUBLIC_URL } from '../server/platform.ts'
import { MARK } from './hostile.ts'

type Json = Readonly<Record<string, unknown>>

export interface Answer {
  readonly method: string
  readonly path: string
  readonly status: number
  readonly headers: Headers
  readonly body: string
}

export interface Verdict {
  /** The operation as the document names it; null for an address that is none. */
  readonly operation: string | null
  readonly code: string | null
  readonly faults: readonly string[]
}

export type Law = (answer: Answer) => Verdict

interface Operation {
  readonly name: string
  readonly method: string
  readonly pattern: RegExp
  readonly responses: Json
}

/** Members that problems have beside those of RFC 9457. */
const MEMBERS = new Set([
  'type',
  'title',
  'status',
  'detail',
  'code',
  'requestId',
  'allow',
  'chapter',
  'check',
  'epoch',
  'expected',
  'head',
  'id',
  'last',
  'limit',
  'locked',
  'next',
  'now',
  'parameters',
  'reason',
  'retryAfter',
  'seq',
  'statement',
  'step',
])

const WITH_RETRY_AFTER = new Set(['425', '429', '503'])

/** @param document the OpenAPI document as the platform tells it */
export function lawOf(document: unknown): Law {
  const operations = operationsOf(document)
  return (answer) => {
    const { method, path, status, headers, body } = answer
    const faults: string[] = []
    const asked = method === 'HEAD' ? 'GET' : method
    const operation = operations.find((one) => one.method === asked && one.pattern.test(path)) ??
      null
    const type = headers.get('Content-Type')?.split(';')[0] ?? null
    const problem = type === PROBLEM_JSON && method !== 'HEAD' ? parsed(body, faults) : null

    if (status >= 500) faults.push(`status ${status}`)
    if (!/^[0-9a-f-]{36}$/.test(headers.get('X-Request-Id') ?? '')) faults.push('no request id')
    if (headers.get('X-Content-Type-Options') !== 'nosniff') faults.push('no nosniff')
    if (!headers.has('Cache-Control')) faults.push('nothing says whether it may be kept')
    const shown = [body, ...headers.values()].join('\n')
    if (shown.includes(MARK)) faults.push('it repeats what was sent')
    if (/\n {4}at |node_modules|postgres:\/\/|PRIVATE KEY/.test(shown)) {
      faults.push('it tells of us')
    }
    if (status === 401 && !headers.has('WWW-Authenticate')) faults.push('401 says not how')
    if (status === 405 && !headers.get('Allow')) faults.push('405 says not which')
    const retry = headers.get('Retry-After')
    if (WITH_RETRY_AFTER.has(String(status)) && !/^[1-9]\d{0,5}$/.test(retry ?? '')) {
      faults.push('it says not when to try again')
    }
    if (problem !== null) faults.push(...faultsOfProblem(problem, status))
    else if (status >= 400 && type !== 'application/json' && method !== 'HEAD') {
      faults.push(`an error of type ${type}`)
    }
    if (operation !== null) faults.push(...faultsOfAnswer(operation, answer, type))
    else if (path !== '/openapi.json' && ![404, 405, 429].includes(status)) {
      faults.push(`status ${status} at no address`)
    }
    const code = problem?.['code']
    return {
      operation: operation?.name ?? null,
      code: typeof code === 'string' ? code : null,
      faults,
    }
  }
}

function faultsOfAnswer(
  { responses }: Operation,
  { method, status, body }: Answer,
  type: string | null,
): string[] {
  const response = responses[status]
  if (!isObject(response)) return [`status ${status} is not documented`]
  const code = type === PROBLEM_JSON && method !== 'HEAD' ? parsed(body, [])?.['code'] : undefined
  if (typeof code === 'string' && !String(response['description']).includes(`\`${code}\``)) {
    return [`the problem ${code} is not documented`]
  }
  const content = response['content']
  if (!isObject(content)) return body === '' ? [] : ['a body where none is documented']
  if (type === null || !isObject(content[type])) {
    return method === 'HEAD' && type === null ? [] : [`type ${type} is not documented`]
  }
  if (method === 'HEAD') return body === '' ? [] : ['a body for HEAD']
  const schema = content[type]['schema']
  if (!isObject(schema) || schema['format'] === 'binary') return []
  const faults: string[] = []
  const value = parsed(body, faults)
  return faults.length > 0 ? faults : mismatches(value, schema, 'answer')
}

function faultsOfProblem(problem: Json, status: number): string[] {
  const { type, title, detail, code } = problem
  if (typeof code !== 'string' || !isProblemCode(code)) return ['a problem of no known code']
  const known = PROBLEMS[code]
  const faults: string[] = []
  if (problem['status'] !== status || known.status !== status) faults.push('another status within')
  if (type !== `${PUBLIC_URL}/problems/${code}`) faults.push('type is not the one of the code')
  if (title !== known.title || detail !== known.detail) faults.push('other words than the code’s')
  for (const name of Object.keys(problem)) {
    if (!MEMBERS.has(name)) faults.push(`a member ${name} that no problem has`)
  }
  return faults
}

/** Where a value is not what a schema says; the keywords that the document uses, and no other. */
export function mismatches(value: unknown, schema: Json, at: string): string[] {
  const faults: string[] = []
  for (const [keyword, wanted] of Object.entries(schema)) {
    if (keyword === 'type') {
      if (!isOfType(value, wanted)) return [`${at} is not of type ${String(wanted)}`]
    } else if (keyword === 'const') {
      if (value !== wanted) faults.push(`${at} is not ${String(wanted)}`)
    } else if (keyword === 'enum') {
      if (!Array.isArray(wanted) || !wanted.includes(value)) faults.push(`${at} is none of enum`)
    } else if (keyword === 'minimum') {
      if (typeof value !== 'number' || value < Number(wanted)) faults.push(`${at} is too small`)
    } else if (keyword === 'pattern') {
      if (typeof value !== 'string' || !new RegExp(String(wanted)).test(value)) {
        faults.push(`${at} is not of its pattern`)
      }
    } else if (keyword === 'required') {
      for (const name of Array.isArray(wanted) ? wanted : []) {
        if (!isObject(value) || !(name in value)) faults.push(`${at}.${name} is missing`)
      }
    } else if (keyword === 'properties' && isObject(value) && isObject(wanted)) {
      for (const [name, inner] of Object.entries(wanted)) {
        if (name in value && isObject(inner)) {
          faults.push(...mismatches(value[name], inner, `${at}.${name}`))
        }
      }
    } else if (keyword === 'items' && Array.isArray(value) && isObject(wanted)) {
      for (const [i, item] of value.entries()) {
        faults.push(...mismatches(item, wanted, `${at}.${i}`))
      }
    } else if (keyword === 'anyOf' && Array.isArray(wanted)) {
      if (!wanted.some((one) => isObject(one) && mismatches(value, one, at).length === 0)) {
        faults.push(`${at} is none of what it may be`)
      }
    } else if (!['format', 'description', 'default', 'additionalProperties'].includes(keyword)) {
      throw new Error(`The schema uses "${keyword}", which this check does not know`)
    }
  }
  return faults
}

function isOfType(value: unknown, type: unknown): boolean {
  if (type === 'object') return isObject(value)
  if (type === 'array') return Array.isArray(value)
  if (type === 'integer') return Number.isInteger(value)
  if (type === 'null') return value === null
  return typeof value === type
}

function operationsOf(document: unknown): Operation[] {
  const paths = isObject(document) ? document['paths'] : undefined
  if (!isObject(paths)) throw new Error('The document has no paths')
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(isObject(methods) ? methods : {}).map(([method, operation]) => {
      const responses = isObject(operation) ? operation['responses'] : undefined
      if (!isObject(responses)) throw new Error(`${method} ${path} has no responses`)
      const pattern = path.replaceAll('.', '\\.').replace(/\{[^/]+\}/g, '[^/]+')
      return {
        name: `${method.toUpperCase()} ${path}`,
        method: method.toUpperCase(),
        pattern: new RegExp(`^${pattern}$`),
        responses,
      }
    })
  )
}

function parsed(body: string, faults: string[]): Json | null {
  try {
    const value: unknown = JSON.parse(body)
    if (isObject(value)) return value
    faults.push('JSON that is no object')
  } catch {
    faults.push('not JSON')
  }
  return null
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
