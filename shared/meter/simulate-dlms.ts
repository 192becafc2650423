/**
 * Simulated meters of Austrian customer interfaces: a household that does not exist (household.ts),
 * ciphered with a key of its own, in the very frames of Vienna's D0 interface (an Iskra AM550, a
 * Landis+Gyr E450, a Siemens IM350 on HDLC) and of its kin in Kärnten, Burgenland and Steiermark, or
 * of the M-Bus of Netz Niederösterreich (Kaifa MA309, Sagemcom T210-D) and Tyrol. What each puts
 * into its telegrams is in simulate-bodies.ts, meters in the clear are in simulate-push.ts. Their
 * system titles begin with letters that no maker has, unless a test asks for a real one's. The same
 * seed and instant give the same telegram.
 *
 * @module
 */

import { type Bytes, concat, utf8 } from '../bytes.ts'
import { authenticated, encryptedOnly } from './ciphering.ts'
import { crc16X25 } from './crc16.ts'
import { chance, createHousehold } from './household.ts'
import {
  type Body,
  burgenlandBody,
  carinthiaBody,
  longSerial,
  lowerAustriaBody,
  shortSerial,
  styriaBody,
  tyrolBody,
  viennaBody,
  viennaNamedBody,
} from './simulate-bodies.ts'
import { u16, u32, writeCosemClock } from './simulate-data.ts'
import { simulatedMaker, systemId } from './system-title.ts'

export type ViennaModel = 'AM550' | 'E450' | 'IM350'
export type CipheringModel =
  | ViennaModel
  | 'MA309'
  | 'T210-D'
  | 'MA309 of Tyrol'
  | 'AM550 of Kärnten'
  | 'E450 of Burgenland'
  | 'E450 of Steiermark'

export interface SimulatedDlmsOptions {
  /** Which household: a whole number. */
  readonly seed: number
  readonly model: CipheringModel
  /** Security control 0x20 or 0x30. @default as such meters have it */
  readonly security?: 'encrypted-only' | 'authenticated'
  /** 16 bytes. @default a key that follows from the seed */
  readonly key?: Bytes
  /** 16 bytes. @default a key that follows from the seed */
  readonly authenticationKey?: Bytes
  /** Import counter at the end of 2019, in Wh. @default {0} */
  readonly startWh?: number
  /** The maker's own letters, as if it were a real meter. @default {false} */
  readonly posing?: boolean
}

export interface SimulatedDlmsMeter {
  /** The id its readings carry. */
  readonly meter: string
  /** The system title, 8 bytes. */
  readonly system: Bytes
  /** What its owner would get from the operator, 16 bytes each. */
  readonly key: Bytes
  readonly authenticationKey: Bytes
  /** The telegram that the meter begins in this second. */
  telegramAt(unixSeconds: number): Promise<Bytes>
}

interface Model {
  readonly maker: string
  readonly letters: string
  /** Whether its clock says how far it is from UTC. */
  readonly deviation: boolean
  readonly security: Cipher['security']
  readonly suite?: Cipher['suite']
  readonly body: Body
  /** What in its telegrams names it. */
  readonly id: 'system' | 'name' | 'serial' | 'long serial' | 'short serial'
  /** A data unit as it goes over the line. */
  readonly frame: (unit: Bytes) => Bytes
}

/** The LLC header of HDLC. */
export const llc = Uint8Array.of(0xe6, 0xe7, 0x00)

const onHdlc = (...addresses: number[]) => (unit: Bytes) => writeHdlc(addresses, concat(llc, unit))

const iskra = {
  maker: 'ISK',
  letters: 'it',
  deviation: true,
  security: 'encrypted-only',
  frame: onHdlc(0xcf, 0x02, 0x23),
} as const

const e450Addresses = [0xce, 0xff, 0x03]
const e450 = {
  maker: 'LGZ',
  letters: 'gs',
  deviation: false,
  security: 'encrypted-only',
  frame: onHdlc(...e450Addresses),
} as const

const kaifa = {
  maker: 'KFM',
  letters: 'gP',
  deviation: true,
  security: 'encrypted-only',
  frame: (unit: Bytes) => writeWrapper(unit),
} as const

