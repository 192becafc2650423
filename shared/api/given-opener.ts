/**
 * Opens blocks with the keys that a grant has given: many at once where their keys are here, one
 * after the other where a key has to be asked for first.
 *
 * @module
 */
import { CborError } from '../cbor.ts'
import type { Reading } from '../meter/reading.ts'
import { type Block, BlockError, openBlock, openBlockWithKey } from '../seal/block.ts'
import type { Epoch } from '../seal/channel.ts'
import { ColumnsError } from '../seal/columns.ts'
import { ReadFault } from './read-fault.ts'

/** The keys that a grant has given so far. */
export interface GivenKeys {
  /** Of a whole epoch, checked against the opening's commitment; null where it was not given. */
  epochKey(epoch: Epoch): Promise<CryptoKey | null>
  /** Of one block in a part of an epoch. */
  blockKey(block: Block): Promise<CryptoKey | null>
  /** Asks the platform for those that came since. */
  refresh(): Promise<void>
}

/** A block that was verified, with the opening of its epoch. */
export interface Openable {
  readonly block: Block
  /** Null where it is not known: the verifier knows it, or the block had not held. */
  readonly epoch: Epoch | null
}

/**
 * What is in a block. `withheld`: it comes without its body; `begun-before`: some of its readings are
 * from before the time that is given, so its key is not; `locked`: we have not got its key.
 */
export type Content = readonly Reading[] | 'withheld' | 'begun-before' | 'locked'

export interface GivenOpener {
  /**
   * In the order of the blocks.
   *
   * @param patient whether to wait for keys that a device is about to send
   * @throws {ReadFault}
   */
  contents(blocks: readonly Openable[], patient: boolean): AsyncGenerator<Content>
}

export interface OpenerOptions {
  readonly keys: GivenKeys
  /** Observed time from which on readings are given. */
  readonly history: number
  /** Waits for a key, told how often it was asked for; answers whether to ask again. */
  readonly patience: (asked: number) => Promise<boolean>
}

/** So many blocks are in the hands of WebCrypto's threads at a time. */
const IN_FLIGHT = 64
/** In an epoch whose key was waited for in vain, it is asked for again at each of so many blocks. */
const ASK_AGAIN = 16

export function createGivenOpener({ keys, history, patience }: OpenerOptions): GivenOpener {
  /** The epoch whose key was waited for in vain. */
  let lockedEpoch = -1

  /** Null where there is no key for it. */
  async function keyed({ block, epoch }: Openable): Promise<readonly Reading[] | null> {
    if (block.body === null || epoch === null) return null
    const whole = await keys.epochKey(epoch)
    if (whole !== null) return await opening(block, () => openBlock(block, whole))
    const single = await keys.blockKey(block)
    return single && await opening(block, () => openBlockWithKey(block, single))
  }

  /** Asks for the key, if that makes sense, and tells why there is none. */
  async function asking(openable: Openable, patient: boolean, seldom: Once): Promise<Content> {
    const { block: { header, body }, epoch } = openable
    if (body === null) return 'withheld'
    if (epoch === null) return 'locked'
    const without = header.from < history ? 'begun-before' : 'locked'
    const waits = patient && without === 'locked'
    // It may have come with another block's since this one was tried.
    const meanwhile = await keyed(openable)
    if (meanwhile !== null) return meanwhile
    if (waits ? lockedEpoch === header.epoch && header.seq % ASK_AGAIN !== 0 : !seldom()) {
      return without
    }
    for (let asked = 1;; asked++) {
      await keys.refresh()
      const content = await keyed(openable)
      if (content !== null) return content
      if (!waits || lockedEpoch === header.epoch || !(await patience(asked))) break
    }
    if (waits) lockedEpoch = header.epoch
    return without
  }

  return {
    async *contents(blocks, patient) {
      const seldom = once()
      const begun: (Promise<readonly Reading[] | null> | null)[] = []
      for (const [i, openable] of blocks.entries()) {
        const opened = await (begun[i] ?? keyed(openable))
        const content = opened ?? await asking(openable, patient, seldom)
        // Not before: the first may have had to ask for the keys of all.
        begun[i] = null
        while (begun.length < blocks.length && begun.length <= i + IN_FLIGHT) {
          const next = blocks[begun.length]
          const opening = next === undefined ? null : keyed(next)
          opening?.catch(() => undefined) // told at its place
          begun.push(opening)
        }
        yield content
      }
    },
  }
}

type Once = () => boolean

/** True the first time. */
function once(): Once {
  let done = false
  return () => {
    const first = !done
    done = true
    return first
  }
}

async function opening(
  block: Block,
  open: () => Promise<readonly Reading[]>,
): Promise<readonly Reading[]> {
  try {
    return await open()
  } catch (error) {
    if (error instanceof BlockError) throw new ReadFault(block.header.seq, 'key-does-not-open')
    if (error instanceof ColumnsError || error instanceof CborError) {
      throw new ReadFault(block.header.seq, 'readings-malformed')
    }
    throw error
  }
}
