/** @module A line that is asked: seven bits made of eight, settings changed, and its end. */

import { expect, test } from 'vitest'
import { utf8 } from '../../shared/bytes.ts'
import { damagedByte, withEvenParity } from '../../shared/meter/even-parity.ts'
import { d0Line, type LineSettings } from '../../shared/meter/line.ts'
import { duplexOf, LineEnded } from '../../pwa/reader/duplex.ts'
import { LineError } from '../../pwa/reader/line.ts'
import { type FakeLine, fakeLine } from './fake-line.ts'

/** A driver that does only eight data bits. */
function eightOnly(): FakeLine & { readonly written: Uint8Array[] } {
  const line = fakeLine(null)
  const written: Uint8Array[] = []
  return {
    ...line,
    written,
    open: (settings: LineSettings) =>
      settings.dataBits === 7
        ? Promise.reject(new LineError('port-busy', null))
        : line.open(settings),
    write: (bytes) => {
      written.push(bytes)
      return Promise.resolve()
    },
  }
}

test('where a driver refuses seven bits, they are made of eight', async () => {
  const line = eightOnly()
  const duplex = duplexOf(line, () => false)
  await duplex.open(d0Line(300))
  expect(line.opened).toEqual(['300 8N1'])
  await duplex.write(utf8('/?!\r\n'))
  expect(line.written).toEqual([withEvenParity(utf8('/?!\r\n'))])
  line.send(withEvenParity(utf8('/ABC')))
  expect(await duplex.read(1000)).toEqual(utf8('/ABC'))
  line.send(Uint8Array.of(0x2f))
  expect(await duplex.read(1000)).toEqual(Uint8Array.of(damagedByte))
})

test('what came before the line was opened anew is lost', async () => {
  const line = fakeLine(null)
  const duplex = duplexOf(line, () => false)
  await duplex.open(d0Line(300))
  line.send(utf8('old'))
  await duplex.open(d0Line(9600))
  line.send(utf8('new'))
  expect(await duplex.read(1000)).toEqual(utf8('new'))
  expect(await duplex.read(1)).toBeNull()
  expect(line.opened).toEqual(['300 7E1', '9600 7E1'])
})

test('the end of the line is told, in the middle of a wait too', async () => {
  const line = fakeLine(null)
  const duplex = duplexOf(line, () => false)
  await duplex.open(d0Line(300))
  const waiting = duplex.read(60_000)
  line.pull()
  await expect(waiting).rejects.toMatchObject({ how: 'gone' })
  await expect(duplex.write(utf8('x'))).rejects.toBeInstanceOf(LineEnded)
})

test('once the owner has stopped nothing is opened any more', async () => {
  const line = fakeLine(null)
  let stopped = false
  const duplex = duplexOf(line, () => stopped)
  await duplex.open(d0Line(300))
  stopped = true
  await expect(duplex.open(d0Line(9600))).rejects.toMatchObject({ how: 'closed' })
  expect(line.opened).toEqual(['300 7E1'])
})
