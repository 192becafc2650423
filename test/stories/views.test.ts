/**
 * Looking back: five weeks of telegrams replayed at speed over the line, with a gap and a day of 25
 * hours; then the day, the month and the year, from one to the other, compared, priced by a tariff
 * typed in, and downloaded. Every figure is held against what the meter itself said.
 *
 * @module
 */
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { expect, test } from 'vitest'
import { type Home, type MeterOnLine, type Platform, screen, startMeter } from './home.ts'
import { story } from './story.ts'

const utc = (...of: [number, number, number, number?, number?]) => Date.UTC(...of) / 1000
/** Local midnights of Vienna: summer time ends on the 25th of October 2026. */
const start = utc(2026, 8, 27, 22) // 28 September
const october = utc(2026, 8, 30, 22)
const november = utc(2026, 9, 31, 23)
const gap = { from: utc(2026, 9, 10, 1), to: utc(2026, 9, 12, 7) } // 10th 03:00 to 12th 09:00
const minutely = { from: utc(2026, 9, 19, 22), to: utc(2026, 9, 20, 22) } // the 20th

let platform: Platform
let meter: MeterOnLine
let home: Home
let page: Page

story(
  () => startMeter({ byItself: false }),
  async (at) => {
    ;({ platform, meter, home } = at)
    page = await home.open()
  },
  { zone: 'Europe/Vienna' },
)

interface Counts {
  readonly imported: number
  readonly exported: number
}

/** What the meter's counters say at a moment, in whole Wh. */
function countsAt(at: number): Counts {
  const text = new TextDecoder('latin1').decode(meter.telegram(at))
  const of = (code: string) =>
    Number(new RegExp(`1-0:${code}\\((\\d+)\\.(\\d{3})\\*kWh\\)`).exec(text)?.slice(1).join(''))
  return { imported: of('1.8.1') + of('1.8.2'), exported: of('2.8.1') + of('2.8.2') }
}

function between(from: number, to: number): Counts {
  const [a, b] = [countsAt(from), countsAt(to)]
  return { imported: b.imported - a.imported, exported: b.exported - a.exported }
}

function kwh(wh: number): string {
  const text = String(wh).padStart(4, '0')
  const whole = Number(text.slice(0, -3)).toLocaleString('en-GB')
  return `${whole}.${text.slice(-3)}\u202fkWh`
}

/** Halves up, of a positive fraction, to the cent. */
function euros(n: bigint, d: bigint): string {
  const cents = String((2n * n * 100n + d) / (2n * d)).padStart(3, '0')
  return `€${cents.slice(0, -2)}.${cents.slice(-2)}`
}

test('five weeks are replayed at speed', async () => {
  await page.getByRole('button', { name: 'Connect meter' }).click()
  // The line is found by the first telegrams; the same one again is the same reading.
  const beating = setInterval(() => void meter.send(start), 300)
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 60_000 })
  await page.getByText('All registers').waitFor()
  await new Promise((resolve) => setTimeout(resolve, 1000))
  clearInterval(beating)
  let sent = 0
  for (let at = start; at <= november;) {
    if (!(at > gap.from && at < gap.to)) await meter.send(at)
    at += at >= minutely.from && at < minutely.to ? 60 : 900
    // The line holds some telegrams, not a month of them.
    if (++sent % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 40))
  }
  // The last one has been read when the page shows its counter.
  const counter = /1-0:1\.8\.1\((\d+\.\d+)\*kWh/
  const told = counter.exec(new TextDecoder('latin1').decode(meter.telegram(november)))?.[1]
  await page.getByText('All registers').click()
  const shown = Number(told).toLocaleString('en-GB', { minimumFractionDigits: 3 })
  // The page shows some of them a second; the same one again is the same reading.
  const last = setInterval(() => void meter.send(november), 300)
  await page.getByText(`${shown}\u202fkWh`).first().waitFor({ timeout: 60_000 })
  clearInterval(last)
  await page.getByRole('button', { name: 'Stop reading' }).click()
  await page.getByText('The meter is not being read').waitFor()
  // And the platform has the last of it, of all channels.
  const newest = `select min(newest) as at
    from (select max(to_at) as newest from blocks group by channel) as channels`
  await expect.poll(
    async () => Number((await platform.query<{ at: string }>(newest))[0]?.at),
    { timeout: 60_000, interval: 500 },
  ).toBe(november)
  expect((await platform.query('select 1 from forks')).length).toBe(0)
}, 300_000)

