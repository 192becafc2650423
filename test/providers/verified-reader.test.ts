/**
 * What a provider is shown of a channel: readings that hold, what is missing where it is missing,
 * and, for a platform that forges, leaves out or reorders, the block and the reason.
 *
 * @module
 */
import { beforeEach, describe, expect, test } from 'vitest'
import type { GivenKeys } from '../../shared/api/given-opener.ts'
import { ReadFault } from '../../shared/api/read-fault.ts'
import {
  createVerifiedReader,
  type Place,
  type ReaderItem,
  type VerifiedReaderOptions,
} from '../../shared/api/verified-reader.ts'
import { type Bytes, concat, equal, toHex } from '../../shared/bytes.ts'
import { encode } from '../../shared/cbor.ts'
import { type Block, joinBlock } from '../../shared/seal/block.ts'
import { blockKey } from '../../shared/seal/epoch-key.ts'
import { createHousehold, type Household, readings, type TestChannel } from '../rig/household.ts'
import { all } from '../server/platform.ts'

const NOW = 1_763_000_040
const START = NOW - (NOW % 60)

interface Served {
  blocks: Bytes[]
  /** Number of the first epoch given. */
  firstEpoch: number
  /** Epochs whose key the grant has given. */
  keys: Set<number>
  /** Keys of single blocks by seq. */
  blockKeys: Set<number>
  refreshes: number
  onRefresh: () => void
}

let household: Household
let channel: TestChannel
let served: Served

beforeEach(async () => {
  household = await createHousehold({ now: NOW })
  channel = await household.openChannel()
  await channel.openChapter()
  await channel.openEpoch()
  for (let i = 0; i < 3; i++) await channel.seal()
  await channel.openEpoch()
  for (let i = 0; i < 3; i++) await channel.seal()
  served = {
    blocks: channel.blocks.map((block) => block.bytes),
    firstEpoch: 0,
    keys: new Set([0, 1]),
    blockKeys: new Set(),
    refreshes: 0,
    onRefresh: () => undefined,
  }
})

const members = () => [household.owner, household.device, ...others]
const others: Household['device'][] = []
beforeEach(() => void (others.length = 0))

/** A platform that gives what `served` says. */
const client: VerifiedReaderOptions['client'] = {
  channel: (id) =>
    Promise.resolve({
      channel: id,
      opening: channel.opening.statement.bytes,
      chapters: channel.chapters.map(({ statement }) => statement.bytes),
      head: { seq: channel.head()[0], id: channel.head()[1] },
      epoch: channel.epochs.length - 1,
      updated: NOW,
    }),
  async *epochs(_, after = -1) {
    for (const { opened: { content, statement } } of channel.epochs) {
      if (content.epoch > after && content.epoch >= served.firstEpoch) yield statement.bytes
    }
  },
  identity: (id) => {
    const found = members().find(({ identity }) => equal(identity.id, id))
    if (found === undefined) throw new Error(`Nobody is ${toHex(id)}`)
    const { kind, changes } = found.identity
    return Promise.resolve({ id, kind, changes: [...changes] })
  },
  async *blocks(_, { after = -1 } = {}) {
    yield* servedAfter(after)
  },
  async *stream(_, { after }) {
    for (const block of servedAfter(after)) yield { seq: 0, block }
  },
}

function servedAfter(after: number): Bytes[] {
  return served.blocks.slice(after + 1 - (channel.blocks.length - served.blocks.length))
}

const keys: GivenKeys = {
  epochKey: ({ epoch }) =>
    Promise.resolve(served.keys.has(epoch) ? channel.epochs[epoch]?.key ?? null : null),
  blockKey: async ({ header: { seq, epoch, salt } }) => {
    const key = channel.epochs[epoch]?.key
    if (key === undefined || !served.blockKeys.has(seq)) return null
    return await blockKey(key, channel.id, epoch, salt)
  },
  refresh: () => {
    served.refreshes++
    served.onRefresh()
    return Promise.resolve()
  },
}

function reader(more: Partial<VerifiedReaderOptions> = {}) {
  const owner = household.owner.identity.id
  return createVerifiedReader({ client, channel: channel.id, owner, history: START, keys, ...more })
}

const words = (items: readonly ReaderItem[]) =>
  items.map((item) => item.kind === 'reading' ? `${item.seq}` : `${item.why} ${item.seq}`)

