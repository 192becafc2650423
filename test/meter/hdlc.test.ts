/** @module HDLC type 3 from a stream (IEC 62056-46): by length, both checks, every byte accounted for. */

import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, toHex, utf8 } from '../../shared/bytes.ts'
import { type Apdu, createApduReader } from '../../shared/meter/apdu.ts'
import { crc16X25 } from '../../shared/meter/crc16.ts'
import { createLinkFramer, type LinkFrame, maxNoise } from '../../shared/meter/link.ts'
import { writeHdlc } from '../../shared/meter/simulate-dlms.ts'
import type { Refused } from '../../shared/meter/telegram.ts'
import { RUNS } from './mutations.ts'

type Found = LinkFrame | Refused

function frames(bytes: Uint8Array, size = bytes.length): Found[] {
  const framer = createLinkFramer()
  const found: Found[] = []
  for (let i = 0; i < bytes.length; i += size) {
    framer.push(bytes.subarray(i, i + size), (one) => found.push(one))
  }
  framer.end((one) => found.push(one))
  return found
}

function told(found: readonly (Found | Apdu)[]): string[] {
  return found.map((one) => {
    if (one.kind === 'frame') return toHex(one.information)
    return one.kind === 'apdu' ? toHex(one.bytes) : `${one.reason} ${one.offset}+${one.length}`
  })
}

const addresses = [0xcf, 0x02, 0x23]
const flags = utf8('~~~~~~')
/** With flags and what looks like a header inside. */
const inside = fromHex('e6e700db7e7ea00a7e00ff7ea0')
const good = writeHdlc(addresses, inside)
const other = writeHdlc([0xce, 0xff, 0x03], fromHex('0102037e'))

/** A header whose check holds, for a frame of that length that never comes. */
function headerFor(length: number): Bytes {
  const header = Uint8Array.of(0xa0 | (length >> 8), length & 0xff, 0xcf, 0x02, 0x23, 0x13)
  const check = crc16X25(header)
  return concat(Uint8Array.of(0x7e), header, Uint8Array.of(check & 0xff, check >> 8))
}

describe('a frame', () => {
  test('with a check value known from a real meter is what the writer writes', () => {
    // Header of an AM550 as captured: 7E A0 67 CF 02 23 13 FB F1.
    expect(toHex(writeHdlc(addresses, new Uint8Array(93))).slice(0, 18)).toBe('7ea067cf022313fbf1')
  })

  test('is found with addresses of one, two and four bytes, and with no other', () => {
    for (const parts of ['0303', 'ceff03', 'cf0223', '0002002303', '0002002300020023']) {
      const bytes = writeHdlc([...fromHex(parts)], inside)
      expect(told(frames(bytes))).toEqual([toHex(inside)])
    }
    for (const parts of ['00022303', '03000223', '000200020303', '0000']) {
      const bytes = writeHdlc([...fromHex(parts)], inside)
      expect(frames(bytes).every(({ kind }) => kind === 'refused')).toBe(true)
    }
  })

  test('without information has one check', () => {
    const header = Uint8Array.of(0xa0, 0x08, 0xcf, 0x02, 0x23, 0x13)
    const check = crc16X25(header)
    const bytes = concat(
      Uint8Array.of(0x7e),
      header,
      Uint8Array.of(check & 0xff, check >> 8, 0x7e),
    )
    expect(told(frames(concat(bytes, good)))).toEqual(['', toHex(inside)])
  })

  test('is the same whole, byte by byte and in odd pieces', () => {
    const stream = concat(
      utf8('noise~'),
      good,
      other,
      fromHex('7ea0'),
      good.subarray(0, 15),
      other,
      flags,
      good.subarray(0, 20),
    )
    const whole = frames(stream)
    expect(told(whole)).toEqual([
      'not-this-protocol 0+6',
      toHex(inside),
      toHex(fromHex('0102037e')),
      `not-this-protocol ${6 + good.length + other.length}+2`,
      `truncated ${8 + good.length + other.length}+15`,
      toHex(fromHex('0102037e')),
      `truncated ${stream.length - 20}+20`,
    ])
    for (const size of [1, 2, 3, 7, 64]) expect(frames(stream, size)).toEqual(whole)
  })

  test('shares a flag with the next, or stands among many', () => {
    const shared = concat(good, other.subarray(1), good.subarray(1))
    expect(told(frames(shared))).toEqual([toHex(inside), '0102037e', toHex(inside)])
    expect(told(frames(concat(flags, good, flags, other, flags)))).toEqual([
      toHex(inside),
      '0102037e',
    ])
  })

  test('is whole without its last flag at the end of the stream only', () => {
    const cut = good.subarray(0, -1)
    expect(told(frames(cut))).toEqual([toHex(inside)])
    expect(told(frames(concat(cut, other)))).toEqual([toHex(inside), '0102037e'])
    expect(told(frames(concat(cut, utf8('x'), other)))).toEqual([
      `line-check-failed 0+${good.length}`,
      '0102037e',
    ])
    expect(told(frames(good.subarray(0, -2)))).toEqual([`truncated 0+${good.length - 2}`])
  })

  test('needs both checks, each of which another may hold without', () => {
    const bent = good.slice(1, -3)
    bent[6] = (bent[6] ?? 0) ^ 1
    const check = crc16X25(bent)
    const mended = concat(
      Uint8Array.of(0x7e),
      bent,
      Uint8Array.of(check & 0xff, check >> 8, 0x7e),
    )
    expect(frames(mended).every(({ kind }) => kind === 'refused')).toBe(true)
  })

  test('with any bit flipped is none', () => {
    for (let i = 0; i < good.length; i++) {
      for (let bit = 0; bit < 8; bit++) {
        const bent = good.slice()
        bent[i] = (bent[i] ?? 0) ^ (1 << bit)
        expect(frames(bent).every(({ kind }) => kind === 'refused')).toBe(true)
      }
    }
  })
})

