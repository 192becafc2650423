/**
 * Models of USB serial chips as WebUSB shows them, for browsers and tests that have no such cable:
 * FTDI's, Silicon Labs' CP210x, WCH's CH340, and serial ports by class (CDC-ACM). They are written
 * from what the makers say of the chip's side and share nothing with the drivers: a divisor is taken
 * apart again, and bytes come whole only if the line is then as the far end speaks it.
 *
 * `usbChip` uses nothing from outside of itself, so that a page can be given its text.
 *
 * @module
 */
import type { LineSettings } from '../../shared/meter/line.ts'

export type ChipName =
  | 'cdc'
  | 'ft232r'
  | 'ft232h'
  | 'ft230x'
  | 'cp2102'
  | 'ch340'
  /** Of before version 0x30. */
  | 'ch340-old'
  /** Without every divider, and without a break. */
  | 'ch340-limited'

/** A vendor's or class request as on the wire (USB 2.0, table 9-2); `data` in hex. */
export interface WireRequest {
  readonly bmRequestType: number
  readonly bRequest: number
  readonly wValue: number
  readonly wIndex: number
  /** Sent, or the length that was asked for. */
  readonly data: string | number
}

interface Setup {
  readonly requestType: string
  readonly recipient: string
  readonly request: number
  readonly value: number
  readonly index: number
}

/** What the far end of the line can do, and what the test may know of the chip. */
export interface FarSide {
  /** Bytes onto the line, at the far end's settings. */
  send(bytes: readonly number[], settings: LineSettings): void
  /** With this error in the last byte: of the line status register of a 16550. */
  sendFaulty(bytes: readonly number[], settings: LineSettings, lsr: number): void
  /** What came out of the chip. */
  readonly sent: number[]
  readonly asked: string[]
  readonly requests: WireRequest[]
  readonly signals: { dtr: boolean; rts: boolean; break: boolean }
  /** As the chip is set; null before it is. */
  settings(): LineSettings | null
  /** Whether something is not read yet: the chip's own buffer. */
  waiting(): number
  unplug(): void
  /** The next transfer on the bulk pipe to the host ends so. */
  endNext(status: 'stall' | 'babble'): void
  /** Somebody else has the interface. */
  claimedElsewhere: boolean
}

