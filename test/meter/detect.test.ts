/** @module Passive detection: what is found, and what is said where nothing can be read. */

import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, utf8 } from '../../shared/bytes.ts'
import { detect, type Heard, type Listen } from '../../shared/meter/detect.ts'
import { type LineSettings, lineText, pushLines } from '../../shared/meter/line.ts'
import { createSimulatedAmisMeter } from '../../shared/meter/simulate-amis.ts'
import { createSimulatedDlmsMeter, writeHdlc } from '../../shared/meter/simulate-dlms.ts'
import { createSimulatedPushMeter } from '../../shared/meter/simulate-push.ts'
import {
  createSimulatedSmlMeter,
  smlAbsent,
  smlList,
  smlMessage,
  writeSml,
} from '../../shared/meter/simulate-sml.ts'
import { createSimulatedSealedP1Meter } from '../../shared/meter/simulate-p1-sealed.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import {
  addresses,
  ciphered,
  decodeDlms,
  inTheClear,
  notification,
  octets,
  structure,
  u32,
} from './dlms-telegrams.ts'
import { now, telegram } from './telegrams.ts'

const silence: Heard = { bytes: new Uint8Array(), faults: 0 }
const modern = createSimulatedMeter({ seed: 1 }).telegramAt(now)
const old = createSimulatedMeter({ seed: 1, version: '2.2' }).telegramAt(now)

function listener(heardAt: Record<string, Heard>, byPieces = true) {
  const asked: string[] = []
  const listen: Listen = async (settings, _milliseconds, enough) => {
    asked.push(lineText(settings))
    const heard = heardAt[lineText(settings)] ?? silence
    const piecewise = byPieces ? heard.bytes.length : 0
    for (let i = 0; i < piecewise; i += 50) {
      if (enough(heard.bytes.subarray(i, i + 50))) break
    }
    return heard
  }
  return { asked, listen }
}

function bytes(data: Bytes, faults = 0): Heard {
  return { bytes: data, faults }
}

/** What an adapter set to 8N1 hears of 7E1: the parity in the highest bit. */
function withEvenParity(data: Uint8Array): Bytes {
  const heard = new Uint8Array(data)
  for (const [i, byte] of heard.entries()) {
    let ones = 0
    for (let bit = 0; bit < 7; bit++) ones += (byte >> bit) & 1
    heard[i] = ones % 2 === 1 ? byte | 0x80 : byte
  }
  return heard
}

const sevenEven: LineSettings = { baudRate: 9600, dataBits: 7, parity: 'even', stopBits: 1 }

test('a DSMR 5 meter is found at once', async () => {
  for (const byPieces of [true, false]) {
    const { asked, listen } = listener({ '115200 8N1': bytes(modern) }, byPieces)
    expect(await detect(listen)).toEqual({
      kind: 'found',
      protocol: 'p1',
      settings: pushLines[0],
      check: 'crc',
    })
    expect(asked).toEqual(['115200 8N1'])
  }
})

test('a DSMR 2.2 meter is found at 7E1, and heard through 8N1 already', async () => {
  const plain = listener({ '9600 7E1': bytes(old) })
  expect(await detect(plain.listen)).toMatchObject({ settings: sevenEven, check: 'none' })
  const through = listener({ '9600 8N1': bytes(withEvenParity(old)) })
  expect(await detect(through.listen)).toMatchObject({ settings: sevenEven, check: 'none' })
  expect(through.asked).toEqual(['115200 8N1', '9600 8N1'])
})

test('a meter without the CRC it should have is found as one that needs the waiver', async () => {
  const bare = telegram(['0-0:1.0.0(261025130000W)', '1-0:1.8.0(000001.000*kWh)'], '')
  const { listen } = listener({ '115200 8N1': bytes(bare) })
  expect(await detect(listen)).toMatchObject({ kind: 'found', check: 'missing' })
})

test('an encrypted P1 meter is found without its key, and says whose it is', async () => {
  const warsaw = createSimulatedSealedP1Meter({ seed: 1, envelope: 'warsaw' })
  const meters = [
    { system: fromHex('534147677003b5e7'), sent: encrypted },
    { system: new Uint8Array(8), sent: await warsaw.telegramAt(now) },
  ]
  for (const { system, sent } of meters) {
    for (const byPieces of [true, false]) {
      const heard = bytes(concat(sent.subarray(300), sent))
      const { asked, listen } = listener({ '115200 8N1': heard }, byPieces)
      expect(await detect(listen)).toEqual({
        kind: 'found',
        protocol: 'p1',
        settings: pushLines[0],
        check: 'crc',
        encrypted: true,
        system,
      })
      expect(asked).toEqual(['115200 8N1'])
    }
  }
})

