/**
 * The file of a backup: a line that names the format, then frames, each a length of four bytes (big
 * endian) and so many bytes. The first frame says what is in it (JSON); then, for every table, its
 * rows as Postgres' binary COPY in any number of frames, an empty frame, and a frame that counts
 * them (JSON); at last an empty frame and the SHA-256 of all bytes before it. It is read and written
 * as a stream: a file of any size takes the same memory.
 *
 * The hash finds what a disk or a copy has spoilt. It does not say who made the file: that is for
 * the signatures on everything that is in it.
 *
 * @module
 */
import { Buffer } from 'node:buffer'
import { createHash, type Hash } from 'node:crypto'
import * as v from 'valibot'

/** A file that is not a whole backup; the message says what is wrong with it. */
export class BackupError extends Error {
  override readonly name = 'BackupError'
}

const MAGIC = 'kilowit-backup 1\n'
/** Frames of rows are written no larger, and none is read that is. */
const MAX_FRAME = 1024 * 1024

const name = v.pipe(v.string(), v.regex(/^[a-z_][a-z0-9_]{0,62}$/))

const ContentsSchema = v.strictObject({
  /** When the newest migration was made that the tables are at. */
  migration: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  /** Of Kilowit. */
  version: v.string(),
  /** Seconds since 1970. */
  made: v.pipe(v.number(), v.safeInteger()),
  /** The operator's fingerprint; null where its key was not at hand. */
  operator: v.nullable(v.string()),
  tables: v.pipe(
    v.array(v.strictObject({
      name,
      columns: v.pipe(v.array(name), v.minLength(1), v.maxLength(1000)),
      rows: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
    })),
    v.maxLength(1000),
  ),
})

/** What is in a backup. */
export type Contents = v.InferOutput<typeof ContentsSchema>

export type Sink = (bytes: Uint8Array) => Promise<void>

export interface BackupWriter {
  rows(chunk: Uint8Array): Promise<void>
  endOfTable(): Promise<void>
  end(): Promise<void>
}

export async function writeBackup(sink: Sink, contents: Contents): Promise<BackupWriter> {
  const hash = createHash('sha256')
  async function write(bytes: Uint8Array): Promise<void> {
    hash.update(bytes)
    await sink(bytes)
  }
  async function frame(bytes: Uint8Array): Promise<void> {
    await write(lengthOf(bytes.length))
    if (bytes.length > 0) await write(bytes)
  }
  await write(text(MAGIC))
  await frame(text(JSON.stringify(contents)))
  return {
    async rows(chunk) {
      for (let at = 0; at < chunk.length; at += MAX_FRAME) {
        await frame(chunk.subarray(at, at + MAX_FRAME))
      }
    },
    endOfTable: () => frame(new Uint8Array(0)),
    end: () => sink(hash.digest()),
  }
}

export interface BackupReader {
  readonly contents: Contents
  /** The rows of the next table, as COPY takes them. */
  rows(): AsyncGenerator<Uint8Array>
  /** Reads to the end, and compares the hash. @throws {BackupError} */
  end(): Promise<void>
}

/** @throws {BackupError} */
export async function readBackup(source: AsyncIterable<Uint8Array>): Promise<BackupReader> {
  const hash = createHash('sha256')
  const read = reader(source, hash)
  async function frame(): Promise<Uint8Array> {
    const length = numberOf(await read(4))
    if (length > MAX_FRAME) throw damaged()
    return await read(length)
  }
  if (Buffer.from(await read(MAGIC.length)).toString('latin1') !== MAGIC) {
    throw new BackupError(
      'The file is no backup of Kilowit, or of a version that is not known here',
    )
  }
  const contents = v.safeParse(ContentsSchema, jsonOf(await frame()))
  if (!contents.success) throw damaged()
  return {
    contents: contents.output,
    async *rows() {
      for (let part = await frame(); part.length > 0; part = await frame()) yield part
    },
    async end() {
      const found = hash.digest()
      const told = await read(found.length, false)
      if (!found.equals(told) || (await read(1, false, true)).length > 0) throw damaged()
    },
  }
}

/** Gives exactly as many bytes as are asked for, each of them once. */
function reader(source: AsyncIterable<Uint8Array>, hash: Hash) {
  const parts = source[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array(0)
  return async (length: number, counts = true, mayEnd = false): Promise<Uint8Array> => {
    const pieces = [rest]
    let have = rest.length
    while (have < length) {
      const { done, value } = await parts.next()
      if (done === true) {
        if (mayEnd) break
        throw new BackupError('The file ends too early: copy it again from where it is whole')
      }
      pieces.push(value)
      have += value.length
    }
    const all = pieces.length === 1 ? rest : Buffer.concat(pieces)
    const taken = all.subarray(0, length)
    rest = all.subarray(length)
    if (counts) hash.update(taken)
    return taken
  }
}

export function damaged(): BackupError {
  return new BackupError('The file is damaged: copy it again, or take an older backup')
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}

function text(of: string): Uint8Array {
  return Buffer.from(of, 'utf8')
}

function lengthOf(length: number): Uint8Array {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(length)
  return bytes
}

function numberOf(bytes: Uint8Array): number {
  return Buffer.from(bytes).readUInt32BE()
}