/** @param asked where it is told what was asked of the device; its own list by default */
export function usbChip(name: ChipName, asked: string[] = []) {
  const KINDS = {
    'cdc': [0x2341, 0x0043, 1],
    'ft232r': [0x0403, 0x6001, 0x06],
    'ft232h': [0x0403, 0x6014, 0x09],
    'ft230x': [0x0403, 0x6015, 0x10],
    'cp2102': [0x10c4, 0xea60, 1],
    'ch340': [0x1a86, 0x7523, 2],
    'ch340-old': [0x1a86, 0x7523, 2],
    'ch340-limited': [0x1a86, 0x7523, 2],
  } as const
  const [vendorId, productId, version] = KINDS[name]
  const isCdc = name === 'cdc'
  const isFtdi = vendorId === 0x0403
  const isCp210x = vendorId === 0x10c4
  const isCh340 = vendorId === 0x1a86
  const chipVersion = name === 'ch340-old' ? 0x27 : 0x31
  const packetSize = isCh340 ? 32 : name === 'ft232h' ? 512 : 64
  const IN = isCdc ? 2 : 1
  const NOTICES = 3

  // The line, as the chip is set.
  let enabled = false
  let baudRate = 0
  let format: Pick<LineSettings, 'dataBits' | 'parity' | 'stopBits'> | null = null
  let errors = 0
  const registers = new Map<number, number>([[0x05, 0x01], [0x18, 0xc3]])
  const signals = { dtr: false, rts: false, break: false }

  // The bus.
  let plugged = true
  let opened = false
  let ends: 'stall' | 'babble' | null = null
  const claimed = new Set<number>()
  const requests: WireRequest[] = []
  const sent: number[] = []
  /** Packets of the bulk pipe, with the line status of FTDI's. */
  const packets: { bytes: number[]; lsr: number }[] = []
  const notices: number[][] = []
  interface Transfer {
    readonly length: number
    readonly give: (result: object) => void
    readonly fail: (error: unknown) => void
  }
  const transfers = new Map<number, Transfer[]>([[IN, []], [NOTICES, []]])
  let idle: ReturnType<typeof setTimeout> | undefined

  const bulk = (direction: string, endpointNumber: number) => ({
    endpointNumber,
    direction,
    type: 'bulk',
    packetSize,
  })
  const interrupt = { endpointNumber: NOTICES, direction: 'in', type: 'interrupt', packetSize: 8 }
  const interfaces = isCdc
    ? [
      { interfaceNumber: 0, alternates: [{ interfaceClass: 2, endpoints: [] }] },
      {
        interfaceNumber: 1,
        alternates: [{ interfaceClass: 10, endpoints: [bulk('in', IN), bulk('out', 2)] }],
      },
    ]
    : [{
      interfaceNumber: 0,
      alternates: [{
        interfaceClass: 255,
        endpoints: [bulk('in', IN), bulk('out', 2), ...(isCh340 ? [interrupt] : [])],
      }],
    }]

  function mustBeThere(): void {
    if (!plugged) throw new DOMException('The device was disconnected.', 'NotFoundError')
    if (!opened) throw new DOMException('The device must be opened first.', 'InvalidStateError')
  }

  const reply = (status: string, bytes: readonly number[] = []) => ({
    status,
    data: new DataView(Uint8Array.from(bytes).buffer),
  })

  /** As many packets as fit, up to the first that is not full. */
  function deliver(): void {
    const waiting = transfers.get(IN) ?? []
    while (waiting[0] !== undefined && (packets.length > 0 || ends !== null)) {
      const { length, give } = waiting[0]
      waiting.shift()
      if (ends !== null) {
        give({ status: ends })
        ends = null
        continue
      }
      const bytes: number[] = []
      for (let isLast = false; !isLast && packets[0] !== undefined;) {
        const { bytes: packet, lsr } = packets[0]
        if (bytes.length + packetSize > length) break
        packets.shift()
        // A chip of FTDI's sets both bits "transmitter empty" as well.
        bytes.push(...(isFtdi ? [0x01, 0x60 | lsr] : []), ...packet)
        isLast = packet.length + (isFtdi ? 2 : 0) < packetSize
      }
      give(reply('ok', bytes))
    }
    const told = transfers.get(NOTICES) ?? []
    while (told[0] !== undefined && notices[0] !== undefined) {
      told[0].give(reply('ok', notices[0]))
      told.shift()
      notices.shift()
    }
    clearTimeout(idle)
    // With nothing to say, FTDI's chips say so after the latency time.
    if (isFtdi && waiting.length > 0) {
      idle = setTimeout(() => {
        packets.push({ bytes: [], lsr: 0 })
        deliver()
      }, 16)
    }
  }

  function receive(bytes: readonly number[], lsr: number): void {
    const room = packetSize - (isFtdi ? 2 : 0)
    for (let at = 0; at < bytes.length; at += room) {
      const isLast = at + room >= bytes.length
      packets.push({ bytes: bytes.slice(at, at + room), lsr: isLast ? lsr : 0 })
    }
    errors |= (lsr & 0x10 ? 1 : 0) | (lsr & 0x08 ? 2 : 0) | (lsr & 0x02 ? 4 : 0) |
      (lsr & 0x04 ? 0x10 : 0)
    if (isCh340 && lsr !== 0) {
      const status = (lsr & 0x02 ? 0x02 : 0) | (lsr & 0x04 ? 0x04 : 0) | (lsr & 0x08 ? 0x44 : 0)
      notices.push([status, 0x7d, 0x94, 0xee])
    }
    deliver()
  }

  function formatOf(dataBits: number, parity: number, stopBits: number) {
    const parities = ['none', 'odd', 'even'] as const
    const name = parities[parity]
    const isKnown = (dataBits === 7 || dataBits === 8) && (stopBits === 1 || stopBits === 2)
    return isKnown && name !== undefined
      ? { dataBits, parity: name, stopBits } as LineSettings
      : null
  }

  /** FTDI: the divisor in eighths; both are worth 0.5, 0.25, 0.125, 0.375, 0.625, 0.75, 0.875. */
  function ftdiRate(value: number, index: number): number {
    // FT232R takes the upper bits as they are, chips with channels in the upper byte.
    const high = name === 'ft232r' ? index : index >> 8
    const eighths = [0, 4, 2, 1, 3, 5, 6, 7][(high & 1) << 2 | value >> 14] ?? 0
    const divisor = (value & 0x3fff) + eighths / 8
    const clock = name === 'ft232h' && (high & 2) !== 0 ? 12_000_000 : 3_000_000
    return divisor === 0 ? clock : divisor === 1 ? clock / 1.5 : clock / divisor
  }

  function ftdiRequest(request: number, value: number, index: number): boolean {
    const channel = name === 'ft232r' ? 0 : 1
    if (request !== 3 && (index & 0xff) !== channel) return false
    if (request === 0) {
      if (value === 0) [enabled, signals.dtr, signals.rts] = [true, false, false]
      if (value === 0 || value === 1) packets.length = 0
    } else if (request === 1) {
      if (value & 0x100) signals.dtr = (value & 1) !== 0
      if (value & 0x200) signals.rts = (value & 2) !== 0
    } else if (request === 3) baudRate = ftdiRate(value, index)
    else if (request === 4) {
      format = formatOf(value & 0xff, value >> 8 & 7, value >> 11 & 3 ? 2 : 1)
      signals.break = (value & 0x4000) !== 0
    } else if (request !== 2 && request !== 9) return false
    return true
  }

  /** AN205, table 1: the lowest rate asked for, and what the CP2102 then does. */
  function cp2102Rate(asked: number): number {
    const table = '670255 921600, 567139 576000, 491521 500000, 273067 460800, 254235 256000, ' +
      '237833 250000, 156869 230400, 129348 153600, 117029 128000, 77609 115200, 64112 76800, ' +
      '58054 64000, 56281 57600, 51559 56000, 38602 51200, 28913 38400, 19251 28800, ' +
      '16063 19200, 14429 16000, 9613 14400, 7208 9600, 4804 7200, 4001 4800, 2401 4000, ' +
      '1801 2400, 1201 1800, 601 1200, 301 600, 57 300'
    const rows = table.split(', ').map((row) => row.split(' ').map(Number))
    return rows.find(([from = 0]) => asked >= from)?.[1] ?? 0
  }

  function cp210xRequest(request: number, value: number, data: Uint8Array): boolean {
    if (request === 0x00) {
      enabled = value === 1
      return true
    }
    if (!enabled) return false
    if (request === 0x1e) {
      baudRate = cp2102Rate(new DataView(data.buffer, data.byteOffset).getUint32(0, true))
    } else if (request === 0x03) {
      format = formatOf(value >> 8, value >> 4 & 15, value & 15 ? 2 : 1)
    } else if (request === 0x05) signals.break = value === 1
    else if (request === 0x07) {
      if (value & 0x100) signals.dtr = (value & 1) !== 0
      if (value & 0x200) signals.rts = (value & 2) !== 0
    } else if (request === 0x12) packets.length = 0
    else return false
    return true
  }

  function ch340Request(request: number, value: number, index: number): boolean {
    if (request === 0xa1) [enabled, packets.length] = [true, 0]
    else if (request === 0xa4) {
      signals.dtr = (value & 0x20) === 0
      signals.rts = (value & 0x40) === 0
    } else if (request === 0x9a) {
      registers.set(value & 0xff, index & 0xff).set(value >> 8, index >> 8)
      const prescaler = registers.get(0x12) ?? 0
      const divider = (prescaler & 1 ? 1 : 8) * (prescaler & 2 ? 1 : 64) * (prescaler & 4 ? 1 : 2)
      baudRate = 12_000_000 / divider / (256 - (registers.get(0x13) ?? 0))
      const lcr = chipVersion < 0x30 ? 0xc3 : registers.get(0x18) ?? 0
      const parity = (lcr & 0x08) === 0 ? 0 : (lcr & 0x10) === 0 ? 1 : 2
      format = (lcr & 0x80) === 0 ? null : formatOf((lcr & 3) + 5, parity, lcr & 4 ? 2 : 1)
      signals.break = (lcr & 0x40) === 0
    } else return false
    return true
  }

  function cdcRequest(request: number, value: number, data: Uint8Array): boolean {
    if (request === 0x20) {
      const view = new DataView(data.buffer, data.byteOffset)
      baudRate = view.getUint32(0, true)
      format = formatOf(view.getUint8(6), view.getUint8(5), view.getUint8(4) ? 2 : 1)
      enabled = true
      const words = [baudRate, view.getUint8(4), view.getUint8(5), view.getUint8(6)]
      asked.push(`coding ${words.join(' ')}`)
    } else {
      if (request === 0x22) [signals.dtr, signals.rts] = [(value & 1) !== 0, (value & 2) !== 0]
      asked.push(`control ${request} ${value}`)
    }
    return true
  }

  function answer(request: number, value: number): number[] | null {
    if (isFtdi && request === 5) return [0xb1, 0x60]
    if (isCp210x && request === 0x08) return [0xb0]
    if (isCp210x && request === 0x10) {
      const told = errors
      errors = 0
      return [told, ...Array.from({ length: 18 }, () => 0)]
    }
    if (isCh340 && request === 0x5f) return [chipVersion, 0]
    if (isCh340 && request === 0x95) {
      if (name === 'ch340-limited' && (value & 0xff) === 0x05) return null
      if (value === 0x0706) return [0xff & ~0x0b, 0xee]
      return [registers.get(value & 0xff) ?? 0, registers.get(value >> 8) ?? 0]
    }
    return null
  }

  function typeOf({ requestType, recipient }: Setup, direction: number): number {
    return direction | (requestType === 'vendor' ? 0x40 : 0x20) | (recipient === 'device' ? 0 : 1)
  }

  const far: FarSide = {
    asked,
    requests,
    sent,
    signals,
    claimedElsewhere: false,
    settings: () => enabled && format !== null ? { baudRate, ...format } : null,
    waiting: () => packets.reduce((sum, { bytes }) => sum + bytes.length, 0),
    send(bytes, at) {
      if (!opened || !enabled || format === null) return
      const isRate = Math.abs(baudRate / at.baudRate - 1) < 0.03
      const { dataBits, parity, stopBits } = format
      const isRight = isRate && dataBits === at.dataBits && parity === at.parity &&
        stopBits === at.stopBits
      if (isRight) return receive(bytes, 0)
      receive(bytes.filter((_, i) => i % 3 === 0).map(() => 0), 0x08)
    },
    sendFaulty: (bytes, _at, lsr) => receive(bytes, lsr),
    unplug() {
      plugged = false
      opened = false
      clearTimeout(idle)
      for (const waiting of transfers.values()) {
        for (const { fail } of waiting.splice(0)) {
          fail(new DOMException('The device was disconnected.', 'NotFoundError'))
        }
      }
    },
    endNext(status) {
      ends = status
      deliver()
    },
  }

  const device = {
    vendorId,
    productId,
    deviceVersionMajor: version,
    configurations: [{ configurationValue: 1, interfaces }],
    configuration: null as object | null,
    get opened() {
      return opened
    },
    async open() {
      if (!plugged) throw new DOMException('The device was disconnected.', 'NotFoundError')
      opened = true
    },
    async close() {
      opened = false
      claimed.clear()
      packets.length = 0
      clearTimeout(idle)
      for (const waiting of transfers.values()) {
        for (const { fail } of waiting.splice(0)) {
          fail(new DOMException('The transfer was cancelled.', 'AbortError'))
        }
      }
    },
    async selectConfiguration(value: number) {
      mustBeThere()
      asked.push(`configuration ${value}`)
      device.configuration = device.configurations[0] ?? null
    },
    async claimInterface(number: number) {
      mustBeThere()
      if (device.configuration === null) throw new DOMException('Not configured', 'NotFoundError')
      if (far.claimedElsewhere) throw new DOMException('Unable to claim interface.', 'NetworkError')
      asked.push(`claim ${number}`)
      claimed.add(number)
    },
    async controlTransferOut(setup: Setup, data?: ArrayBuffer | Uint8Array) {
      mustBeThere()
      const bytes = data === undefined ? new Uint8Array(0) : new Uint8Array(data)
      const { request: bRequest, value: wValue, index: wIndex } = setup
      const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('')
      requests.push({ bmRequestType: typeOf(setup, 0), bRequest, wValue, wIndex, data: hex })
      const isDone = isFtdi
        ? ftdiRequest(bRequest, wValue, wIndex)
        : isCp210x
        ? cp210xRequest(bRequest, wValue, bytes)
        : isCh340
        ? ch340Request(bRequest, wValue, wIndex)
        : cdcRequest(bRequest, wValue, bytes)
      return { status: isDone ? 'ok' : 'stall', bytesWritten: bytes.length }
    },
    async controlTransferIn(setup: Setup, length: number) {
      mustBeThere()
      const { request: bRequest, value: wValue, index: wIndex } = setup
      requests.push({ bmRequestType: typeOf(setup, 0x80), bRequest, wValue, wIndex, data: length })
      const bytes = answer(bRequest, wValue)
      return bytes === null ? { status: 'stall' } : reply('ok', bytes.slice(0, length))
    },
    transferIn(endpoint: number, length: number): Promise<object> {
      if (!plugged || !opened) {
        return Promise.reject(new DOMException('The device was disconnected.', 'NotFoundError'))
      }
      return new Promise((give, fail) => {
        transfers.get(endpoint)?.push({ length, give, fail })
        deliver()
      })
    },
    async transferOut(_endpoint: number, data: BufferSource) {
      mustBeThere()
      const bytes = ArrayBuffer.isView(data)
        ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        : new Uint8Array(data)
      sent.push(...bytes)
      return { status: 'ok', bytesWritten: bytes.length }
    },
    async clearHalt(direction: string, endpoint: number) {
      mustBeThere()
      asked.push(`clear ${direction} ${endpoint}`)
    },
  }
  return { device, far }
}
