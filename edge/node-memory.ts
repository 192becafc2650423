/**
 * Memory that the start of a process leaves behind on Node.
 *
 * @module
 */
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import * as v from 'valibot'

const Collect = v.custom<(options: object) => unknown>((x) => typeof x === 'function')

/**
 * Gives back what loading left: Node 24 makes some 150 MB of garbage of modules that import each
 * other in circles, and an idle process would keep them, as nothing presses it to collect.
 */
export async function giveBack(): Promise<void> {
  setFlagsFromString('--expose-gc')
  const collect = v.safeParse(Collect, runInNewContext('globalThis.gc'))
  setFlagsFromString('--no-expose-gc')
  if (!collect.success) return
  await collect.output({ execution: 'async', type: 'major', flavor: 'last-resort' })
}
