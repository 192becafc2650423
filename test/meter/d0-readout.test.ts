/** @module Asking a meter at its optical interface: modes, rates, echoes, losses, damage. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat, utf8 } from '../../shared/bytes.ts'
import { readIdentification } from '../../shared/meter/d0-identification.ts'
import { type Readout, readOut } from '../../shared/meter/d0-readout.ts'
import { damagedByte, fromEvenParity, withEvenParity } from '../../shared/meter/even-parity.ts'
import type { DuplexLine } from '../../shared/meter/line.ts'
import { createSimulatedD0Meter, type SimulatedD0Meter } from '../../shared/meter/simulate-d0.ts'

const now = Date.UTC(2026, 5, 12, 10) / 1000

/** How many bytes a driver gives at once. */
const PIECE = 32

/** Every request begins anew with it. */
const usual = createSimulatedD0Meter({ seed: 1 })

interface Head {
  /** It sees its own light. */
  readonly echo?: boolean
  /** How long closing and opening takes, in which what comes is lost. */
  readonly opening?: number
  /** What the line does with each answer. */
  readonly bend?: (bytes: Bytes, answer: number) => Bytes
}

/** A reading head on a line in time of its own, with this meter before it. */
function headBefore(meter: SimulatedD0Meter, { echo = true, opening = 0, bend }: Head = {}) {
  let clock = 0
  let rate = 0
  let answers = 0
  /** What is on the line: when it ends, how fast it is. */
  let coming: { at: number; baudRate: number; bytes: Bytes }[] = []
  const opened: number[] = []
  const written: Bytes[] = []

  function sends(bytes: Bytes, baudRate: number, from: number): number {
    const last = (i: number) => from + i * 10_000 / baudRate
    for (let i = 0; i < bytes.length; i += PIECE) {
      const piece = bytes.slice(i, i + PIECE)
      coming.push({ at: last(i + piece.length), baudRate, bytes: piece })
    }
    coming.sort((a, b) => a.at - b.at)
    return last(bytes.length)
  }

  const line: DuplexLine = {
    async open({ baudRate }) {
      await Promise.resolve()
      opened.push(baudRate)
      if (rate > 0) clock += opening
      coming = coming.filter(({ at }) => at > clock)
      rate = baudRate
    },
    async write(bytes) {
      await Promise.resolve()
      written.push(bytes)
      if (echo) sends(bytes, rate, clock)
      let from = clock + bytes.length * 10_000 / rate
      for (const answer of meter.hear(bytes, rate, now)) {
        const sent = bend?.(answer.bytes, answers++) ?? answer.bytes
        from = sends(sent, answer.baudRate, from + answer.afterMilliseconds)
      }
    },
    async read(milliseconds) {
      await Promise.resolve()
      const next = coming[0]
      if (next === undefined || next.at > clock + milliseconds) {
        clock += milliseconds
        return null
      }
      coming.shift()
      clock = Math.max(clock, next.at)
      return next.baudRate === rate ? next.bytes : Uint8Array.of(0x7f)
    },
  }
  const wait = async (milliseconds: number) => {
    await Promise.resolve()
    clock += milliseconds
  }
  return { line, wait, opened, written }
}

async function read(meter: SimulatedD0Meter, head: Head = {}, options: object = {}) {
  const { line, wait, opened, written } = headBefore(meter, head)
  const readout = await readOut(line, { wait, ...options })
  return { readout, opened, written }
}

function textOf(readout: Readout): string {
  return readout.kind === 'read' ? new TextDecoder().decode(readout.raw) : readout.why
}

const nak = Uint8Array.of(0x15)

describe('modes', () => {
  for (
    const [mode, rates] of [['A', [300]], ['B', [300, 9600]], ['C', [300, 9600]], ['E', [
      300,
      9600,
    ]]] as const
  ) {
    for (const echo of [true, false]) {
      test(`${mode}, ${echo ? 'with' : 'without'} an echo`, async () => {
        const meter = createSimulatedD0Meter({ seed: 1, mode })
        const { readout, opened } = await read(meter, { echo })
        const [name, block] = textOf(readout).split('\x02')
        expect(name).toMatch(/^\/XSM.*KILOWIT-SIM\r\n$/)
        expect(block?.slice(0, -1)).satisfy((text: string) => text.endsWith('!\r\n\x03'))
        expect(textOf(readout)).toContain(`0.0.0(${meter.meter})`)
        expect(opened).toEqual(rates)
      })
    }
  }

  test('C acknowledges with the rate that was offered, after which the meter sends at it', async () => {
    const { written } = await read(createSimulatedD0Meter({ seed: 1, baudRate: 4800 }))
    expect(written).toEqual([utf8('/?!\r\n'), utf8('\x06040\r\n'), utf8('\x06')])
  })

  test('an address is asked for', async () => {
    const { written } = await read(usual, {}, { address: '12345678' })
    expect(written[0]).toEqual(utf8('/?12345678!\r\n'))
  })
})

