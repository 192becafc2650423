/**
 * The commands as an operator runs them: a backup of the Postgres that comes with Kilowit, taken
 * while it serves, restored into another database under the same key; and the household goes on.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { toHex } from '../../shared/bytes.ts'
import { all, clientOf, join } from '../conformance/members.ts'
import { testDatabase } from '../rig/postgres.ts'
import { type Running, startNode } from '../rig/process.ts'
import { makePlace, type Place } from './platform.ts'

const places: Place[] = []
const servers: Running[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
  for (const place of places.splice(0)) await place.remove()
})

async function place(databaseUrl?: string): Promise<Place> {
  const made = await makePlace(databaseUrl)
  places.push(made)
  return made
}

async function serve(at: Place): Promise<Running> {
  const server = at.start()
  servers.push(server)
  await server.answers(`${at.url}/readyz`)
  return server
}

async function command(
  at: Place,
  ...args: string[]
): Promise<{ code: number | null; said: string }> {
  const running = startNode('edge/backup.ts', args, { env: at.env })
  const { code } = await running.ended
  return { code, said: running.output() }
}

test('from one database into another, the household goes on', async () => {
  const old = await place()
  const first = await serve(old)
  const member = await join(old.url)
  const channel = await member.channel()
  for (let i = 0; i < 3; i++) {
    await member.device.postBlocks(channel.id, [(await channel.seal()).bytes])
  }
  const file = path.join(old.dataDir, 'kilowit.backup')

  const made = await command(old, 'backup', file)
  expect(made).toMatchObject({ code: 0 })
  expect(made.said).toContain('Backed up 3 blocks of 1 channels, and 2 identities')
  expect(made.said).toContain(path.join(old.dataDir, 'operator.key'))
  expect((await fs.stat(file)).mode & 0o077).toBe(0)
  expect(await fs.readdir(old.dataDir)).not.toContain('kilowit.backup.part')
  const again = await command(old, 'backup', file)
  expect([again.code, again.said]).toEqual([
    1,
    `"${file}" is there already: name another file, as none is written over`,
  ])
  await first.kill('SIGTERM')

  const database = await testDatabase()
  const elsewhere = await place(database.url)
  // As operators do who move: the same address, another machine.
  const moved: Place = {
    ...elsewhere,
    url: old.url,
    start: () =>
      startNode('edge/node.ts', [], {
        env: { ...elsewhere.env, PORT: old.env['PORT'] ?? '', PUBLIC_URL: old.url },
      }),
  }
  const restored = await command(moved, 'restore', file)
  expect(restored).toMatchObject({ code: 0 })
  expect(restored.said).toContain('Restored 3 blocks of 1 channels, and 2 identities, as of 20')
  expect(restored.said).toMatch(
    /It was of the operator ([0-9a-f]{4} ){4}[0-9a-f]{4}: put that key at /,
  )
  await fs.copyFile(
    path.join(old.dataDir, 'operator.key'),
    path.join(moved.dataDir, 'operator.key'),
  )

  await serve(moved)
  const owner = clientOf(old.url, member.household.owner.signer)
  const ids = async () => (await all(owner.blocks(channel.id))).map(toHex)
  expect(await ids()).toEqual(channel.blocks.map(({ bytes }) => toHex(bytes)))
  const operators = [await member.owner.operator(), await owner.operator()]
  expect(operators[1]).toEqual(operators[0])
  const { taken } = await member.device.postBlocks(channel.id, [(await channel.seal()).bytes])
  expect(taken).toBe(1)
  expect(await ids()).toHaveLength(4)

  const full = await command(moved, 'restore', file)
  expect(full.code).toBe(1)
  expect(full.said).toMatch(
    /^The database is not empty, as there is something in "\w+": restore into a new one/,
  )
  await database.close()
}, 120_000)

test('what is wrong is told in a sentence', async () => {
  const here = await place()
  for (
    const [args, code, sentence] of [
      [[], 2, 'Usage: npm run -s backup -- FILE'],
      [['backup'], 2, 'Usage: npm run -s backup -- FILE'],
      [['restore', '/none/such'], 1, '"/none/such" cannot be used, as there is no such file'],
      [['backup', '/none/such'], 1, '"/none/such.part" cannot be used, as there is no such file'],
      [['restore', 'package.json'], 1, 'The file is no backup of Kilowit'],
    ] as const
  ) {
    const { code: ended, said } = await command(here, ...args)
    expect([args, ended, said.startsWith(sentence) ? sentence : said]).toEqual([
      args,
      code,
      sentence,
    ])
    expect(said).not.toContain('    at ')
  }
}, 120_000)
