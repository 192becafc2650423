/**
 * What consent costs where the keys are: giving a channel to one more provider and taking it back,
 * beside others who have it already, with all that is signed, sealed, wrapped and sent; and the turn
 * of an epoch for a thousand grants against sealing its key to a thousand providers.
 *
 * @module
 */
import { sealGrantKey } from '../../shared/consent/grant.ts'
import { createProvider, random } from '../consent/people.ts'
import { consentHeap } from './consent-heap.ts'
import { createWorld, NOW } from './consent-world.ts'
import { type Contender, during, ratio, sideBySide, type Turn } from './measure.ts'
import type { Bounds, Report } from './report.ts'

const PROVIDERS = [1, 10, 100, 1000]
const MANY = 1000
const GOAL = 20

export async function benchConsent(
  { rounds, milliseconds }: Bounds,
): Promise<(Report | string)[]> {
  const reports: Report[] = []
  for (const count of PROVIDERS) {
    const world = await createWorld(count - 1)
    const turns = { granting: [] as Turn[], revoking: [] as Turn[] }
    const both: Contender = {
      name: 'both',
      turn: async () => {
        const turn = await world.measure(milliseconds)
        turns.granting.push(turn.granting)
        turns.revoking.push(turn.revoking)
        return turn.granting
      },
    }
    // One cannot be done twice without the other: they are measured together, and told apart.
    const [measured] = await sideBySide([both], rounds)
    if (measured === undefined) throw new Error('Nothing was measured')
    const kept = measured.turns.map((turn) => turns.granting.indexOf(turn))
    reports.push({
      title: count === 1
        ? 'A channel given to 1 provider'
        : `A channel given to ${count} providers`,
      unit: 'changes',
      measured: (['granting', 'revoking'] as const).map((name) => ({
        name: `${name === 'granting' ? 'Granting to' : 'Revoking'} one of ${count}`,
        turns: kept.flatMap((i) => turns[name][i] ?? []),
        quiet: measured.quiet,
      })),
      ratios: [],
      notes: count === PROVIDERS[0]
        ? [
          'By the owner’s device, in Node: everything that is signed, sealed and wrapped from the tap to the epoch that turned, and the bytes and requests that it sends. What the platform does with them is not counted.',
        ]
        : [],
    })
  }
  return [...reports, await benchTurn({ rounds, milliseconds }), await memory()]
}

/** An epoch for a thousand, against its key sealed a thousand times. */
async function benchTurn({ rounds, milliseconds }: Bounds): Promise<Report> {
  const world = await createWorld(MANY + 1)
  const provider = await createProvider(NOW)
  const wrapping: Contender = {
    name: 'Kilowit: an epoch turns for 1,000 grants',
    turn: () =>
      during(milliseconds, async () => {
        await world.turn()
        return MANY
      }),
  }
  const { terms, name } = world.sample
  const sealing: Contender = {
    name: 'HPKE (X25519): a key sealed 1,000 times',
    turn: () =>
      during(milliseconds, async () => {
        const key = random(32)
        for (let i = 0; i < MANY; i++) await sealGrantKey(key, name, terms, provider.sealing)
        return MANY
      }),
  }
  const measured = await sideBySide([wrapping, sealing], rounds)
  const [ours, hpke] = measured
  return {
    title: 'Turning an epoch for 1,000 grants',
    unit: 'grants',
    measured,
    ratios: ours && hpke
      ? [
        { name: 'Kilowit / HPKE', ratio: ratio(ours, hpke), goal: GOAL },
        {
          name: 'Kilowit / HPKE, by CPU time',
          ratio: ratio(ours, hpke, (turn) => turn.perCpuSecond),
          goal: GOAL,
        },
      ]
      : [],
    notes: [
      'Ours is the whole turn: a fresh key and its commitment, sealed to the owner, the opening signed, the key wrapped under each grant key, and the batch signed.',
    ],
  }
}

async function memory(): Promise<string> {
  const { without, looks } = await consentHeap(MANY)
  const rows = looks.map(([blocks, bytes]) =>
    `| ${blocks.toLocaleString('en')} | ${((bytes - without) / 2 ** 20).toFixed(2)} |`
  )
  return [
    '### What a thousand grants take of the memory',
    '',
    '| blocks sealed under them | MiB more than with one grant |',
    '| --- | --- |',
    ...rows,
    '',
    'In a process of its own, after its garbage was collected: keys, terms and steps of 1,000 grants',
    'in the owner’s device. With each block it is asked for whom its epoch is wrapped.',
  ].join('\n')
}
