/**
 * `npm start -- --with-insights`: beside the platform runs Insights, the example of a provider, as a
 * process of its own that knows nothing but the platform's address, and ends with it.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import * as path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'

const FOLDER = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/** It asks again until the platform answers, so neither has to wait for the other. */
export function startInsights(): void {
  const { env, execPath, execArgv } = process
  const child = spawn(execPath, [...execArgv, path.join(FOLDER, 'insights/main.ts')], {
    cwd: FOLDER,
    env: {
      ...env,
      KILOWIT_URL: env['KILOWIT_URL'] || env['PUBLIC_URL'] ||
        `http://localhost:${env['PORT'] || 8787}`,
      INSIGHTS_DIR: env['INSIGHTS_DIR'] || path.join(env['DATA_DIR'] || './data', 'insights'),
    },
    // Standard output is the platform's own where a program reads it.
    stdio: ['inherit', process.stdout.isTTY ? 'inherit' : process.stderr, 'inherit'],
  })
  process.once('exit', () => void child.kill('SIGTERM'))
}
