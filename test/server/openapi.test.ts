/**
 * The OpenAPI document: whole, well-formed, and with examples that are what they say.
 *
 * @module
 */
import * as v from 'valibot'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isApiPath } from '../../server/app.ts'
import { EXAMPLES } from '../../server/examples.ts'
import { PROBLEMS } from '../../shared/api/problems.ts'
import * as schemas from '../../shared/api/schemas.ts'
import { mismatches } from '../fuzz/law.ts'
import { members, type Platform, startPlatform } from './platform.ts'

type Json = Record<string, unknown>

let platform: Platform
let document: Json
let operations: { name: string; path: string; operation: Json }[]
beforeAll(async () => {
  platform = await startPlatform()
  document = members(await (await platform.app.request('/openapi.json')).json())
  operations = Object.entries(members(document['paths'])).flatMap(([path, methods]) =>
    Object.entries(members(methods)).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      path,
      operation: members(operation),
    }))
  )
})
afterAll(() => platform.close())

/** All values in it, with where they stand. */
function* everything(value: unknown, at = '#'): Generator<[string, Json]> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value)) yield [at, members(value)]
  for (const [name, inner] of Object.entries(value)) {
    yield* everything(inner, `${at}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)
  }
}

test('every route is in it, and nothing else is', () => {
  const routes = platform.app.routes.filter(({ path }) => !path.endsWith('*'))
    .map(({ method, path }) => `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`)
  expect(operations.map(({ name }) => name).toSorted()).toEqual([...new Set(routes)].toSorted())
  for (const { path } of operations) expect(isApiPath(path)).toBe(true)
})

test('it is OpenAPI 3.1: what 3.1 requires is there, and every reference leads somewhere', () => {
  expect(document).toMatchObject({
    openapi: '3.1.0',
    info: { title: 'Kilowit', version: '0.0.0-test', license: { identifier: 'Apache-2.0' } },
    servers: [{ url: 'https://kilowit.test' }],
  })
  const places = new Map(everything(document))
  const references = [...places].map(([at, { $ref }]) => [at, $ref] as const)
    .filter(([, to]) => to !== undefined)
  expect(references.length).toBeGreaterThan(100)
  expect(references.filter(([, to]) => typeof to !== 'string' || !places.has(to))).toEqual([])
  const ids = operations.map(({ operation }) => operation['operationId'])
  expect(new Set(ids).size).toBe(operations.length)
  const tags = Array.isArray(document['tags'])
    ? document['tags'].map((tag) => members(tag)['name'])
    : []
  for (const { name, path, operation } of operations) {
    expect([name, operation['summary']]).toEqual([name, expect.stringMatching(/^[A-Z]/)])
    expect(tags).toEqual(expect.arrayContaining(members(operation)['tags'] as unknown[]))
    const parameters = Array.isArray(operation['parameters'])
      ? operation['parameters'].map(members)
      : []
    const placed = parameters.map((one) => `${String(one['in'])} ${String(one['name'])}`)
    expect([name, new Set(placed).size]).toEqual([name, placed.length])
    const inPath = parameters.filter((one) => one['in'] === 'path')
    for (const one of inPath) expect([name, one['required']]).toEqual([name, true])
    expect(inPath.map((one) => `{${String(one['name'])}}`)).toEqual(path.match(/\{\w+\}/g) ?? [])
    for (const one of parameters) expect([name, one['schema']]).toEqual([name, expect.anything()])
    for (const [status, response] of Object.entries(members(operation['responses']))) {
      expect(status).toMatch(/^[1-5]\d\d$/)
      expect(members(response)['description']).toEqual(expect.any(String))
    }
    const wanted = /^(POST|PUT|PATCH)/.test(name) && !/\/(denial|redirect|code)$/.test(path)
    expect([name, operation['requestBody'] !== undefined]).toEqual([name, wanted])
  }
})

test('every answer tells its headers', () => {
  for (const { name, path, operation } of operations) {
    for (const [status, response] of Object.entries(members(operation['responses']))) {
      const headers = Object.keys(members(members(response)['headers']))
      const wanted = [
        'X-Request-Id',
        ...path.startsWith('/v1/') ? ['RateLimit', 'RateLimit-Policy'] : [],
        ...['425', '429', '503'].includes(status) ? ['Retry-After'] : [],
        ...status === '401' ? ['WWW-Authenticate'] : [],
        ...status === '304' ? ['ETag'] : [],
      ]
      expect([name, status, headers]).toEqual([name, status, expect.arrayContaining(wanted)])
    }
  }
})

test('every problem is documented somewhere, with an example of itself', () => {
  const { examples } = members(document['components'])
  const known = members(examples)
  for (const [code, { status, title, detail }] of Object.entries(PROBLEMS)) {
    expect(members(known[code])['value']).toMatchObject({ code, status, title, detail })
  }
  const used = [...everything(document['paths'])].map(([, { $ref }]) => String($ref))
    .filter((name) => name.startsWith('#/components/examples/'))
  // Of no operation: a method that is none.
  const unused = Object.keys(PROBLEMS).filter((code) =>
    !used.includes(`#/components/examples/${code}`)
  )
  expect(unused).toEqual(['method-not-allowed'])
})

test('every answer in JSON has an example that is one', () => {
  for (const [schema, example] of EXAMPLES) expect(v.is(schema, example)).toBe(true)
  const answers = Object.entries(schemas).filter(([name]) => name.endsWith('Schema'))
  const without = answers.filter(([, schema]) =>
    ![...EXAMPLES.keys()].some((key) => key === schema)
  )
  expect(without.map(([name]) => name)).toEqual(['HeadRefSchema'])
  let checked = 0
  for (const { name, operation } of operations) {
    for (const response of Object.values(members(operation['responses']))) {
      const { content } = members(response)
      const json = content === undefined ? undefined : members(content)['application/json']
      if (json === undefined) continue
      const { schema, example } = members(json)
      if (name === 'GET /openapi.json') continue
      expect([name, mismatches(example, members(schema), 'example')]).toEqual([name, []])
      checked++
    }
  }
  expect(checked).toBeGreaterThan(15)
})
