/**
 * What a DLMS meter sends by itself (IEC 62056-5-3): data notifications (`0F`, a number, the meter's
 * time or none, data) and event notifications (`C2`, a time or none, which attribute of which
 * object, its value).
 *
 * @module
 */

import type { Bytes } from '../bytes.ts'
import { type Data, readData } from './axdr.ts'
import { readBody } from './dlms-body.ts'

export interface Attribute {
  readonly class: number
  /** 6 bytes: the OBIS code. */
  readonly object: Bytes
  readonly attribute: number
}

export interface Notification {
  /** 12 bytes; null where the meter sends none. */
  readonly time: Bytes | null
  readonly body: Data
  /** What the body is the value of; null where the data says it itself, or its form. */
  readonly of: Attribute | null
}

const dataNotification = 0x0f
const eventNotification = 0xc2
const octetString = 0x09

/** A time with its length before it, or 0 for none; null for anything else. */
function readTime(bytes: Bytes, at: number): { time: Bytes | null; end: number } | null {
  const length = bytes[at]
  const end = at + 1 + (length ?? 0)
  if ((length !== 0 && length !== 12) || end > bytes.length) return null
  return { time: length === 0 ? null : bytes.slice(at + 1, end), end }
}

function readEvent(
  bytes: Bytes,
  from: number,
): { notification: Notification; end: number } | null {
  // It may be left out altogether, which the byte before it says.
  const isTimed = bytes[from + 1]
  if (isTimed !== 0 && isTimed !== 1) return null
  const time = isTimed === 1 ? readTime(bytes, from + 2) : { time: null, end: from + 2 }
  if (time === null || time.end + 9 > bytes.length) return null
  const view = new DataView(bytes.buffer, bytes.byteOffset + time.end, 9)
  const of = {
    class: view.getUint16(0),
    object: bytes.slice(time.end + 2, time.end + 8),
    attribute: view.getInt8(8),
  }
  const body = readData(bytes, time.end + 9)
  return body === null
    ? null
    : { notification: { time: time.time, body: body.data, of }, end: body.end }
}

/** One whole notification at a place and where it ends; null where there is none. */
export function readNotificationAt(
  bytes: Bytes,
  from: number,
): { readonly notification: Notification; readonly end: number } | null {
  if (bytes[from] === eventNotification) return readEvent(bytes, from)
  if (bytes[from] !== dataNotification) return null
  // Kaifa's meters in Norway put the tag of octets before the time.
  const time = readTime(bytes, bytes[from + 5] === octetString ? from + 6 : from + 5)
  const body = time === null ? null : readBody(bytes, time.end)
  if (time === null || body === null) return null
  return { notification: { time: time.time, body: body.data, of: null }, end: body.end }
}

/** Null unless the bytes are one notification from the first to the last. */
export function readNotification(apdu: Bytes): Notification | null {
  const found = readNotificationAt(apdu, 0)
  return found === null || found.end !== apdu.length ? null : found.notification
}