async function fault(work: Promise<unknown>): Promise<[number | null, string] | null> {
  const error = await work.then(() => null, (error: unknown) => error)
  if (error !== null && !(error instanceof ReadFault)) throw error
  return error === null ? null : [error.seq, error.reason]
}

/** A block whose last byte, of its signature, is another. */
function withSignatureChanged(seq: number): Bytes {
  const { statement, body } = blockAt(seq)
  const bytes = statement.bytes.slice()
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
  return joinBlock(bytes, body)
}

function blockAt(seq: number): Block {
  const block = channel.blocks[seq]
  if (block === undefined) throw new Error(`There is no block ${seq}`)
  return block
}

test('all readings of a channel come in order, with the block that each is in', async () => {
  const items = await all(reader().read())
  expect(words(items)).toEqual(['0', '1', '2', '3', '4', '5'])
  const [first] = items
  expect(first?.kind === 'reading' && first.reading).toEqual(
    readings(1, { from: START })[0],
  )
  expect(first?.kind === 'reading' && equal(first.block, blockAt(0).id)).toBe(true)
})

describe('what does not hold is named by its block and the reason', () => {
  test('a signature changed by a bit', async () => {
    served.blocks[5] = withSignatureChanged(5)
    expect(await fault(all(reader().read()))).toEqual([5, 'signature-does-not-hold'])
  })

  test('each of the blocks that come one by one', async () => {
    served.blocks[2] = withSignatureChanged(2)
    const live = reader({ client: { ...client, blocks: () => every<Bytes>([]) } })
    expect(await fault(all(live.follow(new AbortController().signal))))
      .toEqual([2, 'signature-does-not-hold'])
  })

  test('of many that come together the first, when the newest does not vouch for them', async () => {
    for (const seq of [2, 5]) served.blocks[seq] = withSignatureChanged(seq)
    const items: ReaderItem[] = []
    const read = async () => {
      for await (const item of reader().read()) items.push(item)
    }
    expect(await fault(read())).toEqual([2, 'signature-does-not-hold'])
    expect(words(items)).toEqual(['0', '1'])
  })

  test('a block that somebody else signed', async () => {
    const { device } = await household.addDevice()
    const seq = 5
    const forged = await channel.forge(readings(1), {
      by: device.signer,
      seq,
      prev: blockAt(4).id,
    })
    served.blocks[seq] = forged.bytes
    expect(await fault(all(reader().read()))).toEqual([seq, 'block-of-other-device'])
  })

  test('a block in the device’s name that the device did not sign', async () => {
    const { device } = await household.addDevice()
    const by = { ...device.signer, identity: household.device.identity.id }
    const forged = await channel.forge(readings(1), { by, seq: 5, prev: blockAt(4).id })
    served.blocks[5] = forged.bytes
    expect(await fault(all(reader().read()))).toEqual([5, 'signature-does-not-hold'])
  })

  test('a body that is another block’s', async () => {
    served.blocks[3] = joinBlock(blockAt(3).statement.bytes, blockAt(4).body)
    expect(await fault(all(reader().read()))).toEqual([3, 'block-malformed'])
  })

  test('a block left out', async () => {
    served.blocks.splice(4, 1)
    const left = reader({ client: { ...client, blocks: () => every(served.blocks) } })
    expect(await fault(all(left.read()))).toEqual([5, 'block-missing'])
  })

  test('two blocks in each other’s place', async () => {
    const [one, other] = [blockAt(1).bytes, blockAt(2).bytes]
    served.blocks.splice(1, 2, other, one)
    expect(await fault(all(reader().read()))).toEqual([2, 'block-missing'])
  })

  test('a block again', async () => {
    served.blocks[2] = blockAt(1).bytes
    expect(await fault(all(reader().read()))).toEqual([1, 'block-does-not-follow'])
  })

  test('the opening of an epoch that the device did not sign', async () => {
    const { device } = await household.addDevice()
    await channel.openEpoch({}, { ...device.signer, identity: household.device.identity.id })
    served.blocks.push((await channel.seal()).bytes)
    expect(await fault(all(reader().read()))).toEqual([null, 'epoch-not-signed'])
  })

  test('a channel of another owner than the one who signed the grant', async () => {
    const owner = household.device.identity.id
    expect(await fault(all(reader({ owner }).read()))).toEqual([null, 'opening-of-other-owner'])
  })

  test('a key that is not the epoch’s', async () => {
    const epochKey = () => Promise.resolve(channel.epochs[0]?.key ?? null)
    expect(await fault(all(reader({ keys: { ...keys, epochKey } }).read())))
      .toEqual([3, 'key-does-not-open'])
  })

  test('bytes that are no block', async () => {
    served.blocks[1] = encode(['no', 'block'])
    expect(await fault(all(reader().read()))).toEqual([1, 'block-malformed'])
  })

  test('readings of another meter within a chapter', async () => {
    const other = readings(1, { from: START + 600, meter: 'SIM0000000000002' })
    served.blocks.push((await channel.seal(other)).bytes)
    expect(await fault(all(reader().read()))).toEqual([6, 'meter-changed'])
  })
})

