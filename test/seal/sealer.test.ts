import { beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, equal, toHex } from '../../shared/bytes.ts'
import { openBlock, readBlock } from '../../shared/seal/block.ts'
import { parseChannel, parseEpoch, startOf } from '../../shared/seal/channel.ts'
import { checkEpochKey, unwrapEpochKey } from '../../shared/seal/epoch-key.ts'
import {
  createSealer,
  type RawEpoch,
  type Recipients,
  SealerError,
} from '../../shared/seal/sealer.ts'
import { type Commit, type Vault, VaultConflict } from '../../shared/seal/vault.ts'
import { readings } from '../rig/household.ts'
import { createPeople, type People, sealerOf } from './model.ts'
import { emptyStore, modelVault, type Store } from './model-vault.ts'

let people: People
beforeAll(async () => {
  people = await createPeople()
})

interface Setting {
  readonly channel: Bytes
  readonly disk: { store: Store }
  readonly vault: Vault
  /** Seconds since 1970; may be set. */
  now: number
  open(vault?: Vault, recipients?: Recipients): ReturnType<typeof createSealer>
}

async function setting(zone: string, now: string): Promise<Setting> {
  const { household, wrapping } = people
  const channel = await household.openChannel({ zone })
  await channel.openChapter()
  const disk = { store: await emptyStore(channel) }
  const vault = modelVault(disk, wrapping)
  const made: Setting = {
    channel: channel.id,
    disk,
    vault,
    now: seconds(now),
    open: (of = vault, recipients?: Recipients) =>
      sealerOf(people, of, () => made.now, recipients === undefined ? {} : { recipients }),
  }
  return made
}

function seconds(iso: string): number {
  return Date.parse(iso) / 1000
}

describe('epochs turn at local midnight', () => {
  it.for(
    [
      [
        'a day of 24 hours',
        'Europe/Vienna',
        '2026-01-15T00:00:00+01:00',
        '2026-01-16T00:00:00+01:00',
      ],
      [
        'a day of 23 hours',
        'Europe/Vienna',
        '2026-03-29T00:00:00+01:00',
        '2026-03-30T00:00:00+02:00',
      ],
      [
        'a day of 25 hours',
        'Europe/Vienna',
        '2026-10-25T00:00:00+02:00',
        '2026-10-26T00:00:00+01:00',
      ],
      [
        'a half-hour zone',
        'Asia/Kolkata',
        '2026-05-01T00:00:00+05:30',
        '2026-05-02T00:00:00+05:30',
      ],
      [
        'a day without midnight',
        'America/Santiago',
        '2026-09-06T01:00:00-03:00',
        '2026-09-07T00:00:00-03:00',
      ],
    ] as const,
  )('after %s', async ([, zone, begins, ends]) => {
    const at = await setting(zone, begins)
    const sealer = at.open()
    const epochAt = async (now: number) => {
      at.now = now
      return (await sealer.seal(at.channel, readings(1, { from: now }))).header.epoch
    }
    expect(await epochAt(seconds(begins) - 1)).toBe(0)
    expect(await epochAt(seconds(begins)), 'at its first second').toBe(1)
    expect(await epochAt(seconds(ends) - 1), 'at its last second').toBe(1)
    expect(await epochAt(seconds(ends)), 'at the next midnight').toBe(2)
    const opened = at.disk.store.entries.filter(({ kind }) => kind === 'epoch').map(({ bytes }) =>
      parseEpoch(bytes).content
    )
    expect(opened.map(({ epoch, reason }) => [epoch, reason])).toEqual([
      [0, 'first'],
      [1, 'midnight'],
      [2, 'midnight'],
    ])
    expect(new Set(opened.map(({ commitment }) => toHex(commitment))).size).toBe(3)
  })

  it('also after the clock went back for days, so that no epoch lasts longer than one', async () => {
    const at = await setting('Europe/Vienna', '2026-01-15T12:00:00Z')
    const sealer = at.open()
    const epoch = async (iso: string) => {
      at.now = seconds(iso)
      return (await sealer.seal(at.channel, readings(1))).header.epoch
    }
    expect(await epoch('2026-01-15T12:00:00Z')).toBe(0)
    expect(await epoch('2026-01-15T10:00:00Z'), 'an hour or two are no matter').toBe(0)
    expect(await epoch('2026-01-10T10:00:00Z')).toBe(1)
    expect(await epoch('2026-01-10T11:00:00Z')).toBe(1)
    expect(await epoch('2026-01-15T12:00:00Z')).toBe(2)
  })
})

