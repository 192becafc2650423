/**
 * The whole middleware on Node beside bare node:http: a GET with an access token and a DPoP proof,
 * which is two signature checks and a use-once mark in the database, and a POST of a block, which is
 * one check, one insert and one signed acknowledgement. Counted by the CPU time of the server
 * process; the Postgres that both use is another.
 *
 * @module
 */
import { toBase64url } from '../../shared/bytes.ts'
import { generateSigningKey, signer, type SigningKey } from '../../shared/identity/keys.ts'
import { NOBODY } from '../../shared/identity/statement.ts'
import { createClient } from '../../shared/api/client.ts'
import { signProof } from '../../shared/api/jwt.ts'
import { readIdentity } from '../../shared/identity/identity.ts'
import { freePort, startNode } from '../rig/process.ts'
import type { BareSettings } from './bare-server.ts'
import { createDevice, type Device } from './device.ts'
import { blocks, turn } from './ingest.ts'
import { type Server, type Site, startSite } from './kilowit.ts'
import { request, type Requests } from './load.ts'
import { type Contender, type Measured, ratio, sideBySide, type Turn } from './measure.ts'
import type { Bounds, Report } from './report.ts'

const CONNECTIONS = 16
const SIZE = { blocks: 1, readings: 1 }

export async function benchHttp(bounds: Bounds): Promise<Report[]> {
  const site = await startSite()
  const servers: Server[] = []
  try {
    await site.sql`create table bare_proofs (hash bytea primary key, expires bigint)`
    await site.sql`create table bare_blocks
      (channel bytea, seq bigint, id bytea, statement bytea, body bytea, primary key (channel, seq))`
    const devices = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => createDevice(site.url, SIZE)),
    )
    const [device] = devices
    if (device === undefined) throw new Error('There is no device')
    const visitor = await visit(site, device)
    const bare = async (more: Pick<BareSettings, 'crypto' | 'databaseUrl'>) => {
      const server = await startBare({ ...visitor.settings, ...more })
      servers.push(server)
      return server
    }
    const { databaseUrl } = site
    const sync = await bare({ crypto: 'node:crypto', databaseUrl })
    const web = await bare({ crypto: 'WebCrypto', databaseUrl })
    const alone = await bare({ crypto: 'node:crypto', databaseUrl: null })

    const get = (name: string, server: Server) => visitor.contender(name, server, bounds)
    const gets = await sideBySide([
      get('Kilowit: GET of a channel, token and DPoP proof', site),
      get('node:http, 2 checks by node:crypto, 3 statements', sync),
      get('node:http, 2 checks by WebCrypto, 3 statements', web),
      get('node:http, 2 checks by node:crypto, no database', alone),
    ], bounds.rounds)
    const post = (name: string, server: Server) => bareBlocks(name, server, device, bounds)
    const posts = await sideBySide([
      blocks('Kilowit: POST of a block', site, devices, SIZE, bounds),
      post('node:http, 1 check by node:crypto, 1 insert', sync),
      post('node:http, 1 check by WebCrypto, 1 insert', web),
    ], bounds.rounds)
    return [
      report('Middleware: GET with two signature checks', gets, [
        'Each request has a token (Ed25519) and a proof of its own (Ed25519), marks the proof as used',
        '(one insert) and reads channel and chapters (two selects). The bare servers check both',
        'signatures each time; Kilowit knows a token again that held before, until it ends. It also',
        'checks every rule of RFC 9068 and 9449, limits, traces, logs and counts.',
      ]),
      report('Middleware: POST of a block of one reading', posts, [
        'Each request has one Ed25519 check, two digests, one insert and one signed answer. Kilowit',
        'also parses the block, checks its place in the chain under a lock, moves the head, and',
        'writes posts that wait together in one transaction; the bare server commits each alone.',
      ]),
    ]
  } finally {
    for (const server of [...servers, site]) await server.close()
  }
}

function report(title: string, measured: readonly Measured[], notes: readonly string[]): Report {
  const [ours, sync, web, alone] = measured
  const byCpu = (turn: Turn) => turn.perCpuSecond
  const against = (name: string, other: Measured | undefined, goal?: number) =>
    ours && other
      ? [{ name, ratio: ratio(ours, other, byCpu), ...goal === undefined ? {} : { goal } }]
      : []
  return {
    title,
    unit: 'requests',
    measured,
    ratios: [
      ...against('Kilowit / bare with node:crypto, by CPU', sync, 0.8),
      ...against('Kilowit / bare with WebCrypto, by CPU', web, 0.8),
      ...against('Kilowit / bare without a database, by CPU', alone),
    ],
    notes: [...notes, 'CPU-seconds are those of the server process, without Postgres.'],
  }
}

