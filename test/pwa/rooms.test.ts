/**
 * The rooms in a real Chromium, as built and under the platform's policy: what they show and say,
 * going from one to the other, and without a network. The state is the fixture's.
 *
 * @module
 */
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { aSunnyAfternoon } from './browser.ts'
import { visitor } from './visitor.ts'

let page: Page
/** What the page complained about: exceptions, and what the policy stopped. */
let complaints: string[]

const { open, visit, address } = visitor((opened) => {
  page = opened
  complaints = []
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
}, { reducedMotion: 'reduce' })

describe('going from room to room', () => {
  beforeEach(() => open())

  test('stands on the heading of the new room, not on arrival', async () => {
    await visit('/', 'import')
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('BODY')
    await page.getByRole('link', { name: 'Proof', exact: true }).click()
    await page.getByRole('heading', { level: 1, name: 'Proof' }).waitFor()
    const focused = () =>
      page.evaluate(() =>
        `${document.activeElement?.tagName} ${document.activeElement?.textContent}`
      )
    await expect.poll(focused).toBe('H1 Proof')
    expect(await page.title()).toBe('Proof · Kilowit')
  })

  test('stands on the heading of what a button brought', async () => {
    const focused = () =>
      page.evaluate(() =>
        `${document.activeElement?.tagName} ${document.activeElement?.textContent}`
      )
    await visit('/', 'first-visit')
    await page.getByRole('button', { name: 'Try with a simulated meter' }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(focused).toBe('H1 Now')
    await page.getByRole('button', { name: 'Stop reading' }).focus()
    await page.keyboard.press('Enter')
    await expect.poll(focused).toBe('H1 Now')
  })

  test('says how to turn the days once the focus is there', async () => {
    await visit('/history?day=2026-06-12', 'import')
    const hint = page.getByText('Arrow keys left and right turn the pages.')
    expect(await hint.isVisible()).toBe(false)
    await page.keyboard.press('Tab')
    await page.getByRole('button', { name: 'Day before' }).focus()
    await expect.poll(() => hint.isVisible()).toBe(true)
  })

  test('turns the days by keyboard and keeps the date in the address', async () => {
    await visit('/history?day=2026-06-12', 'import')
    await page.getByRole('button', { name: 'Day before' }).focus()
    await page.keyboard.press('ArrowLeft')
    await page.getByText('No readings on this day').waitFor()
    expect(new URL(page.url()).searchParams.get('day')).toBe('2026-06-11')
    await page.keyboard.press('ArrowRight')
    await page.getByRole('heading', { name: /12 June 2026/ }).waitFor()
  })
})

describe('what is shown', () => {
  beforeEach(() => open())

  test('names the direction, marks the sign, and gives the age', async () => {
    await visit('/', 'export')
    const number = page.locator('.number-now')
    await expect.poll(() => number.locator('.power').innerText()).toMatch(
      /−1,874\u202fW\s+to the grid/,
    )
    expect(await number.locator('.age').innerText()).toBe('Read 3\u202fs ago')
  })

  test('says in the table twin what the bars say, the gap as one row with its sum', async () => {
    await visit('/history?day=2026-06-12', 'import')
    await page.getByText('As a table').first().click()
    const gap = page.locator('tr.gap').first()
    expect(await gap.innerText()).toMatch(/09:30–11:00\s+Sum across a gap\s+0\.086\s+1\.912/)
    expect(await page.locator('table').first().locator('tbody tr').count()).toBe(91)
    expect(await page.locator('svg.bars .bar').count()).toBe(91)
  })

  test('marks everything of a simulated meter', async () => {
    for (const path of ['/', '/history', '/proof', '/settings']) {
      await visit(path, 'simulated')
      const mark = page.locator('main .simulated').first()
      await expect.poll(() => mark.innerText()).toBe('Simulated')
    }
  })

  test('names the first block that does not hold', async () => {
    await visit('/proof', 'proof-broken')
    const alert = page.getByRole('alert')
    expect(await alert.innerText()).toContain(
      'Block 1,021 of “Every telegram”: Its signature does not hold.',
    )
  })

  test('offers the export with what it means, and the command to check it', async () => {
    await visit('/proof', 'import')
    await page.getByText('Export', { exact: true }).first().click()
    await page.getByLabel(/With keys/).first().check()
    const download = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Export channel' }).first().click()
    expect((await download).suggestedFilename()).toBe('kilowit-live-71536b51-readable.bundle')
    await page.getByText('npm run -s verify -- ~/Downloads/kilowit-live-71536b51-readable.bundle')
      .waitFor()
    await page.getByText('with keys, whoever has it can read every value in it').waitFor()
    await page.getByLabel(/Without keys/).first().check()
    await page.getByRole('button', { name: 'Export channel' }).first().click()
    await page.getByText('without keys, nobody can read the values in it').waitFor()
  })

  test('makes no recovery file from a weak passphrase or from two different ones', async () => {
    await visit('/settings?open=recovery', 'recovery-due')
    const make = page.getByRole('button', { name: 'Make and download' })
    const first = page.getByLabel('Passphrase', { exact: true }).first()
    await first.fill('short')
    await make.click()
    await page.getByText('Too short: at least 12 characters.').waitFor()
    await first.fill('rhubarb lantern quarry otter mild')
    await page.getByLabel('Passphrase again').fill('rhubarb lantern quarry otter mile')
    await make.click()
    await page.getByText('The two are not the same.').waitFor()
    await page.getByLabel('Passphrase again').fill('rhubarb lantern quarry otter mild')
    const download = page.waitForEvent('download')
    await make.click()
    expect((await download).suggestedFilename()).toBe('kilowit-recovery-2026-06-14.age')
    await page.getByRole('button', { name: 'I have kept it' }).click()
  })

  test('erases days of a meter in two taps, and says where there was nothing to erase', async () => {
    await visit('/settings', 'import')
    const erased = () => page.evaluate(() => document.documentElement.dataset['erased'])
    await page.getByText('Erase readings for good').first().click()
    const now = page.getByRole('button', { name: 'Erase these days' })
    expect(await now.count()).toBe(0)
    // The day on which clocks are put back has 25 hours.
    await page.getByLabel('First day').fill('2025-10-26')
    await page.getByLabel('Last day').fill('2025-10-25')
    expect(await now.count()).toBe(0)
    await page.getByLabel('Last day').fill('2025-10-26')
    await now.click()
    await page.getByText(
      'Nobody can bring back the readings from 26 October 2025 to 26 October 2025',
    )
      .waitFor()
    expect(await erased()).toBeUndefined()
    await page.getByRole('button', { name: 'Erase them for good' }).click()
    await page.getByText('They are erased.').waitFor()
    const midnight = Date.parse('2025-10-25T22:00:00Z') / 1000
    const all = (await erased() ?? '').split(';').slice(0, -1)
    expect(new Set(all.map((one) => one.split(' ').slice(1).join(' '))))
      .toEqual(new Set([`${midnight} ${midnight + 25 * 3600}`]))
    expect(all.length).toBeGreaterThan(1) // each of its channels
    await page.getByLabel('Last day').fill('2026-06-14')
    await page.getByRole('button', { name: 'Erase these days' }).click()
    await page.getByRole('button', { name: 'Erase them for good' }).click()
    await page.getByText('Nothing was erased').waitFor()
  })

  test('says that the owner restored elsewhere, and offers no recovery file', async () => {
    await visit('/', 'replaced')
    await page.getByRole('alert').getByText('You restored on another browser').waitFor()
    expect(await page.getByText('Keep a way back').count()).toBe(0)
    await page.getByRole('link', { name: 'Restore here' }).click()
    await page.getByLabel('Recovery file', { exact: true }).waitFor()
    await page.getByText('2 blocks that were not sent from here will be gone.').waitFor()
    expect(await page.getByText('Make the recovery file').count()).toBe(0)
    await page.getByText('your devices stand in its settings').waitFor()
    expect(await page.getByText('Pair a gateway').count()).toBe(0)
    await visit('/proof', 'replaced')
    await page.getByText('This is what this browser last checked').waitFor()
    await page.getByText('You restored on another browser').waitFor()
    expect(await page.getByText('Give it a minute').count()).toBe(0)
  })

  test('shows the last proof with its age while the platform is away', async () => {
    await visit('/proof', 'proof-kept')
    await page.getByText(/last checked, 2\sh ago/)
      .waitFor()
    await page.getByText('The check could not be finished').waitFor()
    await page.getByRole('heading', { name: 'Identities' }).waitFor()
  })

  test('says beside the button that saves a line what its file holds', async () => {
    const beside = page.locator('.save-line', {
      has: page.getByRole('button', { name: 'Save what the line sent' }),
    })
    for (const state of ['failed-noise', 'import'] as const) {
      await visit('/', state)
      if (state === 'import') await page.getByText('The telegram, as it came').click()
      await beside.getByText(/the numbers of your meters.*It never holds a key\./).waitFor()
    }
    await visit('/', 'failed-silence')
    expect(await beside.count()).toBe(0)
  })

  test('offers to ask where nothing came, or noise that a meter may be behind', async () => {
    for (const state of ['failed-silence', 'failed-noise'] as const) {
      await visit('/', state)
      await page.getByText('A question only reads; it changes nothing.').waitFor()
      await page.getByRole('button', { name: 'Ask the meter' }).waitFor()
    }
    await visit('/', 'failed-other-protocol')
    await page.getByText(/the North, M-Bus and Modbus\./).waitFor()
    expect(await page.getByRole('button', { name: 'Ask the meter' }).count()).toBe(0)
  })

  test('shows how far the asking is, and hatches what nobody knows', async () => {
    const bar = page.getByRole('progressbar', { name: 'Asking your meter' })
    const shown = async () => await bar.evaluate((of: HTMLProgressElement) => of.position)
    const drawn = async () => await bar.evaluate((of) => getComputedStyle(of).backgroundImage)
    await visit('/', 'asking-mbus')
    await page.getByText('Step 2 of 4. Over an M-Bus').waitFor()
    expect([await shown(), await drawn()]).toEqual([0.5, 'none'])
    // So much of the 65 seconds in which a meter calls, and it goes on, but never beyond them.
    await visit('/', 'asking-call')
    await expect.poll(shown).toBeCloseTo(20 / 65, 3)
    for (const [later, at] of [[10, 30 / 65], [100, 1]] as const) {
      await page.clock.setFixedTime(aSunnyAfternoon.getTime() + 1000 * later)
      await expect.poll(shown, { timeout: 5000 }).toBeCloseTo(at, 3)
    }
    await page.clock.setFixedTime(aSunnyAfternoon)
    for (const state of ['asking', 'asking-modbus'] as const) {
      await visit('/', state)
      await bar.waitFor()
      expect([await shown(), await drawn()]).toEqual([-1, expect.stringContaining('gradient')])
    }
    // Its steps are not said aloud: what a screen reader is told is the notice alone.
    expect(await bar.evaluate((of) => of.closest('[aria-live], [role=status]'))).toBeNull()
  })

  test('counts the digits of a key, and those too many', async () => {
    await visit('/', 'locked')
    const field = page.getByLabel('Key: 32 digits, 0 to 9 and A to F')
    await field.fill('0'.repeat(31))
    await page.getByText('31 of 32 digits').waitFor()
    await field.fill('0'.repeat(33))
    await page.getByText('1 digit too many').waitFor()
    await field.fill('0'.repeat(40))
    await page.getByText('8 digits too many').waitFor()
  })

  test('does not say of a meter that is not read that it is', async () => {
    await visit('/', 'idle')
    expect(await page.locator('.number-now .age').innerText()).toBe('Last read: 14:31:17')
    await visit('/', 'not-read')
    await page.getByText('Not reading', { exact: true }).waitFor()
    await visit('/', 'offline')
    await page.getByText(/Reading goes on, and what you see is live\. 1,284 blocks wait/).waitFor()
    await visit('/', 'offline-idle')
    await page.getByText('You see what this browser last knew.').waitFor()
    expect(await page.getByText('Reading goes on').count()).toBe(0)
  })

  test('says of a gateway that it reads, that it is quiet, or that nothing came yet', async () => {
    await visit('/', 'by-gateway')
    await page.getByText('Keller reads this meter').waitFor()
    expect(await page.locator('.number-now .age').innerText()).toMatch(/^Read 40.s ago$/)
    await visit('/', 'by-gateway-quiet')
    await page.getByText('Nothing has come from Keller for a while').waitFor()
    expect(await page.locator('.number-now .age').innerText()).toMatch(/^Last read: /)
    await visit('/', 'by-gateway-none')
    await page.getByText('Nothing has come from Keller yet').waitFor()
    expect(await page.getByRole('button', { name: /Connect/ }).count()).toBe(0)
  })

  test('says of each code that leads nowhere what to do, and when to try again', async () => {
    for (
      const [first, sentence] of [
        ['0', /No gateway shows this code now/],
        ['1', /Too many codes were wrong\. .* You can try again at 14:40:20\./],
        ['2', /ten minutes are over/],
        ['3', /platform cannot be reached/],
        ['4', /answered too often/],
        ['5', /unpaired this gateway before/],
        ['7K3', /has 16 letters and digits/],
      ] as const
    ) {
      await visit('/pair', 'import')
      const code = page.getByLabel('The code that it shows')
      await code.fill(first.length === 1 ? `${first}000-0000-0000-0000` : first)
      await code.press('Enter')
      await page.getByRole('alert').filter({ hasText: sentence }).waitFor()
      // What was typed can be mended.
      expect(await page.getByLabel('The code that it shows').getAttribute('aria-invalid')).toBe(
        'true',
      )
    }
  })

  test('asks to pair only what is at hand, and answers nothing for its owner', async () => {
    await visit('/pair#7K3M-9Q2X-T5BN-4RWD', 'import')
    await page.getByText('Pair it only if it is yours, stands before you').waitFor()
    expect(new URL(page.url()).hash).toBe('')
    expect(await page.locator('main input:checked').count()).toBe(0)
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('FIELDSET')
    const names = await page.locator('main fieldset button').allInnerTexts()
    expect(names).toEqual(expect.arrayContaining(['Pair', 'Do not pair']))
    const looks = await page.locator('main fieldset .ways button').evaluateAll((all) =>
      all.map((one) => one.className)
    )
    expect(new Set(looks).size).toBe(1)
  })

  test('says what the browser has of a day while the platform is away', async () => {
    await visit('/history?day=2026-06-09', 'import')
    await page.getByText('You see what this browser has kept of it').waitFor()
    await page.locator('svg.bars').waitFor()
    await visit('/history?day=2026-06-13', 'import')
    await page.getByText('The platform cannot be reached').waitFor()
    await page.getByText('This is not in this browser.').waitFor()
  })

  test('sums the quarters that are over, and says until when', async () => {
    await visit('/', 'import')
    await page.locator('.sums').getByText('until 14:30').waitFor()
    await visit('/history?day=2026-06-12', 'import')
    await page.locator('.sums').first().waitFor()
    expect(await page.locator('.sums').getByText('until').count()).toBe(0)
  })

  test('says aloud a value with its time, and shows a new one without a flash', async () => {
    await visit('/', 'import')
    await expect.poll(() => page.locator('.number-now [aria-live]').textContent())
      .toBe('14:31:17: 412\u202fW from the grid')
    // The keyframes themselves: they are over before anybody could look.
    const frames = await page.evaluate(() => {
      const within = (rules: CSSRuleList): CSSRule[] =>
        [...rules].flatMap((rule) =>
          rule instanceof CSSGroupingRule ? within(rule.cssRules) : [rule]
        )
      return [...document.styleSheets].flatMap((sheet) => within(sheet.cssRules))
        .filter((rule) => rule instanceof CSSKeyframesRule)
        .flatMap((rule) => [...rule.cssRules])
        .map((frame) => frame instanceof CSSKeyframeRule ? frame.style.opacity : '')
        .filter((opacity) => opacity !== '').map(Number)
    })
    expect(frames.length).toBeGreaterThan(0)
    expect(Math.min(...frames)).toBeGreaterThanOrEqual(0.85)
  })

  test('says nothing of one meter where another is looked at', async () => {
    await visit('/', 'two-meters')
    const said = page.locator('.number-now [aria-live]')
    await expect.poll(() => said.textContent()).toContain('412')
    await page.getByLabel('Meter', { exact: true }).selectOption({ index: 1 })
    await expect.poll(() => page.locator('.number-now .watts').innerText()).toContain('980')
    expect(await said.textContent()).not.toContain('412')
  })

  for (const locale of ['en-US', 'en-GB', 'de-DE']) {
    test(`has the same hours at the same place in both charts, ${locale}`, async () => {
      await open({ locale })
      await visit('/', 'import')
      await page.locator('.curve canvas').waitFor()
      const [over, bars] = await Promise.all([
        page.locator('.curve .u-over').boundingBox(),
        page.locator('svg.bars').boundingBox(),
      ])
      expect(Math.round(bars?.x ?? 0)).toBe(Math.round(over?.x ?? 1))
      expect(Math.round(bars?.width ?? 0)).toBe(Math.round(over?.width ?? 1))
      const labels = await page.locator('svg.bars .label.middle:not(.sum)').allTextContents()
      expect(labels.map((label) => label.replace('\u202f', ' '))).toEqual(
        locale === 'en-US'
          ? ['12 AM', '06 AM', '12 PM', '06 PM', '12 AM']
          : ['00:00', '06:00', '12:00', '18:00', '00:00'],
      )
      const boxes = await page.locator('svg.bars .label').evaluateAll((all) =>
        all.map((label) => label.getBoundingClientRect()).map(({ left, right }) => [left, right])
      )
      for (const [left = 0, right = 0] of boxes) {
        expect(left).toBeGreaterThanOrEqual(0)
        expect(right).toBeLessThanOrEqual(390)
      }
    })
  }

  test('keeps the place of what is still to come today, and says what that is', async () => {
    const places: unknown[] = []
    for (const state of ['first-minute', 'first-quarter', 'import'] as const) {
      await visit('/', state)
      const curve = state === 'first-minute'
        ? page.locator('.today svg.bars')
        : page.locator('.u-over')
      const box = await curve.first().boundingBox()
      const next = await page.getByRole('heading', { name: 'Quarter-hours today' }).boundingBox()
      places.push([box?.x, box?.width, next?.y].map((at) => Math.round(at ?? 0)))
    }
    expect(places[1]).toEqual(places[0])
    expect(places[2]).toEqual(places[0])
    await visit('/', 'first-minute')
    await page.getByText('The curve of today begins with the first readings.').waitFor()
    await page.getByText('The first bar follows once a whole quarter-hour was read.').waitFor()
  })

  test('says of a gap that began yesterday that it is not counted today', async () => {
    await visit('/', 'gap-from-yesterday')
    await page.locator('.sums', { hasText: '1 gap reaches over the border' }).waitFor()
    await page.getByText('As a table').last().click()
    const row = page.getByRole('row', { name: /Sum across a gap over the border/ })
    expect(await row.textContent()).toMatch(/^Sat 13 Jun, 19:00–07:00.*3\.214/)
  })

  test('says of what other devices have sealed that they have', async () => {
    await visit('/proof', 'other-devices')
    await page.getByText(/^Sealed by your devices\. [\d,]+ blocks checked/).waitFor()
    await page.getByText('More about this channel').first().click()
    await page.getByText('2, of which 1 by this browser').first().waitFor()
    await page.getByRole('link', { name: 'Now', exact: true }).click()
    await page.getByRole('link', { name: /^Sealed by your devices\. [\d,]+ blocks checked/ })
      .waitFor()
  })

  test('shows every fingerprint that can be compared, before any proof', async () => {
    await visit('/settings', 'proof-kept')
    await page.getByText('Where the key is kept').waitFor()
    await page.getByText('Fingerprint of the platform').waitFor()
    await page.getByText('08e4 a6f1', { exact: false }).waitFor()
  })

  test('changes the language at once and remembers it', async () => {
    await visit('/settings', 'import')
    await page.getByRole('combobox', { name: 'Language' }).selectOption('de')
    await page.getByRole('heading', { level: 1, name: 'Einstellungen' }).waitFor()
    expect(await page.evaluate(() => document.documentElement.lang)).toBe('de')
    await page.reload()
    await page.getByRole('heading', { level: 1, name: 'Einstellungen' }).waitFor()
  })
})

test('starts without a network once it was there', async () => {
  await open({ serviceWorkers: 'allow' })
  await visit('/', 'import')
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.context().setOffline(true)
  await page.goto(address('/proof'))
  await page.getByRole('heading', { level: 1, name: 'Proof' }).waitFor()
  await page.goto(address('/'))
  await page.locator('.curve canvas').waitFor()
  await expect.poll(() => page.locator('.watts').innerText()).toBe('412\u202fW')
  // The API's reference is about the platform, and says that it needs it.
  await page.goto(address('/reference'))
  await page.getByRole('heading', { name: 'The OpenAPI document could not be read' }).waitFor()
  await page.getByText('Check the connection, then load the page again.').waitFor()
  // The platform's own addresses are not pages of the app.
  await expect(page.goto(address('/healthz'))).rejects.toThrow(
    'ERR_INTERNET_DISCONNECTED',
  )
  expect(complaints.filter((text) => !/ERR_INTERNET_DISCONNECTED|Failed to load/.test(text)))
    .toEqual([])
})
