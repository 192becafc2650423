/**
 * A simulated meter with an optical interface (IEC 62056-21): it waits for a request at 300 baud,
 * names itself, changes the baud rate as its mode says, sends its block with a check, and sends it
 * again where it was not understood. In mode D it pushes. It belongs to a household that does not
 * exist, and says so.
 *
 * @module
 */
import type { Bytes } from '../bytes.ts'
import { simulatedD0Name } from './d0.ts'
import { blockCheck } from './d0-readout.ts'
import { createHousehold } from './household.ts'
import { offsetAt } from './zone.ts'

export interface SimulatedD0Options {
  /** Which household: a whole number. */
  readonly seed: number
  /** @default {'C'} */
  readonly mode?: 'A' | 'B' | 'C' | 'D' | 'E'
  /** What it offers in modes B, C and E. @default {9600} */
  readonly baudRate?: number
  /** Import counter at the end of 2019, in Wh. @default {0} */
  readonly startWh?: number
}

/** What it sends, how long after what it heard, and how fast. */
export interface D0Answer {
  readonly afterMilliseconds: number
  readonly baudRate: number
  readonly bytes: Bytes
}

export interface SimulatedD0Meter {
  /** The id its readings carry. */
  readonly meter: string
  /** What came off the line at that rate; at another than it listens at, it is noise. */
  hear(bytes: Uint8Array, baudRate: number, unixSeconds: number): readonly D0Answer[]
  /** The telegram it pushes in this second in mode D. */
  telegramAt(unixSeconds: number): Bytes
}

const RATES = [300, 600, 1200, 2400, 4800, 9600, 19_200]
const zone = 'Europe/Vienna'
/** Of those whose maker's third letter is a capital (section 6.3.13). */
const REACTION = 200

function ascii(text: string): Bytes {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

function kilo(value: number): string {
  const digits = String(Math.floor(value)).padStart(9, '0')
  return `${digits.slice(0, -3)}.${digits.slice(-3)}`
}

export function createSimulatedD0Meter(options: SimulatedD0Options): SimulatedD0Meter {
  const { seed, mode = 'C', baudRate = 9600, startWh = 0 } = options
  const meter = `SIM-D0-${String(Math.abs(seed) % 10_000).padStart(4, '0')}`
  const household = createHousehold(seed)
  const offered = Math.max(0, RATES.indexOf(baudRate))
  const letter = {
    A: ' ',
    B: 'ABCDEF'[offered - 1] ?? 'A',
    C: String(offered),
    D: '3',
    E: String(offered),
  }[mode]
  const name = `/XSM${letter}${mode === 'E' ? '\\2' : ''}${simulatedD0Name}\r\n`
  let listensAt = 300
  let heard = ''
  let block: readonly D0Answer[] = []

  function lines(unix: number): string {
    const { counts, moment } = household.at(unix)
    const [t1 = 0, t2 = 0, out1 = 0, out2 = 0] = counts.map((count) => startWh + count / 3600)
    const stamp = new Date((unix + offsetAt(zone, unix)) * 1000).toISOString()
    const { net } = moment
    return [
      'F.F(00000000)',
      `0.0.0(${meter})`,
      `0.9.1(${stamp.slice(11, 19).replaceAll(':', '')})`,
      `0.9.2(${stamp.slice(2, 10).replaceAll('-', '')})`,
      `1.8.0(${kilo(t1 + t2)}*kWh)`,
      `1.8.1(${kilo(t1)}*kWh)`,
      `1.8.2(${kilo(t2)}*kWh)`,
      `2.8.0(${kilo(out1 + out2)}*kWh)`,
      `1.7.0(${kilo(Math.max(0, net))}*kW)`,
      `2.7.0(${kilo(Math.max(0, -net))}*kW)`,
      '',
    ].join('\r\n')
  }

  function blockAt(unix: number): Bytes {
    const bytes = ascii(`\x02${lines(unix)}!\r\n\x03\0`)
    bytes[bytes.length - 1] = blockCheck(bytes, 1, bytes.length - 1)
    return bytes
  }

  function send(bytes: Bytes, rate: number, afterMilliseconds = REACTION): D0Answer {
    return { afterMilliseconds, baudRate: rate, bytes }
  }

  function answer(unix: number): readonly D0Answer[] {
    if (/\/\?[^!]*!\r\n$/.test(heard)) {
      listensAt = 300
      block = []
      if (mode === 'D') return []
      const named = send(ascii(name), 300)
      if (mode === 'A') return [named, send(blockAt(unix), 300, 0)]
      return mode === 'B' ? [named, send(blockAt(unix), baudRate)] : [named]
    }
    const [acknowledgement, rate] = [heard.slice(-6, -4), heard.at(-4)]
    const isKnown = rate === '0' || rate === letter
    if (acknowledgement === '\x060' && isKnown && heard.endsWith('0\r\n')) {
      listensAt = RATES[Number(rate)] ?? 300
      block = [send(blockAt(unix), listensAt)]
      return block
    }
    if (heard.endsWith('\x15')) return block
    if (heard.endsWith('\x06')) {
      listensAt = 300
      block = []
    }
    return []
  }

  return {
    meter,
    hear(bytes, rate, unixSeconds) {
      // A request begins a new visit at 300, whatever came before (section 6.3.14).
      const isRequest = rate === 300 && bytes.includes(0x2f)
      if (rate !== listensAt && !isRequest) return []
      heard = (heard + String.fromCharCode(...bytes)).slice(-64)
      const answers = answer(unixSeconds)
      if (answers.length > 0) heard = ''
      return answers
    },
    telegramAt: (unixSeconds) => ascii(`${name}\r\n${lines(unixSeconds)}!\r\n`),
  }
}
