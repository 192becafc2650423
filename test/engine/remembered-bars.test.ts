/**
 * Bars that were remembered go on from the very block they end with, and from no other at its place.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { readEnergy } from '../../pwa/proof-run/read-energy.ts'
import type { Access } from '../../pwa/proof-run/access.ts'
import type { MeterChannel } from '../../pwa/proof-run/read-back.ts'
import type { Client } from '../../shared/api/client.ts'
import type { Bytes } from '../../shared/bytes.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import type { Block } from '../../shared/seal/block.ts'
import { createHousehold, readings } from '../rig/household.ts'

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

test(
  'another block at the place of the last one gives its bars, and not the remembered ones',
  async () => {
    const household = await createHousehold({ now: NOON })
    const { owner, device } = household
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
    const client = {
      channel: () =>
        Promise.resolve({
          opening: channel.opening.statement.bytes,
          chapters: channel.chapters.map(({ statement }) => statement.bytes),
          head: { seq: 2, id: first.id },
        }),
      epochs: () => all(channel.epochs.map(({ opened }) => opened.statement.bytes)),
      pairings: () => Promise.resolve([household.pairing.bytes]),
      identity: () => Promise.resolve(owner.identity),
      blocks: (_channel: Bytes, { after = -1 }: { after?: number }) => {
        asked.push(after)
        return all(there.filter(({ header }) => header.seq > after).map(({ bytes }) => bytes))
      },
    } as unknown as Client // What is not asked here is not there.
    const begin = () =>
      ({
        client,
        self: {
          owner: { identity: owner.identity, sealing: { ...owner.sealing, index: 2 } },
          device,
        },
        vault: {
          epochKeys: () => Promise.resolve([]),
          waiting: () => Promise.resolve([]),
          channel: () => Promise.resolve(undefined),
          beside: () => Promise.resolve(undefined),
        },
        gathered: new Map(),
        remembered: new Map(),
      }) as unknown as Access
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
