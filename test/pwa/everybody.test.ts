/**
 * For eyes and hands of every kind: German in the narrowest window and at twice the size of text in
 * every room and state; forced colours, more contrast, less motion; and targets large enough to hit.
 *
 * @module
 */
import type { Page } from 'playwright-core'
import { beforeAll, describe, expect, test } from 'vitest'
import { rooms, variants } from './every-state.ts'
import { stateNames } from './fixture-state.ts'
import { visitor } from './visitor.ts'

const ROOMS = ['/', '/history', '/sharing', '/proof', '/settings', '/health']
let page: Page
const { open, visit, unfold } = visitor((opened) => void (page = opened))

/** What reaches beyond the window, or is cut off in its place; what scrolls by itself may. */
async function beyond(): Promise<string[]> {
  return await page.evaluate(() => {
    const wide = document.documentElement.clientWidth
    const found: string[] = []
    for (const element of document.querySelectorAll<HTMLElement>('body *')) {
      if (element.closest('.scroll, .hidden, .u-wrap, svg, .skip') || !element.checkVisibility()) {
        continue
      }
      const { left, right, width } = element.getBoundingClientRect()
      if (width === 0) continue
      const isCut = element.scrollWidth > element.clientWidth + 1 &&
        getComputedStyle(element).overflowX === 'hidden' && element.tagName === 'SPAN'
      if (left < -1 || right > wide + 1 || isCut) {
        found.push(
          `${element.tagName}.${element.className} ${Math.round(left)}–${Math.round(right)} ` +
            element.innerText.slice(0, 30),
        )
      }
    }
    return found.slice(0, 3)
  })
}

test('no state is forgotten', () => {
  const looked = new Set([...rooms, ...variants].map(([, state]) => state))
  expect(stateNames.filter((state) => !looked.has(state))).toEqual([])
})

describe('German fits', () => {
  const sizes = [
    { name: '320 pixels', width: 320, text: '100%' },
    { name: 'text of twice the size', width: 640, text: '200%' },
  ]
  const found = new Map(sizes.map(({ name }) => [name, [] as string[]]))

  beforeAll(async () => {
    await open({ locale: 'de-DE' })
    for (const [path, state] of [...rooms, ...variants]) {
      await visit(path, state)
      await unfold()
      for (const { name, width, text } of sizes) {
        await page.setViewportSize({ width, height: 640 })
        const widest = await page.evaluate((size) => {
          document.documentElement.style.fontSize = size
          return document.documentElement.scrollWidth
        }, text)
        const cut = await beyond()
        if (widest > width) cut.push(`${widest}`)
        found.get(name)?.push(...cut.map((what) => `${path} ${state}: ${what}`))
      }
    }
  }, 400_000)

  test.each(sizes)('into $name, in every room and state', ({ name }) => {
    expect(found.get(name)).toEqual([])
  })
})

test('every target is 24 pixels, or has that much room (WCAG 2.2, 2.5.8)', async () => {
  await open()
  const small: string[] = []
  for (
    const [path, state] of [
      ...ROOMS.map((path) => [path, 'import'] as const),
      ['/sharing', 'shared'],
      ['/sharing/active', 'shared'],
      ['/sharing/ended', 'shared'],
      ['/authorize?client_id=c&request_uri=u', 'asked-much'],
    ] as const
  ) {
    await visit(path, state)
    await unfold()
    small.push(
      ...await page.evaluate((path) => {
        const all = [...document.querySelectorAll<HTMLElement>('a, button, input, select, summary')]
          .filter((element) => element.checkVisibility() && element.closest('.skip') === null)
        const middles = all.map((element) => {
          // The label of a small box is part of its target.
          const isBox = element instanceof HTMLInputElement &&
            ['radio', 'checkbox'].includes(element.type)
          const target = isBox ? element.labels?.[0] ?? element : element
          return { element, box: target.getBoundingClientRect() }
        })
        return middles.filter(({ element, box }) => {
          if (box.width >= 24 && box.height >= 24) return false
          if (element.closest('p') !== null && element.tagName === 'A') return false // in a sentence
          const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
          return middles.some((other) =>
            other.element !== element &&
            x + 12 > other.box.left && x - 12 < other.box.right &&
            y + 12 > other.box.top && y - 12 < other.box.bottom
          )
        }).map(({ element }) => `${path}: ${element.tagName} ${element.innerText.slice(0, 30)}`)
      }, path),
    )
  }
  expect(small).toEqual([])
}, 60_000)

