/**
 * The whole middleware on Node beside bare node:http that makes as many signature checks and
 * signatures, the same statements, and takes and gives the same bytes: a GET with an access token
 * and a DPoP proof, and a POST of a block. Counted by the CPU time of the server process; the
 * Postgres that all use is another.
 *
 * @module
 */
import { type Bytes, toBase64url } from '../../shared/bytes.ts'
import { generateSigningKey, signer, type SigningKey } from '../../shared/identity/keys.ts'
import { NOBODY } from '../../shared/identity/statement.ts'
import { CBOR_SEQUENCE } from '../../shared/api/schemas.ts'
import { createClient } from '../../shared/api/client.ts'
import { signProof } from '../../shared/api/jwt.ts'
import { freePort, startNode } from '../rig/process.ts'
import type { Answer, BareSettings, Place } from './bare-server.ts'
import { createBareTables } from './bare-statements.ts'
import { createDevice, type Device } from './device.ts'
import { blocks, turn } from './ingest.ts'
import { type Server, type Site, startSite } from './kilowit.ts'
import { request, type Requests } from './load.ts'
import { type Contender, type Measured, ratio, sideBySide } from './measure.ts'
import type { Bounds, Report } from './report.ts'

const CONNECTIONS = 16
const SIZE = { blocks: 1, readings: 1 }
/** Requests before anything is counted: what is larger takes longer until it is compiled. */
const WARM = 10_000

export async function benchHttp(bounds: Bounds): Promise<Report[]> {
  const site = await startSite()
  const servers: Server[] = []
  try {
    const devices = await Promise.all(
      Array.from({ length: CONNECTIONS }, () => createDevice(site.url, SIZE)),
    )
    const [device] = devices
    if (device === undefined) throw new Error('There is no device')
    await createBareTables(site.sql)
    const visitor = await visit(site, device)
    const settings = { ...visitor.settings, ...await posting(site, devices, device) }
    const bare = async (more: Pick<BareSettings, 'crypto' | 'commit' | 'databaseUrl'>) => {
      const server = await startBare({ ...settings, ...more })
      servers.push(server)
      return server
    }
    const { databaseUrl } = site
    const sync = await bare({ crypto: 'node:crypto', commit: 'alone', databaseUrl })
    const web = await bare({ crypto: 'WebCrypto', commit: 'alone', databaseUrl })
    const grouped = await bare({ crypto: 'node:crypto', commit: 'grouped', databaseUrl })
    const alone = await bare({ crypto: 'node:crypto', commit: 'alone', databaseUrl: null })

    const get = (name: string, server: Server) => visitor.contender(name, server, bounds)
    const gets = await warmed([
      get('Kilowit: GET of a channel', site),
      get('node:http, node:crypto', sync),
      get('node:http, WebCrypto', web),
      get('node:http, node:crypto, no database', alone),
    ], bounds)
    const post = (name: string, server: Server) => bareBlocks(name, server, devices, bounds)
    const posts = await warmed([
      blocks('Kilowit: POST of a block', site, devices, SIZE, bounds),
      post('node:http, node:crypto', sync),
      post('node:http, WebCrypto', web),
      post('node:http, node:crypto, posts share commits', grouped),
    ], bounds)
    return [
      report('Middleware: GET of a channel with a token and a DPoP proof', gets, [
        ['node:crypto', 0.8],
        ['WebCrypto', 0.8],
        ['no database', null],
      ], [
        'All make 1 signature check a request, of the proof, which is new each time (Ed25519 by',
        'node:crypto, or by WebCrypto where it says so). The token was checked when it first came,',
        'and all know it again. All make 3 statements: the proof is marked as used (an insert),',
        'channel and chapters are read (two selects, sent together). Requests and answers are the',
        'same to the byte, headers too. Only Kilowit checks every rule of RFC 9068 and 9449, hashes',
        'token and entity tag, limits, traces, logs and counts.',
      ]),
      report('Middleware: POST of a block of one reading', posts, [
        ['node:crypto', null],
        ['WebCrypto', null],
        ['node:crypto, posts share commits', 0.8],
      ], [
        'All make 1 signature check (of the block) and 1 signature (of the acknowledgement) a request,',
        'both Ed25519, 2 digests, and one transaction with 3 statements: lock the channel, insert the',
        'block, move the head. Kilowit shares a transaction between posts that wait together; of the',
        'bare servers only the last does, and so the goal is beside that one. Requests and answers',
        'are the same to the byte, save that the bare servers take one block again and again at new',
        'places. Only Kilowit reads CBOR, judges the block, encodes the acknowledgement, limits,',
        'traces, logs and counts.',
      ]),
    ]
  } finally {
    for (const server of [...servers, site]) await server.close()
  }
}

