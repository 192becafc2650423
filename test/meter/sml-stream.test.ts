/** @module SML from a stream: cut anywhere, damaged, mixed with noise, escaped, without an end. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, toHex, utf8 } from '../../shared/bytes.ts'
import { crc16X25 } from '../../shared/meter/crc16.ts'
import {
  createSimulatedSmlMeter,
  smlEntry,
  smlOctets,
  smlTime,
  writeSml,
} from '../../shared/meter/simulate-sml.ts'
import { createSmlDecoder } from '../../shared/meter/sml.ts'
import { maxSmlFile } from '../../shared/meter/sml-frame.ts'
import type { Outcome } from '../../shared/meter/telegram.ts'
import { code, decodeSml, now, power, push } from './sml-telegrams.ts'
import { kinds } from './telegrams.ts'
import { RUNS } from './mutations.ts'

const meter = createSimulatedSmlMeter({ seed: 3, startWh: 5_000_000 })
const locked = createSimulatedSmlMeter({ seed: 4, pin: false, clock: true })
const text = (bytes: Bytes) => smlEntry({ code: code(96, 1), value: smlOctets(bytes) })
const start = '1b1b1b1b01010101'
/** Whatever stands for an escape sequence outside, inside: at every place among four. */
const escaped = [0, 1, 2, 3].flatMap((shift) =>
  ['1b1b1b1b', '1b1b1b1b1b', '1b1b1b1b1b1b1b1b', start, '1b1b1b1b1a00', '1b1b1b1b1a0112341b'].map(
    (inside) =>
      push([text(concat(new Uint8Array(shift), fromHex(inside), utf8('x'))), power('6207')]),
  )
)
const telegrams = [meter.telegramAt(now), locked.telegramAt(now), meter.telegramAt(now + 1)]
const [first = new Uint8Array(), , second = new Uint8Array()] = telegrams
const originals = new Set([...telegrams, ...escaped].map(toHex))

function isWhole(outcome: Outcome): boolean {
  return outcome.kind === 'refused' || originals.has(toHex(outcome.telegram.raw))
}

/** Every byte is told once, in order: as a telegram, or as refused. */
function spans(outcomes: readonly Outcome[]): number {
  let told = 0
  for (const outcome of outcomes) {
    const { offset, length } = outcome.kind === 'refused'
      ? outcome
      : { offset: told, length: outcome.telegram.raw.length }
    expect(offset).toBe(told)
    told += length
  }
  return told
}

test('the same bytes give the same outcomes whole, byte by byte and in odd pieces', () => {
  const noise = fromHex(`001b1b1b${start.slice(0, 14)}1b`)
  const parts = telegrams.flatMap((telegram) => [noise, telegram, telegram, telegram.slice(0, 60)])
  const stream = concat(...parts, ...escaped)
  const whole = decodeSml(stream)
  expect(whole.filter(({ kind }) => kind === 'telegram')).toHaveLength(6 + escaped.length)
  expect(whole.every(isWhole)).toBe(true)
  expect(kinds(whole).filter((kind) => kind === 'truncated')).toHaveLength(3)
  expect(spans(whole)).toBe(stream.length)
  for (const size of [1, 2, 3, 7, 64, 255]) expect(decodeSml(stream, {}, size)).toEqual(whole)
})

test('an escape sequence in the file ends nothing, and comes back as it was', () => {
  for (const [i, file] of escaped.entries()) {
    const [outcome] = decodeSml(file)
    if (outcome?.kind !== 'telegram') throw new Error(`Expected telegram ${i}`)
    const [reading] = outcome.telegram.readings
    const inside = [
      '1b1b1b1b',
      '1b1b1b1b1b',
      '1b1b1b1b1b1b1b1b',
      start,
      '1b1b1b1b1a00',
      '1b1b1b1b1a0112341b',
    ]
    const wanted = '00'.repeat(Math.floor(i / 6)) + (inside[i % 6] ?? '') + toHex(utf8('x'))
    expect(reading.texts[0]?.text).toBe(wanted.toUpperCase())
    expect(reading.registers[0]?.value).toBe('7')
    expect(file.length % 4).toBe(0)
  }
})

