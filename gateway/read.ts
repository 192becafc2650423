/**
 * `gateway read`: seals what the meter says in the channels that the owner opened, and delivers it.
 * It asks the platform each minute whether the owner has let it go, has another sealing key, or gives
 * others what it seals; its epochs turn when that changes, and at midnight. What it seals while the
 * platform cannot be reached waits in its data directory.
 *
 * @module
 */
import { setTimeout as pause } from 'node:timers/promises'
import { type Bytes, equal } from '../shared/bytes.ts'
import { CborError, splitArray } from '../shared/cbor.ts'
import { ApiProblem, type Client, Unreachable } from '../shared/api/client.ts'
import { postEntries } from '../shared/api/post-entries.ts'
import {
  newestPairingStep,
  type PairingHead,
  PairingStepError,
} from '../shared/consent/pairing-step.ts'
import {
  fingerprint,
  type Identity,
  IdentityError,
  readIdentity,
  sealKeyOf,
} from '../shared/identity/identity.ts'
import { StatementError } from '../shared/identity/statement.ts'
import type { NativeSealAlgorithm } from '../shared/identity/keys.ts'
import { parsePairing } from '../shared/identity/pairing.ts'
import type { Telegram } from '../shared/meter/telegram.ts'
import { parseChapter } from '../shared/seal/channel.ts'
import { deliver, type PostAnswer } from '../shared/seal/delivery.ts'
import { createFeed } from '../shared/seal/feed.ts'
import { createSealer, type OwnerKey } from '../shared/seal/sealer.ts'
import { GatewayError } from './files.ts'
import type { Self } from './identity.ts'
import { gatewayRecipients } from './recipients.ts'
import { isIn, withChannel } from './further-channels.ts'
import type { Source } from './source.ts'
import { keepState, newerIdentity, type PairingState, type ReadMeter } from './state.ts'
import { type GatewayVault, openVault } from './vault.ts'

export interface ReadOptions {
  readonly folder: string
  readonly self: Self
  readonly state: PairingState
  readonly source: Source
  readonly client: Client
  /** Seconds since 1970, UTC. */
  readonly now: () => number
  readonly random: (length: number) => Bytes
  readonly say: (line: string) => void
  readonly signal: AbortSignal
  /** Milliseconds between two looks at what the owner has changed. */
  readonly lookEvery: number
}

const AGAIN = 5000
const SOON = 1000
/** A platform that does not answer is away; milliseconds. */
const LONGEST_LOOK = 5_000
/** What the platform says of a device that may write no more; that it is let go, is looked up. */
const WRAPS_REFUSED = ['wraps-refused', 'epoch-unknown', 'channel-unknown']
const DOUBTFUL = ['device-not-paired', 'chapter-closed', 'wrong-device', 'channel-unknown']

export const LET_GO =
  'The owner has let this gateway go: nothing is read or sent any more. To read ' +
  'again, pair it anew: npm run -s gateway -- pair'

