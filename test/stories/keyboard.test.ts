/**
 * By keyboard alone, from the first visit to the proof, through History and Settings: whatever has
 * the focus is seen, is not covered (WCAG 2.2, 2.4.11) and is large enough to be touched as well
 * (2.5.8). And for ears: what is announced while a meter sends each second stays calm.
 *
 * @module
 */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type Home, type MeterOnLine, screen, startMeter } from './home.ts'
import { story } from './story.ts'

/** More stops than any room has. */
const STOPS = 120

let meter: MeterOnLine
let home: Home
let page: Page
const unseen: string[] = []

story(
  startMeter,
  async (at) => {
    ;({ meter, home } = at)
    // How often the browser was asked to keep what lies here.
    await home.context.addInitScript(() => {
      StorageManager.prototype.persist = () => {
        localStorage.setItem('test.asked', `${Number(localStorage.getItem('test.asked')) + 1}`)
        return Promise.resolve(false)
      }
    })
    page = await home.open()
  },
  { viewport: { width: 390, height: 700 } },
)

interface Stop {
  readonly name: string
  readonly fault: string | null
}

/** What has the focus now, by its name, and what is wrong with how it shows. */
async function stop(): Promise<Stop> {
  return await page.evaluate(async () => {
    for (let i = 0; i < 2; i++) await new Promise((drawn) => requestAnimationFrame(drawn))
    const element = document.activeElement
    if (!(element instanceof HTMLElement) || element === document.body) {
      return { name: '', fault: null }
    }
    const label = element instanceof HTMLInputElement || element instanceof HTMLSelectElement
      ? element.labels?.[0]?.innerText
      : undefined
    const name = (element.getAttribute('aria-label') ?? label ?? element.innerText).trim()
    const { left, right, top, bottom, width, height } = element.getBoundingClientRect()
    const { outlineStyle, outlineWidth } = getComputedStyle(element)
    // Whether any part of it is what is seen there, rather than the bar below.
    const at = (x: number, y: number) => {
      const found = document.elementFromPoint(x, y)
      return found !== null && (element.contains(found) || found.contains(element))
    }
    const y = Math.min(Math.max((top + bottom) / 2, 1), innerHeight - 1)
    const isSeen = at((left + right) / 2, y) || at(left + 4, Math.max(top + 4, 1))
    const isInText = element instanceof HTMLAnchorElement && element.closest('p') !== null
    const fault = outlineStyle === 'none' || parseFloat(outlineWidth) < 2
      ? 'has no outline'
      : !isSeen
      ? 'is covered or out of sight'
      : !isInText && element.tagName !== 'INPUT' && (width < 24 || height < 24)
      ? `is only ${Math.round(width)} × ${Math.round(height)}`
      : null
    return { name, fault }
  })
}

const asked = () => page.evaluate(() => Number(localStorage.getItem('test.asked')))

/** Goes on by Tab until that has the focus. */
async function tabTo(wanted: string | RegExp): Promise<void> {
  const passed: string[] = []
  for (let i = 0; i < STOPS; i++) {
    await page.keyboard.press('Tab')
    const { name, fault } = await stop()
    if (fault !== null) unseen.push(`“${name}” ${fault}`)
    if (typeof wanted === 'string' ? name === wanted : wanted.test(name)) return
    passed.push(name)
  }
  throw new Error(`No Tab leads to ${wanted}; it passed ${passed.join(' | ')}`)
}

async function press(wanted: string | RegExp, key = 'Enter'): Promise<void> {
  await tabTo(wanted)
  await page.keyboard.press(key)
}

