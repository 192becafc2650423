/**
 * The first proof in German, from the first visit on a phone's width to the proof in words: no
 * English word is left over, and nothing is wider than the window.
 *
 * @module
 */
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { en } from '../../pwa/i18n/en.ts'
import { type Home, screen, startMeter } from './home.ts'
import { story } from './story.ts'

let home: Home
let page: Page

story(
  startMeter,
  async (at) => {
    home = at.home
    page = await home.open()
  },
  { locale: 'de-AT', viewport: { width: 320, height: 640 } },
)

/** Whole sentences of the English catalogue that the page shows. */
async function english(): Promise<string[]> {
  const shown = (await page.locator('body').innerText()).split('\n').map((line) => line.trim())
  const known = new Set(
    Object.values(en).flatMap((message: string | { one: string; other: string }) =>
      typeof message === 'string' ? [message] : [message.one, message.other]
    ).filter((text) => text.includes(' ') && !text.includes('{')),
  )
  return shown.filter((line) => known.has(line))
}

async function fits(name: string): Promise<void> {
  await screen(page, `german-${name}`)
  expect(await english()).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
  expect(await page.evaluate(() => document.documentElement.lang)).toBe('de')
}

test('vom ersten Besuch bis zum Beweis', async () => {
  await page.getByRole('heading', { level: 1 }).waitFor()
  await fits('first-visit')
  await page.getByRole('button', { name: 'Zähler verbinden' }).click()
  await page.getByText(/aus dem Netz|ins Netz/).first().waitFor({ timeout: 30_000 })
  await page.getByRole('link', { name: /Versiegelt von diesem Browser\. \d+ Bl(o|ö)ck/ })
    .waitFor({ timeout: 60_000 })
  await page.getByText('Halt dir einen Rückweg offen').waitFor()
  // A decimal comma, as Austrians write it, and power in watts without a float.
  await page.getByText('Alle Register').click()
  await page.getByText(/^\d{1,3}([.\u00a0\u202f]\d{3})*,\d{3}\u202fkWh$/).first().waitFor()
  await fits('now')

  await page.getByRole('link', { name: 'Beweis', exact: true }).click()
  await page.getByText(/Versiegelt von diesem Browser\. \d+ Bl(o|ö)ck/).first()
    .waitFor({ timeout: 30_000 })
  await page.getByText(/Seit dem \d{1,2}\. \S+ \d{4} fehlt nichts\./).waitFor()
  await fits('proof')

  for (const room of ['Verlauf', 'Teilen', 'Einstellungen']) {
    await page.getByRole('link', { name: room, exact: true }).click()
    await page.getByRole('heading', { level: 1 }).waitFor()
    await fits(room)
  }
  await page.getByRole('link', { name: /Wie es läuft/ }).click()
  await page.getByRole('heading', { level: 1, name: 'Wie es läuft' }).waitFor()
  await page.getByText('stimmt mit der Plattform überein').waitFor({ timeout: 20_000 })
  await page.getByText('stimmt mit diesem Computer überein').waitFor()
  await fits('health')
  expect(home.errors).toEqual([])
}, 180_000)