test('the year opens into a month, the month into a day', async () => {
  await page.goto(`${home.origin}/history?year=2026`)
  const sums = page.locator('.sums')
  await sums.waitFor({ timeout: 60_000 })
  // The gap lies within October, so the year has every watt-hour.
  const all = between(start, november)
  await expect.poll(() => sums.innerText()).toContain(`${kwh(all.imported)} from the grid`)
  expect(await sums.innerText()).toContain(`${kwh(all.exported)} to the grid`)
  expect(await sums.innerText()).toContain('so far')
  await screen(page, 'views-year')

  // By keyboard: the last bar but one with anything in it is October's.
  const chart = page.getByRole('slider', { name: /Energy in 2026/ })
  await chart.focus()
  await page.keyboard.press('Home')
  for (let i = 0; i < 9; i++) await page.keyboard.press('ArrowDown')
  expect(await chart.getAttribute('aria-valuetext')).toContain('Oct')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'October 2026' }).waitFor()
  expect(page.url()).toContain('?month=2026-10')
  const month = between(october, november)
  await expect.poll(() => sums.innerText(), { timeout: 30_000 })
    .toContain(`${kwh(month.imported)} from the grid`)
  await page.getByText('1 gap: readings are missing').waitFor()
  await screen(page, 'views-month')

  await page.getByText('As a table').first().click()
  // Days of 24 and of 25 hours, and the gap as a row of its own.
  const table = page.getByRole('table').first()
  const row = (name: RegExp) => table.getByRole('row').filter({ hasText: name })
  const day = (date: number, hours = 24) =>
    between(october + 86_400 * (date - 1), october + 86_400 * (date - 1) + 3600 * hours)
  for (const [name, counts] of [[/Sat,? 3 Oct/, day(3)], [/Sun,? 25 Oct/, day(25, 25)]] as const) {
    const text = await row(name).innerText()
    expect(text).toContain(kwh(counts.imported).replace('\u202fkWh', ''))
    expect(text).toContain(kwh(counts.exported).replace('\u202fkWh', ''))
  }
  const missing = between(gap.from, gap.to)
  const across = await row(/Sum across a gap/).innerText()
  expect(across).toMatch(/10 Oct,? 03:00–.*12 Oct,? 09:00/)
  expect(across).toContain(kwh(missing.imported).replace('\u202fkWh', ''))
  expect(await row(/11 Oct/).filter({ hasText: 'no readings' }).count()).toBe(1)

  await table.getByRole('link', { name: /20 Oct/ }).click()
  await page.getByRole('heading', { name: 'Tuesday, 20 October 2026' }).waitFor()
  await expect.poll(() => sums.innerText(), { timeout: 30_000 })
    .toContain(kwh(day(20).imported))
  await page.getByRole('slider', { name: /Power on 20 October 2026/ }).waitFor()
  await screen(page, 'views-day')
  // The highest quarter-hour, by the meter's own counters.
  let most = 0
  for (let at = minutely.from; at < minutely.to; at += 900) {
    most = Math.max(most, between(at, at + 900).imported)
  }
  await page.getByText(`${(4 * most).toLocaleString('en-GB')}\u202fW`).first().waitFor()

  // Back the way it came.
  await page.goBack()
  await page.getByRole('heading', { name: 'October 2026' }).waitFor()
  await page.goBack()
  await page.getByRole('heading', { name: '2026', exact: true }).waitFor()
}, 180_000)

test('a day is compared with the one before, exactly and in percent', async () => {
  await page.goto(`${home.origin}/history?day=2026-10-20`)
  await page.getByLabel('Compare with').selectOption({ label: 'the day before' })
  const now = between(minutely.from, minutely.to).imported
  const before = between(minutely.from - 86_400, minutely.from).imported
  const more = now > before
  const words = page.locator('.compared-words')
  await expect.poll(() => words.innerText(), { timeout: 30_000 }).toContain(
    `${kwh(Math.abs(now - before))} ${more ? 'more' : 'less'} from the grid, after ${kwh(before)}`,
  )
  const tenths = Math.round(Math.abs(now - before) * 1000 / before)
  expect(await words.innerText()).toContain(
    `(${more ? '+' : '\u2212'}${Math.floor(tenths / 10)}.${tenths % 10}\u202f%)`,
  )
  expect(await page.locator('svg.compared path').count()).toBeGreaterThan(0)
  expect(page.url()).toContain('with=before')
  await page.getByText('As a table').first().click()
  const foot = await page.locator('table.compares tfoot').innerText()
  expect(foot).toContain(kwh(before).replace('\u202fkWh', ''))
  await screen(page, 'views-compared')
}, 120_000)

