/**
 * Another meter answers at a line that is read: nothing of it is sealed before the owner has said that
 * it is to be read, as a meter of its own.
 *
 * @module
 */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type Home, type MeterOnLine, type Platform, screen } from './home.ts'
import { succession } from './story.ts'

let platform: Platform
let meter: MeterOnLine
let successor: MeterOnLine
let succeed: () => void
let home: Home
let page: Page

succession((at) => {
  ;({ platform, meter, successor, succeed, home, page } = at)
})

const channels = async () => (await platform.query('select 1 from channels')).length

test('another meter stops the line with a question', async () => {
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 60_000 })
  expect(await channels()).toBe(3)
  succeed()
  await page.getByText(`Another meter answers here: ${successor.id}`).waitFor({ timeout: 20_000 })
  await screen(page, 'other-meter')
}, 90_000)

test('nothing of it is kept until it is taken, and then it is a meter of its own', async () => {
  expect(await channels()).toBe(3)
  await page.getByRole('button', { name: 'Read as another meter' }).click()
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  await expect.poll(channels, { timeout: 60_000 }).toBe(6)
  await page.getByText(meter.id).first().waitFor({ state: 'attached' })
  await page.getByText(successor.id).first().waitFor({ state: 'attached' })
}, 90_000)

test('the next visit reads the new meter, and asks nothing', async () => {
  await page.reload()
  await page.getByRole('combobox', { name: 'Meter', exact: true }).selectOption(successor.id)
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  expect(await page.getByText('Another meter answers here').count()).toBe(0)
  expect(home.errors).toEqual([])
}, 60_000)
