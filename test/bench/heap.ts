/**
 * What is in use of the heap, in a process that was started with `--expose-gc`.
 *
 * @module
 */
import process from 'node:process'

/** Bytes, with those outside of the heap. */
export async function inUse(): Promise<number> {
  if (globalThis.gc === undefined) throw new Error('Start this with --expose-gc')
  // What is let go of only by a task to come is collected the second time.
  for (let time = 0; time < 2; time++) {
    globalThis.gc()
    await new Promise((done) => setTimeout(done, 10))
  }
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
