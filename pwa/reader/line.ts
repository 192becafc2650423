/**
 * The serial line as the reader sees it, and its one real form: a port of this browser (see
 * ports.ts). The simulated meter is the other (see simulated.ts).
 *
 * @module
 */
import type { Bytes } from '../../shared/bytes.ts'
import type { LineSettings } from '../../shared/meter/line.ts'
import { isNamed, type Port, PortError, type UsbIds, usbOf } from './ports.ts'

export interface SerialLine {
  /** Null for the simulated meter's. */
  readonly port: Port | null
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
  /** While it is open; what cannot be sent any more is lost. */
  write(bytes: Bytes): Promise<void>
  close(): Promise<void>
}

/** A line that cannot be opened. */
export class LineError extends Error {
  override readonly name = 'LineError'
  readonly why: 'port-busy' | 'port-claimed' | 'line-mode' | 'gone'
  constructor(why: LineError['why'], cause: unknown) {
    super(`Serial line cannot be opened: ${why}`, { cause })
    this.why = why
  }
}

/** The default of 255 bytes is less than one telegram. */
const BUFFER_SIZE = 16 * 1024
/** So many errors without a byte between them are more than a line's noise; then it is asked less often. */
const MANY_FAULTS = 5
const REST = 200

export function portLine(port: Port): SerialLine {
  let closing = false
  let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  let listening: Promise<'closed' | 'gone'> = Promise.resolve('closed')

  async function listen(
    heard: (bytes: Uint8Array) => void,
    fault: () => void,
  ): Promise<'closed' | 'gone'> {
    let inARow = 0
    // After a framing or parity error the port offers a new stream; when it is gone, none.
    while (port.readable && !closing) {
      reader = port.readable.getReader()
      try {
        for (;;) {
          const { done, value } = await reader.read()
          if (done) break
          inARow = 0
          heard(value)
        }
      } catch (error) {
        if (isNamed(error, 'NetworkError')) return 'gone'
        fault()
        inARow++
      } finally {
        reader.releaseLock()
        reader = undefined
      }
      if (inARow >= MANY_FAULTS) await new Promise((rested) => setTimeout(rested, REST))
    }
    return closing ? 'closed' : 'gone'
  }

  return {
    port,
    usb: usbOf(port),
    simulated: false,
    now: () => Math.floor(Date.now() / 1000),
    async open(settings) {
      closing = false
      try {
        await port.open({ ...settings, bufferSize: BUFFER_SIZE })
      } catch (error) {
        // Open already by this page: left over from a session that ended badly.
        if (!isNamed(error, 'InvalidStateError')) {
          throw new LineError(port.connected === false ? 'gone' : whyNot(error), error)
        }
      }
      // Some reading heads take their power from these, and some P1 cables ask for data with them.
      await port.setSignals({ dataTerminalReady: true, requestToSend: true }).catch(() => undefined)
    },
    listen(heard, fault) {
      listening = listen(heard, fault)
      return listening
    },
    async write(bytes) {
      const writer = port.writable?.getWriter()
      try {
        await writer?.write(bytes)
      } catch (error) {
        if (!isNamed(error, 'NetworkError')) throw error
      } finally {
        writer?.releaseLock()
      }
    },
    async close() {
      closing = true
      await reader?.cancel().catch(() => undefined)
      await listening
      await port.close().catch(() => undefined)
    },
  }
}

function whyNot(error: unknown): LineError['why'] {
  if (!(error instanceof PortError)) return 'port-busy'
  return error.why === 'claimed' ? 'port-claimed' : 'line-mode'
}
