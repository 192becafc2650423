/**
 * What other people have given to this owner: each grant verified by its owner's signatures, with
 * what its channels are of.
 *
 * @module
 */
import { ApiProblem, type Client } from '../../../shared/api/client.ts'
import type { GrantInfo } from '../../../shared/api/consent-calls.ts'
import {
  createGranted,
  type Granted,
  GrantFault,
  type GrantLook,
  type RecipientKeys,
} from '../../../shared/api/granted.ts'
import { type Bytes, equal, fromBase64url, toBase64url, toHex } from '../../../shared/bytes.ts'
import { type EndReason, stateAt } from '../../../shared/consent/steps.ts'
import { wasSignedBy } from '../../../shared/identity/identity.ts'
import { parseChannel } from '../../../shared/seal/channel.ts'
import { isUnverifiable } from '../../proof-run/verified-head.ts'
import {
  type SharedActions,
  sharedBroken,
  type SharedGrant,
  type SharedLine,
  sharedMore,
  sharedWithMe,
} from '../../sharing/shared-state.ts'
import { type GivenLines, keepGivenLines, loadGivenLines } from '../../vault/given-lines.ts'
import { type Self, untilIntroduced } from '../../vault/identities.ts'
import { loadPeople } from '../../vault/people.ts'
import type { OwnerOptions } from './actions.ts'

export type Receiving = Pick<SharedActions, 'showShared' | 'giveBack'>

/** Anybody can give: no more than this many are looked at, those that go on first. */
const MOST = 50
/** And no more than this many are heard of. */
const MOST_TOLD = 2000

/** A person reads with its own keys: those before the newest open what was sealed to them. */
export function grantedTo({ owner }: Self, client: Client, grant: Bytes): Granted {
  const { identity, signer, sealing, earlier = [] } = owner
  const own = [sealing, ...earlier].map((key) => [key.index, key] as const)
  const keys: RecipientKeys = { identity, signer, sealing: new Map(own) }
  const sleep = (of: number) => new Promise<void>((resolve) => setTimeout(resolve, of * 1000))
  const now = () => Math.floor(Date.now() / 1000)
  return createGranted({ id: grant, own: client, client, keys, now, sleep })
}

/** What holds of a grant: the owner's signed word first, then what the platform says of it. */
export function phaseOf(
  { standing, state, ended }: GrantLook,
  now: number,
): Pick<SharedGrant, 'phase' | 'ended'> {
  const signed = stateAt(standing, now)
  if (signed.phase === 'ended') {
    return { phase: 'ended', ended: { reason: signed.reason, at: signed.at } }
  }
  if (state === 'ended') {
    return { phase: 'ended', ended: { reason: reasonOf(ended?.reason), at: ended?.at ?? now } }
  }
  return { phase: signed.phase === 'paused' ? 'paused' : state, ended: null }
}

const REASONS: readonly EndReason[] = [
  'withdrawn',
  'moved-out',
  'meter-changed',
  'unpaired',
  'key-changed',
  'terminated',
  'expired',
]

function reasonOf(text: string | undefined): EndReason | 'unknown' {
  return REASONS.find((reason) => reason === text) ?? 'unknown'
}

export function createReceiving(
  { vault: { database }, running }: Pick<OwnerOptions, 'vault' | 'running'>,
): Receiving {
  /** What channels are of: told by their owner's signature, and remembered. */
  async function linesOf(client: Client, { grant, owner, standing }: GrantLook, known: GivenLines) {
    const found: Record<string, GivenLines[string]> = {}
    for (const channel of new Set([...standing.terms.channels, ...grant.terms.channels])) {
      const name = toHex(channel)
      if (known[name] !== undefined) continue
      try {
        const opening = parseChannel((await client.channel(channel)).opening)
        const { classes, resolution, zone } = opening.content
        const isIts = equal(opening.content.channel, channel) &&
          equal(opening.content.owner, owner.id) && await wasSignedBy(opening.statement, owner)
        if (isIts) found[name] = { classes, resolution, zone }
      } catch (error) {
        // While it is paused or over, nothing is told of it.
        if (!(error instanceof ApiProblem) && !isUnverifiable(error)) throw error
      }
    }
    return found
  }

  async function viewOf(client: Client, looked: GrantLook, id: Bytes): Promise<SharedGrant> {
    const now = Math.floor(Date.now() / 1000)
    const kept = await loadGivenLines(database)
    const fresh = await linesOf(client, looked, kept)
    if (Object.keys(fresh).length > 0) await keepGivenLines(database, fresh)
    const lines = { ...kept, ...fresh }
    const names = await loadPeople(database)
    const { standing, owner, last } = looked
    const { channels, purposes, from, until, history } = standing.terms
    return {
      id: toBase64url(id),
      owner: toBase64url(owner.id),
      name: names[toHex(owner.id)] ?? '',
      lines: channels.map((channel): SharedLine => {
        const known = lines[toHex(channel)]
        const none = { classes: null, resolution: 'PT15M', zone: 'UTC' }
        return { channel: toBase64url(channel), ...known ?? none }
      }),
      purposes,
      from,
      until,
      history,
      ...phaseOf(looked, now),
      last: Object.fromEntries(last.map(({ channel, seq, at, provisional }) => [
        toBase64url(channel),
        { seq: seq < 0 ? null : seq, at, provisional },
      ])),
    }
  }

  async function show(): Promise<void> {
    const known = await running().catch(() => null)
    if (known === null) {
      sharedWithMe.value = [] // nobody has an address of this browser
      return
    }
    const { self, client } = known
    await untilIntroduced(database)
    const told: GrantInfo[] = []
    for await (const info of client.grants()) {
      if (equal(info.recipient, self.owner.identity.id)) told.push(info)
      if (told.length === MOST_TOLD) break
    }
    const isOver = ({ state }: GrantInfo) => state === 'ended' ? 1 : 0
    told.sort((a, b) => isOver(a) - isOver(b) || b.from - a.from)
    const found: { at: number; view: SharedGrant }[] = []
    let broken = 0
    for (const { grant } of told.slice(0, MOST)) {
      try {
        const looked = await grantedTo(self, client, grant).look()
        found.push({ at: looked.grant.at, view: await viewOf(client, looked, grant) })
      } catch (error) {
        // One that does not hold is none, and hides no other.
        if (!(error instanceof GrantFault) && !isUnverifiable(error)) throw error
        broken++
      }
    }
    sharedBroken.value = broken
    sharedMore.value = told.length > MOST
    sharedWithMe.value = found.sort((a, b) => b.at - a.at).map(({ view }) => view)
  }

  return {
    showShared: show,
    async giveBack(id) {
      const { self, client } = await running()
      await grantedTo(self, client, fromBase64url(id)).terminate()
      await show()
    },
  }
}