test('from the first visit to the proof', async () => {
  await page.getByRole('heading', { level: 1 }).waitFor()
  await page.keyboard.press('Tab')
  expect((await stop()).name).toBe('Skip to content')
  await page.keyboard.press('Enter')
  expect(await asked()).toBe(0)
  await press('Connect meter')
  await page.getByText(/(to|from) the grid/).first().waitFor({ timeout: 30_000 })
  await page.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 60_000 })
  await expect.poll(asked).toBe(1)
  await press('As a table', 'Space')
  await page.getByRole('table').first().waitFor()
  await press(/blocks? checked/)
  await page.getByRole('heading', { level: 1, name: 'Proof' }).waitFor()
  await page.getByText(/Nothing is missing since/).waitFor({ timeout: 20_000 })
  await press('Export')
  await tabTo(/Without keys|With keys/)
  await page.keyboard.press('ArrowDown')
  expect(await page.getByRole('radio', { name: /With keys/ }).first().isChecked()).toBe(true)
  const download = page.waitForEvent('download')
  await press('Export channel')
  expect((await download).suggestedFilename()).toMatch(/-readable\.bundle$/)
  expect(unseen).toEqual([])
}, 150_000)

test('through History and Settings, to a report and another language', async () => {
  await press('History')
  await page.getByRole('heading', { level: 1, name: 'History' }).waitFor()
  await press('Day before')
  await expect.poll(() => new URL(page.url()).searchParams.get('day')).toMatch(/^\d{4}-\d\d-\d\d$/)
  await press('Settings')
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  await press(/^How it is doing/)
  await page.getByRole('heading', { level: 1, name: 'How it is doing' }).waitFor()
  await press('Make a report')
  await tabTo('The report')
  await page.getByText('"kilowit"').waitFor()
  await press('Back to Settings')
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  await tabTo('Language')
  await page.keyboard.press('d')
  await page.getByRole('heading', { level: 1, name: 'Einstellungen' }).waitFor()
  await page.keyboard.press('ArrowUp')
  await page.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  // The proof was checked again meanwhile; who was asked once is not asked again.
  expect(await asked()).toBe(1)
  expect(unseen).toEqual([])
}, 120_000)

test('what is announced while the meter sends each second stays calm', async () => {
  await press('Now')
  // A load that comes and goes: another value with every telegram.
  let minute = Math.floor(Date.now() / 1000)
  const uneasy = setInterval(() => void meter.send(minute += 607), 700)
  for (const room of ['Now', 'History', 'Proof']) {
    await page.getByRole('link', { name: room, exact: true }).click()
    await page.getByRole('heading', { level: 1, name: room }).waitFor()
    await page.waitForTimeout(1500) // until the room itself has said what it is
    const said = await announcements(12)
    // A value every half minute, and what a block or a boundary changes in between.
    expect({ room, said: said.slice(0, 4), calm: said.length <= 3 }).toEqual({
      room,
      said,
      calm: true,
    })
  }
  clearInterval(uneasy)
  await page.getByRole('link', { name: 'Now', exact: true }).click()
  await page.getByText(/^Read (just now|\d)/).waitFor()
  expect(await page.locator('[aria-live] .age, [role=status] .age').count()).toBe(0)
  await press('Stop reading')
  await page.getByText('The meter is not being read').waitFor()
  await screen(page, 'keyboard')
  expect(home.errors).toEqual([])
  expect(unseen).toEqual([])
}, 150_000)

/** What the live regions of the page say within so many seconds. */
async function announcements(seconds: number): Promise<string[]> {
  return await page.evaluate(async (seconds) => {
    const said: string[] = []
    const live = '[aria-live]:not([aria-live=off]), [role=status], [role=alert], output'
    const observer = new MutationObserver((changes) => {
      const regions = new Set(changes.map(({ target }) => {
        const element = target instanceof Element ? target : target.parentElement
        return element?.closest<HTMLElement>(live)
      }))
      for (const region of regions) if (region) said.push(region.textContent)
    })
    observer.observe(document.body, { subtree: true, childList: true, characterData: true })
    await new Promise((over) => setTimeout(over, seconds * 1000))
    observer.disconnect()
    return said
  }, seconds)
}
