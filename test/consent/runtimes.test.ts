/** Grants and wraps in four real runtimes: what one seals, another opens, to the same bytes. */
import { suiteOf } from '../../shared/identity/hpke.ts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, fromHex, toHex } from '../../shared/bytes.ts'
import {
  type Grant,
  openGrant,
  openGrantKey,
  type OpeningKey,
  sealGrantKey,
} from '../../shared/consent/grant.ts'
import { makeTerms } from '../../shared/consent/terms.ts'
import { importGrantKey, ownerHead, wrapBlockKey, wrapEpoch } from '../../shared/consent/wrap.ts'
import { SEAL_SIZES, type SealAlgorithm } from '../../shared/identity/keys.ts'
import { rawBlockKey } from '../../shared/seal/epoch-key.ts'
import { FOUR_RUNTIMES, type FourRuntimes, prepare } from '../rig/four-runtimes.ts'
import { createHousehold } from '../rig/household.ts'
import { createProvider, random } from './people.ts'
import type { Answer, Question } from './runtimes-entry.ts'

const NOW = 1_767_225_600
const ALGORITHMS = ['X25519', 'P-256', 'X-Wing'] as const

/** The private key as it is handed over, and the pair to open with here. */
async function pairOf(algorithm: SealAlgorithm): Promise<{ key: OpeningKey; privateKey: Bytes }> {
  if (algorithm === 'X-Wing') {
    const suite = await suiteOf(algorithm)
    const pair = await suite.GenerateKeyPair(true)
    const privateKey = new Uint8Array(await suite.SerializePrivateKey(pair.privateKey))
    const publicKey = new Uint8Array(await suite.SerializePublicKey(pair.publicKey))
    return { key: { algorithm, privateKey, publicKey }, privateKey }
  }
  const parameters = algorithm === 'X25519'
    ? { name: 'X25519' }
    : { name: 'ECDH', namedCurve: 'P-256' }
  const pair = await crypto.subtle.generateKey(parameters, true, ['deriveBits'])
  if (!('privateKey' in pair)) throw new TypeError('Expected a key pair')
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey))
  return { key: { algorithm, privateKey: pair.privateKey, publicKey }, privateKey: pkcs8 }
}

describe('grants and wraps', () => {
  let runtimes: FourRuntimes
  let question: Question
  const grantKey = random(32)
  const grants: { readonly content: Grant; readonly key: OpeningKey }[] = []
  const answers = new Map<string, Answer>()

  beforeAll(async () => {
    const household = await createHousehold({ now: NOW })
    const provider = await createProvider(NOW)
    const channel = await household.openChannel()
    await channel.openChapter()
    const { raw, key: epochKey, opened } = await channel.openEpoch()
    const block = await channel.seal()
    const terms = makeTerms({
      channels: [channel.id],
      purposes: ['research'],
      from: NOW,
      until: NOW + 86_400,
      history: NOW,
    })
    const asked: Question['grants'][number][] = []
    for (const algorithm of ALGORITHMS) {
      const { key, privateKey } = await pairOf(algorithm)
      const name = {
        grant: random(16),
        owner: household.owner.identity.id,
        to: provider.identity.id,
        toKey: 1,
      }
      const { content, statement } = await openGrant({
        ...name,
        ...await sealGrantKey(grantKey, name, terms, key),
        terms,
        request: null,
        receipt: null,
        replaces: null,
        at: NOW,
      }, household.owner.signer)
      grants.push({ content, key })
      asked.push({
        algorithm,
        privateKey: toHex(privateKey),
        publicKey: toHex(key.publicKey),
        grant: toHex(statement.bytes),
      })
    }
    const head = await ownerHead(random(16), random(32))
    const place = { channel: channel.id, epoch: 0, head }
    const wrapping = await importGrantKey(grantKey)
    const blockKey = await rawBlockKey(epochKey, channel.id, 0, block.header.salt)
    question = {
      grants: asked,
      epoch: toHex(opened.statement.bytes),
      epochKey: toHex(raw),
      head: toHex(head),
      wrapped: toHex(await (await wrapEpoch(raw, place))(wrapping)),
      wrappedBlock: toHex(await (await wrapBlockKey(blockKey, { ...place, seq: 0 }))(wrapping)),
      block: toHex(block.bytes),
    }
    runtimes = await prepare(new URL('./runtimes-entry.ts', import.meta.url), question)
    for (const name of FOUR_RUNTIMES) answers.set(name, await runtimes[name]() as Answer)
  }, 120_000)

  afterAll(() => runtimes?.close())

  it.each(FOUR_RUNTIMES)('%s opens the grant key with each kind of sealing key', (name) => {
    expect(answers.get(name)?.keys).toEqual(ALGORITHMS.map(() => toHex(grantKey)))
  })

  it.each(FOUR_RUNTIMES)('what %s seals to each kind of key is opened here', async (name) => {
    for (const [i, { content, key }] of grants.entries()) {
      const { enc = '', sealed = '' } = answers.get(name)?.sealed[i] ?? {}
      expect(fromHex(enc)).toHaveLength(SEAL_SIZES[key.algorithm].enc)
      const made = { ...content, enc: fromHex(enc), sealed: fromHex(sealed) }
      expect(await openGrantKey(made, key)).toEqual(grantKey)
    }
  })

  it.each(FOUR_RUNTIMES)('%s opens blocks by wrapped keys, and wraps to the same bytes', (name) => {
    const { readings, wrapped, wrappedBlock, refused } = answers.get(name) ?? {}
    expect(readings).toEqual([1, 1])
    expect(wrapped).toBe(question.wrapped)
    expect(wrappedBlock).toBe(question.wrappedBlock)
    expect(refused).toContain('WrapError: Wrapped key is not of block 1')
  })
})
