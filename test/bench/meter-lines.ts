/**
 * What the benchmark of the meters reads: telegrams of simulated meters, the same in Node and in
 * Chromium, each with the decoder that the app has for it.
 *
 * @module
 */
import { type Bytes, concat, utf8 } from '../../shared/bytes.ts'
import { createD0Decoder } from '../../shared/meter/d0.ts'
import { createDlmsDecoder } from '../../shared/meter/dlms.ts'
import { createMBusDecoder } from '../../shared/meter/mbus.ts'
import { shortFrame } from '../../shared/meter/mbus-frame.ts'
import { importMeterKey, type MeterKey } from '../../shared/meter/meter-key.ts'
import { sdm630 } from '../../shared/meter/modbus-sdm630.ts'
import { writeRtuRequest } from '../../shared/meter/modbus-frame.ts'
import { createPoller } from '../../shared/meter/modbus-poller.ts'
import { createRtuFraming } from '../../shared/meter/modbus-rtu.ts'
import { createModbusReader } from '../../shared/meter/modbus.ts'
import { createSealedP1Decoder } from '../../shared/meter/p1-sealed.ts'
import { createP1Decoder } from '../../shared/meter/p1.ts'
import { createSimulatedD0Meter } from '../../shared/meter/simulate-d0.ts'
import {
  createSimulatedDlmsMeter,
  type SimulatedDlmsOptions,
} from '../../shared/meter/simulate-dlms.ts'
import { createSimulatedMBus } from '../../shared/meter/simulate-mbus.ts'
import { createSimulatedBus } from '../../shared/meter/simulate-modbus.ts'
import { createSimulatedSealedP1Meter } from '../../shared/meter/simulate-p1-sealed.ts'
import { createSimulatedPushMeter } from '../../shared/meter/simulate-push.ts'
import { createSimulatedSmlMeter } from '../../shared/meter/simulate-sml.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import { createSmlDecoder } from '../../shared/meter/sml.ts'
import type { Decoder, Outcome } from '../../shared/meter/telegram.ts'

/** Early enough for float32 counters to be whole. */
export const START = Date.UTC(2026, 8, 21, 12) / 1000 + 20

export interface MeterLine {
  readonly title: string
  /** How many telegrams it is measured with: few of those that take ciphers to make. */
  readonly count: number
  /** The telegram of a moment, which are told apart by their number; no two in a row are alike. */
  readonly telegram: (number: number) => Promise<Bytes> | Bytes
  /** Takes one telegram as it comes; throws where it is refused. */
  readonly read: (telegram: Bytes) => Promise<void> | void
}

/** @param now the reader's clock */
export type CreateLine = (now: () => number) => Promise<MeterLine> | MeterLine

interface DecoderAtOnce {
  push(chunk: Bytes): Outcome[]
}

type Telegrams = Pick<MeterLine, 'title' | 'count' | 'telegram'>

function expectTelegram([outcome]: readonly Outcome[]): void {
  if (outcome?.kind !== 'telegram') throw new Error(`Refused: ${outcome?.reason ?? 'nothing came'}`)
}

const MANY = 1024
const FEW = 256

const zone = 'Europe/Vienna'

function atOnce(telegrams: Telegrams, decoder: DecoderAtOnce): MeterLine {
  return { ...telegrams, read: (telegram) => expectTelegram(decoder.push(telegram)) }
}

function later(telegrams: Telegrams, decoder: Decoder): MeterLine {
  return { ...telegrams, read: async (telegram) => expectTelegram(await decoder.push(telegram)) }
}

function p1(now: () => number): MeterLine {
  const meter = createSimulatedMeter({ seed: 1 })
  const telegram = (number: number) => meter.telegramAt(START + number)
  return atOnce({ title: 'P1', count: MANY, telegram }, createP1Decoder({ now }))
}

async function p1Sealed(now: () => number): Promise<MeterLine> {
  const meter = createSimulatedSealedP1Meter({ seed: 1 })
  const key = await importMeterKey(meter.key)
  const title = 'P1, encrypted and authenticated (AES-128-GCM)'
  const telegram = (number: number) => meter.telegramAt(START + number)
  return later({ title, count: FEW, telegram }, createSealedP1Decoder({ now, key: () => key }))
}

/** Identification and block of mode C, as they are handed on once they were read out. */
function d0(now: () => number): MeterLine {
  const meter = createSimulatedD0Meter({ seed: 1, mode: 'C', baudRate: 9600 })
  const telegram = (number: number) => {
    const name = meter.hear(utf8('/?!\r\n'), 300, START + number)
    const block = meter.hear(utf8('\x06050\r\n'), 300, START + number)
    return concat(...[...name, ...block].map(({ bytes }) => bytes))
  }
  const title = 'IEC 62056-21 (D0), mode C'
  return atOnce({ title, count: MANY, telegram }, createD0Decoder({ now, zone }))
}

function sml(now: () => number): MeterLine {
  const meter = createSimulatedSmlMeter({ seed: 1, posing: 'ISK' })
  const title = 'SML, basic meter with its PIN entered'
  const telegram = (number: number) => meter.telegramAt(START + number)
  return atOnce({ title, count: MANY, telegram }, createSmlDecoder({ now }))
}

