/**
 * The readers of this tab, each with what it knows of its line, and how the rooms see them.
 *
 * @module
 */
import type { SerialLine } from '../reader/line.ts'
import type { RecordedLine } from '../reader/recorder.ts'
import type { UsbIds } from '../reader/ports.ts'
import type { Found } from '../reader/found.ts'
import type { Session } from '../reader/session.ts'
import type { Reader, ReaderState } from '../state.ts'
import type { ReaderRecord } from '../vault/database.ts'

/** One line, from when it is begun until it is stopped. */
export interface At {
  readonly id: string
  /** Begun by the owner, and not by itself. */
  readonly asked: boolean
  /** Null while nothing is plugged in. */
  line: SerialLine | null
  usb: UsbIds | null
  /** What to read, or to listen for first. */
  known: readonly Found[]
  session: Session | null
  /** What its newest session heard and sent. */
  recorded: RecordedLine | null
  state: ReaderState
  /** The main meter; presumed until it is heard. */
  meter: string | null
  heard: boolean
  /** Of the telegram before, which alone is not believed without a line check. */
  before: string | null
  record: ReaderRecord | null
  /** The meter that was refused for want of a line check. */
  unchecked: string | null
  faults: number
  /** Tells the owner's answer to whoever waits for it; no, where it ends before. */
  answer: ((yes: boolean) => void) | null
  /** Hex of the meter's system title, where it said one. */
  system: string | null
  /** Another meter was heard, once; or twice, and reading has stopped. */
  other: OtherMeter | null
}

/** A meter where another one was before. */
export interface OtherMeter {
  readonly before: string
  readonly meter: string
  /** Hex of its system title. */
  readonly system: string | null
  /** Whether it may go on in the record of the one before, and whether it may have its own. */
  readonly changed: boolean
  readonly own: boolean
}

export interface Readers {
  /** The older first. */
  all(): readonly At[]
  begin(from: Partial<At> & Pick<At, 'asked'>): At
  has(at: At): boolean
  /** Its state is another one. */
  turn(at: At, state: ReaderState): void
  /** Ends its session, whose end is then nobody's concern. */
  halt(at: At): Promise<void>
  drop(at: At): void
  show(): void
}

export function createReaders(shown: (readers: readonly Reader[]) => void): Readers {
  const all = new Set<At>()
  let ids = 0

  function show(): void {
    shown([...all].map(({ id, meter, state }) => ({ id, meter, state })))
  }

  return {
    all: () => [...all],
    has: (at) => all.has(at),
    show,

    begin(from) {
      const at: At = {
        id: String(++ids),
        line: null,
        usb: null,
        known: [],
        session: null,
        recorded: null,
        state: { kind: 'idle' },
        meter: null,
        heard: false,
        before: null,
        record: null,
        unchecked: null,
        faults: 0,
        answer: null,
        system: null,
        other: null,
        ...from,
      }
      all.add(at)
      return at
    },

    turn(at, state) {
      at.state = state
      show()
    },

    async halt(at) {
      const { session, answer } = at
      at.session = null
      at.answer = null
      answer?.(false)
      await session?.stop()
    },

    drop(at) {
      all.delete(at)
      show()
    },
  }
}
