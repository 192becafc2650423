/**
 * The drivers of USB serial chips against what is written of the chips: their requests byte for byte,
 * their divisors, and the bytes that FTDI's put before every packet.
 *
 * Sources: FTDI AN232B-05 and AN_120 (divisors: its ConfigData list and examples; 120 MHz chips:
 * section 4.4), Linux' ftdi_sio.h (what FTDI told of the requests); Silicon Labs AN571 rev. 0.4
 * (requests and their values); WCHSoftGroup/ch341ser_linux V1.7 (WCH's own driver: requests,
 * registers, rates) with Linux' ch341.c for chip versions.
 *
 * @module
 */
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PortError } from '../../pwa/reader/ports.ts'
import { ch34xRate } from '../../pwa/reader/usb/ch34x.ts'
import { ftdiDivisor, withoutStatus } from '../../pwa/reader/usb/ftdi.ts'
import { chipPortOf } from '../../pwa/reader/usb/chips.ts'
import type { UsbDevice } from '../../pwa/reader/usb/device.ts'
import type { LineSettings } from '../../shared/meter/line.ts'
import { type ChipName, usbChip, type WireRequest } from '../rig/usb-chips.ts'

function line(text: string): LineSettings {
  const [baudRate, frame = ''] = text.split(' ')
  const parity = frame[1] === 'E' ? 'even' : frame[1] === 'O' ? 'odd' : 'none'
  const [dataBits, stopBits] = [frame[0] === '7' ? 7 : 8, frame[2] === '2' ? 2 : 1] as const
  return { baudRate: Number(baudRate), dataBits, parity, stopBits }
}

function portOf(name: ChipName) {
  const chip = usbChip(name)
  const port = chipPortOf(chip.device as unknown as UsbDevice) // a model of one
  if (port === null) throw new Error(`No driver for ${name}`)
  return { ...chip, port }
}

/** As `bmRequestType bRequest wValue wIndex data`. */
function wire({ bmRequestType, bRequest, wValue, wIndex, data }: WireRequest): string {
  const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0')
  const words = [hex(bmRequestType, 2), hex(bRequest, 2), hex(wValue, 4), hex(wIndex, 4)]
  return [...words, ...(data === '' ? [] : [data])].join(' ')
}

/** Reset; divisor; 8 data bits or 7 and even parity; no flow control; 16 ms; purge in and out. */
const ftdiOpen = (divisor: string, format: string, channel: string) => [
  `40 00 0000 ${channel}`,
  `40 03 ${divisor}`,
  `40 04 ${format} ${channel}`,
  `40 02 0000 ${channel}`,
  `40 09 0010 ${channel}`,
  `40 00 0001 ${channel}`,
  `40 00 0002 ${channel}`,
]
/** Enable; rate, low byte first; word length, parity, stop bits; purge both ways. */
const cp210xOpen = (rate: string, format: string) => [
  '41 00 0001 0000',
  `41 1e 0000 0000 ${rate}`,
  `41 03 ${format} 0000`,
  '41 12 000f 0000',
]
/** Version; initialise; is there a break; divisor and prescaler; line control; no flow control. */
const ch340Open = (rate: string, lineControl: string) => [
  'c0 5f 0000 0000 2',
  '40 a1 0000 0000',
  'c0 95 0005 0000 2',
  `40 9a 1312 ${rate}`,
  `40 9a 2518 ${lineControl}`,
  '40 9a 2727 0000',
]

