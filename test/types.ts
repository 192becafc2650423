/**
 * Checks the types of every room, each with its own configuration and so its own globals, and of
 * the Deno entry with Deno itself.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as path from 'node:path'
import process from 'node:process'
import { denoBinary, ROOT } from './rig/process.ts'

const TSC = path.join(ROOT, 'node_modules/.bin/tsc')
const ROOMS = [
  'shared',
  'server',
  'edge',
  'gateway',
  'insights',
  'pwa',
  'pwa/service-worker',
  'test',
]

const checks = [
  ...ROOMS.flatMap((room) => [`${room}/tsconfig.json`, `${room}.tsconfig.json`])
    .concat('pwa/tsconfig.service-worker.json')
    .filter((file) => existsSync(path.join(ROOT, file)))
    .map((file) => ({ name: file, file: TSC, args: ['--pretty', 'false', '-p', file] })),
  ...['edge/deno.ts']
    .filter((file) => existsSync(path.join(ROOT, file)))
    .map((file) => ({ name: file, file: denoBinary(), args: ['check', '--quiet', file] })),
]

const results = await Promise.all(checks.map(run))
for (const { name, said } of results) {
  if (said !== undefined) process.stdout.write(`${name}\n${said.trim()}\n\n`)
}
const failed = results.filter(({ said }) => said !== undefined).map(({ name }) => name)
process.stdout.write(
  failed.length === 0
    ? `Types hold in ${results.length} places\n`
    : `Types do not hold: ${failed.join(', ')}\n`,
)
process.exitCode = failed.length === 0 ? 0 : 1

/** What the check said if it failed. */
function run(
  { name, file, args }: { name: string; file: string; args: string[] },
): Promise<{ name: string; said?: string }> {
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env: { ...process.env, NO_COLOR: '1' }, maxBuffer: 1 << 24 }
    execFile(file, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ name })
      else resolve({ name, said: stdout + stderr || error.message })
    })
  })
}