test('padding of every length', () => {
  const lengths = new Set<number | undefined>()
  for (let size = 0; size < 8; size++) {
    const file = push([text(new Uint8Array(size).fill(0x41)), power('6207')])
    lengths.add(file.at(-3))
    expect(kinds(decodeSml(file))).toEqual(['telegram'])
  }
  expect(lengths).toEqual(new Set([0, 1, 2, 3]))
})

test('padding of four bytes where none are needed, and of no more', () => {
  const plain = [0, 1, 2, 3].map((size) => {
    return push([text(new Uint8Array(size).fill(0x41)), power('6207')])
  }).find((file) => file.at(-3) === 0) ?? first
  const padded = (bytes: number) => {
    const body = plain.subarray(0, -8)
    const checked = concat(body, new Uint8Array(bytes), fromHex('1b1b1b1b1a'), Uint8Array.of(bytes))
    const crc = crc16X25(checked)
    return concat(checked, Uint8Array.of(crc & 0xff, crc >> 8))
  }
  expect(padded(0)).toEqual(plain)
  expect(kinds(decodeSml(padded(4)))).toEqual(['telegram'])
  for (const more of [5, 8, 200]) {
    expect(kinds(decodeSml(padded(more)))[0]).toBe('line-check-failed')
  }
})

describe('damage', () => {
  test('every single bit flipped is found by the checks', () => {
    const missed: string[] = []
    for (const telegram of [...telegrams, escaped[3] ?? first]) {
      for (let i = 0; i < telegram.length; i++) {
        for (let bit = 0; bit < 8; bit++) {
          const bent = telegram.slice()
          bent[i] = (bent[i] ?? 0) ^ (1 << bit)
          const outcomes = decodeSml(bent)
          if (kinds(outcomes).includes('telegram')) missed.push(`bit ${bit} of byte ${i}`)
          if (outcomes.length === 0) missed.push(`nothing told of byte ${i}`)
        }
      }
    }
    expect(missed).toEqual([])
  })

  test('a telegram cut off anywhere is told, and the next one is read', () => {
    for (const whole of [first, escaped[9] ?? first]) {
      for (let cut = 1; cut < whole.length; cut++) {
        const stream = concat(whole.subarray(0, cut), second)
        const outcomes = decodeSml(stream)
        expect(outcomes.at(-1)).toMatchObject({ kind: 'telegram', telegram: { raw: second } })
        expect(outcomes.slice(0, -1).every(({ kind }) => kind === 'refused')).toBe(true)
        expect(spans(outcomes)).toBe(stream.length)
      }
    }
  })

  test('a telegram that lost any one byte is refused, and the next one is read', () => {
    for (let lost = 0; lost < first.length; lost++) {
      const stream = concat(first.subarray(0, lost), first.subarray(lost + 1), second)
      const outcomes = decodeSml(stream)
      expect(kinds(outcomes).filter((kind) => kind === 'telegram')).toHaveLength(1)
      expect(outcomes.at(-1)).toMatchObject({ kind: 'telegram', telegram: { raw: second } })
      expect(spans(outcomes)).toBe(stream.length)
    }
  })

  test('thousands of mutations: nothing throws, and every telegram told is one that was sent', () => {
    const at = fc.nat(first.length - 1)
    const change = fc.record({
      what: fc.constantFrom('set', 'cut', 'double', 'insert', 'escape'),
      at,
      value: fc.integer({ min: 1, max: 255 }),
    })
    let refused = 0
    fc.assert(
      fc.property(
        fc.constantFrom(...telegrams, ...escaped),
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 400 }),
        (bytes, list, size) => {
          let bent = bytes
          for (const { what, at, value } of list) {
            if (what === 'set') {
              bent = bent.slice()
              if (at < bent.length) bent[at] = value
            } else if (what === 'cut') {
              bent = concat(bent.subarray(0, at), bent.subarray(at + value % 40))
            } else if (what === 'double') {
              bent = concat(bent.subarray(0, at + value % 40), bent.subarray(at))
            } else if (what === 'escape') {
              bent = concat(bent.subarray(0, at), fromHex(start), bent.subarray(at))
            } else bent = concat(bent.subarray(0, at), Uint8Array.of(value), bent.subarray(at))
          }
          const stream = concat(bent, second, second)
          const outcomes = decodeSml(stream, {}, size)
          refused += outcomes.filter(({ kind }) => kind === 'refused').length
          return outcomes.every(isWhole) && outcomes.at(-1)?.kind === 'telegram' &&
            spans(outcomes) === stream.length
        },
      ),
      { numRuns: RUNS },
    )
    expect(refused).toBeGreaterThan(2000)
  })

  test('files whose checks hold and whose content is any bytes never throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(200), (bytes, at) => {
        const inside = concat(first.subarray(8, 8 + at), bytes)
        const outcomes = decodeSml(seal(inside))
        return outcomes.length === 1 && outcomes[0]?.kind === 'refused'
      }),
      { numRuns: RUNS },
    )
  })
})

