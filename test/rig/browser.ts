/**
 * Real Chromium for the tests, with serial lines from the rig plugged into it.
 *
 * The policy that grants a page its serial ports lies in a private mount namespace over
 * `/etc/chromium`, so nothing of the machine changes and all of it vanishes with the browser.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { type BrowserContext, chromium, type Page } from 'playwright-core'
import { compiled } from './compile.ts'
import type { SerialLine } from './serial-line.ts'

export interface BrowserOptions {
  /** The origin that may use all serial ports, such as `http://localhost:8787`. */
  origin: string
  serialLines?: SerialLine[]
  /** A profile to come back to; by default a fresh one that is deleted in the end. */
  userDataDir?: string
  headless?: boolean
  viewport?: { width: number; height: number }
  locale?: string
  /** IANA zone of the computer that it runs on. */
  zone?: string
}

export interface TestBrowser {
  context: BrowserContext
  /** A new page; uncaught errors, and what its policy forbade, are collected in `errors`. */
  page(): Promise<Page>
  errors: string[]
  /** Plugs in a further line. */
  plug(line: SerialLine): Promise<void>
  close(): Promise<void>
}

const CHROMIUM = '/usr/bin/chromium'
const POLICIES = '/etc/chromium'
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
]

/** How Chromium tells what a Content Security Policy or Trusted Types stopped. */
const FORBIDDEN = /Content Security Policy|TrustedScript/

/** Starts Chromium. */
export async function launchBrowser(options: BrowserOptions): Promise<TestBrowser> {
  const folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-browser-'))
  const [lines, policies] = ['lines', 'policies/managed'].map((name) => path.join(folder, name))
  if (lines === undefined || policies === undefined) throw new Error('unreachable')
  await fs.mkdir(lines)
  await fs.mkdir(policies, { recursive: true })
  const policy = { SerialAllowAllPortsForUrls: [options.origin] }
  await fs.writeFile(path.join(policies, 'serial.json'), JSON.stringify(policy))

  const starter = path.join(folder, 'chromium.sh')
  const mount = `mount --bind '${folder}' ${POLICIES} && exec "$@"`
  const script = `#!/bin/sh\nexec ${unshare().join(' ')} sh -c '${
    mount.replaceAll("'", `'\\''`)
  }' chromium ${CHROMIUM} "$@"\n`
  await fs.writeFile(starter, script, { mode: 0o700 })

  const plug = (line: SerialLine) => line.attach(lines)
  for (const line of options.serialLines ?? []) await plug(line)

  const context = await chromium.launchPersistentContext(
    options.userDataDir ?? path.join(folder, 'profile'),
    {
      executablePath: starter,
      headless: options.headless ?? true,
      args: ARGUMENTS,
      viewport: options.viewport ?? { width: 1280, height: 800 },
      locale: options.locale ?? 'en-GB',
      env: {
        ...process.env,
        ...(options.zone === undefined ? {} : { TZ: options.zone }),
        LD_PRELOAD: compiled('udev-shim.c'),
        SERIAL_LINES: lines,
      },
    },
  )
  const errors: string[] = []
  return {
    context,
    errors,
    plug,
    async page() {
      const page = await context.newPage()
      page.on('pageerror', (error) => errors.push(String(error)))
      page.on('console', (message) => {
        const text = message.text()
        if (message.type() === 'error' && FORBIDDEN.test(text)) errors.push(text)
      })
      return page
    },
    async close() {
      await context.close()
      await fs.rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
    },
  }
}

/** How to get a mount namespace here: as root, or as root of a user namespace. */
function unshare(): string[] {
  for (const command of [['unshare', '-m'], ['unshare', '-Urm']]) {
    const [file = '', ...args] = command
    try {
      execFileSync(file, [...args, 'mount', '--bind', POLICIES, POLICIES], { stdio: 'ignore' })
      return command
    } catch {
      // Try the next.
    }
  }
  throw new Error(
    'The browser tests need a private mount namespace for Chromium’s serial policy: run them as root, or allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1)',
  )
}
