/**
 * Looking back in a real Chromium: from year to month to day and back, by hand, finger and keyboard;
 * the same figures in the chart and its table; gaps over borders; tariffs typed in and what they
 * cost. The state is the fixture's.
 *
 * @module
 */
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { gasId } from './fixture-state.ts'
import { visitor } from './visitor.ts'

let page: Page
const { open, visit } = visitor((opened) => void (page = opened))

function heading(name: string): Promise<void> {
  return page.getByRole('heading', { level: 2, name, exact: true }).waitFor()
}

/** Without its notes, what a cell says, as thousandths. */
function thousandths(text: string): bigint {
  return BigInt(text.replace('\u2212', '-').replaceAll(/[^0-9-]/g, ''))
}

beforeEach(() => open())

describe('from the year to the day', () => {
  test('by pointer: a bar opens its month, a row its day, and the way back is kept', async () => {
    await open({ viewport: { width: 1280, height: 800 } })
    await visit('/history?year=2026', 'import')
    await page.locator('svg.bars .bar').nth(2).locator('rect.import').click()
    await heading('March 2026')
    expect(new URL(page.url()).search).toContain('month=2026-03')
    await page.getByText('As a table').first().click()
    await page.getByRole('table').getByRole('link', { name: /29 Mar/ }).click()
    await heading('Sunday, 29 March 2026')
    await page.goBack()
    await heading('March 2026')
    await page.goBack()
    await heading('2026')
    await page.goForward()
    await heading('March 2026')
    await page.getByRole('button', { name: 'Month after' }).click()
    await heading('April 2026')
    await page.goBack()
    await heading('March 2026')
  })

  test('by keyboard: up and down among the bars, Enter opens, left and right turn', async () => {
    await visit('/history?year=2026', 'import')
    const chart = page.getByRole('slider', { name: /^Energy in 2026 as bars/ })
    await chart.focus()
    await page.getByText('Enter opens one.').waitFor()
    await page.keyboard.press('Home')
    await page.keyboard.press('ArrowDown')
    await expect.poll(() => chart.getAttribute('aria-valuetext'))
      .toMatch(/^Feb\s+[\d.,]+\skWh from the grid · [\d.,]+\skWh to the grid$/)
    await page.keyboard.press('Enter')
    await heading('February 2026')
    await page.getByRole('slider', { name: /February 2026/ }).focus()
    await page.keyboard.press('ArrowLeft')
    await heading('January 2026')
    await page.getByRole('slider', { name: /January 2026/ }).focus()
    await page.keyboard.press('ArrowRight')
    await heading('February 2026')
  })

  test('by finger: a touch tells a value, a swipe turns', async () => {
    await open({ hasTouch: true })
    await visit('/history?month=2026-03', 'import')
    const bars = page.locator('svg.bars')
    await bars.waitFor()
    await bars.scrollIntoViewIfNeeded()
    const box = await bars.boundingBox()
    if (box === null) throw new TypeError('No chart')
    const third = { x: box.x + box.width * 2.5 / 31, y: box.y + 60 }
    await page.touchscreen.tap(third.x, third.y)
    await expect.poll(() => page.locator('.touched').first().innerText()).toMatch(/^Tue,? 3 Mar /)
    expect(page.url()).toContain('month=2026-03')
    await page.touchscreen.tap(third.x, third.y)
    await heading('Tuesday, 3 March 2026')
    await page.goBack()
    await heading('March 2026')
    await swipe(120)
    await heading('February 2026')
    await swipe(-120)
    await heading('March 2026')
    await swipe(30)
    await heading('March 2026')
  })

  test('never ahead of now, and says what is not over', async () => {
    await visit('/history?month=2027-01', 'import')
    await heading('June 2026')
    await page.locator('.sums').getByText('so far, until Sun 14 Jun').waitFor()
    const next = page.getByRole('button', { name: 'Month after' })
    expect(await next.getAttribute('aria-disabled')).toBe('true')
    await page.getByRole('slider', { name: /June 2026/ }).focus()
    await page.keyboard.press('ArrowRight')
    await heading('June 2026')
    await page.getByLabel('Month', { exact: true }).fill('2026-02')
    await heading('February 2026')
    expect(await page.locator('.sums').getByText('so far').count()).toBe(0)
  })

  test('says calmly that a date is none, and shows today', async () => {
    for (const asked of ['month=abc', 'year=99999', 'day=2026-02-31']) {
      await visit(`/history?${asked}`, 'import')
      await page.getByRole('status').getByText('There is no such date').waitFor()
      await heading('Sunday, 14 June 2026')
    }
    await visit('/history?day=2026-02-28', 'import')
    await heading('Saturday, 28 February 2026')
    expect(await page.getByText('There is no such date').count()).toBe(0)
  })

  test('leads to Restore where the owner restored elsewhere', async () => {
    await visit('/history?month=2026-05', 'replaced')
    await page.getByRole('alert').getByText('You restored on another browser').waitFor()
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0)
    await page.getByRole('link', { name: 'Restore here' }).click()
    await page.getByLabel('Recovery file', { exact: true }).waitFor()
  })

  async function swipe(by: number): Promise<void> {
    await page.locator('.looked').evaluate((element, by) => {
      const at = (x: number) =>
        new Touch({ identifier: 1, target: element, clientX: x, clientY: 300 })
      const begin = at(200)
      const end = at(200 + by)
      const options = { bubbles: true, cancelable: true }
      element.dispatchEvent(
        new TouchEvent('touchstart', { ...options, touches: [begin], changedTouches: [begin] }),
      )
      element.dispatchEvent(new TouchEvent('touchend', { ...options, changedTouches: [end] }))
    }, by)
  }
})

