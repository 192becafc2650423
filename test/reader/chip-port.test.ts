/**
 * A port over WebUSB whose chip has a driver, as the reader uses it: it is what a port of WebSerial
 * is, of every chip; what the line and the bus do to it is told by the right name, and nothing is
 * kept without bound.
 *
 * @module
 */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { LineError, portLine } from '../../pwa/reader/line.ts'
import { sameUsb, usbOf } from '../../pwa/reader/ports.ts'
import { ChipPort } from '../../pwa/reader/usb/chip-port.ts'
import { chipPortOf } from '../../pwa/reader/usb/chips.ts'
import type { UsbDevice } from '../../pwa/reader/usb/device.ts'
import type { LineSettings } from '../../shared/meter/line.ts'
import { type ChipName, type FarSide, usbChip } from '../rig/usb-chips.ts'

const at9600: LineSettings = { baudRate: 9600, dataBits: 8, parity: 'none', stopBits: 1 }
const at300: LineSettings = { baudRate: 300, dataBits: 7, parity: 'even', stopBits: 1 }
const seven: LineSettings = { ...at300, baudRate: 9600 }
const OPEN = { ...at9600, bufferSize: 4096 }
const [OVERRUN, PARITY, FRAMING, BREAK] = [0x02, 0x04, 0x08, 0x18]

const chips = ['ft232r', 'ft232h', 'ft230x', 'cp2102', 'ch340', 'ch340-limited'] as const
const all = Uint8Array.from({ length: 700 }, (_, i) => i * 7 % 256)

function plugIn(name: ChipName) {
  const { device, far } = usbChip(name)
  const port = chipPortOf(device as unknown as UsbDevice) // a model of one
  if (port === null) throw new Error(`No driver for ${name}`)
  return { far, port, isOpened: () => device.opened }
}

/** So many bytes of the stream, which is let go again. */
async function read(stream: ReadableStream<Uint8Array> | null, count: number): Promise<number[]> {
  const reader = stream?.getReader()
  const bytes: number[] = []
  try {
    while (reader !== undefined && bytes.length < count) {
      const { done, value } = await reader.read()
      if (done) break
      bytes.push(...value)
    }
  } finally {
    reader?.releaseLock()
  }
  return bytes
}

