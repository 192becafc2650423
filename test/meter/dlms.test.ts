/** @module Pushes of Vienna's meters and their kin: forms, keys, what each reading is graded. */

import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, toHex, utf8 } from '../../shared/bytes.ts'
import { createDecoder } from '../../shared/meter/decoder.ts'
import { importMeterKey } from '../../shared/meter/meter-key.ts'
import {
  createSimulatedDlmsMeter,
  writeCiphered,
  writeCipheredUnit,
  writeHdlc,
} from '../../shared/meter/simulate-dlms.ts'
import {
  addresses,
  bothKeys,
  cipher,
  ciphered,
  decodeDlms,
  inTheClear,
  keyOnly,
  notification,
  now,
  octets,
  readingOf,
  structure,
  u16,
  u32,
  vienna,
  visible,
} from './dlms-telegrams.ts'
import { iso, kinds, valuesOf } from './telegrams.ts'

const clock = '07ea0701030e000000ff8880'
const clockBytes = octets(fromHex(clock))
const values = [1, 2, 3, 4, 5, 6, 7, 8].map(u32)

describe('forms', () => {
  test('Wiener Netze: nine elements, the meter named by its system title', async () => {
    const reading = await readingOf(
      await ciphered(vienna(clock, [
        855,
        246,
        103,
        4_294_967_295,
        2300,
        0,
        88,
        21,
      ])),
    )
    expect(reading).toEqual({
      meter: '4C475A677270B177',
      at: now,
      clock: 'meter',
      seen: now,
      registers: [
        { obis: '1-0:1.8.0*255', value: '855', exponent: 0, unit: 'Wh' },
        { obis: '1-0:2.8.0*255', value: '246', exponent: 0, unit: 'Wh' },
        { obis: '1-0:3.8.0*255', value: '103', exponent: 0, unit: 'varh' },
        { obis: '1-0:4.8.0*255', value: '4294967295', exponent: 0, unit: 'varh' },
        { obis: '1-0:1.7.0*255', value: '2300', exponent: 0, unit: 'W' },
        { obis: '1-0:2.7.0*255', value: '0', exponent: 0, unit: 'W' },
        { obis: '1-0:3.7.0*255', value: '88', exponent: 0, unit: 'var' },
        { obis: '1-0:4.7.0*255', value: '21', exponent: 0, unit: 'var' },
      ],
      texts: [],
      assurance: { line: 'crc', origin: 'encrypted-only', custody: 'software' },
      warnings: [],
    })
  })

  test('Wiener Netze, Siemens: the logical device name comes first and is the meter’s', async () => {
    const plain = notification(structure(visible('SMS1030700123456'), clockBytes, ...values), clock)
    const reading = await readingOf(await ciphered(plain))
    expect(reading.meter).toBe('SMS1030700123456')
    expect(reading.texts).toEqual([{ obis: '0-0:42.0.0*255', text: 'SMS1030700123456' }])
    expect(valuesOf(reading)).toMatchObject({ '1.8.0': '1e0 Wh', '4.7.0': '8e0 var' })
  })

  const setup = octets(fromHex('0006190900ff'))
  const time = octets(fromHex('0e000000'))
  const date = octets(fromHex('07ea070103'))

  test('Kärnten: number, time and date apart, six values, two messages', async () => {
    const plain = notification(
      structure(
        setup,
        octets(utf8('1ISK000123456')),
        time,
        date,
        ...values.slice(0, 6),
        octets(utf8('Guten Tag')),
        octets(new Uint8Array()),
      ),
      clock,
    )
    const reading = await readingOf(await ciphered(plain))
    expect([reading.meter, iso(reading), reading.clock]).toEqual([
      '1ISK000123456',
      '2026-07-01T12:00:00Z',
      'meter',
    ])
    expect(valuesOf(reading)).toEqual({
      '1.8.0': '1e0 Wh',
      '2.8.0': '2e0 Wh',
      '3.8.0': '3e0 varh',
      '4.8.0': '4e0 varh',
      '1.7.0': '5e0 W',
      '2.7.0': '6e0 W',
    })
    expect(reading.texts).toEqual([
      { obis: '0-0:96.1.0*255', text: '1ISK000123456' },
      { obis: '0-0:96.13.0*255', text: 'Guten Tag' },
    ])
  })

  test('Wels: as Kärnten without messages; its own time has no zone', async () => {
    const body = structure(setup, octets(utf8('12345678')), time, date, ...values.slice(0, 6))
    const reading = await readingOf(await ciphered(notification(body)))
    expect([reading.meter, iso(reading), reading.clock]).toEqual([
      '12345678',
      '2026-07-01T12:00:00Z',
      'meter-local',
    ])
    expect(reading.registers).toHaveLength(6)
  })

  const burgenland = structure(
    ...[230, 231, 229, 105, 0, 12].map(u16),
    ...[2300, 0, 12_048_950, 18_054].map(u32),
    ...[12, 340, 359].map(u16),
    octets(utf8('70123456')),
  )

  test('Burgenland: voltages, currents in hundredths, angles; the time before the body', async () => {
    const telegram = await ciphered(notification(burgenland, '07ea0701030e0000ff800000'), {
      security: 'authenticated',
    })
    const key = await bothKeys
    const reading = await readingOf(telegram, { key: () => key })
    expect([reading.meter, iso(reading), reading.clock]).toEqual([
      '70123456',
      '2026-07-01T12:00:00Z',
      'meter-local',
    ])
    expect(reading.assurance.origin).toBe('authenticated')
    expect(valuesOf(reading)).toEqual({
      '1.7.0': '2300e0 W',
      '2.7.0': '0e0 W',
      '1.8.0': '12048950e0 Wh',
      '2.8.0': '18054e0 Wh',
      '32.7.0': '230e0 V',
      '52.7.0': '231e0 V',
      '72.7.0': '229e0 V',
      '31.7.0': '105e-2 A',
      '51.7.0': '0e-2 A',
      '71.7.0': '12e-2 A',
      '81.7.40': '12e0',
      '81.7.51': '340e0',
      '81.7.62': '359e0',
    })
  })

  test('without any time the reader’s clock is used, and said', async () => {
    const reading = await readingOf(await ciphered(notification(burgenland)))
    expect([reading.at, reading.clock, reading.warnings]).toEqual([now, 'device', [
      'clock-missing',
    ]])
  })

  const pairs = ['0100010800ff', '0100020800ff', '0100010700ff', '0100030700ff']
    .flatMap((code, i) => [octets(fromHex(code)), u32(i)])
  const many = Array.from({ length: 12 }, (_, i) => [
    octets(fromHex(`01000408${(i + 1).toString(16).padStart(2, '0')}ff`)),
    u32(100 + i),
  ]).flat()

  test('Steiermark: codes and values in turn', async () => {
    const reading = await readingOf(
      await ciphered(notification(structure(clockBytes, ...pairs, ...many), clock)),
    )
    expect(valuesOf(reading)).toMatchObject({
      '1.8.0': '0e0 Wh',
      '2.8.0': '1e0 Wh',
      '1.7.0': '2e0 W',
      '3.7.0': '3e0 var',
      '4.8.12': '111e0 varh',
    })
    expect(reading.registers).toHaveLength(16)
  })

  test('Steiermark: a code twice is kept twice and said, one without a known scale is left out', async () => {
    const again = structure(clockBytes, ...pairs, ...pairs.slice(0, 2))
    const twice = await readingOf(await ciphered(notification(again, clock)))
    expect(twice.registers.map(({ obis }) => obis).filter((obis) => obis === '1-0:1.8.0*255'))
      .toHaveLength(2)
    expect(twice.warnings).toEqual(['duplicate-register'])
    const strange = structure(clockBytes, ...pairs, octets(fromHex('0100630700ff')), u32(1))
    const without = await readingOf(await ciphered(notification(strange, clock)))
    expect([without.registers.length, without.warnings]).toEqual([4, ['value-invalid']])
  })

  test.each(
    [
      ['one element too few', structure(clockBytes, ...values.slice(1))],
      ['one element too many', structure(clockBytes, ...values, u32(9))],
      ['a value of another size', structure(clockBytes, ...values.slice(1), u16(9))],
      ['a clock of another length', structure(octets(fromHex('07ea')), ...values)],
      ['a name that is none', structure(octets(fromHex('0001')), clockBytes, ...values)],
      ['another push', structure(octets(fromHex('0006190800ff')), ...values, ...values.slice(5))],
      ['an array', concat(Uint8Array.of(1, 9), clockBytes, ...values)],
      ['nothing', Uint8Array.of(0)],
    ] as const,
  )('%s is no form that is known, and is refused as that', async (_what, body) => {
    expect(kinds(await decodeDlms(await ciphered(notification(body, clock))))).toEqual([
      'unknown-form',
    ])
  })

  test('in the clear a meter is graded plain, and one that gives no number says so', async () => {
    const reading = await readingOf(inTheClear(notification(burgenland, clock)))
    expect(reading.assurance.origin).toBe('plain')
    const nameless = await readingOf(inTheClear(vienna(clock)))
    expect([nameless.meter, nameless.warnings]).toEqual(['DLMS', ['meter-unnamed']])
    expect(kinds(await decodeDlms(inTheClear(utf8('hello'))))).toEqual(['unknown-form'])
    expect(kinds(await decodeDlms(writeHdlc(addresses, vienna(clock))))).toEqual(['unknown-form'])
  })
})

