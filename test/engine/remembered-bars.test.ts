/**
 * Bars that were remembered go on from the very block they end with, and from no other at its place;
 * and what could not be opened is told.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { readEnergy } from '../../pwa/proof-run/read-energy.ts'
import type { Access } from '../../pwa/proof-run/access.ts'
import type { MeterChannel } from '../../pwa/proof-run/read-back.ts'
import { exportReadings } from '../../pwa/proof-run/export-readings.ts'
import type { MeterRecord } from '../../pwa/vault/database.ts'
import { type Bytes, fromUtf8 } from '../../shared/bytes.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { type Block, joinBlock, readBlock } from '../../shared/seal/block.ts'
import { createHousehold, type Household, readings, type TestChannel } from '../rig/household.ts'

/** 2026-03-10T12:00:00Z. */
const NOON = 1_773_144_000
const HOUR = 3600

/** The counter began by so much. */
function raised(some: readonly Reading[], by: bigint): Reading[] {
  return some.map((reading) => ({
    ...reading,
    registers: reading.registers.map((one) => ({ ...one, value: String(BigInt(one.value) + by) })),
  }))
}

async function* all(items: readonly Bytes[]): AsyncGenerator<Bytes> {
  for (const item of items) yield await Promise.resolve(item)
}

/** A platform that has these blocks of the channel and says where it is asked from. */
function accessTo(
  household: Household,
  channel: TestChannel,
  there: () => readonly Block[],
  asked: (after: number) => void = () => undefined,
): Access {
  const { owner, device } = household
  const client = {
    channel: () =>
      Promise.resolve({
        opening: channel.opening.statement.bytes,
        chapters: channel.chapters.map(({ statement }) => statement.bytes),
        head: { seq: there().length - 1, id: new Uint8Array(32) },
      }),
    epochs: () => all(channel.epochs.map(({ opened }) => opened.statement.bytes)),
    pairings: () => Promise.resolve([household.pairing.bytes]),
    identity: () => Promise.resolve(owner.identity),
    blocks: (_channel: Bytes, { after = -1, from, to }: BlocksAsked) => {
      asked(after)
      const isAsked = ({ header }: Block) =>
        header.seq > after && (from === undefined || header.to >= from) &&
        (to === undefined || header.from < to)
      return all(there().filter(isAsked).map(({ bytes }) => bytes))
    },
  }
  // What is not asked here is not there.
  return {
    client,
    self: { owner: { identity: owner.identity, sealing: { ...owner.sealing, index: 2 } }, device },
    vault: {
      epochKeys: () => Promise.resolve([]),
      waiting: () => Promise.resolve([]),
      channel: () => Promise.resolve(undefined),
      beside: () => Promise.resolve(undefined),
    },
    gathered: new Map(),
    remembered: new Map(),
  } as unknown as Access
}

interface BlocksAsked {
  readonly after?: number
  readonly from?: number
  readonly to?: number
}

test(
  'another block at the place of the last one gives its bars, and not the remembered ones',
  async () => {
    const household = await createHousehold({ now: NOON })
    const channel = await household.openChannel({ zone: 'UTC', resolution: 'PT15M' })
    await channel.openChapter()
    await channel.openEpoch()
    const hour = (number: number) => readings(4, { from: NOON + number * HOUR, step: 900 })
    const first = await channel.seal(hour(0), NOON + HOUR)
    const fork = await channel.forge(raised(hour(1), 500n), { sealed: NOON + 2 * HOUR })
    const last = await channel.seal(hour(1), NOON + 2 * HOUR)
    const place = { seq: 2, sealed: NOON + 3 * HOUR }
    const next = await channel.forge(hour(2), { ...place, prev: last.id })
    const ofFork = await channel.forge(raised(hour(2), 500n), { ...place, prev: fork.id })

    let there: readonly Block[] = []
    let asked: number[] = []
    const begin = () => accessTo(household, channel, () => there, (after) => asked.push(after))
    const energy = async (access: Access) =>
      await readEnergy(
        access,
        { id: channel.id, zone: 'UTC', resolution: 'PT15M' } as unknown as MeterChannel,
        { from: NOON, to: NOON + 3 * HOUR, zone: 'UTC', resolution: 'PT15M' },
        {},
      )

    const access = begin()
    there = [first, last]
    const before = await energy(access)
    expect(before.bars.length).toBeGreaterThan(6)

    there = [first, last, next]
    asked = []
    const gone = await energy(access)
    expect(asked).toEqual([0]) // on from what is remembered, with its last block again
    expect(gone).toEqual(await energy(begin()))

    const other = begin()
    there = [first, last]
    await energy(other)
    there = [first, fork, ofFork]
    const shown = await energy(other)
    expect(shown).toEqual(await energy(begin()))
    expect(shown).not.toEqual(gone)
  },
  30_000,
)

test(
  'blocks that were erased are counted: in energy, remembered or not, and in an export',
  async () => {
    const household = await createHousehold({ now: NOON })
    const channel = await household.openChannel({ zone: 'UTC', resolution: 'PT15M' })
    await channel.openChapter()
    await channel.openEpoch()
    const blocks: Block[] = []
    for (let hour = 0; hour < 5; hour++) {
      const some = readings(4, { from: NOON + hour * HOUR, step: 900 })
      const block = await channel.seal(some, NOON + (hour + 1) * HOUR)
      const isErased = hour === 1 || hour === 3
      blocks.push(isErased ? await readBlock(joinBlock(block.statement.bytes, null)) : block)
    }
    let there = blocks.slice(0, 4)
    const access = accessTo(household, channel, () => there)
    const meterChannel = {
      id: channel.id,
      zone: 'UTC',
      resolution: 'PT15M',
    } as unknown as MeterChannel
    const unopened = async (from: number, to: number) => {
      const stretch = { from: NOON + from * HOUR, to: NOON + to * HOUR }
      const of = { ...stretch, zone: 'UTC', resolution: 'PT15M' } as const
      return (await readEnergy(access, meterChannel, of, {})).unopened
    }
    expect(await unopened(0, 5)).toBe(2)
    there = blocks
    expect(await unopened(0, 5)).toBe(2)
    const request = {
      from: NOON,
      to: NOON + 5 * HOUR,
      resolution: 'PT15M',
      format: 'json',
    } as const
    const meter = { id: 'M', channels: [meterChannel] } as unknown as MeterRecord
    const file = await exportReadings(access, meter, request)
    expect(file.unopened).toBe(2)
    expect(JSON.parse(fromUtf8(file.bytes))).toMatchObject({ count: 12, unopened: 2 })
  },
  30_000,
)
