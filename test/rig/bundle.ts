/**
 * A script of a test's own page, bundled in memory.
 *
 * @module
 */
import * as path from 'node:path'
import { build } from 'vite'
import { ROOT } from './process.ts'

/** @param entry from the root of the project */
export async function bundlePage(entry: string): Promise<string> {
  const built = await build({
    configFile: false,
    root: ROOT,
    logLevel: 'error',
    build: {
      write: false,
      minify: false,
      target: 'es2022',
      rolldownOptions: {
        input: path.join(ROOT, entry),
        output: { format: 'iife', codeSplitting: false },
      },
    },
  })
  const [output] = Array.isArray(built) ? built : [built]
  if (output === undefined || !('output' in output)) throw new TypeError('Nothing was built')
  const [chunk] = output.output
  return chunk.code
}
