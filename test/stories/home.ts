/**
 * A home for the stories: the real server as its own process on a real database, and real Chromium
 * with real WebSerial on a line that a simulated meter feeds.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import postgres from 'postgres'
import type { Page } from 'playwright-core'
import { crc16Arc } from '../../shared/meter/p1-frame.ts'
import { type Bytes, concat, fromHex, toHex, utf8 } from '../../shared/bytes.ts'
import {
  createSimulatedDlmsMeter,
  type SimulatedDlmsOptions,
} from '../../shared/meter/simulate-dlms.ts'
import { createSimulatedSealedP1Meter, sealP1 } from '../../shared/meter/simulate-p1-sealed.ts'
import { createSimulatedSmlMeter } from '../../shared/meter/simulate-sml.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import { launchBrowser, type TestBrowser } from '../rig/browser.ts'
import { OUTPUT } from '../rig/compile.ts'
import { type TestDatabase, testDatabase } from '../rig/postgres.ts'
import { freePort, type Running, startNode } from '../rig/process.ts'
import { openSerialLine, type SerialLine } from '../rig/serial-line.ts'

export interface Platform {
  readonly origin: string
  readonly database: TestDatabase
  /** Rows of the platform's own tables. */
  query<T extends Record<string, unknown>>(text: string): Promise<T[]>
  stop(): Promise<void>
  start(): Promise<void>
  output(): string
  close(): Promise<void>
}

/** The server on Node, on a database of its own; `publicUrl` where something stands before it. */
export async function startPlatform(
  { publicUrl, limits = {} }: { publicUrl?: string; limits?: Record<string, string> } = {},
): Promise<Platform> {
  const database = await testDatabase()
  const dataDir = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-story-'))
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const sql = postgres(database.url, { max: 2, onnotice: () => undefined })
  const env = {
    PORT: String(port),
    DATABASE_URL: database.url,
    DATA_DIR: dataDir,
    ...limits,
    ...(publicUrl === undefined ? {} : { PUBLIC_URL: publicUrl }),
  }
  let running: Running | undefined
  async function start(): Promise<void> {
    running = startNode('edge/node.ts', [], { env })
    await running.answers(`${origin}/healthz`, 60_000)
  }
  await start()
  return {
    origin,
    database,
    query: async <T extends Record<string, unknown>>(text: string) => {
      return [...await sql.unsafe<T[]>(text)]
    },
    start,
    async stop() {
      await running?.kill('SIGKILL')
    },
    output: () => running?.output() ?? '',
    async close() {
      await running?.close()
      await sql.end()
      await database.close()
      await fs.rm(dataDir, { recursive: true, force: true })
    },
  }
}

export interface AnyMeterOnLine {
  readonly line: SerialLine
  readonly id: string
  /** Sends the telegram of a moment; seconds since 1970, UTC. */
  send(at: number): Promise<void>
  close(): Promise<void>
}

export interface MeterOnLine extends AnyMeterOnLine {
  /** The telegram of a moment, as it goes over the line. */
  telegram(at: number): Uint8Array
  /** From now on telegrams carry no CRC. */
  dropLineCheck(): void
}

export interface ViennaMeterOnLine extends AnyMeterOnLine {
  /** The telegram of a moment, as it goes over the line. */
  telegram(at: number): Promise<Uint8Array>
  /** As its operator shows them: 32 hex digits. */
  readonly key: string
  readonly authenticationKey: string
  /** From now on it encrypts with this key, 32 hex digits. */
  changeKey(key: string): void
}

/** A meter of Vienna that pushes each second, encrypted; the cable looks like that of every meter. */
export async function startViennaMeter(
  { seed = 11, byItself = true, ...options }:
    & { seed?: number; byItself?: boolean }
    & Partial<SimulatedDlmsOptions> = {},
): Promise<ViennaMeterOnLine> {
  const line = await openSerialLine()
  const of = { seed, model: 'AM550', startWh: 3_000_000, posing: true, ...options } as const
  let meter = createSimulatedDlmsMeter(of)
  const send = async (at: number) => line.write(await meter.telegramAt(at))
  const timer = setInterval(() => {
    if (byItself) void send(Math.floor(Date.now() / 1000))
  }, 1000)
  return {
    line,
    id: meter.meter,
    key: toHex(meter.key),
    authenticationKey: toHex(meter.authenticationKey),
    telegram: (at) => meter.telegramAt(at),
    send,
    changeKey: (key) => void (meter = createSimulatedDlmsMeter({ ...of, key: fromHex(key) })),
    async close() {
      clearInterval(timer)
      await line.close()
    },
  }
}

export interface SealedMeterOnLine extends AnyMeterOnLine {
  /** As its operator shows them: 32 hex digits. */
  readonly key: string
  readonly authenticationKey: string
}

