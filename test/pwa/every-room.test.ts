/**
 * Every room in every state, in a real Chromium, as built and under the platform's policy: nobody is
 * shut out by sight, hand or width. Each is visited once, and looked at for all of these.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import type { AxeResults } from 'axe-core'
import type { Page } from 'playwright-core'
import { beforeAll, expect, test } from 'vitest'
import { rooms } from './every-state.ts'
import { visitor } from './visitor.ts'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let page: Page
/** What the page complained about: exceptions, and what the policy stopped. */
let complaints: string[]

const { open, visit, unfold } = visitor((opened) => {
  page = opened
  complaints = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
}, { reducedMotion: 'reduce' })

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']
/** Rules that look at colours: the rest is the same in the dark. */
const OF_COLOURS = ['color-contrast', 'link-in-text-block']

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

/** Rules of WCAG 2.2 AA that the page breaks. */
async function broken(what: string, runOnly: object): Promise<string[]> {
  const results = await page.evaluate<AxeResults>(`axe.run(${JSON.stringify({ runOnly })})`)
  // A page that it could not look at breaks nothing either.
  expect(results.passes.length).toBeGreaterThan(0)
  return results.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${what}: ${id} ${node.html.slice(0, 120)}`)
  )
}

const NARROW = { width: 320, height: 640 }
const USUAL = { width: 390, height: 844 }

const found = { rules: [] as string[], wide: [] as string[], unreached: [] as string[] }

beforeAll(async () => {
  await open({ colorScheme: 'light' })
  for (const [path, state] of rooms) {
    const at = `${path} ${state}`
    await visit(path, state)
    await unfold()
    await page.evaluate(axe)
    found.rules.push(...await broken(`${at}, light`, { type: 'tag', values: RULES }))
    await page.emulateMedia({ colorScheme: 'dark' })
    found.rules.push(...await broken(`${at}, dark`, { type: 'rule', values: OF_COLOURS }))
    await page.emulateMedia({ colorScheme: 'light' })
    await page.setViewportSize(NARROW)
    found.wide.push(...await tooWide(at))
    await page.setViewportSize(USUAL)
    found.unreached.push(...(await missedByKeyboard()).map((what) => `${at}: ${what}`))
  }
}, 500_000)

test('breaks no rule of WCAG 2.2 AA, light and dark', () => {
  expect(found.rules).toEqual([])
})

test('is all within the keyboard’s reach', () => {
  expect(found.unreached).toEqual([])
})

test('fits into 320 pixels', () => {
  expect(found.wide).toEqual([])
})

test('runs under the policy, and throws nothing', () => {
  expect(complaints).toEqual([])
})

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
