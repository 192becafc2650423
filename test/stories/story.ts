/**
 * Where a story takes place: set up before the first test of its file and taken down after the last
 * one, so that a story begins with what happens.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'
import {
  type AnyMeterOnLine,
  emptyProfile,
  type Home,
  type HomeOptions,
  type MeterOnLine,
  openHome,
  type Platform,
  startMeter,
  startPlatform,
} from './home.ts'

export interface Scene<M> {
  readonly platform: Platform
  readonly meter: M
  /** An empty folder, for what outlives a browser but not the story: its profile, a file. */
  readonly folder: string
}

export interface Story<M> extends Scene<M> {
  readonly home: Home
}

/** A platform and a meter, for a story that opens its browsers itself; `begin` is told them. */
export function scene<M extends AnyMeterOnLine>(
  start: () => Promise<M>,
  begin: (at: Scene<M>) => unknown,
): void {
  let platform: Platform | undefined
  let meter: M | undefined
  let folder: string | undefined

  beforeAll(async () => {
    platform = await startPlatform()
    meter = await start()
    folder = await emptyProfile()
    await begin({ platform, meter, folder })
  })

  afterAll(async () => {
    await meter?.close()
    await platform?.close()
    if (folder !== undefined) {
      await fs.rm(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  })
}

/** And a browser that the meter is plugged into. */
export function story<M extends AnyMeterOnLine>(
  start: () => Promise<M>,
  begin: (at: Story<M>) => unknown,
  options: HomeOptions = {},
): void {
  let home: Home | undefined

  scene(start, async (at) => {
    home = await openHome(at.platform, { meter: at.meter, ...options })
    await begin({ ...at, home })
  })

  // Before what the scene takes down: the last that is registered goes first.
  afterAll(async () => {
    await home?.close()
  })
}

export interface Succession extends Story<MeterOnLine> {
  readonly page: Page
  readonly successor: MeterOnLine
  /** From now on the successor speaks where the meter did. */
  readonly succeed: () => void
}

/** A meter at whose line another one will speak. */
export function succession(
  begin: (at: Succession) => unknown,
  { startWh }: { readonly startWh?: number } = {},
): void {
  let successor: MeterOnLine | undefined
  let home: Home | undefined
  let timer: ReturnType<typeof setInterval> | undefined

  scene(() => startMeter({ byItself: false }), async (at) => {
    const { platform, meter, folder } = at
    const second = await startMeter({
      seed: 8,
      byItself: false,
      ...(startWh === undefined ? {} : { startWh }),
    })
    successor = second
    let sending = meter
    timer = setInterval(() => {
      void meter.line.write(sending.telegram(Math.floor(Date.now() / 1000)))
    }, 500)
    home = await openHome(platform, { meter, profile: folder })
    const page = await home.open()
    await begin({ ...at, home, page, successor: second, succeed: () => (sending = second) })
  })

  afterAll(async () => {
    clearInterval(timer)
    await home?.close()
    await successor?.close()
  })
}
