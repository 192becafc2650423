/**
 * Serial ports, as a reader uses them, whichever way the browser has them.
 *
 * @module
 */
import type { LineSettings } from '../../shared/meter/line.ts'

/** What is used of a port, of WebSerial or over WebUSB. */
export interface Port {
  readonly readable: ReadableStream<Uint8Array> | null | undefined
  readonly writable: WritableStream<Uint8Array> | null | undefined
  /** Only of WebSerial. */
  readonly connected?: boolean
  getInfo(): { usbVendorId?: number | undefined; usbProductId?: number | undefined }
  open(settings: LineSettings & { bufferSize: number }): Promise<void>
  setSignals(signals: { dataTerminalReady: boolean; requestToSend: boolean }): Promise<void>
  close(): Promise<void>
}

export interface Ports {
  /** Those of USB that this page may use, without asking. The same port is the same object. */
  granted(): Promise<Port[]>
  /** The browser's chooser, after the user's click; null where none was chosen. */
  choose(): Promise<Port | null>
  /** Calls whenever a port is plugged in. */
  onPlugged(plugged: () => void): void
}

/** A port that cannot be opened, for a reason that has a way out of its own. */
export class PortError extends Error {
  override readonly name = 'PortError'
  /** A driver or another app has claimed it; or its chip has no such line settings. */
  readonly why: 'claimed' | 'mode'
  constructor(why: PortError['why'], message: string, cause?: unknown) {
    super(message, { cause })
    this.why = why
  }
}

export interface UsbIds {
  readonly vendorId: number
  readonly productId: number
}

/** What the chooser gave; it rejects where nothing was chosen, or it may not be shown. */
export async function chosen(choose: () => Promise<Port>): Promise<Port | null> {
  try {
    return await choose()
  } catch (error) {
    if (isNamed(error, 'NotFoundError') || isNamed(error, 'SecurityError')) return null
    throw error
  }
}

export function usbOf(port: Port): UsbIds | null {
  const { usbVendorId: vendorId, usbProductId: productId } = port.getInfo()
  return vendorId === undefined || productId === undefined ? null : { vendorId, productId }
}

export function sameUsb(one: UsbIds | null, other: UsbIds | null): boolean {
  return one !== null && other !== null && one.vendorId === other.vendorId &&
    one.productId === other.productId
}

export function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name
}
