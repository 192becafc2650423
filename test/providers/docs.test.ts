/**
 * `docs/providers.md` does what it says: its program, as it stands there, is run beside a real
 * platform and ends with verified readings.
 *
 * @module
 */
import { once } from 'node:events'
import * as fs from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { keepInFolder } from '../../insights/file-keep.ts'
import { newProviderKeys, readProviderKeys } from '../../shared/api/provider-keys.ts'
import { toBase64url, utf8 } from '../../shared/bytes.ts'
import { makeTerms } from '../../shared/consent/terms.ts'
import { readIdentity, sealKeyOf } from '../../shared/identity/identity.ts'
import { sha256 } from '../../shared/identity/statement.ts'
import { join, type Member } from '../conformance/members.ts'
import { giver, wrapsFor } from '../consent-server/giving.ts'
import { makePlace, type Place } from '../faults/platform.ts'
import { readings, type TestChannel } from '../rig/household.ts'
import { type TestDatabase, testDatabase } from '../rig/postgres.ts'
import { freePort, ROOT, type Running, startBin } from '../rig/process.ts'

const seconds = () => Math.floor(Date.now() / 1000)

let database: TestDatabase
let place: Place
let platform: Running
let folder: string
let member: Member
let channel: TestChannel
let page: string

const blocks = (language: string) =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))]
    .map(([, text]) => text ?? '')

beforeAll(async () => {
  page = await fs.readFile(path.join(ROOT, 'docs/providers.md'), 'utf8')
  database = await testDatabase()
  place = await makePlace(database.url)
  platform = place.start()
  await platform.answers(`${place.url}/readyz`)
  member = await join(place.url)
  channel = await member.channel()
  const block = await channel.seal(readings(3, { from: seconds() - 3600 }))
  await member.device.postBlocks(channel.id, [block.bytes])
  // The project's folder as far as the page's program sees it.
  folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-first-'))
  const seen = ['shared', 'insights', 'node_modules', 'package.json', 'tsconfig.json']
  for (const name of seen) {
    await fs.symlink(path.join(ROOT, name), path.join(folder, name))
  }
})

afterAll(async () => {
  await platform?.close()
  await place?.remove()
  await database?.close()
  await fs.rm(folder, { recursive: true, force: true })
})

test('the commands are those that there are', async () => {
  const { scripts } = JSON.parse(await fs.readFile(path.join(ROOT, 'package.json'), 'utf8'))
  expect(blocks('sh')).toEqual([
    'npm ci && npm start\n',
    'npx tsx first.ts\n',
    'npm run insights\n',
  ])
  expect(scripts).toMatchObject({ start: 'tsx edge/node.ts', insights: 'tsx insights/main.ts' })
})

test('the program asks, is allowed, and shows verified readings', async () => {
  const port = await freePort()
  const [program = '', ...more] = blocks('ts')
  expect(more).toHaveLength(2)
  await fs.writeFile(path.join(folder, 'first.ts'), program.replaceAll('4000', String(port)))
  const running = startBin('tsx', ['first.ts'], { cwd: folder, env: { KILOWIT_URL: place.url } })
  try {
    const shown = new URL(await running.line('/authorize?'))
    const back = await allow(shown.searchParams.get('request_uri') ?? '')
    // As a browser does, which opens connections that it may need later.
    const spare = connect(port, 'localhost')
    await once(spare, 'connect')
    await fetch(back)
    expect(await running.line('holds')).toMatch(/^Block 0 holds/)
    expect(await running.ended).toMatchObject({ code: 0 })
    expect(running.output().match(/Block 0 holds/g)).toHaveLength(3)
    expect(running.output()).toContain('3 readings, each verified.')
    spare.destroy()
  } finally {
    await running.close()
  }
}, 60_000)

test(
  'the program that asks without a browser is found, allowed, and shows verified readings',
  async () => {
    const [program = '', asking = ''] = blocks('ts')
    const [before = '', after = ''] = [program.split('// Ask:')[0], program.split('// Read:')[1]]
    await fs.writeFile(path.join(folder, 'later.ts'), `${before}\n${asking}\n// Read:${after}`)
    const owner = toBase64url(member.household.owner.identity.id)
    const env = { KILOWIT_URL: place.url }
    const running = startBin('tsx', ['later.ts', owner], { cwd: folder, env })
    try {
      await running.line('Watt 4711')
      const [waiting] = await member.owner.waitingRequests()
      expect(JSON.parse(waiting?.pushed ?? '')).toMatchObject({ binding_message: 'Watt 4711' })
      expect(await allow(waiting?.id ?? '')).toBe('')
      expect(await running.line('holds')).toMatch(/^Block 0 holds/)
      expect(await running.ended).toMatchObject({ code: 0 })
    } finally {
      await running.close()
    }
  },
  60_000,
)

test('the program that rolls the keys gives the same provider another sealing key', async () => {
  const keep = await keepInFolder(path.join(folder, 'data/insights/keys'))
  const before = await newProviderKeys(seconds(), 'native')
  await keep.set('keys', before)
  await fs.writeFile(path.join(folder, 'roll.ts'), blocks('ts')[2] ?? '')
  const running = startBin('tsx', ['roll.ts'], { cwd: folder })
  expect(await running.ended).toMatchObject({ code: 0 })
  const { id } = (await readProviderKeys(before)).identity
  const { identity } = await readProviderKeys(await keep.get('keys') ?? '')
  expect([identity.id, sealKeyOf(identity)?.index]).toEqual([id, 2])
}, 30_000)

/** As the household's browser does; gives where it is sent. */
async function allow(requestUri: string): Promise<string> {
  const request = requestUri.split(':').at(-1) ?? ''
  const { pushed, client } = await member.owner.accessRequest(request)
  const identity = await readIdentity((await member.owner.identity(client)).changes)
  const key = identity.keys.find(({ purpose }) => purpose === 'seal')
  if (key === undefined || key.algorithm === 'EdDSA' || key.algorithm === 'ES256') {
    throw new Error('There is no sealing key')
  }
  const { algorithm, publicKey, index } = key
  const recipient = {
    identity,
    signer: member.household.owner.signer, // it signs nothing here
    sealing: { index, key: { algorithm, publicKey } },
    client: member.owner,
  }
  const terms = makeTerms({
    channels: [channel.id],
    purposes: ['energy-advice'],
    from: seconds(),
    until: seconds() + 86_400,
    history: seconds() - 7200,
  })
  const owner = giver(member)
  await owner.refresh()
  const [grant, entry] = await owner.grant(recipient, terms, {
    request: await sha256(utf8(pushed)),
  })
  const back = await member.owner.grantRequest(request, entry) ?? ''
  const by = member.household.device.signer
  const seen = owner.head.id ?? new Uint8Array(32)
  await member.device.postWraps([await wrapsFor(channel, 0, seen, [grant], by)])
  return back
}
