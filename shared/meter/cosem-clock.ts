/**
 * The clock of COSEM (IEC 62056-6-2, "date-time"), 12 bytes: year, month, day, day of week, hour,
 * minute, second, hundredths, deviation, status.
 *
 * The deviation counts from the meter's local time to UTC, in minutes, daylight saving included:
 * `FF88` is -120, so Vienna in summer; UTC is local time plus deviation. Software exists that prints
 * it the other way round, and one meter counts it so (dlms-zpa.ts). `8000` leaves it unsaid, as all
 * Landis+Gyr E450 do: the zone given then tells.
 *
 * The standard gives the range as -720 to 840, which are the offsets of zones from UTC; counted to
 * UTC, as the same standard says and meters do, these are 720 to -840: Kiribati is -840, and summer
 * in New Zealand -780. No meter can mean what lies beyond.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { invalidTime, localSeconds, type Observed, observedLocal } from './local-time.ts'

const unsaidDeviation = -0x8000
/** Fourteen hours before UTC, twelve behind. */
const minDeviation = -14 * 60
const maxDeviation = 12 * 60
const unsaidStatus = 0xff
const invalidValue = 0x01
const invalidStatus = 0x08
const daylightSaving = 0x80

/**
 * @param clock 12 bytes
 * @param zone for a deviation that is unsaid
 * @param now the reader's clock
 */
export function readCosemClock(clock: Bytes, zone: string, now: number): Observed {
  const view = new DataView(clock.buffer, clock.byteOffset, clock.length)
  if (clock.length !== 12) return invalidTime(now)
  const part = (at: number): number => view.getUint8(at)
  const status = part(11)
  const said = status !== unsaidStatus && (status & invalidStatus) === 0
  if (status !== unsaidStatus && (status & invalidValue) !== 0) return invalidTime(now)
  // Parts that a meter leaves out are FF, which no calendar has.
  const local = localSeconds(view.getUint16(0), part(2), part(3), part(5), part(6), part(7))
  if (local === null) return invalidTime(now)
  const deviation = view.getInt16(9)
  if (deviation === unsaidDeviation) {
    return observedLocal(zone, local, now, said && (status & daylightSaving) !== 0)
  }
  if (deviation < minDeviation || deviation > maxDeviation) return invalidTime(now)
  return { at: local + 60 * deviation, clock: 'meter' }
}
