/**
 * A line that a test holds: what is opened and closed is told, and bytes come when the test says so,
 * at the settings that the far end speaks.
 *
 * @module
 */
import type { LineSettings } from '../../shared/meter/line.ts'
import type { SerialLine } from '../../pwa/reader/line.ts'
import type { UsbIds } from '../../pwa/reader/ports.ts'

export interface FakeLine extends SerialLine {
  /** Every setting at which it was opened, as `9600 8N1`. */
  readonly opened: string[]
  send(bytes: Uint8Array): void
  fault(): void
  /** The cable is pulled. */
  pull(): void
}

export const usb: UsbIds = { vendorId: 0x0403, productId: 0x6001 }

/** @param speaks only at these bytes are what they are; null for any */
export function fakeLine(
  speaks: LineSettings | null = null,
  { simulated = false, now = 1_780_000_000 } = {},
): FakeLine {
  const opened: string[] = []
  let at: LineSettings | null = null
  let heard: ((bytes: Uint8Array) => void) | null = null
  let failed: (() => void) | null = null
  let end: ((how: 'closed' | 'gone') => void) | null = null

  const stop = (how: 'closed' | 'gone') => {
    end?.(how)
    at =
      heard =
      failed =
      end =
        null
  }
  return {
    port: null,
    usb,
    simulated,
    opened,
    now: () => now,
    open(settings) {
      at = settings
      opened.push(`${settings.baudRate} ${settings.dataBits}${settings.parity[0]?.toUpperCase()}1`)
      return Promise.resolve()
    },
    listen(hear, fault) {
      if (at === null) return Promise.resolve('closed')
      heard = hear
      failed = fault
      return new Promise((resolve) => end = resolve)
    },
    write: () => Promise.resolve(),
    close() {
      stop('closed')
      return Promise.resolve()
    },
    send(bytes) {
      const isRight = speaks === null || at?.baudRate === speaks.baudRate
      heard?.(isRight ? bytes : new Uint8Array(bytes.length))
    },
    fault: () => failed?.(),
    pull: () => stop('gone'),
  }
}
