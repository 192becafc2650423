/**
 * What was found at a line.
 *
 * @module
 */
import type { Protocol } from '../../shared/meter/telegram.ts'
import type { Answering } from './asker.ts'

/** What is spoken at a line, and at which settings. */
export interface Found extends Answering {
  readonly protocol: Protocol
  /** It says nothing by itself: the reader asks, as the owner has allowed. */
  readonly asked?: boolean
}