describe('the clock', () => {
  test('that is not the reader’s is said from one minute on', async () => {
    const at = async (seen: number) =>
      (await readingOf(await ciphered(vienna(clock)), { now: () => seen })).warnings
    expect(await at(now + 60)).toEqual([])
    expect(await at(now - 61)).toEqual(['clock-differs'])
  })

  test('without deviation is read in the zone given, the doubtful hour with its doubt', async () => {
    const telegram = await ciphered(vienna('07ea0a1907021e00ff800000'))
    const seen = Date.UTC(2026, 9, 25, 1, 30, 10) / 1000
    const reading = await readingOf(telegram, { now: () => seen })
    expect([iso(reading), reading.clock, reading.warnings]).toEqual([
      '2026-10-25T01:30:00Z',
      'meter-local',
      ['clock-ambiguous'],
    ])
    const helsinki = await readingOf(telegram, { now: () => seen, zone: 'Europe/Helsinki' })
    expect([iso(helsinki), helsinki.warnings]).toEqual(['2026-10-24T23:30:00Z', ['clock-differs']])
  })
})

describe('keys', () => {
  const plain = vienna(clock)
  const system = cipher.system

  test('a meter without a key is refused with its name, and its key is asked for by that', async () => {
    const telegram = await ciphered(plain)
    const asked: string[] = []
    const outcomes = await decodeDlms(telegram, {
      key(of) {
        asked.push(toHex(of))
        return null
      },
    })
    expect(outcomes).toEqual([
      { kind: 'refused', reason: 'key-missing', offset: 0, length: telegram.length, system },
    ])
    expect(asked).toEqual([toHex(system)])
    const decoder = createDecoder('dlms', { now: () => now })
    expect(kinds(await decoder.push(telegram))).toEqual(['key-missing'])
  })

  test('a wrong key is told, even one whose garbage begins well', async () => {
    const telegram = await ciphered(plain)
    const tagged = await ciphered(plain, { security: 'authenticated' })
    let begun = 0
    for (let i = 0; i < 600; i++) {
      const bytes = Uint8Array.of(...cipher.key.subarray(2), i >> 8, i & 0xff)
      const key = await importMeterKey(bytes, cipher.authenticationKey)
      for (const wrong of [telegram, tagged]) {
        const outcomes = await decodeDlms(wrong, { key: () => key })
        expect(outcomes).toMatchObject([{ reason: 'key-wrong', system }])
      }
      const counter = concat(system, fromHex('0000000100000002'))
      const first = await crypto.subtle.decrypt(
        { name: 'AES-CTR', counter, length: 32 },
        key.ctr,
        telegram.slice(28, 29),
      )
      if (new Uint8Array(first)[0] === 0x0f) begun++
    }
    expect(begun).toBeGreaterThan(0)
  })

  test('a tag that holds makes it authenticated; without the second key it is only encrypted', async () => {
    const telegram = await ciphered(plain, { security: 'authenticated' })
    const both = await bothKeys
    const graded = async (key: typeof both) =>
      (await readingOf(telegram, { key: () => key })).assurance
    expect(await graded(both)).toEqual({
      line: 'crc',
      origin: 'authenticated',
      custody: 'software',
    })
    expect((await graded(await keyOnly)).origin).toBe('encrypted-only')
    // A telegram without a tag is no better for a second key.
    const untagged = await readingOf(await ciphered(plain), { key: () => both })
    expect(untagged.assurance.origin).toBe('encrypted-only')
  })

  test('a wrong second key is refused as that and never read without it', async () => {
    const telegram = await ciphered(plain, { security: 'authenticated' })
    const wrongSecond = await importMeterKey(cipher.key, cipher.key)
    const wrongBoth = await importMeterKey(cipher.authenticationKey, cipher.key)
    expect(await decodeDlms(telegram, { key: () => wrongSecond })).toEqual([{
      kind: 'refused',
      reason: 'authentication-failed',
      offset: 0,
      length: telegram.length,
      system,
    }])
    expect(kinds(await decodeDlms(telegram, { key: () => wrongBoth }))).toEqual(['key-wrong'])
  })

  test('where tags held, a telegram whose tag was taken off is refused', async () => {
    const whole = await writeCiphered(plain, 1, { ...cipher, security: 'authenticated' })
    // As somebody on the line makes it: another control, twelve bytes less, the line check anew.
    const bare = whole.slice(0, -12)
    bare[13] = (bare[13] ?? 0) - 12
    bare[14] = 0x20
    const both = await bothKeys
    const [honest, bent] = [writeHdlc(addresses, whole), writeHdlc(addresses, bare)]
    const heard = async (...telegrams: Bytes[]) =>
      kinds(await decodeDlms(concat(...telegrams), { key: () => both }))
    expect(await heard(bent)).toEqual(['telegram'])
    expect(await heard(honest, bent, honest)).toEqual([
      'telegram',
      'authentication-failed',
      'telegram',
    ])
    // With the first key alone no tag is checked, and none is missed.
    expect(kinds(await decodeDlms(concat(honest, bent)))).toEqual(['telegram', 'telegram'])
  })

  test('where telegrams were ciphered, one in the clear is refused', async () => {
    const mixed = concat(inTheClear(plain), await ciphered(plain), inTheClear(plain))
    const found = kinds(await decodeDlms(mixed))
    expect(found.slice(1)).toEqual(['telegram', 'authentication-failed'])
  })

  test('every other security control is refused', async () => {
    const whole = await writeCiphered(plain, 1, cipher)
    for (let control = 0; control < 256; control++) {
      const bent = whole.slice()
      bent[14] = control
      // Suites 0 and 1 cipher alike.
      const isRead = control === 0x20 || control === 0x21
      const expected = isRead ? 'telegram' : 'security-unsupported'
      // These claim a tag that is not there.
      if (control === 0x30 || control === 0x31) continue
      expect(kinds(await decodeDlms(writeHdlc(addresses, bent)))).toEqual([expected])
    }
  })

  test('dedicated ciphering is opened alike; parts that do not fill it are refused', async () => {
    const whole = await writeCiphered(plain, 1, cipher)
    const bent = (at: number, value: number, cut = 0): Promise<string[]> => {
      const bytes = whole.slice(0, whole.length - cut)
      bytes[at] = value
      return decodeDlms(writeHdlc(addresses, bytes)).then(kinds)
    }
    expect(await bent(3, 0xdc)).toEqual(['telegram'])
    expect(await bent(4, 0x07)).toEqual(['unknown-form'])
    expect(await bent(13, (whole[13] ?? 0) + 1)).toEqual(['unknown-form'])
    expect(await bent(13, whole[13] ?? 0, 1)).toEqual(['unknown-form'])
  })
})

