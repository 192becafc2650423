/**
 * Telegrams of every protocol read into readings, by CPU time: in Node and in Chromium, beside what
 * npm has for them, two C libraries, and the ciphers alone.
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'
import { type Places, startPlaces } from './meter-places.ts'
import {
  createDsmrParser,
  createJsmodbus,
  createSmartmeterObisD0,
  createSmartmeterObisSml,
  type ReadTelegram,
} from './javascript-peers.ts'
import { heapGrowth } from './meter-heap.ts'
import { type Contender, during, sideBySide } from './measure.ts'
import { METER_LINES, type MeterLineName, ready } from './meter-lines.ts'
import { findLibmbus, findLibsml, type Found } from './native-peers.ts'
import type { Bounds, Report } from './report.ts'
import { ratios } from './telegrams.ts'

/** How many times as fast as what npm has, and which part of the rate of the C libraries. */
const JAVASCRIPT = 5
const NATIVE = 1 / 3

interface Beside {
  readonly name: string
  readonly create: () => ReadTelegram
}

interface NativeBeside {
  readonly name: string
  readonly find: () => Found
  readonly how: readonly string[]
  readonly goal: boolean
}

interface Side {
  readonly javascript?: readonly Beside[]
  readonly native?: readonly NativeBeside[]
  /** A cipher that it cannot do without. */
  readonly cipher?: 'AES-CTR' | 'AES-GCM'
  readonly notes: readonly string[]
}

const smartmeterObis = { name: 'smartmeter-obis 4.0.0', create: createSmartmeterObisD0 }
const none = 'npm has nothing that reads it.'

const SIDES: Record<MeterLineName, Side> = {
  p1: {
    javascript: [{ name: 'dsmr-parser 2.1.1', create: createDsmrParser }, smartmeterObis],
    notes: ['smartmeter-obis checks no CRC; both make numbers floats.'],
  },
  p1Sealed: { cipher: 'AES-GCM', notes: ['Neither parser of P1 opens it.'] },
  d0: {
    javascript: [smartmeterObis],
    notes: ['smartmeter-obis does not look at the block check; its numbers are floats.'],
  },
  sml: {
    javascript: [{ name: 'smartmeter-obis 4.0.0 (open-sml)', create: createSmartmeterObisSml }],
    native: [{ name: '', find: findLibsml, how: [], goal: true }],
    notes: [
      'Kilowit takes bytes cut anywhere, finds the file, checks its CRC and those of its messages,',
      'and keeps every entry, numbers exactly. open-sml takes one whole telegram, checks the CRCs of',
      'the messages but not that of the file. libsml takes the inside of one whole file, whose CRC',
      'the program around it checks; it looks at no other. The numbers of both are floats.',
    ],
  },
  dlmsEncrypted: { cipher: 'AES-CTR', notes: [none] },
  dlmsAuthenticated: { cipher: 'AES-GCM', notes: [none] },
  dlmsWrapper: { cipher: 'AES-CTR', notes: [none] },
  dlmsPlain: { notes: [none, 'The parse alone: there is nothing to decrypt.'] },
  dlmsListed: { notes: [none, 'The parse alone: there is nothing to decrypt.'] },
  mbus: {
    native: [
      { name: 'records with their values', find: findLibmbus, how: ['records'], goal: true },
      { name: 'its normalised XML', find: findLibmbus, how: ['xml'], goal: false },
    ],
    notes: ['libmbus takes one whole frame and checks its sum; its numbers are floats.'],
  },
  modbusAnswers: {
    javascript: [{ name: 'jsmodbus 5.0.0', create: createJsmodbus }],
    notes: [
      'Kilowit writes each question, finds its answer among echoes and answers to others, and checks',
      'it. jsmodbus takes bytes that are the answer; the check that its client makes is made.',
    ],
  },
  modbus: {
    notes: [
      'What npm has ends with registers. Beside them: silence waited for (of a line that has no',
      'time), every float as the shortest decimal that stands for it, with code, unit and doubts.',
    ],
  },
}