const opens: readonly (readonly [ChipName, string, readonly string[]])[] = [
  ['ft232r', '300 7E1', ftdiOpen('2710 0000', '0207', '0000')],
  ['ft232r', '9600 8N1', ftdiOpen('4138 0000', '0008', '0000')],
  ['ft232r', '9600 7E1', ftdiOpen('4138 0000', '0207', '0000')],
  ['ft232r', '115200 8N1', ftdiOpen('001a 0000', '0008', '0000')],
  // Chips with channels: theirs in the lower byte, the divisor's upper bits above it.
  ['ft232h', '300 7E1', ftdiOpen('2710 0001', '0207', '0001')],
  ['ft232h', '9600 8N1', ftdiOpen('04e2 0201', '0008', '0001')],
  ['ft232h', '9600 7E1', ftdiOpen('04e2 0201', '0207', '0001')],
  ['ft232h', '115200 8N1', ftdiOpen('c068 0201', '0008', '0001')],
  ['ft230x', '300 7E1', ftdiOpen('2710 0001', '0207', '0001')],
  ['ft230x', '9600 8N1', ftdiOpen('4138 0001', '0008', '0001')],
  ['ft230x', '9600 7E1', ftdiOpen('4138 0001', '0207', '0001')],
  ['ft230x', '115200 8N1', ftdiOpen('001a 0001', '0008', '0001')],
  ['cp2102', '300 7E1', cp210xOpen('2c010000', '0720')],
  ['cp2102', '9600 8N1', cp210xOpen('80250000', '0800')],
  ['cp2102', '9600 7E1', cp210xOpen('80250000', '0720')],
  ['cp2102', '115200 8N1', cp210xOpen('00c20100', '0800')],
  ['cp2102', '2400 8E1', cp210xOpen('60090000', '0820')],
  ['ch340', '300 7E1', ch340Open('d980', '00da')],
  ['ch340', '9600 8N1', ch340Open('b282', '00c3')],
  ['ch340', '9600 7E1', ch340Open('b282', '00da')],
  ['ch340', '115200 8N1', ch340Open('cc83', '00c3')],
  ['ch340', '2400 8E1', ch340Open('d981', '00db')],
  ['ch340', '1200 7O2', ch340Open('b281', '00ce')],
  // Of a version without a line control register, whose bit 7 means something else.
  ['ch340-old', '9600 8N1', [
    'c0 5f 0000 0000 2',
    '40 a1 0000 0000',
    'c0 95 0005 0000 2',
    '40 9a 1312 b202',
    '40 9a 2727 0000',
  ]],
]

describe('requests', () => {
  test.each(opens)('%s at %s', async (name, settings, expected) => {
    const { port, far } = portOf(name)
    await port.open({ ...line(settings), bufferSize: 1024 })
    expect(far.requests.map(wire)).toEqual(expected)
    const { baudRate, ...format } = far.settings() ?? line('0 8N1')
    expect({ ...format, baudRate: line(settings).baudRate }).toEqual(line(settings))
    expect(Math.abs(baudRate / line(settings).baudRate - 1)).toBeLessThan(0.005)
    await port.close()
  })

  const both = { dataTerminalReady: true, requestToSend: true }
  test.each<[ChipName, string[], string[], string[], string[]]>([
    ['ft232r', ['40 01 0303 0000'], ['40 01 0200 0000'], ['40 04 4008 0000', '40 04 0008 0000'], [
      '40 01 0300 0000',
    ]],
    ['ft232h', ['40 01 0303 0001'], ['40 01 0200 0001'], ['40 04 4008 0001', '40 04 0008 0001'], [
      '40 01 0300 0001',
    ]],
    ['cp2102', ['41 07 0303 0000'], ['41 07 0200 0000'], ['41 05 0001 0000', '41 05 0000 0000'], [
      '41 07 0300 0000',
      '41 00 0000 0000',
    ]],
    // The pins are low when they are on; the break is in two registers that are read before.
    [
      'ch340',
      ['40 a4 009f 0000'],
      ['40 a4 00df 0000'],
      ['c0 95 1805 0000 2', '40 9a 1805 8300', 'c0 95 1805 0000 2', '40 9a 1805 c301'],
      ['40 a4 00ff 0000'],
    ],
  ])('%s: signals, break and end', async (name, on, rtsOff, breaks, end) => {
    const { port, far } = portOf(name)
    await port.open({ ...line('9600 8N1'), bufferSize: 1024 })
    const asked = async (ask: () => Promise<void>) => {
      far.requests.length = 0
      await ask()
      return far.requests.map(wire)
    }
    expect(await asked(() => port.setSignals(both))).toEqual(on)
    expect(far.signals).toEqual({ dtr: true, rts: true, break: false })
    expect(await asked(() => port.setSignals({ requestToSend: false }))).toEqual(rtsOff)
    expect(far.signals).toEqual({ dtr: true, rts: false, break: false })
    const around = async () => {
      await port.setSignals({ break: true })
      expect(far.signals.break).toBe(true)
      await port.setSignals({ break: false })
      expect(far.signals.break).toBe(false)
    }
    expect(await asked(around)).toEqual(breaks)
    expect(await asked(() => port.close())).toEqual(end)
    expect(far.signals).toEqual({ dtr: false, rts: false, break: false })
  })

  test.each<[ChipName, string, object]>([
    ['ft232r', 'c0 05 0000 0000 2', { clearToSend: true, dataSetReady: true }],
    ['cp2102', 'c1 08 0000 0000 1', { clearToSend: true, dataSetReady: true }],
    ['ch340', 'c0 95 0706 0000 2', { clearToSend: true, dataSetReady: true }],
  ])('%s: what the far end signals', async (name, request, signals) => {
    const { port, far } = portOf(name)
    await port.open({ ...line('9600 8N1'), bufferSize: 1024 })
    far.requests.length = 0
    const all = { ringIndicator: false, dataCarrierDetect: true, ...signals }
    expect(await port.getSignals()).toEqual(all)
    expect(far.requests.map(wire)).toEqual([request])
    await port.close()
  })
})

