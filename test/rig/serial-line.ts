/**
 * A serial line whose one end a test holds while Chromium, through real WebSerial, holds the other:
 * a pseudo-terminal that can be plugged in and pulled out.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import { compiled } from './compile.ts'

export interface SerialLineOptions {
  /** USB ids by which the page may know the adapter; by default those of an FTDI P1 cable. */
  usb?: { vendorId: number; productId: number }
  /** The adapter's serial number; by default each line has its own. */
  serial?: string
}

export interface SerialLine {
  usb: { vendorId: number; productId: number }
  /** The path of the far end, while plugged in. */
  path(): string | undefined
  /** Writes to the far end. Lost, as on a cable, while nobody has it open. */
  write(bytes: Uint8Array | string): Promise<void>
  /** All that the far end has written so far. */
  received(): Uint8Array
  /** Calls for what the far end writes from now on; returns what ends that. */
  onData(listener: (bytes: Uint8Array) => void): () => void
  /** Resolves once the bytes received contain this text. */
  receivedText(wanted: string, timeout?: number): Promise<void>
  /** Pulls the adapter out: reads fail there, and the page hears of it. */
  unplug(): Promise<void>
  /** Plugs it in again, as the same adapter on a new path. */
  replug(): Promise<void>
  /** Lets a browser see the adapter: the folder that its libudev reads. */
  attach(folder: string): Promise<void>
  close(): Promise<void>
}

let lines = 0
const terminals = new Set<ChildProcess>()
process.on('exit', () => terminals.forEach((terminal) => terminal.kill('SIGKILL')))

/** Opens a line and plugs it in. */
export async function openSerialLine(options: SerialLineOptions = {}): Promise<SerialLine> {
  const index = lines++
  const name = `line-${index}`
  const usb = options.usb ?? { vendorId: 0x0403, productId: 0x6001 }
  const serial = options.serial ?? `KILOWIT${process.pid}x${index}`
  const folders = new Set<string>()
  const listeners = new Set<(bytes: Uint8Array) => void>()
  const chunks: Uint8Array[] = []
  let terminal: ChildProcess | undefined
  let device: string | undefined

  async function show(folder: string): Promise<void> {
    const { major, minor } = serialDriver()
    const words = [device, major, minor, hex(usb.vendorId), hex(usb.productId), serial]
    const fresh = path.join(folder, `.${name}`)
    await fs.writeFile(fresh, `${words.join(' ')}\n`)
    await fs.rename(fresh, path.join(folder, name))
  }

  async function plug(): Promise<void> {
    const program = compiled('pty.c')
    if (!existsSync(program)) throw new Error('The rig is not compiled: run npm test')
    const started = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] })
    started.stdin.on('error', () => undefined)
    terminals.add(started)
    terminal = started
    device = await new Promise<string>((resolve, reject) => {
      let first = ''
      let known = false
      started.once('exit', () => reject(new Error('There is no pseudo-terminal to be had here')))
      started.stdout.on('data', (bytes: Uint8Array) => {
        if (known) {
          chunks.push(bytes)
          listeners.forEach((listener) => listener(bytes))
          return
        }
        first += new TextDecoder().decode(bytes)
        if (!first.includes('\n')) return
        known = true
        resolve(first.trim())
      })
    })
    for (const folder of folders) await show(folder)
  }

  async function unplug(): Promise<void> {
    if (terminal === undefined) return
    const ended = once(terminal, 'exit')
    terminal.kill('SIGKILL')
    await ended
    terminals.delete(terminal)
    terminal = device = undefined
    for (const folder of folders) await fs.rm(path.join(folder, name), { force: true })
  }

  function received(): Uint8Array {
    return new Uint8Array(chunks.flatMap((chunk) => [...chunk]))
  }

  await plug()
  return {
    usb,
    path: () => device,
    received,
    unplug,
    replug: plug,
    close: unplug,
    async write(bytes) {
      const near = terminal?.stdin
      if (!near) return
      await new Promise<void>((resolve) => near.write(bytes, () => resolve()))
    },
    onData(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    receivedText(wanted, timeout = 10_000) {
      const text = () => new TextDecoder('latin1').decode(received())
      return new Promise((resolve, reject) => {
        const stop = (then: () => void) => {
          listeners.delete(look)
          clearTimeout(timer)
          then()
        }
        const look = () => text().includes(wanted) && stop(resolve)
        const timer = setTimeout(
          () => stop(() => reject(new Error(`"${wanted}" did not come, but "${text()}"`))),
          timeout,
        )
        listeners.add(look)
        look()
      })
    },
    async attach(folder) {
      folders.add(folder)
      if (device !== undefined) await show(folder)
    },
  }
}

/** Chromium takes only devices of a driver that the kernel lists as serial. */
function serialDriver(): { major: string; minor: string } {
  for (const row of readFileSync('/proc/tty/drivers', 'utf8').split('\n')) {
    const [, , major, minors = '', type] = row.trim().split(/\s+/)
    if (major !== undefined && type === 'serial') {
      return { major, minor: minors.split('-')[0] ?? '' }
    }
  }
  throw new Error('The kernel has no serial driver, so Chromium would not take a simulated port')
}

function hex(id: number): string {
  return id.toString(16).padStart(4, '0')
}
