/** @module The command that decodes a capture: as its user runs it, with meters simulated here. */

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, concat, fromHex, toHex, utf8 } from '../../shared/bytes.ts'
import { createSimulatedAmisMeter } from '../../shared/meter/simulate-amis.ts'
import { createSimulatedDlmsMeter } from '../../shared/meter/simulate-dlms.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import { startNode, startProcess } from '../rig/process.ts'

const at = Date.UTC(2026, 5, 12, 10) / 1000
const p1 = createSimulatedMeter({ seed: 3, gas: true })
const telegram = p1.telegramAt(at)
const dlms = createSimulatedDlmsMeter({ seed: 4, model: 'AM550', security: 'authenticated' })

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kilowit-decode-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

interface Said {
  readonly code: number | null
  readonly output: string
  readonly lines: readonly unknown[]
}

async function decode(content: Bytes | string, ...options: string[]): Promise<Said> {
  const file = path.join(folder, 'capture')
  await writeFile(file, content)
  return await run([...options, file])
}

async function run(args: string[], input?: string): Promise<Said> {
  const running = startNode('edge/decode.ts', args, input === undefined ? {} : { input })
  const { code } = await running.ended
  const output = running.output()
  expect(output, 'no stack trace').not.toMatch(/^ +at /m)
  const lines = code === 2 ? [] : output.split('\n').map((line): unknown => JSON.parse(line))
  return { code, output, lines }
}

