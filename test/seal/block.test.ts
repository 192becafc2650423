import { beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, concat, equal } from '../../shared/bytes.ts'
import { type CborValue, encode, splitArray } from '../../shared/cbor.ts'
import { wasSignedBy } from '../../shared/identity/identity.ts'
import type { Algorithm } from '../../shared/identity/profile.ts'
import { protectedHeader, sha256, signProtected } from '../../shared/identity/statement.ts'
import {
  type Block,
  BlockError,
  joinBlock,
  MAX_BODY,
  openBlock,
  openBlockWithKey,
  readBlock,
} from '../../shared/seal/block.ts'
import { writeColumns } from '../../shared/seal/columns.ts'
import {
  blockKey,
  checkEpochKey,
  EpochKeyError,
  unsealEpochKey,
} from '../../shared/seal/epoch-key.ts'
import { createHousehold, type Household, readings, type TestChannel } from '../rig/household.ts'
import { withTwin } from '../identity/twin.ts'

const NOW = 1_767_225_600
const SALT = new Uint8Array(16).fill(7)

async function world(algorithm: Algorithm = 'EdDSA') {
  const household = await createHousehold({ now: NOW, algorithm })
  const channel = await household.openChannel()
  await channel.openChapter()
  await channel.openEpoch()
  return { household, channel }
}

let household: Household
let channel: TestChannel
beforeAll(async () => {
  ;({ household, channel } = await world())
})

function keyOf(of: TestChannel, epoch = 0): CryptoKey {
  const key = of.epochs[epoch]?.key
  if (key === undefined) throw new Error('No such epoch')
  return key
}

/** The header's members, in the order of no particular encoding. */
function membersOf(block: Block, changes: Record<string, CborValue>): [string, CborValue][] {
  const { resealed: _, ...header } = block.header
  return Object.entries<CborValue>({ ...header, ...changes })
}

/** A block of the device whose header has `changes`, its body sealed under that very header. */
async function lie(block: Block, changes: Record<string, CborValue>): Promise<Bytes> {
  const { signer } = household.device
  const header = protectedHeader('kilowit/block', signer, membersOf(block, changes))
  const key = await blockKey(keyOf(channel), channel.id, 0, block.header.salt)
  const body = new Uint8Array(
    await crypto.subtle.encrypt(
      { name: 'AES-GCM', iv: new Uint8Array(12), additionalData: header },
      key,
      writeColumns(readings(3)),
    ),
  )
  return joinBlock((await signProtected(header, await sha256(body), signer)).bytes, body)
}

describe('a block', () => {
  it('comes back with its readings', async () => {
    const sealed = await channel.forge(readings(5))
    const read = await readBlock(sealed.bytes)
    expect(read).toEqual(sealed)
    expect(read.header).toMatchObject({ v: 1, seq: 0, count: 5, epoch: 0, chapter: 0 })
    expect(read.header).not.toHaveProperty('resealed')
    expect(await openBlock(read, keyOf(channel))).toEqual(readings(5))
    expect((read.body?.length ?? 0) % 256).toBe(16) // the tag of A256GCM
  })

  it.for<[Algorithm]>([['EdDSA'], ['ES256']])(
    'is refused with any bit of any byte flipped, signed with %s',
    async ([algorithm]) => {
      const { household, channel } = await world(algorithm)
      const { bytes } = await channel.forge(readings(1))
      const { identity } = household.device
      let unparsed = 0
      let unsigned = 0
      for (let at = 0; at < bytes.length; at++) {
        const flipped = bytes.slice()
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (at % 8))
        const block = await readBlock(flipped).catch(() => null)
        if (block === null) {
          unparsed++
          continue
        }
        unsigned++
        expect(await wasSignedBy(block.statement, identity), `byte ${at}`).toBe(false)
      }
      expect(unparsed + unsigned).toBe(bytes.length)
      expect(unparsed).toBeGreaterThan(256)
      expect(unsigned).toBeGreaterThan(64)
    },
  )

  it('is the same block with the twin of its ES256 signature', async () => {
    const { household, channel } = await world('ES256')
    const block = await channel.forge(readings(1))
    const twin = await readBlock(joinBlock(withTwin(block.statement.bytes), block.body))
    expect(twin.bytes).not.toEqual(block.bytes)
    expect(await wasSignedBy(twin.statement, household.device.identity)).toBe(true)
    expect(twin.id).toEqual(block.id)
  })

  it('keeps signature and place when its body is erased', async () => {
    const block = await channel.forge(readings(2))
    const erased = await readBlock(joinBlock(block.statement.bytes, null))
    expect(erased.id).toEqual(block.id)
    expect(erased.body).toBeNull()
    expect(await wasSignedBy(erased.statement, household.device.identity)).toBe(true)
    await expect(openBlock(erased, keyOf(channel))).rejects.toThrow('Body was erased')
  })

  it('refuses the body of another block', async () => {
    const [one, two] = [await channel.forge(readings(1)), await channel.forge(readings(1))]
    await expect(readBlock(joinBlock(one.statement.bytes, two.body))).rejects.toThrow(
      new BlockError('Body is not the one that was signed'),
    )
  })

  it('refuses parts too many, too few, too large, of another kind', async () => {
    const { statement, body } = await channel.forge(readings(1))
    const array = (count: number, ...parts: Bytes[]) =>
      concat(new Uint8Array([0x80 + count]), ...parts)
    const encodedBody = encode(body)
    const large = new Uint8Array(MAX_BODY + 1)
    for (
      const bytes of [
        array(1, statement.bytes),
        array(3, statement.bytes, encodedBody, encodedBody),
        array(2, statement.bytes, encode('text')),
        array(2, statement.bytes, encode(0)),
        array(2, statement.bytes, encode([body])),
        concat(array(2, statement.bytes, encodedBody), new Uint8Array(1)),
        joinBlock(statement.bytes, large),
        channel.opening.statement.bytes,
        joinBlock(channel.opening.statement.bytes, body),
      ]
    ) {
      await expect(readBlock(bytes)).rejects.toThrow(
        /^(Expected|Bytes left over|Body is larger)/,
      )
    }
  })

  it.for<[string, Record<string, CborValue>]>([
    ['another version', { v: 2 }],
    ['a further member', { more: 1 }],
    ['resealed: false', { resealed: false }],
    ['a short channel', { channel: new Uint8Array(15) }],
    ['a short salt', { salt: new Uint8Array(15) }],
    ['a negative seq', { seq: -1 }],
    ['no reading', { count: 0 }],
    ['too many readings', { count: 4097 }],
    ['an end before the beginning', { from: 2, to: 1 }],
    ['an epoch over 32 bits', { epoch: 2 ** 32 }],
    ['a seq over 53 bits', { seq: 2n ** 53n }],
  ])('refuses a header with %s', async ([, changes]) => {
    const block = await channel.forge(readings(3))
    await expect(lie(block, changes)).resolves.toBeInstanceOf(Uint8Array)
    await expect(readBlock(await lie(block, changes))).rejects.toThrow(/^Block /)
  })
})

