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
import type { Decoder, DecoderOptions, Outcome } from '../../shared/meter/telegram.ts'

/** Early enough for float32 counters to be whole; within an hour of no list of a counter. */
const START = Date.UTC(2026, 8, 21, 12) / 1000 + 20

export interface MeterLine {
  readonly title: string
  /** No two in a row are alike. */
  readonly telegrams: readonly Bytes[]
  /** Takes one telegram as it comes; throws where it is refused. */
  readonly read: (telegram: Bytes) => Promise<void> | void
}

interface DecoderAtOnce {
  push(chunk: Bytes): Outcome[]
}

function expectTelegram([outcome]: readonly Outcome[]): void {
  if (outcome?.kind !== 'telegram') throw new Error(`Refused: ${outcome?.reason ?? 'nothing came'}`)
}

function seconds(count: number, step = 1): number[] {
  return Array.from({ length: count }, (_, i) => START + i * step)
}

const MANY = 1024
/** Of those that take ciphers to make. */
const FEW = 256

const now = () => START
const zone = 'Europe/Vienna'

function atOnce(title: string, telegrams: readonly Bytes[], decoder: DecoderAtOnce): MeterLine {
  return { title, telegrams, read: (telegram) => expectTelegram(decoder.push(telegram)) }
}

function later(title: string, telegrams: readonly Bytes[], decoder: Decoder): MeterLine {
  return {
    title,
    telegrams,
    read: async (telegram) => expectTelegram(await decoder.push(telegram)),
  }
}

function p1(): MeterLine {
  const meter = createSimulatedMeter({ seed: 1 })
  const decoder = createP1Decoder({ now })
  return atOnce('P1', seconds(MANY).map((at) => meter.telegramAt(at)), decoder)
}

async function p1Sealed(): Promise<MeterLine> {
  const meter = createSimulatedSealedP1Meter({ seed: 1 })
  const key = await importMeterKey(meter.key)
  const decoder = createSealedP1Decoder({ now, key: () => key })
  const telegrams = await Promise.all(seconds(FEW).map((at) => meter.telegramAt(at)))
  return later('P1, encrypted and authenticated (AES-128-GCM)', telegrams, decoder)
}

/** Identification and block of mode C, as they are handed on once they were read out. */
function d0(): MeterLine {
  const meter = createSimulatedD0Meter({ seed: 1, mode: 'C', baudRate: 9600 })
  const decoder = createD0Decoder({ now, zone })
  const readout = (at: number) => {
    const name = meter.hear(utf8('/?!\r\n'), 300, at)
    const block = meter.hear(utf8('\x06050\r\n'), 300, at)
    return concat(...[...name, ...block].map(({ bytes }) => bytes))
  }
  return atOnce('IEC 62056-21 (D0), mode C', seconds(MANY).map(readout), decoder)
}

function sml(): MeterLine {
  const meter = createSimulatedSmlMeter({ seed: 1, posing: 'ISK' })
  const decoder = createSmlDecoder({ now })
  const telegrams = seconds(MANY).map((at) => meter.telegramAt(at))
  return atOnce('SML, basic meter with its PIN entered', telegrams, decoder)
}

async function dlms(title: string, kind: Omit<SimulatedDlmsOptions, 'seed'>) {
  const meter = createSimulatedDlmsMeter({ seed: 1, ...kind })
  const authenticated = kind.security === 'authenticated'
  const key: MeterKey = await importMeterKey(
    meter.key,
    ...(authenticated ? [meter.authenticationKey] : []),
  )
  const options: DecoderOptions = { now, zone, key: () => key }
  const telegrams = await Promise.all(seconds(FEW, 5).map((at) => meter.telegramAt(at)))
  return later(title, telegrams, createDlmsDecoder(options))
}

function dlmsInTheClear(title: string, model: 'MA304H3E' | 'CII'): MeterLine {
  const meter = createSimulatedPushMeter({ seed: 1, model })
  const telegrams = seconds(MANY, 10).map((at) => meter.telegramAt(at))
  return later(title, telegrams, createDlmsDecoder({ now, zone }))
}

function mbus(): MeterLine {
  const bus = createSimulatedMBus([{ kind: 'heat', address: 1, id: '12345678' }])
  const telegrams = seconds(MANY, 60).map((at, i) => {
    return bus.answer(shortFrame(i % 2 === 0 ? 0x7b : 0x5b, 1), at)
  })
  return later('M-Bus, heat meter', telegrams, createMBusDecoder({ now, zone }))
}

/** The answers of one poll in a row: each goes in once its question was written. */
function modbus(): MeterLine {
  const unit = 3
  const { map } = sdm630
  const bus = createSimulatedBus({ seed: 1 })
  const answers = new Map(
    seconds(MANY).map((at) => {
      const parts = (map?.blocks ?? []).map(({ address, count }) => {
        const request = { unit, function: map?.function ?? 4, address, count }
        return bus.answer(writeRtuRequest(request), at)
      })
      return [concat(...parts), parts] as const
    }),
  )
  let coming: readonly Bytes[] = []
  let next = 0
  let answer: Bytes | null = null
  const line = {
    write: async (question: Bytes) => {
      // Its serial number is asked for once.
      answer = question[1] === map?.function ? coming[next++] ?? null : bus.answer(question, START)
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
    title: `Modbus RTU, Eastron SDM630, the ${map?.blocks.length ?? 0} answers of a poll`,
    telegrams: [...answers.keys()],
    read: async (telegram) => {
      coming = answers.get(telegram) ?? []
      next = 0
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
  dlmsEncrypted: () => dlms('DLMS, AM550, encrypted (0x20)', { model: 'AM550' }),
  dlmsAuthenticated: () =>
    dlms('DLMS, AM550, encrypted and authenticated (0x30)', {
      model: 'AM550',
      security: 'authenticated',
    }),
  dlmsWrapper: () => dlms('DLMS, MA309 in M-Bus frames, encrypted (0x20)', { model: 'MA309' }),
  dlmsPlain: () => dlmsInTheClear('DLMS, MA304H3E in the clear', 'MA304H3E'),
  dlmsListed: () => dlmsInTheClear('DLMS, E450 with its push object list in the clear', 'CII'),
  mbus,
  modbus,
} as const satisfies Record<string, () => MeterLine | Promise<MeterLine>>

export type MeterLineName = keyof typeof METER_LINES

/** All telegrams once. */
export async function readAll({ telegrams, read }: MeterLine): Promise<number> {
  for (const telegram of telegrams) {
    const reading = read(telegram)
    // One that is read at once is not waited for.
    if (reading !== undefined) await reading
  }
  return telegrams.length
}
