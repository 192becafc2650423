import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, equal, fromHex } from '../../shared/bytes.ts'
import { openGrantKey, parseGrant } from '../../shared/consent/grant.ts'
import { parseEvent, readHistory, rebuild } from '../../shared/consent/history.ts'
import { checkSteps, parseStep, stateAt } from '../../shared/consent/steps.ts'
import { encodeTerms } from '../../shared/consent/terms.ts'
import {
  importGrantKey,
  isListOf,
  ownerHead,
  parseWrapList,
  parseWraps,
  unwrapBlockKey,
  unwrapEpoch,
} from '../../shared/consent/wrap.ts'
import { readIdentity, wasSignedBy } from '../../shared/identity/identity.ts'
import { pairingHolds, parsePairing } from '../../shared/identity/pairing.ts'
import { parseAcknowledgement } from '../../shared/seal/acknowledgement.ts'
import { openBlock, openBlockWithKey, readBlock } from '../../shared/seal/block.ts'
import { parseChannel, parseChapter, parseEpoch } from '../../shared/seal/channel.ts'
import { checkEpochKey, unsealEpochKey } from '../../shared/seal/epoch-key.ts'
import { createChannelVerifier } from '../../shared/seal/verify.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { keyOf, makeExample, READINGS } from './example.ts'

const page = readFileSync(new URL('../../docs/format.md', import.meta.url), 'utf8')

/** The vectors as they stand on the page: a name, then indented lines of hex. */
function vectorsOf(text: string): Map<string, string> {
  const section = /```vectors\n([^`]*)```/.exec(text)?.[1] ?? ''
  const found = new Map<string, string>()
  let name = ''
  for (const line of section.split('\n')) {
    if (line.startsWith('  ')) found.set(name, (found.get(name) ?? '') + line.trim())
    else name = line
  }
  return found
}

const vectors = vectorsOf(page)

function vector(name: string): Bytes {
  const hex = vectors.get(name)
  if (hex === undefined) throw new Error(`docs/format.md has no vector named ${name}`)
  return fromHex(hex)
}

describe('vectors of docs/format.md', () => {
  let made: Map<string, string>
  beforeAll(async () => {
    made = await makeExample((name) => ({
      enc: vector(`${name} enc`),
      sealed: vector(`${name} sealed`),
    }))
  })

  test('the page has every vector and no other', () => {
    expect([...vectors.keys()]).toEqual([...made.keys()])
    expect(vectors.size).toBeGreaterThan(30)
  })

  test.for([...vectors.keys()])('%s is what the code makes', (name) => {
    expect(made.get(name)).toBe(vectors.get(name))
  })

  test('a reader who has only the page opens and verifies the channel', async () => {
    const owner = await readIdentity([vector('owner, change 0'), vector('owner, change 1')])
    const device = await readIdentity([vector('device, change 0')])
    const operator = await readIdentity([vector('operator, change 0')])
    expect(owner.keys.map((key) => key.index)).toEqual([1, 2, 3])
    const pairing = parsePairing(vector('pairing'))
    expect(await pairingHolds(pairing, owner, device)).toBe(true)

    const epoch = parseEpoch(vector('epoch opening'))
    const raw = await unsealEpochKey(epoch.content, 'X25519', await keyOf('owner seal'))
    expect(raw).toEqual(vector('epoch key'))

    const read: Reading[] = []
    const verifier = await createChannelVerifier({
      identities: [owner, device, operator],
      pairings: [pairing],
      opening: parseChannel(vector('channel opening')),
      chapters: [parseChapter(vector('chapter opening'))],
      epochs: [epoch],
    }, {
      epochKey: async (content) => await checkEpochKey(raw, content),
      opened: (_, readings) => read.push(...readings),
    })
    for (const seq of [0, 1]) {
      const block = await readBlock(vector(`block ${seq}`))
      expect(block.id).toEqual(vector(`block ${seq}, id`))
      expect(await verifier.add(block)).toBeNull()
    }
    expect(read).toEqual([...READINGS, ...READINGS])

    const { content, statement } = parseAcknowledgement(vector('acknowledgement of block 1'))
    expect(content.block).toEqual(vector('block 1, id'))
    expect(await wasSignedBy(statement, operator)).toBe(true)
  })

  test('the provider of the page reads the block it was given, with its own key', async () => {
    const owner = await readIdentity([vector('owner, change 0'), vector('owner, change 1')])
    const device = await readIdentity([vector('device, change 0')])
    const provider = await readIdentity([vector('provider, change 0')])
    const grant = parseGrant(vector('grant'))
    const step = parseStep(vector('step 1'))
    const standing = await checkSteps(grant, [step], { owner, recipient: provider })
    expect(stateAt(standing, grant.content.at)).toEqual({ phase: 'paused' })
    expect(encodeTerms(grant.content.terms)).toEqual(vector('terms'))

    const key = await keyOf('provider seal')
    const raw = await openGrantKey(grant.content, { algorithm: 'X25519', ...key })
    expect(raw).toEqual(vector('grant key'))
    const grantKey = await importGrantKey(raw)
    const epoch = parseEpoch(vector('epoch opening')).content
    const head = vector('owner head')
    const epochKey = await unwrapEpoch(vector('epoch key, wrapped'), grantKey, epoch, head)
    expect(await openBlock(await readBlock(vector('block 0')), epochKey)).toEqual(READINGS)
    const place = { channel: epoch.channel, epoch: 0, seq: 1, head }
    const blockKey = await unwrapBlockKey(vector('key of block 1, wrapped'), grantKey, place)
    const second = await readBlock(vector('block 1'))
    expect(await openBlockWithKey(second, blockKey)).toEqual(READINGS)

    const batch = parseWraps(vector('wraps of epoch 0'))
    expect(await wasSignedBy(batch.statement, device)).toBe(true)
    expect(await isListOf(batch.content, vector('list of wraps'))).toBe(true)
    const { blind, seen } = batch.content
    expect(await ownerHead(blind, seen)).toEqual(head)
    expect(parseWrapList(vector('list of wraps'))).toEqual([
      { grant: grant.content.grant, wrapped: vector('epoch key, wrapped') },
    ])
  })

  test('the history of the page holds and comes to its grant, with the owner’s own copy', async () => {
    const owner = await readIdentity([vector('owner, change 0')])
    const device = await readIdentity([vector('device, change 0')])
    const provider = await readIdentity([vector('provider, change 0')])
    const events = [0, 1, 2].map((i) => parseEvent(vector(`event ${i}`)))
    const history = await readHistory(events, { owner, devices: [device] })
    const grant = parseGrant(vector('grant'))
    const steps = [parseStep(vector('step 1'))]
    const rebuilt = await rebuild(history, owner, {
      grants: [grant],
      steps,
      recipients: [provider],
    })
    expect([...rebuilt.grants.values()].map(({ step }) => step)).toEqual([1])
    const [granted] = events
    if (granted?.content.what !== 'granted' || granted.content.copy === null) {
      throw new Error('Event 0 has no copy')
    }
    const copy = { ...grant.content, ...granted.content.copy, to: owner.id }
    const key = await keyOf('owner seal')
    const raw = await openGrantKey(copy, { algorithm: 'X25519', ...key })
    expect(equal(raw, vector('grant key'))).toBe(true)
  })
})
