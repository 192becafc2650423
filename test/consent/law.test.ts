/**
 * The law of consent: whatever is granted, narrowed, paused, resumed, ended or let expire, with a
 * device online or offline, over midnights and hours that do not exist, each provider opens exactly
 * the blocks that its grants give, no more and no less, with only what it was served.
 *
 * @module
 */
import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { toHex } from '../../shared/bytes.ts'
import { CHANNELS, createPeople, createWorld, type People, PROVIDERS, type World } from './model.ts'

const HOUR = 3600

let people: People
beforeAll(async () => {
  people = await createPeople()
})

type Move = (world: World) => Promise<void>

/** A move with a name that tells it, for what fast-check prints. */
function move(name: string, run: Move): Move {
  return Object.assign(async (world: World) => await run(world), { toString: () => name })
}

const channel = fc.nat(CHANNELS - 1)
const which = fc.nat(5)
const minutes = (most: number) => fc.integer({ min: 0, max: most }).map((n) => n * 60)

const sealing = fc.record({ channel, late: minutes(90), spread: minutes(20), after: minutes(15) })
  .map(({ channel, late, spread, after }) =>
    move(`seal(${channel}, late ${late}, spread ${spread}, after ${after})`, async (world) => {
      world.now += after
      const to = world.now - (late > 1800 ? late - 1800 : 0)
      await world.seal(channel, ...new Set([to - spread, to]))
    })
  )

const waiting = fc.oneof(minutes(60), fc.constantFrom(6 * HOUR, 13 * HOUR, 24 * HOUR))
  .map((seconds) =>
    move(`wait(${seconds})`, async (world) => {
      world.now += seconds
    })
  )

const granting = fc.record({
  provider: fc.nat(PROVIDERS - 1),
  channels: fc.array(channel, { minLength: 1, maxLength: CHANNELS }),
  from: fc.oneof(fc.constant(0), minutes(60)),
  lasts: fc.oneof(minutes(120), fc.constant(400 * HOUR)),
  history: fc.oneof(fc.constant(0), minutes(120), fc.constant(30 * HOUR)),
}).map(({ provider, channels, from, lasts, history }) =>
  move(
    `grant(${provider}, [${channels.join()}], +${from}, ${lasts}, -${history})`,
    async (world) => {
      await world.grant(provider, channels, { from, until: from + lasts, history: -history })
    },
  )
)

const stepping = fc.tuple(
  which,
  fc.constantFrom('paused', 'resumed', 'paused', 'resumed', 'revoked', 'terminated'),
).map(([grant, what]) => move(`${what}(${grant})`, async (world) => await world.step(grant, what)))

const narrowing = fc.record({
  grant: which,
  from: fc.option(minutes(60)),
  until: fc.option(minutes(60)),
  history: fc.option(minutes(60)),
  channels: fc.boolean(),
}).map(({ grant, from, until, history, channels }) =>
  move(`narrow(${grant}, ${from}, ${until}, ${history}, ${channels})`, async (world) => {
    await world.step(grant, {
      ...(from === null ? {} : { from: world.now + from }),
      ...(until === null ? {} : { until: world.now + until }),
      ...(history === null ? {} : { history: world.now - history }),
      ...(channels ? { channels: [] } : {}),
    })
  })
)

const connecting = fc.boolean().map((online) =>
  move(online ? 'online()' : 'offline()', async (world) => {
    world.online = online
  })
)

const moves = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: sealing },
    { weight: 2, arbitrary: waiting },
    { weight: 4, arbitrary: granting },
    { weight: 4, arbitrary: stepping },
    { weight: 1, arbitrary: narrowing },
    { weight: 3, arbitrary: connecting },
  ),
  { minLength: 6, maxLength: 24, size: 'max' },
)

describe('whatever happens', () => {
  it(
    'a provider opens what its grants give, no more, no less; the platform opens nothing (30)',
    async () => {
      const seen = { grants: 0, ended: 0, openings: 0 }
      await fc.assert(
        fc.asyncProperty(moves, async (list) => {
          const world = await createWorld(people)
          for (const one of list) {
            await one(world)
            await world.settle()
          }
          world.online = true
          await world.settle()
          await world.check()
          await expectNoKeys(world)
          seen.grants += world.grants.length
          seen.ended += world.grants.filter(({ standing }) => standing.ended !== null).length
          seen.openings += world.grants.reduce((sum, { served }) => sum + served.length, 0)
        }),
        { numRuns: 150 },
      )
      // The sequences must be of the kind that the law is about.
      expect(seen.grants).toBeGreaterThan(150)
      expect(seen.ended).toBeGreaterThan(20)
      expect(seen.openings).toBeGreaterThan(500)
    },
    60_000,
  )
})