describe('opening a block', () => {
  it('tells a header that lies of its readings', async () => {
    const block = await channel.forge(readings(3))
    const { from, to } = block.header
    expect(await openBlock(await readBlock(await lie(block, {})), keyOf(channel))).toHaveLength(3)
    for (const changes of [{ count: 2 }, { from: from - 1 }, { to: to + 1 }, { from: from + 1 }]) {
      const lying = await readBlock(await lie(block, changes))
      expect(await wasSignedBy(lying.statement, household.device.identity)).toBe(true)
      await expect(openBlock(lying, keyOf(channel))).rejects.toThrow(
        'Readings are not what the header says',
      )
    }
  })

  it('needs the key of its epoch, its channel and its own salt', async () => {
    await channel.openEpoch()
    const block = await channel.forge(readings(1), { epoch: 0 })
    const cannot = new BlockError('Body cannot be opened with this key')
    await expect(openBlock(block, keyOf(channel, 1))).rejects.toThrow(cannot)
    const other = await channel.forge(readings(1), { epoch: 0 })
    expect(equal(block.header.salt, other.header.salt)).toBe(false)
    const { salt } = block.header
    const own = await blockKey(keyOf(channel), channel.id, 0, salt)
    expect(await openBlockWithKey(block, own)).toEqual(readings(1))
    await expect(openBlockWithKey(other, own)).rejects.toThrow(cannot)
    for (
      const [of, epoch, with_] of [
        [channel.id, 1, salt],
        [new Uint8Array(16), 0, salt],
        [channel.id, 0, SALT],
      ] as const
    ) {
      const key = await blockKey(keyOf(channel), of, epoch, with_)
      await expect(openBlockWithKey(block, key)).rejects.toThrow(cannot)
    }
  })

  it('fails when the body was moved under another header', async () => {
    const block = await channel.forge(readings(1), { epoch: 0 })
    const { signer } = household.device
    const header = protectedHeader('kilowit/block', signer, membersOf(block, { seq: 9 }))
    const statement = await signProtected(header, block.statement.payload, signer)
    const moved = await readBlock(joinBlock(statement.bytes, block.body))
    await expect(openBlock(moved, keyOf(channel))).rejects.toThrow(BlockError)
  })
})

describe('the key of an epoch', () => {
  it('is opened by the owner, and only when it is the one committed to', async () => {
    const { sealing } = household.owner
    const { opened, raw } = await channel.openEpoch()
    expect(await unsealEpochKey(opened.content, sealing.algorithm, sealing)).toEqual(raw)
    const forged = { ...opened.content, commitment: new Uint8Array(32) }
    await expect(unsealEpochKey(forged, sealing.algorithm, sealing)).rejects.toThrow(EpochKeyError)
    const renamed = { ...opened.content, chapter: 1 }
    await expect(unsealEpochKey(renamed, sealing.algorithm, sealing)).rejects.toThrow(EpochKeyError)
    const wrong = raw.slice()
    wrong[0] = (wrong[0] ?? 0) ^ 1
    await expect(checkEpochKey(wrong, opened.content)).rejects.toThrow(
      'is not the one its opening commits to',
    )
    await expect(checkEpochKey(raw, forged)).rejects.toThrow(EpochKeyError)
    await expect(checkEpochKey(raw, opened.content)).resolves.toBeInstanceOf(CryptoKey)
  })
})

describe('the parts of a block', () => {
  it('are a COSE_Sign1 over the hash of the body, with an empty unprotected header', async () => {
    const block = await channel.forge(readings(1))
    const [statement = new Uint8Array()] = splitArray(block.bytes)
    const [, unprotected] = splitArray(statement)
    expect(unprotected).toEqual(new Uint8Array([0xa0]))
    expect(block.statement.payload).toEqual(await sha256(block.body ?? new Uint8Array()))
  })
})
