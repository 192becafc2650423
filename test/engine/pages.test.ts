/**
 * Pages read ahead: in order, whole, and never more of them than are looked at soon.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { AHEAD, inPages } from '../../pwa/proof-run/pages.ts'

const SIZE = 10

/** Numbers, as fast as they are asked for. */
function source(count: number, failsAt = Infinity) {
  const told = { asked: 0, closed: false }
  async function* numbers(): AsyncGenerator<number> {
    try {
      for (; told.asked < count; told.asked++) {
        if (told.asked === failsAt) throw new Error('The line is cut')
        yield await Promise.resolve(told.asked)
      }
    } finally {
      told.closed = true
    }
  }
  return { told, numbers: numbers() }
}

const double = (n: number) => Promise.resolve(2 * n)
/** As long as anything could go on. */
const settled = async () => {
  for (let i = 0; i < 2000; i++) await Promise.resolve()
}

test('every one comes once, in order, in pages of the size', async () => {
  const { numbers } = source(35)
  const pages: number[][] = []
  for await (const page of inPages(numbers, double, SIZE)) pages.push(page)
  expect(pages.map(({ length }) => length)).toEqual([10, 10, 10, 5])
  expect(pages.flat()).toEqual(Array.from({ length: 35 }, (_, i) => 2 * i))
})

test('no more is fetched than a few pages ahead of what is looked at', async () => {
  const { told, numbers } = source(1000)
  let looked = 0
  for await (const page of inPages(numbers, double, SIZE)) {
    looked += page.length
    await settled()
    expect(told.asked).toBeLessThanOrEqual(looked + (AHEAD + 2) * SIZE)
    expect(told.asked).toBeGreaterThanOrEqual(Math.min(1000, looked + SIZE)) // on its way
  }
  expect(looked).toBe(1000)
})

test('whoever stops looking ends the fetching', async () => {
  const { told, numbers } = source(1000)
  for await (const page of inPages(numbers, double, SIZE)) if (page.length > 0) break
  await settled()
  expect(told).toEqual({ asked: expect.any(Number), closed: true })
  expect(told.asked).toBeLessThanOrEqual((AHEAD + 3) * SIZE)
})

test('a failure is told after the pages before it', async () => {
  const { numbers } = source(100, 25)
  const pages: number[][] = []
  const reading = (async () => {
    for await (const page of inPages(numbers, double, SIZE)) pages.push(page)
  })()
  await expect(reading).rejects.toThrow('The line is cut')
  expect(pages.map(({ length }) => length)).toEqual([10, 10])
})