/** Until the signal. @throws {GatewayError} */
export async function readMeters(options: ReadOptions): Promise<void> {
  const { folder, self, source, client, now, random, say } = options
  let { state } = options
  const over = new AbortController()
  const signal = AbortSignal.any([options.signal, over.signal])
  let failure: unknown = null
  const fail = (error: unknown) => {
    failure ??= error
    over.abort()
  }

  let owner = await readIdentity(state.owner)
  const vault = openVault(folder, self.wrapping)
  await takeUp(vault, client, state)
  const recipients = gatewayRecipients(self, now, random)
  if (state.step !== null) await recipients.follow(state.step)
  const device = self.signer
  const ownerKey = keyOf(owner)
  const sealer = createSealer({ vault, device, ownerKey, now, random, recipients })
  const channels = () => state.meters.flatMap((meter) => meter.channels.map(({ id }) => id))

  let heard: () => void = () => undefined
  const asked = new Promise<void>((resolve) => heard = resolve)
  let due = true
  let wake: () => void = () => undefined
  const send = () => {
    due = true
    wake()
  }
  const feed = createFeed<ReadMeter>({
    vault,
    sealer,
    kept: () => undefined,
    sealed(meter, channel, readings) {
      if (channel.resolution === 'live') say(`Sealed ${readings.length} readings of ${meter.id}`)
      send()
    },
    failed: fail,
    clock: () => now() * 1000,
  })

  async function change(next: Partial<PairingState>): Promise<void> {
    state = { ...state, ...next }
    await keepState(folder, state)
  }

  /** What the owner has changed. */
  async function look(): Promise<void> {
    const { statements: [half], owner: id } = parsePairing(state.pairing)
    const listed = (await client.pairings()).map(parsePairing)
    if (!listed.some(({ statements: [first] }) => equal(first.payload, half.payload))) {
      await change({ phase: 'ended' })
      throw new GatewayError(LET_GO)
    }
    const { changes } = await client.identity(id)
    const newer = await newerIdentity(state.owner, changes, 'owner')
    const isRekeyed = newer.seq > owner.seq
    if (isRekeyed) {
      await change({ owner: newer.changes })
      owner = newer
      sealer.sealTo(keyOf(owner))
    }
    await takeUpNew()
    const told = await newerStep(id)
    if (!isRekeyed && told === null) return
    // What was read until now goes to those to whom it was given.
    await feed.flush()
    if (told !== null && await follow(told)) await change(told)
    for (const channel of channels()) await sealer.turn(channel)
    send()
  }

  /** Channels that the owner has opened since, for what others were given. */
  async function takeUpNew(): Promise<void> {
    for await (const info of client.channels()) {
      const meters = await withChannel(state.meters, info, owner, self.identity)
      if (meters === null) continue
      await change({ meters })
      await takeUp(vault, client, state)
      for (const meter of meters) await feed.reopen(meter)
      say(`Seals a further channel of ${meters.find((one) => isIn(one, info))?.id ?? ''}`)
    }
  }

  /** The newest step of the pairing, if it is another than before; null for none that holds. */
  async function newerStep(id: Bytes): Promise<{ head: PairingHead; step: Bytes } | null> {
    const { head } = state
    try {
      const steps = client.pairingSteps(id, head.step)
      return await newestPairingStep(head, steps, owner, self.identity.id)
    } catch (error) {
      tellWrongStep(error)
      return null
    }
  }

  async function follow({ step }: { readonly step: Bytes }): Promise<boolean> {
    try {
      await recipients.follow(step)
      return true
    } catch (error) {
      tellWrongStep(error)
      return false
    }
  }

  function tellWrongStep(error: unknown): void {
    if (!(error instanceof PairingStepError)) throw error
    say(
      `What the owner is said to have changed does not hold and is not followed: ${error.message}`,
    )
  }

  /** Looks and sends, until the signal: one after the other, as both may turn epochs. */
  async function attend(): Promise<void> {
    const operator = await readIdentity(state.operator)
    for (let looked = -Infinity; !signal.aborted;) {
      try {
        if (Date.now() - looked >= options.lookEvery) {
          await look()
          looked = Date.now()
          heard()
        }
        if (due) {
          due = false
          const isDoubtful = await sendAll(operator)
          if (isDoubtful) looked = -Infinity
        }
      } catch (error) {
        if (!isPassing(error)) throw error
        // Let go while it looked: the next look says so.
        const isDoubtful = error instanceof ApiProblem && DOUBTFUL.includes(error.code ?? '')
        if (!isDoubtful && isStrange(error)) tellStrange(error.message)
        due = true
        // What the owner has changed meanwhile comes before what was sealed.
        looked = -Infinity
        heard()
        await rest(isDoubtful ? SOON : AGAIN)
        continue
      }
      if (!due) await rest(Math.max(0, options.lookEvery - (Date.now() - looked)))
    }
  }

  let strange = ''
  /** Once, until it is something else. */
  function tellStrange(message: string): void {
    if (message === strange) return
    strange = message
    say(`What the platform answers is not understood, and is asked again: ${message}`)
  }

  /** Whether the platform takes no more of this device. */
  async function sendAll(operator: Identity): Promise<boolean> {
    let isDoubtful = false
    for (const channel of channels()) {
      const end = await deliver(channel, {
        vault,
        sealer,
        device: self.identity,
        operator,
        post: (to, items) => postEntries(client, to, items),
        postWraps,
        ownerKey: async () => {
          await look()
          return keyOf(owner)
        },
      })
      if (end.kind === 'delivered') continue
      say(`The platform takes no blocks of a channel now: ${end.code}`)
      isDoubtful ||= DOUBTFUL.includes(end.code)
      if (end.kind === 'wait') setTimeout(send, end.seconds * 1000).unref()
    }
    return isDoubtful
  }

  /** Keys that the platform does not take the owner's app hands over: readings go on. */
  async function postWraps(batches: readonly Bytes[]): Promise<PostAnswer> {
    try {
      await client.postWraps(batches.map(pairOf))
    } catch (error) {
      const isRefusal = error instanceof ApiProblem && WRAPS_REFUSED.includes(error.code ?? '')
      if (!isRefusal) throw error
      say(
        'Keys for those to whom the owner gives a channel were not taken; the owner’s app hands ' +
          'them over',
      )
    }
    return { taken: batches.length, acknowledgements: [], refusal: null }
  }

  async function rest(milliseconds: number): Promise<void> {
    const woken = new AbortController()
    wake = () => woken.abort()
    const any = AbortSignal.any([signal, woken.signal])
    await pause(milliseconds, undefined, { signal: any }).catch(() => undefined)
  }

  /** Nothing new is sealed before it was asked what the owner has changed; or could not be. */
  async function hear(): Promise<void> {
    const waited = new AbortController()
    const late = pause(LONGEST_LOOK, undefined, {
      signal: AbortSignal.any([signal, waited.signal]),
    })
    await Promise.race([asked, late.catch(() => undefined)])
    waited.abort()
    say(`Reading for ${fingerprint(owner.id)}`)
    for await (const telegram of source.telegrams(signal)) take(telegram)
  }

  function take({ readings }: Telegram): void {
    for (const reading of readings) {
      const meter = state.meters.find(({ id }) => id === reading.meter)
      if (meter !== undefined) feed.take(meter, reading)
      else tellStranger(reading.meter)
    }
  }

  const strangers = new Set<string>()
  function tellStranger(meter: string): void {
    if (strangers.has(meter)) return
    strangers.add(meter)
    say(`Meter ${meter} was not paired with this gateway and is not read: pair it anew to read it`)
  }

  await Promise.all([attend().catch(fail), hear().catch(fail)])
  if (state.phase !== 'ended') {
    await feed.flush()
    await sendAll(await readIdentity(state.operator)).catch(() => undefined)
  }
  if (failure !== null) throw failure
}

