/**
 * Server-sent events, however the network cuts them: the same events, for work that grows with their
 * bytes and not with the square of them.
 *
 * @module
 */
import * as fc from 'fast-check'
import { afterEach, expect, test, vi } from 'vitest'
import { readEvents, type ServerEvent } from '../../shared/api/events.ts'
import { utf8 } from '../../shared/bytes.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

function cut(text: string, size: number): ReadableStream<Uint8Array> {
  const bytes = utf8(text)
  let at = 0
  return new ReadableStream({
    pull(controller) {
      if (at >= bytes.length) return controller.close()
      controller.enqueue(bytes.subarray(at, at += size))
    },
  }, { highWaterMark: 0 })
}

async function all(body: ReadableStream): Promise<ServerEvent[]> {
  const events: ServerEvent[] = []
  for await (const event of readEvents(body)) events.push(event)
  return events
}

test('events are the same, however they are cut', async () => {
  const field = fc.stringMatching(/^[A-Za-zäß_ :-]{0,12}$/)
  const event = fc.record({ id: field, lines: fc.array(field, { minLength: 1, maxLength: 3 }) })
  await fc.assert(
    fc.asyncProperty(fc.array(event, { maxLength: 6 }), fc.nat(9), async (events, size) => {
      const text = events.map(({ id, lines }) =>
        `: heartbeat\n\nid: ${id}\nevent: block\n${
          lines.map((line) => `data: ${line}\n`).join('')
        }\n`
      ).join('')
      expect(await all(cut(text, size + 1))).toEqual(
        events.map(({ id, lines }) => ({ id, data: lines.join('\n') })),
      )
    }),
    { numRuns: 200 },
  )
})

test('one event in tiny chunks costs as much as its bytes', async () => {
  const data = 'A'.repeat(20_000)
  const text = `id: 7\nevent: block\ndata: ${data}\n\n`
  const split = vi.spyOn(String.prototype, 'split')
  const join = vi.spyOn(Array.prototype, 'join')
  const events = await all(cut(text, 1))
  const touched = [...split.mock.contexts, ...join.mock.results.map(({ value }) => value)]
  vi.restoreAllMocks()
  const work = touched.reduce<number>((sum, one) => sum + String(one).length, 0)
  expect(events).toEqual([{ id: '7', data }])
  expect(work).toBeLessThan(6 * text.length)
})

test('an event without an end is refused', async () => {
  const endless = cut(`data: ${'A'.repeat(4 * 1024 * 1024)}`, 64 * 1024)
  await expect(all(endless)).rejects.toThrow(RangeError)
})
