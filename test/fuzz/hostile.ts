/**
 * What attackers send: texts, JSON, CBOR and base64url that are nearly right, absurd, or made to
 * exhaust or confuse a parser.
 *
 * @module
 */
import { type Bytes, concat, toBase64url, utf8 } from '../../shared/bytes.ts'
import type { CborValue } from '../../shared/cbor.ts'
import type { Dice } from './dice.ts'

/** No answer may ever contain it. */
export const MARK = 'zqechoed'

const TEXTS = [
  '',
  ' ',
  '\u0000',
  'a\u0000b',
  '\ud800',
  '\udc00x',
  '\ufeff',
  '\u202e',
  '😀',
  '__proto__',
  'constructor',
  'prototype',
  'toString',
  'hasOwnProperty',
  'valueOf',
  'NaN',
  'Infinity',
  '-0',
  '1e999',
  '0x10',
  '-1',
  '1.5',
  '99999999999999999999',
  'null',
  'undefined',
  'true',
  '{}',
  '[]',
  "' or 1=1--",
  "'; drop table blocks; --",
  '%00',
  '%ff',
  '%',
  '../../etc/passwd',
  '..%2f..%2f',
  '<script>alert(1)</script>',
  '${7*7}',
  'a'.repeat(1000),
  '9'.repeat(400),
  '-'.repeat(300),
  MARK,
  `${MARK}<b>`,
]

export function hostileText(random: Dice): string {
  return random.pick(TEXTS)
}

/** For a header field: what `Headers` lets through. */
export function headerText(random: Dice): string {
  const printable = TEXTS.filter((text) => /^[\t\x20-\x7e]*$/.test(text))
  return random.chance(0.05)
    ? random.pick(['x'.repeat(8000), '\xff\xfe', ',,,,', '; ; ;', 'W/"'.repeat(500)])
    : random.pick(printable)
}

/** Encoded JSON: also what JSON.stringify never writes. */
export function hostileJson(random: Dice, depth = 0): string {
  const plain = [
    'null',
    'true',
    '0',
    '-1',
    '1.5',
    '1e308',
    '1e999',
    '9007199254740993',
    '""',
    '[]',
    '{}',
    '"\\ud800"',
    '"\\u0000"',
    '{"__proto__":{"x":1}}',
    '{"toString":null,"valueOf":null}',
    '{"toString":1}',
    '{"then":1}',
    '{"length":-1}',
    '{"a":1,"a":2}',
    'NaN',
    '{',
    `"${MARK}"`,
    '['.repeat(200) + ']'.repeat(200),
    '['.repeat(5000),
  ]
  if (depth < 3 && random.chance(0.2)) {
    const inner = hostileJson(random, depth + 1)
    return random.chance(0.5) ? `[${inner},${inner}]` : `{"${random.pick(['a', MARK])}":${inner}}`
  }
  return random.pick(plain)
}

export function hostileCbor(random: Dice): CborValue {
  return random.pick<CborValue>([
    null,
    true,
    false,
    0,
    1,
    -1,
    23,
    24,
    255,
    256,
    65_535,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 32,
    2 ** 53 - 1,
    -(2 ** 53) + 1,
    2n ** 63n,
    2n ** 64n - 1n,
    -(2n ** 63n),
    '',
    'all',
    'live',
    'owner',
    'first',
    '\u0000',
    MARK,
    '__proto__',
    'x'.repeat(3000),
    new Uint8Array(0),
    new Uint8Array(15),
    new Uint8Array(16),
    new Uint8Array(31),
    new Uint8Array(32),
    new Uint8Array(33),
    new Uint8Array(65),
    new Uint8Array(4000),
    [],
    [[]],
    [[[[[[[[[[]]]]]]]]]],
    {},
    { __proto__x: 1 },
    { toString: 1 },
    new Map<number, CborValue>([[1, 2]]),
    Array.from({ length: 200 }, () => 0),
  ])
}