describe('a change on the way whose line checks were mended', () => {
  const again = (whole: Bytes, i: number, bit: number): Bytes => {
    const bent = whole.slice()
    bent[i] = (bent[i] ?? 0) ^ (1 << bit)
    return writeHdlc(addresses, bent)
  }

  test('is never a reading where there is a tag and its key', async () => {
    const whole = await writeCiphered(vienna(clock), 1, { ...cipher, security: 'authenticated' })
    const key = await bothKeys
    const missed: string[] = []
    for (let i = 0; i < whole.length; i++) {
      for (let bit = 0; bit < 8; bit++) {
        const found = kinds(await decodeDlms(again(whole, i, bit), { key: () => key }))
        if (found.includes('telegram')) missed.push(`bit ${bit} of byte ${i}`)
      }
    }
    expect(missed).toEqual([])
  })

  test('is read where there is no tag, which is why it is graded encrypted-only', async () => {
    const whole = await writeCiphered(vienna(clock), 1, cipher)
    // The lowest bit of the import counter.
    const [outcome] = await decodeDlms(again(whole, 19 + 38, 0))
    const [reading] = outcome?.kind === 'telegram' ? outcome.telegram.readings : []
    expect(valuesOf(reading)['1.8.0']).toBe('0e0 Wh')
    expect(reading?.assurance.origin).toBe('encrypted-only')
  })
})