/** Where the owner's openings say: after the platform's newest epoch. */
async function takeUp(vault: GatewayVault, client: Client, state: PairingState): Promise<void> {
  for (const { id, opening, chapter, zone } of state.meters.flatMap(({ channels }) => channels)) {
    if (await vault.channel(id) !== undefined) continue
    const { owner, chapter: number, after } = parseChapter(chapter).content
    const { epoch } = number === 0 ? { epoch: -1 } : await client.channel(id)
    await vault.begin({
      channel: id,
      opening,
      zone,
      owner,
      chapter: number,
      head: after,
      epoch,
      commitment: null,
      epochEnds: 0,
      version: 0,
    })
  }
}

function keyOf(owner: Identity): OwnerKey {
  const key = sealKeyOf(owner)
  if (key === undefined) throw new GatewayError('The owner has no sealing key: pair anew')
  const { index, publicKey } = key
  return { index, publicKey, algorithm: key.algorithm as NativeSealAlgorithm } // of owners
}

function pairOf(batch: Bytes): [Bytes, Bytes] {
  const [statement, list] = splitArray(batch, 2)
  if (statement === undefined || list === undefined) throw new TypeError('No batch of wraps')
  return [statement, list]
}

/**
 * What is over after a while, and so is tried again: the meter is read on whatever the platform says,
 * or somebody else at its address.
 */
function isPassing(error: unknown): boolean {
  return error instanceof Unreachable || isStrange(error)
}

function isStrange(error: unknown): error is Error {
  return error instanceof ApiProblem || error instanceof CborError ||
    error instanceof StatementError || error instanceof IdentityError
}
