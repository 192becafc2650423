/**
 * Data units of DLMS from a file: as they come from a line (apdu.ts), or one after the other without
 * any frame, as software prints what it has unpacked already, with the LLC header `E6E700` or
 * without. Nothing checks these.
 *
 * They are read only from the very beginning and for as long as nothing else comes, so that what is
 * inside a frame whose check fails is never taken for one.
 *
 * @module
 */

import { type Bytes, concat } from '../bytes.ts'
import { type Apdu, type ApduReader, createApduReader } from './apdu.ts'
import { readLength } from './ber.ts'
import { isCiphered } from './ciphering.ts'
import { readNotificationAt } from './dlms-notification.ts'
import type { Refused } from './telegram.ts'

/** No push of a meter is longer. */
const maxUnit = 16 * 1024
/** Looked at in pieces of this size, so that each byte is looked at a few times. */
const maxKept = 4 * maxUnit

const nowhere = new Uint8Array(0)

/** Where a data unit begins, its LLC header aside, and where it ends; null if it is not whole. */
function unitAt(bytes: Bytes, at: number): { readonly from: number; readonly end: number } | null {
  const hasLlc = bytes[at] === 0xe6 && bytes[at + 1] === 0xe7 && bytes[at + 2] === 0x00
  const from = hasLlc ? at + 3 : at
  if (isCiphered(bytes.subarray(from)) && bytes[from + 1] === 8) {
    const rest = readLength(bytes, from + 10)
    const end = rest === null ? Infinity : rest.start + rest.length
    return end <= bytes.length ? { from, end } : null
  }
  const found = readNotificationAt(bytes, from)
  return found === null ? null : { from, end: found.end }
}

/** A check and the end of a frame, whose beginning is not there. */
function isRestOfFrame(bytes: Bytes, end: number): boolean {
  const isHdlc = bytes[end + 2] === 0x7e && unitAt(bytes, end) === null
  const isFollowed = end + 2 === bytes.length || bytes[end + 2] === 0x68
  const isWrapper = bytes[end + 1] === 0x16 && isFollowed && unitAt(bytes, end) === null
  return isHdlc || isWrapper
}

export function createUnframedReader(): ApduReader {
  const line = createApduReader()
  let kept: Bytes[] = []
  let size = 0
  /** Where in the file what is kept, or what the line hears, begins. */
  let base = 0
  let isLine = false

  type Out = (found: Apdu | Refused) => void

  const moved = (out: Out): Out => (found) => out({ ...found, offset: found.offset + base })

  /** @param last nothing follows */
  function look(last: boolean, out: Out): void {
    const bytes = concat(...kept)
    let at = 0
    while (at < bytes.length) {
      const found = unitAt(bytes, at)
      if (found === null || isRestOfFrame(bytes, found.end)) break
      const raw = bytes.slice(at, found.end)
      out({
        kind: 'apdu',
        bytes: raw.slice(found.from - at),
        check: 'none',
        addresses: nowhere,
        raw,
        offset: base + at,
        length: raw.length,
      })
      at = found.end
    }
    const rest = bytes.slice(at)
    base += at
    kept = [rest]
    size = rest.length
    if (!last && size <= maxUnit) return
    kept = []
    size = 0
    isLine = true
    line.push(rest, moved(out))
  }

  return {
    push(chunk, out) {
      if (isLine) return line.push(chunk, moved(out))
      kept.push(chunk.slice())
      size += chunk.length
      if (size >= maxKept) look(false, out)
    },
    end(out) {
      if (!isLine) look(true, out)
      line.end(moved(out))
      kept = []
      size = base = 0
      isLine = false
    },
  }
}
