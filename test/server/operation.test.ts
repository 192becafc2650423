/**
 * What the platform says of itself to who operates it: log, health, readiness, version, metrics,
 * OpenAPI.
 *
 * @module
 */
import { describe, expect, test } from 'vitest'
import { toBase64url } from '../../shared/bytes.ts'
import { createPerson, readings } from '../rig/household.ts'
import { send, watched } from './ask.ts'
import { withMember } from './member.ts'
import {
  all,
  type Member,
  members,
  NOW,
  openedChannel,
  type Platform,
  post,
  register,
} from './platform.ts'

let platform: Platform
let member: Member

withMember((at) => ({ platform, member } = at))

describe('operation', () => {
  test('the log has one line per request, and no token, key, id, query or reading', async () => {
    const own = await register(platform)
    const channel = await openedChannel(own)
    const start = platform.log.length
    const { client, seen } = watched(platform, own)
    const sealed = readings(2, { meter: 'METER-NEVER-LOGGED' })
    const block = await channel.seal(sealed)
    await post(platform.app, channel, block.bytes)
    await all(client.blocks(channel.id, { from: 7, to: 4_000_000_000 }))
    await send(platform.app, `/v1/identities/${channel.name}?secret=querysecret`)
    const token = String(members(await seen[0]?.json())['access_token'])
    const lines = platform.log.slice(start).map((entry) => JSON.stringify(entry))
    expect(lines).toHaveLength(4)
    const hex = (digits: number) => expect.stringMatching(new RegExp(`^[0-9a-f]{${digits}}$`))
    expect(platform.log[start]).toEqual({
      traceId: hex(32),
      spanId: hex(16),
      level: 'info',
      message: 'request',
      requestId: expect.stringMatching(/^[0-9a-f-]{16,36}$/),
      method: 'POST',
      route: '/v1/channels/:channel/blocks',
      status: 200,
      ms: expect.any(Number),
      bytes: block.bytes.length,
      problem: undefined,
    })
    expect(platform.log.at(-1)).toMatchObject({ status: 404, problem: 'identity-unknown' })
    const everything = platform.log.map((entry) => JSON.stringify(entry)).join('\n')
    const forbidden = [
      ...token.split('.'),
      channel.name,
      toBase64url(own.household.owner.identity.id),
      toBase64url(own.household.device.identity.id),
      toBase64url(own.household.device.signing.publicKey),
      toBase64url(block.id),
      'METER-NEVER-LOGGED',
      'querysecret',
      '4000000000',
      '192.0.2.1',
    ]
    for (const text of forbidden) expect(everything).not.toContain(text)
  })

  test('an unexpected error is logged with its place, and answered without', async () => {
    const start = platform.log.length
    const broken = platform.another({
      network: () => {
        throw new TypeError('with the data 12345678')
      },
    })
    const { status, answer } = await send(broken, '/v1/operator')
    expect(status).toBe(500)
    expect(answer).toMatchObject({ code: 'internal' })
    expect(JSON.stringify(answer)).not.toMatch(/12345678|TypeError|at /)
    const line = platform.log.slice(start).at(-1)
    expect(line).toMatchObject({ level: 'error', error: 'TypeError', status: 500 })
    expect(line?.['stack']).toContain('operation.test.ts')
    expect(JSON.stringify(line)).not.toContain('12345678')
  })

  test('health, readiness and version answer; readiness knows old migrations', async () => {
    for (const path of ['/healthz', '/readyz']) {
      expect(await send(platform.app, path)).toMatchObject({
        status: 200,
        answer: { status: 'ok' },
      })
    }
    expect((await send(platform.app, '/version')).answer).toEqual({
      name: 'kilowit',
      version: '0.0.0-test',
    })
    await platform.sql`update drizzle.__drizzle_migrations set created_at = created_at - 1`
    try {
      expect((await send(platform.app, '/readyz')).status, 'one look a second').toBe(200)
      expect(await send(platform.another(), '/readyz')).toMatchObject({
        status: 503,
        answer: { code: 'not-ready', check: 'migrations' },
      })
    } finally {
      await platform.sql`update drizzle.__drizzle_migrations set created_at = created_at + 1`
    }
    const { signer } = await createPerson('operator', NOW)
    const wrong = platform.another({ operator: { ...platform.operator, signer } })
    expect((await send(wrong, '/readyz')).answer).toMatchObject({ check: 'operator-key' })
  })

  test('the metrics count, with labels of a closed set', async () => {
    const app = platform.another()
    const channel = await openedChannel(member)
    const block = await channel.seal(readings(5))
    const fork = await channel.forge()
    await post(app, channel, block.bytes)
    await post(app, channel, block.bytes)
    await post(app, channel, fork.bytes)
    const gap = await channel.forge(undefined, { seq: 5 })
    await post(app, channel, gap.bytes)
    await send(app, '/v1/made-up/path', { method: 'PROPFIND' })
    const text = String((await send(app, '/metrics')).answer)
    const route = '/v1/channels/:channel/blocks'
    for (
      const line of [
        `kilowit_requests_total{method="POST",route="${route}",status="200"} 3`,
        `kilowit_requests_total{method="POST",route="${route}",status="409"} 1`,
        'kilowit_requests_total{method="other",route="none",status="404"} 1',
        'kilowit_problems_total{code="gap"} 1',
        'kilowit_blocks_accepted_total 2',
        'kilowit_readings_accepted_total 6',
        'kilowit_forks_total 0',
        'kilowit_commit_posts_count 4',
      ]
    ) expect(text.split('\n')).toContain(line)
    expect(text).not.toContain(channel.name)
    expect(text).not.toContain('made-up')
  })

  test('the OpenAPI document tells the problems of posting, and who needs a token', async () => {
    const { status, answer } = await send(platform.app, '/openapi.json')
    expect(status).toBe(200)
    const paths = members(members(answer)['paths'])
    const posting = members(members(paths['/v1/channels/{channel}/blocks'])['post'])
    const statuses = ['200', '403', '404', '409', '413', '415', '422', '425', '429', '503']
    expect(Object.keys(members(posting['responses']))).toEqual(expect.arrayContaining(statuses))
    expect(posting['security']).toEqual([])
    expect(paths['/v1/channels']).toMatchObject({ get: { security: [{ dpop: [] }] } })
  })
})
