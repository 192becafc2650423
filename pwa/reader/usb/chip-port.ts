/**
 * A serial port over WebUSB whose chip has a driver here, as WebSerial has ports (WICG Serial API,
 * SerialPort): it is opened and closed as often as wanted, its streams hold back whoever is too fast,
 * errors of the line end one readable stream and leave the port open, and a device that is gone ends
 * it with a `NetworkError` and leaves no stream.
 *
 * @module
 */
import type { LineSettings } from '../../../shared/meter/line.ts'
import { isNamed, type Port, PortError } from '../ports.ts'
import type { Chip, InputSignals, MakeChip, OutputSignals } from './chip.ts'
import { bytesOf, controlOf, type Recipient, type UsbDevice, type UsbEndpoint } from './device.ts'
import { Inbox } from './inbox.ts'

/** A kind of chip: to whom its requests go, and its driver, which is loaded when it is first needed. */
export interface ChipKind {
  readonly recipient: Recipient
  readonly load: () => Promise<MakeChip>
}

export interface Pipes {
  readonly interfaceNumber: number
  readonly input: UsbEndpoint
  readonly output: UsbEndpoint
  readonly notices: UsbEndpoint | undefined
}

/** Packets in one transfer; a packet that is not full ends it. */
const PACKETS = 16
const VENDOR_CLASS = 0xff

interface Open {
  readonly chip: Chip
  readonly inbox: Inbox
  readonly bufferSize: number
  readable: ReadableStream<Uint8Array> | null
  writable: WritableStream<Uint8Array> | null
}

/** The pipes of the first line of a device with an interface of its maker's own; null without. */
export function pipesOf(device: Pick<UsbDevice, 'configurations'>): Pipes | null {
  for (const { interfaceNumber, alternates } of device.configurations[0]?.interfaces ?? []) {
    const [alternate] = alternates
    if (alternate?.interfaceClass !== VENDOR_CLASS) continue
    const bulk = alternate.endpoints.filter(({ type }) => type === 'bulk')
    const input = bulk.find(({ direction }) => direction === 'in')
    const output = bulk.find(({ direction }) => direction === 'out')
    const notices = alternate.endpoints.find(({ type, direction }) =>
      type === 'interrupt' && direction === 'in'
    )
    if (input !== undefined && output !== undefined) {
      return { interfaceNumber, input, output, notices }
    }
  }
  return null
}

export class ChipPort implements Port {
  readonly #device: UsbDevice
  readonly #kind: ChipKind
  readonly #pipes: Pipes
  #open: Open | null = null
  #isOpening = false
  #isGone = false

  constructor(device: UsbDevice, kind: ChipKind, pipes: Pipes) {
    this.#device = device
    this.#kind = kind
    this.#pipes = pipes
  }

  get connected(): boolean {
    return !this.#isGone
  }

