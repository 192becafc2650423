/**
 * Sealing and verifying against their limit: bare WebCrypto doing the same primitives on the same
 * number of bytes, one block after the other as a chain demands, and nothing else.
 *
 * @module
 */
import { type Bytes, concat, equal, utf8 } from '../../shared/bytes.ts'
import { encode } from '../../shared/cbor.ts'
import { wasSignedBy } from '../../shared/identity/identity.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { type Block, openBlock, readBlock, sealBlock } from '../../shared/seal/block.ts'
import { createHousehold, readings } from '../rig/household.ts'
import { during, type Measured, ratio, sideBySide } from './measure.ts'
import type { Bounds, Report } from './report.ts'

const NOW = 1_790_000_000
const COUNTS = [1, 96]
const NONCE = new Uint8Array(12)

export async function benchSeal({ rounds, milliseconds }: Bounds): Promise<Report[]> {
  const reports: Report[] = []
  for (const count of COUNTS) {
    const { sealing, verifying } = await contenders(count, milliseconds)
    reports.push(
      report(`Seal: blocks of ${count}`, await sideBySide(sealing, rounds)),
      report(`Verify and open: blocks of ${count}`, await sideBySide(verifying, rounds)),
    )
  }
  return reports
}

function report(title: string, measured: Measured[]): Report {
  const [ours, bare] = measured
  const compared = ours && bare
    ? [
      { name: 'Kilowit / bare WebCrypto', ratio: ratio(ours, bare) },
      {
        name: 'Kilowit / bare WebCrypto, by CPU time',
        ratio: ratio(ours, bare, (turn) => turn.perCpuSecond),
      },
    ]
    : []
  return { title, unit: 'blocks', measured, ratios: compared, notes: [] }
}

async function contenders(count: number, milliseconds: number) {
  const household = await createHousehold({ now: NOW })
  const channel = await household.openChannel({ classes: 'energy', resolution: 'PT15M' })
  await channel.openChapter()
  const { key } = await channel.openEpoch()
  const quarters = readings(count, { from: NOW - (NOW % 900), step: 900, classes: 'energy' })
  const { device } = household

  let place = { channel: channel.id, chapter: 0, epoch: 0, epochKey: key, ...next(channel.head()) }
  const seal = async (): Promise<Block> => {
    const block = await sealBlock(quarters, place, device.signer, random(16), NOW)
    place = { ...place, ...next([block.header.seq, block.id]) }
    return block
  }
  const sealed = await Promise.all(Array.from({ length: 64 }, () => channel.forge(quarters)))
  const [sample] = sealed
  if (sample === undefined || sample.body === null) throw new Error('Nothing was sealed')

  let at = 0
  const nextSealed = (): Block => {
    at = (at + 1) % sealed.length
    return sealed[at] ?? sample
  }
  const verify = async (): Promise<readonly Reading[]> => {
    const block = await readBlock(nextSealed().bytes)
    if (!await wasSignedBy(block.statement, device.identity)) throw new Error('It does not hold')
    return await openBlock(block, key)
  }
  const publicKey = await crypto.subtle.importKey(
    'raw',
    device.signing.publicKey,
    { name: 'Ed25519' },
    false,
    ['verify'],
  )
  const { privateKey } = device.signing
  const info = concat(utf8('kilowit/1/block'), encode([channel.id, 0]))
  const plaintext = random(sample.body.length - 16)
  const { subtle } = crypto

  const bareSeal = async () => {
    const own = await derive(key, random(16), info)
    const body = await subtle.encrypt(aesGcm(sample), own, plaintext)
    await subtle.digest('SHA-256', body)
    await subtle.sign({ name: 'Ed25519' }, privateKey, sample.statement.signed)
    await subtle.digest('SHA-256', sample.statement.signed)
  }
  const bareVerify = async () => {
    const block = nextSealed()
    const { body, statement, header } = block
    if (body === null) throw new Error('A body is missing')
    const digest = new Uint8Array(await subtle.digest('SHA-256', body))
    await subtle.digest('SHA-256', statement.signed)
    const { signature, signed } = statement
    const holds = await subtle.verify({ name: 'Ed25519' }, publicKey, signature, signed)
    if (!holds || !equal(digest, statement.payload)) throw new Error('It does not hold')
    const own = await derive(key, header.salt, info)
    await subtle.decrypt(aesGcm(block), own, body)
  }
  const one = (work: () => Promise<unknown>) => async () => {
    await work()
    return 1
  }
  const turn = (work: () => Promise<unknown>) => () => during(milliseconds, one(work))
  return {
    sealing: [
      { name: 'Kilowit sealBlock', turn: turn(seal) },
      { name: 'bare WebCrypto, the same primitives', turn: turn(bareSeal) },
    ],
    verifying: [
      { name: 'Kilowit readBlock, verify, openBlock', turn: turn(verify) },
      { name: 'bare WebCrypto, the same primitives', turn: turn(bareVerify) },
    ],
  }
}

function next([seq, prev]: readonly [number, Bytes]) {
  return { seq: seq + 1, prev }
}

function derive(key: CryptoKey, salt: Bytes, info: Bytes): Promise<CryptoKey> {
  return crypto.subtle.deriveKey(
    { name: 'HKDF', hash: 'SHA-256', salt, info },
    key,
    { name: 'AES-GCM', length: 256 },
    false,
    ['encrypt', 'decrypt'],
  )
}

function aesGcm(block: Block) {
  return { name: 'AES-GCM', iv: NONCE, additionalData: block.statement.protected }
}

function random(length: number): Bytes {
  return crypto.getRandomValues(new Uint8Array(length))
}
