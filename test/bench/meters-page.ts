/**
 * The page in which Chromium reads what Node reads: the same telegrams, made there.
 *
 * @module
 */
import { type MeterLineName, type Ready, ready } from './meter-lines.ts'

let current: Ready | undefined

/** Readies a line; the one before is forgotten. */
async function open(name: MeterLineName): Promise<void> {
  current = await ready(name)
}

/** Reads for about so many milliseconds. */
async function turn(milliseconds: number): Promise<{ count: number; elapsed: number }> {
  if (current === undefined) throw new Error('Open a line first')
  const from = performance.now()
  let count = 0
  let elapsed = 0
  while (elapsed < milliseconds) {
    count += await current.readAll()
    elapsed = performance.now() - from
  }
  return { count, elapsed }
}

const meters = { open, turn }

declare global {
  var meters: { readonly open: typeof open; readonly turn: typeof turn }
}

globalThis.meters = meters
