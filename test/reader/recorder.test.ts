/**
 * What the owner saves of a line: the newest of both ways, at the settings that fit.
 *
 * @module
 */
import { expect, test, vi } from 'vitest'
import { recordedLine } from '../../pwa/reader/recorder.ts'
import { startSession } from '../../pwa/reader/session.ts'
import { type Bytes, concat, toHex, utf8 } from '../../shared/bytes.ts'
import { decodeCapture } from '../../shared/meter/capture.ts'
import { p1Line, p1OldLine } from '../../shared/meter/line.ts'
import { importMeterKey } from '../../shared/meter/meter-key.ts'
import { createSimulatedDlmsMeter } from '../../shared/meter/simulate-dlms.ts'
import { createSimulatedMeter } from '../../shared/meter/simulate.ts'
import { fakeLine } from './fake-line.ts'

const at = 1_780_000_000
const telegram = createSimulatedMeter({ seed: 1 }).telegramAt(at)
const nothing = () => undefined

test('a line that was tried at several settings keeps what came at those without faults', async () => {
  const far = fakeLine()
  const line = recordedLine(far)
  expect(line.recording(null)).toBeNull()
  for (const [settings, faults] of [[p1OldLine, 30], [p1Line, 0], [p1OldLine, 30]] as const) {
    await line.open(settings)
    void line.listen(nothing, nothing)
    // At wrong settings there is more of it, and it is noise.
    far.send(faults > 0 ? new Uint8Array(4000).fill(0x80) : telegram)
    for (let i = 0; i < faults; i++) far.fault()
    await line.close()
  }
  const recording = line.recording(null)
  expect(recording?.settings).toEqual(p1Line)
  expect(recording?.bytes).toEqual(telegram)
  // Where no line tells its faults, as some do not, the reader knows better.
  expect(line.recording(p1OldLine)?.settings).toEqual(p1OldLine)
  expect(line.recording({ ...p1Line, baudRate: 2400 })?.settings).toEqual(p1Line)
  const found = await decodeCapture(recording?.bytes ?? utf8(''), 'auto', { now: () => at })
  expect(found.map(({ kind }) => kind)).toEqual(['telegram'])
})

test('what was asked is in it, where it was asked, and no more than fits', async () => {
  const far = fakeLine()
  const line = recordedLine(far)
  await line.open(p1Line)
  void line.listen(nothing, nothing)
  await line.write(utf8('/?!'))
  far.send(utf8('answer'))
  expect(line.recording(null)?.bytes).toEqual(utf8('/?!answer'))
  for (let i = 0; i < 300; i++) far.send(telegram)
  const kept = line.recording(null)?.bytes ?? utf8('')
  expect(kept.length).toBeLessThan(64 * 1024 + telegram.length)
  expect(toHex(kept).endsWith(toHex(concat(telegram, telegram)))).toBe(true)
})

test('of a meter whose key is kept, it holds what came: neither the key nor what it opens', async () => {
  const vienna = createSimulatedDlmsMeter({ seed: 3, model: 'AM550' })
  const key = await importMeterKey(vienna.key)
  const far = fakeLine()
  const line = recordedLine(far)
  const settings = { ...p1Line, baudRate: 9600 }
  let opened = 0
  const session = startSession({
    line,
    known: [{ protocol: 'dlms', settings }],
    mayAsk: true,
    waived: () => Promise.resolve(false),
    key: () => key,
    zone: 'Europe/Vienna',
    zoneOf: () => null,
    confirmOrder: () => Promise.resolve(false),
    events: {
      detecting: nothing,
      asking: nothing,
      found: nothing,
      telegram: () => opened++,
      refused: nothing,
      locked: nothing,
      quiet: nothing,
      fault: nothing,
    },
  })
  const came: Bytes[] = []
  await vi.waitFor(async () => {
    const telegram = await vienna.telegramAt(at + came.length)
    came.push(telegram)
    far.send(telegram)
    expect(opened).toBeGreaterThan(1)
  }, { timeout: 5000, interval: 5 })
  await session.stop()
  const saved = toHex(line.recording(settings)?.bytes ?? utf8(''))
  expect(saved).not.toBe('')
  expect(toHex(concat(...came)).endsWith(saved)).toBe(true)
  expect(saved).not.toContain(toHex(vienna.key))
})
