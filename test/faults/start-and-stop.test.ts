/**
 * Starting with settings that are wrong, and stopping by Ctrl-C.
 *
 * @module
 */
import { afterEach, expect, test } from 'vitest'
import { join, signIn } from '../conformance/members.ts'
import { type Running, startDeno, startNode, startProcess } from '../rig/process.ts'
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

test('a port that is taken is told in a sentence, and nothing stays behind', async () => {
  place = await makePlace()
  server = place.start()
  await server.answers(`${place.url}/readyz`)
  const other = await makePlace()
  const second = startNode('edge/node.ts', [], {
    env: { ...other.env, PORT: place.env['PORT'] ?? '' },
  })
  expect((await second.ended).code).toBe(1)
  expect(second.output()).toContain(`Port ${place.env['PORT']} is taken by another program`)
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
