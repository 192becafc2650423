/**
 * The simulated meters that `npm run meter` plays, by name: what each is, its line, whether it pushes
 * or answers, and what opens its telegrams.
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'
import { amisLine, d0Line, type LineSettings, p1Line, p1OldLine } from '../../shared/meter/line.ts'
import { rs485 } from '../../shared/meter/modbus-lines.ts'
import { identityText } from '../../shared/meter/mbus-address.ts'
import { createSimulatedAmisMeter } from '../../shared/meter/simulate-amis.ts'
import { createSimulatedD0Meter } from '../../shared/meter/simulate-d0.ts'
import { type CipheringModel, createSimulatedDlmsMeter } from '../../shared/meter/simulate-dlms.ts'
import { createSimulatedMBus } from '../../shared/meter/simulate-mbus.ts'
import { createSimulatedBus, oneOfEach } from '../../shared/meter/simulate-modbus.ts'
import { createSimulatedSealedP1Meter } from '../../shared/meter/simulate-p1-sealed.ts'
import { createSimulatedPushMeter, type PushModel } from '../../shared/meter/simulate-push.ts'
import { createSimulatedSmlMeter } from '../../shared/meter/simulate-sml.ts'
import { createSimulatedMeter, type SimulatedMeterOptions } from '../../shared/meter/simulate.ts'
import type { Protocol } from '../../shared/meter/telegram.ts'
import { calling, modbusTcp, optical, type Voice, wired } from './voices.ts'

/** Import counter at the end of 2019. */
const startWh = 4_000_000

