/**
 * Meters that say nothing until they are asked: an M-Bus with three of them and a Modbus meter that
 * swaps its words, behind an adapter, and one with an infrared eye (IEC 62056-21, mode C). The owner
 * is asked first, and the next visit goes on by itself. Each hears only what is sent at its rate.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createSimulatedD0Meter } from '../../shared/meter/simulate-d0.ts'
import { createSimulatedBus } from '../../shared/meter/simulate-modbus.ts'
import { createSimulatedMBus } from '../../shared/meter/simulate-mbus.ts'
import { openSerialLine } from '../rig/serial-line.ts'
import {
  type AnyMeterOnLine,
  type Home,
  openHome,
  type Platform,
  screen,
  startPlatform,
} from './home.ts'

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

interface OpticalMeterOnLine extends AnyMeterOnLine {
  /** At which rates it was spoken to. */
  readonly rates: number[]
}

async function startOpticalMeter(): Promise<OpticalMeterOnLine> {
  // A reading head with a CP2102.
  const line = await openSerialLine({ usb: { vendorId: 0x10c4, productId: 0xea60 } })
  const meter = createSimulatedD0Meter({ seed: 5, startWh: 4_000_000 })
  const rates: number[] = []
  const rateOf = (): number => {
    return Number(execFileSync('stty', ['-F', line.path() ?? '', 'speed'], { encoding: 'utf8' }))
  }
  line.onData((bytes) => {
    const rate = rateOf()
    rates.push(rate)
    // The head sees its own light.
    void line.write(bytes)
    for (const answer of meter.hear(bytes, rate, Math.floor(Date.now() / 1000))) {
      setTimeout(() => {
        const isFollowed = line.path() !== undefined && rateOf() === answer.baudRate
        void line.write(isFollowed ? answer.bytes : new Uint8Array(20).fill(0x7f))
      }, 2 * answer.afterMilliseconds)
    }
  })
  return {
    line,
    rates,
    id: meter.meter,
    send: () => Promise.resolve(),
    close: () => line.close(),
  }
}

interface Place<M extends AnyMeterOnLine = AskedLine> {
  readonly platform: Platform
  readonly meter: M
  readonly home: Home
  readonly page: Page
}

const places: Place<AnyMeterOnLine>[] = []

/** A home of its own, to where the owner is asked whether the meter may be. */
async function toSilence<M extends AnyMeterOnLine>(start: () => Promise<M>): Promise<Place<M>> {
  const [platform, meter] = [await startPlatform(), await start()]
  const home = await openHome(platform, { meter, zone: 'Europe/Vienna' })
  const page = await home.open()
  const place = { platform, meter, home, page }
  places.push(place)
  await page.getByRole('button', { name: 'Connect meter' }).click()
  await page.getByText('nothing comes from the meter').waitFor({ timeout: 150_000 })
  await page.getByText('say nothing until they are asked').waitFor()
  return place
}

let mBus: Place
let modbus: Place
let optical: Place<OpticalMeterOnLine>

// At the same time: that nothing comes is known after a minute.
beforeAll(async () => {
  ;[mBus, modbus, optical] = await Promise.all([
    toSilence(startMBus),
    toSilence(startModbus),
    toSilence(startOpticalMeter),
  ])
}, 240_000)

afterAll(async () => {
  for (const { home, meter, platform } of places) {
    await home.close()
    await meter.close()
    await platform.close()
  }
})

async function known(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
  return await page.locator('main').innerText()
}

describe('three meters of an M-Bus', () => {
  test('nothing is sent before the owner allows it', () => {
    expect(mBus.meter.line.received()).toHaveLength(0)
  })

  test('all three are found, read and sealed', async () => {
    const { page, platform } = mBus
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
    const { page, meter, home } = mBus
    await page.reload()
    const before = meter.asked()
    await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
    await expect.poll(() => meter.asked(), { timeout: 20_000 }).toBeGreaterThan(before)
    expect(home.errors).toEqual([])
  }, 60_000)
})

describe('a Modbus meter that swaps its words', () => {
  test('the owner says in which order they are, and it is read and sealed', async () => {
    const { page, platform, meter } = modbus
    expect(meter.line.received()).toHaveLength(0)
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
    const { page, meter, home } = modbus
    await page.reload()
    const before = meter.asked()
    expect(await known(page)).not.toContain('in its own way')
    await expect.poll(() => meter.asked(), { timeout: 20_000 }).toBeGreaterThan(before + 5)
    expect(await known(page)).not.toContain('in its own way')
    expect(home.errors).toEqual([])
  }, 60_000)
})

describe('a meter with an infrared eye', () => {
  test('nothing is sent before the owner allows it', async () => {
    expect(optical.meter.rates).toEqual([])
    await screen(optical.page, 'optical-silence')
  })

  test('the meter is asked at 300 baud, followed to 9600, read and sealed', async () => {
    const { page, platform, meter } = optical
    await page.getByRole('button', { name: 'Ask the meter' }).click()
    await page.getByText('Asking your meter').waitFor()
    await page.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 60_000 })
    expect(new Set(meter.rates)).toEqual(new Set([300, 9600]))
    await page.getByText(meter.id).first().waitFor({ state: 'attached' })
    await screen(page, 'optical-read')
    expect(await platform.query('select 1 from blocks')).not.toEqual([])
  }, 90_000)

  test('the next visit asks by itself', async () => {
    const { page, meter, home } = optical
    const asked = meter.rates.length
    await page.reload()
    await page.getByRole('button', { name: 'Stop reading' }).waitFor({ timeout: 20_000 })
    await expect.poll(() => meter.rates.length, { timeout: 20_000 }).toBeGreaterThan(asked)
    expect(home.errors).toEqual([])
  }, 60_000)
})
