/**
 * Simulated meters of Austrian customer interfaces: a household that does not exist (household.ts),
 * ciphered with a key of its own, in the very frames of Vienna's D0 interface (an Iskra AM550, a
 * Landis+Gyr E450, a Siemens IM350 on HDLC), or of Netz Niederösterreich's M-Bus (a Kaifa MA309).
 * Their system titles begin with letters that no maker has, unless a test asks for a real one's. The
 * same seed and instant give the same telegram. Meters in the clear are in simulate-push.ts.
 *
 * @module
 */

import { type Bytes, concat, utf8 } from '../bytes.ts'
import { authenticated, encryptedOnly } from './ciphering.ts'
import { crc16X25 } from './crc16.ts'
import { chance, createHousehold } from './household.ts'
import { simulatedMaker, systemId } from './system-title.ts'
import { offsetAt } from './zone.ts'

export type ViennaModel = 'AM550' | 'E450' | 'IM350'
export type CipheringModel = ViennaModel | 'MA309'

export interface SimulatedDlmsOptions {
  /** Which household: a whole number. */
  readonly seed: number
  readonly model: CipheringModel
  /** Security control 0x20 or 0x30. @default {'encrypted-only'} */
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
  /** Both addresses of HDLC, as the meters send them; null for the M-Bus. */
  readonly addresses: readonly number[] | null
  /** Whether its clock says how far it is from UTC. */
  readonly deviation: boolean
  readonly named: boolean
}

const models: Record<CipheringModel, Model> = {
  AM550: {
    maker: 'ISK',
    letters: 'it',
    addresses: [0xcf, 0x02, 0x23],
    deviation: true,
    named: false,
  },
  E450: {
    maker: 'LGZ',
    letters: 'gs',
    addresses: [0xce, 0xff, 0x03],
    deviation: false,
    named: false,
  },
  IM350: {
    maker: 'SMS',
    letters: 'gu',
    addresses: [0xcf, 0x00, 0x02, 0x00, 0x23],
    deviation: true,
    named: true,
  },
  MA309: { maker: 'KFM', letters: 'gP', addresses: null, deviation: true, named: false },
}

const vienna = 'Europe/Vienna'

/** So that an invocation counter of one a second fits its four bytes for a hundred years. */
const counterStart = Date.UTC(2019, 0, 1) / 1000

export function u16(value: number): number[] {
  return [(value >>> 8) & 0xff, value & 0xff]
}

export function u32(value: number): number[] {
  return [...u16(value >>> 16), ...u16(value)]
}

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

/** What a meter sends over the wired M-Bus: long frames, numbered, the last one marked (EN 13757-3). */
export function writeWrapper(message: Uint8Array, most = maxSegment): Bytes {
  const frames: Bytes[] = []
  for (let at = 0, number = 0; at < message.length; at += most, number = (number + 1) & 0x0f) {
    const part = message.subarray(at, at + most)
    const last = at + most >= message.length
    const content = concat(Uint8Array.of(0x53, 0xff, last ? 0x10 | number : number, 1, 0x67), part)
    // One maker sends more than the length can say, and lets it wrap.
    const length = content.length & 0xff
    const sum = content.reduce((all, byte) => (all + byte) & 0xff, 0)
    frames.push(
      concat(Uint8Array.of(0x68, length, length, 0x68), content, Uint8Array.of(sum, 0x16)),
    )
  }
  return concat(...frames)
}