describe('named cases', () => {
  /** Hours from noon: a world that is settled after each move. */
  async function play(...moves: readonly ((world: World) => Promise<void> | void)[]) {
    const world = await createWorld(people)
    for (const one of moves) {
      await one(world)
      await world.settle()
    }
    return world
  }
  const later = (seconds: number) => (world: World) => {
    world.now += seconds
  }
  const seal = (channel = 0) => async (world: World) => await world.seal(channel, world.now)
  const grant = (provider: number, history = 0, channels = [0]) => async (world: World) =>
    await world.grant(provider, channels, { from: 0, until: 400 * HOUR, history: -history })
  const step = (grant: number, what: Parameters<World['step']>[1]) => async (world: World) =>
    await world.step(grant, what)
  const online = (is: boolean) => (world: World) => {
    world.online = is
  }

  it('one whose grant was revoked opens nothing of the epoch after, even from the platform’s own hands (30)', async () => {
    const world = await play(
      grant(0),
      seal(),
      later(60),
      step(0, 'revoked'),
      seal(),
      later(60),
      seal(),
    )
    expect(await world.opens(0)).toEqual(['0/0'])
    expect(await world.opensWithAll(0)).toEqual(['0/0'])
  })

  it('one whose grant is new opens nothing of the epoch before, unless history is given (30)', async () => {
    const moves = [seal(), later(600), seal(), later(600)]
    const without = await play(...moves, grant(0), seal())
    expect(await without.opensWithAll(0)).toEqual(['0/2'])
    const half = await play(...moves, grant(0, 900), seal())
    expect(await half.opensWithAll(0)).toEqual(['0/1', '0/2'])
    const whole = await play(...moves, grant(0, 1800), seal())
    expect(await whole.opensWithAll(0)).toEqual(['0/0', '0/1', '0/2'])
  })

  it('an offline device goes on in the old epoch; it is not served, and ends when it hears (31)', async () => {
    const world = await play(
      grant(0),
      seal(),
      later(60),
      online(false),
      step(0, 'revoked'),
      seal(),
      later(60),
      online(true),
      seal(),
    )
    expect(await world.opens(0)).toEqual(['0/0'])
    // What was sealed unheard could be opened, were it served: the first lock is the platform’s.
    expect(await world.opensWithAll(0)).toEqual(['0/0', '0/1'])
  })

  it('a grant to the coarser channel never brings a key of the finer (38)', async () => {
    const world = await play(seal(0), seal(1), grant(0, 900, [1]), seal(0), seal(1))
    expect(await world.opensWithAll(0)).toEqual(['1/0', '1/1'])
    expect(world.wrapsOf(0)).not.toContain(0)
    expect(world.wrapsOf(0)).toContain(1)
  })

  it('an epoch that is still open is given block by block: what follows may be nobody’s', async () => {
    const world = await play(
      seal(),
      online(false),
      grant(0, 900),
      step(0, 'paused'),
      online(true),
      later(60),
      seal(),
    )
    expect(await world.opensWithAll(0)).toEqual(['0/0'])
  })

  it('a local midnight, and a day of 23 hours, change nothing but the epoch (39)', async () => {
    const world = await play(
      grant(0),
      seal(),
      later(12 * HOUR),
      seal(),
      later(23 * HOUR),
      seal(),
      later(24 * HOUR),
      seal(),
    )
    expect(await world.opens(0)).toEqual(['0/0', '0/1', '0/2', '0/3'])
    expect(world.epochs(0)).toBeGreaterThanOrEqual(4)
  })

  it.each([600, -600])(
    'a device whose clock is %i seconds off gives no more and no less: observed time decides (39)',
    async (ahead) => {
      const world = await play(
        (it) => {
          it.ahead = ahead
        },
        seal(),
        later(60),
        async (it) => await it.grant(0, [0], { from: 0, until: 1800, history: 0 }),
        later(60),
        seal(),
        later(1739),
        seal(),
        later(1),
        seal(),
        later(60),
        seal(),
      )
      expect(await world.opensWithAll(0)).toEqual(['0/1', '0/2'])
      await world.check()
    },
  )

  it('a grant ends at its second, and what is observed then is not given (39)', async () => {
    const world = await play(
      async (it) => await it.grant(0, [0], { from: 0, until: 600, history: 0 }),
      later(599),
      seal(),
      later(1),
      seal(),
      later(1),
      seal(),
    )
    expect(await world.opensWithAll(0)).toEqual(['0/0'])
  })
})

/** No key of an epoch, a block or a grant is anywhere among the bytes of the platform. */
async function expectNoKeys(world: World): Promise<void> {
  const { keys, kept } = await world.secrets()
  const all = kept.map(toHex).join(' ')
  expect(keys.filter((key) => all.includes(toHex(key)))).toEqual([])
}