describe('the decoder', () => {
  test('settles overlapping calls in their order', async () => {
    const key = await keyOnly
    const telegram = await ciphered(vienna(clock))
    const decoder = createDecoder('dlms', { now: () => now, key: () => key })
    const order: string[] = []
    const calls = [
      concat(...Array.from({ length: 30 }, () => telegram)),
      utf8('noise~'),
      telegram,
    ].map(async (chunk, i) => {
      const outcomes = await decoder.push(chunk)
      order.push(`${i}: ${outcomes.length}`)
    })
    await Promise.all(calls)
    expect(order).toEqual(['0: 30', '1: 0', '2: 2'])
  })

  test('takes the reader’s clock when the bytes come, not when they are opened', async () => {
    const key = await keyOnly
    let seen = now
    const telegram = await ciphered(vienna(clock))
    const decoder = createDecoder('dlms', { now: () => seen, key: () => key })
    const calls = [decoder.push(telegram)]
    seen += 10
    calls.push(decoder.push(telegram))
    seen += 10
    const outcomes = (await Promise.all(calls)).flat()
    expect(
      outcomes.map((one) => one.kind === 'telegram' ? one.telegram.readings[0].seen - now : -1),
    )
      .toEqual([0, 10])
  })

  test('fails the call whose key cannot be had, and no other', async () => {
    const key = await keyOnly
    let broken = true
    const telegram = await ciphered(vienna(clock))
    const decoder = createDecoder('dlms', {
      now: () => now,
      key() {
        if (broken) throw new Error('no store')
        return key
      },
    })
    await expect(decoder.push(telegram)).rejects.toThrow('no store')
    broken = false
    expect(kinds(await decoder.push(telegram))).toEqual(['telegram'])
  })

  test('of P1 is behind the same interface', async () => {
    const decoder = createDecoder('p1', { now: () => now })
    expect(kinds([...await decoder.push(utf8('/TST5X\r\n')), ...await decoder.end()])).toEqual([
      'truncated',
    ])
  })
})