const models: Record<CipheringModel, Model> = {
  AM550: { ...iskra, body: viennaBody, id: 'system' },
  E450: { ...e450, body: viennaBody, id: 'system' },
  IM350: {
    maker: 'SMS',
    letters: 'gu',
    deviation: true,
    security: 'encrypted-only',
    body: viennaNamedBody,
    id: 'name',
    frame: onHdlc(0xcf, 0x00, 0x02, 0x00, 0x23),
  },
  MA309: { ...kaifa, body: lowerAustriaBody, id: 'serial' },
  'T210-D': {
    ...kaifa,
    maker: 'SAG',
    letters: 'Yg',
    body: lowerAustriaBody,
    id: 'serial',
    frame: (unit) => writeWrapper(unit, wrappingSegment),
  },
  'MA309 of Tyrol': { ...kaifa, suite: 1, body: tyrolBody, id: 'serial' },
  'AM550 of Kärnten': { ...iskra, body: carinthiaBody, id: 'long serial' },
  'E450 of Burgenland': {
    ...e450,
    letters: 'gr',
    security: 'authenticated',
    body: burgenlandBody,
    id: 'short serial',
  },
  'E450 of Steiermark': {
    ...e450,
    security: 'authenticated',
    body: styriaBody,
    id: 'system',
    frame: (unit) => writeBlocks(e450Addresses, unit),
  },
}

/** So that an invocation counter of one a second fits its four bytes for a hundred years. */
const counterStart = Date.UTC(2019, 0, 1) / 1000

function littleEndian(value: number): number[] {
  return [value & 0xff, value >>> 8]
}

/** A frame of HDLC type 3 (IEC 62056-46) with both its checks. @param addresses both, in one */
export function writeHdlc(
  addresses: readonly number[],
  information: Uint8Array,
  segmented = false,
): Bytes {
  const length = 2 + addresses.length + 1 + 2 + information.length + 2
  const format = 0xa000 | (segmented ? 0x0800 : 0) | length
  const header = Uint8Array.of(...u16(format), ...addresses, 0x13)
  const checked = concat(
    header,
    Uint8Array.from(littleEndian(crc16X25(header))),
    information,
  )
  const check = Uint8Array.from(littleEndian(crc16X25(checked)))
  return concat(Uint8Array.of(0x7e), checked, check, Uint8Array.of(0x7e))
}

/** The most that a long frame of the M-Bus takes beside its control, address, CI and two ports. */
const maxSegment = 245
/** One maker sends more than the length can say, and lets it wrap. */
const wrappingSegment = 252

/** What a meter sends over the wired M-Bus: long frames, numbered, the last one marked (EN 13757-3). */
export function writeWrapper(message: Uint8Array, most = maxSegment): Bytes {
  const frames: Bytes[] = []
  for (let at = 0, number = 0; at < message.length; at += most, number = (number + 1) & 0x0f) {
    const part = message.subarray(at, at + most)
    const last = at + most >= message.length
    const content = concat(Uint8Array.of(0x53, 0xff, last ? 0x10 | number : number, 1, 0x67), part)
    const length = content.length & 0xff
    const sum = content.reduce((all, byte) => (all + byte) & 0xff, 0)
    frames.push(
      concat(Uint8Array.of(0x68, length, length, 0x68), content, Uint8Array.of(sum, 0x16)),
    )
  }
  return concat(...frames)
}

const blockSize = 0x70

/** General block transfer (`E0`), a frame a block. */
export function writeBlocks(
  addresses: readonly number[],
  unit: Uint8Array,
  most = blockSize,
): Bytes {
  const frames: Bytes[] = []
  for (let at = 0; at < unit.length; at += most) {
    const part = unit.subarray(at, at + most)
    const control = at + most >= unit.length ? 0xc0 : 0x40
    const head = Uint8Array.of(0xe0, control, ...u16(frames.length + 1), 0, 0, part.length)
    frames.push(writeHdlc(addresses, concat(at === 0 ? llc : new Uint8Array(0), head, part)))
  }
  return concat(...frames)
}

