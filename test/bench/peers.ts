/**
 * Programs from npm that are measured beside ours, or that measure. They are no part of the project:
 * their exact versions are installed into a folder that is not kept, when a benchmark needs them.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import * as path from 'node:path'
import { ROOT } from '../rig/process.ts'

/** Where they are kept; git ignores it. */
export const FOLDER = path.join(ROOT, 'test/output/peers')

/** Installs a package unless that version is there; answers what is required from it. */
export function peer(name: string, version: string): { require: NodeJS.Require; folder: string } {
  const folder = path.join(FOLDER, name)
  const description = path.join(folder, 'node_modules', name, 'package.json')
  const there = existsSync(description) &&
    JSON.parse(readFileSync(description, 'utf8')).version === version // npm's own file
  if (!there) {
    mkdirSync(folder, { recursive: true })
    writeFileSync(path.join(folder, 'package.json'), '{ "private": true }\n')
    const flags = ['--save-exact', '--ignore-scripts', '--no-audit', '--no-fund', '--silent']
    execFileSync('npm', ['install', ...flags, `${name}@${version}`], { cwd: folder, stdio: 'pipe' })
  }
  return { require: createRequire(path.join(folder, 'package.json')), folder }
}
