/**
 * The outbox on its way: what the platform must know first, then the blocks of each channel, in
 * order; again with growing patience when it cannot be reached. Only the tab that seals delivers.
 *
 * @module
 */
import { type Bytes, equal, toHex } from '../../shared/bytes.ts'
import { ApiProblem, type Client, Unreachable } from '../../shared/api/client.ts'
import { postEntries } from '../../shared/api/post-entries.ts'
import { type Identity, readIdentity } from '../../shared/identity/identity.ts'
import { parseChannel, parseChapter } from '../../shared/seal/channel.ts'
import { deliver } from '../../shared/seal/delivery.ts'
import type { OwnerKey, Sealer } from '../../shared/seal/sealer.ts'
import { verifiedHead } from '../proof-run/verified-head.ts'
import { AppError, type Outbox } from '../state.ts'
import { type SetupStatement, STRICT, type VaultDatabase } from '../vault/database.ts'
import { loadSelf, ownerKeyOf, type Self } from '../vault/identities.ts'
import type { ConsentKeeper } from './consent/keeper.ts'
import { askOwner, wasReplaced } from './replaced.ts'
import { chapterAfter, loadMeters } from '../vault/meters.ts'
import type { BrowserVault } from '../vault/vault.ts'

export interface DeliveryOptions {
  readonly vault: BrowserVault
  readonly self: Self
  readonly client: Client
  readonly sealer: Sealer
  readonly changed: (outbox: Outbox) => void
  readonly reachable: (yes: boolean) => void
  /** Everything of a channel that waited is with the platform. */
  readonly delivered: (channel: Bytes) => void
  /** The owner's identity has other keys: epochs turn where they are sealed to another. */
  readonly ownerChanged?: () => Promise<void>
  readonly consent?: Pick<ConsentKeeper, 'sendEvents' | 'closeChapters' | 'postWraps' | 'handOver'>
}

export interface Deliverer {
  /** Something new waits, or the network is back. */
  wake(): void
  /** Settles when the platform has been told who we are. @throws {Unreachable} if that failed */
  introduced(): Promise<void>
  /** The platform refused what needs our key: asks whether it still holds. */
  doubt(): void
  /** Counts again what waits. */
  recount(): Promise<void>
  stop(): void
}

/** It does not go on by itself. */
class Stopped extends Error {
  override readonly name = 'Stopped'
}

/** Why nothing of a channel is sent for now. */
interface Held {
  readonly code: string
  /** Seconds; null when it does not go on by itself. */
  readonly wait: number | null
}

const FIRST_PAUSE = 2_000
/** Where nothing makes us doubt that our keys hold; milliseconds. */
const ASK_EVERY = 60_000
const LONGEST_PAUSE = 60_000
const LONGEST_WAIT = 3_600_000
/** A head that moves more often in one round is not another device's work. */
const MOST_MOVES = 5
/** Where the platform has enough for now and does not say until when; seconds. */
const HELD_PAUSE = 60

