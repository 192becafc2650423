/**
 * What telegrams leave behind in the heap: many of them, each another one, through one decoder, in a
 * process of its own that can collect its garbage.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { ROOT } from '../rig/process.ts'
import { inUse } from './heap.ts'
import { METER_LINES, type MeterLineName, START } from './meter-lines.ts'

export interface Grown {
  readonly name: string
  readonly title: string
  /** Bytes in use at each look, with those outside of the heap. */
  readonly looks: readonly number[]
}

export interface HowMany {
  /** Before the first look: code is made, caches fill. */
  readonly warm: number
  /** From one look to the next. */
  readonly count: number
  /** After the first. */
  readonly looks: number
}

/** Of every line, one after the other. */
export async function heapGrowth({ warm, count, looks }: HowMany): Promise<Grown[]> {
  const flags = ['--expose-gc', '--import', 'tsx', fileURLToPath(import.meta.url)]
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [...flags, ...[warm, count, looks].map(String)],
    { cwd: ROOT, maxBuffer: 1 << 20 },
  )
  return JSON.parse(stdout) // of this file, see below
}

async function measure(name: MeterLineName, { warm, count, looks }: HowMany): Promise<Grown> {
  let at = START
  const { title, telegram, read } = await METER_LINES[name](() => at)
  const seen: number[] = []
  let number = 0
  for (let look = 0; look <= looks; look++) {
    for (const end = warm + look * count; number < end; number++) {
      at = START + number
      await read(await telegram(number))
    }
    seen.push(await inUse())
  }
  return { name, title, looks: seen }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [warm = 0, count = 0, looks = 0] = process.argv.slice(2).map(Number)
  const grown: Grown[] = []
  for (const name of Object.keys(METER_LINES) as MeterLineName[]) { // its own keys
    grown.push(await measure(name, { warm, count, looks }))
  }
  process.stdout.write(JSON.stringify(grown))
}
