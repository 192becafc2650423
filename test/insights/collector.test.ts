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

function world(erasure: 'asked' | 'done' | null) {
  const lines: Line[] = []
  const answers: boolean[] = []
  const journal: Journal = {
    load: () => Promise.resolve([...lines]),
    append: (_, more) => Promise.resolve(void lines.push(...more)),
    erase: () => Promise.resolve(void (lines.length = 0)),
  }
  const items = readings(3).map((reading, seq): GrantItem => {
    return { kind: 'reading', channel, seq, block: new Uint8Array(32), reading }
  })
  const state = { erasure }
  const granted = {
    id: ID,
    look: () => Promise.resolve({ standing: { ...state, terms: { channels: [channel] } } }),
    reader: () =>
      Promise.resolve({
        place: () => null,
        async *read() {
          yield* items
        },
        async *follow(signal: AbortSignal) {
          await new Promise((resolve) => signal.addEventListener('abort', resolve))
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
  return { collector, granted, lines, answers, phase }
}

test('what was erased is not read again, though the grant goes on', async () => {
  const { collector, granted, lines, answers, phase } = world('done')
  collector.watch(granted)
  await expect.poll(phase).toBe('erased')
  expect([collector.of(ID)?.readings, lines, answers]).toEqual([[], [], []])
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

test('nothing is written after the erasing, whatever was under way', async () => {
  const { collector, granted, lines, answers, phase } = world(null)
  collector.watch(granted)
  await expect.poll(phase).toBe('following')
  expect(lines).toHaveLength(3)
  await collector.erase(granted)
  expect([phase(), collector.of(ID)?.readings, lines, answers]).toEqual(['erased', [], [], [true]])
  collector.stop()
})