/** Who reads a channel, with a token; and what bare servers need to know of it. */
async function visit(site: Site, device: Device) {
  const session = await generateSigningKey()
  let authorization = ''
  const client = createClient({
    url: site.url,
    fetch: (input, init) => {
      authorization = new Headers(init.headers).get('Authorization') ?? authorization
      return fetch(input, init)
    },
    now: () => Date.now() / 1000,
    signer: device.owner,
    session,
  })
  const { channel } = device
  await client.channel(channel.id)
  const operator = await readIdentity((await client.operator()).identity)
  const path = `/v1/channels/${channel.name}`
  const settings = {
    token: rawKey(operator.keys.find((key) => key.purpose === 'sign')?.publicKey),
    proof: rawKey(session.publicKey),
    device: rawKey(device.publicKey),
    channel: channel.name,
    channelAnswer: await answered(site, path, authorization, session),
    postAnswer: {
      taken: 1,
      acknowledgements: ['A'.repeat(364)],
      head: { seq: 1, id: 'A'.repeat(43) },
      refusal: null,
    },
  }
  return {
    settings,
    contender: (name: string, server: Server, bounds: Bounds): Contender => {
      let expected = 200
      return {
        name,
        turn: async () => {
          const ready = await requests(site, path, authorization, session, Math.ceil(expected))
          let at = 0
          const source: Requests = () => ready[at++] ?? null
          const sources = Array.from({ length: CONNECTIONS }, () => source)
          const result = await turn(server, sources, 1, bounds, '"channel":')
          expected = 200 + 1.3 * result.rate * bounds.milliseconds / 1000
          return result
        },
      }
    },
  }
}

function rawKey(bytes: Uint8Array | undefined): string {
  if (bytes?.length !== 32) throw new Error('Expected an Ed25519 key')
  return toBase64url(bytes)
}

async function answered(
  site: Site,
  path: string,
  authorization: string,
  session: SigningKey,
): Promise<unknown> {
  const headers = {
    Authorization: authorization,
    DPoP: await proofOf(site, path, authorization, session),
  }
  return await (await fetch(site.url + path, { headers })).json()
}

async function requests(
  site: Site,
  path: string,
  authorization: string,
  session: SigningKey,
  count: number,
): Promise<Uint8Array[]> {
  const made: Uint8Array[] = []
  while (made.length < count) {
    made.push(
      ...await Promise.all(Array.from({ length: 64 }, async () =>
        request(`GET ${path}`, [
          `Authorization: ${authorization}`,
          `DPoP: ${await proofOf(site, path, authorization, session)}`,
        ]))),
    )
  }
  return made
}

function proofOf(
  site: Site,
  path: string,
  authorization: string,
  session: SigningKey,
): Promise<string> {
  const jti = toBase64url(crypto.getRandomValues(new Uint8Array(16)))
  const accessToken = authorization.slice('DPoP '.length)
  const now = Math.floor(Date.now() / 1000)
  const proof = { method: 'GET', url: site.url + path, now, jti, accessToken }
  return signProof(proof, session, signer(NOBODY, 0, session).sign)
}

/** The same post again and again: nothing of it has to be new for a server that knows no rules. */
function bareBlocks(name: string, server: Server, device: Device, bounds: Bounds): Contender {
  const { body, statement } = device.sample
  const length = new Uint8Array(2)
  new DataView(length.buffer).setUint16(0, statement.signed.length)
  const bytes = request(
    'POST /blocks',
    ['Content-Type: application/cbor-seq'],
    Buffer.concat([statement.signature, length, statement.signed, body ?? new Uint8Array(0)]),
  )
  const sources = Array.from({ length: CONNECTIONS }, (): Requests => () => bytes)
  return { name, turn: () => turn(server, sources, 1, bounds, '"taken":') }
}

async function startBare(settings: Omit<BareSettings, 'port'>): Promise<Server> {
  const port = await freePort()
  const BARE = JSON.stringify({ ...settings, port } satisfies BareSettings)
  const server = startNode('test/bench/bare-server.ts', [], { env: { BARE } })
  const url = `http://127.0.0.1:${port}`
  await answersAtAll(url)
  return { port, url, pid: server.pid, close: () => server.close() }
}

/** Whatever it answers to a request without a token. */
async function answersAtAll(url: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const response = await fetch(url).catch(() => null)
    await response?.arrayBuffer()
    if (response !== null) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`${url} did not answer`)
}
