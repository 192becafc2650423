/**
 * What Insights keeps, with a grant that is made up: what the owner asked to erase is gone, whenever
 * Insights hears of it, and does not come back.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { createCollector } from '../../insights/collector.ts'
import type { Journal, Line } from '../../insights/journal.ts'
import type { Granted, GrantItem } from '../../shared/api/granted.ts'
import { readings } from '../rig/household.ts'

const ID = 'A'.repeat(22)
const channel = new Uint8Array(16)
const about = { resolution: 'PT15M', zone: 'Europe/Vienna', simulated: false }

function readingAt(place: number): GrantItem {
  const [reading] = readings(1, { from: 1_767_225_600 + 900 * place })
  if (reading === undefined) throw new TypeError('There is no reading')
  return { kind: 'reading', channel, seq: place, block: new Uint8Array(32), reading }
}

function world(erasure: 'asked' | 'done' | null, channels = 1) {
  const lines: Line[] = []
  const answers: boolean[] = []
  const journal: Journal = {
    load: () => Promise.resolve([...lines]),
    append: (_, more) => Promise.resolve(void lines.push(...more)),
    erase: () => Promise.resolve(void (lines.length = 0)),
  }
  const items = [0, 1, 2].map(readingAt)
  const coming: GrantItem[] = []
  let wake: () => void = () => undefined
  const state = { erasure }
  const granted = {
    id: ID,
    look: () =>
      Promise.resolve({
        state: 'active',
        standing: {
          ...state,
          terms: { channels: Array.from({ length: channels }, (_, i) => new Uint8Array([i])) },
        },
      }),
    reader: () =>
      Promise.resolve({
        place: () => null,
        about: () => about,
        async *read() {
          yield* items
        },
        async *follow(signal: AbortSignal) {
          while (!signal.aborted) {
            yield* coming.splice(0)
            await new Promise<void>((resolve) => {
              wake = resolve
              signal.addEventListener('abort', () => resolve())
            })
          }
          yield* items // under way when it was told to stop
        },
      }),
    answerErasure: (done: boolean) => {
      state.erasure = 'done'
      return Promise.resolve(void answers.push(done))
    },
  } as unknown as Granted // what the collector uses
  const collector = createCollector({ journal, say: () => undefined })
  const phase = () => collector.of(ID)?.phase
  const follow = (item: GrantItem) => {
    coming.push(item)
    wake()
  }
  return { collector, granted, lines, answers, phase, follow }
}

test('what was erased is not read again, though the grant goes on', async () => {
  const { collector, granted, lines, answers, phase } = world('done')
  collector.watch(granted)
  await expect.poll(phase).toBe('erased')
  expect([collector.of(ID)?.series, lines, answers]).toEqual([[], [], []])
  collector.stop()
})

test('a request that came while nothing ran is found at the start, and answered', async () => {
  const { collector, granted, lines, answers, phase } = world('asked')
  lines.push({ kind: 'fault', seq: 1, reason: 'block-missing' })
  collector.watch(granted)
  await expect.poll(phase).toBe('erased')
  expect([lines, answers]).toEqual([[], [true]])
  collector.stop()
})

test('after a pause it goes on: what comes is kept at once, and the pause is no longer told', async () => {
  const { collector, granted, lines, phase, follow } = world(null)
  collector.watch(granted)
  await expect.poll(phase).toBe('following')
  follow({ kind: 'paused' })
  await expect.poll(phase).toBe('paused')
  // A webhook says that something changed: the meter may tell nothing for a quarter of an hour.
  collector.watch(granted)
  await expect.poll(phase).toBe('following')
  follow({ kind: 'paused' })
  await expect.poll(phase).toBe('paused')
  follow(readingAt(3))
  await expect.poll(phase).toBe('following')
  await expect.poll(() => lines.filter(({ kind }) => kind === 'reading').length).toBe(4)
  collector.stop()
})

test('two channels are two series, however their readings come', async () => {
  const { collector, granted } = world(null, 2)
  collector.watch(granted)
  const lengths = () => collector.of(ID)?.series.map(({ readings }) => readings.length)
  await expect.poll(lengths).toEqual([3, 3])
  expect(new Set(collector.of(ID)?.series.map(({ channel }) => channel)).size).toBe(2)
  expect(collector.of(ID)?.series[0]?.about?.zone).toBe('Europe/Vienna')
  collector.stop()
})

test('nothing is written after the erasing, whatever was under way', async () => {
  const { collector, granted, lines, answers, phase } = world(null)
  collector.watch(granted)
  await expect.poll(phase).toBe('following')
  expect(lines).toHaveLength(4)
  await collector.erase(granted)
  expect([phase(), collector.of(ID)?.series, lines, answers]).toEqual(['erased', [], [], [true]])
  collector.stop()
})
