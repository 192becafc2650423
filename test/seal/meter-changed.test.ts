/**
 * Another meter takes the place of the one before while blocks still wait: those are sent before the
 * new chapter, and whatever has to be sealed again stays in the chapter of its meter.
 *
 * @module
 */
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { deliver, type Delivery } from '../../shared/seal/delivery.ts'
import type { Sealer } from '../../shared/seal/sealer.ts'
import { readings, type TestChannel } from '../rig/household.ts'
import { createPeople, NOON, type People, sealerOf } from './model.ts'
import { type ModelPlatform, modelPlatform } from './model-platform.ts'
import { copyStore, emptyStore, modelVault, type Store } from './model-vault.ts'

interface Disk {
  store: Store
}

let people: People
let channel: TestChannel
let platform: ModelPlatform
let disk: Disk

beforeAll(async () => {
  people = await createPeople()
})

beforeEach(async () => {
  channel = await people.household.openChannel()
  await channel.openChapter()
  platform = await modelPlatform(people.household, people.operator, channel)
  disk = { store: await emptyStore(channel) }
})

function open(of: Disk): Sealer {
  return sealerOf(people, modelVault(of, people.wrapping), () => NOON)
}

async function seal(of: Disk, meter: string, from: number): Promise<void> {
  await open(of).seal(channel.id, readings(2, { meter, from: NOON + from }))
}

/** As a vault does it when the owner says that the meter was changed. */
function change({ store }: Disk): void {
  store.records = store.records.map((record) => ({
    ...record,
    chapter: record.chapter + 1,
    commitment: null,
    epochEnds: 0,
    version: record.version + 1,
  }))
}

async function send(of: Disk, before?: number): Promise<Delivery> {
  return await deliver(channel.id, {
    vault: modelVault(of, people.wrapping),
    sealer: open(of),
    device: people.household.device.identity,
    operator: people.operator.identity,
    post: platform.post,
    ...(before === undefined ? {} : { before }),
  })
}

async function openChapter(): Promise<void> {
  const head = platform.blocks.at(-1)
  if (head === undefined) throw new Error('No block')
  const meter = crypto.getRandomValues(new Uint8Array(16))
  const after: [number, typeof head.id] = [head.header.seq, head.id]
  await channel.openChapter({ reason: 'meter-changed', after, meter })
}

const chapters = () => platform.blocks.map(({ header }) => header.chapter)

test('what waits of the meter before is sent alone, and the rest once the chapter is open', async () => {
  await seal(disk, 'A', 0)
  await seal(disk, 'A', 60)
  change(disk)
  await seal(disk, 'B', 120)
  await seal(disk, 'B', 180)
  expect(await send(disk, 1)).toEqual({ kind: 'delivered' })
  expect(chapters()).toEqual([0, 0])
  expect(disk.store.entries.filter(({ state }) => state === 'waiting')).toHaveLength(3)
  await openChapter()
  expect(await send(disk)).toEqual({ kind: 'delivered' })
  expect(chapters()).toEqual([0, 0, 1, 1])
  const { fault, readings: read } = await platform.verify()
  expect(fault).toBeNull()
  expect(read.map(({ meter }) => meter).join('')).toBe('AAAABBBB')
})

test('sealed again behind another head, each meter stays in its chapter', async () => {
  await seal(disk, 'A', 0)
  expect(await send(disk)).toEqual({ kind: 'delivered' })
  const copy = { store: copyStore(disk.store) }
  await seal(copy, 'A', 30)
  expect(await send(copy)).toEqual({ kind: 'delivered' })

  await seal(disk, 'A', 60)
  change(disk)
  await seal(disk, 'B', 120)
  expect(await send(disk, 1)).toEqual({ kind: 'delivered' })
  expect(chapters()).toEqual([0, 0, 0])
  await openChapter()
  expect(await send(disk)).toEqual({ kind: 'delivered' })
  expect(chapters()).toEqual([0, 0, 0, 1])
  const { fault, readings: read } = await platform.verify()
  expect(fault).toBeNull()
  expect(read.map(({ meter }) => meter).join('')).toBe('AAAAAABB')
})
