/**
 * SML pushes of German meters (SML 1.03 and 1.04 over their optical interface) from a stream of
 * bytes, as readings. The check of the file and those of its messages are enforced. They find
 * accidents of the line: nothing here says who sent a file.
 *
 * @module
 */

import { clockTolerance, invalidTime, type Observed } from './local-time.ts'
import type { Assurance, Reading, Register, Warning } from './reading.ts'
import { createReadSmlFile } from './sml-file.ts'
import { createSmlFramer, type SmlFrame } from './sml-frame.ts'
import type { SmlList } from './sml-list.ts'
import { badTime, noTime, type SmlTime } from './sml-time.ts'
import { simulatedMaker } from './system-title.ts'
import type { DecoderOptions, Outcome, RefusalReason, Refused } from './telegram.ts'

export interface SmlDecoder {
  /** Takes bytes as they come, cut anywhere, and tells what they completed. */
  push(chunk: Uint8Array): Outcome[]
  /** Tells that no more bytes follow; the decoder is then as new. */
  end(): Outcome[]
}

/** Of a meter that names neither itself nor its maker. */
const unnamed = 'SML'

/** Whether a counter shows no more than whole kilowatt-hours. */
function isWhole({ value, exponent }: Register): boolean {
  return exponent >= 3 || value.endsWith('0'.repeat(3 - exponent))
}

/**
 * Whether a meter tells but the whole kilowatt-hours of its counters and no power: the short list
 * of those that wait for their PIN (FNN, basic meter).
 */
function isShort(registers: readonly Register[]): boolean {
  let counters = 0
  for (const register of registers) {
    if (register.unit === 'Wh') {
      if (isWhole(register)) counters++
      // One that has not counted yet says nothing.
      else if (register.value !== '0') return false
    } else if (register.obis?.includes('.7.') === true) return false
  }
  return counters > 0
}

function observe(time: SmlTime, seen: number): Observed {
  if (time === noTime) return { at: seen, clock: 'device', warning: 'clock-missing' }
  return time === badTime ? invalidTime(seen) : { at: time, clock: 'meter' }
}

export function createSmlDecoder(options: DecoderOptions): SmlDecoder {
  const { now, custody = 'software' } = options
  const framer = createSmlFramer()
  const readFile = createReadSmlFile()
  const assurance: Assurance = { line: 'crc', origin: 'plain', custody }

  function readingOf(list: SmlList, seen: number): Reading {
    const { server, registers, texts } = list
    const { at, clock, warning } = observe(list.time, seen)
    const warnings: Warning[] = warning === undefined ? [] : [warning]
    if (clock === 'meter' && Math.abs(at - seen) > clockTolerance) warnings.push('clock-differs')
    for (const other of list.warnings) warnings.push(other)
    if (isShort(registers)) warnings.push('pin-missing')
    if (server.meter === '') warnings.push('meter-unnamed')
    if (server.maker === simulatedMaker) warnings.push('simulated')
    const meter = server.meter === '' ? unnamed : server.meter
    return { meter, at, clock, seen, registers, texts, assurance, warnings }
  }

  function decode(frame: SmlFrame): Outcome {
    const { raw, offset } = frame
    const refuse = (reason: RefusalReason): Outcome => {
      return { kind: 'refused', reason, offset, length: raw.length }
    }
    const file = readFile(frame)
    if (typeof file === 'string') return refuse(file)
    // A file of other messages, or a list without a number, tells nothing that is kept.
    const lists = file.lists.filter(({ registers }) => registers.length > 0)
    const [first, ...others] = lists
    if (first === undefined) return refuse('unknown-form')
    const seen = now()
    const name = first.server.name
    return {
      kind: 'telegram',
      telegram: {
        protocol: 'sml',
        identification: name === '' ? unnamed : name,
        version: file.version,
        readings: [readingOf(first, seen), ...others.map((list) => readingOf(list, seen))],
        raw,
        check: 'crc',
      },
    }
  }

  function collect(run: (out: (found: SmlFrame | Refused) => void) => void): Outcome[] {
    const outcomes: Outcome[] = []
    run((found) => outcomes.push(found.kind === 'frame' ? decode(found) : found))
    return outcomes
  }

  return {
    push: (chunk) => collect((out) => framer.push(chunk, out)),
    end: () => collect((out) => framer.end(out)),
  }
}