describe('the sealer', () => {
  it('puts an epoch before its first block, in one commit with head and outbox', async () => {
    const at = await setting('Europe/Vienna', '2026-01-15T12:00:00Z')
    const commits: Commit[] = []
    const sealer = at.open({
      ...at.vault,
      commit: async (commit) => {
        commits.push(commit)
        await at.vault.commit(commit)
      },
    })
    const beside = new Uint8Array([1, 2, 3])
    const block = await sealer.seal(at.channel, readings(2), beside)
    expect(commits).toHaveLength(1)
    expect(commits[0]?.entries.map(({ kind, number }) => [kind, number])).toEqual([
      ['epoch', 0],
      ['block', 0],
    ])
    expect(commits[0]?.record.head).toEqual([0, block.id])
    expect(at.disk.store.beside).toEqual(beside)
    await sealer.seal(at.channel, readings(2))
    expect(commits[1]?.entries.map(({ kind, number }) => [kind, number])).toEqual([['block', 1]])
    expect(at.disk.store.beside).toEqual(beside)
  })

  it('keeps no epoch key but the wrapped one, which opens the blocks', async () => {
    const at = await setting('Europe/Vienna', '2026-01-15T12:00:00Z')
    const random: Bytes[] = []
    const { household, wrapping } = people
    const { algorithm, publicKey } = household.owner.sealing
    const sealer = createSealer({
      vault: at.vault,
      device: household.device.signer,
      ownerKey: { index: 2, algorithm, publicKey },
      now: () => at.now,
      random: (length) => {
        const bytes = crypto.getRandomValues(new Uint8Array(length))
        random.push(bytes)
        return bytes
      },
    })
    const block = await sealer.seal(at.channel, readings(2))
    expect(random.map(({ length }) => length)).toEqual([32, 16])
    expect(random[0]).toEqual(new Uint8Array(32)) // wiped
    const [kept] = at.disk.store.epochs
    const key = await unwrapEpochKey(kept?.wrapped ?? new Uint8Array(), wrapping)
    expect(key.extractable).toBe(false)
    expect(await openBlock(block, key)).toEqual(readings(2))
  })

  it('goes on from the disk after a restart, in the same epoch', async () => {
    const at = await setting('Europe/Vienna', '2026-01-15T12:00:00Z')
    const first = await at.open().seal(at.channel, readings(1))
    const second = await at.open().seal(at.channel, readings(1))
    expect(second.header).toMatchObject({ seq: 1, epoch: 0 })
    expect(second.header.prev).toEqual(first.id)
    expect(equal(second.header.salt, first.header.salt)).toBe(false)
  })

  it('opens a new epoch when the key of the old one is gone', async () => {
    const at = await setting('Europe/Vienna', '2026-01-15T12:00:00Z')
    await at.open().seal(at.channel, readings(1))
    at.disk.store.epochs = []
    expect((await at.open().seal(at.channel, readings(1))).header).toMatchObject({
      seq: 1,
      epoch: 1,
    })
  })

  it('keeps order among calls that do not wait for one another, in two tabs as well', async () => {
    const at = await setting('Europe/Vienna', '2026-01-15T12:00:00Z')
    const tabs = [at.open(), at.open()] as const
    await tabs[0].seal(at.channel, readings(1))
    const blocks = await Promise.all(
      ([0, 1, 0, 1, 0] as const).map(async (tab) => await tabs[tab].seal(at.channel, readings(1))),
    )
    expect(new Set(blocks.map(({ header }) => header.seq))).toEqual(new Set([1, 2, 3, 4, 5]))
    const kept = at.disk.store.entries.filter(({ kind }) => kind === 'block')
    const chain = await Promise.all(kept.map(({ bytes }) => readBlock(bytes)))
    for (const [i, block] of chain.entries()) {
      expect(block.header.seq).toBe(i)
      expect(i === 0 || equal(block.header.prev, chain[i - 1]?.id ?? new Uint8Array())).toBe(true)
    }
  })

  it('gives up on a vault that is always ahead, and seals again after that', async () => {
    const at = await setting('Europe/Vienna', '2026-01-15T12:00:00Z')
    let tries = 0
    const broken = at.open({
      ...at.vault,
      commit: () => {
        tries++
        return Promise.reject(new VaultConflict('Stale record'))
      },
    })
    await expect(broken.seal(at.channel, readings(1))).rejects.toThrow(VaultConflict)
    expect(tries).toBe(4)
    expect((await at.open().seal(at.channel, readings(1))).header.seq).toBe(0)
  })

  it('does not know channels that are not in its vault, and goes on after any error', async () => {
    const at = await setting('Europe/Vienna', '2026-01-15T12:00:00Z')
    const sealer = at.open()
    await expect(sealer.seal(new Uint8Array(16), readings(1))).rejects.toThrow(
      new SealerError('Channel is not in this vault'),
    )
    await expect(sealer.seal(at.channel, [])).rejects.toThrow(RangeError)
    expect(at.disk.store.entries).toEqual([])
    expect((await sealer.seal(at.channel, readings(1))).header.seq).toBe(0)
  })

  it('seals again what waits: new epoch, new place, same readings, marked', async () => {
    const at = await setting('Europe/Vienna', '2026-01-15T12:00:00Z')
    const sealer = at.open()
    const before = [
      await sealer.seal(at.channel, readings(1)),
      await sealer.seal(at.channel, readings(2)),
    ]
    const head = [41, new Uint8Array(32).fill(9)] as const
    expect(await sealer.reseal(at.channel, head, 6)).toBe(2)
    const waiting = await at.vault.waiting(at.channel, 10)
    expect(waiting.map(({ kind, number }) => [kind, number])).toEqual([
      ['epoch', 7],
      ['block', 42],
      ['block', 43],
    ])
    const [epoch, ...blocks] = waiting
    expect(parseEpoch(epoch?.bytes ?? new Uint8Array()).content.reason).toBe('resealed')
    const [kept] = await at.vault.epochKeys(at.channel, 7)
    const key = await unwrapEpochKey(kept?.wrapped ?? new Uint8Array(), people.wrapping)
    let prev: Bytes = head[1]
    for (const [i, { bytes }] of blocks.entries()) {
      const block = await readBlock(bytes)
      expect(block.header).toMatchObject({ resealed: true, epoch: 7, prev })
      expect(block.header.salt).not.toEqual(before[i]?.header.salt)
      expect(await openBlock(block, key)).toEqual(readings(i + 1))
      prev = block.id
    }
    expect((await sealer.seal(at.channel, readings(1))).header).toMatchObject({ seq: 44, epoch: 7 })
  })

  it.each([0xffff_fffe, 20_000, 2 ** 53, 1.5, -2, NaN])(
    'goes on behind no epoch that nobody can have opened: %d',
    async (epoch) => {
      const at = await setting('Europe/Vienna', '2026-01-15T12:00:00Z')
      const sealer = at.open()
      await sealer.seal(at.channel, readings(1))
      const waiting = await at.vault.waiting(at.channel, 10)
      await expect(sealer.reseal(at.channel, [0, new Uint8Array(32)], epoch)).rejects.toThrow(
        'cannot be the newest of the channel',
      )
      expect(await at.vault.waiting(at.channel, 10)).toEqual(waiting)
      // The next midnight finds a number for its epoch.
      at.now += 86_400
      expect((await sealer.seal(at.channel, readings(1))).header).toMatchObject({ epoch: 1 })
    },
  )

  it('seals nothing again when the key of what waits is gone, and loses nothing', async () => {
    const at = await setting('Europe/Vienna', '2026-01-15T12:00:00Z')
    const sealer = at.open()
    await sealer.seal(at.channel, readings(1))
    at.disk.store.epochs = []
    await expect(sealer.reseal(at.channel, [0, new Uint8Array(32)], 3)).rejects.toThrow(
      'Key of a waiting block is not in the vault',
    )
    expect(await at.vault.waiting(at.channel, 10)).toHaveLength(2)
  })
})

