/**
 * A port as a line: after errors it goes on, when it is gone it says so, and what is kept of it is
 * bounded.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { portLine } from '../../pwa/reader/line.ts'
import type { Port } from '../../pwa/reader/ports.ts'
import { createTail } from '../../pwa/reader/tail.ts'
import { p1Line } from '../../shared/meter/line.ts'

/** A port whose streams give these chunks and end with these errors, one stream after the other. */
function portOf(streams: readonly (readonly [chunks: number[][], error: unknown])[]): Port {
  let next = 0
  let current: ReadableStream<Uint8Array> | null = null
  const fresh = (): ReadableStream<Uint8Array> | null => {
    const [chunks, error] = streams[next++] ?? []
    if (chunks === undefined) return null
    const rest = [...chunks]
    return new ReadableStream({
      pull(controller) {
        const chunk = rest.shift()
        if (chunk !== undefined) return controller.enqueue(Uint8Array.from(chunk))
        current = null
        controller.error(error)
      },
    })
  }
  return {
    get readable() {
      return current ??= fresh()
    },
    writable: null,
    getInfo: () => ({ usbVendorId: 0x0403, usbProductId: 0x6001 }),
    open: () => Promise.resolve(),
    close: () => Promise.resolve(),
    setSignals: () => Promise.resolve(),
  }
}

const named = (name: string) => new DOMException('', name)

test('after framing and parity errors, breaks and overruns the line goes on', async () => {
  const line = portLine(portOf([
    [[[1, 2]], named('FramingError')],
    [[[3]], named('ParityError')],
    [[], named('BreakError')],
    [[[4]], named('BufferOverrunError')],
    // The polyfill throws words.
    [[[5]], 'USB error: babble'],
  ]))
  const bytes: number[] = []
  let faults = 0
  await line.open(p1Line)
  expect(await line.listen((chunk) => bytes.push(...chunk), () => faults++)).toBe('gone')
  expect(bytes).toEqual([1, 2, 3, 4, 5])
  expect(faults).toBe(5)
})

test('a port that was pulled is gone at once', async () => {
  const line = portLine(portOf([[[[1]], named('NetworkError')], [[[2]], named('NetworkError')]]))
  const bytes: number[] = []
  await line.open(p1Line)
  expect(await line.listen((chunk) => bytes.push(...chunk), () => undefined)).toBe('gone')
  expect(bytes).toEqual([1])
})

test('a port that only fails is not asked without end', async () => {
  let asked = 0
  const port: Port = {
    ...portOf([]),
    get readable() {
      asked++
      return new ReadableStream<Uint8Array>({ start: (controller) => controller.error('stall') })
    },
  }
  const line = portLine(port)
  await line.open(p1Line)
  const listening = line.listen(() => undefined, () => undefined)
  await new Promise((passed) => setTimeout(passed, 500))
  await line.close()
  expect(await listening).toBe('closed')
  expect(asked).toBeLessThan(30)
})

test('the telegram at hand is all that is kept of a line', () => {
  const tail = createTail()
  for (let i = 0; i < 1000; i++) tail.add(new Uint8Array(100).fill(i % 256))
  const bytes = tail.bytes()
  expect(bytes.length).toBeGreaterThanOrEqual(8192)
  expect(bytes.length).toBeLessThan(8400)
  expect(bytes.at(-1)).toBe(999 % 256)
})