describe('divisors', () => {
  test.each([
    // AN232B-05, "Aliasing Using the Additional FT232B Sub-Integer Divisors".
    [300, 0x2710],
    [600, 0x1388],
    [1200, 0x09c4],
    [2400, 0x04e2],
    [4800, 0x0271],
    [9600, 0x4138],
    [19_200, 0x809c],
    [38_400, 0xc04e],
    [115_200, 0x001a],
    [230_400, 0x000d],
    [460_800, 0x4006],
    [921_600, 0x8003],
    [14_406, 0x80d0],
    [55_944, 0x14035],
    // AN232B-05, "Baud Rate Calculation": its example, and its two special cases.
    [490_000, 0xc006],
    [3_000_000, 0],
    [2_000_000, 1],
  ])('FT232R: %i baud', (baudRate, divisor) => {
    expect(ftdiDivisor(baudRate, 0x06)).toBe(divisor)
    expect(ftdiDivisor(baudRate, 0x10)).toBe(divisor)
  })

  test.each([
    // AN_120, 4.4: of 12 MHz, with bit 17; below 1200 baud as before.
    [300, 0x2710],
    [600, 0x1388],
    [1200, 0x22710],
    [9600, 0x204e2],
    [115_200, 0x2c068],
    [1_000_000, 0x2000c],
    [8_000_000, 0x20001],
    [12_000_000, 0x20000],
  ])('FT232H: %i baud', (baudRate, divisor) => {
    expect(ftdiDivisor(baudRate, 0x09)).toBe(divisor)
  })

  test.each([
    // As WCH's own driver has them, divisor above prescaler.
    [300, 0xd900],
    [600, 0x6401],
    [1200, 0xb201],
    [2400, 0xd901],
    [4800, 0x6402],
    [9600, 0xb202],
    [19_200, 0xd902],
    [38_400, 0x6403],
    [57_600, 0x9803],
    [115_200, 0xcc03],
    [230_400, 0xe603],
    [307_200, 0xd907],
    [460_800, 0xf303],
    [921_600, 0xf307],
  ])('CH340: %i baud', (baudRate, registers) => {
    const { prescaler, divisor } = ch34xRate(baudRate, false)
    expect(divisor << 8 | prescaler).toBe(registers)
  })

  /** As the chip divides: from the registers back to the rate; null where the driver refuses. */
  function ch340Rate(baudRate: number, limited: boolean) {
    try {
      const { prescaler, divisor } = ch34xRate(baudRate, limited)
      const divider = (prescaler & 1 ? 1 : 8) * (prescaler & 2 ? 1 : 64) * (prescaler & 4 ? 1 : 2)
      const isKnown = divisor <= 256 - (prescaler & 4 ? 9 : 2) &&
        (!limited || [0, 1, 2, 3, 7].includes(prescaler))
      return isKnown ? 12_000_000 / divider / (256 - divisor) : NaN
    } catch (error) {
      return error instanceof PortError && error.why === 'mode' ? null : NaN
    }
  }

  test('every rate that is taken is within 3 % as the chip divides', () => {
    const near = (actual: number, wanted: number) => Math.abs(actual / wanted - 1) < 0.03
    fc.assert(fc.property(fc.integer({ min: 200, max: 1_000_000 }), (baudRate) => {
      const code = ftdiDivisor(baudRate, 6)
      const eighths = [0, 4, 2, 1, 3, 5, 6, 7][code >> 14] ?? 0
      const divided = 3_000_000 / ((code & 0x3fff) + eighths / 8)
      const rates = [
        divided,
        ...[false, true].flatMap((limited) => {
          return ch340Rate(baudRate, limited) ?? []
        }),
      ]
      expect(rates.filter((rate) => !near(rate, baudRate))).toEqual([])
    }))
    // Those of meters are refused by none.
    for (const baudRate of [300, 1200, 2400, 9600, 19_200, 115_200]) {
      expect(near(ch340Rate(baudRate, true) ?? 0, baudRate)).toBe(true)
    }
  })

  test.each([
    ['FT232R below its slowest', () => ftdiDivisor(150, 6)],
    ['FT232R between two of its fastest', () => ftdiDivisor(2_500_000, 6)],
    ['FT232R above', () => ftdiDivisor(4_000_000, 6)],
    ['CH340 below', () => ch34xRate(40, false)],
    ['CH340 above', () => ch34xRate(8_000_000, false)],
  ])('%s: said, with its type', (_, divide) => {
    expect(divide).toThrow(expect.objectContaining({ name: 'PortError', why: 'mode' }))
  })
})

