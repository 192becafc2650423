/**
 * Consent, from one end to the other: somebody lets Insights ask from a browser that has no keys, the
 * household's own browser narrows and allows it, Insights reads and follows, and the household takes
 * it back while it does. Both sides then name the same last block. Two browser profiles, the platform
 * and Insights are processes of their own.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchBrowser, type TestBrowser } from '../rig/browser.ts'
import { freePort, type Running, startNode } from '../rig/process.ts'
import { type Home, openHome, type Platform, screen, startPlatform } from './home.ts'

let platform: Platform
let insights: Running
let address: string
let folder: string
let home: Home
let elsewhere: TestBrowser
let visitor: Page
let code: string
let page: Page

beforeAll(async () => {
  platform = await startPlatform()
  folder = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-insights-'))
  const port = await freePort()
  address = `http://localhost:${port}`
  const env = { KILOWIT_URL: platform.origin, INSIGHTS_PORT: String(port), INSIGHTS_DIR: folder }
  insights = startNode('insights/main.ts', [], { env: { ...env, INSIGHTS_URL: '' } })
  await insights.line('Insights is running at')
  home = await openHome(platform)
  elsewhere = await launchBrowser({ origin: platform.origin })
})
afterAll(async () => {
  await elsewhere?.close()
  await home?.close()
  await insights?.close()
  await platform?.close()
  await fs.rm(folder, { recursive: true, force: true })
})

test('a household reads its meter', async () => {
  page = await home.open()
  await page.getByRole('button', { name: 'Try with a simulated meter' }).click()
  await page.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 60_000 })
}, 90_000)

test('Insights asks from a browser without keys, which says where to answer', async () => {
  visitor = await elsewhere.page()
  await visitor.goto(address)
  await visitor.getByRole('button', { name: 'Ask for my consent' }).click()
  await visitor.getByRole('heading', { name: 'Your keys are not in this browser' }).waitFor()
  code = await visitor.locator('.short-code code').innerText()
  await screen(visitor, 'consent-elsewhere')
}, 60_000)

test(
  'the household types its code, sees who asks for what, gives less of it, and allows',
  async () => {
    page = await home.open('/sharing')
    await page.getByLabel('Code on the other screen').fill(code.toLowerCase().replace('-', ' '))
    await page.keyboard.press('Enter')
    await page.getByText('Another browser waits for your answer').waitFor()
    await page.getByRole('heading', { name: 'Insights asks to read your meter' }).waitFor()
    await page.getByText('Unverified: nobody has checked who this is').waitFor()
    await page.getByText(/^Your last value/).waitFor({ timeout: 20_000 })
    const purpose = page.getByLabel('Advice on using less energy')
    expect(await purpose.isChecked()).toBe(false)

    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByText('No purpose is ticked.').waitFor()
    await purpose.check()
    await page.getByText('No purpose is ticked.').waitFor({ state: 'detached' })
    await page.getByLabel('For how long').selectOption({ index: 0 })
    await screen(page, 'consent')
    await page.getByRole('button', { name: 'Allow' }).click()
    // It is the other browser that goes on, once it is told to: nobody vouches for Insights here.
    await page.getByText('In the other browser, choose to go on to Insights').waitFor({
      timeout: 60_000,
    })
    expect(new URL(page.url()).origin).toBe(platform.origin)
    await screen(page, 'consent-done')
  },
  120_000,
)

test('the other browser goes on, and Insights reads what was allowed', async () => {
  // Nobody vouches for Insights: where it leads is shown first.
  await visitor.getByRole('link', { name: `Go on to ${new URL(address).host}` }).click()
  await visitor.waitForURL(`${address}/households/**`, { timeout: 60_000 })
  await expect.poll(async () => {
    await visitor.reload()
    return await visitor.textContent('main')
  }, { timeout: 60_000, interval: 1000 }).toMatch(/[1-9]\d* readings, each checked/)
  await screen(visitor, 'insights')
}, 150_000)

test('taken back with two taps, both sides name the same last block', async () => {
  page = await home.open('/sharing')
  await page.getByRole('link', { name: /Insights/ }).first().click()
  await page.getByRole('button', { name: 'Revoke', exact: true }).click()
  await page.getByRole('button', { name: 'Revoke now' }).click()
  const said = page.getByText(/^Block \d[\d,.\s]*, at /).first()
  await said.waitFor({ timeout: 30_000 })
  const own = /^Block ([\d,.\s]+), at/.exec(await said.textContent() ?? '')?.[1]
  // The tab that seals turns the key, and with that the number is certain.
  await page.getByText(/^Provisional:/).waitFor({ state: 'detached', timeout: 60_000 })
  await screen(page, 'consent-revoked')

  const last = async () => {
    await visitor.reload()
    return (await visitor.locator('#last').allTextContents())[0] ?? ''
  }
  await expect.poll(last, { timeout: 30_000, interval: 1000 }).toBe(own?.replace(/\D/g, ''))
  await visitor.getByText('This consent has ended').waitFor()
  await screen(visitor, 'insights-ended')
  expect([...home.errors, ...elsewhere.errors]).toEqual([])
}, 120_000)

test(
  'asked by its address, without a browser, the household finds it on Now and answers',
  async () => {
    page = await home.open('/sharing')
    const own = page.locator('section', {
      has: page.getByRole('heading', { name: 'Your address' }),
    })
    const id = await own.locator('code').first().innerText()
    await visitor.goto(address)
    await visitor.getByLabel('Your address there').fill(id)
    await visitor.getByRole('button', { name: 'Ask there' }).click()
    const words = await visitor.locator('#message').innerText()

    page = await home.open('/')
    await page.getByText('Insights waits for your answer').waitFor({ timeout: 30_000 })
    await page.getByRole('link', { name: 'Look and answer' }).click()
    await page.getByText(`Compare this with what Insights shows: ${words}`).waitFor()
    await page.getByLabel('Advice on using less energy').check()
    await page.getByRole('button', { name: 'Allow' }).click()
    await page.getByText('Insights is told. You can close this page.').waitFor({ timeout: 60_000 })
    await visitor.waitForURL(`${address}/households/**`, { timeout: 60_000 })
    expect([...home.errors, ...elsewhere.errors]).toEqual([])
  },
  120_000,
)