function dlms(title: string, kind: Omit<SimulatedDlmsOptions, 'seed'>): CreateLine {
  return async (now) => {
    const meter = createSimulatedDlmsMeter({ seed: 1, ...kind })
    const isTagged = kind.security === 'authenticated'
    const key: MeterKey = await importMeterKey(
      meter.key,
      ...(isTagged ? [meter.authenticationKey] : []),
    )
    const telegram = (number: number) => meter.telegramAt(START + number)
    return later(
      { title, count: FEW, telegram },
      createDlmsDecoder({ now, zone, key: () => key }),
    )
  }
}

function dlmsInTheClear(title: string, model: 'MA304H3E' | 'CII'): CreateLine {
  return (now) => {
    const meter = createSimulatedPushMeter({ seed: 1, model })
    // All lists but the shortest come every ten seconds.
    const telegram = (number: number) => meter.telegramAt(START + 10 * number)
    return later({ title, count: MANY, telegram }, createDlmsDecoder({ now, zone }))
  }
}

function mbus(now: () => number): MeterLine {
  const bus = createSimulatedMBus([{ kind: 'heat', address: 1, id: '12345678' }])
  // The count bit turns with every request.
  const telegram = (number: number) =>
    bus.answer(shortFrame(number % 2 === 0 ? 0x7b : 0x5b, 1), START + 60 * number)
  const title = 'M-Bus, heat meter'
  return later({ title, count: MANY, telegram }, createMBusDecoder({ now, zone }))
}

const unit = 3
const code = sdm630.map?.function ?? 4
const questions = (sdm630.map?.blocks ?? []).map(({ address, count }) => {
  return { unit, function: code, address, count }
})
const bus = createSimulatedBus({ seed: 1 })

/** The answers of one poll in a row. */
const answersAt = (number: number) =>
  concat(...questions.map((question) => bus.answer(writeRtuRequest(question), START + number)))

const modbusTitle = `Modbus RTU, Eastron SDM630, the ${questions.length} answers of a poll`

/** Questions written, their answers found and checked: what others do, too. */
function modbusAnswers(): MeterLine {
  const framing = createRtuFraming()
  return {
    title: `${modbusTitle}, as registers`,
    count: MANY,
    telegram: answersAt,
    read: (answers) => {
      let at = 0
      for (const question of questions) {
        const end = at + (answers[at + 2] ?? 0) + 5
        const [heard] = framing.ask(question).reader.push(answers.subarray(at, end))
        if (heard?.kind !== 'answer') throw new Error('An answer was not found')
        at = end
      }
    },
  }
}

/** The same as readings: each answer goes in once its question was written. */
function modbus(now: () => number): MeterLine {
  let coming: Bytes = new Uint8Array(0)
  let at = 0
  let answer: Bytes | null = null
  const line = {
    write: async (question: Bytes) => {
      const end = at + (coming[at + 2] ?? 0) + 5
      // Its serial number is asked for once.
      answer = question[1] === code ? coming.subarray(at, end) : bus.answer(question, START)
      if (question[1] === code) at = end
      await Promise.resolve()
    },
    read: async () => {
      const told = answer
      answer = null
      return await Promise.resolve(told)
    },
  }
  const poller = createPoller({ line, framing: createRtuFraming(), clock: () => 0 })
  const reader = createModbusReader({ poller, check: 'crc', unit, family: sdm630, now })
  return {
    title: `${modbusTitle}, as a reading`,
    count: MANY,
    telegram: answersAt,
    read: async (answers) => {
      coming = answers
      at = 0
      expectTelegram([await reader.poll()])
    },
  }
}

/** In the order in which they are told. */
export const METER_LINES = {
  p1,
  p1Sealed,
  d0,
  sml,
  dlmsEncrypted: dlms('DLMS, AM550, encrypted (0x20)', { model: 'AM550' }),
  dlmsAuthenticated: dlms('DLMS, AM550, encrypted and authenticated (0x30)', {
    model: 'AM550',
    security: 'authenticated',
  }),
  dlmsWrapper: dlms('DLMS, MA309 in M-Bus frames, encrypted (0x20)', { model: 'MA309' }),
  dlmsPlain: dlmsInTheClear('DLMS, MA304H3E in the clear', 'MA304H3E'),
  dlmsListed: dlmsInTheClear('DLMS, E450 with its push object list in the clear', 'CII'),
  mbus,
  modbusAnswers,
  modbus,
} as const satisfies Record<string, CreateLine>

export type MeterLineName = keyof typeof METER_LINES

/** A line with its telegrams made, so that reading alone is measured. */
export interface Ready {
  readonly title: string
  readonly telegrams: readonly Bytes[]
  /** All telegrams once; how many they are. */
  readAll(): Promise<number>
}

export async function ready(name: MeterLineName): Promise<Ready> {
  const { title, count, telegram, read } = await METER_LINES[name](() => START)
  const telegrams: Bytes[] = []
  for (let number = 0; number < count; number++) telegrams.push(await telegram(number))
  return {
    title,
    telegrams,
    async readAll() {
      for (const one of telegrams) {
        const reading = read(one)
        // One that is read at once is not waited for.
        if (reading !== undefined) await reading
      }
      return count
    },
  }
}
