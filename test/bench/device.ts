/**
 * Devices that post blocks: registered over the API as any other, and then makers of signed blocks
 * that are fast enough to prepare a benchmark. Header, chain, digests and signature are real and
 * new for every block; the body is one ciphertext used again, which no server can tell.
 *
 * @module
 */
import { createHash } from 'node:crypto'
import { type Client, createClient } from '../../shared/api/client.ts'
import { CBOR_SEQUENCE } from '../../shared/api/schemas.ts'
import { type Bytes, concat } from '../../shared/bytes.ts'
import { type CborValue, encode } from '../../shared/cbor.ts'
import type { Algorithm } from '../../shared/identity/profile.ts'
import { protectedHeader, type Signer } from '../../shared/identity/statement.ts'
import { type Block, joinBlock } from '../../shared/seal/block.ts'
import { createHousehold, readings, type TestChannel } from '../rig/household.ts'
import { request, type Requests } from './load.ts'

/** What is in a post. */
export interface Size {
  readonly blocks: number
  /** Readings in each block. */
  readonly readings: number
}

export interface Device {
  readonly channel: TestChannel
  /** Of the owner. */
  readonly client: Client
  readonly owner: Signer
  /** Of the device's sign key. */
  readonly publicKey: Bytes
  /** A block as it was sealed. */
  readonly sample: Block
  /** Sees to it that at least `count` posts are ready. */
  prepare(count: number): Promise<void>
  readonly ready: Requests
  /** How many posts were taken out of `ready` since the last {@link prepare}. */
  used(): number
}

const QUARTER = 900

export async function createDevice(
  url: string,
  size: Size,
  algorithm: Algorithm = 'EdDSA',
): Promise<Device> {
  const count = size.readings
  const now = Math.floor(Date.now() / 1000)
  const household = await createHousehold({ now, algorithm })
  const { owner, device, pairing } = household
  const client = createClient({
    url,
    fetch: (input, init) => fetch(input, init),
    now: () => Date.now() / 1000,
    signer: owner.signer,
  })
  await client.registerIdentity(owner.identity.changes)
  await client.registerIdentity(device.identity.changes)
  await client.addPairing(pairing.bytes)
  const channel = await household.openChannel({ classes: 'energy', resolution: 'PT15M' })
  await client.openChannel(channel.opening.statement.bytes)
  const chapter = await channel.openChapter()
  await client.openChapter(chapter.statement.bytes)
  const epoch = await channel.openEpoch()
  const first = await channel.seal(readings(count, { step: QUARTER, classes: 'energy' }), now)
  const taken = await client.postBlocks(channel.id, [epoch.opened.statement.bytes, first.bytes])
  if (taken.taken !== 2 || first.body === null) throw new Error('The first block was not taken')

  const { body } = first
  const bodyDigest = sha256(body)
  const head = [`Content-Type: ${CBOR_SEQUENCE}`]
  const line = `POST /v1/channels/${channel.name}/blocks`
  const step = count * QUARTER
  let [seq, prev] = channel.head()
  let from = first.header.from

  async function nextBlock(): Promise<Bytes> {
    seq += 1
    from += step
    const members = {
      v: 1,
      channel: channel.id,
      chapter: 0,
      epoch: 0,
      seq,
      prev,
      salt: crypto.getRandomValues(new Uint8Array(16)),
      sealed: now,
      from,
      to: from + step - QUARTER,
      count,
    }
    const header = protectedHeader('kilowit/block', device.signer, Object.entries(members))
    const signed = encode(['Signature1', header, new Uint8Array(0), bodyDigest])
    prev = sha256(signed)
    // Whoever is called next needs `prev`, not the signature: they are made side by side.
    const parts: CborValue = [header, {}, bodyDigest, await device.signer.sign(signed)]
    return joinBlock(encode(parts), body)
  }

  let posts: Uint8Array[] = []
  let at = 0
  return {
    channel,
    client,
    owner: owner.signer,
    publicKey: device.signing.publicKey,
    sample: first,
    async prepare(wanted) {
      posts = posts.slice(at)
      at = 0
      while (posts.length < wanted) {
        const items = await Promise.all(Array.from({ length: size.blocks }, nextBlock))
        posts.push(request(line, head, concat(...items)))
      }
    },
    ready: () => posts[at++] ?? null,
    used: () => at,
  }
}

function sha256(bytes: Uint8Array): Bytes {
  return new Uint8Array(createHash('sha256').update(bytes).digest())
}
