/**
 * A line whose newest bytes are kept, both ways, for the owner to save: a bug report about a meter
 * that is not read needs them. Where several settings were tried and none was found right, those are
 * told that fit best.
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'
import { type LineSettings, lineText } from '../../shared/meter/line.ts'
import type { SerialLine } from './line.ts'
import { createTail, type Tail } from './tail.ts'

export interface Recording {
  readonly settings: LineSettings
  readonly bytes: Bytes
}

export interface RecordedLine extends SerialLine {
  /**
   * Null where nothing came.
   *
   * @param found at which the meter was found; null: those that fit best
   */
  recording(found: LineSettings | null): Recording | null
}

/** Minutes of most meters, and many telegrams of all. */
const MOST = 64 * 1024

interface Stretch {
  readonly settings: LineSettings
  readonly tail: Tail
  heard: number
  faults: number
}

/** At wrong settings nearly every byte is one with a fault; at equally good ones more is better. */
function fits(one: Stretch, other: Stretch): boolean {
  const [faults, others] = [one.faults * other.heard, other.faults * one.heard]
  return faults < others || (faults === others && one.heard > other.heard)
}

export function recordedLine(line: SerialLine): RecordedLine {
  const stretches = new Map<string, Stretch>()
  let now: Stretch | null = null
  return {
    ...line,
    async open(settings) {
      const name = lineText(settings)
      now = stretches.get(name) ?? { settings, tail: createTail(MOST), heard: 0, faults: 0 }
      stretches.set(name, now)
      await line.open(settings)
    },
    listen(heard, fault) {
      return line.listen((bytes) => {
        if (now !== null) now.heard += bytes.length
        now?.tail.add(bytes)
        heard(bytes)
      }, () => {
        if (now !== null) now.faults++
        fault()
      })
    },
    async write(bytes) {
      now?.tail.add(bytes)
      await line.write(bytes)
    },
    recording(found) {
      const known = found === null ? undefined : stretches.get(lineText(found))
      let best = known !== undefined && known.heard > 0 ? known : null
      if (best === null) {
        for (const one of stretches.values()) {
          if (one.heard > 0 && (best === null || fits(one, best))) best = one
        }
      }
      return best === null ? null : { settings: best.settings, bytes: best.tail.bytes() }
    },
  }
}
