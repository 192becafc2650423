/**
 * A browser that cannot keep what it reads says so, and nothing is half-done: when it can again,
 * the channel goes on.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { type MeterOnLine, openHome, type Platform, screen, startMeter } from './home.ts'
import { scene } from './story.ts'

const FAILED = 'This browser could not keep the readings.'

let platform: Platform
let meter: MeterOnLine

scene(startMeter, (at) => ({ platform, meter } = at))

test('without a database the page says that it cannot keep readings', async () => {
  const home = await openHome(platform)
  await home.context.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException('Forbidden', 'SecurityError')
    }
  })
  const page = await home.open()
  await page.getByText(FAILED).waitFor()
  await screen(page, 'storage-forbidden')
  expect(home.errors).toEqual([])
  await home.close()
})

test(
  'when the disk is full reading stops, and goes on in the same chain once there is room',
  async () => {
    const home = await openHome(platform, { meter })
    const page = await home.open()
    await page.getByRole('button', { name: 'Connect meter' }).click()
    await page.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 60_000 })
    await page.evaluate(() => {
      const add = Object.getOwnPropertyDescriptor(IDBObjectStore.prototype, 'add')
      Object.assign(globalThis, {
        room: () => Object.defineProperty(IDBObjectStore.prototype, 'add', add ?? {}),
      })
      IDBObjectStore.prototype.add = () => {
        throw new DOMException('Full', 'QuotaExceededError')
      }
    })
    await page.getByText(FAILED).waitFor({ timeout: 80_000 })
    await screen(page, 'storage-full')
    await page.evaluate(() => (globalThis as unknown as { room(): void }).room()) // set above
    const before = await live()
    await page.getByRole('button', { name: 'Try again' }).click()
    await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
    await page.getByRole('button', { name: 'Stop reading' }).click()
    await expect.poll(live, { timeout: 30_000 }).toBeGreaterThan(before)
    expect(await platform.query('select 1 from forks')).toEqual([])
    expect(home.errors).toEqual([])
    await home.close()
  },
  180_000,
)

async function live(): Promise<number> {
  const [row] = await platform.query<{ head: number }>(
    `select head_seq::int as head from channels where resolution = 'live'`,
  )
  return row?.head ?? -1
}
