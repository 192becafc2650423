/**
 * Where telegrams come from: a serial port of this machine, set by `stty` and listened to until the
 * meter's protocol and settings are found; or the simulated meter. Meters that push by themselves in
 * the clear are read; those that have to be asked, or need a key, only in the browser so far.
 *
 * @module
 */
import { execFile } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { type Bytes, concat } from '../shared/bytes.ts'
import { createDecoder } from '../shared/meter/decoder.ts'
import { detect } from '../shared/meter/detect.ts'
import { type LineSettings, lineText } from '../shared/meter/line.ts'
import { createSimulatedMeter } from '../shared/meter/simulate.ts'
import type { Protocol, Telegram } from '../shared/meter/telegram.ts'
import { GatewayError } from './files.ts'

export interface Source {
  readonly simulated: boolean
  /** Telegrams as they come, until the signal. @throws {GatewayError} */
  telegrams(signal: AbortSignal): AsyncGenerator<Telegram>
}

export interface SourceOptions {
  /** Whole seconds since 1970, UTC. */
  readonly now: () => number
  /** Of clocks of meters that name none. */
  readonly zone: string
  readonly say: (line: string) => void
}

/** Another household than the browser's simulated one. */
const SEED = 7
const SECOND = 1000
/** A port that cannot be opened now may be there again. */
const AGAIN = 5 * SECOND

export function simulatedSource({ now, zone }: SourceOptions): Source {
  return {
    simulated: true,
    async *telegrams(signal) {
      const meter = createSimulatedMeter({ seed: SEED, startWh: 2_650_000 })
      const decoder = createDecoder('p1', { now, zone, custody: 'software' })
      while (!signal.aborted) {
        for (const outcome of await decoder.push(meter.telegramAt(now()))) {
          if (outcome.kind === 'telegram') yield outcome.telegram
        }
        await pause(SECOND - Date.now() % SECOND, undefined, { signal }).catch(() => undefined)
      }
    },
  }
}

export function serialSource(port: string, { now, zone, say }: SourceOptions): Source {
  let found: { protocol: Protocol; settings: LineSettings } | null = null

  async function find(signal: AbortSignal) {
    say(`Listening at ${port} for a meter`)
    const heard = await detect(async (settings, milliseconds, enough) => {
      const chunks: Uint8Array[] = []
      const over = AbortSignal.any([signal, AbortSignal.timeout(milliseconds)])
      for await (const chunk of listen(port, settings, over)) {
        chunks.push(chunk)
        if (enough(chunk)) break
      }
      return { bytes: concat(...chunks), faults: 0 }
    })
    if (heard.kind === 'found') return { protocol: heard.protocol, settings: heard.settings }
    throw new GatewayError(
      heard.finding === 'silence'
        ? `Nothing is heard at ${port}: check the cable, and that the meter sends by itself`
        : `What is heard at ${port} (${heard.finding}) cannot be read here: read this meter with ` +
          'the app in a browser',
    )
  }

  return {
    simulated: false,
    async *telegrams(signal) {
      while (!signal.aborted) {
        found ??= await find(signal)
        const { protocol, settings } = found
        say(`Reading ${protocol} at ${port}, ${lineText(settings)}`)
        const decoder = createDecoder(protocol, { now, zone, custody: 'software' })
        for await (const chunk of listen(port, settings, signal)) {
          for (const outcome of await decoder.push(chunk)) {
            if (outcome.kind === 'telegram') yield outcome.telegram
            else if (outcome.reason === 'key-missing') {
              throw new GatewayError(
                'The meter encrypts its telegrams: read it with the app in a browser, which can ' +
                  'be given its key',
              )
            }
          }
        }
        if (signal.aborted) return
        say(`${port} is gone: waiting for it`)
        await pause(AGAIN, undefined, { signal }).catch(() => undefined)
      }
    },
  }
}

/** Bytes of a port at these settings until it is gone or the signal. @throws {GatewayError} */
async function* listen(
  port: string,
  settings: LineSettings,
  signal: AbortSignal,
): AsyncGenerator<Bytes> {
  if (signal.aborted) return
  await set(port, settings)
  const stream = createReadStream(port, { signal })
  try {
    for await (const chunk of stream) yield new Uint8Array(chunk as Uint8Array) // no encoding is set
  } catch (error) {
    // Pulled out, or told to stop.
    if (!(error instanceof Error && 'code' in error)) throw error
  } finally {
    stream.destroy()
  }
}

const run = promisify(execFile)

async function set(port: string, settings: LineSettings): Promise<void> {
  const { baudRate, dataBits, parity, stopBits } = settings
  const words = [
    `${baudRate}`,
    `cs${dataBits}`,
    ...parity === 'none' ? ['-parenb'] : ['parenb', parity === 'odd' ? 'parodd' : '-parodd'],
    stopBits === 2 ? 'cstopb' : '-cstopb',
  ]
  try {
    await run('stty', ['-F', port, 'raw', '-echo', 'clocal', ...words])
  } catch {
    throw new GatewayError(
      `${port} cannot be set to ${
        lineText(settings)
      }: check its name with ls /dev/tty*, and that ` +
        'this user is in the group that may use it (dialout)',
    )
  }
}
