/**
 * Every room in every state, in a real Chromium, as built and under the platform's policy: nobody is
 * shut out by sight, hand or width. Each is visited once for what it breaks in light and dark, once
 * for policy, width and keyboard, and once more in German, whose words are longer.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { failures, type StateName } from './fixture-state.ts'
import { visitor } from './visitor.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const rooms: readonly (readonly [path: string, state: StateName])[] = [
  ['/', 'first-visit'],
  ['/', 'detecting'],
  ['/', 'choosing'],
  ['/', 'asking'],
  ['/', 'asking-mbus'],
  ['/', 'asking-modbus'],
  ['/', 'asking-call'],
  ['/', 'question-order'],
  ['/', 'question-meter'],
  ['/', 'question-own'],
  ['/', 'question-title'],
  ['/', 'import'],
  ['/', 'export'],
  ['/', 'simulated'],
  ['/', 'unplugged'],
  ['/', 'watching'],
  ['/', 'locked'],
  ['/', 'locked-wrong'],
  ['/', 'locked-first'],
  ['/', 'clock-asked'],
  ['/', 'clock-doubtful'],
  ['/', 'two-meters'],
  ['/', 'sending'],
  ['/', 'offline'],
  ['/', 'recovery-due'],
  ['/', 'replaced'],
  ['/', 'not-read'],
  ['/', 'by-gateway'],
  ['/', 'by-gateway-none'],
  ['/', 'by-gateway-quiet'],
  ['/', 'first-minute'],
  ...failures.map((why) => ['/', `failed-${why}`] as const),
  ['/history?day=2026-06-12', 'import'],
  ['/history?day=2026-06-13', 'import'],
  ['/history?day=2026-06-10&with=before', 'tariff'],
  ['/history?month=2026-05&with=before', 'tariff'],
  ['/history?year=2026&with=before', 'tariff'],
  ['/history?month=2026-05&meter=G0025003454125617', 'import'],
  ['/settings?open=tariffs', 'tariff'],
  ['/sharing', 'import'],
  ['/sharing', 'shared'],
  ['/sharing', 'shared-nothing'],
  ['/sharing', 'shared-ended'],
  ['/sharing', 'shared-unread'],
  ['/sharing', 'shared-offline'],
  ['/sharing', 'shared-broken'],
  ['/share', 'shared-nothing'],
  ['/share#o0wNer2mW9vJt4sLr8eYbXkQ2mW9vJt4sLr8eYbXkQ0', 'shared-nothing'],
  ['/sharing/active', 'shared'],
  ['/sharing/key', 'shared'],
  ['/sharing/old', 'shared'],
  ['/sharing/paused', 'shared'],
  ['/sharing/waiting', 'shared'],
  ['/sharing/ended', 'shared'],
  ['/sharing/given-back', 'shared'],
  ['/sharing/nowhere', 'shared'],
  ['/sharing', 'first-visit'],
  ['/shared/active', 'shared'],
  ['/shared/broken', 'shared'],
  ['/shared/paused', 'shared'],
  ['/shared/waiting', 'shared'],
  ['/shared/ended', 'shared'],
  ['/shared/nowhere', 'shared'],
  ['/authorize?client_id=c&request_uri=u', 'asked'],
  ['/authorize?client_id=c&request_uri=u', 'asked-unverified'],
  ['/authorize?client_id=c&request_uri=u', 'asked-much'],
  ['/authorize?client_id=c&request_uri=u', 'asked-again'],
  ['/authorize?client_id=c&request_uri=u', 'asked-expired'],
  ['/authorize?client_id=c&request_uri=u', 'asked-changed'],
  ['/authorize?client_id=c&request_uri=u', 'asked-offline'],
  ['/authorize?client_id=c&request_uri=u', 'asked-elsewhere'],
  ['/authorize?client_id=c&request_uri=u', 'asked-before'],
  ['/authorize?waiting=request', 'asked-without-browser'],
  ['/', 'asked-without-browser'],
  ['/authorize', 'asked'],
  ['/proof', 'import'],
  ['/proof', 'proof-checking'],
  ['/proof', 'proof-broken'],
  ['/proof', 'proof-kept'],
  ['/proof', 'replaced'],
  ['/settings', 'import'],
  ['/settings', 'key-kept'],
  ['/settings?open=recovery', 'recovery-due'],
  ['/settings?open=restore', 'replaced'],
  ['/health', 'import'],
  ['/pair', 'import'],
  ['/pair#7K3M-9Q2X-T5BN-4RWD', 'import'],
  ['/pair#1000-0000-0000-0000', 'import'],
  ['/health', 'offline'],
  ['/health', 'stopped'],
  ['/health', 'proof-broken'],
  ['/health', 'failed-silence'],
  ['/health', 'first-visit'],
  ['/no-such-room', 'import'],
]

let page: Page
/** What the page complained about: exceptions, and what the policy stopped. */
let complaints: string[]

const { open, visit } = visitor((opened) => {
  page = opened
  complaints = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
}, { reducedMotion: 'reduce' })

