/**
 * Times of SML (SML_Time): seconds since the meter was switched on, which tell no time; seconds
 * since 1970; or these with the deviation of local time, in minutes. Meters of SML 1.03 leave out
 * the choice, or give the three parts of a local time under another one's tag.
 *
 * @module
 */

import { localSeconds } from './local-time.ts'
import { integer, list, type SmlCursor, unsigned } from './sml-tlv.ts'

/** Seconds since 1970, or one of these. */
export type SmlTime = number
/** No time, or an index of seconds. */
export const noTime: SmlTime = -1
/** A time that no clock of a meter shows. */
export const badTime: SmlTime = -2

const timestamp = 2
const from = localSeconds(2000, 1, 1, 0, 0, 0) ?? 0
const to = localSeconds(2099, 12, 31, 23, 59, 59) ?? 0
/** No zone is further from UTC, daylight saving included. */
const maxDeviation = 16 * 60

function known(seconds: number): SmlTime {
  return seconds >= from && seconds <= to ? seconds : badTime
}

/** Takes what follows type and length of a list of three: instant, deviation, daylight saving. */
function readLocal(cursor: SmlCursor): SmlTime {
  const seconds = cursor.number(unsigned, 4)
  const deviation = cursor.number(integer, 2) + cursor.number(integer, 2)
  return Math.abs(deviation) <= maxDeviation ? known(seconds) : badTime
}

/** Takes a time, or that there is none. */
export function readSmlTime(cursor: SmlCursor): SmlTime {
  if (cursor.skipAbsent()) return noTime
  const outer = cursor.next()
  // Holley's DTZ541: an index of seconds without the choice around it.
  if (outer === unsigned) {
    cursor.at += cursor.size
    return noTime
  }
  const parts = cursor.size
  if (outer === list && parts === 3) return readLocal(cursor)
  if (outer !== list || parts !== 2) cursor.fail()
  const tag = cursor.number(unsigned, 4)
  const inner = cursor.next()
  const { size } = cursor
  if (inner === list && size === 3) return readLocal(cursor)
  if (inner !== unsigned || size === 0 || size > 4) cursor.fail()
  const seconds = cursor.content()
  return tag === timestamp ? known(seconds) : noTime
}