async function warmed(contenders: readonly Contender[], bounds: Bounds): Promise<Measured[]> {
  for (const { turn } of contenders) {
    for (let made = 0; made < WARM;) made += (await turn()).rate * bounds.milliseconds / 1000
  }
  return await sideBySide(contenders, bounds.rounds)
}

/** What is bare about a contender, and the goal beside it: for the one that does as Kilowit does. */
type Variant = readonly [name: string, goal: number | null]

function report(
  title: string,
  measured: readonly Measured[],
  bare: readonly Variant[],
  notes: readonly string[],
): Report {
  const [ours, ...others] = measured
  return {
    title,
    unit: 'requests',
    measured,
    ratios: others.flatMap((other, i) => {
      const [name, goal] = bare[i] ?? []
      if (ours === undefined || name === undefined) return []
      const against = ratio(ours, other, (turn) => turn.perCpuSecond)
      const aim = typeof goal === 'number' ? { goal } : {}
      return [{ name: `Kilowit / bare, ${name}, by CPU`, ratio: against, ...aim }]
    }),
    notes: [
      ...notes,
      `Each has answered ${WARM} such requests before. CPU-seconds are those of the server process,`,
      'without Postgres.',
    ],
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
  const path = `/v1/channels/${channel.name}`
  const headers = {
    Authorization: authorization,
    DPoP: await proofOf(site, path, authorization, session),
  }
  const got = await answerOf(await fetch(site.url + path, { headers }))
  const settings = { proof: rawKey(session.publicKey), got }
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

/** What the bare servers need to take posts of these devices and to answer them as Kilowit does. */
async function posting(site: Site, devices: readonly Device[], { sample, channel }: Device) {
  const posted = await answerOf(
    await fetch(`${site.url}/v1/channels/${channel.name}/blocks`, {
      method: 'POST',
      headers: { 'Content-Type': CBOR_SEQUENCE },
      body: sample.bytes,
    }),
  )
  const { bytes, statement, body } = sample
  if (body === null) throw new Error('The block has no body')
  // An encoded byte string is found with its head: that is part of what is signed.
  const place = (part: Bytes, head = 0): Place => {
    const from = Buffer.from(bytes).indexOf(part)
    if (from < 0) throw new Error('The block lacks one of its parts')
    return [from - head, from + part.length]
  }
  return {
    posted,
    devices: Object.fromEntries(
      devices.map((device) => [device.channel.name, rawKey(device.publicKey)]),
    ),
    places: {
      header: place(statement.protected, statement.protected.length < 256 ? 2 : 3),
      payload: place(statement.payload, 2),
      signature: place(statement.signature),
      body: place(body),
    },
    statement: place(statement.bytes),
  }
}

/** Without what a server adds by itself. */
async function answerOf(response: Response): Promise<Answer> {
  if (response.status !== 200) throw new Error(`Kilowit answered ${await response.text()}`)
  const own = ['connection', 'content-length', 'date', 'keep-alive']
  const headers = [...response.headers].filter(([name]) => !own.includes(name))
  return { headers: Object.fromEntries(headers), body: await response.json() }
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

/** The same posts again and again: nothing of them has to be new for a server without rules. */
function bareBlocks(
  name: string,
  server: Server,
  devices: readonly Device[],
  bounds: Bounds,
): Contender {
  const sources = devices.map(({ channel, sample }): Requests => {
    const line = `POST /v1/channels/${channel.name}/blocks`
    const bytes = request(line, [`Content-Type: ${CBOR_SEQUENCE}`], sample.bytes)
    return () => bytes
  })
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
