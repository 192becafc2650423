/**
 * Meters that say nothing until they are asked, behind an adapter: an M-Bus with three of them, and
 * a Modbus meter that swaps its words. Each hears only what is sent at its rate.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import type { Page } from 'playwright-core'
import { afterAll, describe, expect, test } from 'vitest'
import { createSimulatedBus } from '../../shared/meter/simulate-modbus.ts'
import { createSimulatedMBus } from '../../shared/meter/simulate-mbus.ts'
import { openSerialLine } from '../rig/serial-line.ts'
import { type AnyMeterOnLine, type Home, openHome, type Platform, screen } from './home.ts'
import { scene } from './story.ts'

interface AskedLine extends AnyMeterOnLine {
  /** How often it was asked at its rate. */
  asked(): number
}

async function startAsked(
  { id, speaks, answer }: {
    id: string
    speaks: number
    answer: (asked: Uint8Array, at: number) => Uint8Array
  },
): Promise<AskedLine> {
  const line = await openSerialLine()
  let asked = 0
  line.onData((bytes) => {
    const rate = execFileSync('stty', ['-F', line.path() ?? '', 'speed'], { encoding: 'utf8' })
    if (Number(rate) !== speaks) return
    asked++
    void line.write(answer(bytes, Math.floor(Date.now() / 1000)))
  })
  return {
    line,
    id,
    asked: () => asked,
    send: () => Promise.resolve(),
    close: () => line.close(),
  }
}

async function startMBus(): Promise<AskedLine> {
  const bus = createSimulatedMBus([
    { kind: 'heat', address: 1, id: '10000001' },
    { kind: 'water', address: 2, id: '55000002' },
    { kind: 'electricity', address: 3, id: '20000003' },
  ])
  return await startAsked({ id: '20000003', speaks: 2400, answer: (...of) => bus.answer(...of) })
}

async function startModbus(): Promise<AskedLine> {
  const bus = createSimulatedBus({
    seed: 3,
    devices: [{ unit: 1, family: 'janitza-umg604', order: 'swapped' }],
  })
  const id = bus.devices[0]?.meter ?? ''
  return await startAsked({ id, speaks: 19_200, answer: (...of) => bus.answer(...of) })
}

/** To where the owner is asked whether the meter may be. */
async function toSilence(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByText('say nothing until they are asked').waitFor({ timeout: 90_000 })
}

async function known(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  return await page.locator('main').innerText()
}

describe('three meters of an M-Bus', () => {
  let platform: Platform
  let meter: AskedLine
  let home: Home
  let page: Page

  scene(startMBus, async (at) => {
    ;({ platform, meter } = at)
    home = await openHome(platform, { meter, profile: at.folder, zone: 'Europe/Vienna' })
    page = await home.open()
  })
  afterAll(() => home?.close())

  test('nothing is sent before the owner allows it', async () => {
    await toSilence(page)
    expect(meter.line.received()).toHaveLength(0)
  }, 120_000)

  test('all three are found, read and sealed', async () => {
    await page.getByRole('button', { name: 'Ask the meter' }).click()
    await page.getByText('Over an M-Bus: 2,400 baud, 8E1').waitFor({ timeout: 60_000 })
    await screen(page, 'asked-mbus')
    await page.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 120_000 })
    for (const id of ['20000003', '10000001', '55000002']) {
      await page.getByText(id).first().waitFor({ state: 'attached' })
    }
    await screen(page, 'asked-mbus-read')
    // Three channels for each of them.
    expect(await platform.query('select 1 from channels')).toHaveLength(9)
  }, 200_000)

  test('the next visit asks by itself', async () => {
    await page.reload()
    const before = meter.asked()
    await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
    await expect.poll(() => meter.asked(), { timeout: 20_000 }).toBeGreaterThan(before)
    expect(home.errors).toEqual([])
  }, 60_000)
})

describe('a Modbus meter that swaps its words', () => {
  let platform: Platform
  let meter: AskedLine
  let home: Home
  let page: Page

  scene(startModbus, async (at) => {
    ;({ platform, meter } = at)
    home = await openHome(platform, { meter, profile: at.folder, zone: 'Europe/Vienna' })
    page = await home.open()
  })
  afterAll(() => home?.close())

  test('the owner says in which order they are, and it is read and sealed', async () => {
    await toSilence(page)
    await page.getByRole('button', { name: 'Ask the meter' }).click()
    await page.getByText('seems to order its numbers in its own way').waitFor({ timeout: 90_000 })
    await page.getByText(/the grid has (49|50)\.\d+ Hz here/).waitFor()
    expect(await platform.query('select 1 from channels')).toEqual([])
    await screen(page, 'asked-word-order')
    await page.getByRole('button', { name: 'Yes, read it that way' }).click()
    await page.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 90_000 })
    await page.getByText(meter.id).first().waitFor({ state: 'attached' })
    await screen(page, 'asked-modbus-read')
  }, 300_000)

  test('the next visit knows the order', async () => {
    await page.reload()
    const before = meter.asked()
    expect(await known(page)).not.toContain('in its own way')
    await expect.poll(() => meter.asked(), { timeout: 20_000 }).toBeGreaterThan(before + 5)
    expect(await known(page)).not.toContain('in its own way')
    expect(home.errors).toEqual([])
  }, 60_000)
})