describe('what is missing is told where it is missing', () => {
  test('a block whose body is kept back, in its place', async () => {
    served.blocks[2] = joinBlock(blockAt(2).statement.bytes, null)
    const items = await all(reader().read())
    expect(words(items)).toEqual(['0', '1', 'withheld 2', '3', '4', '5'])
    expect(items[2]).toMatchObject({ from: START + 120, to: START + 120 })
  })

  test('time in which nothing was recorded', async () => {
    served.blocks.push((await channel.seal(readings(1, { from: START + 3600 }))).bytes)
    const items = await all(reader().read())
    expect(words(items).slice(5)).toEqual(['5', 'gap 6', '6'])
    expect(items[6]).toMatchObject({ from: START + 300, to: START + 3600 })
  })

  test('time inside one block in which nothing was recorded', async () => {
    const two = [...readings(1, { from: START + 360 }), ...readings(1, { from: START + 7200 })]
    served.blocks.push((await channel.seal(two)).bytes)
    expect(words(await all(reader().read())).slice(5)).toEqual(['5', '6', '6', 'gap 6'])
  })

  test('time before the first block that is given', async () => {
    served.blocks.splice(0, 3)
    const items = await all(reader({ history: START - 86_400 }).read())
    expect(words(items)).toEqual(['gap 3', '3', '4', '5'])
    expect(items[0]).toMatchObject({ from: START - 86_400, to: START + 180 })
  })

  test('more gaps than a checkpoint keeps', async () => {
    for (let i = 1; i <= 1010; i++) {
      await channel.seal(readings(1, { from: START + 400 + i * 1000 }))
    }
    served.blocks = channel.blocks.map((block) => block.bytes)
    const items = await all(reader().read())
    expect(items.filter((item) => item.kind === 'missing')).toHaveLength(1010)
  }, 60_000)

  test('a block that begins before the time that is given, which is no lost key', async () => {
    served.keys.delete(0)
    for (const seq of [1, 2]) served.blockKeys.add(seq)
    const items = await all(reader({ history: START + 1 }).read())
    expect(words(items)).toEqual(['begun-before 0', '1', '2', '3', '4', '5'])
    expect(served.refreshes).toBe(1)
  })

  test('a block that begins before it is not waited for', async () => {
    served.keys.delete(0)
    for (const seq of [1, 2]) served.blockKeys.add(seq)
    let waited = 0
    const patience = () => Promise.resolve(waited++ < 5)
    const live = reader({ history: START + 1, patience })
    expect(words(await all(live.follow(new AbortController().signal)))[0]).toBe('begun-before 0')
    expect(waited).toBe(0)
  })

  test('blocks whose key was not given', async () => {
    served.keys.delete(1)
    expect(words(await all(reader().read())))
      .toEqual(['0', '1', '2', 'locked 3', 'locked 4', 'locked 5'])
  })
})

describe('keys', () => {
  test('one that came since is asked for before a block is called locked', async () => {
    served.keys.delete(1)
    served.onRefresh = () => served.keys.add(1)
    expect(words(await all(reader().read()))).toEqual(['0', '1', '2', '3', '4', '5'])
    expect(served.refreshes).toBe(1)
  })

  test('one that is late is waited for as long as the reader has patience', async () => {
    served.keys.delete(1)
    served.onRefresh = () => void (served.refreshes === 3 && served.keys.add(1))
    const patient = reader({ patience: (asked) => Promise.resolve(asked < 5) })
    const { signal } = new AbortController()
    expect(words(await all(patient.follow(signal)))).toEqual(['0', '1', '2', '3', '4', '5'])
  })

  test('of single blocks open these and no other', async () => {
    served.keys.delete(0)
    served.blockKeys.add(2)
    expect(words(await all(reader().read())))
      .toEqual(['locked 0', 'locked 1', '2', '3', '4', '5'])
  })
})

