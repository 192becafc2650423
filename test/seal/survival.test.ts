import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { createPeople, createWorld, type People, type World } from './model.ts'

const DAY = 86_400
const RUNS = 60

type Step =
  | {
    readonly do: 'seal' | 'deliver' | 'copy' | 'restore' | 'keep' | 'race'
    readonly on: number
  }
  | { readonly do: 'crash'; readonly after: number }
  | { readonly do: 'pass' | 'step'; readonly seconds: number }
  | { readonly do: 'trouble'; readonly trouble: 'request-lost' | 'answer-lost' }
  | { readonly do: 'platform-restored'; readonly part: number }

const on = fc.nat(2)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('seal' as const), on }) },
  { weight: 6, arbitrary: fc.record({ do: fc.constant('deliver' as const), on }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constantFrom('copy' as const, 'race' as const), on }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constantFrom('keep' as const, 'restore' as const), on }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('crash' as const), after: fc.nat(8) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constantFrom('pass' as const),
      seconds: fc.constantFrom(60, 3600, DAY / 2, DAY),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constantFrom('step' as const),
      seconds: fc.constantFrom(-2 * DAY, -3600, -1, 1, 900, 2 * DAY),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('trouble' as const),
      trouble: fc.constantFrom('request-lost' as const, 'answer-lost' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('platform-restored' as const),
      part: fc.constantFrom(0, 0.3, 0.6, 0.9),
    }),
  },
)

async function run(world: World, taken: Step): Promise<void> {
  const { platform, profiles } = world
  const profile = 'on' in taken ? profiles[taken.on % profiles.length] : undefined
  if (profile !== undefined) {
    if (taken.do === 'seal') await world.seal(profile, 0, 1 + taken.on)
    if (taken.do === 'deliver') await world.deliver(profile)
    if (taken.do === 'copy' && profiles.length < 3) world.copy(profile)
    if (taken.do === 'restore') world.restore(profile)
    if (taken.do === 'keep') world.keep(profile)
    if (taken.do === 'race') {
      await Promise.all([world.seal(profile, 0), world.seal(profile, 1), world.deliver(profile)])
    }
  }
  if (taken.do === 'crash') world.fuse.at = taken.after
  if (taken.do === 'trouble') platform.trouble = taken.trouble
  if (taken.do === 'platform-restored') platform.restore(taken.part)
  if (taken.do === 'pass') platform.now += taken.seconds
  if (taken.do === 'pass' || taken.do === 'step') world.now += taken.seconds
}

describe('sealing survives', () => {
  let people: People
  beforeAll(async () => {
    people = await createPeople()
  })

  it('whatever happens to the profile, the clock, the line and the platform', async () => {
    let worlds = 0
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const world = await createWorld(people)
        let most = 1
        for (const taken of steps) {
          if (['copy', 'restore', 'platform-restored'].includes(taken.do)) most++
          await run(world, taken)
        }
        await world.settle(most)
        worlds++
      }),
      { numRuns: RUNS },
    )
    expect(worlds).toBe(RUNS)
  })

  it('a death at any step of sealing and delivering, epochs and forks included', async () => {
    let deaths = 0
    for (let after = 0;; after++) {
      const world = await createWorld(people)
      const [first] = world.profiles
      if (first === undefined) throw new Error('No profile')
      await world.seal(first)
      world.copy(first)
      const [, second] = world.profiles
      if (second === undefined) throw new Error('No copy')
      await world.seal(second)
      await world.deliver(second)
      await world.seal(first)
      world.fuse.at = after
      await world.seal(first)
      world.now += DAY
      world.platform.now += DAY
      await world.seal(first)
      await world.deliver(first)
      const died = world.fuse.at === null
      await world.settle(2)
      expect(world.platform.blocks.length).toBeGreaterThan(5)
      if (!died) break
      deaths++
    }
    expect(deaths).toBeGreaterThan(15)
  })
})