describe('epochs turn for those who are given their keys', () => {
  /** Gives everything to `names`, and notes what was wrapped. */
  function giving(names: Bytes[]) {
    const wrapped: { epoch: number; raw: Bytes; names: number }[] = []
    const observed: unknown[] = []
    const recipients: Recipients = {
      of: async (_channel, times) => {
        observed.push(times)
        return [...names]
      },
      wrap: async ({ epoch, raw }: RawEpoch, given) => {
        wrapped.push({ epoch, raw: raw.slice(), names: given.length })
        return new Uint8Array([epoch])
      },
    }
    return { names, wrapped, observed, recipients }
  }
  const kinds = (store: Store) => store.entries.map(({ kind, number }) => `${kind} ${number}`)

  it('with the wraps right behind the opening, in the same commit', async () => {
    const at = await setting('Europe/Vienna', '2026-01-15T10:00:00+01:00')
    const given = giving([new Uint8Array([1])])
    const commits: string[][] = []
    const sealer = at.open({
      ...at.vault,
      commit: async (commit: Commit) => {
        commits.push(commit.entries.map(({ kind }) => kind))
        await at.vault.commit(commit)
      },
    }, given.recipients)
    await sealer.seal(at.channel, readings(1, { from: at.now }))
    at.now = seconds('2026-01-16T00:00:00+01:00')
    await sealer.seal(at.channel, readings(1, { from: at.now }))
    expect(commits, 'at midnight too').toEqual([['epoch', 'wraps', 'block'], [
      'epoch',
      'wraps',
      'block',
    ]])
    expect(given.observed[1]).toEqual({ from: at.now, to: at.now })
    const [first] = at.disk.store.epochs
    const raw = given.wrapped[0]?.raw
    if (first === undefined || raw === undefined) throw new TypeError('Nothing was wrapped')
    const opening = parseEpoch(at.disk.store.entries[0]?.bytes ?? raw).content
    expect(toHex(opening.commitment)).toBe(toHex(first.commitment))
    expect(first.wrappedFor).toHaveLength(1)
    await checkEpochKey(raw, opening)
  })

  it('once, when somebody comes or goes; and not for those who were given it already', async () => {
    const at = await setting('Europe/Vienna', '2026-01-15T10:00:00+01:00')
    const given = giving([])
    const sealer = at.open(at.vault, given.recipients)
    expect(await sealer.turn(at.channel), 'nothing to turn yet').toBe(false)
    await sealer.seal(at.channel, readings(1, { from: at.now }))
    expect(await sealer.turn(at.channel)).toBe(false)
    given.names.push(new Uint8Array([1]))
    expect(await sealer.turn(at.channel)).toBe(true)
    expect(await sealer.turn(at.channel)).toBe(false)
    await sealer.seal(at.channel, readings(1, { from: at.now }))
    given.names.pop()
    // By itself, with the next block: a device that was away does not have to be told.
    await sealer.seal(at.channel, readings(1, { from: at.now + 1 }))
    expect(kinds(at.disk.store).join()).toBe(
      'epoch 0,wraps 0,block 0,epoch 1,wraps 1,block 1,epoch 2,wraps 2,block 2',
    )
    expect(given.wrapped.map(({ names }) => names)).toEqual([0, 1, 0])
    const reasons = at.disk.store.entries.filter(({ kind }) => kind === 'epoch')
      .map(({ bytes }) => parseEpoch(bytes).content.reason)
    expect(reasons).toEqual(['first', 'turned', 'turned'])
  })

  it('what is sealed again is given to nobody as a whole', async () => {
    const at = await setting('Europe/Vienna', '2026-01-15T10:00:00+01:00')
    const given = giving([new Uint8Array([1])])
    const sealer = at.open(at.vault, given.recipients)
    await sealer.seal(at.channel, readings(1, { from: at.now }))
    const start = at.disk.store.records[0]
    if (start === undefined) throw new TypeError('No record')
    const opening = await startOf(parseChannel(start.opening))
    await sealer.reseal(at.channel, opening, 4)
    expect(given.wrapped.map(({ epoch, names }) => [epoch, names])).toEqual([[0, 1], [5, 0]])
    await sealer.seal(at.channel, readings(1, { from: at.now + 1 }))
    expect(given.wrapped.at(-1)).toMatchObject({ epoch: 6, names: 1 })
  })
})