/** Bytes that are no deterministic CBOR, or that promise more than there is. */
export function brokenCbor(random: Dice): Bytes {
  const bombs: readonly (() => Bytes)[] = [
    () => new Uint8Array(0),
    () => new Uint8Array([0x9f, 0xff]),
    () => new Uint8Array([0x9f]),
    () => new Uint8Array([0xbf, 0xff]),
    () => new Uint8Array([0x5f, 0x41, 0, 0xff]),
    () => new Uint8Array([0x7f, 0x61, 0x61, 0xff]),
    () => new Uint8Array([0xff]),
    () => new Uint8Array([0xc0, 0x00]),
    () => new Uint8Array([0xd9, 0xd9, 0xf7, 0x82, 0, 0]),
    () => new Uint8Array([0xf9, 0x7e, 0x00]),
    () => new Uint8Array([0xfb, 0x7f, 0xf8, 0, 0, 0, 0, 0, 0]),
    () => new Uint8Array([0xf7]),
    () => new Uint8Array([0xf8, 0x20]),
    () => new Uint8Array([0x18, 0x00]),
    () => new Uint8Array([0x1b, 0, 0, 0, 0, 0, 0, 0, 1]),
    () => new Uint8Array([0x9b, 0, 0, 0, 255, 255, 255, 255, 255]),
    () => new Uint8Array([0x5b, 255, 255, 255, 255, 255, 255, 255, 255]),
    () => new Uint8Array([0x9a, 255, 255, 255, 255]),
    () => new Uint8Array([0xbb, 127, 255, 255, 255, 255, 255, 255, 255]),
    () => new Uint8Array([0xa2, 0x01, 0, 0x01, 0]),
    () => new Uint8Array([0xa2, 0x02, 0, 0x01, 0]),
    () => new Uint8Array([0xa1, 0x80, 0]),
    () => new Uint8Array([0x61, 0xff]),
    () => new Uint8Array([0x63, 0xed, 0xa0, 0x80]),
    () => new Uint8Array(2000).fill(0x81),
    () => new Uint8Array(2000).fill(0xa1),
    () => new Uint8Array(30_000).fill(0x80),
    () => concat(new Uint8Array([0x99, 0x0f, 0xa0]), new Uint8Array(4000).fill(0xf6)),
    () => concat(new Uint8Array([0x84]), random.bytes(60)),
    () => concat(new Uint8Array([0x82]), random.bytes(60)),
    () => random.bytes(1 + random.below(300)),
    () => utf8(`{"${MARK}":1}`),
  ]
  return random.pick(bombs)()
}

/** Good bytes with one thing wrong. */
export function damage(bytes: Bytes, random: Dice): Bytes {
  if (bytes.length === 0) return random.bytes(3)
  const at = random.below(bytes.length)
  const kind = random.below(6)
  if (kind === 0) {
    const flipped = bytes.slice()
    flipped[at] = (flipped[at] ?? 0) ^ (1 << random.below(8))
    return flipped
  }
  if (kind === 1) return bytes.slice(0, at)
  if (kind === 2) return concat(bytes.subarray(0, at), random.bytes(1), bytes.subarray(at))
  if (kind === 3) return concat(bytes.subarray(0, at), bytes.subarray(at + 1))
  if (kind === 4) return concat(bytes, bytes)
  return concat(bytes.subarray(0, at), brokenCbor(random), bytes.subarray(at))
}

/** A text that should be base64url of so many bytes. */
export function hostileId(length: number, random: Dice): string {
  const good = toBase64url(random.bytes(length))
  return random.pick([
    good,
    good,
    `${good}=`,
    `${good}==`,
    good.slice(1),
    `${good}A`,
    `${good.slice(0, -1)}/`,
    `${good.slice(0, -1)}+`,
    // The same length with stray bits in the last character.
    `${good.slice(0, -1)}_`,
    good.toUpperCase(),
    hostileText(random),
    MARK,
  ])
}
