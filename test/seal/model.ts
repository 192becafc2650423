/**
 * A small world to seal in: one owner, one device whose profile may be copied and put back, a
 * platform that may fail, and what must hold whatever happens.
 *
 * @module
 */
import { expect } from 'vitest'
import { equal, toHex } from '../../shared/bytes.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { readBlock } from '../../shared/seal/block.ts'
import { deliver, type Delivery } from '../../shared/seal/delivery.ts'
import { createSealer, type Sealer, type SealerOptions } from '../../shared/seal/sealer.ts'
import type { Vault } from '../../shared/seal/vault.ts'
import { createHousehold, createPerson, type Household, type Person } from '../rig/household.ts'
import { type ModelPlatform, modelPlatform } from './model-platform.ts'
import {
  copyStore,
  Crash,
  emptyStore,
  type Fuse,
  modelVault,
  Sealings,
  type Store,
} from './model-vault.ts'

/** 2026-03-10T12:00:00Z. */
export const NOON = 1_773_144_000
const DAY = 86_400
const CUSTODY = { line: 'crc', origin: 'plain', custody: 'software' } as const

/** What all worlds share, as keys are dear to make. */
export interface People {
  readonly household: Household
  readonly operator: Person
  readonly wrapping: CryptoKey
}

export async function createPeople(): Promise<People> {
  return {
    household: await createHousehold({ now: NOON }),
    operator: await createPerson('operator', NOON),
    wrapping: await crypto.subtle.generateKey({ name: 'AES-KW', length: 256 }, false, [
      'wrapKey',
      'unwrapKey',
    ]),
  }
}

/** The device's sealer at this vault. */
export function sealerOf(
  { household: { owner, device } }: People,
  vault: Vault,
  now: () => number,
  more: Pick<SealerOptions, 'recipients'> = {},
): Sealer {
  const { algorithm, publicKey } = owner.sealing
  return createSealer({
    vault,
    device: device.signer,
    ownerKey: { index: 2, algorithm, publicKey },
    now,
    random: (length) => crypto.getRandomValues(new Uint8Array(length)),
    ...more,
  })
}

/** A profile of the device: its disk, and two tabs on it. */
export interface Profile {
  readonly disk: { store: Store }
  tabs: readonly [Sealer, Sealer]
  /** Numbers of the readings whose sealing was reported. */
  sealed: ReadonlySet<number>
  kept: Pick<Profile, 'sealed'> & { readonly store: Store }
}

export interface World {
  readonly platform: ModelPlatform
  readonly profiles: Profile[]
  readonly fuse: Fuse
  readonly sealings: Sealings
  /** The device's clock, seconds since 1970. */
  now: number
  seal(profile: Profile, tab?: 0 | 1, count?: number): Promise<void>
  deliver(profile: Profile): Promise<Delivery | null>
  copy(profile: Profile): void
  /** Keeps the profile as it is, for a later `restore`. */
  keep(profile: Profile): void
  restore(profile: Profile): void
  /** The process dies and starts again: only what is on the disk is left. */
  restart(profile: Profile): void
  /** Ends all trouble, and checks everything that must hold. */
  settle(most?: number): Promise<void>
}

