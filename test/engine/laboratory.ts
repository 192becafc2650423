/**
 * Where the engine is tested: the real platform, and a page of its own on the platform's address in
 * real Chromium, with profiles that can be copied, put back and killed.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { launchBrowser } from '../rig/browser.ts'
import { bundlePage } from '../rig/bundle.ts'
import type { Platform } from '../stories/home.ts'
import type { Told } from './page.ts'

export interface Laboratory {
  readonly page: Page
  close(): Promise<void>
  /** SIGKILL to every process of the browser, in the middle of whatever it does. */
  kill(): Promise<void>
}

const scripts = new Map<string, Promise<string>>()

/** A page's script, bundled once. */
function bundled(entry: string): Promise<string> {
  const known = scripts.get(entry) ?? bundlePage(entry)
  scripts.set(entry, known)
  return known
}

/** @param profile folder of the browser's profile, kept when it closes */
export async function enter(
  platform: Pick<Platform, 'origin'>,
  profile: string,
  tell: (told: Told) => void = () => undefined,
  entry = 'test/engine/page.ts',
): Promise<Laboratory> {
  const code = await bundled(entry)
  const browser = await launchBrowser({ origin: platform.origin, userDataDir: profile })
  const { context } = browser
  await context.exposeFunction('tell', (told: Told) => tell(told))
  await context.route('**/engine-test*', (route) => {
    const isScript = new URL(route.request().url()).pathname.endsWith('.js')
    return route.fulfill(
      isScript ? { contentType: 'text/javascript', body: code } : {
        contentType: 'text/html',
        body: '<!doctype html><title>Engine</title><script src="/engine-test.js"></script>',
      },
    )
  })
  const page = await browser.page()
  await page.goto(`${platform.origin}/engine-test`)
  return {
    page,
    close: () => browser.close(),
    async kill() {
      for (const pid of processesOf(profile)) {
        try {
          process.kill(pid, 'SIGKILL')
        } catch {
          // Its parent took it along.
        }
      }
      await browser.close().catch(() => undefined)
    },
  }
}

/** The browser's processes all name the profile, which only this test uses. */
function processesOf(profile: string): number[] {
  return readdirSync('/proc').map(Number).filter((pid) => {
    try {
      const words = pid > 1 && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
      return words !== false && words.includes(`--user-data-dir=${profile}`)
    } catch {
      return false
    }
  })
}
