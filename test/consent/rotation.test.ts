import { beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, toHex } from '../../shared/bytes.ts'
import { type Given, gives, nextTurn, owed, recipientsAt } from '../../shared/consent/rotation.ts'
import { applyStep, beginStanding, type Standing, type Step } from '../../shared/consent/steps.ts'
import type { Terms } from '../../shared/consent/terms.ts'
import { startOfNextLocalDay } from '../../shared/meter/zone.ts'
import { createHousehold, type Household } from '../rig/household.ts'
import { createProvider, grantTo, type Provider } from './people.ts'

const NOW = 1_767_225_600
const CHANNEL = fill(1, 16)
let household: Household
let provider: Provider
beforeAll(async () => {
  household = await createHousehold({ now: NOW })
  provider = await createProvider(NOW)
})

async function standing(terms: Partial<Terms> = {}, ...steps: Part[]): Promise<Standing> {
  const { grant, id } = await grantTo(
    provider,
    household.owner,
    { channels: [CHANNEL], from: NOW, until: NOW + 1000, history: NOW, ...terms },
    NOW,
  )
  return steps.reduce((before: Standing, part, i) => {
    const base = { v: 1, grant: grant.content.grant, step: i + 1, prev: before.head } as const
    return applyStep(before, { ...base, ...part } as Step, fill(i, 32))
  }, beginStanding(grant.content, id))
}

type Part = { at: number; what: Step['what']; [member: string]: unknown }

const names = (standings: readonly Standing[]) => standings.map(({ grant }) => toHex(grant.grant))

describe('an epoch is wrapped for', () => {
  it('grants of this channel that give reading, from history to the end, to the second (39)', async () => {
    const one = await standing({ from: NOW + 50, history: NOW + 10 })
    const other = await standing({ channels: [fill(2, 16)] })
    const at = (now: number) => recipientsAt(CHANNEL, [one, other], now)
    expect(at(NOW + 9)).toEqual([])
    expect(at(NOW + 10)).toEqual([one])
    expect(at(NOW + 999)).toEqual([one])
    expect(at(NOW + 1000)).toEqual([])
  })

  it('none that is paused, revoked or terminated', async () => {
    const paused = await standing({}, { at: NOW, what: 'paused' })
    const resumed = await standing({}, { at: NOW, what: 'paused' }, { at: NOW, what: 'resumed' })
    const revoked = await standing({}, { at: NOW, what: 'revoked', reason: 'withdrawn' })
    const terminated = await standing({}, { at: NOW, what: 'terminated' })
    expect(names(recipientsAt(CHANNEL, [paused, resumed, revoked, terminated], NOW + 1)))
      .toEqual(names([resumed]))
  })
})