export async function createWorld(people: People, zone = 'Europe/Vienna'): Promise<World> {
  const { household, operator, wrapping } = people
  const channel = await household.openChannel({ zone })
  await channel.openChapter()
  const platform = await modelPlatform(household, operator, channel)
  const fuse: Fuse = { at: null }
  const sealings = new Sealings()
  let numbers = 0

  function start(disk: { store: Store }): readonly [Sealer, Sealer] {
    const vault = () => modelVault(disk, wrapping, fuse, sealings)
    const sealer = () => sealerOf(people, vault(), () => world.now)
    return [sealer(), sealer()]
  }

  function addProfile(store: Store, sealed: ReadonlySet<number>): void {
    const disk = { store }
    const kept = { store: copyStore(store), sealed }
    world.profiles.push({ disk, tabs: start(disk), sealed, kept })
  }

  /** Each reading has a number of its own, to be found again by. */
  function next(): Reading {
    return {
      meter: 'SIM0000000000001',
      at: world.now,
      clock: 'meter',
      seen: world.now,
      registers: [{ obis: '1-0:1.8.0*255', value: String(numbers++), exponent: 0, unit: 'Wh' }],
      texts: [],
      assurance: CUSTODY,
      warnings: ['simulated'],
    }
  }

  const world: World = {
    platform,
    profiles: [],
    fuse,
    sealings,
    now: NOON,
    seal: async (profile, tab = 0, count = 1) => {
      const first = numbers
      const readings = Array.from({ length: count }, next)
      const block = await survive(
        profile,
        async () => await profile.tabs[tab].seal(channel.id, readings),
      )
      if (block === null) return
      const kept = profile.disk.store.entries.filter((entry) => equal(entry.bytes, block.bytes))
      expect(kept, 'a sealed block is in the outbox').toHaveLength(1)
      profile.sealed = new Set([...profile.sealed, ...readings.map((_, i) => first + i)])
    },
    deliver: async (profile) =>
      await survive(profile, async () =>
        await deliver(channel.id, {
          vault: modelVault(profile.disk, wrapping, fuse, sealings),
          sealer: profile.tabs[0],
          device: household.device.identity,
          operator: operator.identity,
          post: platform.post,
        })),
    copy: ({ disk, sealed }) => addProfile(copyStore(disk.store), sealed),
    keep: (profile) => {
      profile.kept = { store: copyStore(profile.disk.store), sealed: profile.sealed }
    },
    restore: (profile) => {
      profile.disk.store = copyStore(profile.kept.store)
      profile.sealed = profile.kept.sealed
      world.restart(profile)
    },
    restart: (profile) => {
      profile.tabs = start(profile.disk)
    },
    settle: async (most = 1) => {
      fuse.at = null
      platform.trouble = null
      platform.now = Math.max(platform.now, world.now) + 10 * DAY // what was sealed ahead may come
      world.now = platform.now
      for (const profile of world.profiles) {
        expect(await world.deliver(profile)).toEqual({ kind: 'delivered' })
        const before = platform.blocks.length
        await world.seal(profile)
        expect(await world.deliver(profile)).toEqual({ kind: 'delivered' })
        expect(platform.blocks.length, 'the channel goes on').toBeGreaterThan(before)
      }
      await checkAll(world, numbers, most)
    },
  }

  async function survive<T>(profile: Profile, step: () => Promise<T>): Promise<T | null> {
    try {
      return await step()
    } catch (error) {
      if (error instanceof Crash) {
        fuse.at = null
        world.restart(profile)
      } else if (!(error instanceof TypeError && /fetch failed|terminated/.test(error.message))) {
        throw error
      }
      return null
    }
  }

  addProfile(await emptyStore(channel), new Set())
  return world
}

/** @param most how often a reading may be on the platform: once for each profile that held it */
async function checkAll(world: World, numbers: number, most: number): Promise<void> {
  const { platform, profiles, sealings } = world
  expect(sealings.repeated, 'a key never meets a nonce twice').toEqual([])
  const there = new Set([...platform.blocks, ...platform.lost].map(({ id }) => toHex(id)))
  for (const { disk } of profiles) {
    for (const entry of disk.store.entries) {
      if (entry.kind !== 'block') continue
      expect(entry.state, 'nothing waits any more').not.toBe('waiting')
      if (entry.state === 'withdrawn') continue
      expect(entry.acknowledgement, 'what was taken is acknowledged').not.toBeNull()
      expect(there, 'what was acknowledged is there').toContain(
        toHex((await readBlock(entry.bytes)).id),
      )
    }
  }
  const { fault, opened, readings } = await platform.verify()
  expect(fault, 'the channel verifies').toBeNull()
  expect(opened).toBe(platform.blocks.length)
  const times = new Map<string, number>()
  for (const reading of readings) {
    const number = reading.registers[0]?.value ?? ''
    times.set(number, (times.get(number) ?? 0) + 1)
  }
  for (const [number, count] of times) {
    expect(count, `reading ${number} is on the platform once`).toBeLessThanOrEqual(most)
    expect(Number(number)).toBeLessThan(numbers)
  }
  if (platform.lost.length > 0) return
  const missing = profiles.flatMap(({ sealed }) => [...sealed].filter((n) => !times.has(String(n))))
  expect(missing, 'no reading is lost').toEqual([])
}