describe('a simulated meter', () => {
  const at = Date.UTC(2026, 9, 24, 22) / 1000

  test.each(
    [
      ['AM550', 105, '58534D6974400007', 'meter', 'Kilowit simulated AM550'],
      ['E450', 105, '58534D6773400007', 'meter-local', 'Kilowit simulated E450'],
      ['IM350', 125, 'XSM1030000000007', 'meter', 'Kilowit simulated IM350'],
    ] as const,
  )('%s pushes its household, and says what it is', async (model, length, id, source, name) => {
    for (const security of ['encrypted-only', 'authenticated'] as const) {
      const meter = createSimulatedDlmsMeter({ seed: 7, model, security, startWh: 4_317_000 })
      const key = await importMeterKey(meter.key, meter.authenticationKey)
      const options = { key: () => key }
      let before = 0
      // A day of 25 hours: only in the hour that comes twice may the E450 be in doubt.
      for (let second = at; second <= at + 25 * 3600; second += 1799) {
        const telegram = await meter.telegramAt(second)
        expect(telegram).toHaveLength(length + (security === 'authenticated' ? 12 : 0))
        const [outcome] = await decodeDlms(telegram, { ...options, now: () => second })
        if (outcome?.kind !== 'telegram') throw new Error('Expected a telegram')
        const [reading] = outcome.telegram.readings
        expect([outcome.telegram.identification, reading.meter, reading.clock, reading.at])
          .toEqual([name, id, source, second])
        expect(meter.meter).toBe(id)
        const twice = second >= at + 2 * 3600 && second < at + 4 * 3600
        const doubtful = model === 'E450' && twice
        expect(reading.warnings).toEqual(
          doubtful ? ['clock-ambiguous', 'simulated'] : ['simulated'],
        )
        expect(reading.assurance.origin).toBe(security)
        const imported = Number(reading.registers[0]?.value)
        expect(imported).toBeGreaterThanOrEqual(Math.max(before, 4_317_000))
        before = imported
      }
    }
  })

  test('posing as a real one is named as that, and is the same otherwise', async () => {
    const meter = createSimulatedDlmsMeter({ seed: 7, model: 'AM550', posing: true })
    const key = await importMeterKey(meter.key)
    const [outcome] = await decodeDlms(await meter.telegramAt(now), { key: () => key })
    const telegram = outcome?.kind === 'telegram' ? outcome.telegram : null
    expect([telegram?.identification, telegram?.readings[0].meter, telegram?.readings[0].warnings])
      .toEqual(['Iskra AM550', '49534B6974400007', []])
  })
})

