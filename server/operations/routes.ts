/**
 * Routes for those who operate the platform, and for tools: health, metrics, version, the OpenAPI
 * document, and what each problem means.
 *
 * @module
 */
import { Hono } from 'hono'
import { generateSpecs } from 'hono-openapi'
import * as v from 'valibot'
import { isProblemCode, type ProblemKind, PROBLEMS } from '../../shared/api/problems.ts'
import { StatusSchema, VersionSchema } from '../../shared/api/schemas.ts'
import type { AppEnv, Deps } from '../context.ts'
import { describe } from '../describe.ts'
import { documentation } from '../openapi.ts'
import { ProblemError } from '../problems.ts'
import type { Metrics } from '../metrics.ts'
import { readiness } from './readiness.ts'

const RETRY = { 'Retry-After': '2' }

export function operationRoutes(
  deps: Deps,
  metrics: Metrics,
  whole: () => Hono<AppEnv>,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()
  const check = readiness(deps)
  let rendered: { readonly text: string; readonly at: number } | undefined

  /** Made once a second, however many ask. */
  function numbers(): string {
    const now = deps.now()
    if (rendered === undefined || Math.abs(now - rendered.at) >= 1) {
      rendered = { text: metrics.render(), at: now }
    }
    return rendered.text
  }

  app.get(
    '/healthz',
    describe({
      group: 'Operation',
      summary: 'Whether the process answers',
      answers: { 200: ['It does', StatusSchema] },
    }),
    (c) => c.json({ status: 'ok' }),
  )

  app.get(
    '/readyz',
    describe({
      group: 'Operation',
      summary: 'Whether the platform can work',
      answers: { 200: ['It can', StatusSchema] },
      problems: ['not-ready'],
    }),
    async (c) => {
      const failing = await check(c.get('database'))
      if (failing !== null) throw notReady(failing)
      return c.json({ status: 'ok' })
    },
  )

  app.get(
    '/version',
    describe({
      group: 'Operation',
      summary: 'What runs here',
      answers: { 200: ['The version', VersionSchema] },
    }),
    (c) => c.json({ name: 'kilowit', version: deps.version }),
  )

  app.get(
    '/metrics',
    describe({
      group: 'Operation',
      summary: 'Numbers in the Prometheus text format',
      answers: { 200: ['Counters and histograms of this process', 'text/plain'] },
    }),
    (c) => {
      c.header('Content-Type', 'text/plain; version=0.0.4')
      return c.body(numbers())
    },
  )

  app.get(
    '/problems/:code',
    describe({
      group: 'Operation',
      summary: 'What a problem means and what to do next',
      parameters: [{
        name: 'code',
        in: 'path',
        required: true,
        description: 'The problem’s code, as its type ends',
        schema: { type: 'string', enum: Object.keys(PROBLEMS) },
      }],
      answers: { 200: ['Text', 'text/plain'] },
      problems: ['not-found'],
    }),
    (c) => {
      const code = c.req.param('code')
      if (!isProblemCode(code)) throw new ProblemError('not-found')
      const kind: ProblemKind = PROBLEMS[code]
      return c.text(`${code} (${kind.status})

${kind.title}.
${kind.detail}
`)
    },
  )

  let document: Promise<unknown> | undefined
  app.get(
    '/openapi.json',
    describe({
      group: 'Operation',
      summary: 'This document',
      answers: { 200: ['OpenAPI 3.1', v.looseObject({ openapi: v.string() })] },
    }),
    async (c) => {
      document ??= generateSpecs(whole(), {
        documentation: documentation(deps),
        excludeStaticFile: false,
      })
      return c.json(await document)
    },
  )

  return app
}

function notReady(check: string): ProblemError {
  return new ProblemError('not-ready', { check }, RETRY)
}
