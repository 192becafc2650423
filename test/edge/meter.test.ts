/**
 * `npm run meter`: the real process for each name, listened to or asked over the real line, and what
 * it says read by the decoders.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import type { Duplex } from 'node:stream'
import { ReadStream } from 'node:tty'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { namedMeters } from '../../edge/meter/names.ts'
import { type Bytes, concat, fromHex } from '../../shared/bytes.ts'
import { readOut } from '../../shared/meter/d0-readout.ts'
import { createAmisAnswerer } from '../../shared/meter/amis-answerer.ts'
import { createDecoder } from '../../shared/meter/decoder.ts'
import { createMBusMaster } from '../../shared/meter/mbus-master.ts'
import { importMeterKey } from '../../shared/meter/meter-key.ts'
import { createModbusReader, recognizeModbus } from '../../shared/meter/modbus.ts'
import { createPoller } from '../../shared/meter/modbus-poller.ts'
import { createRtuFraming } from '../../shared/meter/modbus-rtu.ts'
import { createTcpFraming } from '../../shared/meter/modbus-tcp.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import type { DecoderOptions, Outcome } from '../../shared/meter/telegram.ts'
import { freePort, ROOT, type Running, startNode, startProcess } from '../rig/process.ts'

const now = () => Math.floor(Date.now() / 1000)
const wait = (milliseconds: number) =>
  new Promise<void>((resolve) => setTimeout(resolve, milliseconds))

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kilowit-meter-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

interface Playing {
  readonly running: Running
  readonly where: string
  readonly meters: readonly string[]
  /** What its owner would give the decoder. */
  readonly options: DecoderOptions
}

async function play(name: string, ...args: string[]): Promise<Playing> {
  const running = startNode('edge/meter.ts', [name, ...args])
  closing.push(() => running.close())
  await running.line('Ctrl-C stops it')
  const told = (what: string) =>
    new RegExp(`^${what}: (.*)$`, 'm').exec(running.output())?.[1] ?? null
  const where = told('Where')?.split(',')[0] ?? ''
  const [key, authenticationKey] = [told('Key'), told('Authentication key')]
  const owned = key === null ? null : await importMeterKey(
    fromHex(key),
    authenticationKey === null ? null : fromHex(authenticationKey),
  )
  return {
    running,
    where,
    meters: (told('Meter') ?? '').split(', '),
    options: { now, zone: 'Europe/Vienna', key: () => owned },
  }
}

interface Line {
  write(bytes: Uint8Array): Promise<void>
  read(milliseconds: number): Promise<Uint8Array | null>
}

