/**
 * What the ways of asking a meter have in common (see asking.ts for the list of them).
 *
 * @module
 */
import { concat } from '../../shared/bytes.ts'
import type { DuplexLine, LineSettings } from '../../shared/meter/line.ts'
import type { WordOrder } from '../../shared/meter/modbus-map.ts'
import type { DecoderOptions, Outcome } from '../../shared/meter/telegram.ts'

/** What was found at a line by asking, as it is remembered. */
export interface Answering {
  readonly settings: LineSettings
  /** How this Modbus meter puts its values together, where the owner was asked. */
  readonly order?: WordOrder
  /** It calls, and tells as long as it is answered (AMIS). */
  readonly calls?: true
}

export interface Talk {
  readonly line: DuplexLine
  readonly decoding: DecoderOptions
  /** The zone of this meter's clock, where the owner told it. */
  readonly zoneOf: (meter: string) => string | null
  /** How many bytes of the answer came, where it is long in coming. */
  readonly progress: (bytes: number) => void
  /** Asks the owner whether values are to be put together so that the grid has this frequency. */
  readonly confirmOrder: (device: string, millihertz: number) => Promise<boolean>
}

export interface Conversation {
  /** As it was when it was last asked. */
  answering(): Answering
  ask(): Promise<readonly Outcome[]>
}

export interface Asker {
  /** Between two answers, in milliseconds. */
  readonly pause: number
  /** How long nothing may come until no meter is taken to be there, where that is known; seconds. */
  readonly patience?: number
  /**
   * @param known how this meter was read before; null to find that out
   * @returns null where no meter answers
   */
  find(talk: Talk, known: Answering | null): Promise<Conversation | null>
}

/**
 * What the meters of one line answered, as one telegram: the first one's reading, then the others'
 * as those of sub-meters. None where the first is missing, for a line is known by its main meter.
 */
export function together(answers: readonly Outcome[]): Outcome[] {
  const [first] = answers
  const refused = answers.filter(({ kind }) => kind === 'refused')
  if (first?.kind !== 'telegram') return refused
  const all = answers.flatMap((answer) => answer.kind === 'telegram' ? [answer.telegram] : [])
  const [main, ...others] = first.telegram.readings
  const subs = all.slice(1).flatMap(({ readings }) => readings)
  const raw = all.length === 1 ? first.telegram.raw : concat(...all.map((one) => one.raw))
  const readings = [main, ...others, ...subs] as const
  return [{ kind: 'telegram', telegram: { ...first.telegram, readings, raw } }, ...refused]
}
