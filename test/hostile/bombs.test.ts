/**
 * Bombs at every parser: ten times as many bytes are about ten times as much work, whatever they
 * are. The work is counted, so that a slow machine is no slow parser.
 *
 * @module
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { parseJws } from '../../server/tokens/jws.ts'
import { type Bytes, equal, fromBase64url, toBase64url, utf8 } from '../../shared/bytes.ts'
import { decode, encode, scanItem, splitArray, splitSequence } from '../../shared/cbor.ts'
import { parseStatement } from '../../shared/identity/statement.ts'
import { createDecoder } from '../../shared/meter/decoder.ts'
import type { Protocol } from '../../shared/meter/telegram.ts'
import { readColumns } from '../../shared/seal/columns.ts'
import { type Counter, countWork } from './work.ts'

/** Enough that what is bounded by its own limit has reached it. */
const SMALL = 40_000
/** Of work for each byte, as some bytes are more work; what grows with the square has ten times. */
const MOST = 2

let counter: Counter
beforeAll(async () => {
  counter = await countWork()
})
afterAll(() => counter.end())

/** What is so many bytes, or a few more. */
type Bomb = (size: number) => Bytes

const CBOR: Record<string, Bomb> = {
  'lists in lists': (size) => new Uint8Array(size).fill(0x81),
  'lists of lists, as deep as may be': (size) =>
    repeated([...Array<number>(10).fill(0x81), 0], size),
  'small items': (size) => encode(Array.from({ length: size }, () => 0)),
  'empty strings': (size) => encode(Array.from({ length: size }, () => '')),
  'empty lists': (size) => encode(Array.from({ length: size }, () => [])),
  'a long text of many bytes a letter': (size) => encode('é'.repeat(size / 2)),
  'a map of many keys': (size) => encode(mapOf(size / 10, (i) => i)),
  'a map whose keys are alike but for their ends': (size) => {
    const shared = 'k'.repeat(100)
    return encode(mapOf(size / 110, (i) => `${shared}${String(i).padStart(6, '0')}`))
  },
  'counts that promise more': (size) => repeated([0x9a, 0, 0, 0xff, 0xff], size),
  'lengths that promise more': (size) => repeated([0x5a, 0, 0, 0xff, 0xff], size),
}

const LINES: Record<string, Bomb> = {
  'slashes': (size) => repeated([0x2f], size),
  'flags of frames': (size) => repeated([0x7e, 0xa0], size),
  'frames that claim their most': (size) => repeated([0x7e, 0xa7, 0xff, 0x03, 0x03, 0x13], size),
  'wrapped notifications': (size) => repeated([0x68, 0xfa, 0xfa, 0x68, 0x53, 0xff], size),
  'ciphered notifications': (size) => repeated([0xdb, 0x08, ...Array<number>(8).fill(0x41)], size),
  'lines of telegrams': (size) => repeated([...utf8('/X\r\n\r\n1-0:1.8.0(1*kWh)\r\n!')], size),
  'open brackets': (size) =>
    repeated([...utf8('/X\r\n\r\n1-0:1.8.0'), ...utf8('('.repeat(50))], size),
}

type Parse = (bytes: Bytes) => unknown

const OF_CBOR: Record<string, Parse> = {
  'scanItem': (bytes) => scanItem(bytes, 0),
  'decode': decode,
  'splitSequence': (bytes) => splitSequence(bytes, 1000),
  'splitArray': (bytes) => splitArray(bytes),
  'parseStatement': (bytes) => parseStatement(bytes),
  'readColumns': readColumns,
}

const OF_TEXT: Record<string, Parse> = {
  'base64url': (bytes) => fromBase64url(toBase64url(bytes)),
  'a JWT of bytes': (bytes) => parseJws(`${toBase64url(bytes)}.e30.AA`),
  'a JWT of JSON': (bytes) => parseJws(`${jsonOf(bytes.length)}.e30.${toBase64url(bytes)}`),
  'a JWT of dots': (bytes) => parseJws('.'.repeat(bytes.length)),
}

const decoding = (protocol: Protocol): Parse => async (bytes) => {
  const decoder = createDecoder(protocol, { now: () => 0 })
  for (let at = 0; at < bytes.length; at += 64) await decoder.push(bytes.subarray(at, at + 64))
}

const OF_LINES: Record<string, Parse> = {
  'P1': decoding('p1'),
  'DLMS': decoding('dlms'),
  'SML': decoding('sml'),
}

const ALL = [
  ...pairs(OF_CBOR, CBOR),
  ...pairs(OF_LINES, LINES),
  ...pairs(OF_LINES, { 'a map of many keys': CBOR['a map of many keys'] ?? zeros }),
  ...pairs(OF_TEXT, { zeros }),
]

test.each(ALL)('%s is even with %s', async (_parser, _name, parse, bomb) => {
  const [small, large] = [bomb(SMALL), bomb(10 * SMALL)]
  const run = (bytes: Bytes) => async () => {
    try {
      return await parse(bytes)
    } catch (error) {
      return error
    }
  }
  // What is only made at the first call is not the bomb's.
  await run(small)()
  const [one = 0, ten = Infinity] = await counter.worksOf([run(small), run(large)])
  expect(one).toBeGreaterThan(0)
  expect(ten).toBeLessThan(MOST * one * large.length / small.length + 100)
})

test('what grows with the square would be found', async () => {
  const square = (bytes: Bytes) => () => {
    for (let i = 0; i < bytes.length; i += 40) equal(bytes.subarray(i), bytes.slice(i))
  }
  const [one = 0, ten = 0] = await counter.worksOf([square(zeros(4000)), square(zeros(40_000))])
  expect(ten).toBeGreaterThan(50 * one)
})

function pairs(parsers: Record<string, Parse>, bombs: Record<string, Bomb>) {
  return Object.entries(parsers).flatMap(([parser, parse]) =>
    Object.entries(bombs).map(([name, bomb]) => [parser, name, parse, bomb] as const)
  )
}

function zeros(size: number): Bytes {
  return new Uint8Array(size)
}

function repeated(pattern: readonly number[], size: number): Bytes {
  return new Uint8Array(size).map((_, i) => pattern[i % pattern.length] ?? 0)
}

function mapOf<K>(count: number, key: (i: number) => K): Map<K, number> {
  return new Map(Array.from({ length: Math.floor(count) }, (_, i) => [key(i), i]))
}

function jsonOf(size: number): string {
  return toBase64url(utf8(`{"a":[${'[],'.repeat(size / 3)}0]}`))
}