/** A Sagemcom of Styria that sends P1 each second, encrypted under two keys. */
export async function startSealedMeter(
  { seed = 13 }: { seed?: number } = {},
): Promise<SealedMeterOnLine> {
  const line = await openSerialLine()
  const { key, authenticationKey } = createSimulatedSealedP1Meter({ seed, envelope: 'styria' })
  const within = createSimulatedMeter({ seed, version: 'at', startWh: 4_000_000 })
  const system = concat(utf8('SAGgp'), fromHex('70000d'))
  if (authenticationKey === null) throw new TypeError('A meter of Styria has two keys')
  const send = async (at: number) => {
    const telegram = asRealMeter(within.telegramAt(at), true)
    await line.write(await sealP1(telegram, at, { system, key, authenticationKey }))
  }
  const timer = setInterval(() => void send(Math.floor(Date.now() / 1000)), 1000)
  return {
    line,
    id: within.meter,
    key: toHex(key),
    authenticationKey: toHex(authenticationKey),
    send,
    async close() {
      clearInterval(timer)
      await line.close()
    },
  }
}

export interface SmlMeterOnLine extends AnyMeterOnLine {
  /** From now on it tells its power and finer counters. */
  enterPin(): void
}

/** A German meter that pushes SML each second, and waits for its PIN. */
export async function startSmlMeter({ seed = 5 }: { seed?: number } = {}): Promise<SmlMeterOnLine> {
  const line = await openSerialLine()
  const of = { seed, startWh: 12_345_000, posing: 'ISK' }
  let meter = createSimulatedSmlMeter({ ...of, pin: false })
  const send = async (at: number) => line.write(meter.telegramAt(at))
  const timer = setInterval(() => void send(Math.floor(Date.now() / 1000)), 1000)
  return {
    line,
    id: meter.meter,
    send,
    enterPin: () => void (meter = createSimulatedSmlMeter(of)),
    async close() {
      clearInterval(timer)
      await line.close()
    },
  }
}

/** A meter that sends a telegram each second into a line that Chromium reads, or when it is told. */
export async function startMeter(
  { seed = 7, byItself = true, startWh = 2_000_000 }: {
    seed?: number
    byItself?: boolean
    startWh?: number
  } = {},
): Promise<MeterOnLine> {
  const line = await openSerialLine()
  const simulated = createSimulatedMeter({ seed, startWh })
  let check = true
  const telegram = (at: number) => asRealMeter(simulated.telegramAt(at), check)
  const send = async (at: number) => {
    await line.write(telegram(at))
  }
  const timer = setInterval(() => {
    if (byItself) void send(Math.floor(Date.now() / 1000))
  }, 1000)
  return {
    line,
    id: simulated.meter,
    send,
    telegram,
    dropLineCheck: () => void (check = false),
    async close() {
      clearInterval(timer)
      await line.close()
    },
  }
}

/** The same telegram from a meter that does not say that it is simulated. */
function asRealMeter(telegram: Uint8Array, check: boolean): Bytes {
  const text = new TextDecoder('latin1').decode(telegram)
  const body = text.slice(0, text.lastIndexOf('!') + 1).replace(/^\/[^\r\n]*/, '/KFM5KAIFA-METER')
  const bytes = utf8(body)
  const crc = check ? crc16Arc(bytes).toString(16).toUpperCase().padStart(4, '0') : ''
  return utf8(`${body}${crc}\r\n`)
}

export interface Home extends TestBrowser {
  readonly origin: string
  open(path?: string): Promise<Page>
}

export interface HomeOptions {
  readonly meter?: AnyMeterOnLine
  readonly meters?: readonly AnyMeterOnLine[]
  readonly profile?: string
  readonly viewport?: { width: number; height: number }
  readonly locale?: string
  readonly zone?: string
  /** Where the platform is reached, if not directly. */
  readonly origin?: string
}

export async function openHome(
  platform: Platform,
  options: HomeOptions = {},
): Promise<Home> {
  const { origin } = { ...platform, ...options }
  const browser = await launchBrowser({
    origin,
    serialLines: [options.meter ?? [], ...options.meters ?? []].flat().map(({ line }) => line),
    ...(options.profile === undefined ? {} : { userDataDir: options.profile }),
    ...(options.viewport === undefined ? {} : { viewport: options.viewport }),
    ...(options.locale === undefined ? {} : { locale: options.locale }),
    ...(options.zone === undefined ? {} : { zone: options.zone }),
  })
  return {
    ...browser,
    origin,
    async open(at = '/') {
      const page = await browser.page()
      await page.goto(origin + at)
      return page
    },
  }
}

/** An empty folder for a profile that outlives its browser. */
export async function emptyProfile(): Promise<string> {
  return await fs.mkdtemp(path.join(tmpdir(), 'kilowit-profile-'))
}

/** The file that the owner saves of the line, and what the command that decodes says of it. */
export async function savedLine(page: Page): Promise<{ name: string; said: string }> {
  const downloading = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save what the line sent' }).click()
  const download = await downloading
  const decode = startNode('edge/decode.ts', [await download.path()])
  await decode.ended
  return { name: download.suggestedFilename(), said: decode.output() }
}

/** Kept for a person to look at. */
export async function screen(page: Page, name: string): Promise<void> {
  const folder = path.join(OUTPUT, 'screens')
  await fs.mkdir(folder, { recursive: true })
  await page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: true })
}