test('the head of an encrypted telegram alone is no meter', async () => {
  const { listen } = listener({ '115200 8N1': bytes(encrypted.slice(0, 400)) })
  expect(await detect(listen)).toMatchObject({ kind: 'not-found', finding: 'unknown' })
})

test('silence at every setting is silence', async () => {
  const { asked, listen } = listener({})
  expect(await detect(listen)).toEqual({ kind: 'not-found', finding: 'silence' })
  expect(asked).toEqual(pushLines.map(lineText))
})

const encrypted = concat(
  fromHex('db08534147677003b5e78201f23000112233'),
  new Uint8Array(493).fill(7),
)
/** Without a tag, as no P1 meter sends it. */
const untagged = encrypted.map((byte, i) => i === 13 ? 0x20 : byte)
const hdlc = fromHex('7ea067cf022313fbf1e6e700db0849534b69743c103f4f200010d9e2')
const wrapped = fromHex('6801016853ff')
const amisData = await createSimulatedAmisMeter({ seed: 1 }).telegramAt(now)
const mBus = concat(fromHex('680303680801720b16').subarray(0, 4), fromHex('0801727b16'))

test.each(
  [
    ['encrypted-p1', '115200 8N1', bytes(untagged)],
    ['sml-damaged', '9600 8N1', bytes(fromHex('1b1b1b1b01010101760598e0ce95'))],
    ['hdlc', '9600 8N1', bytes(concat(fromHex('00ff13'), hdlc))],
    ['m-bus', '2400 8E1', bytes(mBus)],
    ['amis', '9600 8N1', bytes(fromHex('1040f03016'))],
    // At 8E1; the parity of the two bytes that are missing is a fault at 8N1.
    ['amis', '9600 8N1', bytes(fromHex('104016'), 2)],
    ['unknown', '9600 8N1', bytes(fromHex('104016'))],
    ['amis', '9600 8N1', bytes(amisData)],
    ['p1-damaged', '115200 8N1', bytes(telegram(['1-0:1.8.0(1*kWh)'], '0000'))],
    ['levels', '115200 8N1', bytes(fromHex('00ff00ff0000'))],
    ['levels', '115200 8N1', bytes(new Uint8Array(), 30)],
    ['levels', '9600 8N1', bytes(utf8('abcdefghij'), 5)],
    ['unknown', '9600 8N1', bytes(wrapped)],
  ] as const,
)('%s is told apart', async (finding, at, heard) => {
  const { listen } = listener({ [at]: heard })
  const found = await detect(listen)
  expect(found).toMatchObject({ kind: 'not-found', finding })
  expect(found.settings === undefined ? '' : lineText(found.settings)).toBe(at)
})

test('a good header at a later setting outweighs faults at an earlier one', async () => {
  const { listen } = listener({
    '115200 8N1': bytes(fromHex('00000000'), 9),
    '9600 8N1': bytes(hdlc),
  })
  expect(await detect(listen)).toMatchObject({ finding: 'hdlc', settings: pushLines[1] })
})

