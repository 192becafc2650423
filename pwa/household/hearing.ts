/**
 * Which meter each line hears. Two cables of one kind look the same until their meters speak: what
 * was presumed of a line is put right by its first telegram.
 *
 * @module
 */
import { toHex } from '../../shared/bytes.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import type { Telegram } from '../../shared/meter/telegram.ts'
import { sameUsb } from '../reader/ports.ts'
import type { Found } from '../reader/found.ts'
import type { Meter } from '../state.ts'
import type { ReaderRecord } from '../vault/database.ts'
import type { At, OtherMeter, Readers } from './readers.ts'
import type { RememberedLines } from './remembered-lines.ts'

export interface Hearing {
  /**
   * Takes note of the meter of a telegram; `stopped` where the owner does not read it any more,
   * `twice` where another line reads it, `once` where it is the first of another meter than before,
   * and `other` where the second one agrees: then the owner is asked. A meter that encrypts under
   * another system title than before is another meter too.
   */
  heard(at: At, telegram: Telegram, found: Found): 'take' | 'stopped' | 'twice' | 'once' | 'other'
  /** The other meter is this line's from now on. */
  accept(at: At, other: OtherMeter): void
  /** Remembers what was found at a line for the next visit. */
  remember(at: At, found: Found): Promise<void>
}

export interface HearingOptions {
  readonly readers: Readers
  readonly lines: RememberedLines
  /** The meters that have a record in this browser. */
  readonly recorded: () => readonly Pick<Meter, 'id' | 'parent' | 'simulated'>[]
  /** The first telegram at a line that the owner has just connected. */
  readonly connected: (meter: string) => void
}

export function createHearing(options: HearingOptions): Hearing {
  const { readers, lines, recorded, connected } = options
  async function remember(at: At, found: Found): Promise<void> {
    const { simulated, usb } = at.line ?? { simulated: false, usb: at.usb }
    const kind = simulated ? 'simulated' : 'serial'
    const system = at.system === null ? {} : { system: at.system }
    const record: ReaderRecord = { kind, usb, meter: at.meter, ...system, ...found, wanted: true }
    const before = at.record
    at.record = record
    await lines.keep(record, before)
  }

  /** This line has the meter that was presumed of the other. */
  function putRight(at: At, other: At): void {
    if (at.meter === null && other.line === null) return readers.drop(other)
    const { meter, record, system } = at
    at.record = other.record
    at.system = other.system
    other.meter = meter
    other.record = record
    other.system = system
  }

  /** Once all meters of the last visit are heard, further cables of their kind are let go. */
  function spare(): void {
    const heard = new Set(readers.all().filter(({ heard }) => heard).map(({ meter }) => meter))
    if (lines.all().some(({ wanted, meter }) => wanted && !heard.has(meter))) return
    for (const at of readers.all()) {
      if (!at.asked && at.meter === null) void readers.halt(at).then(() => readers.drop(at))
    }
  }

  /** The system title under which a meter was heard before, at this line or another. */
  function titleOf(at: At, meter: string): string | null {
    const here = at.meter === meter ? at.system : null
    return here ?? lines.all().find((one) => one.meter === meter)?.system ?? null
  }

  /** Which meter the owner may miss: the only one that no line hears. */
  function missed(): string | null {
    const heard = new Set(
      readers.all().flatMap(({ heard, line, meter }) => heard && line !== null ? meter ?? [] : []),
    )
    const [one, another] = recorded().filter(({ id, parent }) => parent === null && !heard.has(id))
    return another === undefined ? one?.id ?? null : null
  }

  /** Whether this line had one meter and now has another, that none of the lines is known to have. */
  function isOther(at: At, meter: string): boolean {
    if (at.meter === null || at.meter === meter) return false
    if (at.heard) return true
    // Of several cables of one kind, any may have got another meter, and none need have.
    const alike = readers.all().filter((one) => !one.heard && sameUsb(one.usb, at.usb))
    return at.record?.meter === at.meter && alike.length === 1
  }

  function otherAt(at: At, { meter, warnings }: Reading, system: string | null): OtherMeter | null {
    const all = recorded()
    const title = titleOf(at, meter)
    if (title !== null && system !== null && title !== system) {
      return {
        before: meter,
        meter,
        system,
        changed: all.some(({ id }) => id === meter),
        own: false,
      }
    }
    if (at.meter === meter || lines.all().some((one) => one.meter === meter)) return null
    const before = at.meter ?? (at.asked ? missed() : null)
    if (before === null) return null
    const place = all.find(({ id }) => id === before)
    // A record is of a real meter or of a simulated one for good.
    const changed = place?.parent === null && all.every(({ id }) => id !== meter) &&
      place.simulated === warnings.includes('simulated')
    // Where the owner has just connected a line, it may be the one that is missed, changed.
    const isAsked = at.meter === null ? changed : isOther(at, meter)
    return isAsked ? { before, meter, system, changed, own: true } : null
  }

  return {
    remember,

    accept(at, { meter, system }) {
      at.meter = meter
      at.system = system
      at.other = null
      at.heard = false
    },

    heard(at, telegram, found) {
      const [main] = telegram.readings
      const { meter } = main
      const system = telegram.system === undefined ? null : toHex(telegram.system)
      const other = otherAt(at, main, system)
      if (other !== null) {
        const isSecond = at.other?.meter === meter && at.other.system === system
        at.other = other
        return isSecond ? 'other' : 'once'
      }
      at.other = null
      if (at.heard && at.meter === meter) return 'take'
      const isSure = main.assurance.line !== 'none' || at.before === meter
      at.before = meter
      if (!isSure) return 'take'
      const record = lines.all().find((known) => known.meter === meter)
      // Tried only because its cable looks like one that is wanted.
      if (!at.asked && !at.heard && record?.wanted === false) return 'stopped'
      const there = readers.all().find((one) => one !== at && one.meter === meter)
      if (there?.heard === true && there.line !== null) return 'twice'
      const title = titleOf(at, meter)
      if (there !== undefined) putRight(at, there)
      const first = !at.heard
      at.meter = meter
      at.system = system ?? title
      at.heard = true
      void remember(at, found)
      if (at.asked && first) connected(meter)
      readers.show()
      spare()
      return 'take'
    },
  }
}
