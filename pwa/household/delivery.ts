/**
 * The outbox on its way: what the platform must know first, then the blocks of each channel, in
 * order; again with growing patience when it cannot be reached. Only the tab that seals delivers.
 *
 * @module
 */
import { type Bytes, equal, fromBase64url } from '../../shared/bytes.ts'
import { ApiProblem, type Client, Unreachable } from '../../shared/api/client.ts'
import { type Identity, readIdentity } from '../../shared/identity/identity.ts'
import { parseChapter } from '../../shared/seal/channel.ts'
import { deliver, type PostAnswer } from '../../shared/seal/delivery.ts'
import type { Sealer } from '../../shared/seal/sealer.ts'
import type { Outbox } from '../state.ts'
import { type SetupStatement, STRICT, type VaultDatabase } from '../vault/database.ts'
import type { Self } from '../vault/identities.ts'
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
}

export interface Deliverer {
  /** Something new waits, or the network is back. */
  wake(): void
  /** Settles when the platform has been told who we are. @throws {Unreachable} if that failed */
  introduced(): Promise<void>
  /** Counts again what waits. */
  recount(): Promise<void>
  stop(): void
}

/** It does not go on by itself. */
class Stopped extends Error {
  override readonly name = 'Stopped'
}

const FIRST_PAUSE = 2_000
const LONGEST_PAUSE = 60_000
/** A head that moves more often in one round is not another device's work. */
const MOST_MOVES = 5

export function createDeliverer(options: DeliveryOptions): Deliverer {
  const { vault, self, client, sealer, changed, reachable } = options
  let state: Pick<Outbox, 'state' | 'problem'> = { state: 'idle', problem: null }
  let sent = 0
  let pause = FIRST_PAUSE
  let running: Promise<void> | null = null
  let again = false
  let stopped = false
  let timer: ReturnType<typeof setTimeout> | undefined
  let operator: Identity | null = null

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
    timer = setTimeout(wake, ms * (0.75 + Math.random() / 2))
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
    try {
      operator ??= await pinnedOperator(vault.database, client)
      reachable(true)
      await sendSetup()
      await sendBlocks(operator)
      pause = FIRST_PAUSE
    } catch (error) {
      again = false
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

  async function sendBlocks(by: Identity): Promise<void> {
    sent = 0
    await become(await vault.countWaiting() > 0 ? 'sending' : 'idle')
    let problem: string | null = null
    let wait: number | null = null
    for (const channel of await channels()) {
      if (stopped) return
      const before = sent
      const end = await deliver(channel, {
        vault,
        sealer,
        device: self.device.identity,
        operator: by,
        post: (to, items) => post(client, to, items),
        progress: (blocks) => {
          sent += blocks
          void recount()
        },
      })
      if (sent > before) options.delivered(channel)
      if (end.kind === 'stopped') problem ??= end.code
      if (end.kind === 'wait') {
        problem ??= end.code
        wait = Math.max(wait ?? 0, end.seconds)
      }
    }
    if (wait !== null) later(wait * 1000)
    sent = 0
    await become(problem === null ? 'idle' : wait === null ? 'stopped' : 'waiting', problem)
  }

  async function channels(): Promise<Bytes[]> {
    return (await loadMeters(vault.database)).flatMap((meter) =>
      meter.channels.filter(({ restored }) => restored === null).map(({ id }) => id)
    )
  }

  async function sendSetup(): Promise<void> {
    for (let moves = 0;;) {
      const at = await vault.database.transaction('setup').store.openCursor()
      if (at === null || stopped) return
      const { key, value } = at
      try {
        await sendStatement(value)
      } catch (error) {
        if (!(error instanceof ApiProblem)) throw error
        if (value.kind === 'chapter' && error.code === 'head-moved' && moves++ < MOST_MOVES) {
          await moveChapter(key, value)
          continue
        }
        if (error.retryAfter !== null || error.status >= 500 || error.code === null) throw error
        throw new Stopped(error.code)
      }
      const step = vault.database.transaction('setup', 'readwrite', STRICT)
      await step.store.delete(key)
      await step.done
    }
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
   * instead, and what waits is sealed again behind that.
   */
  async function moveChapter(key: number, { statements }: SetupStatement): Promise<void> {
    const [first] = statements
    if (first === undefined) return
    const { channel, chapter, meter } = parseChapter(first).content
    const { head, epoch } = await client.channel(channel)
    const moved = await chapterAfter(self, channel, meter, chapter, [head.seq, head.id])
    await sealer.reseal(channel, [head.seq, head.id], epoch)
    const step = vault.database.transaction('setup', 'readwrite', STRICT)
    await step.store.put({ kind: 'chapter', statements: [moved] }, key)
    await step.done
  }

  return {
    wake() {
      pause = FIRST_PAUSE
      wake()
    },
    async introduced() {
      wake()
      while (running !== null) await running
      if (await vault.database.count('setup') > 0) throw new Unreachable('Nothing was taken')
    },
    recount,
    stop() {
      stopped = true
      clearTimeout(timer)
    },
  }
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

/** Posts in the shape that delivery understands: a problem with the first item is a refusal. */
async function post(client: Client, channel: Bytes, items: readonly Bytes[]): Promise<PostAnswer> {
  try {
    const { taken, acknowledgements, refusal } = await client.postBlocks(channel, items)
    return { taken, acknowledgements, refusal: refusal && refusalOf(refusal.code, refusal, null) }
  } catch (error) {
    // What is not about these blocks (too many requests, the platform's own faults) waits.
    if (!(error instanceof ApiProblem) || error.problem === null || error.status >= 500) throw error
    if (error.status === 429 || error.status === 401) throw error
    const refusal = refusalOf(error.problem.code, error.problem, error.retryAfter)
    return { taken: 0, acknowledgements: [], refusal }
  }
}

function refusalOf(
  code: string,
  members: Readonly<Record<string, unknown>>,
  retryAfter: number | null,
): NonNullable<PostAnswer['refusal']> {
  const { head, epoch } = members
  return {
    code,
    ...(head === null ? { head } : typeof head === 'string' ? { head: fromBase64url(head) } : {}),
    ...(typeof epoch === 'number' ? { epoch } : {}),
    ...(retryAfter === null ? waitOf(code) : { retryAfter }),
  }
}

/** In the middle of a batch, the answer has no header to say how long. */
function waitOf(code: string): { retryAfter?: number } {
  return code === 'sealed-ahead' ? { retryAfter: 60 } : {}
}