function lineOf(stream: Duplex): Line {
  const chunks: Uint8Array[] = []
  let wake = () => {}
  stream.on('data', (bytes: Uint8Array) => {
    chunks.push(Uint8Array.from(bytes))
    wake()
  })
  stream.on('error', () => undefined)
  closing.push(() => stream.destroy())
  return {
    write: (bytes) => new Promise((resolve) => stream.write(bytes, () => resolve())),
    async read(milliseconds) {
      if (chunks.length === 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      return chunks.shift() ?? null
    },
  }
}

async function overTcp(where: string): Promise<Line> {
  const [host = '', port] = where.split(':')
  const socket = connect(Number(port), host)
  await new Promise<void>((resolve, reject) =>
    socket.once('connect', resolve).once('error', reject)
  )
  return lineOf(socket)
}

/** A serial port at that rate, as a reader opens it. */
function openPort(path: string, baudRate: number): { line: Line; close(): void } {
  execFileSync('stty', ['-F', path, String(baudRate), 'raw', '-echo'])
  const stream = new ReadStream(openSync(path, 'r+'))
  return { line: lineOf(stream), close: () => stream.destroy() }
}

/** Listens until so many telegrams were read. */
async function telegrams(line: Line, playing: Playing, name: string, wanted: number) {
  const decoder = createDecoder(namedMeters.get(name)?.protocol ?? 'p1', playing.options)
  const found: Outcome[] = []
  for (let waited = 0; found.length < wanted && waited < 15;) {
    const bytes = await line.read(1000)
    if (bytes === null) waited++
    else found.push(...await decoder.push(bytes))
  }
  return found
}

function readingsOf(outcomes: readonly Outcome[]): Reading[] {
  return outcomes.flatMap((outcome) => {
    if (outcome.kind === 'refused') throw new Error(`Refused: ${outcome.reason}`)
    return outcome.telegram.readings
  })
}

function expectSimulated(readings: readonly (Reading | undefined)[]): void {
  expect(readings.length).toBeGreaterThan(0)
  for (const reading of readings) {
    expect(reading?.warnings).toContain('simulated')
    expect(reading?.registers.length).toBeGreaterThan(0)
  }
}

const silence = new Uint8Array(0)

const names = [...namedMeters.keys()]
const speaking = (kind: 'pushes' | 'calls' | 'answers') =>
  names.filter((name) => namedMeters.get(name)?.play(1).voice.kind === kind)

interface Said {
  readonly code: number | null
  readonly lines: readonly {
    readonly reading?: Pick<Reading, 'meter' | 'registers' | 'warnings'> & { time: string | null }
    readonly refused?: { readonly reason: string }
  }[]
}

/** What the command beside the meter would print of these bytes, with the options it is told. */
async function decoded(playing: Playing, name: string, raw: Uint8Array): Promise<Said> {
  const [, told] = /npm run -s decode -- (.*) -$/m.exec(playing.running.output()) ?? []
  const file = path.join(folder, name)
  await writeFile(file, raw)
  const options = told?.split(' ') ?? ['--protocol', namedMeters.get(name)?.protocol ?? '']
  const running = startNode('edge/decode.ts', [...options, file])
  closing.push(() => running.close())
  const { code } = await running.ended
  return {
    code,
    lines: running.output().split('\n').map((line): Said['lines'][0] => JSON.parse(line)),
  }
}

async function expectDecoded(playing: Playing, name: string, raw: Uint8Array): Promise<void> {
  const { code, lines } = await decoded(playing, name, raw)
  const readings = lines.map(({ reading }) => reading)
  expect(code).toBe(0)
  const named = readings.filter((one) => one?.meter !== undefined && isOf(playing, one.meter))
  expect(named.length).toBeGreaterThan(0)
  for (const reading of named) {
    expect(reading?.warnings).toContain('simulated')
    expect(reading?.registers.length).toBeGreaterThan(0)
  }
  // The household's, not that of another start, nor of another zone.
  const at = Date.parse(named[0]?.time ?? new Date().toISOString()) / 1000
  expect(Math.abs(at - now())).toBeLessThan(60)
}

/** Modbus says of which unit a meter is. */
function isOf(playing: Playing, meter: string): boolean {
  return playing.meters.some((one) => meter.includes(one.split('-').at(-1) ?? one))
}

/** What it says until so many telegrams came. */
async function overheard(playing: Playing, name: string, wanted: number): Promise<Bytes> {
  const line = await overTcp(playing.where)
  const heard: Bytes[] = []
  const listening: Line = {
    ...line,
    async read(milliseconds) {
      const bytes = await line.read(milliseconds)
      if (bytes !== null) heard.push(Uint8Array.from(bytes))
      return bytes
    },
  }
  await telegrams(listening, playing, name, wanted)
  return concat(...heard)
}

const withoutCheck = 'p1-si'
const pushing = speaking('pushes').filter((name) => name !== withoutCheck)

test.each(pushing)('%s pushes over TCP what decode reads', async (name) => {
  const playing = await play(name, '--tcp', '0')
  const voice = namedMeters.get(name)?.play(1).voice
  const many = voice?.kind === 'pushes' && voice.every <= 2 ? 2 : 1
  // Norway's lists of power alone name nobody: the next that does is waited for.
  const wanted = name === 'ma304h3e' ? 6 : many
  await expectDecoded(playing, name, await overheard(playing, name, wanted))
}, 30_000)

test('what has no CRC, and should have, is told as such', async () => {
  const playing = await play(withoutCheck, '--tcp', '0')
  const raw = await overheard(playing, withoutCheck, 1)
  const { code, lines } = await decoded(playing, withoutCheck, raw)
  expect([code, lines[0]?.refused?.reason]).toEqual([1, 'line-check-missing'])
})

test.each(['--tcp', '--pty'])('amis calls, and sends while it is answered, by %s', async (way) => {
  const playing = await play('amis', ...(way === '--tcp' ? [way, '0'] : [way]))
  const line = way === '--tcp' ? await overTcp(playing.where) : openPort(playing.where, 9600).line
  const answerer = createAmisAnswerer()
  const decoder = createDecoder('mbus', playing.options)
  const readings: Reading[] = []
  while (readings.length < 3) {
    const { answers, telegrams, refused } = answerer.hear(await line.read(5000) ?? silence)
    expect(refused).toEqual([])
    if (answers.length > 0) await line.write(answers)
    readings.push(...readingsOf(await decoder.push(telegrams)))
  }
  expectSimulated(readings)
  expect(readings.map(({ meter }) => meter)).toEqual(readings.map(() => playing.meters[0]))
  const [first, second, third] = readings.map(({ at }) => at)
  expect([first, second].map((at) => (at ?? 0) < (third ?? 0))).toEqual([true, true])
})

test.each(['d0-a', 'd0-b', 'd0-c', 'd0-e'])(
  '%s is asked over TCP, and asked again',
  async (name) => {
    const playing = await play(name, '--tcp', '0')
    const line = { ...await overTcp(playing.where), open: () => Promise.resolve() }
    let raw: Uint8Array = new Uint8Array(0)
    for (let visit = 0; visit < 2; visit++) {
      const readout = await readOut(line, { wait })
      if (readout.kind === 'failed') throw new Error(readout.why)
      const decoder = createDecoder('d0', playing.options)
      const [reading, ...more] = readingsOf(await decoder.push(readout.raw))
      expectSimulated([reading])
      expect(more).toEqual([])
      expect(reading?.meter).toBe(playing.meters[0])
      raw = readout.raw
    }
    await expectDecoded(playing, name, raw)
  },
)

test('d0-c changes its rate on the pseudo-terminal, and is followed', async () => {
  const playing = await play('d0-c', '--pty')
  let port = openPort(playing.where, 300)
  const rates: number[] = []
  const readout = await readOut({
    async open({ baudRate }) {
      port.close()
      rates.push(baudRate)
      port = openPort(playing.where, baudRate)
      await Promise.resolve()
    },
    write: (bytes) => port.line.write(bytes),
    read: (milliseconds) => port.line.read(milliseconds),
  }, { wait })
  if (readout.kind === 'failed') throw new Error(readout.why)
  expect(readout.baudRate).toBe(9600)
  expect(rates).toEqual([300, 9600])
  expectSimulated(readingsOf(await createDecoder('d0', playing.options).push(readout.raw)))
})

test('a pseudo-terminal gives telegrams at the rate of the meter, and noise at another', async () => {
  const playing = await play('sml')
  expect(playing.where).toMatch(/^\/dev\/pts\/\d+$/)
  const wrong = openPort(playing.where, 115_200)
  const heard = await wrong.line.read(8000)
  expect(heard?.length).toBeGreaterThan(100)
  const decoder = createDecoder('sml', playing.options)
  const refused = [...await decoder.push(heard ?? new Uint8Array(0)), ...await decoder.end()]
  expect(refused.map(({ kind }) => kind)).not.toContain('telegram')
  wrong.close()
  await wait(200)
  const right = openPort(playing.where, 9600)
  expectSimulated(readingsOf(await telegrams(right.line, playing, 'sml', 2)))
})

test.each(['--tcp', '--pty'])('mbus is polled by a master, by %s', async (way) => {
  const playing = await play('mbus', ...(way === '--tcp' ? [way, '0'] : [way]))
  const line = way === '--tcp' ? await overTcp(playing.where) : openPort(playing.where, 2400).line
  const master = createMBusMaster(line, {
    now,
    zone: 'Europe/Vienna',
    ticks: () => performance.now(),
  })
  const ids: string[] = []
  const raw: Bytes[] = []
  for (const address of [1, 2, 3]) {
    // As a master does: an answer that was late on a loaded machine is asked for again.
    let answer = await master.read(address)
    for (let more = 0; answer.kind !== 'telegram' && more < 2; more++) {
      answer = await master.read(address)
    }
    if (answer.kind !== 'telegram') throw new Error(answer.kind)
    expectSimulated(answer.telegram.readings)
    ids.push(answer.telegram.readings[0].meter)
    raw.push(answer.telegram.raw)
  }
  expect(playing.meters).toEqual(ids)
  await expectDecoded(playing, 'mbus', concat(...raw))
})

test.each([
  ['modbus-rtu', '--pty'],
  ['modbus-rtu', '--tcp'],
  ['modbus-tcp', '--tcp'],
])('every unit of %s is known and read, by %s', async (name, way) => {
  const playing = await play(name, ...(way === '--tcp' ? [way, '0'] : [way]))
  const line = way === '--tcp' ? await overTcp(playing.where) : openPort(playing.where, 9600).line
  const framing = name === 'modbus-tcp' ? createTcpFraming() : createRtuFraming()
  const check = name === 'modbus-tcp' ? 'none' : 'crc'
  const heard: Bytes[] = []
  const polled: Bytes[] = []
  const both = {
    async write(bytes: Bytes) {
      heard.push(bytes)
      await line.write(bytes)
    },
    async read(milliseconds: number) {
      const bytes = await line.read(milliseconds)
      if (bytes !== null) heard.push(Uint8Array.from(bytes))
      return bytes
    },
  }
  const poller = createPoller({ line: both, framing, clock: () => performance.now() })
  for (const [i, meter] of playing.meters.entries()) {
    const unit = i + 1
    const known = await recognizeModbus(poller, unit)
    if (known.kind !== 'found') throw new Error(`Unit ${unit}: ${known.kind}`)
    const reader = createModbusReader({ poller, check, unit, family: known.family, now })
    heard.length = 0
    const [reading] = readingsOf([await reader.poll()])
    polled.push(...heard)
    expectSimulated([reading])
    // The serial number: a UMG 604 and its PRO have the same registers.
    expect(reading?.meter.split('-').at(-1)).toBe(meter.split('-').at(-1))
  }
  // A recording of the line has both sides. Where a meter was looked for, it also has what those that
  // are none of it answered.
  await expectDecoded(playing, name, concat(...polled))
}, 60_000)

test('every name is played by one of these tests', () => {
  const asked = ['d0-a', 'd0-b', 'd0-c', 'd0-e', 'mbus', 'modbus-rtu', 'modbus-tcp']
  expect(speaking('answers')).toEqual(asked)
  expect(speaking('calls')).toEqual(['amis'])
})

async function run(...args: string[]) {
  const running = startNode('edge/meter.ts', args)
  closing.push(() => running.close())
  const { code } = await running.ended
  return { code, said: running.output() }
}

test('two names, and two seeds of one name, are meters of their own', async () => {
  const meters: string[] = []
  for (const args of [['p1-5.0.2'], ['p1-ch'], ['p1-ch', '--seed', '77'], ['mbus'], ['d0-c']]) {
    const [name = '', ...seed] = args
    const { meters: told } = await play(name, '--tcp', '0', ...seed)
    meters.push(...told)
  }
  expect(meters).toHaveLength(7)
  expect(new Set(meters).size).toBe(7)
  expect(meters).toContain('SIMULATED-0077')
})

test('the list has every name, with its line and whether it pushes', async () => {
  const { code, said } = await run('--list')
  expect(code).toBe(0)
  const [, ...rows] = said.split('\n')
  expect(rows.map((row) => row.split(' ')[0])).toEqual(names)
  expect(said).toMatch(/^am550 +9600 8N1 +pushes every 5 s +D0 interface of Wiener Netze/m)
  expect(said).toMatch(/^d0-c +300 7E1 +answers +optical interface/m)
  expect(said).toMatch(/^mbus +2400 8E1 +answers/m)
  expect(said).toMatch(/^amis +9600 8E1 +calls +AMIS of Netz OÖ/m)
})

test.each([
  [[], /^Usage: npm run meter -- NAME/],
  [['sml', 'mbus'], /^Usage: npm run meter -- NAME/],
  [['--speed', 'sml'], /^Usage: npm run meter -- NAME/],
  [['toaster'], /^There is no simulated meter "toaster": choose from p1-2\.2, .*modbus-tcp$/],
  [['sml', '--tcp', 'seven'], /^"seven" is no port: give --tcp a number from 1 to 65535/],
  [['sml', '--tcp', '70000'], /^"70000" is no port/],
  [['sml', '--seed', '0'], /^"0" is no seed: give --seed a number from 1 to 999$/],
  [['sml', '--tcp', '0', '--pty'], /^Choose one of --tcp and --pty$/],
  [['modbus-tcp'], /^modbus-tcp is spoken to over TCP alone: add --tcp 1502/],
  [['modbus-tcp', '--pty'], /^modbus-tcp is spoken to over TCP alone/],
])('%j says what to do', async (args, sentence) => {
  const { code, said } = await run(...args)
  expect(code).toBe(2)
  expect(said).toMatch(sentence)
})

test('a port that is taken, and a system without Python, are said as such', async () => {
  const playing = await play('sml', '--tcp', String(await freePort()))
  const port = playing.where.split(':')[1] ?? ''
  const taken = await run('sml', '--tcp', port)
  expect(taken.code).toBe(1)
  expect(taken.said).toBe(
    `Port ${port} is taken by another program: choose another, or 0 for any that is free`,
  )
  const running = startProcess(process.execPath, ['--import', 'tsx', 'edge/meter.ts', 'sml'], {
    cwd: ROOT,
    env: { PATH: '/nowhere' },
  })
  closing.push(() => running.close())
  expect((await running.ended).code).toBe(1)
  expect(running.output()).toContain('apt-get install python3), or use --tcp 0')
})

test.each(['SIGINT', 'SIGTERM'] as const)('%s stops it, whoever listens', async (signal) => {
  for (const way of [['--tcp', '0'], ['--pty']]) {
    const playing = await play('p1-5.0.2', ...way)
    const line = way.includes('--pty')
      ? openPort(playing.where, 115_200).line
      : await overTcp(playing.where)
    expect(await line.read(5000)).not.toBeNull()
    expect(await playing.running.kill(signal)).toEqual({ code: 0, signal: null })
    // Its port is gone with it.
    await expect.poll(() => existsSync(playing.where)).toBe(false)
  }
})

test('it listens to this machine alone, and says what to run beside it', async () => {
  const { where, running } = await play('e450-authenticated', '--tcp', '0')
  expect(where).toMatch(/^127\.0\.0\.1:\d+$/)
  const elsewhere = connect(Number(where.split(':')[1]), '127.0.0.2')
  const refused = await new Promise((resolve) =>
    elsewhere.once('error', () => resolve(true)).once('connect', () => resolve(false))
  )
  elsewhere.destroy()
  expect(refused).toBe(true)
  expect(running.output()).toMatch(
    /^ {2}timeout 10 socat -u TCP:\S+ - \| npm run -s decode -- --protocol dlms --key [0-9a-f]{32} --auth-key [0-9a-f]{32} -$/m,
  )
})
