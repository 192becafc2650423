/**
 * Readouts of the optical interface (IEC 62056-21, modes A to E) as readings. A block is read only
 * if its check holds; what a meter pushes in mode D has none by the standard, and says so. Anything
 * else without one needs the owner's waiver.
 *
 * @module
 */
import { type Identification, readIdentification } from './d0-identification.ts'
import { createD0Framer, type Readout } from './d0-frame.ts'
import { readDataLines } from './d0-objects.ts'
import { clockTolerance } from './local-time.ts'
import type { Warning } from './reading.ts'
import type { DecoderOptions, Outcome, RefusalReason, Refused } from './telegram.ts'
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
  /** A meter gives the same name each time. */
  let named = ''
  let found: Identification | null = null

  function decode(readout: Readout): Outcome {
    const { raw, offset, check } = readout
    const refuse = (reason: RefusalReason): Outcome => {
      return { kind: 'refused', reason, offset, length: raw.length }
    }
    const name = text.decode(readout.identification).trim()
    if (name !== named) {
      named = name
      found = readIdentification(new Uint8Array(readout.identification.subarray(0, name.length)))
    }
    // Without a check, nothing but a name that is one tells a meter from noise.
    if (found === null && (check === 'none' || name !== '')) return refuse('not-this-protocol')
    const seen = now()
    const identification = found?.text ?? ''
    const lines = text.decode(readout.lines).slice(0, -1)
    const assurance = { line: check, origin: 'plain', custody } as const
    const reading = readDataLines(lines, identification, zone, seen, assurance)
    if (reading === null) return refuse('not-this-protocol')
    const more: Warning[] = []
    if (check === 'none') {
      const isPushed = found?.rate === MODE_D && isPush(lines)
      const isWaived = waiveLineCheck || (capture && hasNoCheck(lines))
      if (!isPushed && !isWaived) return refuse('line-check-missing')
      more.push(isPushed ? 'no-line-check' : 'line-check-waived')
    }
    if (identification.includes(simulatedD0Name)) more.push('simulated')
    const differs = reading.clock !== 'device' && Math.abs(reading.at - seen) > clockTolerance
    if (differs) more.push('clock-differs')
    return {
      kind: 'telegram',
      telegram: {
        protocol: 'd0',
        identification,
        version: null,
        readings: [{ ...reading, warnings: [...reading.warnings, ...more] }],
        raw,
        check,
      },
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