describe('an SML meter', () => {
  const settings: LineSettings = { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 }
  const push = createSimulatedSmlMeter({ seed: 1 }).telegramAt(now)

  test('is found at 9600 8N1, from the middle of a push too, and with its PIN not entered', async () => {
    const short = createSimulatedSmlMeter({ seed: 1, pin: false }).telegramAt(now)
    for (const heard of [push, short, concat(push.subarray(90), utf8('~\0'), push)]) {
      for (const byPieces of [true, false]) {
        const { asked, listen } = listener({ '9600 8N1': bytes(heard) }, byPieces)
        expect(await detect(listen)).toEqual({ kind: 'found', protocol: 'sml', settings })
        expect(asked).toEqual(['115200 8N1', '9600 8N1'])
      }
    }
  })

  test('whose files say nothing that is read is SML, one whose checks fail is damaged', async () => {
    const closing = writeSml(smlMessage(1, 0x201, smlList(smlAbsent)))
    const other = listener({ '9600 8N1': bytes(concat(push.subarray(0, 40), closing)) })
    expect(await detect(other.listen)).toEqual({ kind: 'not-found', finding: 'sml', settings })
    const bent = push.slice()
    bent[50] = (bent[50] ?? 0) ^ 1
    const damaged = listener({ '9600 8N1': bytes(concat(bent, bent)) })
    expect(await detect(damaged.listen)).toMatchObject({ finding: 'sml-damaged', settings })
    expect(damaged.asked).toHaveLength(pushLines.length)
  })

  test('heard at 7E1 is a matter of levels or parity, and found at 8N1 all the same', async () => {
    // Of bytes whose eighth bit is no parity, the adapter tells seven bits or nothing.
    const ones = (byte: number) => byte.toString(2).replaceAll('0', '').length
    const heard = push.filter((byte) => ones(byte) % 2 === 0).map((byte) => byte & 0x7f)
    const faults = push.length - heard.length
    const asSeven = listener({ '9600 7E1': bytes(heard, faults) })
    expect(await detect(asSeven.listen, [sevenEven])).toMatchObject({ finding: 'levels' })
    const both = listener({ '9600 7E1': bytes(heard, faults), '9600 8N1': bytes(push) })
    expect(await detect(both.listen, [sevenEven, settings])).toMatchObject({ protocol: 'sml' })
  })

  test('behind a cable of wrong levels is noise of levels, not a meter', async () => {
    const inverted = push.map((byte) => byte ^ 0xff)
    const { listen } = listener({ '9600 8N1': bytes(inverted, 60) })
    expect(await detect(listen)).toMatchObject({ kind: 'not-found', finding: 'levels' })
  })

  test('is not taken for another, nor another for it: the best evidence wins', async () => {
    const bent = push.slice()
    bent[50] = (bent[50] ?? 0) ^ 1
    const bare = telegram(['0-0:1.0.0(261025130000W)', '1-0:1.8.0(000001.000*kWh)'], '')
    for (const weak of [telegram(['1-0:1.8.0(1*kWh)'], '0000'), bare]) {
      for (const heard of [concat(weak, push), concat(push, weak)]) {
        const { listen } = listener({ '9600 8N1': bytes(heard) }, false)
        expect(await detect(listen)).toMatchObject({ protocol: 'sml' })
      }
    }
    const { listen } = listener({ '9600 8N1': bytes(concat(bent, old)) }, false)
    expect(await detect(listen)).toMatchObject({ protocol: 'p1', check: 'none' })
  })
})

describe('a DLMS meter', () => {
  const settings: LineSettings = { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 }
  const vienna = async (model: 'AM550' | 'E450' | 'IM350', security?: 'authenticated') => {
    const named = security === undefined ? {} : { security }
    const meter = createSimulatedDlmsMeter({ seed: 1, model, posing: true, ...named })
    return { system: meter.system, push: await meter.telegramAt(now) }
  }

  test.each(['AM550', 'E450', 'IM350'] as const)('%s is found without its key', async (model) => {
    for (const security of [undefined, 'authenticated'] as const) {
      for (const byPieces of [true, false]) {
        const { system, push } = await vienna(model, security)
        const { asked, listen } = listener({ '9600 8N1': bytes(push) }, byPieces)
        expect(await detect(listen)).toEqual({
          kind: 'found',
          protocol: 'dlms',
          settings,
          encrypted: true,
          system,
        })
        expect(asked).toEqual(['115200 8N1', '9600 8N1'])
      }
    }
  })

  test('is found at 2400 8E1, and from the middle of a push', async () => {
    const { system, push } = await vienna('E450')
    const heard = bytes(concat(push.subarray(40), utf8('~\0\xff'), push))
    const { listen } = listener({ '2400 8E1': heard })
    expect(await detect(listen)).toMatchObject({
      protocol: 'dlms',
      settings: { baudRate: 2400, parity: 'even' },
      system,
    })
  })

  const parts = structure(
    octets(fromHex('0006190900ff')),
    octets(utf8('12345678')),
    octets(fromHex('0e000000')),
    octets(fromHex('07ea070103')),
    ...[1, 2, 3, 4, 5, 6].map(u32),
  )

  test('in the clear is found as one that needs no key', async () => {
    const { listen } = listener({ '9600 8N1': bytes(inTheClear(notification(parts))) })
    expect(await detect(listen)).toEqual({
      kind: 'found',
      protocol: 'dlms',
      settings,
      encrypted: false,
      system: null,
    })
  })

  test('whose pushes are not read is HDLC, one whose checks fail is damaged', async () => {
    const plain = inTheClear(notification(structure(u32(1), u32(2))))
    const { listen } = listener({ '9600 8N1': bytes(plain) })
    expect(await detect(listen)).toEqual({ kind: 'not-found', finding: 'hdlc', settings })
    const compressed = (await ciphered(notification(parts))).slice(8 + 3)
    compressed[11] = 0xa0
    const other = writeHdlc(addresses, concat(fromHex('e6e700'), compressed.subarray(0, -3)))
    const unsupported = listener({ '9600 8N1': bytes(other) })
    expect(await detect(unsupported.listen)).toMatchObject({ finding: 'hdlc', settings })
    const bent = (await vienna('AM550')).push
    bent[50] = (bent[50] ?? 0) ^ 1
    const damaged = listener({ '9600 8N1': bytes(concat(bent, bent)) })
    expect(await detect(damaged.listen)).toMatchObject({ finding: 'hdlc-damaged', settings })
    expect(damaged.asked).toHaveLength(pushLines.length)
  })

  test('is not taken for P1, nor P1 for it: the best evidence in the same bytes wins', async () => {
    const { push } = await vienna('AM550')
    const bare = telegram(['0-0:1.0.0(261025130000W)', '1-0:1.8.0(000001.000*kWh)'], '')
    const wrong = telegram(['1-0:1.8.0(1*kWh)'], '0000')
    const bent = push.slice()
    bent[50] = (bent[50] ?? 0) ^ 1
    const found = async (heard: Bytes) =>
      await detect(listener({ '9600 8N1': bytes(heard) }, false).listen)
    for (const weak of [bare, wrong]) {
      expect(await found(concat(weak, push))).toMatchObject({ protocol: 'dlms' })
      expect(await found(concat(push, weak))).toMatchObject({ protocol: 'dlms' })
    }
    expect(await found(concat(bent, old))).toMatchObject({ protocol: 'p1', check: 'none' })
    expect(await found(concat(bent, bare))).toMatchObject({ protocol: 'p1', check: 'missing' })
    expect(await found(concat(bent, modern))).toMatchObject({ protocol: 'p1', check: 'crc' })
  })

  test('behind a cable of wrong levels is noise of levels, not a meter', async () => {
    const { push } = await vienna('AM550')
    const inverted = push.map((byte) => byte ^ 0xff)
    const { listen } = listener({ '9600 8N1': bytes(inverted, 40) })
    expect(await detect(listen)).toMatchObject({ kind: 'not-found', finding: 'levels' })
  })
})

