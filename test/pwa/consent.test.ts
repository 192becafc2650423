/**
 * Answering a request and living with what was allowed, in a real Chromium, by keyboard and by role:
 * what is shown, what is asked of the household, and where the browser goes. The state is the
 * fixture's.
 *
 * @module
 */
import { describe, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { encode } from 'uqr'
import { visitor } from './visitor.ts'

let page: Page
/** Every address outside that the browser went to. */
let went: string[]

const { open, visit } = visitor((opened) => {
  page = opened
  went = []
}, { reducedMotion: 'reduce' })

const asking = '/authorize?client_id=c&request_uri=urn%3Aietf%3Aparams%3Aoauth%3Arequest_uri%3Au'
const registered = 'https://app.beratung.example/back'

async function come(): Promise<void> {
  await open()
  await page.route(/^https:/, async (route) => {
    went.push(route.request().url())
    await route.fulfill({ contentType: 'text/html', body: '<title>There</title>' })
  })
}

/** The terms that the page asked the household to answer with; null of a No. */
async function answered(): Promise<unknown> {
  const text = await page.evaluate(() => document.documentElement.dataset['answer'] ?? '"nothing"')
  return JSON.parse(text)
}

const button = (name: string) => page.getByRole('button', { name, exact: true })

describe('a request', () => {
  test('says who asks, whether anybody vouches for it, and keeps its key under the details', async () => {
    await come()
    await visit(asking, 'asked')
    await page.getByRole('heading', {
      level: 1,
      name: 'Energieberatung Grünwald asks to read your meter',
    })
      .waitFor()
    await page.getByText('Checked and approved by the operator of this platform').waitFor()
    const key = page.getByText('3c0f 7a91 d2e4 b856')
    expect(await key.isVisible()).toBe(false)
    await page.getByText('Details', { exact: true }).click()
    expect(await key.isVisible()).toBe(true)
    await visit(asking, 'asked-unverified')
    await page.getByRole('alert').getByText('Anybody can call themselves Sparfuchs24').waitFor()
    expect(await page.getByText('Checked and approved').count()).toBe(0)
    await page.getByText('xn--sparfchs24-ieb.example', { exact: true }).waitFor()
  })

  test('shows my own last value at the resolution it would be given', async () => {
    await come()
    await visit(asking, 'asked')
    const preview = page.locator('.preview')
    await expect.poll(() => preview.innerText()).toMatch(
      /^Your last value, 14:15 to 14:30: \d+\.\d{3}\u202fkWh from the grid, \d+\.\d{3}\u202fkWh to the grid$/,
    )
    await page.getByLabel('How often').selectOption('P1D')
    await expect.poll(() => preview.innerText()).toMatch(/^Your last value, Sat 13 Jun: \d/)
    await page.getByText('the days when nobody is at home').waitFor()
  })

  test('ticks no purpose beforehand, and allows nothing without one', async () => {
    await come()
    await visit(asking, 'asked-much')
    const purposes = page.locator('.purposes').getByRole('checkbox')
    expect(await purposes.count()).toBe(3)
    for (const box of await purposes.all()) expect(await box.isChecked()).toBe(false)
    await page.locator('.purposes li').filter({ hasText: 'Can be left out' })
      .getByText('Research').waitFor()
    await button('Allow').click()
    await page.getByRole('alert').getByText('No purpose is ticked').waitFor()
    expect(await answered()).toBe('nothing')
    expect(went).toEqual([])
  })

  test('gives No and Yes the same weight', async () => {
    await come()
    await visit(asking, 'asked')
    const looks = await Promise.all(
      ['Deny', 'Allow'].map(async (name) =>
        await button(name).evaluate((element) => {
          const { color, backgroundColor, borderColor, fontSize, fontWeight } = getComputedStyle(
            element,
          )
          const { width, height, top } = element.getBoundingClientRect()
          return { color, backgroundColor, borderColor, fontSize, fontWeight, width, height, top }
        })
      ),
    )
    expect(looks[0]).toEqual(looks[1])
  })

  test('is narrowed in all it asks for, and answered so; then the browser goes back', async () => {
    await come()
    await visit(asking, 'asked-much')
    await page.getByRole('checkbox', { name: 'Everything the meter says' }).uncheck()
    await page.getByLabel('How often').first().selectOption('P1D')
    await page.locator('.lines').getByRole('checkbox').last().uncheck()
    await page.getByRole('checkbox', { name: 'Advice on using less energy' }).check()
    await page.getByLabel('For how long').selectOption({ label: '1 month' })
    await page.getByLabel('Readings from before').selectOption({ label: 'none' })
    await page.getByText('No readings from before.').waitFor()
    await button('Allow').click()
    await page.waitForURL(/beratung/)
    expect(went).toEqual([`${registered}?code=once&iss=https%3A%2F%2Fkilowit.example`])
  })

  test('asks the household for just what was chosen', async () => {
    await come()
    await visit('/authorize?waiting=request', 'asked-without-browser')
    await page.getByLabel('How often').selectOption('P1D')
    await page.getByRole('checkbox', { name: 'Research' }).check()
    await page.getByLabel('For how long').selectOption({ label: '1 month' })
    await page.getByLabel('Readings from before').selectOption({ label: 'none' })
    await button('Allow').click()
    await page.getByRole('heading', { name: 'You allowed Energieberatung Grünwald to read' })
      .waitFor()
    const from = Date.parse('2026-06-14T12:31:20Z') / 1000
    expect(await answered()).toEqual({
      lines: [{ meter: 'E0044007117155121', classes: 'energy', resolution: 'P1D' }],
      purposes: ['research'],
      from,
      until: from + 30 * 86_400,
      history: from,
    })
    await page.getByText('is told. You can close this page.').waitFor()
    expect(went).toEqual([])
  })

  test('is denied by keyboard, with one key', async () => {
    await come()
    await visit(asking, 'asked')
    await button('Deny').focus()
    await page.keyboard.press('Enter')
    await page.waitForURL(/beratung/)
    expect(went).toEqual([`${registered}?error=access_denied&iss=https%3A%2F%2Fkilowit.example`])
  })

  test('sends the browser nowhere else, whatever the platform says', async () => {
    await come()
    await visit(asking, 'asked-misled')
    await page.locator('.purposes').getByRole('checkbox').first().check()
    await button('Allow').click()
    await page.getByRole('alert').getByText('The way back leads elsewhere than it should').waitFor()
    expect(went).toEqual([])
    expect(await page.locator('a[href*="evil"]').count()).toBe(0)
  })

  test('shows how far it is while keys of earlier readings are handed over, and is sent once', async () => {
    await come()
    await visit(asking, 'asked-slowly')
    await page.locator('.purposes').getByRole('checkbox').first().check()
    await button('Allow').click()
    const progress = page.getByRole('progressbar')
    await expect.poll(() => progress.getAttribute('value')).toBe('1204')
    expect(await progress.getAttribute('max')).toBe('2880')
    expect(await button('Deny').getAttribute('aria-disabled')).toBe('true')
    await page.evaluate(() => delete document.documentElement.dataset['answer'])
    // Whoever clicks again does not wait until it may be clicked.
    await button('Allow').click({ force: true })
    await button('Deny').click({ force: true })
    expect(await answered()).toBe('nothing')
  })

  test.each(
    [
      ['asked-expired', 'Its time is over.', false],
      ['asked-changed', 'It was changed after it was sent', false],
      ['asked-offline', 'The platform cannot be reached.', true],
    ] as const,
  )('that cannot be answered says why, and offers a way out: %s', async (state, why, again) => {
    await come()
    await visit(asking, state)
    await page.getByRole('alert').getByText(why).waitFor()
    expect(await button('Allow').count()).toBe(0)
    expect(await button('Try again').count()).toBe(again ? 1 : 0)
    await page.getByText('Nobody got a key').waitFor()
    await page.getByRole('link', { name: 'Go to Sharing' }).click()
    await page.getByRole('heading', { level: 1, name: 'Sharing' }).waitFor()
  })

  test('is not answered where no keys are: it says on which device', async () => {
    await come()
    await visit(asking, 'asked-elsewhere')
    await page.getByRole('heading', { level: 1, name: 'Your keys are not in this browser' })
      .waitFor()
    const address = page.url()
    const picture = page.getByRole('img', { name: 'QR code: the address of this request' })
    // The same address in a picture of the same text, which is for a camera to read.
    const dark = encode(address, { ecc: 'M', border: 4 }).data
      .flatMap((row, y) => row.flatMap((is, x) => is ? `M${x} ${y}h1v1h-1z` : []))
    expect(await picture.locator('path').getAttribute('d')).toBe(dark.join(''))
    await page.getByText('Or copy the address').click()
    await page.getByText(address, { exact: true }).waitFor()
    expect(await button('Allow').count()).toBe(0)
    await page.getByRole('link', { name: 'Restore from your recovery file' }).waitFor()
    await page.getByText('As soon as it is answered there, this page goes on.').waitFor()
    expect(went).toEqual([])
  })

  test('shows a code with its time in a browser without keys, and a new one at need', async () => {
    await come()
    await visit(asking, 'asked-elsewhere')
    await page.getByText('K7QX-9M1D', { exact: true }).waitFor()
    await page.getByText('Good for 9 more minutes').waitFor()
    expect(await button('Show a new code').count()).toBe(0)
    await page.clock.setFixedTime(Date.parse('2026-06-14T12:40:30Z'))
    await page.getByText('The code has run out.').waitFor()
    expect(await page.getByText('K7QX-9M1D').count()).toBe(0)
    await button('Show a new code').press('Enter')
    await page.getByText('K7QX-9M2D', { exact: true }).waitFor()
  })

  test('says so where another browser gets the answer', async () => {
    await come()
    await visit(asking, 'asked-for-another')
    await page.getByRole('alert').getByText('Another browser waits for your answer').waitFor()
    await visit(asking, 'asked')
    await button('Allow').waitFor()
    expect(await page.getByText('Another browser').count()).toBe(0)
  })

  test('goes on by itself once it was answered on another device, or says that its time is over', async () => {
    await come()
    await visit('/authorize?client_id=c&request_uri=over', 'asked-elsewhere')
    await page.getByText('Its time is over.').waitFor()
    await page.goto(page.url().replace('=over', '=answered'))
    await page.waitForURL(/beratung/)
    expect(went).toEqual([`${registered}?code=once&iss=i`])
  })

  test('takes nobody by itself to whom nobody vouches for', async () => {
    await come()
    await visit('/authorize?client_id=c&request_uri=unverified-answered', 'asked-elsewhere')
    const on = page.getByRole('link', { name: 'Go on to app.beratung.example' })
    await on.waitFor()
    expect(await button('Show a new code').count()).toBe(0)
    expect(went).toEqual([])
    await on.click()
    await page.waitForURL(/beratung/)
  })

  test('that another browser waits for ends here, and goes on there', async () => {
    await come()
    await visit(asking, 'asked-for-another')
    await page.getByRole('checkbox', { name: 'Advice on using less energy' }).check()
    await button('Allow').click()
    await page.getByText('Done. The other browser goes on to Energieberatung Grünwald').waitFor()
    const here = page.getByRole('link', { name: 'app.beratung.example' })
    expect(await here.getAttribute('href')).toContain('code=once')
    expect(went).toEqual([])
    // Where nobody vouches for it, the other browser asks before it goes.
    await visit(asking, 'asked-for-another-unverified')
    await page.getByRole('checkbox', { name: 'Advice on using less energy' }).check()
    await button('Allow').click()
    await page.getByText('In the other browser, choose to go on to').waitFor()
  })

  test('that was answered before goes on from there, and is not answered again', async () => {
    await come()
    await visit(asking, 'asked-before')
    await page.getByRole('heading', { name: 'You allowed Energieberatung Grünwald to read' })
      .waitFor()
    expect(await button('Deny').count()).toBe(0)
    expect(went).toEqual([])
    await button('Go on to Energieberatung Grünwald').click()
    await page.waitForURL(/beratung/)
    expect(went).toEqual([`${registered}?code=once&iss=https%3A%2F%2Fkilowit.example`])
  })

  test('without a browser shows what is to be compared', async () => {
    await come()
    await visit('/authorize?waiting=request', 'asked-without-browser')
    await page.getByText('Compare this with what Energieberatung Grünwald shows: Vertrag 4711')
      .waitFor()
  })
})

describe('the Sharing room', () => {
  test('claims that nobody else can read only when nobody can', async () => {
    await come()
    await visit('/sharing', 'shared-nothing')
    await page.getByText('Nobody but you can read your readings').waitFor()
    await page.getByText('Nobody else has a key. Nobody has asked for one.').waitFor()
    await visit('/sharing', 'shared')
    await page.getByText('Beside you, 3 others can read some of your readings').waitFor()
    expect(await page.getByText('Nobody but you').count()).toBe(0)
    expect(await page.getByText('Nobody else has a key').count()).toBe(0)
    await visit('/sharing', 'shared-unread')
    await page.getByRole('alert').getByText('What you have allowed cannot be shown').waitFor()
    expect(await page.getByText(/^Nobody/).count()).toBe(0)
    await visit('/sharing', 'shared-broken')
    await page.getByRole('alert').getByText('The record of what you allowed does not hold')
      .waitFor()
    expect(await page.getByText(/^Nobody (but|else)/).count()).toBe(0)
    expect(await page.getByText('is being read and checked').count()).toBe(0)
    const looks = () => page.evaluate(() => Number(document.documentElement.dataset['looks']))
    const before = await looks()
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect.poll(looks).toBe(before + 1)
  })

  test('opens the request of a code, typed as it comes, by keyboard', async () => {
    await come()
    await visit('/sharing', 'shared')
    const field = page.getByLabel('Code on the other screen')
    await field.press('Enter')
    await page.getByRole('alert').getByText('Nothing is typed.').waitFor()
    await field.fill('0000 0000')
    await button('Look at the request').press('Enter')
    await page.getByRole('alert').getByText('The code is wrong or has run out.').waitFor()
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true)
    expect(await field.getAttribute('aria-invalid')).toBe('true')
    await field.fill('k7qx 9m1d')
    await field.press('Enter')
    await page.getByRole('heading', { name: 'Energieberatung Grünwald asks to read your meter' })
      .waitFor()
    expect(new URL(page.url()).search).toBe('?waiting=request')
    expect(await page.evaluate(() => document.documentElement.dataset['typed'])).toBe('k7qx 9m1d')
  })

  test('shows the address where one is asked without a browser, and draws it for a camera', async () => {
    await come()
    await visit('/sharing', 'shared-nothing')
    const id = 'o0wNer2mW9vJt4sLr8eYbXkQ2mW9vJt4sLr8eYbXkQ0'
    await page.getByText(id, { exact: true }).waitFor()
    const picture = page.getByRole('img', { name: 'QR code: your address' })
    expect(await picture.count()).toBe(0)
    await page.getByText('Show it as a picture').click()
    await picture.waitFor()
  })

  test('tells once that a yes came too late', async () => {
    await come()
    await visit('/sharing', 'shared')
    const told = page.getByText(/^A yes of yours was not taken any more, /)
    await told.waitFor()
    const notice = page.locator('.notice', { has: told })
    await notice.getByRole('button', { name: 'Understood' }).click()
    await told.waitFor({ state: 'detached' })
  })

  test('shares with somebody at home, whose link was scanned, no more than is chosen', async () => {
    await come()
    await visit('/share#nobodyx', 'shared-nothing')
    await page.getByRole('alert').getByText('Nobody on this platform has this address.').waitFor()
    await visit('/share#somebody', 'shared-nothing')
    await page.getByText('81b7 9d1c 4f20 a6e3 55d8').waitFor()
    const lines = page.getByRole('checkbox')
    // Every telegram is chosen, and not left away; and there is no purpose to tick.
    expect(await lines.count()).toBe(3)
    expect(await page.getByRole('checkbox', { name: 'Everything' }).isChecked()).toBe(false)
    await button('Share').click()
    await page.getByRole('alert').getByText('Give this person a name').waitFor()
    await page.getByLabel('What you call this person').fill('Ayşe')
    await button('Share').click()
    await page.getByRole('heading', { level: 1, name: 'Ayşe' }).waitFor()
    const half = { meter: expect.any(String), classes: 'energy', resolution: 'PT15M' }
    const from = Date.parse('2026-06-14T12:31:20Z') / 1000
    expect(await answered()).toMatchObject({
      lines: [half, half],
      purposes: ['household'],
      from,
      until: from + 365 * 86_400,
      history: from,
    })
  })

  test('tells on Now who waits for an answer, until it is put away', async () => {
    await come()
    await visit('/', 'asked-without-browser')
    const told = page.getByText('Energieberatung Grünwald waits for your answer')
    await told.waitFor()
    await page.getByText('Can be answered until').waitFor()
    await button('Not now').click()
    await told.waitFor({ state: 'detached' })
    await page.reload()
    await page.getByRole('heading', { level: 1 }).waitFor()
    await page.waitForLoadState('networkidle')
    expect(await told.count()).toBe(0)
  })

  test('has everything by its state, with data, period, last access and days left', async () => {
    await come()
    await visit('/sharing', 'shared')
    const headings = await page.getByRole('heading', { level: 2 }).allInnerTexts()
    expect(headings).toEqual([
      'Waiting for your answer',
      'Can read',
      'Paused',
      'Not begun yet',
      'Ended',
      'Shared with you',
      'Enter a code',
      'Share with somebody at home',
      'Who has keys',
      'Your address',
      'Moving out',
    ])
    const row = page.locator('.grants li', {
      has: page.getByRole('heading', { name: 'Energieberatung Grünwald' }),
      hasText: 'days left',
    })
    expect((await row.innerText()).split('\n').filter((line) => line !== '')).toEqual([
      'Energieberatung Grünwald',
      'Energy, from and to the grid: every quarter-hour, Meter E0044007117155121',
      'Until 24 November 2026: 163 days left',
      'Last read 2\u202fh ago, 412 times',
    ])
    await page.getByText('Decided here and not sent yet.').waitFor()
  })

  test('revokes with two taps, and says before what it cannot undo', async () => {
    await come()
    await visit('/sharing/active', 'shared')
    await button('Revoke').focus()
    await page.keyboard.press('Enter')
    await page.getByText('may have kept, and that cannot be undone').waitFor()
    await page.keyboard.press('Tab')
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Revoke now')
    await page.getByText(/^Until 24 November 2026/).waitFor()
    await page.keyboard.press('Enter')
    await page.getByText(/^Revoked by you, 14 Jun 2026/).waitFor()
    await page.getByText(
      /^Block 4,021, at 14 Jun 2026, 13:23\. The other side sees the same number\.$/,
    )
      .waitFor()
    await page.getByText(/^Provisional: your device has not turned the key yet/).waitFor()
    await page.getByText('2 blocks were still sealed under the old key and are withheld.').waitFor()
    await page.getByText('None: it never read any.').waitFor()
    expect(await button('Revoke').count()).toBe(0)
    await button('Ask to erase').click()
    await page.getByText('You asked to erase it. There is no answer yet.').waitFor()
  })

  test('asks again how far it was read while that is provisional, and no longer', async () => {
    const looks = () => page.evaluate(() => Number(document.documentElement.dataset['looks']))
    await come()
    await visit('/sharing/ended', 'shared')
    await page.getByText(/^Provisional:/).waitFor()
    await expect.poll(looks, { timeout: 20_000 }).toBeGreaterThan(2)
    await visit('/sharing/active', 'shared')
    const before = await looks()
    await page.waitForTimeout(6000)
    expect(await looks()).toBe(before)
    // Coming back to its tab is reason enough.
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')))
    await expect.poll(looks).toBe(before + 1)
  }, 60_000)

  test('asks again for the answer while there is none to whether it was erased', async () => {
    const looks = () => page.evaluate(() => Number(document.documentElement.dataset['looks']))
    await come()
    await visit('/sharing/asked', 'shared')
    await page.getByText('You asked to erase it. There is no answer yet.').waitFor()
    await expect.poll(looks, { timeout: 20_000 }).toBeGreaterThan(2)
  }, 60_000)

  test('leaves everything as it is when the second tap is not made', async () => {
    await come()
    await visit('/sharing/active', 'shared')
    await button('Revoke').click()
    await button('Leave it as it is').click()
    await button('Revoke').waitFor()
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Revoke')
    await page.getByText(/^Until 24 November 2026/).waitFor()
  })

  test('pauses, goes on, and gives less', async () => {
    await come()
    await visit('/sharing/active', 'shared')
    await button('Pause').click()
    await page.getByText(/^Paused by you\. It would end on/).waitFor()
    await button('Go on').click()
    await button('Pause').waitFor()
    await button('Give less').click()
    // It is what holds, and nobody asks for it now.
    await page.getByRole('heading', { name: 'What it sees' }).waitFor()
    expect(await page.getByText('(as now)').count()).toBe(3)
    expect(await page.getByText(/as asked|it would see|Tick each purpose/).count()).toBe(0)
    await page.getByLabel('How often').selectOption('P1D')
    await button('Give only this').click()
    await button('Give less').waitFor()
    const terms = await answered()
    const from = Date.parse('2026-05-25T12:31:20Z') / 1000
    expect(terms).toEqual({
      lines: [{ meter: 'E0044007117155121', classes: 'energy', resolution: 'P1D' }],
      purposes: ['energy-advice'],
      from,
      until: from + 183 * 86_400,
      history: from - 30 * 86_400,
    })
  })

  test('keeps the number of a meter in one line on the smallest of phones', async () => {
    await come()
    await page.setViewportSize({ width: 320, height: 640 })
    await visit('/sharing/active', 'shared')
    const tops = await page.getByRole('definition').first().evaluate((shown) => {
      const text = shown.querySelector('li')?.firstChild
      if (text?.nodeType !== Node.TEXT_NODE) throw new TypeError('There is no text')
      const range = document.createRange()
      range.setStart(text, (text.textContent ?? '').lastIndexOf(' ') + 1)
      range.setEnd(text, (text.textContent ?? '').length)
      return [...range.getClientRects()].map(({ top }) => Math.round(top))
    })
    expect(new Set(tops).size).toBe(1)
  })

  test('numbers what reads alike of two meters, and names the meter that is read', async () => {
    await come()
    await visit('/shared/paused', 'shared')
    const of = 'Energy, from and to the grid: every quarter-hour'
    const shown = page.getByRole('option')
    expect(await shown.allInnerTexts()).toEqual([`${of} (1)`, `${of} (2)`])
    await page.getByText('Meter E0044007117155121').waitFor()
    await visit('/shared/active', 'shared')
    expect(await shown.first().innerText()).toBe(of)
  })

  test('shows who read what when, and hands out the receipt with the way to check it', async () => {
    await come()
    await visit('/sharing/active', 'shared')
    await button('Show the log').click()
    expect(await page.locator('.log tbody tr').count()).toBe(24)
    await button('Show 36 more hours').click()
    expect(await page.locator('.log tbody tr').count()).toBe(48)
    const saved = page.waitForEvent('download')
    await button('Save the receipt').click()
    expect((await saved).suggestedFilename()).toBe('kilowit-receipt-active.jws')
    await page.getByText('npm run -s verify -- ~/Downloads/kilowit-receipt-active.jws').waitFor()
  })

  test('tells of a first access and of another key, until it is put away', async () => {
    await come()
    await visit('/sharing/active', 'shared')
    const first = page.getByText(/has begun to read, last 2/)
    await first.waitFor()
    await button('Understood').click()
    await first.waitFor({ state: 'detached' })
    await visit('/sharing/active', 'shared')
    await page.getByRole('heading', { name: 'What you can do' }).waitFor()
    expect(await first.count()).toBe(0)
    await visit('/sharing/key', 'shared')
    const key = page.getByText('Energiegemeinschaft Sonnenhang has another key now')
    await key.waitFor()
    await button('Understood').click()
    await key.waitFor({ state: 'detached' })
    await visit('/sharing/swapped', 'shared')
    await page.getByRole('alert').getByText('Whoever wants to read on has to ask you anew')
      .waitFor()
    await visit('/sharing/old', 'shared')
    await page.getByText(/^You allowed Institut für Lastforschung something on 9 July 2025$/)
      .waitFor()
  })

  test('ends all on moving out, with two taps', async () => {
    await come()
    await visit('/sharing', 'shared')
    await button('End all of it').click()
    await button('End 5 consents now').click()
    await page.getByText('Nobody but you can read your readings').waitFor()
    expect(await page.getByText(/^Ended as you moved out/).count()).toBe(5)
    expect(await page.getByRole('heading', { name: 'Moving out' }).count()).toBe(0)
  })
})
