import { beforeAll, describe, expect, it } from 'vitest'
import type { Bytes } from '../../shared/bytes.ts'
import type { Block } from '../../shared/seal/block.ts'
import { advance, type Head, judge, type Verdict } from '../../shared/seal/judge.ts'
import {
  createHousehold,
  type Forgery,
  type Household,
  type Person,
  readings,
  type TestChannel,
} from '../rig/household.ts'

const NOW = 1_767_225_600
const ZERO = new Uint8Array(32)

describe('whether a block may follow', () => {
  let household: Household
  let channel: TestChannel
  let stranger: Person
  /** Three blocks, the last in epoch 2 of 4; the fourth epoch is open. */
  let head: Head
  let blocks: readonly Block[]

  beforeAll(async () => {
    household = await createHousehold({ now: NOW })
    channel = await household.openChannel()
    stranger = (await household.addDevice()).device
    await channel.openChapter()
    for (let epoch = 0; epoch < 3; epoch++) {
      await channel.openEpoch()
      await channel.seal()
    }
    await channel.openEpoch()
    await channel.openEpoch()
    blocks = channel.blocks
    head = {
      seq: 2,
      id: idOf(2),
      chapter: 0,
      device: household.device.identity.id,
      epoch: 2,
      openedEpoch: 4,
      keyIndex: 0,
    }
  })

  function idOf(seq: number): Bytes {
    return blocks[seq]?.id ?? ZERO
  }

  const cases: [string, Verdict, () => Forgery, Partial<Head>?][] = [
    ['the next, in the epoch of the head', 'follows', () => ({ epoch: 2 })],
    ['the next, in the newest epoch', 'follows', () => ({ epoch: 4 })],
    ['one of an epoch that was skipped', 'wrong-epoch', () => ({ epoch: 3 })],
    ['one of an epoch before the head’s', 'wrong-epoch', () => ({ epoch: 1 })],
    ['one of an epoch that is not opened', 'wrong-epoch', () => ({ epoch: 4 }), { openedEpoch: 3 }],
    [
      'one in the head’s epoch, which its chapter did not open',
      'wrong-epoch',
      () => ({ epoch: 2 }),
      {
        epoch: -1,
        openedEpoch: -1,
      },
    ],
    ['one in the head’s epoch, before the chapter has any', 'wrong-epoch', () => ({ epoch: 2 }), {
      openedEpoch: -1,
    }],
    ['the first in its chapter’s first epoch', 'follows', () => ({ epoch: 4 }), { epoch: -1 }],
    ['one of an older chapter’s epoch', 'wrong-epoch', () => ({ epoch: 2 }), { epoch: -1 }],
    ['one beyond the next', 'gap', () => ({ seq: 4 })],
    ['one far beyond, with another prev', 'gap', () => ({ seq: 2 ** 50, prev: ZERO })],
    ['the next after another block', 'fork', () => ({ prev: ZERO })],
    ['the next after the one before the head', 'fork', () => ({ prev: idOf(1) })],
    ['another at the head’s place', 'fork', () => ({ seq: 2, prev: idOf(1) })],
    ['another at an older place', 'fork', () => ({ seq: 1, prev: idOf(0) })],
    ['one of an older chapter', 'wrong-chapter', () => ({ chapter: 0 }), { chapter: 1 }],
    ['one of a chapter to come', 'wrong-chapter', () => ({ chapter: 1 })],
    ['one by another device', 'wrong-device', () => ({ by: stranger.signer })],
    ['one by a key below the newest', 'key-index-fell', () => ({}), { keyIndex: 1 }],
    ['one by a higher key', 'follows', () => ({ by: { ...household.device.signer, index: 3 } })],
    ['one sealed a year ago', 'follows', () => ({ sealed: NOW - 365 * 86_400 })],
    ['one sealed before 1970', 'follows', () => ({ sealed: -1 })],
    ['one sealed in a year', 'follows', () => ({ sealed: NOW + 365 * 86_400 })],
  ]

  it.for(cases)('%s: %s', async ([, verdict, wrong, at = {}]) => {
    const block = await channel.forge(readings(1), wrong())
    expect(judge({ ...head, ...at }, block)).toBe(verdict)
  })

  it('takes a block again as the one it is: the head, and an older one that is known', () => {
    for (const seq of [0, 1, 2]) {
      const block = blocks[seq]
      if (block === undefined) throw new Error('No block')
      expect(judge(head, block, idOf(seq))).toBe('same')
      expect(judge(head, block, ZERO)).toBe(seq === 2 ? 'same' : 'fork')
      expect(judge(head, block)).toBe(seq === 2 ? 'same' : 'fork')
    }
  })

  it('takes a replay of an older block for no next one', () => {
    const [first, second] = blocks
    if (first === undefined || second === undefined) throw new Error('No blocks')
    const afterFirst = { ...head, seq: 0, id: first.id, epoch: 0, openedEpoch: 1 }
    expect(judge(afterFirst, second)).toBe('follows')
    expect(judge(advance(afterFirst, second), first, first.id)).toBe('same')
    const before = { ...head, seq: -1, id: channel.head()[1], epoch: -1, openedEpoch: 1 }
    expect(judge(before, second), 'out of order').toBe('gap')
  })

  it('moves the head on by what follows', async () => {
    const by = { ...household.device.signer, index: 2 }
    const block = await channel.forge(readings(1), { epoch: 4, by })
    expect(advance(head, block)).toEqual({ ...head, seq: 3, id: block.id, epoch: 4, keyIndex: 2 })
  })
})
