/** @module The operator's command on providers: as its user runs it, beside a real server. */

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '../../shared/api/client.ts'
import { toBase64url } from '../../shared/bytes.ts'
import { createProvider, type TestProvider } from '../rig/provider.ts'
import { type TestDatabase, testDatabase } from '../rig/postgres.ts'
import { freePort, type Running, startNode } from '../rig/process.ts'

const seconds = () => Math.floor(Date.now() / 1000)

let folder: string
let database: TestDatabase
let server: Running
let env: Record<string, string>
let provider: TestProvider
let id: string

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kilowit-providers-'))
  database = await testDatabase()
  env = { PORT: String(await freePort()), DATA_DIR: folder, DATABASE_URL: database.url }
  server = startNode('edge/node.ts', [], { env })
  const url = `http://localhost:${env['PORT']}`
  await server.answers(`${url}/readyz`, 60_000)
  provider = await createProvider(seconds())
  id = toBase64url(provider.identity.id)
  const client = createClient({ url, fetch, now: seconds, signer: provider.signer })
  await client.registerIdentity(provider.identity.changes)
  await client.registerProvider((await provider.register()).statement.bytes)
})
afterAll(async () => {
  await server?.close()
  await database?.close()
  await rm(folder, { recursive: true, force: true })
})

async function run(args: readonly string[], more: Record<string, string> = {}) {
  const running = startNode('edge/providers.ts', [...args], { env: { ...env, ...more } })
  const { code } = await running.ended
  const output = running.output()
  expect(output).not.toMatch(/^ +at /m)
  return { code, lines: output.trimEnd().replaceAll(folder, '…').split('\n') }
}

test('a provider is told, approved and withdrawn', async () => {
  const told = (verdict: string) => [
    `${verdict}  ${id}`,
    '  Adviser of Tests, adviser.test, mailto:people@adviser.test',
    expect.stringMatching(/^ {2}identity ([0-9a-f]{4} ){4}[0-9a-f]{4}, registration 0$/),
    '  asks for energy-advice, research',
    '  returns to https://adviser.test/back',
    '  returns to http://localhost:4000/back',
  ]
  expect(await run(['list'])).toEqual({ code: 0, lines: told('unverified') })
  expect(await run(['approve', id])).toEqual({ code: 0, lines: told('verified  ') })
  expect(await run(['list'])).toEqual({ code: 0, lines: told('verified  ') })
  // Its times are whole seconds, and a word of the same second is no newer one.
  await new Promise((resolve) => setTimeout(resolve, 1100))
  expect(await run(['withdraw', id])).toEqual({ code: 0, lines: told('unverified') })
  expect(await run(['list'])).toEqual({ code: 0, lines: told('unverified') })
})

test.each<[string, string[], Record<string, string>, string]>([
  ['no command', [], {}, 'Usage: npm run -s providers'],
  ['a list with an id', ['list', 'x'], {}, 'Usage: npm run -s providers'],
  ['no id', ['approve'], {}, 'Usage: npm run -s providers'],
  ['what is no id', ['approve', 'x'], {}, 'ID is 43 letters'],
  ['nobody’s id', ['approve', 'A'.repeat(43)], {}, 'There is no such provider here'],
  ['no key', ['list'], { DATA_DIR: '/nonexistent' }, 'cannot be read: run this where'],
  ['what is no key', ['list'], { OPERATOR_KEY: 'x' }, 'OPERATOR_KEY is not an operator key'],
  ['no platform', ['list'], { PUBLIC_URL: 'http://localhost:9' }, 'cannot be reached: start it'],
])('%s is told with what to do', async (_, args, more, sentence) => {
  const { code, lines } = await run(args, more)
  expect(code).toBe(2)
  expect(lines.join('\n')).toContain(sentence)
})