export function createDeliverer(options: DeliveryOptions): Deliverer {
  const { vault, self, client, sealer, changed, reachable, consent, ownerChanged } = options
  let state: Pick<Outbox, 'state' | 'problem'> = { state: 'idle', problem: null }
  let sent = 0
  let pause = FIRST_PAUSE
  let running: Promise<void> | null = null
  let again = false
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let operator: Identity | null = null
  /** Milliseconds: when the platform was last asked whether our keys hold. */
  let asked = 0

  async function recount(): Promise<void> {
    changed({ ...state, waiting: await vault.countWaiting(), sent })
  }

  async function become(next: Outbox['state'], problem: string | null = null): Promise<void> {
    state = { state: next, problem }
    await recount()
  }

  /** Later, with a random part so that many browsers do not come back at once. */
  function later(ms: number): void {
    clearTimeout(timer)
    // Whoever says to wait for a month would else be asked at once: timers do not count so far.
    timer = setTimeout(wake, Math.min(ms, LONGEST_WAIT) * (0.75 + Math.random() / 2))
  }

  function wake(): void {
    if (stopped) return
    if (running !== null) {
      again = true
      return
    }
    // Where not even the vault can be asked, a later round may fare better.
    running = round().catch(() => later(pause)).finally(() => {
      running = null
      if (again) wake()
    })
  }

  async function round(): Promise<void> {
    clearTimeout(timer)
    again = false
    if (await wasReplaced(vault.database)) return await become('stopped', 'keys-replaced')
    try {
      operator ??= await pinnedOperator(vault.database, client)
      reachable(true)
      sent = 0
      let held = await sendSetup(operator)
      // Wraps name the owner's events, and keys of the past are those of epochs that are there.
      await unlessRefused(consent?.sendEvents)
      if (await consent?.closeChapters() === true) held = await sendSetup(operator)
      await sendBlocks(operator, held)
      await unlessRefused(consent?.handOver)
      pause = FIRST_PAUSE
      if (state.state === 'stopped' || Date.now() - asked >= ASK_EVERY) await ask()
    } catch (error) {
      again = false
      // What it will not take from us may be for want of a key that holds.
      const isRefused = error instanceof Stopped ||
        (error instanceof ApiProblem && error.status < 429)
      if (isRefused && await ask().catch(() => false)) return
      if (error instanceof Stopped) return await become('stopped', error.message)
      later(pause)
      pause = Math.min(2 * pause, LONGEST_PAUSE)
      if (error instanceof Unreachable) {
        reachable(false)
        return await become('offline')
      }
      if (!(error instanceof ApiProblem)) return await become('stopped', 'unknown')
      if (error.retryAfter !== null) later(error.retryAfter * 1000)
      await become('waiting', error.code ?? 'server')
    }
  }

  /** Whether the owner was restored elsewhere; nothing is sent any more then. */
  async function ask(): Promise<boolean> {
    const { isReplaced, isNews } = await askOwner(vault.database, client, self.owner)
    asked = Date.now()
    if (isReplaced) await become('stopped', 'keys-replaced')
    else if (isNews) await ownerChanged?.()
    return isReplaced
  }

  /** Where an epoch was sealed to a key that the owner has taken back. */
  async function newestOwnerKey(): Promise<OwnerKey | null> {
    const { isReplaced } = await askOwner(vault.database, client, self.owner)
    const now = isReplaced ? undefined : await loadSelf(vault.database)
    return now === undefined ? null : ownerKeyOf(now.owner)
  }

  async function sendBlocks(by: Identity, held: ReadonlyMap<string, Held>): Promise<void> {
    await become(await vault.countWaiting() > 0 ? 'sending' : 'idle')
    let problem: string | null = null
    let wait: number | null = null
    const hold = (code: string, seconds: number | null) => {
      problem ??= code
      if (seconds !== null) wait = Math.min(wait ?? seconds, seconds)
    }
    for (const { code, wait } of held.values()) hold(code, wait)
    for (const channel of await channels()) {
      if (stopped) return
      if (held.has(toHex(channel))) continue
      const why = await sendChannel(by, channel)
      if (why !== null) hold(why.code, why.wait)
    }
    if (wait !== null) later(wait * 1000)
    sent = 0
    await become(problem === null ? 'idle' : wait === null ? 'stopped' : 'waiting', problem)
  }

  /**
   * @param before only what belongs to earlier chapters than this one
   * @returns null when nothing of it waits any more
   */
  async function sendChannel(
    by: Identity,
    channel: Bytes,
    before?: number,
  ): Promise<Held | null> {
    const already = sent
    const end = await deliver(channel, {
      vault,
      sealer,
      device: self.device.identity,
      operator: by,
      post: (to, items) => postEntries(client, to, items),
      ownerKey: newestOwnerKey,
      ...(consent === undefined ? {} : { postWraps: consent.postWraps }),
      ...(before === undefined ? {} : { before }),
      progress: (blocks) => {
        sent += blocks
        void recount()
      },
    })
    if (sent > already) options.delivered(channel)
    if (end.kind === 'delivered') return null
    return { code: end.code, wait: end.kind === 'wait' ? end.seconds : null }
  }

  async function channels(): Promise<Bytes[]> {
    return (await loadMeters(vault.database)).flatMap((meter) =>
      meter.channels.filter(({ restored }) => restored === null).map(({ id }) => id)
    )
  }

  /** Sends what the platform must know first; what it will not take of one channel holds only that. */
  async function sendSetup(by: Identity): Promise<Map<string, Held>> {
    const held = new Map<string, Held>()
    for (let last = 0;;) {
      const range = IDBKeyRange.lowerBound(last, true)
      const at = await vault.database.transaction('setup').store.openCursor(range)
      if (at === null || stopped) return held
      const { key, value } = at
      last = key
      const channel = channelOf(value)
      if (channel !== null && held.has(channel)) continue
      const why = await sendEarlier(by, value) ?? await sendOne(key, value)
      if (why === null) continue
      if (channel !== null) held.set(channel, why)
      else throw new Stopped(why.code)
    }
  }

  /** A chapter closes the one before, so what waits of that goes first. */
  async function sendEarlier(
    by: Identity,
    { kind, statements: [first] }: SetupStatement,
  ): Promise<Held | null> {
    if (kind !== 'chapter' || first === undefined) return null
    const { channel, chapter } = parseChapter(first).content
    return chapter === 0 ? null : await sendChannel(by, channel, chapter)
  }

  /** Null when it is with the platform. */
  async function sendOne(key: number, value: SetupStatement): Promise<Held | null> {
    let setup = value
    for (let moves = 0;; moves++) {
      try {
        await sendStatement(setup)
        break
      } catch (error) {
        // Without a word of its own, or broken down: that is not about this statement.
        if (!(error instanceof ApiProblem) || error.code === null || error.status >= 500) {
          throw error
        }
        // Who we are must be known before anything else.
        if (channelOf(setup) === null && error.retryAfter !== null) throw error
        if (error.code !== 'head-moved' || moves === MOST_MOVES) return heldBy(error.code, error)
      }
      const moved = await moveChapter(key, setup)
      if (moved === null) return { code: 'head-not-ours', wait: null }
      setup = moved
    }
    const step = vault.database.transaction('setup', 'readwrite', STRICT)
    await step.store.delete(key)
    await step.done
    return null
  }

  async function sendStatement({ kind, statements }: SetupStatement): Promise<void> {
    const [first] = statements
    if (first === undefined) return
    if (kind === 'identity') await client.registerIdentity(statements)
    else if (kind === 'pairing') await client.addPairing(first)
    else if (kind === 'channel') await client.openChannel(first)
    else await client.openChapter(first)
  }

  /**
   * The channel went on before our chapter reached the platform: the chapter begins after its head
   * instead, and what waits is sealed again behind that. Null when that head does not hold.
   */
  async function moveChapter(
    key: number,
    { kind, statements }: SetupStatement,
  ): Promise<SetupStatement | null> {
    const [first] = statements
    if (kind !== 'chapter' || first === undefined) return null
    const { channel, chapter, meter, reason } = parseChapter(first).content
    const verified = await verifiedHead(client, self, channel)
    if (verified === null) return null
    const { head, epoch } = verified
    const moved = await chapterAfter(self, channel, meter, chapter, head, reason)
    await sealer.reseal(channel, head, epoch)
    const setup = { kind, statements: [moved] }
    const step = vault.database.transaction('setup', 'readwrite', STRICT)
    await step.store.put(setup, key)
    await step.done
    return setup
  }

  return {
    wake() {
      pause = FIRST_PAUSE
      wake()
    },
    doubt() {
      asked = 0
      wake()
    },
    async introduced() {
      wake()
      while (running !== null) await running
      const waiting = await vault.database.getAll('setup')
      if (waiting.some((one) => channelOf(one) === null)) throw new Unreachable('Nothing was taken')
    },
    recount,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
}

/** What the platform takes not at all is told to whoever asked for it, and holds up nothing else. */
async function unlessRefused(send: (() => Promise<void>) | undefined): Promise<void> {
  try {
    await send?.()
  } catch (error) {
    const isRefused = error instanceof AppError ||
      (error instanceof ApiProblem && error.code !== null && error.status < 429)
    if (!isRefused) throw error
  }
}

/** Hex of the channel that a statement is about; null for who we are. */
function channelOf({ kind, statements }: SetupStatement): string | null {
  const [first] = statements
  if (first === undefined || (kind !== 'channel' && kind !== 'chapter')) return null
  const { content } = kind === 'channel' ? parseChannel(first) : parseChapter(first)
  return toHex(content.channel)
}

function heldBy(code: string, { status, retryAfter }: ApiProblem): Held {
  return { code, wait: retryAfter ?? (status === 429 ? HELD_PAUSE : null) }
}

/**
 * The operator's identity: kept on first use, and from then on only taken with further changes
 * after those known.
 */
async function pinnedOperator(database: VaultDatabase, client: Client): Promise<Identity> {
  const { identity: changes } = await client.operator()
  const operator = await readIdentity(changes)
  const pinned = await loadOperator(database)
  const extended = pinned === null || (changes.length >= pinned.changes.length &&
    pinned.changes.every((change, i) => equal(change, changes[i] ?? new Uint8Array(0))))
  if (operator.kind !== 'operator' || !extended) throw new Stopped('operator-changed')
  await database.put('self', { changes }, 'operator')
  return operator
}

/** The operator this browser knows; null before the first contact. */
export async function loadOperator(database: VaultDatabase): Promise<Identity | null> {
  const kept = await database.get('self', 'operator') as { changes: Bytes[] } | undefined // ours
  return kept === undefined ? null : await readIdentity(kept.changes)
}