export async function benchMeters(bounds: Bounds): Promise<(Report | string)[]> {
  const places = await startPlaces()
  try {
    const reports: (Report | string)[] = [await aDay()]
    for (const name of Object.keys(METER_LINES) as MeterLineName[]) { // its own keys
      reports.push(await measure(name, places, bounds))
    }
    return reports
  } finally {
    await places.close()
  }
}

/** As Markdown: what a day of telegrams leaves behind. */
async function aDay(): Promise<string> {
  const grown = await heapGrowth({ warm: 2000, count: 86_400, looks: 1 })
  return [
    '### A day of telegrams through one decoder',
    '',
    'The heap after 86,400 telegrams, each another one, beside what it was after 2,000 before them,',
    'both after the garbage was collected.',
    '',
    '| | grown by |',
    '| --- | --- |',
    ...grown.map(({ title, looks: [before = NaN, after = NaN] }) =>
      `| ${title} | ${((after - before) / 1024).toFixed(0)} KiB |`
    ),
  ].join('\n')
}

interface Compared {
  readonly contender: Contender
  readonly goal: number | undefined
}

async function measure(
  name: MeterLineName,
  { node, chromium }: Places,
  { rounds, milliseconds }: Bounds,
): Promise<Report> {
  const { title, telegrams } = await ready(name)
  const { javascript = [], native = [], cipher, notes } = SIDES[name]
  for (const place of [node, chromium]) await place.open(name)
  const others: Compared[] = javascript.map((beside) => ({
    contender: peerOf(beside, telegrams, milliseconds),
    goal: JAVASCRIPT,
  }))
  const missing: string[] = []
  for (const { name: what, find, how, goal } of native) {
    const found = find()
    if ('missing' in found) missing.push(found.missing)
    else {
      const turn = found.turn(telegrams, milliseconds, ...how)
      const contender = { name: what === '' ? found.name : `${found.name}: ${what}`, turn }
      others.push({ contender, goal: goal ? NATIVE : undefined })
    }
  }
  if (cipher !== undefined) {
    others.push({ contender: await cipherOf(cipher, telegrams, milliseconds), goal: undefined })
  }
  const measured = await sideBySide([
    { name: 'Kilowit in Node', turn: () => node.turn(milliseconds) },
    { name: 'Kilowit in Chromium', turn: () => chromium.turn(milliseconds) },
    ...others.map(({ contender }) => contender),
  ], rounds)
  const size = telegrams.reduce((sum, { length }) => sum + length, 0) / telegrams.length
  return {
    title: `${title}, ${Math.round(size)} bytes`,
    unit: 'telegrams',
    size,
    measured,
    ratios: ratios(measured, [
      ...others.map(({ contender, goal }, i) =>
        [`Kilowit in Node / ${contender.name}`, i + 2, goal] as const
      ),
      ['Kilowit in Node / in Chromium', 1, undefined],
    ]),
    notes: [...notes, ...missing],
  }
}

function peerOf({ name, create }: Beside, telegrams: readonly Bytes[], ms: number): Contender {
  const read = create()
  const buffers = telegrams.map((bytes) => Buffer.from(bytes))
  const all = () => {
    for (const buffer of buffers) read(buffer)
    return buffers.length
  }
  return { name, turn: () => during(ms, all) }
}

/** One call of WebCrypto for each telegram, of which no decoder that opens it has fewer. */
async function cipherOf(
  name: 'AES-CTR' | 'AES-GCM',
  telegrams: readonly Bytes[],
  milliseconds: number,
): Promise<Contender> {
  const key = await crypto.subtle.importKey('raw', new Uint8Array(16), name, false, ['encrypt'])
  const algorithm = name === 'AES-CTR'
    ? { name, counter: new Uint8Array(16), length: 32 }
    : { name, iv: new Uint8Array(12) }
  const all = async () => {
    for (const telegram of telegrams) await crypto.subtle.encrypt(algorithm, key, telegram)
    return telegrams.length
  }
  return { name: `WebCrypto ${name} alone`, turn: () => during(milliseconds, all) }
}
