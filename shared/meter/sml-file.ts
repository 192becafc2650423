/**
 * The messages of an SML file (SML 1.04, section 5): each with a check of its own, which is
 * enforced. Lists of values are read; every other message, known or not, is stepped over.
 *
 * @module
 */

import { smlCheckOf, type SmlFrame } from './sml-frame.ts'
import { createReadList, type SmlList } from './sml-list.ts'
import { noTime, readSmlTime, type SmlTime } from './sml-time.ts'
import { endOfMessage, list, SmlCursor, SmlError, unsigned } from './sml-tlv.ts'

export interface SmlFile {
  /** One for each meter. */
  readonly lists: readonly SmlList[]
  /** Of SML; null where it is not said. */
  readonly version: string | null
}

export type SmlFileRefusal = 'line-check-failed' | 'unknown-form'

const openResponse = 0x0101
const listResponse = 0x0701

/** The only maker known to take Kermit for X-25, in its first DTZ541. */
const kermitMaker = 'HLY'

/** The content of a message is what its check holds for, and its last element. */
export function createReadSmlFile(): (frame: SmlFrame) => SmlFile | SmlFileRefusal {
  const cursor = new SmlCursor()
  const readList = createReadList()
  let version: string | null = null
  let opened: SmlTime = noTime

  /** Takes an SML_PublicOpen.Res, or what stands in its place. */
  function readOpen(): void {
    const type = cursor.next()
    if (type !== list) cursor.fail()
    if (cursor.size !== 6) {
      for (let left = cursor.size; left > 0; left--) cursor.skip()
      return
    }
    for (let left = 4; left > 0; left--) cursor.skip()
    opened = readSmlTime(cursor)
    if (!cursor.skipAbsent()) version = String(cursor.number(unsigned, 2))
  }

  /** Takes one message; which check holds for it, if one does. */
  function readMessage(lists: SmlList[]): SmlFrame['check'] | null {
    const from = cursor.at
    cursor.list(6)
    // Transaction, group, what to do on errors.
    for (let left = 3; left > 0; left--) cursor.skip()
    cursor.list(2)
    const kind = cursor.number(unsigned, 4)
    if (kind === listResponse) readList(cursor, lists)
    else if (kind === openResponse) readOpen()
    else cursor.skip()
    const to = cursor.at
    // A meter may leave out a first byte of 00.
    const check = cursor.number(unsigned, 2)
    if (cursor.peek() !== endOfMessage) cursor.fail()
    cursor.at++
    return smlCheckOf(cursor.bytes, from, to, check >> 8, check & 0xff)
  }

  function readAll(frame: SmlFrame): SmlFile | SmlFileRefusal {
    const lists: SmlList[] = []
    let isKermit = frame.check === 'kermit'
    version = null
    opened = noTime
    cursor.open(frame.file, frame.from, frame.to)
    while (cursor.at < cursor.end) {
      if (cursor.peek() === endOfMessage) cursor.at++
      else {
        const check = readMessage(lists)
        if (check === null) return 'line-check-failed'
        isKermit ||= check === 'kermit'
      }
    }
    const isAllowed = lists.every(({ server }) => server.maker === kermitMaker)
    if (isKermit && !isAllowed) return 'line-check-failed'
    for (const list of lists) if (list.time === noTime) list.time = opened
    return { lists, version }
  }

  return (frame) => {
    try {
      return readAll(frame)
    } catch (error) {
      if (error instanceof SmlError) return 'unknown-form'
      throw error
    }
  }
}
