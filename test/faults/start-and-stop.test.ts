/**
 * Starting with settings that are wrong, and stopping by Ctrl-C.
 *
 * @module
 */
import { existsSync, readdirSync } from 'node:fs'
import * as path from 'node:path'
import * as v from 'valibot'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../edge/embedded-postgres.ts'
import { OperatorSchema } from '../../shared/api/schemas.ts'
import { join, signIn } from '../conformance/members.ts'
import { freePort, ROOT, type Running, startDeno, startNode, startProcess } from '../rig/process.ts'
import { makePlace, type Place, processesNaming } from './platform.ts'

let server: Running | undefined
let place: Place | undefined
afterEach(async () => {
  await server?.close()
  await place?.remove()
})

test('settings that are wrong are told all at once, in sentences', async () => {
  server = startNode('edge/node.ts', [], {
    env: {
      PORT: '99999',
      HOST: 'two words',
      PUBLIC_URL: 'http://kilowit.example',
      DATABASE_URL: 'mysql://host/database',
      OPERATOR_KEY: 'secret-that-must-not-be-shown',
      TRUST_PROXY: 'yes',
      LIMIT_CHANNELS_PER_DAY: '-1',
    },
  })
  expect((await server.ended).code).toBe(1)
  const said = server.output()
  expect(said.split('\n')[0]).toBe('Kilowit cannot start, as 7 settings are not right:')
  for (
    const name of [
      'PORT',
      'HOST',
      'PUBLIC_URL',
      'DATABASE_URL',
      'OPERATOR_KEY',
      'TRUST_PROXY',
      'LIMIT_CHANNELS_PER_DAY',
    ]
  ) expect(said).toMatch(new RegExp(`^- ${name} `, 'm'))
  expect(said).not.toContain('secret-that-must-not-be-shown')
  expect(said).not.toContain('    at ')
})

test.each([
  ['a file', '/etc/passwd'],
  ['below a file', '/etc/passwd/data'],
  ['where the system makes no folders', '/proc/nope'],
  ['where nobody may make one', '/sys/nope/data'],
])('a DATA_DIR that is %s is told in one sentence, at once', async (_, dataDir) => {
  place = await makePlace()
  for (const url of ['', 'postgres://nobody@127.0.0.1:1/none']) {
    server = startNode('edge/node.ts', [], {
      env: { ...place.env, DATA_DIR: dataDir, DATABASE_URL: url },
    })
    expect((await server.ended).code).toBe(1)
    const said = server.output().split('\n').filter((line) => !line.includes('Building the app'))
    expect(said).toHaveLength(1)
    expect(said[0]).toMatch(
      new RegExp(`^DATA_DIR=${dataDir} cannot be used, as .*: name a folder `),
    )
  }
})

describe('with DATABASE_URL', () => {
  let database: EmbeddedPostgres
  let folder: Place
  let url: URL
  beforeAll(async () => {
    folder = await makePlace()
    const listen = { port: await freePort() }
    database = await startEmbeddedPostgres(folder.dataDir, () => undefined, { listen })
    url = new URL(database.url ?? '')
  })
  afterAll(async () => {
    await database.stop()
    await folder.remove()
  })

  async function start(change: (url: URL) => void): Promise<Running> {
    const other = new URL(url)
    change(other)
    place = await makePlace(other.href)
    server = place.start()
    return server
  }

  test('says that it waits for a database that does not answer', async () => {
    const port = await freePort()
    const running = await start((url) => url.port = String(port))
    await running.line(`Waiting for the database at 127.0.0.1:${port}`)
    expect(running.output()).not.toContain(url.password)
  })

  test('says to create a database that is not there', async () => {
    const running = await start((url) => url.pathname = '/not%20there')
    expect((await running.ended).code).toBe(1)
    expect(running.output()).toContain(
      'The database "not there" in DATABASE_URL does not exist: create it',
    )
  })

  test('says that the password is wrong, and not which', async () => {
    const running = await start((url) => url.password = 'wrong-word')
    expect((await running.ended).code).toBe(1)
    expect(running.output()).toContain('Postgres does not take the password in DATABASE_URL')
    expect(running.output()).not.toContain('wrong-word')
  })

  test('says where the key is, which no backup of the database has', async () => {
    const running = await start(() => undefined)
    const file = path.join(place?.dataDir ?? '', 'operator.key')
    await running.line(
      `What it keeps is in your database, and its key is ${file}: back up both.`,
    )
    await running.answers(`${place?.url}/readyz`)
    const { fingerprint } = await operatorAt(place?.url ?? '')
    expect(running.output()).toContain(`This platform signs as ${fingerprint}.`)
  })
})