describe('the two bytes before each packet of FTDI', () => {
  const packetSizes = fc.constantFrom(8, 64, 512)
  const chunks = fc.array(fc.uint8Array({ maxLength: 600 }), { maxLength: 8 })

  test('are taken out, wherever packets and transfers end', () => {
    fc.assert(
      fc.property(packetSizes, chunks, fc.array(fc.nat({ max: 600 })), (size, data, cuts) => {
        const all = data.flatMap((chunk) => [...chunk])
        // Packets of any length; a transfer is over after one that is not full, or after 16.
        const transfers: number[][] = [[]]
        for (let at = 0, n = 0; at < all.length; n++) {
          // Any length, but not without end one of nothing.
          const length = Math.max(n % 2, (cuts[n % cuts.length] ?? size) % (size - 1))
          const packet = [0x31, 0x60, ...all.slice(at, at + length)]
          at += length
          transfers.at(-1)?.push(...packet)
          if (packet.length < size || transfers.at(-1)?.length === 16 * size) transfers.push([])
        }
        const heard = transfers.flatMap((transfer) =>
          withoutStatus(Uint8Array.from(transfer), size)
        )
        expect(heard.flatMap(({ bytes }) => [...bytes])).toEqual(all)
        expect(heard.every(({ fault }) => fault === null)).toBe(true)
      }),
    )
  })

  test('no transfer is too odd for it', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), packetSizes, (transfer, size) => {
      const heard = withoutStatus(transfer, size)
      const length = heard.reduce((sum, { bytes }) => sum + bytes.length, 0)
      expect(length).toBeLessThanOrEqual(transfer.length)
    }))
  })

  test.each([
    [0x60, null],
    [0x62, 'BufferOverrunError'],
    [0x64, 'ParityError'],
    [0x68, 'FramingError'],
    [0x78, 'BreakError'],
    // Ready, empty, and an error further back in the chip say nothing of this packet.
    [0xe1, null],
  ])('status %i', (status, fault) => {
    const [first, second] = withoutStatus(Uint8Array.of(1, 0x60, 7, 8, 1, status, 9), 4)
    expect(first).toEqual({ bytes: Uint8Array.of(7, 8), fault: null })
    expect(second).toEqual({ bytes: Uint8Array.of(9), fault })
  })
})
