/**
 * The owner's grants as the rooms show them: what the vault has of each, and what the platform
 * counted of it.
 *
 * @module
 */
import { toHex } from '../../../shared/bytes.ts'
import type { Client } from '../../../shared/api/client.ts'
import { parseEvent } from '../../../shared/consent/history.ts'
import { type Identity, readIdentity } from '../../../shared/identity/identity.ts'
import * as consent from '../../consent/state.ts'
import { loadMeters } from '../../vault/meters.ts'
import { loadPeople, nameOf } from '../../vault/people.ts'
import type { BrowserVault } from '../../vault/vault.ts'
import { loadBook } from './book.ts'
import { partyOf, type Registered, registered } from './parties.ts'
import { type Counted, linesOf, viewOf } from './view.ts'

export interface ShownGrants {
  /** As they are kept, with what was counted last. */
  show(): Promise<void>
  /** With what the platform counts now, which is given back; null where it cannot be asked. */
  showCounted(client: Client): Promise<ReadonlyMap<string, Counted> | null>
}

export function createShownGrants(
  { vault: { database }, running }: {
    readonly vault: Pick<BrowserVault, 'database'>
    /** @throws {AppError} `no-owner` */
    readonly running: () => Promise<{ readonly client: Client }>
  },
): ShownGrants {
  /** By hex of the provider. */
  const registrations = new Map<string, Registered | null>()

  /** As it was known here last, while the platform is away. */
  async function registrationOf(client: Client, recipient: Identity): Promise<Registered | null> {
    const name = toHex(recipient.id)
    const known = registrations.get(name)
    if (known !== undefined || recipient.kind !== 'provider') return known ?? null
    const found = await registered(database, client, recipient).catch(() => undefined)
    if (found !== undefined) registrations.set(name, found)
    return found ?? null
  }

  async function put(counted: ReadonlyMap<string, Counted> | null): Promise<void> {
    const { client } = await running()
    const now = Math.floor(Date.now() / 1000)
    const book = await loadBook(database)
    const lines = linesOf(await loadMeters(database))
    const names = await loadPeople(database)
    const unsent = new Set(
      (await database.getAll('events')).map(({ event }) => toHex(parseEvent(event).content.about)),
    )
    const before = new Map(consent.grants.peek()?.map((view) => [view.id, view]))
    const views: consent.GrantView[] = []
    for (const [name, one] of book) {
      const { sealedTo } = one.standing
      const recipient = await readIdentity(one.record.recipient)
      const party = await partyOf(
        recipient,
        sealedTo.toKey,
        await registrationOf(client, recipient),
        nameOf(names, recipient.id),
      )
      const known = counted?.get(name) ?? { info: null, detail: null }
      const view = viewOf(one, party, known, lines, unsent.has(name), now)
      const last = before.get(view.id)
      views.push(
        counted === null && last !== undefined
          ? { ...view, access: last.access, lastBlocks: last.lastBlocks }
          : view,
      )
    }
    consent.tooLate.value = await database.get('self', 'too-late') as number | undefined ?? null // ours
    consent.grants.value = views.sort((a, b) => b.grantedAt - a.grantedAt)
  }

  const show = () => put(null)

  return {
    show,

    async showCounted(client) {
      const counted = new Map<string, Counted>()
      try {
        for await (const info of client.grants()) {
          const isOver = info.state === 'paused' || info.state === 'ended'
          const detail = isOver ? await client.grant(info.grant) : null
          counted.set(toHex(info.grant), { info, detail })
        }
      } catch {
        await show()
        return null
      }
      await put(counted)
      return counted
    },
  }
}
