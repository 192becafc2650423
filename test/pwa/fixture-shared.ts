/**
 * What others gave, made up but plausible.
 *
 * @module
 */
import type { Actions } from '../../pwa/actions.ts'
import {
  type SharedActions,
  sharedBroken,
  type SharedGrant,
  type SharedLine,
  sharedMore,
  sharedWithMe,
} from '../../pwa/sharing/shared-state.ts'
import type { EnergyView, SharedEnergy } from '../../pwa/state.ts'

const DAY = 86_400
const now = (): number => Math.floor(Date.now() / 1000)

const PERSON = 'aYse2mW9vJt4sLr8eYbXkQ2mW9vJt4sLr8eYbXkQ2mW'

const quarter: SharedLine = {
  channel: 'quarter',
  classes: 'energy',
  resolution: 'PT15M',
  zone: 'Europe/Berlin',
}
const daily: SharedLine = { ...quarter, channel: 'daily', resolution: 'P1D' }

function given(id: string, changes: Partial<SharedGrant> = {}): SharedGrant {
  const at = now()
  return {
    id,
    owner: PERSON,
    name: 'Ayşe',
    lines: [quarter, daily],
    purposes: ['energy-advice', 'billing'],
    from: at - 40 * DAY,
    until: at + 325 * DAY,
    history: at - 70 * DAY,
    phase: 'active',
    ended: null,
    last: {},
    ...changes,
  }
}

function everything(): SharedGrant[] {
  const at = now() - 3600
  const last = { quarter: { seq: 4021, at: at - 480, provisional: true } }
  return [
    given('active'),
    given('broken', { name: '' }),
    given('paused', { phase: 'paused', last, lines: [quarter, { ...quarter, channel: 'attic' }] }),
    given('waiting', { phase: 'waiting', from: at + DAY, history: at + DAY }),
    given('ended', {
      phase: 'ended',
      ended: { reason: 'withdrawn', at },
      last: { ...last, daily: { seq: null, at: null, provisional: false } },
      lines: [quarter, { ...daily, classes: null }],
    }),
  ]
}

export function showShared(state: string): void {
  sharedWithMe.value = state === 'shared' ? everything() : null
  sharedMore.value = state === 'shared-ended'
  sharedBroken.value = state === 'shared-ended' ? 1 : 0
}

function change(id: string, changes: Partial<SharedGrant>): void {
  sharedWithMe.value = (sharedWithMe.value ?? [])
    .map((one) => one.id === id ? { ...one, ...changes } : one)
}

export function fixtureSharing(): SharedActions {
  return {
    makeAddress: async () => undefined,
    namePerson: async (id, name) => {
      sharedWithMe.value = (sharedWithMe.value ?? [])
        .map((one) => one.owner === id ? { ...one, name } : one)
    },
    showShared: async () => void (sharedWithMe.value ??= []),
    giveBack: async (id) => change(id, { phase: 'ended' }),
  }
}

/** @param energyOf made up for a stretch of time */
export function fixtureSharedReading(
  energyOf: (from: number, to: number) => EnergyView,
): Pick<Actions, 'readShared' | 'exportShared'> {
  return {
    readShared: async ({ grant, channel }, from, to): Promise<SharedEnergy> => {
      const at = now() - 600
      const energy = energyOf(from, to)
      return {
        energy: { ...energy, unopened: channel === 'daily' ? 2 : 0 },
        newest: {
          meter: 'E0044007117155121',
          at,
          clock: 'meter',
          seen: at,
          registers: [{ obis: '1-0:1.8.0*255', value: '7654321', exponent: 0, unit: 'Wh' }],
          texts: [],
          assurance: { line: 'crc', origin: 'plain', custody: 'browser' },
          warnings: [],
        },
        seq: 4021,
        readings: 35_040,
        fault: grant === 'broken' ? { seq: 4022, reason: 'signature-does-not-hold' } : null,
        over: grant !== 'active',
      }
    },
    exportShared: async () => ({
      name: 'kilowit-shared-active-PT15M-2026-06-14.csv',
      bytes: new Uint8Array(8),
      unopened: 0,
    }),
  }
}
