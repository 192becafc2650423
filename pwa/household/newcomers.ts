/**
 * Which meters of a telegram are taken. A new one costs identities and channels that stay, so noise
 * on a line without a check must not make meters, and no line may make them without end.
 *
 * @module
 */
import type { Reading } from '../../shared/meter/reading.ts'

/** Meters of one browser: more than any house has. */
export const MOST_METERS = 32

export interface Newcomers {
  /**
   * The readings to take, in order: those of known meters, and of new ones once they are believed,
   * from the first on. Null when the telegram's own meter would be one too many.
   */
  admit(telegram: readonly [Reading, ...Reading[]]): readonly Reading[] | null
}

/** @param known ids of the meters there are; those admitted are added */
export function createNewcomers(known: Set<string>): Newcomers {
  /** Readings of meters that the last telegram was the first to name. */
  let heard = new Map<string, Reading>()

  return {
    admit(telegram) {
      const [main] = telegram
      const before = heard
      heard = new Map()
      const taken: Reading[] = []
      for (const reading of telegram) {
        const { meter } = reading
        if (!known.has(meter)) {
          const first = before.get(meter)
          const believed = reading.assurance.line !== 'none' || first !== undefined
          // A sub-meter is kept under its main meter, whose name must be right first.
          if (!believed || !known.has(main.meter) && reading !== main) {
            heard.set(meter, reading)
            continue
          }
          if (known.size >= MOST_METERS) {
            if (reading === main) return null
            continue // those known are read on
          }
          known.add(meter)
          if (first !== undefined) taken.push(first)
        }
        taken.push(reading)
      }
      return taken
    },
  }
}
