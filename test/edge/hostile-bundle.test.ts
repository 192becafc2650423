/**
 * `npm run -s verify` on files that no household exported: each is refused with a sentence, and in
 * memory that does not grow with what the file is or claims to be.
 *
 * @module
 */
import { mkdtemp, open, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bytes, concat } from '../../shared/bytes.ts'
import { encode, splitArray } from '../../shared/cbor.ts'
import { sha256, signStatement } from '../../shared/identity/statement.ts'
import { memoryOf } from '../hostile/raw.ts'
import { startNode } from '../rig/process.ts'
import { type LongChannel, longChannel, NOON } from '../seal/evidence.ts'

let folder: string
let long: LongChannel
let usual: number
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'kilowit-hostile-bundle-'))
  long = await longChannel()
  usual = (await verify(await file('good', await long.bundle()))).memory
})
afterAll(async () => {
  await rm(folder, { recursive: true })
})

const GIB = 1024 ** 3

async function verify(where: string) {
  const running = startNode('edge/verify.ts', [where])
  let memory = 0
  const watch = setInterval(() => {
    try {
      memory = Math.max(memory, memoryOf(running.pid).highest || 0)
    } catch {
      // It has ended.
    }
  }, 5)
  const { code } = await running.ended
  clearInterval(watch)
  expect(memory, 'it was looked at').toBeGreaterThan(0)
  return { code, memory, said: running.output() }
}

/** @param size of the file, which beyond the bytes is a hole */
async function file(name: string, bytes: Uint8Array, size = bytes.length): Promise<string> {
  const where = path.join(folder, name)
  await writeFile(where, bytes)
  const handle = await open(where, 'r+')
  await handle.truncate(size)
  await handle.close()
  return where
}

/** The statement of a bundle, and then a byte string that claims to be so long. */
async function claiming(length: number): Promise<Bytes> {
  const [statement = new Uint8Array()] = splitArray(await long.bundle(), 2)
  const head = new Uint8Array(9)
  head[0] = 0x5b
  new DataView(head.buffer).setBigUint64(1, BigInt(length))
  return concat(new Uint8Array([0x82]), statement, head)
}

/** A bundle that the owner signed, whatever is in it. */
async function signed(contents: Bytes): Promise<Bytes> {
  const payload = encode({
    v: 1,
    channel: long.channel.id,
    contents: await sha256(contents),
    made: NOON,
  })
  const { bytes } = await signStatement('kilowit/bundle', payload, long.household.owner.signer)
  return concat(new Uint8Array([0x82]), bytes, encode(contents))
}

const NO_BUNDLE = 'is no bundle, or not all of one'

test.for<[string, () => Promise<string>, string]>([
  ['a GiB of nothing', () => file('nothing', new Uint8Array(), GIB), NO_BUNDLE],
  ['a GiB after a good beginning', async () => file('more', await long.bundle(), GIB), NO_BUNDLE],
  ['a file without an end', () => Promise.resolve('/dev/zero'), NO_BUNDLE],
  ['a claim of a GiB', async () => file('claim', await claiming(GIB)), NO_BUNDLE],
  ['a claim beyond all numbers', async () => file('beyond', await claiming(2 ** 62)), NO_BUNDLE],
  ['over 2 GiB that keep their claim', async () => {
    const beginning = await claiming(2 * GIB)
    return file('huge', beginning, beginning.length + 2 * GIB)
  }, 'it is over 2 GiB. Export a shorter stretch of the channel'],
])('%s is refused before it is read', async ([, where, sentence]) => {
  const { code, memory, said } = await verify(await where())
  expect(said).toContain(sentence)
  expect(said.split('\n').length).toBeLessThan(3)
  expect(code).toBe(2)
  expect(memory - usual).toBeLessThan(100)
})

const DOES_NOT_HOLD = /^Does not hold: before the first block: .{1,200}$/

test.for<[string, () => Promise<Bytes>, number]>([
  ['deep contents', () => signed(new Uint8Array(10_000_000).fill(0x81)), 150],
  [
    'contents with a count of billions',
    () => signed(new Uint8Array([0x9a, 255, 255, 255, 255])),
    50,
  ],
  ['contents of ten million items', () => signed(items(10_000_000)), 150],
  ['as many items as are allowed', () => signed(items(1_900_000)), 600],
])('%s do not hold, and say so', async ([name, bundle, most]) => {
  const { code, memory, said } = await verify(await file(name, await bundle()))
  expect(said).toMatch(DOES_NOT_HOLD)
  expect(code).toBe(1)
  expect(memory - usual).toBeLessThan(most)
})

/** A list of empty byte strings: of all items those that take the most memory for their size. */
function items(count: number): Bytes {
  const bytes = new Uint8Array(5 + count).fill(0x40)
  bytes[0] = 0x9a
  new DataView(bytes.buffer).setUint32(1, count)
  return bytes
}