test('a tariff typed in prices the month to the cent, but for the gap across prices', async () => {
  await page.goto(`${home.origin}/history?month=2026-10`)
  await page.getByRole('link', { name: 'Enter your tariff' }).click()
  await page.getByRole('button', { name: 'Add a tariff' }).click()
  const form = page.getByRole('form', { name: 'A new tariff' })
  await form.getByRole('button', { name: 'Keep this tariff' }).click()
  await form.getByRole('alert').getByText('3 things are missing or wrong:').waitFor()
  await form.getByLabel('Name').fill('Sonnenstrom')
  await form.getByLabel('Currency').selectOption('EUR')
  await form.getByLabel('First day').fill('2026-10-03')
  await form.getByLabel('Price per kWh from the grid').fill('0,2975')
  await form.getByLabel('Paid per kWh').fill('0.0786')
  await form.getByLabel('Base fee, if there is one').fill('12.40')
  await form.getByRole('button', { name: 'Add hours' }).click()
  const hours = form.getByRole('group', { name: 'Hours 1' })
  await hours.getByLabel('Price per kWh from the grid').fill('0.1933')
  await hours.getByLabel('Paid per kWh').fill('0.0786')
  await form.getByRole('button', { name: 'Keep this tariff' }).click()
  await page.getByText('Kept. Costs are reckoned anew.').waitFor()
  await screen(page, 'views-tariff')
  await page.goBack()
  await page.locator('.costs').waitFor({ timeout: 30_000 })

  // By hand, in ten-thousandths of a euro per 1000 Wh: the tariff begins on the third; the night is
  // 22:00 to 06:00 on the wall, where from the 25th at 03:00 on there is one hour less to UTC.
  let imported = 0n
  let exported = 0n
  const first = october + 2 * 86_400
  for (let at = first; at < november; at += 900) {
    const { imported: wh, exported: out } = between(at, at + 900)
    exported += BigInt(out) * 786n
    if (at >= gap.from && at < gap.to) continue
    const offset = at < utc(2026, 9, 25, 1) ? 7200 : 3600
    const hour = Math.floor((at + offset) % 86_400 / 3600)
    imported += BigInt(wh) * (hour >= 22 || hour < 6 ? 1933n : 2975n)
  }
  const per = 10_000_000n
  const base = [12_40n * 29n, 100n * 31n] as const // 29 of 31 days
  const costs = page.locator('.costs')
  const expected = [
    euros(imported, per),
    `\u2212${euros(exported, per)}`,
    euros(...base),
    euros(imported * base[1] + base[0] * per - exported * base[1], per * base[1]),
  ]
  expect((await costs.locator('dd').allInnerTexts()).map((text) => text.trim())).toEqual(expected)
  await page.getByText(/2 days have no tariff: /).waitFor()
  await page.getByText(
    `In 1 gap the price changes, so its ${kwh(between(gap.from, gap.to).imported)} are not in`,
  ).waitFor()
  await screen(page, 'views-cost')

  // It is kept, and only under the vault's key.
  const kept = await page.evaluate(async () => {
    const opening = indexedDB.open('kilowit')
    await new Promise((opened) => (opening.onsuccess = opened))
    const asking = opening.result.transaction('tariffs').objectStore('tariffs').getAll()
    await new Promise((asked) => (asking.onsuccess = asked))
    opening.result.close()
    const [only]: { data?: Uint8Array }[] = asking.result
    return { keys: Object.keys(only ?? {}).sort(), text: new TextDecoder().decode(only?.data) }
  })
  expect(kept.keys).toEqual(['data', 'iv'])
  expect(kept.text.length).toBeGreaterThan(100)
  expect(kept.text).not.toContain('Sonnenstrom')
  await page.reload()
  await expect.poll(() => costs.innerText(), { timeout: 30_000 }).toContain(expected[0] ?? '')
  await page.goto(`${home.origin}/settings?open=tariffs`)
  await page.getByRole('button', { name: 'Delete “Sonnenstrom”' }).click()
  await page.getByText('Your readings stay.').waitFor()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  await page.getByText('There is no tariff for this meter yet.').waitFor()
}, 180_000)

test('the month as CSV sums to what is shown', async () => {
  await page.goto(`${home.origin}/history?month=2026-10`)
  const downloading = page.waitForEvent('download', { timeout: 60_000 })
  await page.getByRole('button', { name: 'Download as CSV' }).click()
  const file = await downloading
  expect(file.suggestedFilename()).toMatch(/\.csv$/)
  const text = readFileSync(await file.path(), 'utf8')
  const [head = '', ...rows] = text.trim().split(/\r?\n/)
  expect(rows.length).toBeGreaterThan(2700)
  const sum = csvDifference(head, rows)
  const sums = await page.locator('.sums').innerText()
  expect(sums).toContain(`${kwh(sum.imported)} from the grid`)
  expect(sums).toContain(`${kwh(sum.exported)} to the grid`)
  await page.getByText(/is in your downloads/).waitFor()
  expect(home.errors).toEqual([])
}, 120_000)

/** The last counters of a table less its first. */
function csvDifference(head: string, rows: readonly string[]): Counts {
  const names = head.split(',')
  const columns = (code: string) => names.flatMap((name, i) => name.includes(code) ? [i] : [])
  const wh = (row: string, code: string) =>
    columns(code).reduce((sum, i) => sum + Math.round(Number(row.split(',')[i]) * 1), 0)
  const [first = '', last = ''] = [rows[0], rows.at(-1)]
  const of = (code: string) => wh(last, code) - wh(first, code)
  return { imported: of('1.8.'), exported: of('2.8.') }
}
