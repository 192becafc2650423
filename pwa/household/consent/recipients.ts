/**
 * For whom the device wraps the keys of the epochs that it opens: the grants that give what is
 * sealed in them. A batch names the owner's newest event that this browser knows of, so whoever is
 * left in for longer than the owner wanted shows.
 *
 * @module
 */
import { type Bytes, toHex } from '../../../shared/bytes.ts'
import { joinArray, splitArray } from '../../../shared/cbor.ts'
import { gives, nextTurn, recipientsAt } from '../../../shared/consent/rotation.ts'
import type { Standing } from '../../../shared/consent/steps.ts'
import {
  encodeWrapList,
  openWraps,
  ownerHead,
  parseWraps,
  wrapEpoch,
} from '../../../shared/consent/wrap.ts'
import { sha256, type Signer } from '../../../shared/identity/statement.ts'
import type { Recipients } from '../../../shared/seal/sealer.ts'
import type { VaultDatabase } from '../../vault/database.ts'
import { type Book, everGave, keptOf, loadBook } from './book.ts'
import { newestOwnEvent } from './events.ts'

export interface GrantedRecipients extends Recipients {
  /** Reads again what the vault has: not before what was read until now is sealed. */
  reload(): Promise<void>
  /** The next second at which others are given a channel, by time alone; null for none. */
  nextTurn(channels: readonly Bytes[]): number | null
}

/** The channel of a batch that `wrap` made. */
export function channelOfWraps(batch: Bytes): Bytes {
  const [statement] = splitArray(batch, 2)
  if (statement === undefined) throw new TypeError('A batch begins with its statement')
  return parseWraps(statement).content.channel
}

export interface RecipientsOptions {
  readonly database: VaultDatabase
  readonly owner: Bytes
  readonly device: Signer
  readonly now: () => number
  readonly random: (length: number) => Bytes
}

export async function grantedRecipients(options: RecipientsOptions): Promise<GrantedRecipients> {
  const { database, owner, device, now, random } = options
  let book: Book = await loadBook(database)
  const standings = () => [...book.values()].map(({ standing }) => standing)
  /** By hex of the channel, from when and until when: each block asks, and of a thousand few change. */
  const looked = new Map<string, { from: number; until: number; found: readonly Standing[] }>()

  function recipientsNow(channel: Bytes): readonly Standing[] {
    const at = now()
    const name = toHex(channel)
    const known = looked.get(name)
    if (known !== undefined && known.from <= at && at < known.until) return known.found
    const found = recipientsAt(channel, standings(), at)
    looked.set(name, { from: at, until: nextTurn(channel, standings(), at) ?? Infinity, found })
    return found
  }

  return {
    async reload() {
      book = await loadBook(database)
      looked.clear()
    },

    nextTurn(channels) {
      const times = channels.flatMap((channel) => nextTurn(channel, standings(), now()) ?? [])
      return times.length === 0 ? null : Math.min(...times)
    },

    async of(channel, observed) {
      return recipientsNow(channel)
        .filter((standing) => observed === undefined || gives(standing, observed))
        .map(({ grant }) => grant.grant)
    },

    async wrap({ channel, epoch, raw }, names) {
      // Whoever was given the channel once has to see that it is turned away.
      if (![...book.values()].some((kept) => everGave(kept, channel))) return null
      const seen = await newestOwnEvent(database, owner)
      if (seen === null) return null
      const blind = random(16)
      const head = await ownerHead(blind, seen.id)
      const wrap = await wrapEpoch(raw, { channel, epoch, head })
      const items = await Promise.all(
        keptOf(book, names).map(async ({ record, standing }) => ({
          grant: standing.grant.grant,
          wrapped: await wrap(record.key),
        })),
      )
      const list = encodeWrapList(items)
      const wraps = await sha256(list)
      const batch = await openWraps(
        { channel, epoch, seen: seen.id, blind, wraps, at: now() },
        device,
      )
      return joinArray([batch.statement.bytes, list])
    },
  }
}