describe('blocks that each have the header of the link, as the standard has it', () => {
  async function blocksOf(time: string): Promise<[Bytes, Bytes, Bytes]> {
    const secured = { ...cipher, security: 'authenticated' } as const
    const unit = await writeCipheredUnit(vienna(time), 1, secured)
    const block = (number: number, part: Bytes, control = 0x40) =>
      writeHdlc(
        addresses,
        concat(fromHex('e6e700e0'), Uint8Array.of(control, 0, number, 0, 0, part.length), part),
      )
    return [
      block(1, unit.slice(0, 30)),
      block(2, unit.slice(30, 60)),
      block(3, unit.slice(60), 0xc0),
    ]
  }

  test('are put together; missing, doubled or out of order they are not', async () => {
    const key = await bothKeys
    const told = async (...blocks: Bytes[]) =>
      kinds(await decodeDlms(concat(...blocks), { key: () => key }))
    const [a, b, c] = await blocksOf(clock)
    expect(await told(a, b, c, a, b, c)).toEqual(['telegram', 'telegram'])
    for (const wrong of [[a, c], [a, c, b], [a, b, b, c], [b, c], [a, a, c]]) {
      expect(new Set(await told(...wrong))).toEqual(new Set(['truncated']))
    }
    expect(await told(a, b, inTheClear(vienna(clock)))).toEqual(['truncated', 'telegram'])
    const [, , other] = await blocksOf('07ea0701030e000100ff8880')
    expect(await told(a, b, other)).toEqual(['authentication-failed'])
  })
})