export interface NamedMeter {
  readonly what: string
  readonly protocol: Protocol
  /** Null: it is spoken to over TCP alone. */
  readonly line: LineSettings | null
  /** Of its clock, where that is not the one of Central Europe. */
  readonly zone?: string
  /** @param seed which household it is of, which its number and its keys follow */
  readonly play: (seed: number) => Played
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
/** Most of Kamstrup's HAN ports have no parity. */
const kamstrupLine = rs485(2400)

type P1Version = NonNullable<SimulatedMeterOptions['version']>

function p1(version: P1Version, every: number, dialect: string): NamedMeter {
  return {
    what: `P1 port, ${dialect}`,
    protocol: 'p1',
    line: version === '2.2' ? p1OldLine : p1Line,
    play(seed) {
      const meter = createSimulatedMeter({ seed, startWh, version, gas: true })
      return {
        meters: [meter.meter],
        voice: { kind: 'pushes', every, telegramAt: (unix) => meter.telegramAt(unix) },
      }
    },
  }
}

function sealedP1(
  envelope: 'luxembourg' | 'styria' | 'warsaw',
  version: P1Version,
  where: string,
): NamedMeter {
  return {
    what: `P1 port, encrypted, ${where}`,
    protocol: 'p1',
    line: p1Line,
    play(seed) {
      const meter = createSimulatedSealedP1Meter({ seed, startWh, envelope, version })
      const { key, authenticationKey } = meter
      return {
        meters: [meter.meter],
        voice: { kind: 'pushes', every: 10, telegramAt: (unix) => meter.telegramAt(unix) },
        key,
        ...(authenticationKey === null ? {} : { authenticationKey }),
      }
    },
  }
}

/** On the D0 interface, or on the M-Bus where the operator has its customer interface there. */
function ciphering(
  model: CipheringModel,
  line: LineSettings,
  what: string,
  isAuthenticated = false,
): NamedMeter {
  return {
    what: `${what}, ${isAuthenticated ? 'encrypted and authenticated' : 'encrypted'}`,
    protocol: 'dlms',
    line,
    play(seed) {
      const security = isAuthenticated ? 'authenticated' : 'encrypted-only'
      const meter = createSimulatedDlmsMeter({ seed, startWh, model, security })
      return {
        meters: [meter.meter],
        voice: { kind: 'pushes', every: 5, telegramAt: (unix) => meter.telegramAt(unix) },
        key: meter.key,
        ...(isAuthenticated ? { authenticationKey: meter.authenticationKey } : {}),
      }
    },
  }
}

function inTheClear(model: PushModel, line: LineSettings, what: string): NamedMeter {
  return {
    what,
    protocol: 'dlms',
    line,
    play(seed) {
      const meter = createSimulatedPushMeter({ seed, startWh, model })
      const { every } = meter
      return {
        meters: [meter.meter],
        // It sends at whole multiples of that, whenever somebody came.
        voice: {
          kind: 'pushes',
          every,
          telegramAt: (unix) => meter.telegramAt(unix - (unix % every)),
        },
      }
    },
  }
}

const amis: NamedMeter = {
  what: 'AMIS of Netz OÖ, Siemens TD-3511, encrypted: calls its reader, and sends while it answers',
  protocol: 'mbus',
  line: amisLine,
  play(seed) {
    const meter = createSimulatedAmisMeter({ seed, startWh })
    return { meters: [meter.meter], voice: calling(meter, amisLine.baudRate), key: meter.key }
  },
}

function sml(pin: boolean): NamedMeter {
  return {
    what: `SML, a German basic meter ${
      pin ? 'with its PIN entered' : 'without its PIN: whole kilowatt-hours'
    }`,
    protocol: 'sml',
    line: eightNone,
    play(seed) {
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
    play(seed) {
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
    play(seed) {
      const bus = createSimulatedBus({ seed, startWh })
      return {
        meters: bus.devices.map(({ unit, meter }) => `unit ${unit} ${meter}`),
        voice: transport === 'RTU' ? wired(bus, eightNone.baudRate) : modbusTcp(bus),
      }
    },
  }
}

function mbusId(address: number, seed: number): string {
  return String(10_000_000 + 1000 * seed + address)
}

const mbusMeters: NamedMeter = {
  what: 'M-Bus with a heat, a water and an electricity meter at addresses 1, 2 and 3',
  protocol: 'mbus',
  line: mbusLine,
  play(seed) {
    const bus = createSimulatedMBus([
      { kind: 'heat', address: 1, id: mbusId(1, seed), seed },
      { kind: 'water', address: 2, id: mbusId(2, seed), seed },
      { kind: 'electricity', address: 3, id: mbusId(3, seed), seed },
    ])
    return { meters: bus.identities.map(identityText), voice: wired(bus, mbusLine.baudRate) }
  },
}

export const namedMeters: ReadonlyMap<string, NamedMeter> = new Map([
  ['p1-2.2', p1('2.2', 10, 'DSMR 2.2, which has no CRC, with a gas meter')],
  ['p1-4.2', p1('4.2', 10, 'DSMR 4.2, with a gas meter')],
  ['p1-5.0.2', p1('5.0.2', 1, 'DSMR 5.0.2, with a gas meter')],
  ['p1-be', p1('be', 1, 'Belgium (eMUCS): peaks of the month, with a gas meter')],
  ['p1-se', p1('se', 10, 'Sweden: winter time all year')],
  ['p1-hu', p1('hu', 10, 'Hungary: power factor and frequency')],
  ['p1-ch', p1('ch', 10, 'Switzerland: the sum beside the tariffs')],
  ['p1-lt', { ...p1('lt', 10, 'Lithuania and Estonia'), zone: 'Europe/Vilnius' }],
  ['p1-si', p1('si', 5, 'Slovenia: no CRC, so it is refused until its owner waives it')],
  ['p1-lu', sealedP1('luxembourg', 'lu', 'Luxembourg Smarty')],
  ['p1-steiermark', sealedP1('styria', 'at', 'Sagemcom T210-D of Steiermark')],
  ['p1-warsaw', sealedP1('warsaw', '5.0.2', 'Stoen in Warsaw')],
  ['am550', ciphering('AM550', eightNone, 'D0 interface of Wiener Netze, Iskraemeco AM550')],
  ['e450', ciphering('E450', eightNone, 'D0 interface of Wiener Netze, Landis+Gyr E450')],
  [
    'e450-authenticated',
    ciphering('E450', eightNone, 'D0 interface of Wiener Netze, Landis+Gyr E450', true),
  ],
  ['im350', ciphering('IM350', eightNone, 'D0 interface of Wiener Netze, Siemens IM350')],
  [
    'am550-kaernten',
    ciphering('AM550 of Kärnten', eightNone, 'D0 interface of Kärnten Netz, Iskraemeco AM550'),
  ],
  [
    'e450-burgenland',
    ciphering(
      'E450 of Burgenland',
      mbusLine,
      'customer interface of Netz Burgenland, Landis+Gyr E450',
      true,
    ),
  ],
  [
    'e450-steiermark',
    ciphering(
      'E450 of Steiermark',
      mbusLine,
      'customer interface of Steiermark, Landis+Gyr E450, in blocks',
      true,
    ),
  ],
  ['ma309', ciphering('MA309', mbusLine, 'M-Bus of Netz Niederösterreich, Kaifa MA309')],
  [
    't210-d',
    ciphering('T210-D', mbusLine, 'M-Bus of Netz Niederösterreich, Sagemcom T210-D'),
  ],
  [
    'ma309-tirol',
    ciphering('MA309 of Tyrol', mbusLine, 'M-Bus of Tyrol, Salzburg, Vorarlberg, Kaifa MA309'),
  ],
  [
    'ma304h3e',
    inTheClear('MA304H3E', mbusLine, 'HAN port, Kaifa MA304H3E: power, all every 10 s, counters'),
  ],
  ['aidon', inTheClear('Aidon', mbusLine, 'HAN port, Aidon 6525, counters each hour')],
  ['kamstrup', inTheClear('Kamstrup', kamstrupLine, 'HAN port, Kamstrup, counters each hour')],
  ['cii-e450', inTheClear('CII', mbusLine, 'Swiss customer interface, Landis+Gyr E450, in blocks')],
  [
    'cii-e570',
    inTheClear('E570', mbusLine, 'Swiss customer interface, Landis+Gyr E570, in segments'),
  ],
  ['amis', amis],
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
