/**
 * What every protocol's decoder gives: telegrams with their readings, and what was refused with the
 * reason. Bytes go in as they come off the line, cut anywhere.
 *
 * @module
 */
import type { Bytes } from '../bytes.ts'
import type { MeterKey } from './meter-key.ts'
import type { Assurance, LINE_CHECKS, Reading } from './reading.ts'
import type { CounterMemory } from './replay.ts'

export const PROTOCOLS = ['p1', 'd0', 'sml', 'dlms', 'mbus', 'modbus'] as const
export type Protocol = (typeof PROTOCOLS)[number]

export interface Telegram {
  readonly protocol: Protocol
  /** What the meter or its model calls itself: for people, never for code. */
  readonly identification: string
  /** Of the dialect; null where it does not say. */
  readonly version: string | null
  /** The main meter, then every sub-meter. */
  readonly readings: readonly [Reading, ...Reading[]]
  /** The telegram as it came off the line. */
  readonly raw: Bytes
  readonly check: (typeof LINE_CHECKS)[number]
  /** The system title (8 bytes) of the meter, where it encrypts. */
  readonly system?: Bytes
}

export type RefusalReason =
  /** The check printed is not that of what came, or cannot be read. */
  | 'line-check-failed'
  /** No check, though the dialect has one, and no waiver. */
  | 'line-check-missing'
  /** No end within the protocol's bound, or more parts than any meter has. */
  | 'too-long'
  /** The next telegram, or the end of the stream, came before the end of this one. */
  | 'truncated'
  /** Bytes without a telegram of this protocol. */
  | 'not-this-protocol'
  /** Encrypted, and there is no key for this meter. */
  | 'key-missing'
  /** Encrypted, and the key of this meter does not open it. */
  | 'key-wrong'
  /**
   * The encryption key opens it, but its authentication does not hold: the authentication key is
   * another one, or somebody changed it on the way.
   */
  | 'authentication-failed'
  /** Secured in a way that is not read here, or that could not be checked. */
  | 'security-unsupported'
  /** Its line check holds and it is in the clear, but it is none of the known forms. */
  | 'unknown-form'
  /** An answer without the question before it: it does not say what it is of. */
  | 'request-missing'
  /**
   * The meter answers that it cannot answer: busy, or an error of its own; `exception` tells Modbus'
   * reason.
   */
  | 'meter-error'
  /** The meter was asked and did not answer. */
  | 'no-answer'

export interface Refused {
  readonly kind: 'refused'
  readonly reason: RefusalReason
  /** Where in the stream the refused bytes begin, and how many they are. */
  readonly offset: number
  readonly length: number
  /** The system title (8 bytes) of the meter whose key is missing or wrong. */
  readonly system?: Bytes
  /** The code of Modbus with which the meter refused. */
  readonly exception?: number
  /**
   * `parity`: the header of a frame held and its content did not, as at the wrong one: 8N1 for 8E1,
   * or 8E1 for 8N1. `word-order`: the device puts its registers together in another order than its
   * model, for only so it has a grid's frequency or voltage.
   */
  readonly hint?: 'parity' | 'word-order'
}

export type Outcome = { readonly kind: 'telegram'; readonly telegram: Telegram } | Refused

export interface DecoderOptions {
  /** The reader's clock, whole seconds since 1970-01-01T00:00:00Z. */
  readonly now: () => number
  /** The IANA zone of the meter, for times that do not name one. @default {'Europe/Amsterdam'} */
  readonly zone?: string
  /** The owner takes telegrams of this meter without a line check. @default {false} */
  readonly waiveLineCheck?: boolean
  /**
   * The bytes are a file, not a line: data units of DLMS that begin it without any frame are read
   * too, and have no line check; what is pushed without one is read with the doubt
   * `line-check-waived` (unchecked.ts). @default {false}
   */
  readonly capture?: boolean
  /** Where the key that will seal the readings is kept. @default {'software'} */
  readonly custody?: Assurance['custody']
  /** The key of the meter with this system title (8 bytes), if the owner has given it. */
  readonly key?: (system: Bytes) => MeterKey | null
  /** How far the counters of ciphers came before; without it, nothing is known of earlier sessions. */
  readonly counters?: CounterMemory
}

export interface Decoder {
  /** Tells what the bytes completed, in order; calls may overlap, and settle in their order. */
  push(chunk: Uint8Array): Promise<Outcome[]>
  /** Tells that no more bytes follow; the decoder is then as new. */
  end(): Promise<Outcome[]>
}