function keyOf(seed: number, what: number): Bytes {
  return Uint8Array.from({ length: 16 }, (_, i) => chance(seed, 7_000_000 + 16 * what + i, 256))
}

export interface Cipher {
  readonly system: Bytes
  /** `raw` keys, 16 bytes. */
  readonly key: Bytes
  readonly authenticationKey: Bytes
  readonly security: 'encrypted-only' | 'authenticated'
  /** @default {0} */
  readonly suite?: 0 | 1
}

/** A notification ciphered as `DB` (IEC 62056-5-3), with the LLC header before it. */
export async function writeCiphered(plain: Bytes, counter: number, cipher: Cipher): Promise<Bytes> {
  return concat(llc, await writeCipheredUnit(plain, counter, cipher))
}

export async function writeCipheredUnit(
  plain: Bytes,
  counter: number,
  { system, key, authenticationKey, security, suite = 0 }: Cipher,
): Promise<Bytes> {
  const tagged = security === 'authenticated'
  const control = (tagged ? authenticated : encryptedOnly) | suite
  const counted = Uint8Array.from(u32(counter))
  const imported = await crypto.subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt'])
  const algorithm = {
    name: 'AES-GCM',
    iv: concat(system, counted),
    additionalData: concat(Uint8Array.of(control), authenticationKey),
    tagLength: 96,
  }
  const whole = new Uint8Array(await crypto.subtle.encrypt(algorithm, imported, plain))
  // Without its tag, GCM is what 0x20 sends.
  const content = tagged ? whole : whole.slice(0, plain.length)
  const length = 5 + content.length
  const told = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, ...u16(length)]
  return concat(
    Uint8Array.of(0xdb, 0x08),
    system,
    Uint8Array.of(...told, control),
    counted,
    content,
  )
}

export function createSimulatedDlmsMeter(options: SimulatedDlmsOptions): SimulatedDlmsMeter {
  const model = models[options.model]
  const { seed, security = model.security, startWh = 0, posing = false } = options
  const household = createHousehold(seed)
  const number = Math.abs(seed) % 10_000
  const maker = posing ? model.maker : simulatedMaker
  const system = concat(utf8(maker + model.letters), Uint8Array.of(0x40, ...u16(number)))
  const name = `${maker}1030${String(number).padStart(9, '0')}`
  const serial = `1812${String(number).padStart(8, '0')}`
  const key = options.key ?? keyOf(seed, 0)
  const authenticationKey = options.authenticationKey ?? keyOf(seed, 1)

  function valuesAt(unix: number): readonly number[] {
    const { counts: [night, day, outNight, outDay], moment: { net } } = household.at(unix)
    const inside = night + day
    const outside = outNight + outDay
    // A fifth of the active power is reactive, both ways.
    return [
      startWh + Math.floor(inside / 3600),
      Math.floor(outside / 3600),
      Math.floor(inside / 18_000),
      Math.floor(outside / 18_000),
      Math.max(net, 0),
      Math.max(-net, 0),
      Math.floor(Math.max(net, 0) / 5),
      Math.floor(Math.max(-net, 0) / 5),
    ]
  }

  function notification(unix: number, counter: number): Bytes {
    const clock = writeCosemClock(unix, model.deviation)
    const body = model.body({ clock, values: valuesAt(unix), name, serial })
    return Uint8Array.of(0x0f, ...u32(counter), 0x0c, ...clock, 0x02, ...body)
  }

  const ids: Record<Model['id'], string> = {
    system: systemId(system),
    name,
    serial,
    'long serial': longSerial(serial),
    'short serial': shortSerial(serial),
  }
  return {
    meter: ids[model.id],
    system,
    key,
    authenticationKey,
    async telegramAt(unixSeconds) {
      const unix = Math.floor(unixSeconds)
      const counter = Math.max(0, unix - counterStart)
      const { suite = 0 } = model
      const cipher: Cipher = { system, key, authenticationKey, security, suite }
      return model.frame(await writeCipheredUnit(notification(unix, counter), counter, cipher))
    },
  }
}