describe('an epoch is sealed to the owner’s newest key', () => {
  const sealedTo = (store: Store) =>
    store.entries.filter(({ kind }) => kind === 'epoch')
      .map(({ bytes }) => parseEpoch(bytes).content.ownerKey)

  it('and turns when there is another, by itself with the next block too', async () => {
    const at = await setting('Europe/Vienna', '2026-01-15T10:00:00+01:00')
    const sealer = at.open()
    const key = (index: number) => ({ index, ...people.household.owner.sealing })
    sealer.sealTo(key(3))
    expect(await sealer.turn(at.channel), 'nothing to turn yet').toBe(false)
    await sealer.seal(at.channel, readings(1, { from: at.now }))
    expect(await sealer.turn(at.channel)).toBe(false)
    sealer.sealTo(key(5))
    expect(await sealer.turn(at.channel)).toBe(true)
    expect(await sealer.turn(at.channel)).toBe(false)
    sealer.sealTo(key(6))
    await sealer.seal(at.channel, readings(1, { from: at.now }))
    expect(sealedTo(at.disk.store)).toEqual([3, 5, 6])
  })

  it('and never again to an older one, whoever asks, be it after a new start', async () => {
    const at = await setting('Europe/Vienna', '2026-01-15T10:00:00+01:00')
    const sealer = at.open()
    const key = (index: number) => ({ index, ...people.household.owner.sealing })
    sealer.sealTo(key(5))
    await sealer.seal(at.channel, readings(1, { from: at.now }))
    expect(() => sealer.sealTo(key(4))).toThrow('The owner has a newer sealing key than 4')
    const again = at.open() // which was told of key 2 alone
    const refused = 'The owner has a newer sealing key than 2: fetch its identity'
    await expect(again.seal(at.channel, readings(1, { from: at.now }))).rejects.toThrow(refused)
    await expect(again.turn(at.channel)).rejects.toThrow(refused)
    again.sealTo(key(5))
    await again.seal(at.channel, readings(1, { from: at.now }))
    expect(sealedTo(at.disk.store)).toEqual([5])
  })
})