  get readable(): ReadableStream<Uint8Array> | null {
    const open = this.#open
    return open && (open.readable ??= this.#readableOf(open))
  }

  get writable(): WritableStream<Uint8Array> | null {
    const open = this.#open
    return open && (open.writable ??= this.#writableOf(open))
  }

  getInfo(): { usbVendorId: number; usbProductId: number } {
    return { usbVendorId: this.#device.vendorId, usbProductId: this.#device.productId }
  }

  /**
   * @throws {PortError} where a driver or another app has the interface, or the chip no such settings
   * @throws {DOMException} `InvalidStateError` where it is open, else as WebUSB does
   */
  async open(settings: LineSettings & { bufferSize: number }): Promise<void> {
    if (this.#open !== null || this.#isOpening) {
      throw new DOMException('The port is already open', 'InvalidStateError')
    }
    this.#isOpening = true
    try {
      const make = await this.#kind.load()
      await this.#device.open()
      const chip = await this.#claimed(make)
      await chip.begin(settings)
      const { bufferSize } = settings
      const inbox = new Inbox(bufferSize)
      this.#open = { chip, inbox, bufferSize, readable: null, writable: null }
      void this.#listen(this.#open)
      void this.#watch(this.#open)
    } catch (error) {
      this.#learn(error)
      await this.#device.close().catch(() => undefined)
      throw error
    } finally {
      this.#isOpening = false
    }
  }

  async setSignals(signals: OutputSignals): Promise<void> {
    await this.#opened().chip.signals(signals)
  }

  async getSignals(): Promise<InputSignals> {
    return await this.#opened().chip.inputs()
  }

  /** Its streams must not be locked; what was not read is dropped. */
  async close(): Promise<void> {
    const open = this.#opened()
    await open.readable?.cancel()
    await open.writable?.abort()
    this.#open = null
    open.inbox.empty()
    await open.chip.end().catch(() => undefined)
    // Ends what is on its way, too.
    await this.#device.close()
  }

  /** The browser told that the device was unplugged. */
  unplugged(): void {
    this.#isGone = true
    if (this.#open !== null) this.#lose(this.#open)
  }

  #opened(): Open {
    if (this.#open === null) throw new DOMException('The port is closed', 'InvalidStateError')
    return this.#open
  }

  async #claimed(make: MakeChip): Promise<Chip> {
    const device = this.#device
    const { interfaceNumber, input } = this.#pipes
    if (device.configuration === null) {
      await device.selectConfiguration(device.configurations[0]?.configurationValue ?? 1)
    }
    try {
      await device.claimInterface(interfaceNumber)
    } catch (error) {
      if (isNamed(error, 'NotFoundError')) throw error
      throw new PortError('claimed', 'A driver or another app has the USB interface', error)
    }
    return make({
      control: controlOf(device, this.#kind.recipient),
      version: device.deviceVersionMajor,
      interfaceNumber,
      packetSize: input.packetSize,
    })
  }

  /** Bytes of the line as long as it is open, one transfer always ahead: chips hold little. */
  async #listen(open: Open): Promise<void> {
    const { endpointNumber, packetSize } = this.#pipes.input
    const { chip, inbox } = open
    const next = () => {
      const transfer = this.#device.transferIn(endpointNumber, packetSize * PACKETS)
      transfer.catch(() => undefined) // told below, when its turn comes
      return transfer
    }
    try {
      let ahead = next()
      while (this.#open === open) {
        const { status, data } = await ahead
        ahead = next()
        const heard = data === undefined ? [] : await chip.heard(bytesOf(data))
        if (this.#open !== open) return
        for (const { bytes, fault } of heard) {
          if (bytes.length > 0) inbox.put({ bytes })
          if (fault !== null) inbox.put({ fault })
        }
        if (status === 'babble') inbox.put({ fault: 'BufferOverrunError' })
        if (status === 'stall') {
          inbox.put({ fault: 'UnknownError' })
          await this.#device.clearHalt('in', endpointNumber)
        }
        await inbox.room()
      }
    } catch (error) {
      this.#learn(error)
      this.#lose(open)
    }
  }

  /** What some chips say of the line beside its bytes. */
  async #watch(open: Open): Promise<void> {
    const { notices } = this.#pipes
    const { chip, inbox } = open
    if (notices === undefined || chip.noticed === undefined) return
    try {
      while (this.#open === open) {
        const { endpointNumber, packetSize } = notices
        const { status, data } = await this.#device.transferIn(endpointNumber, packetSize)
        if (status !== 'ok') return
        const fault = data === undefined ? null : chip.noticed(bytesOf(data))
        if (fault !== null && this.#open === open) inbox.put({ fault })
        await inbox.room()
      }
    } catch {
      // Whatever it is, the bytes' own pipe tells it.
    }
  }

  #readableOf(open: Open): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull: async (controller) => {
        const entry = await open.inbox.take()
        if (entry === null) return
        if ('bytes' in entry) return controller.enqueue(entry.bytes)
        open.readable = null
        controller.error(new DOMException('The line failed', entry.fault))
      },
      cancel: () => {
        open.readable = null
        open.inbox.empty()
      },
      // The inbox holds what waits; here, an error would overtake it.
    }, { highWaterMark: 0 })
  }

  #writableOf(open: Open): WritableStream<Uint8Array> {
    const { endpointNumber } = this.#pipes.output
    const failed = (cause: unknown) => {
      open.writable = null
      return new DOMException(`Nothing was sent: ${String(cause)}`, 'NetworkError')
    }
    return new WritableStream({
      write: async (bytes: Uint8Array) => {
        try {
          const { status } = await this.#device.transferOut(endpointNumber, copied(bytes))
          if (status === 'ok') return
          if (status === 'stall') await this.#device.clearHalt('out', endpointNumber)
          throw failed(status)
        } catch (error) {
          this.#learn(error)
          throw failed(error)
        }
      },
      abort: () => {
        open.writable = null
      },
      close: () => {
        open.writable = null
      },
    }, new ByteLengthQueuingStrategy({ highWaterMark: open.bufferSize }))
  }

  #learn(error: unknown): void {
    // A transfer may fail while the device stays; only this name says that it is gone.
    if (isNamed(error, 'NotFoundError')) this.#isGone = true
  }

  /** The port is closed; whoever reads it learns why. */
  #lose(open: Open): void {
    if (this.#open !== open) return
    this.#open = null
    open.inbox.put({ fault: 'NetworkError' })
    void this.#device.close().catch(() => undefined)
  }
}

/** In memory of its own, as WebUSB wants it. */
function copied(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes)
}
