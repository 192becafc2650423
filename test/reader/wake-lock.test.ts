/**
 * The wake lock: held while it is wanted and the page is in sight, asked for again when the page
 * comes back, and missed by nobody where there is none.
 *
 * @module
 */
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createWakeLock } from '../../pwa/reader/wake-lock.ts'

const page = Object.assign(new EventTarget(), { visibilityState: 'visible' })
let held = new Set<EventTarget>()
let refuses = false

function request(): Promise<EventTarget> {
  if (refuses) return Promise.reject(new DOMException('', 'NotAllowedError'))
  const sentinel: EventTarget & { release: () => Promise<void> } = Object.assign(
    new EventTarget(),
    {
      release() {
        held.delete(sentinel)
        sentinel.dispatchEvent(new Event('release'))
        return Promise.resolve()
      },
    },
  )
  held.add(sentinel)
  return Promise.resolve(sentinel)
}

function see(visibilityState: 'visible' | 'hidden'): void {
  page.visibilityState = visibilityState
  if (visibilityState === 'hidden') {
    for (const sentinel of held) sentinel.dispatchEvent(new Event('release'))
    held.clear()
  }
  page.dispatchEvent(new Event('visibilitychange'))
}

const settled = () => new Promise((resolve) => setTimeout(resolve, 0))

beforeEach(() => {
  held = new Set()
  refuses = false
  page.visibilityState = 'visible'
  vi.stubGlobal('document', page)
  vi.stubGlobal('navigator', { wakeLock: { request } })
})
afterEach(() => vi.unstubAllGlobals())

test('it is held while it is wanted, and once', async () => {
  const lock = createWakeLock()
  lock.want(true)
  lock.want(true)
  await settled()
  expect(held.size).toBe(1)
  lock.want(false)
  await settled()
  expect(held.size).toBe(0)
})

test('it comes back with the page', async () => {
  const lock = createWakeLock()
  lock.want(true)
  await settled()
  see('hidden')
  await settled()
  expect(held.size).toBe(0)
  see('visible')
  await settled()
  expect(held.size).toBe(1)
})

test('what is wanted while it is asked for holds in the end', async () => {
  const lock = createWakeLock()
  lock.want(true)
  lock.want(false)
  await settled()
  await settled()
  expect(held.size).toBe(0)
})

test('a refusal and a browser without one are harmless', async () => {
  refuses = true
  const lock = createWakeLock()
  lock.want(true)
  await settled()
  expect(held.size).toBe(0)
  refuses = false
  see('visible')
  await settled()
  expect(held.size).toBe(1)
  vi.stubGlobal('navigator', {})
  createWakeLock().want(true)
  await settled()
})