describe('a beginning that leads nowhere', () => {
  test('takes no whole frame with it', () => {
    const lying = headerFor(2047)
    const stream = concat(lying, good, other, good)
    expect(told(frames(stream))).toEqual([
      `truncated 0+${lying.length}`,
      toHex(inside),
      '0102037e',
      toHex(inside),
    ])
    const long = concat(lying, ...Array.from({ length: 100 }, () => good))
    expect(frames(long).filter(({ kind }) => kind === 'frame')).toHaveLength(100)
  })

  test('that fails its check is told by its own length', () => {
    const bent = good.slice()
    bent[12] = (bent[12] ?? 0) ^ 1
    expect(told(frames(concat(bent, other)))).toEqual([
      `line-check-failed 0+${good.length}`,
      '0102037e',
    ])
  })
})

test('thousands of streams: every byte is in one frame, in one refusal, or a flag', () => {
  const piece = fc.oneof(
    fc.constantFrom<Bytes>(good, other, flags, headerFor(40), headerFor(2047)),
    fc.nat(good.length).map((length) => good.slice(0, length)),
    fc.uint8Array({ maxLength: 30 }).map((bytes) => Uint8Array.from(bytes)),
    fc.record({ at: fc.nat(good.length - 1), value: fc.nat(255) }).map(({ at, value }) => {
      const bent = good.slice()
      bent[at] = value
      return bent
    }),
  )
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 12 }),
      fc.integer({ min: 1, max: 300 }),
      (list, size) => {
        const stream = concat(...list)
        const found = frames(stream, size)
        let place = 0
        for (const one of found) {
          const length = one.kind === 'frame' ? one.raw.length : one.length
          // Two that follow each other may share the flag between them.
          const between = stream.subarray(place, one.offset)
          if (one.offset < place - 1 || between.some((byte) => byte !== 0x7e)) return false
          if (one.offset === place - 1 && stream[one.offset] !== 0x7e) return false
          place = Math.max(place, one.offset + length)
        }
        return place <= stream.length && stream.subarray(place).every((byte) => byte === 0x7e)
      },
    ),
    { numRuns: RUNS },
  )
})