test('a line that says more than any meter is heard no longer than that', async () => {
  const heard = new Map<number, number>()
  const noise = new Uint8Array(16 * 1024).fill(0x55)
  const found = await detect(async ({ baudRate }, _milliseconds, enough) => {
    const chunks: Bytes[] = []
    for (let i = 0; i < 64; i++) {
      chunks.push(noise)
      if (enough(noise)) break
    }
    heard.set(baudRate, chunks.length * noise.length)
    return { bytes: concat(...chunks), faults: 0 }
  })
  expect(found).toMatchObject({ kind: 'not-found', finding: 'unknown' })
  expect(Math.max(...heard.values())).toBe(256 * 1024)
})

describe('DLMS at 2400 baud', () => {
  test('over the M-Bus is found at 8E1 with the meter that wants its key', async () => {
    const meter = createSimulatedDlmsMeter({ seed: 2, model: 'MA309' })
    const { asked, listen } = listener({ '2400 8E1': bytes(await meter.telegramAt(now)) })
    expect(await detect(listen)).toEqual({
      kind: 'found',
      protocol: 'dlms',
      settings: { baudRate: 2400, dataBits: 8, parity: 'even', stopBits: 1 },
      encrypted: true,
      system: meter.system,
    })
    expect(asked.at(-1)).toBe('2400 8E1')
  })

  test('that is damaged at the one parity is found at the other', async () => {
    const push = createSimulatedPushMeter({ seed: 2, model: 'MA304H3E' }).telegramAt(now)
    const bent = push.slice()
    for (let i = 20; i < bent.length - 3; i += 7) bent[i] = (bent[i] ?? 0) ^ 0x80
    const { listen } = listener({ '2400 8E1': bytes(bent, 5), '2400 8N1': bytes(push) })
    const found = await detect(listen)
    expect(found).toMatchObject({ kind: 'found', protocol: 'dlms', encrypted: false })
    expect(found.settings === undefined ? '' : lineText(found.settings)).toBe('2400 8N1')
  })

  test('a frame whose header holds and content does not hints at the parity', async () => {
    const push = createSimulatedPushMeter({ seed: 2, model: 'MA304H3E' }).telegramAt(now)
    const bent = push.slice()
    bent[30] = (bent[30] ?? 0) ^ 0x80
    const [outcome] = await decodeDlms(concat(bent, push))
    expect(outcome).toMatchObject({ reason: 'line-check-failed', hint: 'parity' })
    const [cut] = await decodeDlms(push.subarray(0, 30))
    expect(cut).toEqual({ kind: 'refused', reason: 'truncated', offset: 0, length: 30 })
  })
})
