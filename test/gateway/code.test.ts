/**
 * The code of a pairing never leaves the gateway but by its screen: everything that it sends, and
 * everything that it writes, is looked through while it pairs.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { pairGateway } from '../../gateway/pair.ts'
import { simulatedSource } from '../../gateway/source.ts'
import { type Bytes, toBase64url, toHex, utf8 } from '../../shared/bytes.ts'
import { pairingSecrets, parsePairingCode } from '../../shared/identity/pairing-code.ts'
import { makeAnswer, readDone, readOffer } from '../../shared/identity/pairing-exchange.ts'
import {
  clientFor,
  type Platform,
  register,
  startPlatform,
  withLength,
} from '../server/platform.ts'

const ZONE = 'Europe/Vienna'

let platform: Platform
let folder: string

beforeAll(async () => {
  platform = await startPlatform()
  platform.clock.now = Math.floor(Date.now() / 1000)
  folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-code-'))
})

afterAll(async () => {
  await platform?.close()
  await fs.rm(folder, { recursive: true, force: true })
})

test('the code is in nothing that the gateway sends or writes', async () => {
  const { owner: client, household: { owner } } = await register(platform)
  const now = () => platform.clock.now
  const random = (length: number): Bytes => crypto.getRandomValues(new Uint8Array(length))
  const sent: Bytes[] = []
  const record = (url: string, init: RequestInit) => {
    const { body } = init
    const headers = [...new Headers(init.headers)].flat().join()
    sent.push(utf8(`${init.method} ${url} ${headers} ${typeof body === 'string' ? body : ''}`))
    if (body instanceof Uint8Array) sent.push(new Uint8Array(body))
  }
  // Not by its client alone: whoever asks the network is heard.
  const fetched = globalThis.fetch
  globalThis.fetch = async (to, init) => {
    record(to instanceof Request ? to.url : to.toString(), init ?? {})
    return new Response(null, { status: 404 })
  }
  const said: string[] = []
  const stopped = new AbortController()
  try {
    const paired = pairGateway({
      folder,
      platform: 'https://kilowit.test',
      name: 'Cellar',
      zone: ZONE,
      source: simulatedSource({ now, zone: ZONE, say: () => undefined }),
      client: (self) =>
        clientFor(platform, self.signer, platform.app, async (url, init) => {
          record(url, init)
          return await platform.app.request(url, { ...init, headers: withLength(init) })
        }),
      now,
      random,
      say: (line) => void said.push(line),
      signal: stopped.signal,
    })
    const line = (of: string) => said.find((one) => one.startsWith(of))
    await expect.poll(() => line('Code: '), { timeout: 20_000 }).toBeDefined()
    const code = line('Code: ')?.slice('Code: '.length) ?? ''
    const raw = parsePairingCode(code)
    if (raw === null) throw new Error('That is no code')
    const secrets = await pairingSecrets(raw)
    const { messages: [first] } = await client.pairingRoom(secrets.room)
    const offer = await readOffer(secrets, first?.message ?? random(1), now())
    const nothing = offer.asks.map(() => null)
    const answer = await makeAnswer(secrets, offer, owner, nothing, now(), random)
    await client.addRoomMessage(secrets.room, 1, answer.message)
    const { messages: [last] } = await client.pairingRoom(secrets.room, { after: 1 })
    const pairing = await readDone(secrets, offer, answer, last?.message ?? random(1))
    await client.addPairing(pairing.bytes)
    expect((await paired).phase).toBe('paired')

    const plain = code.replaceAll('-', '')
    const forms = [
      toHex(raw),
      ...[code, plain, plain.toLowerCase(), toBase64url(raw), toHex(raw)]
        .map((form) => toHex(utf8(form))),
    ]
    const written = await everyFile(folder)
    expect([sent.length > 5, written.length]).toEqual([true, 2])
    const all = [...sent, ...written].map(toHex).join(' ')
    expect(forms.filter((form) => all.includes(form))).toEqual([])
    // It is on the screen, as text and in the link of the picture.
    expect(said.filter((one) => one.includes(code)).length).toBe(1)
  } finally {
    stopped.abort()
    globalThis.fetch = fetched
  }
}, 60_000)

async function everyFile(folder: string): Promise<Bytes[]> {
  const entries = await fs.readdir(folder, { recursive: true, withFileTypes: true })
  return await Promise.all(
    entries.filter((entry) => entry.isFile()).map(async ({ parentPath, name }) =>
      new Uint8Array(await fs.readFile(path.join(parentPath, name)))
    ),
  )
}
