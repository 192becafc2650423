/** @module What a line of DLMS remembers: counters that do not rise, of ciphers and of energy. */

import { describe, expect, test } from 'vitest'
import { type Bytes, concat, fromHex, toHex } from '../../shared/bytes.ts'
import { createDlmsDecoder } from '../../shared/meter/dlms.ts'
import { importMeterKey, type MeterKey } from '../../shared/meter/meter-key.ts'
import type { CounterMemory } from '../../shared/meter/replay.ts'
import {
  createSimulatedDlmsMeter,
  writeCiphered,
  writeHdlc,
} from '../../shared/meter/simulate-dlms.ts'
import type { Outcome } from '../../shared/meter/telegram.ts'
import {
  addresses,
  bothKeys,
  cipher,
  decodeDlms,
  inTheClear,
  keyOnly,
  notification,
  now,
  octets,
  structure,
  u32,
  vienna,
} from './dlms-telegrams.ts'

function doubts(outcomes: readonly Outcome[]): string[] {
  return outcomes.map((one) =>
    one.kind === 'refused' ? one.reason : one.telegram.readings[0].warnings.join()
  )
}

const plain = vienna('07ea0701030e000000ff8880')

async function counted(...counters: readonly number[]): Promise<Bytes> {
  const all = counters.map(async (counter) =>
    writeHdlc(addresses, await writeCiphered(plain, counter, cipher))
  )
  return concat(...await Promise.all(all))
}

describe('an invocation counter', () => {
  test('that repeats or runs backwards is told, and one that jumps ahead is not', async () => {
    const line = await counted(5, 6, 6, 5, 900, 7, 901, 4_294_967_295, 0)
    expect(doubts(await decodeDlms(line))).toEqual([
      '',
      '',
      'replayed',
      'replayed',
      '',
      'replayed',
      '',
      '',
      'replayed',
    ])
  })

  test('is each meter’s own, and begins anew with a new session', async () => {
    const key = await keyOnly
    const system = fromHex('534d536775400001')
    const other = writeHdlc(addresses, await writeCiphered(plain, 5, { ...cipher, system }))
    const line = concat(await counted(5), other, await counted(6), other)
    const decoder = createDlmsDecoder({ now: () => now, key: () => key })
    expect(doubts(await decoder.push(line))).toEqual(['', '', '', 'replayed'])
    expect(doubts(await decodeDlms(await counted(5)))).toEqual([''])
  })

  test('begins anew under a new key', async () => {
    const old = await keyOnly
    const raw = fromHex('0f'.repeat(16))
    const fresh = await importMeterKey(raw)
    const under = async (counter: number) =>
      writeHdlc(addresses, await writeCiphered(plain, counter, { ...cipher, key: raw }))
    let key = old
    const decoder = createDlmsDecoder({ now: () => now, key: () => key })
    expect(doubts(await decoder.push(await counted(900)))).toEqual([''])
    key = fresh
    expect(doubts(await decoder.push(concat(await under(1), await under(1)))))
      .toEqual(['', 'replayed'])
  })

  test('goes on from where an earlier session left it, under the same key alone', async () => {
    const key = await keyOnly
    const title = toHex(cipher.system)
    const kept: [system: string, count: number][] = []
    const counters = (of: MeterKey): CounterMemory => ({
      known: (system, asked) => toHex(system) === title && asked === of ? 6 : null,
      keep: (system, _key, count) => void kept.push([toHex(system), count]),
    })
    const line = await counted(5, 6, 7, 6, 9)
    expect(doubts(await decodeDlms(line, { counters: counters(key) })))
      .toEqual(['replayed', 'replayed', '', 'replayed', ''])
    expect(kept).toEqual([[title, 7], [title, 9]])
    const other = await importMeterKey(cipher.key)
    expect(doubts(await decodeDlms(line, { counters: counters(other) })))
      .toEqual(['', '', '', 'replayed', ''])
  })

  test('of a telegram that the key does not open, or whose tag fails, counts for nothing', async () => {
    const key = await bothKeys
    const tagged = { ...cipher, security: 'authenticated' } as const
    const good = writeHdlc(addresses, await writeCiphered(plain, 7, tagged))
    const forged = (await writeCiphered(plain, 4_000_000_000, tagged)).slice()
    forged[forged.length - 1] = (forged.at(-1) ?? 0) ^ 1
    const outcomes = await decodeDlms(concat(writeHdlc(addresses, forged), good), {
      key: () => key,
    })
    expect(doubts(outcomes)).toEqual(['authentication-failed', ''])
  })

  test('of a recording played again is told for every telegram of it', async () => {
    const meter = createSimulatedDlmsMeter({ seed: 3, model: 'MA309', security: 'authenticated' })
    const key = await importMeterKey(meter.key, meter.authenticationKey)
    const seconds = [0, 5, 10, 15]
    const pushes = await Promise.all(seconds.map((second) => meter.telegramAt(now + second)))
    const outcomes = await decodeDlms(concat(...pushes, ...pushes), { key: () => key })
    const replayed = doubts(outcomes).map((warnings) => warnings.includes('replayed'))
    expect(replayed).toEqual([false, false, false, false, true, true, true, true])
  })
})

