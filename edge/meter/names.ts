/**
 * The simulated meters that `npm run meter` plays, by name: what each is, its line, whether it pushes
 * or answers, and what opens its telegrams.
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'
import { d0Line, type LineSettings, p1Line, p1OldLine } from '../../shared/meter/line.ts'
import { rs485 } from '../../shared/meter/modbus-lines.ts'
import { createSimulatedD0Meter } from '../../shared/meter/simulate-d0.ts'
import { createSimulatedDlmsMeter, type ViennaModel } from '../../shared/meter/simulate-dlms.ts'
import { createSimulatedMBus } from '../../shared/meter/simulate-mbus.ts'
import { createSimulatedBus, oneOfEach } from '../../shared/meter/simulate-modbus.ts'
import { createSimulatedSmlMeter } from '../../shared/meter/simulate-sml.ts'
import { createSimulatedMeter, type SimulatedMeterOptions } from '../../shared/meter/simulate.ts'
import type { Protocol } from '../../shared/meter/telegram.ts'
import { modbusTcp, optical, type Voice, wired } from './voices.ts'

/** Which household they all are of. */
const seed = 1
/** Import counter at the end of 2019. */
const startWh = 4_000_000

export interface NamedMeter {
  readonly what: string
  readonly protocol: Protocol
  /** Null: it is spoken to over TCP alone. */
  readonly line: LineSettings | null
  readonly play: () => Played
}

export interface Played {
  /** Ids that its readings carry. */
  readonly meters: readonly string[]
  readonly voice: Voice
  /** What its owner would get from the operator; none where it speaks in the clear. */
  readonly key?: Bytes
  readonly authenticationKey?: Bytes
}

const eightNone = rs485(9600)
const mbusLine = rs485(2400, 'even')

function p1(
  version: NonNullable<SimulatedMeterOptions['version']>,
  every: number,
  dialect = `DSMR ${version}`,
): NamedMeter {
  return {
    what: `P1 port, ${dialect}, with a gas meter`,
    protocol: 'p1',
    line: version === '2.2' ? p1OldLine : p1Line,
    play() {
      const meter = createSimulatedMeter({ seed, startWh, version, gas: true })
      return {
        meters: [meter.meter],
        voice: { kind: 'pushes', every, telegramAt: (unix) => meter.telegramAt(unix) },
      }
    },
  }
}

function vienna(model: ViennaModel, maker: string, isAuthenticated = false): NamedMeter {
  return {
    what: `D0 interface of Wiener Netze, ${maker} ${model}, ${
      isAuthenticated ? 'encrypted and authenticated' : 'encrypted'
    }`,
    protocol: 'dlms',
    line: eightNone,
    play() {
      const security = isAuthenticated ? 'authenticated' : 'encrypted-only'
      const meter = createSimulatedDlmsMeter({ seed, startWh, model, security })
      return {
        meters: [meter.meter],
        voice: { kind: 'pushes', every: 5, telegramAt: async (unix) => meter.telegramAt(unix) },
        key: meter.key,
        ...(isAuthenticated ? { authenticationKey: meter.authenticationKey } : {}),
      }
    },
  }
}

function sml(pin: boolean): NamedMeter {
  return {
    what: `SML, a German basic meter ${
      pin ? 'with its PIN entered' : 'without its PIN: whole kilowatt-hours'
    }`,
    protocol: 'sml',
    line: eightNone,
    play() {
      const meter = createSimulatedSmlMeter({ seed, startWh, pin })
      return {
        meters: [meter.meter],
        voice: { kind: 'pushes', every: 2, telegramAt: (unix) => meter.telegramAt(unix) },
      }
    },
  }
}

function d0(mode: 'A' | 'B' | 'C' | 'D' | 'E', what: string): NamedMeter {
  return {
    what: `optical interface, IEC 62056-21 mode ${mode}: ${what}`,
    protocol: 'd0',
    line: d0Line(mode === 'D' ? 2400 : 300),
    play() {
      const meter = createSimulatedD0Meter({ seed, startWh, mode })
      const voice: Voice = mode === 'D'
        ? { kind: 'pushes', every: 2, telegramAt: (unix) => meter.telegramAt(unix) }
        : optical(meter)
      return { meters: [meter.meter], voice }
    },
  }
}

function modbus(transport: 'RTU' | 'TCP'): NamedMeter {
  return {
    what: `Modbus ${transport}, units 1 to ${oneOfEach.length}: Janitza, Eastron, SunSpec`,
    protocol: 'modbus',
    line: transport === 'RTU' ? eightNone : null,
    play() {
      const bus = createSimulatedBus({ seed, startWh })
      return {
        meters: bus.devices.map(({ unit, meter }) => `unit ${unit} ${meter}`),
        voice: transport === 'RTU' ? wired(bus, eightNone.baudRate) : modbusTcp(bus),
      }
    },
  }
}

const mbusMeters: NamedMeter = {
  what: 'M-Bus with a heat, a water and an electricity meter at addresses 1, 2 and 3',
  protocol: 'mbus',
  line: mbusLine,
  play() {
    const bus = createSimulatedMBus([
      { kind: 'heat', address: 1, id: '10000001', seed },
      { kind: 'water', address: 2, id: '10000002', seed },
      { kind: 'electricity', address: 3, id: '10000003', seed },
    ])
    return { meters: bus.identities.map(({ id }) => id), voice: wired(bus, mbusLine.baudRate) }
  },
}

export const namedMeters: ReadonlyMap<string, NamedMeter> = new Map([
  ['p1-2.2', p1('2.2', 10, 'DSMR 2.2, which has no CRC')],
  ['p1-4.2', p1('4.2', 10)],
  ['p1-5.0.2', p1('5.0.2', 1)],
  ['p1-be', p1('be', 1, 'Belgium (eMUCS)')],
  ['am550', vienna('AM550', 'Iskraemeco')],
  ['e450', vienna('E450', 'Landis+Gyr')],
  ['e450-authenticated', vienna('E450', 'Landis+Gyr', true)],
  ['im350', vienna('IM350', 'Siemens')],
  ['sml', sml(true)],
  ['sml-no-pin', sml(false)],
  ['d0-a', d0('A', 'stays at 300 baud')],
  ['d0-b', d0('B', 'changes to 9600 baud by itself')],
  ['d0-c', d0('C', 'changes to 9600 baud when told to')],
  ['d0-d', d0('D', 'pushes')],
  ['d0-e', d0('E', 'as C, and offers HDLC')],
  ['mbus', mbusMeters],
  ['modbus-rtu', modbus('RTU')],
  ['modbus-tcp', modbus('TCP')],
])