describe('an epoch turns', () => {
  it('when a grant begins, ends or pauses, in whatever order they are known', async () => {
    const one = await standing()
    const two = await standing()
    const pausedTwo = applyStep(two, step(two, { at: NOW, what: 'paused' }), fill(0, 32))
    const wrappedFor = (standings: readonly Standing[], now = NOW) =>
      names(recipientsAt(CHANNEL, standings, now))
    const both = names([one, two]).sort()
    expect(wrappedFor([])).toEqual([])
    expect(wrappedFor([one])).toEqual(names([one]))
    expect(wrappedFor([one, two])).toEqual(both)
    expect(wrappedFor([two, one])).toEqual(both)
    expect(wrappedFor([one, pausedTwo])).toEqual(names([one]))
    expect(wrappedFor([one, two], NOW + 1000)).toEqual([])
  })

  it('at the next second at which one begins or ends by time alone', async () => {
    const one = await standing({ history: NOW + 10, from: NOW + 10, until: NOW + 300 })
    const two = await standing()
    const paused = await standing({ until: NOW + 5 }, { at: NOW, what: 'paused' })
    const all = [one, two, paused]
    expect(nextTurn(CHANNEL, all, NOW)).toBe(NOW + 10)
    expect(nextTurn(CHANNEL, all, NOW + 10)).toBe(NOW + 300)
    expect(nextTurn(CHANNEL, all, NOW + 300)).toBe(NOW + 1000)
    expect(nextTurn(CHANNEL, all, NOW + 1000)).toBeNull()
    expect(nextTurn(fill(9, 16), all, NOW)).toBeNull()
  })

  it('at the end of a local day of 23 or 25 hours, by instants and not by hours (39)', async () => {
    for (
      const [day, hours] of [[Date.UTC(2026, 2, 28, 23), 23], [
        Date.UTC(2026, 9, 24, 22),
        25,
      ]] as const
    ) {
      const begin = day / 1000
      const until = startOfNextLocalDay('Europe/Vienna', begin)
      expect(until - begin).toBe(hours * 3600)
      const one = await standing({ from: begin, history: begin, until })
      expect(nextTurn(CHANNEL, [one], begin)).toBe(until)
      expect(recipientsAt(CHANNEL, [one], until - 1)).toEqual([one])
      expect(recipientsAt(CHANNEL, [one], until)).toEqual([])
      expect(gives(one, { from: begin, to: until - 1 })).toBe(true)
      expect(gives(one, { from: begin - 1, to: begin })).toBe(false)
      expect(gives(one, { from: until - 1, to: until })).toBe(false)
    }
  })
})

describe('a block is given', () => {
  it.for<readonly [string, number, number, boolean]>([
    ['before the pause', 0, 99, true],
    ['into the pause', 50, 100, false],
    ['in the pause', 120, 130, false],
    ['out of the pause', 199, 200, false],
    ['over the pause', 50, 250, false],
    ['after the pause', 200, 210, true],
    ['into the second pause, which lasts', 250, 300, false],
    ['long after its beginning', 800, 810, false],
  ])('%s', async ([, from, to, expected]) => {
    const one = await standing(
      {},
      { at: NOW + 100, what: 'paused' },
      { at: NOW + 200, what: 'resumed' },
      { at: NOW + 300, what: 'paused' },
    )
    expect(gives(one, { from: NOW + from, to: NOW + to })).toBe(expected)
  })
})

describe('what is owed', () => {
  const blocks = (first: number, ...times: number[]) =>
    times.map((time, i) => ({ seq: first + i, from: NOW + time, to: NOW + time + 5 }))
  const epochs = [
    { epoch: 0, closed: true, blocks: blocks(0, 0, 10) },
    { epoch: 1, closed: true, blocks: blocks(2, 20, 30) },
    { epoch: 2, closed: false, blocks: blocks(4, 40, 50) },
    { epoch: 3, closed: true, blocks: [] },
  ]

  it('is whole epochs where all is given and nothing can follow, and else single blocks', async () => {
    const one = await standing({ history: NOW + 10, from: NOW + 60 })
    expect(owed(one, epochs, new Map(), NOW + 60)).toEqual([
      { epoch: 0, whole: false, blocks: [1] },
      { epoch: 1, whole: true },
      { epoch: 2, whole: false, blocks: [4, 5] },
    ])
  })

  it('is nothing twice, and nothing after the end', async () => {
    const one = await standing({ history: NOW + 10, from: NOW + 60 })
    const given = new Map<number, Given>([[0, new Set([1])], [1, 'whole'], [2, new Set([4])]])
    expect(owed(one, epochs, given, NOW + 60)).toEqual([{ epoch: 2, whole: false, blocks: [5] }])
    expect(owed(one, epochs, new Map(), NOW + 1000)).toEqual([])
  })
})

function step(of: Standing, part: Part): Step {
  const base = { v: 1, grant: of.grant.grant, step: of.step + 1, prev: of.head }
  return { ...base, ...part } as Step
}

function fill(value: number, length: number): Bytes {
  return new Uint8Array(length).fill(value)
}
