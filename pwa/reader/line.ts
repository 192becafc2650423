/**
 * The serial line as the reader sees it, and its one real form: a port of WebSerial (WICG Serial
 * API). The simulated meter is the other (see simulated.ts).
 *
 * @module
 */
import type { LineSettings } from '../../shared/meter/line.ts'

export interface UsbIds {
  readonly vendorId: number
  readonly productId: number
}

export interface SerialLine {
  /** By which the line is known again; null where it has no USB ids. */
  readonly usb: UsbIds | null
  readonly simulated: boolean
  /** The clock beside this line; seconds since 1970, UTC. */
  now(): number
  /** @throws {LineError} */
  open(settings: LineSettings): Promise<void>
  /**
   * Listens until {@link close}, or until the line is gone; `fault` counts framing and parity
   * errors, breaks and overruns, after each of which the line goes on.
   */
  listen(heard: (bytes: Uint8Array) => void, fault: () => void): Promise<'closed' | 'gone'>
  close(): Promise<void>
}

/** A line that cannot be opened. */
export class LineError extends Error {
  override readonly name = 'LineError'
  readonly why: 'port-busy' | 'gone'
  constructor(why: LineError['why'], cause: unknown) {
    super(`Serial line cannot be opened: ${why}`, { cause })
    this.why = why
  }
}

/** The default of 255 bytes is less than one telegram. */
const BUFFER_SIZE = 16 * 1024

export function webSerialLine(port: SerialPort): SerialLine {
  const { usbVendorId: vendorId, usbProductId: productId } = port.getInfo()
  let closing = false
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  let listening: Promise<'closed' | 'gone'> = Promise.resolve('closed')

  async function listen(
    heard: (bytes: Uint8Array) => void,
    fault: () => void,
  ): Promise<'closed' | 'gone'> {
    // After a framing or parity error the port offers a new stream; when it is gone, none.
    while (port.readable !== null && !closing) {
      reader = port.readable.getReader()
      try {
        for (;;) {
          const { done, value } = await reader.read()
          if (done) break
          heard(value)
        }
      } catch (error) {
        if (isNamed(error, 'NetworkError')) return 'gone'
        fault()
      } finally {
        reader.releaseLock()
        reader = undefined
      }
    }
    return closing ? 'closed' : 'gone'
  }

  return {
    usb: vendorId === undefined || productId === undefined ? null : { vendorId, productId },
    simulated: false,
    now: () => Math.floor(Date.now() / 1000),
    async open(settings) {
      closing = false
      try {
        await port.open({ ...settings, bufferSize: BUFFER_SIZE })
      } catch (error) {
        // Open already by this page: left over from a session that ended badly.
        if (!isNamed(error, 'InvalidStateError')) {
          const gone = 'connected' in port && !port.connected
          throw new LineError(gone ? 'gone' : 'port-busy', error)
        }
      }
      // Some reading heads take their power from these, and some P1 cables ask for data with them.
      await port.setSignals({ dataTerminalReady: true, requestToSend: true }).catch(() => undefined)
    },
    listen(heard, fault) {
      listening = listen(heard, fault)
      return listening
    },
    async close() {
      closing = true
      await reader?.cancel().catch(() => undefined)
      await listening
      await port.close().catch(() => undefined)
    },
  }
}

/** A port that was granted before: the one remembered, or the only USB port there is. */
export async function grantedPort(remembered: UsbIds | null): Promise<SerialPort | undefined> {
  const ports = await navigator.serial.getPorts()
  const known = ports.find((port) => remembered !== null && hasIds(port, remembered))
  if (known !== undefined || remembered !== null) return known
  const usb = ports.filter((port) => port.getInfo().usbVendorId !== undefined)
  return usb.length === 1 ? usb[0] : undefined
}

export function hasIds(port: SerialPort, { vendorId, productId }: UsbIds): boolean {
  const { usbVendorId, usbProductId } = port.getInfo()
  return usbVendorId === vendorId && usbProductId === productId
}

export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name
}
