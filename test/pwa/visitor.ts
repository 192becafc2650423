/**
 * A visitor of the built rooms: the app served for the tests of a file, and a browser that comes to
 * it as often as they ask, each time as somebody new. The state is the fixture's.
 *
 * @module
 */
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll } from 'vitest'
import { aSunnyAfternoon, openBrowser } from './browser.ts'
import { buildRooms, type Served, serveRooms } from './built-rooms.ts'
import type { StateName } from './fixture-state.ts'

export interface Visitor {
  /** Comes anew, and who was here before is gone. */
  readonly open: (options?: BrowserContextOptions) => Promise<void>
  /** Goes to a room, in a state of the fixture. */
  readonly visit: (path: string, state: StateName) => Promise<void>
  /** Opens all that is folded. */
  readonly unfold: () => Promise<void>
  /** Where a path of the app is served. */
  readonly address: (path: string) => string
}

/** `opened` is told each new page before it goes anywhere; `usual` is how this visitor comes. */
export function visitor(
  opened: (page: Page) => void,
  usual: BrowserContextOptions = {},
): Visitor {
  let browser: Browser | undefined
  let served: Served | undefined
  let page: Page | undefined
  let asked = 0

  const leave = async (): Promise<void> => {
    await page?.context().close()
    page = undefined
  }
  /** Until nothing more was asked for while a few frames were drawn. */
  const still = async (): Promise<void> => {
    for (let before = -1; before !== asked;) {
      before = asked
      await page?.waitForLoadState('load')
      await page?.evaluate(async () => {
        for (let i = 0; i < 8; i++) await new Promise((drawn) => requestAnimationFrame(drawn))
      })
    }
  }
  const address = (path: string): string => new URL(path, served?.url).href

  beforeAll(async () => {
    await buildRooms()
    served = await serveRooms()
    browser = await openBrowser()
  })

  afterEach(leave)

  afterAll(async () => {
    await browser?.close()
    await served?.close()
  })

  return {
    address,
    open: async (options = {}) => {
      await leave()
      const context = await browser?.newContext({
        viewport: { width: 390, height: 844 },
        locale: 'en-GB',
        timezoneId: 'Europe/Berlin',
        serviceWorkers: 'block',
        ...usual,
        ...options,
      })
      page = await context?.newPage()
      if (page === undefined) throw new Error('Open it in a test: the browser comes before them')
      await page.clock.setFixedTime(aSunnyAfternoon)
      asked = 0
      page.on('request', () => asked++)
      opened(page)
    },
    unfold: async () => {
      await page?.evaluate(async () => {
        for (const details of document.querySelectorAll('main details')) {
          if (details instanceof HTMLDetailsElement) details.open = true
        }
        // What unfolds is rendered after its event, in the frame that follows.
        for (let i = 0; i < 3; i++) await new Promise((drawn) => requestAnimationFrame(drawn))
      })
    },
    visit: async (path, state) => {
      if (page === undefined) throw new Error('Nobody is here: open() first')
      const there = new URL(address(path))
      there.searchParams.set('state', state)
      await page.goto(there.href)
      await page.locator(`html[data-state='${state}'] .room:not([aria-busy='true']) h1`).waitFor()
      // Parts of Now that have no heading come later still.
      if (path === '/') await still()
    },
  }
}
