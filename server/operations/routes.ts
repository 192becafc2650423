/**
 * Routes for those who operate the platform, and for tools: health, metrics, version, the OpenAPI
 * document, and what each problem means.
 *
 * @module
 */
import { Hono } from 'hono'
import { generateSpecs } from 'hono-openapi'
import { sql } from 'drizzle-orm'
import { equal } from '../../shared/bytes.ts'
import { isProblemCode, type ProblemKind, PROBLEMS } from '../../shared/api/problems.ts'
import { StatusSchema, VersionSchema } from '../../shared/api/schemas.ts'
import type { AppEnv, Deps } from '../context.ts'
import type { Database } from '../database.ts'
import { describe } from '../describe.ts'
import { ProblemError } from '../problems.ts'
import type { Metrics } from '../metrics.ts'

const RETRY = { 'Retry-After': '2' }

export function operationRoutes(
  deps: Deps,
  metrics: Metrics,
  whole: () => Hono<AppEnv>,
): Hono<AppEnv> {
  const app = new Hono<AppEnv>()

  app.get(
    '/healthz',
    describe({
      summary: 'Whether the process answers',
      answers: { 200: ['It does', StatusSchema] },
    }),
    (c) => c.json({ status: 'ok' }),
  )

  app.get(
    '/readyz',
    describe({
      summary: 'Whether the platform can work',
      answers: { 200: ['It can', StatusSchema] },
      problems: ['not-ready'],
    }),
    async (c) => {
      if (!await operatorKeyHolds(deps)) throw notReady('operator-key')
      const version = await migrated(c.get('database'))
      if (version === null) throw notReady('database')
      if (version !== deps.migration) throw notReady('migrations')
      return c.json({ status: 'ok' })
    },
  )

  app.get(
    '/version',
    describe({ summary: 'What runs here', answers: { 200: ['The version', VersionSchema] } }),
    (c) => c.json({ name: 'kilowit', version: deps.version }),
  )

  app.get(
    '/metrics',
    describe({
      summary: 'Numbers in the Prometheus text format',
      answers: { 200: ['Counters and histograms of this process', 'text/plain'] },
    }),
    (c) => {
      c.header('Content-Type', 'text/plain; version=0.0.4')
      return c.body(metrics.render())
    },
  )

  app.get(
    '/problems/:code',
    describe({
      summary: 'What a problem means and what to do next',
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
  app.get('/openapi.json', async (c) => {
    document ??= generateSpecs(whole(), {
      documentation: {
        openapi: '3.1.0',
        info: {
          title: 'Kilowit',
          version: deps.version,
          description: 'Trusted smart-meter data. Bytes in JSON are base64url without padding.',
        },
        servers: [{ url: deps.publicUrl }],
        components: {
          securitySchemes: {
            dpop: {
              type: 'http',
              scheme: 'DPoP',
              description: 'A token of /v1/token with a DPoP proof (RFC 9449) by its session key',
            },
          },
        },
      },
    })
    return c.json(await document)
  })

  return app
}

async function operatorKeyHolds({ operator }: Deps): Promise<boolean> {
  const { identity, signer } = operator
  const listed = identity.keys.some((key) => key.index === signer.index && key.purpose === 'sign')
  const message = new Uint8Array(16)
  const verifier = identity.verifiers.get(signer.index)
  return listed && equal(signer.identity, identity.id) && verifier !== undefined &&
    await verifier.verify(await signer.sign(message), message)
}

/** When the newest migration that was run was made; 0 for none, null without a database. */
async function migrated({ db }: Database): Promise<number | null> {
  try {
    const [row] = await db.execute<{ at: string | null }>(
      sql`select max(created_at) as at from drizzle.__drizzle_migrations`,
    )
    return Number(row?.at ?? 0)
  } catch (error) {
    const cause: unknown = error instanceof Error ? error.cause ?? error : error
    const code: unknown = cause instanceof Error ? Reflect.get(cause, 'code') : undefined
    // 42P01 and 3F000: no such table or schema, so no migration was ever run.
    return code === '42P01' || code === '3F000' ? 0 : null
  }
}

function notReady(check: string): ProblemError {
  return new ProblemError('not-ready', { check }, RETRY)
}