test('at a terminal it speaks to people', async () => {
  place = await makePlace()
  const node = path.join(ROOT, 'node_modules/.bin/node')
  server = startProcess('script', [
    '-qec',
    `${existsSync(node) ? node : process.execPath} --import tsx edge/node.ts`,
    '/dev/null',
  ], { env: place.env })
  await server.line('Ctrl-C stops it.')
  await server.answers(`${place.url}/readyz`)
  const { fingerprint } = await operatorAt(place.url)
  const said = server.output().replaceAll('\r', '')
  expect(said).toContain(`\n\n  Kilowit is running at ${place.url}\n\n`)
  expect(said).toContain(`This platform signs as ${fingerprint}.`)
  expect(said).not.toContain('{')
  expect(said).not.toContain('LOG:')
})

test('elsewhere every line is JSON, and what Postgres says by the way is for debugging', async () => {
  place = await makePlace()
  server = place.start()
  await server.answers(`${place.url}/readyz`)
  await server.line('Ctrl-C stops it.')
  const entries = server.output().split('\n').map((line) => v.parse(Entry, JSON.parse(line)))
  const ready = entries.find(({ message }) => message?.includes('ready to accept connections'))
  expect(ready).toMatchObject({ level: 'debug', from: 'postgres' })
})

const Entry = v.looseObject({ level: v.string(), message: v.optional(v.string()) })

async function operatorAt(url: string) {
  return v.parse(OperatorSchema, await (await fetch(`${url}/v1/operator`)).json())
}

test('a port that is taken is told in a sentence, and nothing stays behind', async () => {
  place = await makePlace()
  server = place.start()
  await server.answers(`${place.url}/readyz`)
  const other = await makePlace()
  const second = startNode('edge/node.ts', [], {
    env: { ...other.env, PORT: place.env['PORT'] ?? '' },
  })
  expect((await second.ended).code).toBe(1)
  expect(second.output()).toMatch(
    new RegExp(`^Port ${place.env['PORT']} is taken by another program[^\n]*$`),
  )
  expect(readdirSync(other.dataDir), 'nothing was made').toEqual([])
  expect(processesNaming(other.dataDir)).toEqual([])
  await other.remove()
})

test.each([['Node', startNode, 'edge/node.ts'], ['Deno', startDeno, 'edge/deno.ts']] as const)(
  'Ctrl-C ends streams and %s in good order, and nothing stays behind',
  async (_, start, file) => {
    place = await makePlace()
    server = start(file, [], { env: place.env })
    await server.answers(`${place.url}/readyz`)
    const member = await join(place.url)
    const channel = await member.channel()
    const session = await signIn(place.url, member.household.owner.signer)
    const stream = await session.get(`${place.url}/v1/channels/${channel.name}/stream`)
    const text = stream.text()
    expect(processesNaming(place.dataDir).length).toBeGreaterThan(0)
    const ended = await server.kill('SIGINT')
    expect(ended).toEqual({ code: 0, signal: null })
    expect(await text).toContain(':')
    expect(server.output()).toContain('database system is shut down')
    expect(processesNaming(place.dataDir)).toEqual([])
  },
)

test('Ctrl-C at the terminal of npm start leaves nothing behind', async () => {
  place = await makePlace()
  server = startProcess('npm', ['start'], { env: place.env })
  await server.answers(`${place.url}/readyz`)
  // A terminal sends the signal to the whole group: npm, tsx and the server.
  process.kill(-server.pid, 'SIGINT')
  await server.ended
  expect(server.output()).toContain('database system is shut down')
  expect(processesNaming(place.dataDir)).toEqual([])
})