describe('as somebody has set their system', () => {
  test('forced colours leave every control a border, every chart its bars, every focus a ring', async () => {
    await open({ forcedColors: 'active' })
    for (const path of ROOMS) {
      await visit(path, 'import')
      const bare = await page.evaluate(() =>
        [...document.querySelectorAll<HTMLElement>('button:not(.link), select, input, .notice')]
          .filter((element) => element.checkVisibility())
          .filter((element) =>
            !(element instanceof HTMLInputElement && ['radio', 'checkbox'].includes(element.type))
          )
          .filter((element) => parseFloat(getComputedStyle(element).borderTopWidth) < 1)
          .map((element) => element.outerHTML.slice(0, 80))
      )
      expect({ path, bare }).toEqual({ path, bare: [] })
    }
    await visit('/', 'export')
    await page.locator('svg.bars .bar').first().waitFor()
    const [paper, ...bars] = await page.evaluate(() => [
      getComputedStyle(document.body).backgroundColor,
      ...[...document.querySelectorAll('svg.bars .bar')].map((bar) => getComputedStyle(bar).fill),
      ...[...document.querySelectorAll('.icon')].map((icon) => getComputedStyle(icon).stroke),
    ])
    expect(bars.length).toBeGreaterThan(10)
    expect(bars.filter((colour) => colour === paper)).toEqual([])
    await page.keyboard.press('Tab')
    expect(
      await page.evaluate(() => {
        const style = getComputedStyle(document.activeElement ?? document.body)
        return `${style.outlineStyle} ${style.outlineWidth}`
      }),
    ).toBe('solid 2px')
  })

  test('more contrast makes muted ink full and hairlines dark', async () => {
    const inks = async (contrast: 'more' | 'no-preference') => {
      await open({ contrast })
      await visit('/', 'import')
      return await page.evaluate(() => {
        const root = getComputedStyle(document.documentElement)
        const of = (name: string) => root.getPropertyValue(name).trim()
        return { ink: of('--ink'), muted: of('--muted'), field: of('--field'), line: of('--line') }
      })
    }
    const usual = await inks('no-preference')
    const more = await inks('more')
    expect(more.muted).toBe(usual.ink)
    expect(more.field).toBe(usual.ink)
    expect(more.line).not.toBe(usual.line)
  })

  test('less motion means none', async () => {
    await open({ reducedMotion: 'reduce' })
    await visit('/', 'import')
    await page.locator('.number-now .watts').waitFor()
    const moving = () =>
      page.evaluate(() =>
        [...document.querySelectorAll('body *')].filter((element) => {
          const { animationName, transitionDuration } = getComputedStyle(element)
          return animationName !== 'none' ||
            transitionDuration.split(', ').some((one) => one !== '0s')
        }).map((element) => element.className)
      )
    expect(await moving()).toEqual([])
    await open({ reducedMotion: 'no-preference' })
    await visit('/', 'import')
    await page.locator('.number-now .watts').waitFor()
    expect((await moving()).length).toBeGreaterThan(0)
  })

  for (const colorScheme of ['light', 'dark'] as const) {
    test(`${colorScheme} is ${colorScheme}, to the bar of the browser`, async () => {
      await open({ colorScheme })
      await visit('/', 'import')
      const [paper, bar] = await page.evaluate(() => {
        const themes = [...document.querySelectorAll<HTMLMetaElement>('meta[name=theme-color]')]
        const canvas = document.createElement('canvas').getContext('2d')
        const rgb = (colour: string) => {
          if (canvas === null) return []
          canvas.fillStyle = colour
          canvas.fillRect(0, 0, 1, 1)
          return [...canvas.getImageData(0, 0, 1, 1).data]
        }
        return [
          rgb(getComputedStyle(document.body).backgroundColor),
          rgb(themes.find(({ media }) => matchMedia(media).matches)?.content ?? ''),
        ]
      })
      for (const [i, value] of (paper ?? []).entries()) {
        expect(Math.abs(value - (bar?.[i] ?? 0))).toBeLessThan(6)
      }
      expect((paper?.[0] ?? 0) > 128).toBe(colorScheme === 'light')
    })
  }
})
