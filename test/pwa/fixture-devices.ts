/**
 * A household's devices, made up but plausible, for looking at Settings.
 *
 * @module
 */
import { parsePairingCode } from '../../shared/identity/pairing-code.ts'
import { AppError } from '../../pwa/state.ts'
import { type DeviceActions, devices, type DeviceView } from '../../pwa/settings/devices-state.ts'

const meter = 'E0044007117155121'
const hex = (first: string) => first.padEnd(64, '3c0f7a91d2e4b8566f1d0c9ab7e34258')

const all: readonly DeviceView[] = [
  {
    id: hex('71536b51'),
    kind: 'this',
    name: null,
    meters: ['E0044007117155122'],
    lastBlock: 1_781_430_000,
    grants: 1,
    unsent: false,
  },
  {
    id: hex('a0e1'),
    kind: 'gateway',
    name: 'Keller (Raspberry Pi)',
    meters: [meter, 'G0025003454125617'],
    lastBlock: 1_781_433_120,
    grants: 2,
    unsent: false,
  },
  {
    id: hex('b0e1'),
    kind: 'browser',
    name: null,
    meters: [],
    lastBlock: null,
    grants: 0,
    unsent: false,
  },
]

const WRONG: Readonly<Record<string, string>> = {
  0: 'room-unknown',
  1: 'too-many-guesses',
  2: 'pairing-expired',
  3: 'offline',
  4: 'room-closed',
  5: 'pairing-of-unpaired',
}

export function fixtureDevices(): DeviceActions {
  return {
    async findGateway(code) {
      if (parsePairingCode(code) === null) throw new AppError('pairing-code-malformed')
      // What becomes of it stands at its beginning.
      const wrong = WRONG[code.slice(0, 1)]
      if (wrong !== undefined) {
        throw new AppError(wrong, undefined, wrong === 'too-many-guesses' ? 540 : null)
      }
      const asks = [meter, 'G0025003454125617'].flatMap((id) =>
        (['live', 'PT15M', 'P1D'] as const).map((resolution) => ({
          meter: id,
          simulated: false,
          classes: resolution === 'live' ? 'all' as const : 'energy' as const,
          resolution,
        }))
      )
      return { id: hex('c0e1'), name: 'Keller (Raspberry Pi)', asks, isPaired: false }
    },
    pairGateway: async () => undefined,
    leaveGateway: async () => undefined,
    async showDevices() {
      devices.value ??= all
    },
    async unpair(id) {
      devices.value = all.map((one) => one.id === id ? { ...one, unsent: true } : one)
    },
  }
}
