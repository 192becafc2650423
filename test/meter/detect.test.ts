/** @module Passive detection: what is found, and what is said where nothing can be read. */

import { expect, test } from 'vitest'
import { type Bytes, concat, fromHex, utf8 } from '../../shared/bytes.ts'
import { detect, type Heard, type Listen } from '../../shared/meter/detect.ts'
import { type LineSettings, lineText, pushLines } from '../../shared/meter/line.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
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

test('silence at every setting is silence', async () => {
  const { asked, listen } = listener({})
  expect(await detect(listen)).toEqual({ kind: 'not-found', finding: 'silence' })
  expect(asked).toEqual(pushLines.map(lineText))
})

const encrypted = concat(
  fromHex('db08534147677003b5e78201f23000112233'),
  new Uint8Array(498).fill(7),
)
const hdlc = fromHex('7ea067cf022313fbf1e6e700db0849534b69743c103f4f200010d9e2')
const wrapped = fromHex('6801016853ff')
const mBus = concat(fromHex('680303680801720b16').subarray(0, 4), fromHex('0801727b16'))

test.each(
  [
    ['encrypted-p1', '115200 8N1', bytes(encrypted)],
    ['sml', '9600 8N1', bytes(fromHex('1b1b1b1b01010101760598e0ce95'))],
    ['hdlc', '9600 8N1', bytes(concat(fromHex('00ff13'), hdlc))],
    ['m-bus', '2400 8E1', bytes(mBus)],
    ['amis', '9600 8N1', bytes(fromHex('1040f03016'))],
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
