/**
 * What runs in every runtime: grants opened with each kind of key, wraps opened and made.
 *
 * @module
 */
import { fromHex, toHex } from '../../shared/bytes.ts'
import {
  openGrantKey,
  type OpeningKey,
  parseGrant,
  sealGrantKey,
} from '../../shared/consent/grant.ts'
import {
  importGrantKey,
  unwrapBlockKey,
  unwrapEpoch,
  wrapBlockKey,
  wrapEpoch,
} from '../../shared/consent/wrap.ts'
import { importPrivateKey, type SealAlgorithm } from '../../shared/identity/keys.ts'
import { openBlock, openBlockWithKey, readBlock } from '../../shared/seal/block.ts'
import { parseEpoch } from '../../shared/seal/channel.ts'
import { rawBlockKey } from '../../shared/seal/epoch-key.ts'

/** All bytes in hex. */
export interface Question {
  /** One to each kind of key: the private key is PKCS #8, or X-Wing's seed. */
  readonly grants: readonly {
    readonly algorithm: SealAlgorithm
    readonly privateKey: string
    readonly publicKey: string
    readonly grant: string
  }[]
  readonly epoch: string
  readonly epochKey: string
  readonly head: string
  readonly wrapped: string
  readonly wrappedBlock: string
  readonly block: string
}

export interface Answer {
  /** The grant keys that were opened. */
  readonly keys: readonly string[]
  /** The same, sealed here to the same recipients. */
  readonly sealed: readonly { readonly enc: string; readonly sealed: string }[]
  /** How many readings came out, by the epoch's key and by the block's. */
  readonly readings: readonly [number, number]
  readonly wrapped: string
  readonly wrappedBlock: string
  /** What a wrap of another place came to. */
  readonly refused: string
}

export async function answer(question: Question): Promise<Answer> {
  const keys: string[] = []
  const sealed: { enc: string; sealed: string }[] = []
  for (const { algorithm, privateKey, publicKey, grant } of question.grants) {
    const { content } = parseGrant(fromHex(grant))
    const pair = { publicKey: fromHex(publicKey) }
    const key: OpeningKey = algorithm === 'X-Wing'
      ? { ...pair, algorithm, privateKey: fromHex(privateKey) }
      : { ...pair, algorithm, privateKey: await importPrivateKey(algorithm, fromHex(privateKey)) }
    const raw = await openGrantKey(content, key)
    keys.push(toHex(raw))
    const made = await sealGrantKey(raw, content, content.terms, key)
    sealed.push({ enc: toHex(made.enc), sealed: toHex(made.sealed) })
  }
  const grantKey = await importGrantKey(fromHex(keys[0] ?? ''))
  const { content: epoch } = parseEpoch(fromHex(question.epoch))
  const block = await readBlock(fromHex(question.block))
  const place = { channel: epoch.channel, epoch: epoch.epoch, head: fromHex(question.head) }
  const blockPlace = { ...place, seq: block.header.seq }
  const epochKey = await unwrapEpoch(fromHex(question.wrapped), grantKey, epoch, place.head)
  const blockKey = await unwrapBlockKey(fromHex(question.wrappedBlock), grantKey, blockPlace)
  const raw = await rawBlockKey(epochKey, place.channel, place.epoch, block.header.salt)
  const elsewhere = { ...blockPlace, seq: block.header.seq + 1 }
  return {
    keys,
    sealed,
    readings: [
      (await openBlock(block, epochKey)).length,
      (await openBlockWithKey(block, blockKey)).length,
    ],
    wrapped: toHex(await (await wrapEpoch(fromHex(question.epochKey), place))(grantKey)),
    wrappedBlock: toHex(await (await wrapBlockKey(raw, blockPlace))(grantKey)),
    refused: await unwrapBlockKey(fromHex(question.wrappedBlock), grantKey, elsewhere)
      .then(() => 'opened', (error: unknown) => String(error)),
  }
}
