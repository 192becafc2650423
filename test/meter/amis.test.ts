/**
 * AMIS meters (Siemens TD-351x, OMS mode 5): what their telegrams say, what opens them, and that
 * nothing is read from what was bent.
 *
 * @module
 */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Bytes, concat } from '../../shared/bytes.ts'
import { decodeCapture } from '../../shared/meter/capture.ts'
import { createMBusDecoder } from '../../shared/meter/mbus.ts'
import { importMeterKey } from '../../shared/meter/meter-key.ts'
import { powerNow } from '../../shared/meter/power.ts'
import { createSimulatedAmisMeter } from '../../shared/meter/simulate-amis.ts'
import type { DecoderOptions, Outcome } from '../../shared/meter/telegram.ts'
import { answer, call, key, name, records, sealed } from './amis-frames.ts'
import { hex, long, options, outcomesOf, readingOf } from './mbus-frames.ts'
import { changed, changes, RUNS } from './mutations.ts'

/** 2026-01-15T11:34:56Z, what the clock of the telegrams shows in Vienna. */
const now = 1_768_476_896
const given = await importMeterKey(key)
const owned: DecoderOptions = { ...options, now: () => now, key: () => given }
const telegram = sealed(records())

describe('a telegram', () => {
  test('says its nine values by their OBIS codes, and the time', async () => {
    const reading = await readingOf(telegram, owned)
    const said = reading.registers.map((one) =>
      `${one.obis} ${one.value}e${one.exponent} ${one.unit}`
    )
    expect(said).toEqual([
      '1-0:1.8.0*255 12345678e0 Wh',
      '1-0:2.8.0*255 9876e0 Wh',
      '1-0:3.8.1*255 1111e0 varh',
      '1-0:4.8.1*255 2222e0 varh',
      '1-0:1.7.0*255 435e0 W',
      '1-0:2.7.0*255 0e0 W',
      '1-0:3.7.0*255 9e0 var',
      '1-0:4.7.0*255 134e0 var',
      '1-0:1.128.0*255 0e0 Wh',
    ])
    expect(reading.texts).toEqual([{ obis: '0-0:1.0.0*255', text: '2026-01-15T12:34:56' }])
    expect(reading).toMatchObject({ at: now, clock: 'meter-local', seen: now })
    expect(powerNow(reading)).toMatchObject({ import: 435, export: 0 })
  })

  test('is only encrypted, checked by a sum, and of a meter that has no number', async () => {
    const reading = await readingOf(telegram, owned)
    expect(reading.assurance).toMatchObject({ line: 'bcc', origin: 'encrypted-only' })
    expect(reading).toMatchObject({ meter: 'SAM-00000000-01-0E', warnings: ['meter-unnamed'] })
    const numbered = sealed(records(), { name: hex('78563412 2d4c 01 0e') })
    expect(await readingOf(numbered, owned)).toMatchObject({
      meter: 'SAM-12345678-01-0E',
      warnings: [],
    })
  })

  test('may be below nought where it is prepaid, and has either count bit', async () => {
    for (const control of ['53', '73']) {
      const reading = await readingOf(sealed(records({ prepaid: -250 }), { control }), owned)
      expect(reading.registers.at(-1)).toMatchObject({ obis: '1-0:1.128.0*255', value: '-250' })
      expect(reading.warnings).not.toContain('value-implausible')
    }
  })

  test('of summer, and of no date, is told as such', async () => {
    // 2026-07-15 12:34:56, with the mark of summer time.
    const summer = await readingOf(sealed(records({ clock: '78 22 6c 4f 37 00' })), owned)
    expect(summer.at).toBe(Date.UTC(2026, 6, 15, 10, 34, 56) / 1000)
    expect(summer.warnings).toContain('clock-differs')
    const never = await readingOf(sealed(records({ clock: '00 80 00 00 00 00' })), owned)
    expect(never).toMatchObject({ at: now, clock: 'device' })
    expect(never.warnings).toContain('clock-invalid')
    // 2026-10-25 02:30 comes twice; in summer it is the first.
    const twice = { ...owned, now: () => Date.UTC(2026, 9, 25, 1, 30) / 1000 }
    const first = await readingOf(sealed(records({ clock: '40 1e e2 59 3a 00' })), twice)
    expect(first.at).toBe(Date.UTC(2026, 9, 25, 0, 30) / 1000)
  })

  test('with a record that is not known names it as the M-Bus does', async () => {
    const more = concat(records().slice(0, 10), hex('02 fd 48 fc08 2f'), hex('2f'.repeat(16)))
    const whole = more.slice(0, 32)
    const reading = await readingOf(sealed(whole), owned)
    expect(reading.registers).toMatchObject([{ quantity: 'Voltage', value: '2300', exponent: -1 }])
  })
})

