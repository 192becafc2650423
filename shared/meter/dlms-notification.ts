/**
 * Data notifications of DLMS (IEC 62056-5-3): `0F`, a number, the meter's time or none, and data.
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { type Data, readData } from './axdr.ts'

export interface Notification {
  /** 12 bytes; null where the meter sends none. */
  readonly time: Bytes | null
  readonly body: Data
}

/** Null unless the bytes are one notification from the first to the last. */
export function readNotification(apdu: Bytes): Notification | null {
  if (apdu[0] !== 0x0f) return null
  // Kaifa's meters in Norway put the tag of octets before the time.
  const tagged = apdu[5] === 0x09 ? 6 : 5
  const length = apdu[tagged]
  if (length !== 0 && length !== 12) return null
  const start = tagged + 1 + length
  const body = readData(apdu, start)
  if (body === null || body.end !== apdu.length) return null
  return { time: length === 0 ? null : apdu.slice(tagged + 1, start), body: body.data }
}
