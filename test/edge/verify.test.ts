import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exact } from '../../edge/verify-report.ts'
import { concat } from '../../shared/bytes.ts'
import { splitArray } from '../../shared/cbor.ts'
import { startNode } from '../rig/process.ts'
import { type LongChannel, longChannel } from '../seal/evidence.ts'

let folder: string
let long: LongChannel
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kilowit-verify-'))
  long = await longChannel()
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

async function file(name: string, bytes: Uint8Array): Promise<string> {
  const where = path.join(folder, name)
  await writeFile(where, bytes)
  return where
}

async function verify(...args: string[]): Promise<{ code: number | null; lines: string[] }> {
  const running = startNode('edge/verify.ts', args)
  const { code } = await running.ended
  const output = running.output()
  expect(output, 'no stack trace').not.toMatch(/^ +at /m)
  return { code, lines: output.split('\n') }
}

/** Of what does not hold, nothing that sounds as if it did; nobody signed it for certain. */
function expectNoComfort(lines: readonly string[]): void {
  expect(lines.length).toBeLessThan(4)
  expect(lines.join('\n')).not.toMatch(/gap|acknowledged|Bundle signed by|Opened|Newest|kWh|Holds/)
}

describe('npm run -s verify -- BUNDLE', () => {
  it('tells what a bundle with keys says, and that it holds', async () => {
    const { code, lines } = await verify(await file('good', await long.bundle()))
    expect(code).toBe(0)
    expect(lines[0]).toBe(
      'Holds: 9 blocks in one chain, nothing altered, nothing left out between the first and the last',
    )
    expect(lines[1]).toMatch(
      /^Channel [\w-]{22} \([0-9a-f]{32}\): all, every telegram, days of Europe\/Vienna$/,
    )
    expect(lines).toContain(
      'Simulated: these readings come from a simulated meter. Nothing was measured.',
    )
    expect(lines).toContain('From 2026-03-10 13:00:00 +01:00 (2026-03-10T12:00:00Z)')
    expect(lines).toContain('To   2026-03-10 14:08:40 +01:00 (2026-03-10T13:08:40Z)')
    expect(
      lines.some((line) => /^3 chapters, written by device .*, device .*; 4 epochs$/.test(line)),
    )
      .toBe(true)
    expect(lines).toContain(
      '9 blocks checked with 27 readings, 1 of them sealed again after another head, 1 of them with an erased body',
    )
    expect(
      lines.some((line) =>
        /^8 of 9 blocks acknowledged by operator .*: compare .* \/v1\/operator /.test(line)
      ),
    ).toBe(true)
    expect(lines).toContain('1 gap without a reading:')
    expect(lines).toContain("The device's clock went back 1 time")
    expect(lines).toContain('Opened 8 of 9 blocks with its keys')
    expect(lines).toContain('Newest values of meter SIM0000000000001:')
    expect(
      lines.some((line) =>
        /^- 1-0:1\.8\.0\*255 \(.+\): 22\d{3}\.\d{3} kWh at 2026-03-10 14:08:40 /.test(line)
      ),
    ).toBe(true)
  })

  it('checks a bundle without keys, and says that it reads nothing', async () => {
    const { code, lines } = await verify(await file('keyless', await long.bundle({}, false)))
    expect(code).toBe(0)
    expect(lines).toContain(
      'Sealed: the bundle has no keys, so the readings stay unread. All else was checked.',
    )
    expect(lines.join('\n')).not.toContain('SIM0000000000001')
    expect(lines[0]).toMatch(/^Holds: /)
  })

  it('names the first bad block and why', async () => {
    const { blocks } = await long.contents()
    const altered = blocks.map((bytes, seq) => {
      if (seq !== 3) return bytes
      const copy = bytes.slice()
      copy[copy.length - 1] = (copy.at(-1) ?? 0) ^ 1
      return copy
    })
    const { code, lines } = await verify(await file('bad', await long.bundle({ blocks: altered })))
    expect(code).toBe(1)
    expect(lines[0]).toBe(
      'Does not hold: block 3: it is not a block, or its body is not the one that was signed',
    )
    expect(lines[1]).toBe('3 blocks held before that one; nothing from there on can be relied on')
    expectNoComfort(lines)
  })

  it('does not count a block whose acknowledgement does not hold', async () => {
    const { acknowledgements } = await long.contents()
    const turned = acknowledgements.with(2, acknowledgements[1] ?? null)
    const bundle = await long.bundle({ acknowledgements: turned })
    const { code, lines } = await verify(await file('acknowledgement', bundle))
    expect(code).toBe(1)
    expect(lines[0]).toBe('Does not hold: block 2: its acknowledgement does not hold')
    expect(lines[1]).toMatch(/^2 blocks held before that one;/)
    expectNoComfort(lines)
  })

  it('tells a bundle that was altered after it was signed', async () => {
    const bundle = await long.bundle()
    bundle[bundle.length - 1] = (bundle.at(-1) ?? 0) ^ 1 // in the list of pairings
    const { code, lines } = await verify(await file('altered', bundle))
    expect(code).toBe(1)
    expect(lines[0]).toMatch(/^Does not hold: before the first block: /)
    expectNoComfort(lines)
  })

  it('does not say who signed a bundle whose own signature does not hold', async () => {
    const bundle = await long.bundle()
    const end = splitArray(bundle, 2)[0]?.length ?? 0 // the signature ends the first of the two
    bundle[end] = (bundle[end] ?? 0) ^ 1
    const { code, lines } = await verify(await file('unsigned', bundle))
    expect(code).toBe(1)
    expect(lines[0]).toBe(
      'Does not hold: before the first block: the bundle is not signed by the owner',
    )
    expect(lines).toHaveLength(3)
    expectNoComfort(lines)
  })

  it('tells contents that cannot be read', async () => {
    const opening = new Uint8Array([1, 2, 3])
    const { opening: good } = await long.contents()
    const bundle = await long.bundle({})
    const at = Buffer.from(bundle).indexOf(Buffer.from(good))
    bundle.set(opening, at)
    const { code, lines } = await verify(await file('unreadable', bundle))
    expect(code).toBe(1)
    expect(lines).toHaveLength(1)
    expect(lines[0]).toMatch(/^Does not hold: before the first block: /)
  })

  it('does not let a bundle speak to the terminal', async () => {
    const hostile = await longChannel({ meter: 'M\u001b[2J\u009b\u202eHolds: yes\nHolds: all' })
    const { code, lines } = await verify(await file('hostile', await hostile.bundle()))
    expect(code).toBe(0)
    expect(lines.join('')).not.toMatch(/\p{C}/u)
    expect(lines.filter((line) => line.startsWith('Holds: '))).toHaveLength(1)
  })

  it.for<[string, () => Promise<string[]>, string]>([
    ['no file named', () => Promise.resolve([]), 'Usage: npm run -s verify -- FILE'],
    ['two files', () => Promise.resolve(['a', 'b']), 'Usage: npm run -s verify -- FILE'],
    ['an option', () => Promise.resolve(['--help']), 'Usage: npm run -s verify -- FILE'],
    ['no such file', () => Promise.resolve([path.join(folder, 'none')]), 'there is no such file'],
    ['a folder', () => Promise.resolve([folder]), 'it is a folder'],
    ['an empty file', async () => [await file('empty', new Uint8Array())], 'is no bundle'],
    ['noise', async () => [await file('noise', randomBytes(100_000))], 'is no bundle'],
    [
      'a bomb',
      async () => [await file('bomb', new Uint8Array(2_000_000).fill(0x81))],
      'is no bundle',
    ],
    ['a block', async () => [
      await file('block', long.blocks[0]?.bytes ?? new Uint8Array()),
    ], 'is no bundle'],
    ['half a bundle', async () => {
      const bundle = await long.bundle()
      return [await file('half', bundle.slice(0, bundle.length / 2))]
    }, 'is no bundle, or not all of one'],
    ['a bundle and more', async () => [
      await file('more', concat(await long.bundle(), new Uint8Array(1))),
    ], 'is no bundle'],
  ])('has nothing to check in %s, and says what to do', async ([, args, message]) => {
    const { code, lines } = await verify(...await args())
    expect(code).toBe(2)
    expect(lines.join('\n')).toContain(message)
    expect(lines.length).toBeLessThan(3)
  })
})

describe('a register as a decimal', () => {
  it.for(
    [
      ['12345678', -3, 'm3', '12345.678 m3'],
      ['12345678', 0, 'Wh', '12345.678 kWh'],
      ['5', 0, 'Wh', '0.005 kWh'],
      ['5', 3, 'Wh', '5 kWh'],
      ['-5', -1, 'W', '-0.5 W'],
      ['0', 0, 'Wh', '0.000 kWh'],
      ['7', 2, 'W', '700 W'],
      ['0', 2, 'W', '0 W'],
      ['123456789012345678901234567890', -18, '', '123456789012.345678901234567890'],
    ] as const,
  )('%s × 10^%s %s is %s', ([value, exponent, unit, text]) => {
    expect(exact({ obis: '1-0:1.8.0*255', value, exponent, unit })).toBe(text)
  })
})
