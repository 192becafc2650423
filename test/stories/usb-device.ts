/**
 * A serial port by class (CDC-ACM) as WebUSB shows it, for a browser without WebSerial: the one thing
 * of these tests that is no real one, down to its control and bulk transfers. Runs in the page,
 * before the app; bytes come only at the line coding that the far end speaks.
 *
 * @module
 */

/** How the test plays the far end. */
export interface FarEnd {
  /** Bytes onto the line; lost while nobody has it open, garbled at another line coding. */
  send(bytes: readonly number[]): void
  unplug(): void
  plug(): void
  /** What was asked of the device, in order. */
  readonly asked: string[]
}

declare global {
  var farEnd: FarEnd
}

/** @param baudRate that of the meter, 8N1 */
export function installUsbDevice(baudRate: number): void {
  const SET_LINE_CODING = 0x20
  const asked: string[] = []
  let plugged = true
  let granted = sessionStorage.getItem('usb-granted') !== null

  const endpoint = (direction: string) => ({ endpointNumber: 2, direction, packetSize: 64 })
  const interfaces = [
    { interfaceNumber: 0, alternates: [{ interfaceClass: 2, endpoints: [] }] },
    {
      interfaceNumber: 1,
      alternates: [{ interfaceClass: 10, endpoints: [endpoint('in'), endpoint('out')] }],
    },
  ]

  class Device {
    readonly vendorId = 0x2341
    readonly productId = 0x0043
    readonly configurations = [{ configurationValue: 1, interfaces }]
    configuration: object | null = null
    opened = false
    #coding = ''
    #waiting: number[] = []
    #transfer:
      | { length: number; give: (result: object) => void; fail: (e: unknown) => void }
      | null = null

    async open() {
      this.#mustBeThere()
      this.opened = true
    }
    async close() {
      this.opened = false
      this.#waiting = []
      this.#transfer?.fail(new DOMException('The transfer was cancelled.', 'AbortError'))
      this.#transfer = null
    }
    async selectConfiguration(value: number) {
      asked.push(`configuration ${value}`)
      this.configuration = this.configurations[0] ?? null
    }
    async claimInterface(number: number) {
      this.#mustBeThere()
      asked.push(`claim ${number}`)
    }
    async controlTransferOut(setup: { request: number; value: number }, data?: ArrayBuffer) {
      this.#mustBeThere()
      if (setup.request === SET_LINE_CODING && data !== undefined) {
        const view = new DataView(data)
        this.#coding = [
          view.getUint32(0, true),
          view.getUint8(4),
          view.getUint8(5),
          view.getUint8(6),
        ].join(' ')
        asked.push(`coding ${this.#coding}`)
      } else asked.push(`control ${setup.request} ${setup.value}`)
      return { status: 'ok', bytesWritten: data?.byteLength ?? 0 }
    }
    transferIn(_endpoint: number, length: number): Promise<object> {
      if (!plugged || !this.opened) {
        return Promise.reject(new DOMException('The device was disconnected.', 'NotFoundError'))
      }
      return new Promise((give, fail) => {
        this.#transfer = { length, give, fail }
        this.#deliver()
      })
    }
    async transferOut(_endpoint: number, data: Uint8Array) {
      return { status: 'ok', bytesWritten: data.byteLength }
    }
    hear(bytes: readonly number[]) {
      if (!this.opened) return
      const isRight = this.#coding === `${baudRate} 0 0 8`
      this.#waiting.push(...(isRight ? bytes : bytes.filter((_, i) => i % 3 === 0).map(() => 0)))
      this.#deliver()
    }
    gone() {
      this.opened = false
      this.#transfer?.fail(new DOMException('The device was disconnected.', 'NotFoundError'))
      this.#transfer = null
    }
    #deliver() {
      if (this.#transfer === null || this.#waiting.length === 0) return
      const { length, give } = this.#transfer
      this.#transfer = null
      const bytes = Uint8Array.from(this.#waiting.splice(0, length))
      give({ status: 'ok', data: new DataView(bytes.buffer) })
    }
    #mustBeThere() {
      if (!plugged) throw new DOMException('The device was disconnected.', 'NotFoundError')
    }
  }

  let device = new Device()
  const usb = Object.assign(new EventTarget(), {
    getDevices: () => Promise.resolve(plugged && granted ? [device] : []),
    requestDevice(options: object) {
      asked.push(`choose ${JSON.stringify(options)}`)
      granted = true
      sessionStorage.setItem('usb-granted', '1')
      return Promise.resolve(device)
    },
  })
  Reflect.deleteProperty(Navigator.prototype, 'serial')
  Object.defineProperty(Navigator.prototype, 'usb', { configurable: true, get: () => usb })
  globalThis.farEnd = {
    asked,
    send: (bytes) => device.hear(bytes),
    unplug() {
      plugged = false
      device.gone()
      usb.dispatchEvent(new Event('disconnect'))
    },
    plug() {
      plugged = true
      device = new Device()
      usb.dispatchEvent(new Event('connect'))
    },
  }
}
