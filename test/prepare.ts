/**
 * What the tests need besides npm's packages: Chromium, a C compiler and OpenSSL from the system
 * (with `bench`, also what the benchmarks compare with), the rig compiled, the PWA built. Installs
 * what is missing as root on Debian, and otherwise says what to install.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import * as path from 'node:path'
import process from 'node:process'
import { compileRig } from './rig/compile.ts'

const ROOT = path.join(import.meta.dirname, '..')

/** A file that shows a package to be there, and the Debian packages that bring it. */
const TESTS = {
  '/usr/bin/chromium': ['chromium'],
  '/usr/bin/gcc': ['gcc'],
  '/usr/include/stdio.h': ['libc6-dev'],
  '/usr/bin/openssl': ['openssl'],
}
const BENCHMARKS = {
  '/usr/bin/influxd': ['influxdb'],
  '/usr/bin/wrk': ['wrk'],
}

const wanted = process.argv.includes('bench') ? { ...TESTS, ...BENCHMARKS } : TESTS
const missing = Object.entries(wanted).flatMap(([file, names]) => existsSync(file) ? [] : names)
if (missing.length > 0) install(missing)

compileRig()

if (existsSync(path.join(ROOT, 'pwa/vite.config.ts'))) {
  try {
    execFileSync('npm', ['run', '--silent', 'build', '--', '--logLevel', 'warn'], {
      cwd: ROOT,
      stdio: ['ignore', 'inherit', 'inherit'],
    })
  } catch {
    fail('The PWA does not build: see above')
  }
}

function install(packages: string[]): void {
  const names = packages.join(' ')
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    fail(
      `The tests need ${names}: on Debian run "apt-get install ${names}" as root, then try again`,
    )
  }
  process.stdout.write(`Installing ${names}\n`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  try {
    execFileSync('apt-get', ['-qq', 'update'], { env, stdio: 'pipe' })
    const flags = ['-qq', 'install', '--yes', '--no-install-recommends']
    execFileSync('apt-get', [...flags, ...packages], { env, stdio: 'pipe' })
  } catch (error) {
    // What execFileSync throws carries the command's own words.
    const said = error instanceof Error ? error.message : String(error)
    fail(`Installing ${names} failed: ${said}`)
  }
}

function fail(sentence: string): never {
  process.stderr.write(`${sentence}\n`)
  process.exit(1)
}
