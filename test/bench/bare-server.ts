/**
 * The least that could stand in the place of the platform: node:http, the same signature checks
 * with keys that are there already, the same statements to the same Postgres, an answer of the same
 * size. It knows no rules: nothing is parsed beyond finding what was signed, nothing is refused but
 * a wrong signature, nothing is logged or counted.
 *
 * @module
 */
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import process from 'node:process'
import postgres from 'postgres'

export interface BareSettings {
  readonly port: number
  /** Null for answers without a database. */
  readonly databaseUrl: string | null
  /** Whose checks. */
  readonly crypto: 'node:crypto' | 'WebCrypto'
  /** Ed25519 public keys, raw, base64url: of access tokens, of proofs, of blocks. */
  readonly token: string
  readonly proof: string
  readonly device: string
  /** Of the channel that is asked for, base64url. */
  readonly channel: string
  /** What a GET and a POST are answered. */
  readonly channelAnswer: unknown
  readonly postAnswer: unknown
}

type Check = (signed: Uint8Array<ArrayBuffer>, signature: Uint8Array<ArrayBuffer>) => unknown

const settings: BareSettings = JSON.parse(process.env['BARE'] ?? '{}') // our own benchmark's
const sql = settings.databaseUrl === null
  ? null
  : postgres(settings.databaseUrl, { max: 10, onnotice: () => undefined })
const channel = Buffer.from(settings.channel, 'base64url')
const own = generateKeyPairSync('ed25519')
const [checkToken, checkProof, checkBlock] = await Promise.all(
  [settings.token, settings.proof, settings.device].map(checker),
)
let seq = 0

createServer((request, response) => {
  const answer = request.method === 'GET' ? get(request) : post(request)
  answer.then((body) => {
    response.setHeader('Content-Type', 'application/json')
    response.end(JSON.stringify(body))
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

async function holds(check: Check | undefined, signed: Buffer, signature: Buffer): Promise<void> {
  const held = await check?.(new Uint8Array(signed), new Uint8Array(signature))
  if (held !== true) throw new Error('A signature does not hold')
}

async function get({ headers }: IncomingMessage): Promise<unknown> {
  const proof = String(headers['dpop'])
  await jwt(checkToken, String(headers.authorization).slice('DPoP '.length))
  await jwt(checkProof, proof)
  if (sql !== null) {
    const hash = createHash('sha256').update(proof).digest()
    await sql`insert into bare_proofs (hash, expires) values (${hash}, 0) on conflict do nothing
      returning expires`
    await sql`select * from channels where id = ${channel}`
    await sql`select device, statement from chapters where channel = ${channel} order by chapter`
  }
  return settings.channelAnswer
}

async function jwt(check: Check | undefined, text: string): Promise<void> {
  const end = text.lastIndexOf('.')
  const signature = Buffer.from(text.slice(end + 1), 'base64url')
  await holds(check, Buffer.from(text.slice(0, end), 'latin1'), signature)
}

/** A body is a signature of 64 bytes, the length of what it signs in two, that, and a ciphertext. */
async function post(request: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(piece)
  const bytes = Buffer.concat(pieces)
  const end = 66 + bytes.readUInt16BE(64)
  const signed = bytes.subarray(66, end)
  await holds(checkBlock, signed, bytes.subarray(0, 64))
  const id = createHash('sha256').update(signed).digest()
  const body = bytes.subarray(end)
  createHash('sha256').update(body).digest()
  if (sql !== null) {
    // Two servers write to one table.
    seq += 1
    await sql`insert into bare_blocks (channel, seq, id, statement, body)
      values (${channel}, ${process.pid * 1e9 + seq}, ${id}, ${signed}, ${body})`
  }
  sign(null, id, own.privateKey)
  return settings.postAnswer
}
