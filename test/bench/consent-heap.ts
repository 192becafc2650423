/**
 * What a thousand grants take of the heap, and what it is after many blocks sealed under them, each
 * of which asks for whom its epoch is wrapped: in a process that can collect its garbage.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ROOT } from '../rig/process.ts'
import { createWorld } from './consent-world.ts'
import { inUse } from './heap.ts'

export interface ConsentHeap {
  /** Bytes in use with one grant. */
  readonly without: number
  /** With all of them, after each of these numbers of blocks. */
  readonly looks: readonly (readonly [blocks: number, bytes: number])[]
}

const LOOKS = [100, 1100, 2100, 4100]

export async function consentHeap(grants: number): Promise<ConsentHeap> {
  const flags = ['--expose-gc', '--import', 'tsx', fileURLToPath(import.meta.url)]
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, String(grants)], {
    cwd: ROOT,
  })
  return JSON.parse(stdout) // of this file, see below
}

async function measure(grants: number): Promise<ConsentHeap> {
  // One of each first: code is made, caches fill.
  const small = await createWorld(1)
  await small.seal(100)
  const without = await inUse()
  const world = await createWorld(grants)
  const looks: [number, number][] = []
  let sealed = 0
  for (const blocks of LOOKS) {
    await world.seal(blocks - sealed)
    sealed = blocks
    looks.push([blocks, await inUse()])
  }
  await small.seal(1) // so that it was there all the time
  return { without, looks }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(JSON.stringify(await measure(Number(process.argv[2]))))
  process.exit(0)
}
