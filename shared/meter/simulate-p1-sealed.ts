/**
 * A simulated meter with encrypted P1: the household of simulate.ts, its telegrams in the envelope of
 * Luxembourg's Smarty, of Styria's Sagemcom or of Warsaw's Elgama (p1-envelope.ts). Its system title
 * begins with letters that no maker has. The same seed and instant give the same telegram.
 *
 * @module
 */

import { type Bytes, concat, utf8 } from '../bytes.ts'
import { chance } from './household.ts'
import { crc16Arc } from './p1-frame.ts'
import { luxembourgKey } from './p1-sealed.ts'
import { simulatedIdentification } from './p1.ts'
import { writeCiphered } from './simulate-dlms.ts'
import { createSimulatedMeter, type SimulatedMeterOptions } from './simulate.ts'
import { simulatedMaker } from './system-title.ts'

export interface SimulatedSealedP1Options extends SimulatedMeterOptions {
  /** @default {'luxembourg'} */
  readonly envelope?: 'luxembourg' | 'styria' | 'warsaw'
  /** 16 bytes. @default a key that follows from the seed */
  readonly key?: Bytes
}

export interface SimulatedSealedP1Meter {
  /** The id its readings carry. */
  readonly meter: string
  /** The system title, 8 bytes; zero bytes where its telegrams leave it out. */
  readonly system: Bytes
  /** What its owner would get from the operator, 16 bytes each; one key alone in Luxembourg. */
  readonly key: Bytes
  readonly authenticationKey: Bytes | null
  /** The telegram that the meter ends in this second. */
  telegramAt(unixSeconds: number): Promise<Bytes>
}

/** So that a counter of one a second fits its four bytes for a hundred years. */
const counterStart = Date.UTC(2019, 0, 1) / 1000

function keyOf(seed: number, what: number): Bytes {
  return Uint8Array.from({ length: 16 }, (_, i) => chance(seed, 8_000_000 + 16 * what + i, 256))
}

/** A whole telegram in the envelope `DB 08 …`, with its tag. */
export async function sealP1(
  telegram: Bytes,
  counter: number,
  keys: { readonly system: Bytes; readonly key: Bytes; readonly authenticationKey: Bytes },
): Promise<Bytes> {
  const llc = 3
  return (await writeCiphered(telegram, counter, { ...keys, security: 'authenticated' })).slice(llc)
}

/** The same within a telegram in the clear, without its system title. */
export function encloseP1(sealed: Bytes, identification: string): Bytes {
  const body = concat(
    utf8(`/${identification}\r\n\r\n`),
    Uint8Array.of(0),
    sealed.subarray(10),
    utf8('!'),
  )
  const crc = crc16Arc(body).toString(16).toUpperCase().padStart(4, '0')
  return concat(body, utf8(`${crc}\r\n`))
}

export function createSimulatedSealedP1Meter(
  options: SimulatedSealedP1Options,
): SimulatedSealedP1Meter {
  const { seed, envelope = 'luxembourg' } = options
  const inside = createSimulatedMeter(options)
  const number = Math.abs(seed) % 10_000
  const system = envelope === 'warsaw'
    ? new Uint8Array(8)
    : concat(utf8(`${simulatedMaker}gp`), Uint8Array.of(0x70, number >> 8, number & 0xff))
  const key = options.key ?? keyOf(seed, 0)
  const authenticationKey = envelope === 'luxembourg' ? null : keyOf(seed, 1)
  return {
    meter: inside.meter,
    system,
    key,
    authenticationKey,
    async telegramAt(unixSeconds) {
      const unix = Math.floor(unixSeconds)
      const counter = Math.max(0, unix - counterStart)
      const keys = { system, key, authenticationKey: authenticationKey ?? luxembourgKey }
      const sealed = await sealP1(inside.telegramAt(unix), counter, keys)
      return envelope === 'warsaw' ? encloseP1(sealed, simulatedIdentification) : sealed
    },
  }
}
