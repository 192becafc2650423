/**
 * The platform's address answers, but with 404 or somebody else's pages: what was sealed waits, and
 * nothing says that a seal is broken, as nothing was looked at that does not hold.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { type Home, startMeter } from './home.ts'
import { story } from './story.ts'

const CHECKED = /blocks? checked/
const WAITING = /blocks? (that )?waits?|waiting/i
const BROKEN = 'Something does not hold'

let home: Home

story(startMeter, (at) => ({ home } = at))

test('a platform that knows nothing is waited for, not called a broken seal', async () => {
  const page = await home.open()
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByRole('link', { name: CHECKED }).waitFor({ timeout: 60_000 })
  for (const status of [404, 200]) {
    const body = '<!doctype html><title>Not here</title>'
    const pattern = '**/v1/**'
    await home.context.route(
      pattern,
      (route) => route.fulfill({ status, contentType: 'text/html', body }),
    )
    await page.reload()
    await page.getByRole('link', { name: WAITING }).waitFor({ timeout: 30_000 })
    expect(await page.getByText(BROKEN).count()).toBe(0)
    await home.context.unroute(pattern)
  }
  await page.reload()
  await page.getByRole('link', { name: CHECKED }).waitFor({ timeout: 30_000 })
}, 120_000)
