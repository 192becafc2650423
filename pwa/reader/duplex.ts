/**
 * A serial line that is asked: opened at other settings as the conversation goes, written to and
 * read from. Where a driver refuses seven data bits, they are made of eight.
 *
 * @module
 */
import { fromEvenParity, withEvenParity } from '../../shared/meter/even-parity.ts'
import type { DuplexLine } from '../../shared/meter/line.ts'
import { LineError, type SerialLine } from './line.ts'

/** The line was closed, or is gone, in the middle of a conversation. */
export class LineEnded extends Error {
  override readonly name = 'LineEnded'
  readonly how: 'closed' | 'gone'
  constructor(how: LineEnded['how']) {
    super(`The line was ${how === 'gone' ? 'unplugged' : 'closed'}`)
    this.how = how
  }
}

/** @param stopped whether the owner has stopped; then nothing is opened or waited for any more */
export function duplexOf(line: SerialLine, stopped: () => boolean): DuplexLine {
  let heard: Uint8Array[] = []
  let wake: () => void = () => undefined
  let ended: LineEnded['how'] | null = null
  let listening: Promise<void> | null = null
  /** Seven bits and even parity, over eight and none. */
  let made = false

  function check(): void {
    if (stopped()) ended ??= 'closed'
    if (ended !== null) throw new LineEnded(ended)
  }

  return {
    async open(settings) {
      if (listening !== null) await line.close()
      await listening
      if (ended !== 'gone') ended = null
      check()
      made = false
      try {
        await line.open(settings)
      } catch (error) {
        // Not every driver says why: what is busy is then still busy.
        const refused = error instanceof LineError &&
          (error.why === 'port-busy' || error.why === 'line-mode')
        if (!refused || settings.dataBits !== 7 || settings.parity !== 'even') throw error
        await line.open({ ...settings, dataBits: 8, parity: 'none' })
        made = true
      }
      heard = []
      listening = line.listen((bytes) => {
        heard.push(made ? fromEvenParity(bytes) : bytes)
        wake()
      }, () => undefined).then((how) => {
        ended = how
        wake()
      })
      if (stopped()) await line.close()
    },

    async write(bytes) {
      check()
      await line.write(made ? withEvenParity(bytes) : bytes)
    },

    async read(milliseconds) {
      check()
      if (heard.length === 0) {
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, milliseconds)
          wake = () => {
            clearTimeout(timer)
            resolve()
          }
        })
      }
      const next = heard.shift()
      if (next !== undefined) return next
      check()
      return null
    },
  }
}
