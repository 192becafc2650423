/**
 * The least that could stand in the place of the platform: node:http, as many signature checks and
 * signatures as Kilowit makes, with keys that are there already, the same statements to the same
 * Postgres in the same kind of transactions, and the same bytes in and out. It knows no rules:
 * nothing is parsed beyond finding what was signed, nothing is refused but a wrong signature,
 * nothing is logged, limited or counted.
 *
 * @module
 */
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import process from 'node:process'
import postgres from 'postgres'
import { bareStatements, type Row } from './bare-statements.ts'

export interface BareSettings {
  readonly port: number
  /** Null for answers without a database. */
  readonly databaseUrl: string | null
  /** Whose checks and signatures. */
  readonly crypto: 'node:crypto' | 'WebCrypto'
  /** Whether each post has a transaction of its own, or those share one that wait together. */
  readonly commit: 'alone' | 'grouped'
  /** Ed25519 public keys, raw, base64url: of proofs, and of devices by their channel's name. */
  readonly proof: string
  readonly devices: Readonly<Record<string, string>>
  /** Where in a post that is, what was signed and by what: the protected header and the payload. */
  readonly places: Readonly<Record<'header' | 'payload' | 'signature' | 'body', Place>>
  readonly statement: Place
  /** What a GET and a POST are answered, as Kilowit answered. */
  readonly got: Answer
  readonly posted: Answer
}

/** From and to. */
export type Place = readonly [number, number]

export interface Answer {
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

type Check = (signed: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>) => unknown

const settings: BareSettings = JSON.parse(process.env['BARE'] ?? '{}') // our own benchmark's
const sql = settings.databaseUrl === null
  ? null
  : postgres(settings.databaseUrl, { max: 10, onnotice: () => undefined })
const statements = sql && bareStatements(sql, settings.commit)
const { places, proof, devices } = settings
const checkProof = await checker(proof)
const checkBlock = new Map<string, Check>()
for (const [name, raw] of Object.entries(devices)) checkBlock.set(name, await checker(raw))
const signOwn = await ownSigner()
/** "Signature1" of RFC 9052 section 4.4, and its empty external data. */
const BEFORE = Buffer.from('\x84\x6aSignature1', 'latin1')
const BETWEEN = Buffer.from('\x40', 'latin1')
/** Several servers write to one table. */
let seq = process.pid * 1e9

createServer((request, response) => {
  const answer = request.method === 'GET' ? get(request) : post(request)
  answer.then(({ headers, body }) => {
    const text = JSON.stringify(body)
    response.writeHead(200, { ...headers, 'content-length': Buffer.byteLength(text) })
    response.end(text)
  }, () => {
    response.statusCode = 500
    response.end()
  })
}).listen(settings.port, '127.0.0.1')

async function checker(raw: string): Promise<Check> {
  const jwk = { kty: 'OKP', crv: 'Ed25519', x: raw }
  if (settings.crypto === 'WebCrypto') {
    const { subtle } = globalThis.crypto
    const key = await subtle.importKey('jwk', jwk, 'Ed25519', false, ['verify'])
    return (signed, signature) => subtle.verify('Ed25519', key, signature, signed)
  }
  const key = createPublicKey({ key: jwk, format: 'jwk' })
  return (signed, signature) => verify(null, signed, key, signature)
}

async function ownSigner(): Promise<(message: Uint8Array<ArrayBuffer>) => unknown> {
  if (settings.crypto === 'WebCrypto') {
    const { subtle } = globalThis.crypto
    const pair = await subtle.generateKey('Ed25519', false, ['sign', 'verify'])
    if (!('privateKey' in pair)) throw new Error('Expected a pair of keys')
    return (message) => subtle.sign('Ed25519', pair.privateKey, message)
  }
  const { privateKey } = generateKeyPairSync('ed25519')
  return (message) => sign(null, message, privateKey)
}

async function holds(check: Check | undefined, signed: Buffer, signature: Buffer): Promise<void> {
  const held = await check?.(new Uint8Array(signed), new Uint8Array(signature))
  if (held !== true) throw new Error('A signature does not hold')
}

/** The token is taken as known: its signature was checked when it first came. */
async function get({ headers, url }: IncomingMessage): Promise<Answer> {
  const jwt = String(headers['dpop'])
  const end = jwt.lastIndexOf('.')
  const signature = Buffer.from(jwt.slice(end + 1), 'base64url')
  await holds(checkProof, Buffer.from(jwt.slice(0, end), 'latin1'), signature)
  if (statements !== null) {
    await statements.use(sha256(Buffer.from(jwt, 'latin1')))
    await statements.channel(channelOf(url, 3))
  }
  return settings.got
}

async function post(request: IncomingMessage): Promise<Answer> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece)
  const [first] = pieces
  const bytes = pieces.length === 1 && first ? first : Buffer.concat(pieces)
  const at = ([from, to]: Place) => bytes.subarray(from, to)
  const signed = Buffer.concat([BEFORE, at(places.header), BETWEEN, at(places.payload)])
  const name = String(request.url?.split('/')[3])
  await holds(checkBlock.get(name), signed, at(places.signature))
  const id = sha256(signed)
  const body = at(places.body)
  sha256(body)
  seq += 1
  const channel = channelOf(request.url, 3)
  const row: Row = { channel, seq, id, statement: at(settings.statement), body }
  if (statements !== null) await statements.take(row)
  await signOwn(new Uint8Array(signed))
  return settings.posted
}

function channelOf(url: string | undefined, part: number): Buffer {
  return Buffer.from(String(url?.split('/')[part]), 'base64url')
}

function sha256(bytes: Buffer): Buffer {
  return createHash('sha256').update(bytes).digest()
}
