/**
 * How much work something is, counted rather than timed: how often the blocks of our own code are
 * run through, as V8's coverage counts them. What the engine does inside of one call is not in it.
 *
 * @module
 */
import { Session } from 'node:inspector/promises'

/** Rooms whose code is counted. */
const OURS = /\/(shared|server|pwa|edge)\/[^?]*\.tsx?(\?|$)/

export interface Counter {
  /** Runs one after the other. */
  worksOf(all: readonly (() => unknown)[]): Promise<number[]>
  end(): void
}

/**
 * Counting slows all code down for as long as it goes on.
 *
 * @param counted whose code, by its address
 */
export async function countWork(counted: RegExp = OURS): Promise<Counter> {
  const session = new Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true })
  /** What was counted since it was asked the last time. */
  async function taken(): Promise<number> {
    const { result } = await session.post('Profiler.takePreciseCoverage')
    const ranges = result.filter(({ url }) => counted.test(url))
      .flatMap(({ functions }) => functions.flatMap((own) => own.ranges))
    return ranges.reduce((sum, { count }) => sum + count, 0)
  }
  return {
    async worksOf(all) {
      await taken()
      const works: number[] = []
      for (const one of all) {
        await one()
        works.push(await taken())
      }
      return works
    },
    end: () => session.disconnect(),
  }
}