describe('a key', () => {
  test('that is missing is asked for by the name of the meter', async () => {
    expect(await outcomesOf(telegram)).toEqual([
      { kind: 'refused', reason: 'key-missing', offset: 0, length: telegram.length, system: name },
    ])
  })

  test('that is another one is told to be wrong', async () => {
    const other = await importMeterKey(key.map((byte) => byte ^ 1))
    expect(await outcomesOf(telegram, { ...owned, key: () => other })).toEqual([
      { kind: 'refused', reason: 'key-wrong', offset: 0, length: telegram.length, system: name },
    ])
  })

  test('opens under the name of this maker alone', async () => {
    // What the fillers hang on; with another number the values would be others.
    for (const at of [11, 12]) {
      const bent = telegram.slice(4, -2)
      bent[at - 4] = (bent[at - 4] ?? 0) ^ 1
      expect(await outcomesOf(long(bent), owned)).toMatchObject([{ reason: 'key-wrong' }])
    }
  })

  test('that was kept before this cipher was read is asked for again', async () => {
    const { ctr, gcm, authentication } = given
    const old = { ...owned, key: () => ({ ctr, gcm, authentication }) }
    expect(await outcomesOf(telegram, old)).toMatchObject([{ reason: 'key-missing', system: name }])
  })

  test('is needed too where the ciphertext begins like what is open', async () => {
    let found: Bytes | null = null
    for (let count = 0; found === null; count++) {
      const clock = `00 00 ${(count & 0xff).toString(16).padStart(2, '0')} 4f 31 00`
      const one = sealed(records({ clock, in: count }), { access: count >> 8 & 0xff })
      if (one[19] === 0x2f && one[20] === 0x2f) found = one
    }
    expect(await outcomesOf(found)).toMatchObject([{ reason: 'key-missing' }])
    const wrong = await importMeterKey(new Uint8Array(16))
    const under = { ...owned, key: () => wrong }
    expect(await outcomesOf(found, under)).toMatchObject([{ reason: 'key-wrong' }])
    expect((await readingOf(found, owned)).assurance.origin).toBe('encrypted-only')
  })
})

describe('a line', () => {
  const second = sealed(records({ in: 12_345_679 }), { access: 0x2b, control: '53' })
  const line = concat(call, answer, telegram, answer, second, answer, telegram)

  function told(outcomes: readonly Outcome[]): string[] {
    return outcomes.map((outcome) =>
      outcome.kind === 'refused'
        ? outcome.reason
        : outcome.telegram.readings[0].registers.map(({ value }) => value).join(' ')
    )
  }

  test('that was recorded is decoded whole, its calls and answers passed over', async () => {
    const outcomes = await decodeCapture(line, 'auto', owned)
    expect(outcomes.map(({ kind }) => kind)).toEqual(['telegram', 'telegram', 'telegram'])
    expect(await decodeCapture(call, 'auto', owned)).toMatchObject([
      { reason: 'no-answer', offset: 0, length: 5 },
    ])
  })

  test('cut anywhere tells the same', async () => {
    const whole = told(await outcomesOf(line, owned))
    expect(whole).toHaveLength(3)
    for (const size of [1, 2, 3, 7, 50, 101, 106, 400]) {
      const decoder = createMBusDecoder(owned)
      const outcomes: Outcome[] = []
      for (let at = 0; at < line.length; at += size) {
        outcomes.push(...await decoder.push(line.subarray(at, at + size)))
      }
      expect(told([...outcomes, ...await decoder.end()])).toEqual(whole)
    }
  })

  test('with any single bit flipped gives no reading of that frame', async () => {
    for (let bit = 0; bit < telegram.length * 8; bit++) {
      const bent = telegram.slice()
      bent[bit >> 3] = (bent[bit >> 3] ?? 0) ^ (1 << (bit & 7))
      const outcomes = await outcomesOf(bent, owned)
      expect(outcomes.some(({ kind }) => kind === 'telegram'), `bit ${bit}`).toBe(false)
    }
  })

  test('bent in thousands of ways never throws, and tells nothing but frames whose sum holds', async () => {
    await fc.assert(
      fc.asyncProperty(changes(line.length), async (list) => {
        for (const outcome of await outcomesOf(changed(line, list), owned)) {
          if (outcome.kind === 'refused') continue
          const { raw, readings: [{ assurance }] } = outcome.telegram
          expect(long(raw.slice(4, -2))).toEqual(raw)
          expect(assurance).toMatchObject({ line: 'bcc', origin: 'encrypted-only' })
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('with the sum mended makes no number up, and is never in the clear', async () => {
    const content = telegram.slice(4, -2)
    await fc.assert(
      fc.asyncProperty(changes(content.length), async (list) => {
        const bent = changed(content, list).slice(0, 255)
        for (const outcome of await outcomesOf(long(bent), owned)) {
          if (outcome.kind === 'refused') continue
          const [{ registers, assurance }] = outcome.telegram.readings
          for (const { value, exponent } of registers) {
            expect(value).toMatch(/^(0|-?[1-9][0-9]{0,59})$/)
            expect(Math.abs(exponent)).toBeLessThanOrEqual(18)
          }
          const isSealed = bent[13] === telegram[17] && bent[14] === telegram[18]
          expect(isSealed && assurance.origin === 'plain').toBe(false)
        }
      }),
      { numRuns: RUNS },
    )
  })

  test('of another master is none of this meter', async () => {
    for (const sealing of [{ address: '01' }, { control: '08' }, { control: '44' }]) {
      expect(told(await outcomesOf(sealed(records(), sealing), owned))).toEqual(['unknown-form'])
    }
  })
})

describe('the simulated meter', () => {
  const meter = createSimulatedAmisMeter({ seed: 3, startWh: 4_000_000 })

  test('is read with its key, says that it is simulated, and what its household uses', async () => {
    const opened = await importMeterKey(meter.key)
    const reading = await readingOf(await meter.telegramAt(now), { ...owned, key: () => opened })
    expect(reading).toMatchObject({ meter: meter.meter, at: now, clock: 'meter-local' })
    expect(reading.warnings).toEqual(['meter-unnamed', 'simulated'])
    const [first] = reading.registers
    expect(Number(first?.value)).toBeGreaterThan(4_000_000)
  })

  test('its telegrams have the size and the head of the real ones', async () => {
    const bytes = await meter.telegramAt(now)
    expect(bytes).toHaveLength(telegram.length)
    expect(bytes.slice(0, 7)).toEqual(hex('685f5f6873f05b'))
    expect(bytes.slice(16, 19)).toEqual(hex('005005'))
  })
})