describe('a change of the rate that loses bytes', () => {
  test('is mended by asking for the block again', async () => {
    const { readout, opened, written } = await read(usual, {
      opening: 260,
    })
    expect(readout).toMatchObject({ kind: 'read', baudRate: 9600 })
    expect(written).toContainEqual(nak)
    expect(opened).toEqual([300, 9600])
  })

  test('that never works ends at 300, where it is said how far it is', async () => {
    const loses = (bytes: Bytes, answer: number) =>
      answer >= 1 && answer <= 3 ? bytes.subarray(0, 0) : bytes
    let progress = 0
    const { readout, opened } = await read(usual, { bend: loses }, {
      progress: (bytes: number) => progress = bytes,
    })
    expect(readout).toMatchObject({ kind: 'read', baudRate: 300 })
    expect(opened).toEqual([300, 9600, 300])
    expect(progress).toBeGreaterThan(200)
  })

  test('is not tried where it is known not to work', async () => {
    const { readout, opened } = await read(usual, {}, { stay: true })
    expect(readout).toMatchObject({ kind: 'read', baudRate: 300 })
    expect(opened).toEqual([300])
  })
})

describe('what is damaged', () => {
  test('any bit of the block is found and asked for again', async () => {
    await fc.assert(fc.asyncProperty(fc.nat(), fc.nat(6), async (place, bit) => {
      let damaged = false
      const bend = (bytes: Bytes, answer: number): Bytes => {
        if (answer !== 1) return bytes
        const bent = bytes.slice()
        const at = place % bytes.length
        bent[at] = (bent[at] ?? 0) ^ (1 << bit)
        damaged = true
        return bent
      }
      const whole = (await read(usual)).readout
      const { readout } = await read(usual, { bend })
      expect(damaged).toBe(true)
      expect(textOf(readout)).toBe(textOf(whole))
    }))
  })

  test('a block that is never whole gives nothing', async () => {
    const bend = (bytes: Bytes) => bytes.length > 100 ? bytes.subarray(0, -1) : bytes
    expect((await read(usual, { bend })).readout).toEqual({
      kind: 'failed',
      why: 'damaged',
    })
  })

  test('nothing, and noise instead of a name, are told apart', async () => {
    const deaf = { ...usual, hear: () => [] }
    expect((await read(deaf)).readout).toEqual({ kind: 'failed', why: 'silence' })
    expect((await read(deaf, { echo: false })).readout).toEqual({ kind: 'failed', why: 'silence' })
    const noisy = {
      ...deaf,
      hear: () => [{ afterMilliseconds: 200, baudRate: 300, bytes: utf8('a\r\nb') }],
    }
    expect((await read(noisy)).readout).toEqual({ kind: 'failed', why: 'noise' })
    const endless = {
      ...deaf,
      hear:
        () => [{ afterMilliseconds: 200, baudRate: 300, bytes: new Uint8Array(9000).fill(0x41) }],
    }
    expect((await read(endless)).readout).toEqual({ kind: 'failed', why: 'noise' })
  })

  test('what never ends is given up', async () => {
    const bend = (bytes: Bytes, answer: number) => {
      return answer === 0 ? bytes : concat(Uint8Array.of(2), new Uint8Array(40_000).fill(0x41))
    }
    const { readout } = await read(usual, { bend })
    expect(readout).toEqual({ kind: 'failed', why: 'damaged' })
  })
})

describe('the identification', () => {
  const of = (text: string) => readIdentification(utf8(text))

  test.each([
    ['/ISk5MT171-0222', 'C', 9600, false],
    ['/LGZ4ZMF100AC', 'C', 4800, false],
    ['/EMH0\\2@01LZQJC', 'C', 300, true],
    ['/ABCFname', 'B', 19_200, false],
    ['/ABCAname', 'B', 600, false],
    ['/ABC name', 'A', 300, false],
    ['/ABC9name', 'A', 300, false],
    ['/LGZ5\\2ZMD1204407.B32', 'C', 9600, true],
  ])('%s is mode %s at %i', (text, mode, baudRate, hdlc) => {
    expect(of(text)).toMatchObject({ mode, baudRate, hdlc, text: text.slice(1) })
  })

  test.each(['', '/', '/AB5x', '/A1C5x', 'ABC5x', '/ABC', '/ABC5\x01'])('%j is none', (text) => {
    expect(of(text)).toBeNull()
  })
})

describe('seven bits and even parity in eight bits and none', () => {
  test('come back as they were, and any one wrong bit is found', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ max: 0x7f, minLength: 1 }),
        fc.nat(),
        fc.nat(7),
        (bytes, place, bit) => {
          const sent = withEvenParity(bytes)
          expect(fromEvenParity(sent)).toEqual(new Uint8Array(bytes))
          const at = place % sent.length
          sent[at] = (sent[at] ?? 0) ^ (1 << bit)
          expect(fromEvenParity(sent)[at]).toBe(damagedByte)
        },
      ),
    )
  })

  test('is what the standard prints: / is AF, ? is 3F', () => {
    expect(withEvenParity(utf8('/?!\r\n'))).toEqual(Uint8Array.of(0xaf, 0x3f, 0x21, 0x8d, 0x0a))
  })
})
