/**
 * A gateway among what does not wish it well: a platform that writes to its terminal, answers
 * nonsense or at once, a data directory that was damaged, is used twice, or lies without the
 * platform for a year.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import * as fs from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { keep, kept, lockFolder, writeFile } from '../../gateway/files.ts'
import { ensureSelf, identityFile } from '../../gateway/identity.ts'
import { pairGateway, type PairOptions } from '../../gateway/pair.ts'
import { readMeters } from '../../gateway/read.ts'
import type { Source } from '../../gateway/source.ts'
import { newerIdentity } from '../../gateway/state.ts'
import { openVault } from '../../gateway/vault.ts'
import { ApiProblem, type Client, createClient } from '../../shared/api/client.ts'
import { type Bytes, toHex } from '../../shared/bytes.ts'
import { changeIdentity } from '../../shared/identity/identity.ts'
import { pairingSecrets, parsePairingCode } from '../../shared/identity/pairing-code.ts'
import { makeAnswer, readOffer } from '../../shared/identity/pairing-exchange.ts'
import { pair } from '../../shared/identity/pairing.ts'
import { statementId } from '../../shared/identity/statement.ts'
import { createHousehold, type Household } from '../rig/household.ts'
import { type Running, startNode } from '../rig/process.ts'

const now = () => Math.floor(Date.now() / 1000)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const run = promisify(execFile)
const NONE = new Uint8Array(0)

let household: Household
const folders: string[] = []
const started: Running[] = []
const servers: Server[] = []

beforeAll(async () => {
  household = await createHousehold({ now: now() })
})

afterAll(async () => {
  await Promise.all(started.map((one) => one.close()))
  for (const server of servers) server.close()
  for (const folder of folders) await fs.rm(folder, { recursive: true, force: true })
})

async function newFolder(): Promise<string> {
  const folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-hostile-'))
  folders.push(folder)
  return folder
}

function gateway(command: 'pair' | 'read', folder: string, ...more: string[]): Running {
  const running = startNode('gateway/main.ts', [command, '--data', folder, '--simulated', ...more])
  started.push(running)
  return running
}

describe('the terminal', () => {
  test('shows what the platform says as one line of text, and does nothing of it', async () => {
    const problem = {
      type: 'about:blank',
      title: '\u001b]0;owned\u0007\u001b[2J\u009b1A',
      status: 403,
      detail: 'Done.\r\nOwner: 0000 1111 2222 3333 4444\u2028\u202e',
      code: 'not-allowed',
      requestId: 'one',
    }
    const server = createServer((_, response) => {
      response.writeHead(403, { 'content-type': 'application/problem+json' })
      response.end(JSON.stringify(problem))
    })
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const running = gateway(
      'pair',
      await newFolder(),
      '--platform',
      `http://127.0.0.1:${port}`,
    )
    expect((await running.ended).code).toBe(1)
    expect(running.output()).toMatch(/^The platform says: .*Done.*Owner: 0000/m)
    expect(running.output()).not.toMatch(/[^\P{C}\n]|[\u2028\u2029]/u)
    expect(running.output()).not.toMatch(/^Owner/m)
  })

  test('says which zone it does not know, and no stack', async () => {
    const running = gateway('read', await newFolder(), '--zone', 'Mars/Olympus')
    expect((await running.ended).code).toBe(2)
    expect(running.output()).toContain('--zone')
    expect(running.output()).not.toContain('    at ')
  })
})

describe('a data directory', () => {
  test('that was damaged is told of by the file', async () => {
    const folder = await newFolder()
    await ensureSelf(folder, now(), random)
    const file = identityFile(folder)
    await fs.truncate(file, 100)
    await expect(kept(file)).rejects.toThrow(`${file} is damaged`)
  })

  test('writes nothing into a file that was laid in the way', async () => {
    const folder = await newFolder()
    const [file, elsewhere] = [path.join(folder, 'identity'), path.join(folder, 'elsewhere')]
    await fs.writeFile(elsewhere, 'before')
    await fs.symlink(elsewhere, `${file}.new`)
    await keep(file, { secret: random(32) })
    expect(await fs.readFile(elsewhere, 'utf8')).toBe('before')
    await fs.writeFile(`${file}.new`, '', { mode: 0o666 })
    await writeFile(file, random(32))
    expect((await fs.lstat(file)).mode & 0o777).toBe(0o600)
  })

  test('is one gateway’s, also where two have one number, as in two containers', async () => {
    const folder = await newFolder()
    const unlock = await lockFolder(folder)
    await expect(lockFolder(folder)).rejects.toThrow('Another gateway')
    await unlock()
    await (await lockFolder(folder))()
  })

  test('is free again when its gateway was killed, whoever has its number now', async () => {
    const folder = await newFolder()
    // As a gateway of an earlier version left it: the number is that of somebody who lives.
    await fs.writeFile(path.join(folder, 'lock'), `${process.ppid}`)
    await (await lockFolder(folder))()

    const first = gateway('pair', folder, '--platform', 'http://127.0.0.1:9')
    await first.line('Reading the simulated meter')
    await expect(lockFolder(folder)).rejects.toThrow('Another gateway')
    await first.kill('SIGKILL')
    // Each finds what the one before has left: of many at once, one goes on.
    for (let round = 0; round < 20; round++) {
      const many = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(folder)))
      const unlocks = many.flatMap((one) => one.status === 'fulfilled' ? [one.value] : [])
      expect(unlocks).toHaveLength(1)
      for (const unlock of unlocks) await unlock()
    }
    expect((await fs.readdir(folder)).filter((name) => name.startsWith('lock'))).toHaveLength(1)
  })

  test.runIf(process.getuid?.() === 0)(
    'without room is told of, and what was written before is kept',
    async () => {
      const disk = await newFolder()
      await run('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', disk])
      try {
        const file = path.join(disk, 'kept')
        await writeFile(file, random(1000))
        await expect(writeFile(file, new Uint8Array(200_000))).rejects
          .toThrow('cannot be written (ENOSPC): make room')
        expect((await fs.readFile(file)).length).toBe(1000)
      } finally {
        await run('umount', [disk])
      }
    },
  )
})

test('what waits a year costs no more to keep than what waits an hour', async () => {
  const folder = await newFolder()
  const { wrapping } = await ensureSelf(folder, now(), random)
  const channel = random(16)
  const record = {
    channel,
    opening: random(200),
    zone: 'Europe/Vienna',
    owner: random(32),
    chapter: 0,
    head: [-1, random(32)] as const,
    epoch: -1,
    commitment: null,
    epochEnds: 0,
    version: 0,
  }
  const vault = openVault(folder, wrapping)
  await vault.begin(record)
  const standing = path.join(folder, 'channels', toHex(channel), 'standing')
  const sizes: number[] = []
  for (let part = 0; part < 4; part++) {
    const epoch = { channel, kind: 'epoch', number: part, bytes: random(20) } as const
    const blocks = Array.from({ length: 80 }, (_, i) => {
      const number = part * 80 + i
      return { channel, kind: 'block', number, bytes: new Uint8Array([number & 255]) } as const
    })
    await vault.commit({
      record: { ...record, version: part + 1 },
      entries: [epoch, ...blocks],
      withdraw: part === 3 ? [10] : [],
    })
    sizes.push((await fs.stat(standing)).size)
  }
  expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThan(400)

  await vault.taken(channel, [{ order: 0, acknowledgement: null }, {
    order: 1,
    acknowledgement: null,
  }])
  const places = async (of: typeof vault) => {
    const waiting = await of.waiting(channel, 1000)
    return waiting.map(({ order, kind, number, bytes }) => ({
      order,
      kind,
      number,
      first: bytes[0],
    }))
  }
  const before = await places(vault)
  expect(before).toHaveLength(4 * 81 - 3)
  expect(
    before.filter(({ kind }) => kind === 'block').every(({ number, first }) =>
      (number & 255) === first
    ),
  ).toBe(true)
  const again = openVault(folder, wrapping)
  expect(await places(again)).toEqual(before)
  expect(await again.sentAfter(channel, -1)).toMatchObject([{ order: 1, number: 0 }])
})

describe('a platform', () => {
  test.each<[string, () => Promise<Bytes[]>]>([
    ['no statement', () => Promise.resolve([new Uint8Array([0xff])])],
    ['a page', () => Promise.reject(new ApiProblem(200, null, null, 'The answer is no answer'))],
  ])('that answers with %s does not end the reading', async (_, pairings) => {
    const folder = await newFolder()
    const self = await ensureSelf(folder, now(), random)
    const paired = await pair(household.owner.signer, self.signer, now())
    const stop = new AbortController()
    const said: string[] = []
    await readMeters({
      folder,
      self,
      state: {
        phase: 'paired',
        platform: 'http://127.0.0.1:9',
        pairing: paired.bytes,
        owner: household.owner.identity.changes,
        meters: [],
        head: { step: 0, id: await statementId(paired.statements[0]) },
        step: null,
        operator: household.owner.identity.changes,
      },
      source: source(stop.signal),
      client: faked({ pairings }),
      now,
      random,
      say(line) {
        said.push(line)
        if (line.includes('not understood')) stop.abort()
      },
      signal: stop.signal,
      lookEvery: 10,
    })
    expect(said).toContainEqual(
      expect.stringMatching(/^What the platform answers is not understood, and is asked again: ./),
    )
  })

  test('that shows an older identity of the owner changes nothing, another one stops it', async () => {
    const { identity, signer } = household.owner
    const newer = await changeIdentity(identity, identity.keys, now(), signer)
    const shown = (given: readonly Bytes[]) => newerIdentity(newer.changes, given, 'owner')
    expect((await shown(identity.changes)).head).toEqual(newer.head)
    const next = await changeIdentity(newer, newer.keys, now(), signer)
    expect((await shown(next.changes)).head).toEqual(next.head)
    const other = await changeIdentity(identity, identity.keys, now() + 1, signer)
    for (const given of [[], other.changes, household.device.identity.changes]) {
      await expect(shown(given)).rejects.toThrow('another identity of the owner')
    }
  })

  test('that does not wait for the owner is not asked in a whirl', async () => {
    const stop = new AbortController()
    let asked = 0
    const pairing = pairGateway(
      await pairOptions(stop.signal, () => undefined, {
        async pairingRoom() {
          if (++asked === 1) setTimeout(() => stop.abort(), 1200)
          if (asked === 50) stop.abort()
          return await Promise.resolve({ messages: [], expires: now() + 600 })
        },
      }),
    )
    await expect(pairing).rejects.toThrow('Stopped')
    expect(asked).toBeLessThan(5)
  })

  test('that says of each place that it is taken is believed a few times', async () => {
    const stop = new AbortController()
    const said: string[] = []
    let told = 0
    const pairing = pairGateway(
      await pairOptions(stop.signal, (line) => said.push(line), {
        async openPairingRoom(_, offer) {
          room.offer = offer
          return await Promise.resolve({ expires: now() + 600 })
        },
        async pairingRoom() {
          const text = said.find((line) => line.startsWith('Code: '))?.slice(6) ?? ''
          const secrets = await pairingSecrets(parsePairingCode(text) ?? NONE)
          const offer = await readOffer(secrets, room.offer, now())
          const { owner } = household
          const nothing = offer.asks.map(() => null)
          const { message } = await makeAnswer(secrets, offer, owner, nothing, now(), random)
          return { messages: [{ n: 1, by: 'owner', message }], expires: now() + 600 }
        },
        async addRoomMessage(_, n) {
          if (++told === 100) stop.abort()
          const problem = { ...TAKEN, next: n + 1 }
          return await Promise.reject(
            new ApiProblem(409, told < 100 ? problem : null, null, 'The place is taken'),
          )
        },
      }),
    )
    await expect(pairing).rejects.toThrow('The place is taken')
    expect(told).toBeLessThan(10)
  })
})

const room: { offer: Bytes } = { offer: NONE }
const TAKEN = {
  type: 'about:blank',
  title: 'Taken',
  status: 409,
  detail: 'Say it in the next place',
  code: 'room-moved',
  requestId: 'one',
} as const
const never = () => Promise.reject(new Error('Not asked'))

/** A client of nobody's platform, with these calls instead. */
function faked(calls: Partial<Client>): Client {
  const client = createClient({ url: 'http://127.0.0.1:9', fetch: never, now, retries: 0 })
  return { ...client, ...calls }
}

/** No telegrams. */
function source(until: AbortSignal): Source {
  return {
    simulated: true,
    async *telegrams(signal) {
      const over = AbortSignal.any([signal, until])
      await new Promise<void>((resolve) => {
        if (over.aborted) resolve()
        over.addEventListener('abort', () => resolve(), { once: true })
      })
      yield* []
    },
  }
}

async function pairOptions(
  signal: AbortSignal,
  say: (line: string) => unknown,
  calls: Partial<Client>,
): Promise<PairOptions> {
  const reading = { meter: 'SIM1' }
  return {
    folder: await newFolder(),
    platform: 'http://127.0.0.1:9',
    name: 'Cellar',
    zone: 'Europe/Vienna',
    source: {
      simulated: true,
      async *telegrams() {
        yield await Promise.resolve({ readings: [reading] } as never) // what is asked for is all
      },
    },
    client: () =>
      faked({
        operator: () => Promise.resolve({ identity: [], url: '' }),
        registerIdentity: () => Promise.resolve({ id: NONE, seq: 0 }),
        openPairingRoom: () => Promise.resolve({ expires: now() + 600 }),
        closePairingRoom: () => Promise.resolve(),
        ...calls,
      }),
    now,
    random,
    say,
    signal,
  }
}