/** A clock of COSEM, 12 bytes, as a meter shows it; some, like the E450, leave out the deviation. */
export function writeCosemClock(at: number, deviation: boolean, zone = vienna): Bytes {
  const offset = offsetAt(zone, at)
  const local = new Date((at + offset) * 1000)
  return Uint8Array.of(
    ...u16(local.getUTCFullYear()),
    local.getUTCMonth() + 1,
    local.getUTCDate(),
    local.getUTCDay() === 0 ? 7 : local.getUTCDay(),
    local.getUTCHours(),
    local.getUTCMinutes(),
    local.getUTCSeconds(),
    deviation ? 0x00 : 0xff,
    ...(deviation ? u16(0x10000 - offset / 60) : [0x80, 0x00]),
    deviation && offset === 7200 ? 0x80 : 0x00,
  )
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

/** The LLC header of HDLC. */
export const llc = Uint8Array.of(0xe6, 0xe7, 0x00)

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
  const { seed, security = 'encrypted-only', startWh = 0, posing = false } = options
  const model = models[options.model]
  const household = createHousehold(seed)
  const number = Math.abs(seed) % 10_000
  const maker = posing ? model.maker : simulatedMaker
  const system = concat(utf8(maker + model.letters), Uint8Array.of(0x40, ...u16(number)))
  const name = `${maker}1030${String(number).padStart(9, '0')}`
  const serial = `1812${String(number).padStart(8, '0')}`
  const key = options.key ?? keyOf(seed, 0)
  const authenticationKey = options.authenticationKey ?? keyOf(seed, 1)

  function countersAt(unix: number): readonly number[] {
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
    const values = countersAt(unix)
    const head = [0x0f, ...u32(counter), 0x0c, ...clock, 0x02]
    if (model.addresses === null) {
      return concat(Uint8Array.from(head), bodyOfMa309(clock, values, serial))
    }
    const named = model.named ? [0x0a, name.length, ...utf8(name)] : []
    return Uint8Array.of(
      ...head,
      model.named ? 10 : 9,
      ...named,
      0x09,
      0x0c,
      ...clock,
      ...values.flatMap((value) => [0x06, ...u32(value)]),
    )
  }

  return {
    meter: model.named ? name : model.addresses === null ? serial : systemId(system),
    system,
    key,
    authenticationKey,
    async telegramAt(unixSeconds) {
      const unix = Math.floor(unixSeconds)
      const counter = Math.max(0, unix - counterStart)
      const plain = notification(unix, counter)
      const cipher: Cipher = { system, key, authenticationKey, security }
      if (model.addresses === null) {
        return writeWrapper(await writeCipheredUnit(plain, counter, cipher))
      }
      return writeHdlc(model.addresses, await writeCiphered(plain, counter, cipher))
    },
  }
}

/** An object as code, value, scaler and unit. */
export function described(
  code: readonly number[],
  value: readonly number[],
  scaler: number,
  unit: number,
): number[] {
  return [0x09, 6, ...code, ...value, 0x02, 2, 0x0f, scaler & 0xff, 0x16, unit]
}

/** Clock, eleven objects with their units, serial number: the elements of a structure of 35. */
function bodyOfMa309(clock: Bytes, values: readonly number[], serial: string): Bytes {
  const [inside = 0, outside = 0, , , from = 0, to = 0] = values
  const volts = [2337, 2341, 2329]
  const amperes = volts.map((tenths, i) => i === 0 ? Math.round((1000 * (from + to)) / tenths) : 0)
  const energy = (c: number, value: number) =>
    described([1, 0, c, 8, 0, 255], [0x06, ...u32(value)], 0, 30)
  const power = (c: number, value: number) =>
    described([1, 0, c, 7, 0, 255], [0x06, ...u32(value)], 0, 27)
  const line = (c: number, value: number, scaler: number, unit: number) =>
    described([1, 0, c, 7, 0, 255], [0x12, ...u16(value)], scaler, unit)
  return Uint8Array.from([
    35,
    0x09,
    0x0c,
    ...clock,
    ...energy(1, inside),
    ...energy(2, outside),
    ...power(1, from),
    ...power(2, to),
    ...volts.flatMap((tenths, i) => line(32 + 20 * i, tenths, -1, 35)),
    ...amperes.flatMap((hundredths, i) => line(31 + 20 * i, hundredths, -2, 33)),
    ...line(13, 1000, -3, 255),
    0x09,
    serial.length,
    ...utf8(serial),
  ])
}