/** Any content, as a file whose transport check holds. */
function seal(content: Uint8Array): Bytes {
  return writeSml(content)
}

describe('streams without an end', () => {
  test('a megabyte of noise, of beginnings and of escape sequences is refused in little memory', () => {
    const fillings = ['00', '1b', '01', start, `1b1b1b1b${start}`, '1b1b1b1b1b1b1b1b', `${start}76`]
    for (const filling of fillings) {
      const piece = fromHex(filling.repeat(4096 / (filling.length / 2)))
      const decoder = createSmlDecoder({ now: () => now })
      let told = 0
      let longest = 0
      const take = (outcomes: Outcome[]) => {
        for (const outcome of outcomes) {
          if (outcome.kind !== 'refused') throw new Error('Expected nothing to be read')
          told += outcome.length
          longest = Math.max(longest, outcome.length)
        }
      }
      let sent = 0
      while (sent < 1 << 20) {
        take(decoder.push(piece))
        sent += piece.length
        expect(sent - told).toBeLessThan(3 * maxSmlFile)
      }
      take(decoder.push(concat(fromHex('ff'))))
      const [last] = decoder.push(concat(first)).slice(-1)
      expect([filling, last?.kind]).toEqual([filling, 'telegram'])
      expect(longest).toBeLessThanOrEqual(2 * maxSmlFile)
    }
  })

  test('a file that goes on for too long is refused, and what follows is read', () => {
    const endless = concat(fromHex(start), new Uint8Array(maxSmlFile + 100))
    const outcomes = decodeSml(concat(endless, first, second))
    expect(kinds(outcomes).filter((kind) => kind !== 'not-this-protocol'))
      .toEqual(['too-long', 'telegram', 'telegram'])
    expect(spans(outcomes)).toBe(endless.length + first.length + second.length)
  })

  test('at the end of a stream the decoder is as new', () => {
    const decoder = createSmlDecoder({ now: () => now })
    expect(kinds(decoder.push(first.subarray(0, 100)))).toEqual([])
    expect(kinds(decoder.end())).toEqual(['truncated'])
    expect(kinds(decoder.push(first.subarray(100)))).toEqual([])
    expect(decoder.end()).toEqual([
      { kind: 'refused', reason: 'not-this-protocol', offset: 0, length: first.length - 100 },
    ])
    expect(kinds(decoder.push(second))).toEqual(['telegram'])
    expect(decoder.end()).toEqual([])
  })
})

test('what was told stays as it is, whatever comes after', () => {
  const decoder = createSmlDecoder({ now: () => now })
  const [one] = decoder.push(first)
  const before = JSON.stringify(one)
  decoder.push(concat(second, push([power('6209')], { time: smlTime(1, 9) })))
  expect(JSON.stringify(one)).toBe(before)
})