describe('a place', () => {
  async function placeAfter(count: number): Promise<Place> {
    const first = reader()
    const items = first.read()
    for (let i = 0; i <= count; i++) await items.next()
    const place = first.place()
    if (place === null) throw new Error('There is no place')
    return JSON.parse(JSON.stringify(place)) // as it is kept
  }

  test('is gone on from, also in the middle of the chain and without what came before', async () => {
    const place = await placeAfter(4)
    expect(place.seq).toBe(3)
    expect(words(await all(reader({ place }).read()))).toEqual(['4', '5'])
  })

  test('finds that what was read is not what is there now', async () => {
    const place = await placeAfter(4)
    const id = 'A'.repeat(43)
    expect(await fault(all(reader({ place: { ...place, id } }).read())))
      .toEqual([4, 'block-does-not-follow'])
  })

  test('knows the meter of its chapter', async () => {
    const place = await placeAfter(4)
    expect(await fault(all(reader({ place: { ...place, meter: 'OTHER' } }).read())))
      .toEqual([4, 'meter-changed'])
  })

  test('whoever stops in the middle of a block gets the whole of it again', async () => {
    served.blocks.push((await channel.seal(readings(3, { from: START + 360 }))).bytes)
    const one = reader()
    let seen = 0
    for await (const item of one.read()) {
      if (item.seq === 6 && ++seen === 2) break
    }
    expect(one.place()?.seq).toBe(5)
    expect(words(await all(one.read()))).toEqual(['6', '6', '6'])
  })
})

test('of more blocks than are checked together each comes once, in order', async () => {
  for (let i = 0; i < 1100; i++) await channel.seal()
  served.blocks = channel.blocks.map((block) => block.bytes)
  const expected = channel.blocks.map(({ header }) => `${header.seq}`)
  expect(words(await all(reader().read()))).toEqual(expected)
  served.blocks[700] = withSignatureChanged(700)
  expect(words(await all(reader().read()))).toEqual(expected)
  // Wherever a stretch ends, what stands at its end has to be signed.
  const [one, other] = [channel.blocks[899], channel.blocks[900]]
  if (one === undefined || other === undefined) throw new Error('There are fewer')
  served.blocks.splice(899, 2, other.bytes, one.bytes)
  expect(await fault(all(reader().read()))).toEqual([700, 'signature-does-not-hold'])
  served.blocks[700] = blockAt(700).bytes
  expect(await fault(all(reader().read()))).toEqual([900, 'block-missing'])
}, 60_000)

test('a grant that begins in the middle of a channel reads from there on', async () => {
  served.blocks.splice(0, 3)
  served.firstEpoch = 1
  expect(words(await all(reader({ history: START + 180 }).read()))).toEqual(['3', '4', '5'])
})

test('new epochs and another device’s chapter come while it follows', async () => {
  const following = reader({ client: { ...client, stream: growing } })
  expect(words(await all(following.follow(new AbortController().signal))))
    .toEqual(['0', '1', '2', '3', '4', '5', '6', '7'])
})

async function* growing() {
  await channel.openEpoch()
  served.keys.add(2)
  yield { seq: 6, block: (await channel.seal()).bytes }
  const { device } = await household.addDevice()
  others.push(device)
  await channel.openChapter({}, device)
  await channel.openEpoch()
  served.keys.add(3)
  yield { seq: 7, block: (await channel.seal()).bytes }
}

async function* every<T>(items: readonly T[]): AsyncGenerator<T> {
  yield* items
}

test('any byte of a block changed is found', async () => {
  const { bytes } = blockAt(5)
  for (let i = 0; i < bytes.length; i += 37) {
    const changed = concat(bytes)
    changed[i] = (changed[i] ?? 0) ^ 0x10
    served.blocks[5] = changed
    expect((await fault(all(reader().read())))?.[0], `byte ${i}`).toBe(5)
  }
})
