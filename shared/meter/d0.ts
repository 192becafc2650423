/**
 * Readouts of the optical interface (IEC 62056-21, modes A to E) as readings. A block is read only
 * if its check holds; what a meter pushes in mode D has none by the standard, and says so. Anything
 * else without one needs the owner's waiver.
 *
 * @module
 */
import { type Identification, readIdentification } from './d0-identification.ts'
import { createD0Framer, type Readout } from './d0-frame.ts'
import { createObserve, type DataLines, readDataLines } from './d0-objects.ts'
import { learnShape, type ReadAlike } from './d0-shape.ts'
import { clockTolerance } from './local-time.ts'
import type { Assurance, Reading, Warning } from './reading.ts'
import type { DecoderOptions, Outcome, RefusalReason, Refused, Telegram } from './telegram.ts'
import { hasNoCheck, isPush } from './unchecked.ts'

export interface D0Decoder {
  push(chunk: Uint8Array): Outcome[]
  end(): Outcome[]
}

/** How the name of every simulated meter of this kind goes on after its maker. */
export const simulatedD0Name = 'KILOWIT-SIM'

/** What stands for the baud rate where a meter pushes (section 6.4.5). */
const MODE_D = '3'

const text = new TextDecoder('windows-1252')

export function createD0Decoder(options: DecoderOptions): D0Decoder {
  const { now, zone, waiveLineCheck = false, capture = false, custody = 'software' } = options
  const framer = createD0Framer()
  const observe = createObserve(zone)
  /** A meter gives the same name each time. */
  let named = ''
  let found: Identification | null = null
  /** For readouts that look like the newest one, and what was said of that beside its lines. */
  let alike: ReadAlike | null = null
  let identification = ''
  let doubts: readonly Warning[] = []
  /** Of the newest one that was read in full. */
  let lengthBefore = 0

  /** Reads the lines of a readout, and what else tells of them. */
  function read(readout: Readout): DataLines | RefusalReason {
    const { bits, nameEnd, start, end, check } = readout
    const name = text.decode(bits.subarray(0, nameEnd)).trim()
    if (name !== named) {
      named = name
      found = readIdentification(bits.slice(0, name.length))
    }
    // Without a check, nothing but a name that is one tells a meter from noise.
    if (found === null && (check === 'none' || name !== '')) return 'not-this-protocol'
    const printout = text.decode(bits.subarray(start, end))
    const content = readDataLines(printout, found?.text ?? '')
    if (content === null) return 'not-this-protocol'
    const more: Warning[] = []
    if (check === 'none') {
      const isPushed = found?.rate === MODE_D && isPush(printout)
      const isWaived = waiveLineCheck || (capture && hasNoCheck(printout))
      if (!isPushed && !isWaived) return 'line-check-missing'
      more.push(isPushed ? 'no-line-check' : 'line-check-waived')
    }
    identification = found?.text ?? ''
    if (identification.includes(simulatedD0Name)) more.push('simulated')
    doubts = more
    // What comes once may not come again.
    const { length } = bits
    alike = length === lengthBefore ? learnShape(readout, content.lines, content.places) : null
    lengthBefore = length
    return content.lines
  }

  function decode(readout: Readout): Outcome {
    const { raw, offset, check } = readout
    const lines = alike?.(readout) ?? read(readout)
    if (typeof lines === 'string') {
      return { kind: 'refused', reason: lines, offset, length: raw.length }
    }
    const seen = now()
    const { meter, registers, texts, clock: printed } = lines
    const { at, clock, warning } = observe(printed, seen)
    const warnings = lines.warnings.slice()
    if (warning !== undefined) warnings.push(warning)
    for (const doubt of doubts) warnings.push(doubt)
    if (clock !== 'device' && Math.abs(at - seen) > clockTolerance) warnings.push('clock-differs')
    const assurance: Assurance = { line: check, origin: 'plain', custody }
    const reading: Reading = { meter, at, clock, seen, registers, texts, assurance, warnings }
    const readings: Telegram['readings'] = [reading]
    return {
      kind: 'telegram',
      telegram: { protocol: 'd0', identification, version: null, readings, raw, check },
    }
  }

  function collect(run: (out: (found: Readout | Refused) => void) => void): Outcome[] {
    const outcomes: Outcome[] = []
    run((found) => outcomes.push(found.kind === 'readout' ? decode(found) : found))
    return outcomes
  }

  return {
    push: (chunk) => collect((out) => framer.push(chunk, out)),
    end: () => collect((out) => framer.end(out)),
  }
}
