/**
 * How a simulated meter speaks: by itself every few seconds, with or without an ear for what the
 * reader answers, or when it is asked. One voice is one meter on one line, whatever carries the line.
 *
 * @module
 */
import { type Bytes, concat } from '../../shared/bytes.ts'
import type { SimulatedAmisMeter } from '../../shared/meter/simulate-amis.ts'
import type { SimulatedBus } from '../../shared/meter/simulate-modbus.ts'
import type { SimulatedD0Meter } from '../../shared/meter/simulate-d0.ts'
import type { SimulatedMBus } from '../../shared/meter/simulate-mbus.ts'

export interface Answer {
  readonly afterMilliseconds: number
  /** Null: at the rate of its line. */
  readonly baudRate: number | null
  readonly bytes: Bytes
}

export interface Pushing {
  readonly kind: 'pushes'
  /** Seconds between telegrams. */
  readonly every: number
  /** Empty where it says nothing in this second. */
  telegramAt(unixSeconds: number): Bytes | Promise<Bytes>
}

/** It looks for a reader, and pushes while it is answered. */
export interface Calling extends Omit<Pushing, 'kind'> {
  readonly kind: 'calls'
  /**
   * What the reader says to it.
   *
   * @param baudRate null where the line, TCP, has none
   */
  hear(bytes: Bytes, baudRate: number | null): void
}

export interface Answering {
  readonly kind: 'answers'
  /**
   * What it says to bytes that came without a pause between them.
   *
   * @param baudRate at which they came; null where the line, TCP, has none
   */
  hear(bytes: Bytes, baudRate: number | null, unixSeconds: number): readonly Answer[]
}

export type Voice = Pushing | Calling | Answering

/** IEC 62056-21: over TCP, the rate that both sides would have agreed on is taken for the line's. */
export function optical(meter: SimulatedD0Meter): Answering {
  let agreed = 300
  return {
    kind: 'answers',
    hear(bytes, baudRate, unixSeconds) {
      // Every visit begins with a request at 300.
      if (bytes.includes(0x2f)) agreed = 300
      const answers = meter.hear(bytes, baudRate ?? agreed, unixSeconds)
      agreed = answers.at(-1)?.baudRate ?? agreed
      return answers
    },
  }
}

/** An AMIS meter, which is heard only at its own rate. */
export function calling(meter: SimulatedAmisMeter, ownRate: number): Calling {
  return {
    kind: 'calls',
    every: 1,
    telegramAt: async (unixSeconds) => await meter.speak(unixSeconds),
    hear(bytes, baudRate) {
      if (baudRate === null || baudRate === ownRate) meter.hear(bytes)
    },
  }
}

function said(bytes: Bytes): readonly Answer[] {
  return bytes.length === 0 ? [] : [{ afterMilliseconds: 0, baudRate: null, bytes }]
}

/**
 * M-Bus and Modbus RTU, where a pause ends a question: what came without one is one. At another rate
 * than the line's nobody understands it.
 */
export function wired(bus: SimulatedMBus | SimulatedBus, ownRate: number): Answering {
  return {
    kind: 'answers',
    hear(bytes, baudRate, unixSeconds) {
      if (baudRate !== null && baudRate !== ownRate) return []
      return said(bus.answer(bytes, unixSeconds))
    },
  }
}

/** Modbus TCP: several questions may come at once, each says how long it is. */
export function modbusTcp(bus: SimulatedBus): Answering {
  return {
    kind: 'answers',
    hear(bytes, _, unixSeconds) {
      const answers: Bytes[] = []
      for (let at = 0; at + 6 < bytes.length;) {
        const length = 6 + ((bytes[at + 4] ?? 0) << 8) + (bytes[at + 5] ?? 0)
        answers.push(bus.answerTcp(bytes.subarray(at, at + length), unixSeconds))
        at += length
      }
      return said(concat(...answers))
    },
  }
}