describe('without end', () => {
  const megabyte = 1 << 20

  test.each([
    ['headers without a check', fromHex('7ea0')],
    ['headers with one, of the longest frames', headerFor(2047)],
    ['flags', flags],
    ['noise', utf8('no meter here')],
  ])('a megabyte of %s is told in bounded pieces, and a frame after it is found', (_what, fill) => {
    const framer = createLinkFramer()
    const found: Found[] = []
    const block = concat(...Array.from({ length: Math.ceil(65_536 / fill.length) }, () => fill))
    for (let sent = 0; sent < megabyte; sent += block.length) {
      framer.push(block, (one) => found.push(one))
    }
    framer.push(good, (one) => found.push(one))
    framer.end((one) => found.push(one))
    expect(told(found.slice(-1))).toEqual([toHex(inside)])
    const refused = found.slice(0, -1)
    expect(refused.every((one) => one.kind === 'refused' && one.length <= maxNoise)).toBe(true)
  })
})

describe('segments', () => {
  function apdus(...bytes: readonly Uint8Array[]): string[] {
    const reader = createApduReader()
    const found: (Apdu | Refused)[] = []
    reader.push(concat(...bytes), (one) => found.push(one))
    reader.end((one) => found.push(one))
    return told(found)
  }
  const first = writeHdlc(addresses, fromHex('e6e7000f01'), true)
  const middle = writeHdlc(addresses, fromHex('0203'), true)
  const last = writeHdlc(addresses, fromHex('04'))
  const whole = writeHdlc(addresses, fromHex('e6e7000f99'))

  test('are joined', () => {
    expect(apdus(first, middle, last, whole)).toEqual(['0f01020304', '0f99'])
  })

  test('end where something else is heard, at a new beginning and at the end', () => {
    const size = first.length
    expect(apdus(first, utf8('noise'), last)).toEqual([
      `truncated 0+${size}`,
      `not-this-protocol ${size}+5`,
      `unknown-form ${size + 5}+${last.length}`,
    ])
    expect(apdus(first, whole)).toEqual([`truncated 0+${size}`, '0f99'])
    expect(apdus(first, writeHdlc([0xce, 0xff, 0x03], fromHex('04')))[0]).toBe(
      `truncated 0+${size}`,
    )
    expect(apdus(first, middle)).toEqual([`truncated 0+${size + middle.length}`])
  })

  test('without end are refused at a bound', () => {
    const more = writeHdlc(addresses, fromHex('0405'), true)
    const found = apdus(
      first,
      ...Array.from({ length: 300 }, (_, i) => i % 2 === 0 ? middle : more),
    )
    expect(found.filter((one) => one.startsWith('too-long'))).toHaveLength(2)
  })
})

describe('blocks of a general block transfer', () => {
  const block = (number: number, data: string, last = false): Bytes => {
    const content = fromHex(data)
    const head = Uint8Array.of(0xe0, last ? 0xc0 : 0x40, 0, number, 0, 0, content.length)
    const llc = number === 1 ? fromHex('e6e700') : new Uint8Array()
    return writeHdlc(addresses, concat(llc, head, content))
  }
  function apdus(...bytes: readonly Uint8Array[]): string[] {
    const reader = createApduReader()
    const found: (Apdu | Refused)[] = []
    for (const part of bytes) reader.push(part, (one) => found.push(one))
    reader.end((one) => found.push(one))
    return found.map((one) => one.kind === 'apdu' ? toHex(one.bytes) : one.reason)
  }
  const one = block(1, '0f01')
  const two = block(2, '02')
  const three = block(3, '03', true)

  test('are joined in their order', () => {
    expect(apdus(one, two, three, one, two, three)).toEqual(['0f010203', '0f010203'])
  })

  test('missing, doubled, swapped or begun anew give nothing of what was begun', () => {
    expect(apdus(one, three)).toEqual(['truncated'])
    expect(apdus(one, two, two, three)).toEqual(['truncated', 'truncated'])
    expect(apdus(one, three, two)).toEqual(['truncated', 'truncated'])
    expect(apdus(two, three)).toEqual(['truncated', 'truncated'])
    expect(apdus(one, two, one, two, three)).toEqual(['truncated', '0f010203'])
    expect(apdus(one, two)).toEqual(['truncated'])
    expect(apdus(one, two, writeHdlc(addresses, fromHex('e6e7000f99')))).toEqual([
      'truncated',
      '0f99',
    ])
  })

  test('whose length is not that of their data are no blocks', () => {
    const bent = writeHdlc(addresses, fromHex('e6e700e0c00001000003aabb'))
    expect(apdus(bent)).toEqual(['unknown-form'])
  })
})