describe('a month', () => {
  test('shows a gap over its border across, and in no sum', async () => {
    await visit('/history?month=2026-05', 'import')
    await page.getByText('As a table').first().click()
    const rows = page.getByRole('table').first().locator('tbody tr')
    const outside = rows.filter({ hasText: 'over the border' })
    expect(await outside.innerText()).toMatch(/29 Apr,? 12:00–Sat,? 2 May,? 06:00/)
    const sum = await columns(1)
    const gap = thousandths(await outside.locator('td').first().innerText())
    expect(gap > 0n).toBe(true)
    expect(sum.rows - gap).toBe(sum.foot)
    expect(thousandths((await page.locator('.sums').innerText()).split('kWh')[0] ?? ''))
      .toBe(sum.foot)
    await page.getByText('1 gap reaches over the border').waitFor()
    // The one inside is across its days and counted.
    expect(await rows.filter({ hasText: 'Sum across a gap' }).count()).toBe(2)
    expect(await page.locator('svg.bars .bar').count()).toBe(33)
  })

  test('is compared with the one before: the difference exact, in percent, and as an outline', async () => {
    await visit('/history?month=2026-03', 'import')
    await page.getByLabel('Compare with').selectOption({ label: 'the month before' })
    await page.locator('.compared-words').waitFor()
    expect(await page.locator('svg.compared path[d^="M"]').count()).toBeGreaterThan(1)
    await page.getByText('As a table').first().click()
    const foot = page.getByRole('table').first().locator('tfoot td')
    const [now, before] = [
      thousandths(await foot.nth(0).innerText()),
      thousandths(await foot.nth(1).innerText()),
    ] as const
    const [difference = '', percent = ''] = (await foot.nth(2).innerText()).split(/\n/)
    expect(thousandths(difference)).toBe(now - before)
    const tenths = Math.round(Number(now - before) * 1000 / Number(before))
    expect(thousandths(percent)).toBe(BigInt(tenths))
    // The last three days of March have nothing beside them.
    const rows = page.getByRole('table').first().locator('tbody tr')
    expect(await rows.count()).toBe(31)
    expect(await rows.last().locator('td').nth(1).innerText()).toBe('–')
    // What is not over is compared with as much of the other.
    await visit('/history?month=2026-06&with=before', 'import')
    await page.getByText('Compared with May 2026, up to the same moment:').waitFor()
    await visit('/history?month=2025-04&with=before', 'import')
    await page.getByText('Compared with March 2025:').waitFor()
    await visit('/history?month=2025-03&with=year', 'import')
    await page.getByText('There are no readings of March 2024').waitFor()
  })

  test('of gas is in cubic metres, and an hour of it is no gap', async () => {
    await visit('/history?month=2026-03', 'import')
    await page.getByLabel('Meter').selectOption(gasId)
    await expect.poll(() => page.locator('.sums').innerText()).toMatch(/[\d.]+\sm³ used/)
    expect(await page.getByText('from the grid').count()).toBe(0)
    expect(new URL(page.url()).searchParams.get('meter')).toBe(gasId)
    await visit(`/history?day=2026-06-10&meter=${gasId}`, 'import')
    await page.locator('svg.bars').waitFor()
    expect(await page.locator('svg.bars .bar').count()).toBe(24)
    expect(await page.locator('.key.gap').count()).toBe(0)
    await page.getByRole('link', { name: 'Now', exact: true }).click()
    await page.locator('.number-now').waitFor()
  })

  /** A column of the table: its rows summed, and what its foot says. */
  async function columns(n: number): Promise<{ rows: bigint; foot: bigint }> {
    const table = page.getByRole('table').first()
    const cells = await table.locator(`tbody tr td:nth-of-type(${n})`).allInnerTexts()
    return {
      rows: cells.filter((text) => text !== '–')
        .reduce((sum, text) => sum + thousandths(text), 0n),
      foot: thousandths(await table.locator(`tfoot td:nth-of-type(${n})`).innerText()),
    }
  }
})