describe.each(chips)('%s', (name) => {
  let far: FarSide
  let port: ChipPort
  let isOpened: () => boolean

  beforeEach(() => {
    ;({ far, port, isOpened } = plugIn(name))
  })
  afterEach(() => port.close().catch(() => undefined))

  test('reads what comes and writes what goes', async () => {
    expect(port.readable).toBeNull()
    await port.open(OPEN)
    far.send([...all], at9600)
    expect(await read(port.readable, all.length)).toEqual([...all])
    const writer = port.writable?.getWriter()
    await writer?.write(all)
    await writer?.close()
    expect(far.sent).toEqual([...all])
    await port.writable?.getWriter().write(Uint8Array.of(1))
    expect(far.sent.at(-1)).toBe(1)
  })

  test('is closed and opened again at other settings, as mode C needs it', async () => {
    await port.open({ ...at300, bufferSize: 4096 })
    far.send([0x2f, 0x3f], at300)
    expect(await read(port.readable, 2)).toEqual([0x2f, 0x3f])
    far.send([1, 2, 3], at300)
    await port.close()
    expect([port.readable, port.writable]).toEqual([null, null])
    await port.open({ ...seven, bufferSize: 4096 })
    far.send([0x02, 0x31], seven)
    expect(await read(port.readable, 2)).toEqual([0x02, 0x31])
  })

  test('is open once, and nothing is done with it while it is closed', async () => {
    const closed = expect.objectContaining({ name: 'InvalidStateError' })
    await expect(port.setSignals({ break: false })).rejects.toEqual(closed)
    await expect(port.close()).rejects.toEqual(closed)
    const opening = port.open(OPEN)
    await expect(port.open(OPEN)).rejects.toEqual(closed)
    await opening
    await expect(port.open(OPEN)).rejects.toEqual(closed)
    const reader = port.readable?.getReader()
    await expect(port.close()).rejects.toThrow(TypeError)
    reader?.releaseLock()
    await port.close()
  })

  test.each([
    [OVERRUN, 'BufferOverrunError'],
    [PARITY, 'ParityError'],
    [FRAMING, 'FramingError'],
  ])('after an error of the line (%i) it goes on', async (lsr, error) => {
    await port.open(OPEN)
    far.send([1, 2], at9600)
    expect(await read(port.readable, 2)).toEqual([1, 2])
    far.sendFaulty([3], at9600, lsr)
    await expect(read(port.readable, 100)).rejects.toMatchObject({ name: error })
    expect(port.connected).toBe(true)
    far.send([4], at9600)
    // What came with the error may be before it or after it.
    expect((await read(port.readable, 1)).at(-1)).toBeGreaterThan(2)
  })

  test('a stalled pipe is opened again', async () => {
    await port.open(OPEN)
    far.endNext('stall')
    await expect(read(port.readable, 1)).rejects.toMatchObject({ name: 'UnknownError' })
    await vi.waitFor(() => expect(far.asked).toContain('clear in 1'))
    far.send([5], at9600)
    expect(await read(port.readable, 1)).toEqual([5])
  })

  test('unplugged in mid-read, it is gone and says so', async () => {
    await port.open(OPEN)
    const reading = read(port.readable, 100)
    far.send([1], at9600)
    far.unplug()
    await expect(reading).rejects.toMatchObject({ name: 'NetworkError' })
    expect([port.readable, port.writable, port.connected]).toEqual([null, null, false])
    const { why } = await portLine(port).open(at9600).catch((error: LineError) => error) ?? {}
    expect(why).toBe('gone')
  })

  test('what came before it was unplugged is read first', async () => {
    await port.open(OPEN)
    const { readable } = port
    far.send([1, 2, 3], at9600)
    await vi.waitFor(() => expect(far.waiting()).toBe(0))
    await new Promise((passed) => setTimeout(passed, 5))
    far.unplug()
    port.unplugged()
    expect(await read(readable, 3)).toEqual([1, 2, 3])
    await expect(read(readable, 1)).rejects.toMatchObject({ name: 'NetworkError' })
  })

  test('unplugged while it sends, the writer learns it', async () => {
    await port.open(OPEN)
    const writer = port.writable?.getWriter()
    far.unplug()
    await expect(writer?.write(Uint8Array.of(1))).rejects.toMatchObject({ name: 'NetworkError' })
    expect(port.connected).toBe(false)
  })

  test('what nobody reads stays in the chip, but for a buffer of the size that was told', async () => {
    await port.open({ ...OPEN, bufferSize: 1000 })
    const { readable } = port
    for (let i = 0; i < 60; i++) far.send([...all], at9600)
    const held = () => 60 * all.length - far.waiting()
    await vi.waitFor(() => expect(held()).toBeGreaterThanOrEqual(1000))
    await new Promise((passed) => setTimeout(passed, 50))
    // The buffer, the transfer that filled it, and the one that was ahead.
    expect(held()).toBeLessThanOrEqual(1000 + 2 * 16 * 512)
    const bytes = await read(readable, 60 * all.length)
    expect(bytes).toHaveLength(60 * all.length)
    expect(bytes.slice(-700)).toEqual([...all])
  })

  test('what was not read is dropped when reading is given up', async () => {
    await port.open(OPEN)
    const { readable } = port
    far.send([1, 2, 3], at9600)
    await vi.waitFor(() => expect(far.waiting()).toBe(0))
    await new Promise((passed) => setTimeout(passed, 5))
    await readable?.cancel()
    far.send([4], at9600)
    expect(await read(port.readable, 1)).toEqual([4])
  })

  test('an interface that somebody has is told by its own name, and the device let go', async () => {
    far.claimedElsewhere = true
    const line = portLine(port)
    await expect(line.open(at9600)).rejects.toMatchObject({ why: 'port-claimed' })
    expect(isOpened()).toBe(false)
    far.claimedElsewhere = false
    await line.open(at9600)
    expect(far.signals).toEqual({ dtr: true, rts: true, break: false })
    await line.close()
    expect(far.signals).toEqual({ dtr: false, rts: false, break: false })
  })

  test('a rate that it has not is told by its own name, and the device let go', async () => {
    const opening = portLine(port).open({ ...at9600, baudRate: 10 })
    await expect(opening).rejects.toMatchObject({ why: 'line-mode' })
    expect(isOpened()).toBe(false)
    await port.open(OPEN)
  })

  test('is heard as a line until it is closed', async () => {
    const line = portLine(port)
    const bytes: number[] = []
    let faults = 0
    await line.open(at9600)
    const listening = line.listen((chunk) => bytes.push(...chunk), () => faults++)
    far.send([1, 2], at9600)
    await vi.waitFor(() => expect(bytes).toEqual([1, 2]))
    // At another rate: framing errors.
    far.send([3, 4], at300)
    await vi.waitFor(() => expect(faults).toBe(1))
    far.send([5], at9600)
    await vi.waitFor(() => expect(bytes.at(-1)).toBe(5))
    await line.close()
    expect(await listening).toBe('closed')
  })
})

test('a break of the line is one, of the chips that tell it', async () => {
  for (const name of ['ft232r', 'cp2102'] as const) {
    const { far, port } = plugIn(name)
    await port.open(OPEN)
    far.sendFaulty([0], at9600, BREAK)
    await expect(read(port.readable, 100)).rejects.toMatchObject({ name: 'BreakError' })
    await port.close()
  }
})

test('CH340 of before version 0x30 does 8N1 and says so of everything else', async () => {
  const { far, port } = plugIn('ch340-old')
  for (const settings of [seven, { ...at9600, parity: 'even' as const }]) {
    await expect(port.open({ ...settings, bufferSize: 4096 })).rejects.toMatchObject({
      name: 'PortError',
      why: 'mode',
    })
  }
  await port.open(OPEN)
  far.send([1], at9600)
  expect(await read(port.readable, 1)).toEqual([1])
  await port.close()
})

test('CH340 without a break says so', async () => {
  const { port } = plugIn('ch340-limited')
  await port.open(OPEN)
  await expect(port.setSignals({ break: true })).rejects.toMatchObject({
    name: 'NotSupportedError',
  })
  await port.close()
})

test('a port is known again by its USB ids', () => {
  const [one, again, other] = [plugIn('ft232r'), plugIn('ft232r'), plugIn('cp2102')]
  expect(usbOf(one.port)).toEqual({ vendorId: 0x0403, productId: 0x6001 })
  expect(sameUsb(usbOf(one.port), usbOf(again.port))).toBe(true)
  expect(sameUsb(usbOf(one.port), usbOf(other.port))).toBe(false)
})

test('other devices of the same makers are none of these ports', () => {
  const { device } = usbChip('cdc')
  const of = (changes: object) => chipPortOf({ ...device, ...changes } as unknown as UsbDevice)
  expect(of({})).toBeNull()
  // CH343: a serial port by class under WCH's id.
  expect(of({ vendorId: 0x1a86, productId: 0x55d3 })).toBeNull()
  // FTDI's id, without an interface of its own class.
  expect(of({ vendorId: 0x0403, productId: 0x6001 })).toBeNull()
})
