import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, fromHex, toHex } from '../../shared/bytes.ts'
import { readIdentity, wasSignedBy } from '../../shared/identity/identity.ts'
import { pairingHolds, parsePairing } from '../../shared/identity/pairing.ts'
import { parseAcknowledgement } from '../../shared/seal/acknowledgement.ts'
import { readBlock } from '../../shared/seal/block.ts'
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
    made = await makeExample({
      enc: toHex(vector('epoch enc')),
      sealed: toHex(vector('epoch sealed')),
    })
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
})