describe('energy counters', () => {
  function code(text: string): Bytes {
    return octets(Uint8Array.from(text.split('.').map(Number)))
  }

  /** Counters of an hour, or with none given the moment alone; minutes after two. */
  function list(minutes: number, power: number, energy?: number): Bytes {
    const clock = `07ea070103${(14 + Math.floor(minutes / 60)).toString(16).padStart(2, '0')}` +
      `${(minutes % 60).toString(16).padStart(2, '0')}0000ff8880`
    const watts = structure(code('1.0.1.7.0.255'), u32(power), scale(27))
    const hours = energy === undefined
      ? []
      : [structure(code('1.0.1.8.0.255'), u32(energy), scale(30))]
    const named = structure(code('0.0.96.1.0.255'), octets(fromHex('31323334')))
    return inTheClear(notification(structure(named, watts, ...hours), clock))
  }

  function scale(unit: number): Bytes {
    return structure(Uint8Array.of(0x0f, 0), Uint8Array.of(0x16, unit))
  }

  async function stale(...line: readonly Bytes[]): Promise<boolean[]> {
    const outcomes = await decodeDlms(concat(...line))
    return doubts(outcomes).map((warnings) => warnings.includes('counter-stale'))
  }

  test('that are those of the hour before, though power flowed, are told and kept', async () => {
    const line = [list(0, 1200, 5000), list(30, 1500), list(60, 1100, 5000), list(120, 900, 7200)]
    expect(await stale(...line)).toEqual([false, false, true, false])
    const outcomes = await decodeDlms(concat(...line))
    const [, , kept] = outcomes
    const reading = kept?.kind === 'telegram' ? kept.telegram.readings[0] : undefined
    expect(reading?.registers.map(({ value }) => value)).toEqual(['1100', '5000'])
  })

  test('that stand while nothing flows, or for a moment, are no doubt', async () => {
    expect(await stale(list(0, 0, 5000), list(60, 1200, 5000))).toEqual([false, false])
    expect(await stale(list(0, 1200, 5000), list(30, 0), list(60, 1200, 5000)))
      .toEqual([false, false, false])
    expect(await stale(list(0, 1200, 5000), list(5, 1200, 5000))).toEqual([false, false])
    expect(await stale(list(0, 1200, 5000), list(60, 1200, 5001))).toEqual([false, false])
  })

  test('of more meters than a line has are forgotten, the first ones first', async () => {
    const decoder = createDlmsDecoder({ now: () => now })
    const named = (number: number, minutes: number) => {
      const text = fromHex(number.toString(16).padStart(8, '3'))
      const watts = structure(code('1.0.1.7.0.255'), u32(1200), scale(27))
      const hours = structure(code('1.0.1.8.0.255'), u32(5000), scale(30))
      const clock = `07ea0701030e${minutes.toString(16).padStart(2, '0')}0000ff8880`
      const id = structure(code('0.0.96.1.0.255'), octets(text))
      return inTheClear(notification(structure(id, watts, hours), clock))
    }
    const numbers = Array.from({ length: 70 }, (_, i) => 0x31313131 + i)
    for (const number of numbers) await decoder.push(named(number, 0))
    const again = async (number: number) => doubts(await decoder.push(named(number, 59))).join()
    expect(await again(numbers.at(-1) ?? 0)).toContain('counter-stale')
    expect(await again(numbers[0] ?? 0)).not.toContain('counter-stale')
  })
})
