/**
 * The rig's two small C programs, compiled into `test/output/` when their sources are newer.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, renameSync, statSync } from 'node:fs'
import * as path from 'node:path'

const SOURCES = import.meta.dirname
const OUTPUT = path.join(SOURCES, '../output')
const PROGRAMS = {
  'pty.c': { output: 'pty', flags: [] },
  'udev-shim.c': { output: 'udev-shim.so', flags: ['-shared', '-fPIC'] },
}

/** Where everything that the tests make goes; git ignores it. */
export { OUTPUT }

/** The path of a compiled program. */
export function compiled(source: keyof typeof PROGRAMS): string {
  return path.join(OUTPUT, PROGRAMS[source].output)
}

/** Compiles what is missing or older than its source. */
export function compileRig(): void {
  mkdirSync(OUTPUT, { recursive: true })
  for (const [name, { output, flags }] of Object.entries(PROGRAMS)) {
    const source = path.join(SOURCES, name)
    const target = path.join(OUTPUT, output)
    const made = statSync(target, { throwIfNoEntry: false })?.mtimeMs ?? 0
    if (made > statSync(source).mtimeMs) continue
    const fresh = `${target}.${process.pid}`
    execFileSync('gcc', ['-O2', '-Wall', '-Wextra', '-Werror', ...flags, '-o', fresh, source])
    renameSync(fresh, target)
  }
}
