/**
 * A bundle read from a file that may be anything: noise, another file, or one without an end. What
 * stands at its beginning says how long it is, and only when that is what a bundle would say is the
 * rest read, as much as was said and no more.
 *
 * @module
 */
import { type FileHandle, open } from 'node:fs/promises'
import type { Bytes } from '../shared/bytes.ts'
import { CborError, scanItem } from '../shared/cbor.ts'
import { parseStatement, StatementError } from '../shared/identity/statement.ts'

/** More than one array of bytes can be checked in one piece. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError'
}

/** The statement, at most 64 KiB, and what tells the length of the contents. */
const BEGINNING = 66 * 1024
const MOST = 2 * 1024 ** 3 - 1

/**
 * The file, or null when it is no bundle, or not exactly one.
 *
 * @throws {TooLargeError} and what the disk says
 */
export async function readBundleFile(path: string): Promise<Bytes | null> {
  const file = await open(path)
  try {
    const beginning = new Uint8Array(BEGINNING)
    const got = await fill(file, beginning, 0)
    const length = lengthOf(beginning.subarray(0, got))
    const stat = await file.stat()
    if (length === null || length < got || (stat.isFile() && stat.size !== length)) return null
    if (length > MOST) throw new TooLargeError()
    const bundle = new Uint8Array(length)
    bundle.set(beginning.subarray(0, got))
    const whole = await fill(file, bundle, got) === length
    return whole && await fill(file, new Uint8Array(1), 0) === 0 ? bundle : null
  } finally {
    await file.close()
  }
}

/** Reads on until `bytes` is full or the file ends; answers how far it is full. */
async function fill(file: FileHandle, bytes: Bytes, from: number): Promise<number> {
  let at = from
  while (at < bytes.length) {
    const { bytesRead } = await file.read(bytes, at, bytes.length - at, null)
    if (bytesRead === 0) break
    at += bytesRead
  }
  return at
}

/** How long a file is that begins so, if it is a bundle: an array of a statement and a byte string. */
function lengthOf(bytes: Bytes): number | null {
  if (bytes[0] !== 0x82) return null
  try {
    const at = scanItem(bytes, 1)
    parseStatement(bytes.subarray(1, at), 'kilowit/bundle')
    const [major, low] = [(bytes[at] ?? 0) >> 5, (bytes[at] ?? 0) & 31]
    if (major !== 2 || low > 27) return null
    if (low < 24) return at + 1 + low
    const end = at + 1 + (1 << (low - 24))
    return end + bytes.subarray(at + 1, end).reduce((length, byte) => length * 256 + byte, 0)
  } catch (error) {
    if (error instanceof StatementError || error instanceof CborError) return null
    throw error
  }
}
