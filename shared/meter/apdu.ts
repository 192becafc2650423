/**
 * Application data units (IEC 62056-5-3) from the frames of either link: segments joined, the LLC
 * header `E6E700` of HDLC taken off, blocks of a general block transfer (`E0`) put together in
 * their order.
 *
 * Segments of HDLC have no numbers, so whatever is heard between two of them ends what was begun;
 * those of the M-Bus have, and one that is missing, doubled or out of order does so too. What is
 * joined is bounded.
 *
 * @module
 */

import { type Bytes, concat, equal } from '../bytes.ts'
import { readLength } from './ber.ts'
import { createLinkFramer, type LinkFrame } from './link.ts'
import type { RefusalReason, Refused } from './telegram.ts'

export interface Apdu {
  readonly kind: 'apdu'
  /** From its tag on. */
  readonly bytes: Bytes
  /** Of the frames it came in; `none` without any. */
  readonly check: 'crc' | 'bcc' | 'none'
  /** Who spoke to whom, as it came. */
  readonly addresses: Bytes
  /** The frames it came in. */
  readonly raw: Bytes
  readonly offset: number
  readonly length: number
}

export interface ApduReader {
  push(chunk: Uint8Array, out: (found: Apdu | Refused) => void): void
  end(out: (found: Apdu | Refused) => void): void
}

/** No push of a meter is longer. */
const maxApdu = 16 * 1024
const maxFrames = 128

const blockTransfer = 0xe0
const lastBlock = 0x80

/** Frames that belong together, and what they carry so far. */
interface Open {
  readonly frames: LinkFrame[]
  readonly parts: Bytes[]
  size: number
}

function opened(): Open {
  return { frames: [], parts: [], size: 0 }
}

function add(open: Open, frames: readonly LinkFrame[], part: Bytes): void {
  open.frames.push(...frames)
  open.parts.push(part)
  open.size += part.length
}

function isFull(open: Open): boolean {
  return open.size > maxApdu || open.frames.length > maxFrames
}

/** From the first byte of the first frame to the last of the last. */
function extentOf(frames: readonly LinkFrame[]): { offset: number; length: number } {
  const offset = frames[0]?.offset ?? 0
  const last = frames.at(-1)
  return { offset, length: last === undefined ? 0 : last.offset + last.raw.length - offset }
}

function refused(frames: readonly LinkFrame[], reason: RefusalReason): Refused {
  return { kind: 'refused', reason, ...extentOf(frames) }
}

function apduOf(frames: readonly LinkFrame[], bytes: Bytes): Apdu {
  const raw = concat(...frames.map((frame) => frame.raw))
  const [first] = frames
  const check = first?.link === 'm-bus' ? 'bcc' : 'crc'
  const addresses = first?.addresses ?? new Uint8Array(0)
  return { kind: 'apdu', bytes, check, addresses, raw, ...extentOf(frames) }
}

function hasLlc(bytes: Bytes): boolean {
  return bytes[0] === 0xe6 && bytes[1] === 0xe7 && bytes[2] === 0x00
}

interface Block {
  readonly last: boolean
  readonly number: number
  readonly data: Bytes
}

/** `E0`, control, number, number acknowledged, data with its length. */
function readBlock(bytes: Bytes): Block | null {
  const data = readLength(bytes, 6)
  if (data === null || data.start + data.length !== bytes.length) return null
  const [, control = 0, high = 0, low = 0] = bytes
  return {
    last: (control & lastBlock) !== 0,
    number: (high << 8) | low,
    data: bytes.slice(data.start),
  }
}

export function createApduReader(): ApduReader {
  const framer = createLinkFramer()
  let segments = opened()
  let blocks = opened()

  type Out = (found: Apdu | Refused) => void

  function drop(out: Out, reason: RefusalReason = 'truncated'): void {
    const frames = [...blocks.frames, ...segments.frames]
    if (frames.length > 0) out(refused(frames, reason))
    segments = opened()
    blocks = opened()
  }

  function isSameLine(open: Open, frame: LinkFrame): boolean {
    const [first] = open.frames
    return first === undefined ||
      (first.link === frame.link && equal(first.addresses, frame.addresses))
  }

  function takeFrame(frame: LinkFrame, out: Out): void {
    const begun = segments.frames.length > 0
    const afresh = frame.link === 'hdlc'
      ? begun && hasLlc(frame.information)
      : frame.number !== (segments.frames.length & 0x0f)
    if (!isSameLine(begun ? segments : blocks, frame) || afresh) drop(out)
    if (segments.frames.length === 0 && (frame.number ?? 0) !== 0) {
      out(refused([frame], 'truncated'))
      return
    }
    const before = segments.frames.at(-1)
    add(segments, [frame], frame.information)
    // Sent again by a meter or by whoever is between: without a number, by its bytes alone.
    if (before?.link === 'hdlc' && equal(before.raw, frame.raw)) return drop(out)
    if (isFull(segments)) return drop(out, 'too-long')
    if (frame.segmented) return
    const { frames, parts } = segments
    segments = opened()
    takeMessage(frames, parts.length === 1 ? frame.information : concat(...parts), out)
  }

  function takeMessage(frames: readonly LinkFrame[], message: Bytes, out: Out): void {
    const isWrapped = frames[0]?.link === 'm-bus'
    // There the link has no header of its own. A block goes on with what was before, also where it
    // has the header, as it has by the standard and Landis+Gyr leave it out.
    const fresh = isWrapped ? message[0] !== blockTransfer : hasLlc(message)
    const bytes = fresh && !isWrapped ? message.subarray(3) : message
    if (bytes[0] !== blockTransfer) {
      drop(out)
      out(fresh ? apduOf(frames, bytes) : refused(frames, 'unknown-form'))
      return
    }
    const block = readBlock(bytes)
    if (block === null) {
      drop(out)
      out(refused(frames, 'unknown-form'))
      return
    }
    if (block.number === 1) drop(out)
    const expected = blocks.parts.length + 1
    add(blocks, frames, block.data)
    // A block that is missing, doubled or out of order makes the rest worthless.
    if (block.number !== expected) return drop(out)
    if (isFull(blocks)) return drop(out, 'too-long')
    if (!block.last) return
    const whole = blocks
    blocks = opened()
    out(apduOf(whole.frames, concat(...whole.parts)))
  }

  function take(found: LinkFrame | Refused, out: Out): void {
    if (found.kind === 'frame') return takeFrame(found, out)
    drop(out)
    out(found)
  }

  return {
    push: (chunk, out) => framer.push(chunk, (found) => take(found, out)),
    end(out) {
      framer.end((found) => take(found, out))
      drop(out)
    },
  }
}