async function openAllDetails(): Promise<void> {
  for (const summary of await page.locator('main summary').all()) await summary.click()
  // What unfolds is rendered after its event, in the frame that follows.
  await page.evaluate(async () => {
    for (let i = 0; i < 3; i++) await new Promise((drawn) => requestAnimationFrame(drawn))
  })
}

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** Rules that look at colours: the rest is the same in the dark. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block']

test('breaks no rule of WCAG 2.2 AA, light and dark', async () => {
  await open({ colorScheme: 'light', bypassCSP: true })
  const found: string[] = []
  const opened = new Set<string>()
  const look = async (what: string, runOnly: object) => {
    const results = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify({ runOnly })})`)
    for (const { id, nodes } of results.violations) {
      for (const node of nodes) found.push(`${what}: ${id} ${node.html.slice(0, 120)}`)
    }
    return results.passes.length
  }
  for (const [path, state] of rooms) {
    await visit(path, state)
    // What unfolds is the same in every state of a room that has readings.
    const key = `${path} ${state === 'first-visit' || state === 'detecting'}`
    if (!opened.has(key)) await openAllDetails()
    opened.add(key)
    await page.evaluate(axe)
    const passed = await look(`${path} ${state}, light`, { type: 'tag', values: RULES })
    expect(passed).toBeGreaterThan(10)
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await look(`${path} ${state}, dark`, { type: 'rule', values: OF_COLOURS }))
      .toBeGreaterThan(0)
    await page.emulateMedia({ colorScheme: 'light' })
  }
  expect(found).toEqual([])
}, 300_000)

/** What reaches beyond a narrow window. */
async function tooWide(what: string): Promise<string[]> {
  // What is fixed to the window makes no page wider; it would simply be cut off.
  const width = await page.evaluate(() =>
    Math.max(
      document.documentElement.scrollWidth,
      ...[...document.querySelectorAll('nav a, main h1, main button, main .notice')]
        .map((element) => Math.ceil(element.getBoundingClientRect().right)),
    )
  )
  return width > 320 ? [`${what}: ${width}`] : []
}

const NARROW = { width: 320, height: 640 }
const USUAL = { width: 390, height: 844 }

test(
  'runs under the policy, fits into 320 pixels, and is all within the keyboard’s reach',
  async () => {
    await open()
    const wide: string[] = []
    const missed: string[] = []
    for (const [path, state] of rooms) {
      await visit(path, state)
      await openAllDetails()
      await page.setViewportSize(NARROW)
      wide.push(...await tooWide(`${path} ${state}`))
      await page.setViewportSize(USUAL)
      missed.push(...(await missedByKeyboard()).map((what) => `${path} ${state}: ${what}`))
    }
    expect({ complaints, wide, missed }).toEqual({ complaints: [], wide: [], missed: [] })
  },
  400_000,
)

test('fits into 320 pixels in German', async () => {
  await open({ viewport: NARROW, locale: 'de-DE' })
  const wide: string[] = []
  for (const [path, state] of rooms) {
    await visit(path, state)
    await openAllDetails()
    wide.push(...await tooWide(`${path} ${state}`))
  }
  expect(wide).toEqual([])
}, 200_000)

/** Controls that Tab does not come to, or where the focus is not seen. */
async function missedByKeyboard(): Promise<string[]> {
  await page.evaluate(() => document.body.focus())
  const controls = await page.evaluate(() => {
    const wanted = 'a[href], button, input, select, summary'
    const all = [...document.querySelectorAll<HTMLElement>(wanted)]
      .filter((element) => element.checkVisibility() && element.tabIndex >= 0)
      // One radio of a group takes the focus; the arrows reach the others.
      .filter((element) =>
        !(element instanceof HTMLInputElement && element.type === 'radio' && !element.checked)
      )
    all.forEach((element, i) => element.dataset['control'] = String(i))
    return all.map((element) => `${element.tagName} ${element.textContent.slice(0, 40)}`)
  })
  const missed: string[] = []
  const reached = new Set<string>()
  for (let i = 0; i < 3 * controls.length + 20; i++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(async () => {
      await new Promise((drawn) => requestAnimationFrame(drawn))
      const element = document.activeElement
      if (!(element instanceof HTMLElement)) return null
      const style = getComputedStyle(element)
      const box = element.getBoundingClientRect()
      const bar = element.closest('nav') === null ? document.querySelector('nav') : null
      const below = bar?.getBoundingClientRect().top ?? innerHeight
      return {
        control: element.dataset['control'] ?? '',
        outlined: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1,
        seen: box.bottom > 0 && box.top < below,
      }
    })
    if (at === null || at.control === '') continue
    if (reached.has(at.control) && reached.size === controls.length) break
    reached.add(at.control)
    if (!at.outlined || !at.seen) missed.push(`focus unseen on ${controls[Number(at.control)]}`)
  }
  controls.forEach((control, i) => {
    if (!reached.has(String(i))) missed.push(control)
  })
  return missed
}
