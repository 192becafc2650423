/**
 * Which meter each line hears. Two cables of one kind look the same until their meters speak: what
 * was presumed of a line is put right by its first telegram.
 *
 * @module
 */
import type { Telegram } from '../../shared/meter/telegram.ts'
import { sameUsb } from '../reader/ports.ts'
import type { Found } from '../reader/found.ts'
import type { ReaderRecord } from '../vault/database.ts'
import type { At, Readers } from './readers.ts'
import type { RememberedLines } from './remembered-lines.ts'

export interface Hearing {
  /**
   * Takes note of the meter of a telegram; `stopped` where the owner does not read it any more,
   * `twice` where another line reads it, `once` where it is the first of another meter than before,
   * and `other` where the second one agrees: then the owner is asked.
   */
  heard(at: At, telegram: Telegram, found: Found): 'take' | 'stopped' | 'twice' | 'once' | 'other'
  /** The other meter is this line's from now on. */
  accept(at: At): void
  /** Remembers what was found at a line for the next visit. */
  remember(at: At, found: Found): Promise<void>
}

export interface HearingOptions {
  readonly readers: Readers
  readonly lines: RememberedLines
  /** The first telegram at a line that the owner has just connected. */
  readonly connected: (meter: string) => void
}

export function createHearing({ readers, lines, connected }: HearingOptions): Hearing {
  async function remember(at: At, found: Found): Promise<void> {
    const { simulated, usb } = at.line ?? { simulated: false, usb: at.usb }
    const kind = simulated ? 'simulated' : 'serial'
    const record: ReaderRecord = { kind, usb, meter: at.meter, ...found, wanted: true }
    const before = at.record
    at.record = record
    await lines.keep(record, before)
  }

  /** This line has the meter that was presumed of the other. */
  function putRight(at: At, other: At): void {
    if (at.meter === null && other.line === null) return readers.drop(other)
    const { meter, record } = at
    at.record = other.record
    other.meter = meter
    other.record = record
  }

  /** Once all meters of the last visit are heard, further cables of their kind are let go. */
  function spare(): void {
    const heard = new Set(readers.all().filter(({ heard }) => heard).map(({ meter }) => meter))
    if (lines.all().some(({ wanted, meter }) => wanted && !heard.has(meter))) return
    for (const at of readers.all()) {
      if (!at.asked && at.meter === null) void readers.halt(at).then(() => readers.drop(at))
    }
  }

  /** Whether this line had one meter and now has another, that none of the lines is known to have. */
  function isOther(at: At, meter: string): boolean {
    if (at.meter === null || at.meter === meter || lines.all().some((one) => one.meter === meter)) {
      return false
    }
    if (at.heard) return true
    // Of several cables of one kind, any may have got another meter, and none need have.
    const alike = readers.all().filter((one) => !one.heard && sameUsb(one.usb, at.usb))
    return at.record?.meter === at.meter && alike.length === 1
  }

  return {
    remember,

    accept(at) {
      at.meter = at.other
      at.other = null
      at.heard = false
    },

    heard(at, { readings: [main] }, found) {
      const { meter } = main
      if (at.heard && at.meter === meter) {
        at.other = null
        return 'take'
      }
      if (isOther(at, meter)) {
        const isSecond = at.other === meter
        at.other = meter
        return isSecond ? 'other' : 'once'
      }
      const isSure = main.assurance.line !== 'none' || at.before === meter
      at.before = meter
      if (!isSure) return 'take'
      const record = lines.all().find((known) => known.meter === meter)
      // Tried only because its cable looks like one that is wanted.
      if (!at.asked && !at.heard && record?.wanted === false) return 'stopped'
      const other = readers.all().find((one) => one !== at && one.meter === meter)
      if (other?.heard === true && other.line !== null) return 'twice'
      if (other !== undefined) putRight(at, other)
      const first = !at.heard
      at.meter = meter
      at.heard = true
      void remember(at, found)
      if (at.asked && first) connected(meter)
      readers.show()
      spare()
      return 'take'
    },
  }
}