describe('npm run -s decode', () => {
  it('prints every reading of a capture, each register exact', async () => {
    const { code, lines } = await decode(concat(telegram, p1.telegramAt(at + 1)))
    expect(code).toBe(0)
    expect(lines).toHaveLength(4)
    expect(lines[0]).toMatchObject({
      reading: {
        meter: p1.meter,
        time: '2026-06-12T10:00:00Z',
        clock: 'meter',
        assurance: { line: 'crc', origin: 'plain' },
        warnings: ['simulated'],
      },
    })
    const printed = /1-0:1\.8\.1\((\d+)\.(\d{3})\*kWh\)/.exec(new TextDecoder().decode(telegram))
    const value = String(Number(`${printed?.[1]}${printed?.[2]}`))
    expect(lines[0]).toHaveProperty(
      'reading.registers',
      expect.arrayContaining([{ obis: '1-0:1.8.1*255', value, exponent: 0, unit: 'Wh' }]),
    )
  })

  it('accounts for a line with an AMIS meter: its calls, the answers, and its telegrams', async () => {
    const meter = createSimulatedAmisMeter({ seed: 5 })
    const line: Bytes[] = []
    for (let second = 0; second < 4; second++) {
      line.push(await meter.speak(at + second), fromHex('e5'))
      meter.hear(fromHex('e5'))
    }
    const capture = concat(...line)
    const opened = await decode(capture, '--key', toHex(meter.key))
    expect(opened.code).toBe(0)
    expect(opened.lines).toHaveLength(3)
    expect(opened.lines[2]).toMatchObject({
      reading: {
        meter: meter.meter,
        time: '2026-06-12T10:00:03Z',
        assurance: { line: 'bcc', origin: 'encrypted-only' },
        warnings: expect.arrayContaining(['meter-unnamed', 'simulated']),
      },
    })
    expect(opened.lines[2]).toHaveProperty(
      'reading.registers',
      expect.arrayContaining([expect.objectContaining({ obis: '1-0:3.8.1*255', unit: 'varh' })]),
    )
    const wrong = await decode(capture, '--key', '00'.repeat(16))
    expect(wrong.code).toBe(1)
    expect(wrong.lines).toHaveLength(3)
    expect(wrong.lines[0]).toMatchObject({ refused: { reason: 'key-wrong', offset: 6 } })
    expect((await decode(capture)).lines[0]).toMatchObject({ refused: { reason: 'key-missing' } })
  })

  it('takes hex with white space, from the standard input too', async () => {
    const hex = toHex(telegram).toUpperCase().replace(/(.{32})/g, '$1\n').replace(/(..)/g, '$1 ')
    const asked = await run(['-'], hex)
    expect(asked.code).toBe(0)
    expect(asked.lines).toEqual((await decode(telegram)).lines)
  })

  it('says where what was refused begins, why, and ends with 1', async () => {
    const bad = telegram.slice()
    const digit = new TextDecoder().decode(bad).indexOf('(', 100) + 1
    bad[digit] = (bad[digit] ?? 0) ^ 1
    const { code, lines } = await decode(concat(telegram, bad, telegram))
    expect(code).toBe(1)
    expect(lines[2]).toEqual({
      refused: { reason: 'line-check-failed', offset: telegram.length },
    })
    expect(lines).toHaveLength(5)
  })

  it('gives text that lost the CR of its lines them again, and says places as they are', async () => {
    const unix = telegram.filter((byte) => byte !== 0x0d)
    const { code, lines } = await decode(unix)
    expect(code).toBe(0)
    expect(lines).toEqual((await decode(telegram)).lines)
    const bad = unix.slice()
    const digit = new TextDecoder().decode(bad).indexOf('(', 100) + 1
    bad[digit] = (bad[digit] ?? 0) ^ 1
    expect((await decode(concat(unix, bad))).lines.at(-1)).toEqual({
      refused: { reason: 'line-check-failed', offset: unix.length },
    })
  })

  it(
    'reads what is pushed without a check with that doubt, and nothing that lost its own',
    async () => {
      const line = '1-0:1.8.0*255(00052185.7825309*kWh)\r\n'
      const pushed = `/ESY5Q3X\r\n\r\n1-0:0.0.0*255(1336)\r\n${line}!\r\n`
      for (
        const [capture, protocol] of [
          [pushed, 'auto'],
          [pushed.trim(), 'd0'],
          [pushed.trim().replaceAll('\r', ''), 'p1'],
        ] as const
      ) {
        const { code, lines } = await decode(capture, '--protocol', protocol)
        expect(lines).toMatchObject([{
          reading: {
            meter: '1336',
            assurance: { line: 'none' },
            warnings: ['clock-missing', 'line-check-waived'],
          },
        }])
        expect(code).toBe(0)
      }
      const lost = new TextDecoder().decode(telegram).replace(/![0-9A-F]{4}/, '!')
      const unblocked = `/XYZ5MODEL\r\n1-0:0.0.0*255(1)\r\n${line}!\r\n`
      const refused = { reason: 'line-check-missing', offset: 0, hint: 'waive-line-check' }
      for (
        const [bare, protocol] of [
          [lost, 'auto'],
          [lost, 'd0'],
          [unblocked, 'auto'],
          [pushed.replace('1-0:0.0.0*255', '1-3:0.2.8'), 'd0'],
        ] as const
      ) {
        const { code, lines } = await decode(bare, '--protocol', protocol)
        expect([code, lines]).toEqual([1, [{ refused }]])
      }
      const { code, lines } = await decode(lost, '--waive-line-check')
      expect(code).toBe(0)
      expect(lines[0]).toHaveProperty('reading.assurance.line', 'none')
    },
    30_000,
  )

  it('is quiet when nobody reads on', async () => {
    const file = path.join(folder, 'long')
    await writeFile(file, concat(...Array.from({ length: 300 }, () => telegram)))
    const command = `"${process.execPath}" --import tsx edge/decode.ts "${file}" | head -c 10`
    const running = startProcess('/bin/sh', ['-c', command])
    expect((await running.ended).code).toBe(0)
    expect(running.output()).toBe('{"reading"')
  })

  it('opens what is encrypted with its keys, and says what is missing without', async () => {
    const capture = await dlms.telegramAt(at)
    const keys = ['--key', toHex(dlms.key)]
    const locked = await decode(capture)
    expect(locked.lines).toEqual([{ refused: { reason: 'key-missing', offset: 0 } }])
    const opened = await decode(capture, ...keys)
    expect(opened.code).toBe(0)
    expect(opened.lines[0]).toHaveProperty('reading.assurance.origin', 'encrypted-only')
    const checked = await decode(capture, ...keys, '--auth-key', toHex(dlms.authenticationKey))
    expect(checked.lines[0]).toHaveProperty('reading.assurance.origin', 'authenticated')
    const wrong = await decode(capture, '--key', '00'.repeat(16))
    expect(wrong.lines).toEqual([{ refused: { reason: 'key-wrong', offset: 0 } }])
    expect(wrong.code).toBe(1)
  })

  it('takes the protocol that is named, and finds none in noise', async () => {
    const named = await decode(telegram, '--protocol', 'dlms')
    expect(named.code).toBe(1)
    expect(named.lines).toEqual([{ refused: { reason: 'not-this-protocol', offset: 0 } }])
    expect((await decode(utf8('Not a meter.'))).lines).toEqual([
      { refused: { reason: 'not-this-protocol', offset: 0 } },
    ])
  })

  it('takes the protocol of a telegram that is read before that of many that are not', async () => {
    const damaged = (await dlms.telegramAt(at)).slice()
    damaged[60] = (damaged[60] ?? 0) ^ 1
    const { lines } = await decode(concat(telegram, ...Array.from({ length: 30 }, () => damaged)))
    expect(lines[0]).toHaveProperty('reading.meter', p1.meter)
  })

  it('takes a mark of the byte order before text, and a key with spaces in quotes', async () => {
    const marked = await decode(concat(Uint8Array.of(0xef, 0xbb, 0xbf), telegram))
    expect(marked.lines).toEqual((await decode(telegram)).lines)
    const spaced = toHex(dlms.key).replace(/(..)/g, '$1 ').trim().toUpperCase()
    expect((await decode(await dlms.telegramAt(at), '--key', spaced)).code).toBe(0)
  })

  it('says what to do about hex in another dress, and decodes none of it', async () => {
    const pairs = Array.from(telegram, (byte) => byte.toString(16).padStart(2, '0'))
    const rows = Array.from(
      { length: Math.ceil(pairs.length / 16) },
      (_, i) => pairs.slice(16 * i, 16 * i + 16),
    )
    const place = (i: number, width: number) => (16 * i).toString(16).padStart(width, '0')
    const words = (row: readonly string[], swap: boolean) =>
      row.flatMap((pair, i) =>
        i % 2 === 0 ? [swap ? `${row[i + 1] ?? '00'}${pair}` : `${pair}${row[i + 1] ?? ''}`] : []
      ).join(' ')
    const listings = {
      'hexdump -C': rows.map((row, i) => `${place(i, 8)}  ${row.join(' ')}  |................|`),
      'hexdump -C without text': rows.map((row, i) => `${place(i, 8)}  ${row.join(' ')}`),
      hexdump: rows.map((row, i) => `${place(i, 7)} ${words(row, true)}`),
      xxd: rows.map((row, i) => `${place(i, 8)}: ${words(row, false)}  ................`),
    }
    for (const [name, lines] of Object.entries(listings)) {
      const { code, output } = await decode(`${lines.join('\n')}\n${place(rows.length, 8)}\n`)
      expect([name, code]).toEqual([name, 2])
      expect(output).toMatch(/^This is a listing, .*xxd -r$/)
    }
    const dressed = [
      pairs.map((pair) => `0x${pair}`).join(', '),
      pairs.map((pair) => `\\x${pair}`).join(''),
      `"${pairs.join(':')}"`,
      `[${pairs.map((pair) => `"${pair}"`).join(',')}]`,
    ]
    for (const text of dressed) {
      const { code, output } = await decode(text)
      expect([text.slice(0, 9), code]).toEqual([text.slice(0, 9), 2])
      expect(output).toMatch(/^This is hex with other signs .* without 0x, \\x, commas or quotes$/)
    }
    const wide = Uint8Array.from(
      [0xff, 0xfe, ...utf8(pairs.join(' '))].flatMap((byte, i) => i < 2 ? [byte] : [byte, 0]),
    )
    expect((await decode(wide)).output).toMatch(/^The text is in UTF-16: save it as UTF-8/)
  })

  it('says what to do where there is nothing to decode, and repeats no key', async () => {
    const key = '0123456789abcdef0123456789abcdeX'
    for (
      const [args, sentence] of [
        [[], /^Usage: /],
        [['--protocol', 'morse', 'x'], /^Usage: /],
        [['--unknown', 'x'], /^Usage: /],
        [['--key', key, 'x'], /--key takes 32 hex digits, and not all of these are: copy it again/],
        [['--zone', 'Europe/Atlantis', 'x'], /^There is no time zone "Europe\/Atlantis"/],
        [['--auth-key', '00'.repeat(16), 'x'], /give --key too/],
        [['--key', '00'.repeat(15), 'x'], /^--key takes 32 hex digits, and these are 30: copy it/],
        [
          ['--key', ...'00 '.repeat(16).trim().split(' '), 'x'],
          /white space in it: put it in quotes/,
        ],
        [[folder], /is a folder: name a file in it$/],
        [['/dev/null'], /is a line, not a recording: record it first/],
        [['0123456789abcdef0123456789abcdef'], /^There is no such file: a key goes behind --key$/],
        [[path.join(folder, 'none')], /cannot be read \(ENOENT\): check the name/],
      ] as const
    ) {
      const { code, output } = await run([...args])
      expect(code).toBe(2)
      expect(output).toMatch(sentence)
      expect(output).not.toContain(key)
    }
    expect((await decode('')).output).toMatch(/is empty: record what the meter sends/)
    expect((await decode('7ea')).output).toMatch(/odd number of digits/)
  })
})
