/**
 * What a reader of a channel stops at.
 *
 * @module
 */
import type { FaultReason } from '../seal/verify.ts'

export type ReadFaultReason = FaultReason | 'block-malformed' | 'opening-of-other-owner'

/** Something that does not hold: nothing from that block on is to be believed. */
export class ReadFault extends Error {
  override readonly name = 'ReadFault'
  /** The block it is about; null for what comes before all blocks. */
  readonly seq: number | null
  readonly reason: ReadFaultReason
  constructor(seq: number | null, reason: ReadFaultReason) {
    const where = seq === null ? 'The channel' : `Block ${seq}`
    super(`${where} does not hold (${reason}): keep it as evidence, and ask the owner`)
    this.seq = seq
    this.reason = reason
  }
}
