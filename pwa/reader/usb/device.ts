/**
 * What is used of a USB device in the browser (WICG WebUSB API, the USBDevice interface and its
 * descriptors): TypeScript's library does not know it.
 *
 * @module
 */
import type { Bytes } from '../../../shared/bytes.ts'

export interface UsbEndpoint {
  readonly endpointNumber: number
  readonly direction: 'in' | 'out'
  readonly type: 'bulk' | 'interrupt' | 'isochronous'
  readonly packetSize: number
}

export interface UsbInterface {
  readonly interfaceNumber: number
  readonly alternates: readonly {
    readonly interfaceClass: number
    readonly endpoints: readonly UsbEndpoint[]
  }[]
}

export interface UsbConfiguration {
  readonly configurationValue: number
  readonly interfaces: readonly UsbInterface[]
}

export type Recipient = 'device' | 'interface'

export interface ControlSetup {
  readonly requestType: 'vendor'
  readonly recipient: Recipient
  readonly request: number
  readonly value: number
  readonly index: number
}

export interface UsbDevice {
  readonly vendorId: number
  readonly productId: number
  /** The upper byte of bcdDevice. */
  readonly deviceVersionMajor: number
  readonly configuration: UsbConfiguration | null
  readonly configurations: readonly UsbConfiguration[]
  open(): Promise<void>
  close(): Promise<void>
  selectConfiguration(value: number): Promise<void>
  claimInterface(number: number): Promise<void>
  controlTransferOut(setup: ControlSetup, data?: Bytes): Promise<{ readonly status: string }>
  controlTransferIn(
    setup: ControlSetup,
    length: number,
  ): Promise<{ readonly status: string; readonly data?: DataView }>
  transferIn(
    endpoint: number,
    length: number,
  ): Promise<{ readonly status: string; readonly data?: DataView }>
  transferOut(endpoint: number, data: BufferSource): Promise<{ readonly status: string }>
  clearHalt(direction: 'in' | 'out', endpoint: number): Promise<void>
}

/** The vendor's requests of one device (USB 2.0, section 9.3). */
export interface Control {
  /** @throws {DOMException} NetworkError, where the device refuses it or is gone */
  write(request: number, value: number, index: number, data?: Bytes): Promise<void>
  /** Null where the device refuses it. */
  read(request: number, value: number, index: number, length: number): Promise<Uint8Array | null>
}

export function controlOf(device: UsbDevice, recipient: Recipient): Control {
  const setup = (request: number, value: number, index: number): ControlSetup => ({
    requestType: 'vendor',
    recipient,
    request,
    value,
    index,
  })
  return {
    async write(request, value, index, data) {
      const { status } = await device.controlTransferOut(setup(request, value, index), data)
      if (status !== 'ok') {
        throw new DOMException(`Request ${request} of the USB device: ${status}`, 'NetworkError')
      }
    },
    async read(request, value, index, length) {
      const { status, data } = await device.controlTransferIn(setup(request, value, index), length)
      return status === 'ok' && data !== undefined ? bytesOf(data) : null
    },
  }
}

export function bytesOf(view: DataView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength)
}