describe('figures', () => {
  test('say how they are reckoned, and nothing from too little', async () => {
    await visit('/history?month=2026-03', 'import')
    await page.getByText('Highest quarter-hour from the grid').waitFor()
    await page.getByText(/Base load is the median .* here of 31 days\./).waitFor()
    await page.getByText('The usual week').click()
    expect(await page.locator('table.week tbody tr').count()).toBe(7)
    await page.clock.setFixedTime(new Date('2026-06-02T10:00:00Z'))
    await visit('/history?month=2026-06', 'import')
    await page.getByText('1 complete day; 3 are needed').waitFor()
    expect(await page.getByText('The usual week').count()).toBe(0)
  })
})

describe('a tariff', () => {
  test('is typed in, mended, and prices what is shown at once; deleting says what is gone', async () => {
    await visit('/history?month=2026-03', 'import')
    await page.getByRole('link', { name: 'Enter your tariff' }).click()
    await page.getByRole('button', { name: 'Add a tariff' }).click()
    const form = page.getByRole('form', { name: 'A new tariff' })
    const save = form.getByRole('button', { name: 'Keep this tariff' })
    // By keyboard only: the form has the focus, and what is wrong gets it.
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute('aria-invalid'))
    await expect.poll(focused).toBe('false')
    await page.keyboard.press('Enter')
    await form.getByRole('alert').getByText('3 things are missing or wrong:').waitFor()
    await expect.poll(focused).toBe('true')
    await page.keyboard.type('Sonnenstrom')
    await form.getByLabel('First day').fill('2026-01-01')
    await form.getByLabel('Last day, if it has one').fill('2025-12-31')
    await form.getByLabel('Price per kWh from the grid').fill('29.75 ct')
    await save.click()
    await form.getByRole('alert').getByText('The last day lies before the first one.').waitFor()
    await form.getByRole('alert').getByText('Enter the price as a number, such as 0.2975.')
      .waitFor()
    await form.getByLabel('Last day, if it has one').fill('2026-12-31')
    await form.getByRole('alert').getByText('1 thing is missing or wrong:').waitFor()
    await form.getByLabel('Price per kWh from the grid').fill('29.75')
    await expect.poll(() => form.getByRole('alert').innerText()).toBe('')
    expect(await form.locator('[aria-invalid="true"]').count()).toBe(0)
    await form.getByLabel('Currency').selectOption('HUF')
    expect(await form.getByText('is that right?').count()).toBe(0)
    await form.getByLabel('Currency').selectOption('EUR')
    await form.getByText('1 kWh costs €29.75: is that right?').waitFor()
    await form.getByLabel('Price per kWh from the grid').fill('0,3')
    await expect.poll(() => form.getByText('is that right?').count()).toBe(0)
    await form.getByLabel('Currency').selectOption('EUR')
    await save.click()
    await page.getByText('Kept. Costs are reckoned anew.').waitFor()
    await page.getByText('1 January 2026 to 31 December 2026').waitFor()

    await page.getByRole('button', { name: 'Add a tariff' }).click()
    await form.getByLabel('Name').fill('Windstrom')
    await form.getByLabel('First day').fill('2026-12-31')
    await form.getByLabel('Price per kWh from the grid').fill('0.25')
    await save.click()
    await form.getByRole('alert').getByText('“Sonnenstrom” holds on some of these days too.')
      .waitFor()
    await form.getByRole('button', { name: 'Leave it as it was' }).click()
    await form.waitFor({ state: 'detached' })
    expect(await page.getByRole('listitem').filter({ hasText: 'Windstrom' }).allInnerTexts())
      .toEqual([])

    await page.getByRole('link', { name: 'History', exact: true }).click()
    await page.getByRole('link', { name: 'Month', exact: true }).click()
    const sum = page.locator('.sums')
    await expect.poll(() => sum.innerText()).toContain('kWh')
    const wh = thousandths((await sum.innerText()).split('kWh')[0] ?? '')
    const cents = (wh * 30n + 500n) / 1000n
    const text = String(cents).padStart(3, '0')
    expect(await page.locator('.costs dd').first().innerText())
      .toBe(`€${text.slice(0, -2)}.${text.slice(-2)}`)

    await page.getByRole('link', { name: 'Change tariffs' }).click()
    await page.getByRole('button', { name: 'Delete “Sonnenstrom”' }).click()
    await page.getByText(
      'Its prices will be gone, and the days from 1 January 2026 to 31 December 2026 have no cost any more. Your readings stay.',
    ).waitFor()
    await expect.poll(() => page.evaluate(() => document.activeElement?.textContent)).toBe(
      'Keep it',
    )
    await page.getByRole('button', { name: 'Delete', exact: true }).click()
    await page.getByText('There is no tariff for this meter yet.').waitFor()
  })

  test('is typed and told in German with a comma, and without anything cut off', async () => {
    await open({ locale: 'de-DE', viewport: { width: 320, height: 640 } })
    await visit('/settings?open=tariffs', 'tariff')
    await page.getByText('0,2975\u00a0€ je kWh aus dem Netz').waitFor()
    await page.getByRole('button', { name: '„Sonnenstrom mit Nachttarif“ bearbeiten' }).click()
    const form = page.getByRole('form')
    expect(await form.getByLabel('Preis je kWh aus dem Netz').first().inputValue()).toBe('0,2975')
    await form.getByText('29,75 Cent sind 0,2975.').waitFor()
    await form.getByLabel('Preis je kWh aus dem Netz').first().fill('0,29,75')
    await form.getByRole('button', { name: 'Tarif behalten' }).click()
    await form.getByRole('alert').getByText('zum Beispiel 0,2975.').waitFor()
    const wide = await form.locator('input, select, button').evaluateAll((all) =>
      all.filter((field) => field.getBoundingClientRect().right > 320).length
    )
    expect(wide).toBe(0)
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320)
    await visit('/history?month=2026-06', 'tariff')
    await expect.poll(() => page.locator('.costs dd').first().innerText()).toMatch(/^\d+,\d\d\s€$/)
  })

  test('says what it does not cover', async () => {
    await visit('/history?month=2026-05', 'tariff')
    await page.getByText('1 gap reaches over the border and is not in this cost.').waitFor()
    await page.getByText('By Stadtwerke Basis.').waitFor()
    await visit('/history?year=2025', 'tariff')
    await page.getByText(/306 days have no tariff: /).waitFor()
    await visit('/history?year=2026', 'tariff')
    await page.getByText('By Stadtwerke Basis, Sonnenstrom mit Nachttarif.').waitFor()
  })
})

test('downloads what is shown, and leads to the signed file', async () => {
  await visit('/history?month=2026-05', 'import')
  for (const [button, name] of [['CSV', 'csv'], ['JSON', 'json']] as const) {
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: `Download as ${button}` }).click()
    expect((await download).suggestedFilename()).toBe(`kilowit-E0044007117155121-2026-05.${name}`)
    await page.getByText(`kilowit-E0044007117155121-2026-05.${name} is in your downloads.`)
      .waitFor()
  }
  await page.getByRole('link', { name: 'The signed file is made in Proof.' }).click()
  await page.getByRole('heading', { level: 1, name: 'Proof' }).waitFor()
})
