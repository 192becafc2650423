/**
 * What a recipient, a provider or another person, holds of one grant: the owner's signed terms with
 * every step since, the grant's key, the wrapped keys of epochs and blocks, and readers of its
 * channels that know when it is paused and when it has ended.
 *
 * @module
 */
import { type Bytes, equal, fromBase64url, toBase64url } from '../bytes.ts'
import { CborError } from '../cbor.ts'
import { type Grant, openGrantKey, type OpeningKey, parseGrant } from '../consent/grant.ts'
import { isReceiptOf } from '../consent/receipt.ts'
import {
  checkSteps,
  openStep,
  parseStep,
  type Standing,
  stateAt,
  type Step,
  StepsError,
} from '../consent/steps.ts'
import { importGrantKey, unwrapBlockKey, unwrapEpoch, WrapError } from '../consent/wrap.ts'
import { type Identity, readIdentity } from '../identity/identity.ts'
import { type Signer, StatementError } from '../identity/statement.ts'
import type { Channel, Epoch } from '../seal/channel.ts'
import type { Client } from './client.ts'
import type { GrantDetail, KeyInfo, LastInfo } from './consent-calls.ts'
import { ApiProblem } from './transport.ts'
import type { GivenKeys } from './given-opener.ts'
import { ReadFault } from './read-fault.ts'
import { createVerifiedReader, type Place, type ReaderItem } from './verified-reader.ts'

/** Whoever a grant is to, with what it opens and signs with. */
export interface RecipientKeys {
  readonly identity: Identity
  readonly signer: Signer
  /** What grants are sealed to, by the key's index in the identity; older ones open what was before. */
  readonly sealing: ReadonlyMap<number, OpeningKey>
}

/** A grant that the platform shows and that is not the owner's, or not ours. */
export class GrantFault extends Error {
  override readonly name = 'GrantFault'
}

/** A grant as it stands, checked by the signatures of owner and recipient. */
export interface GrantLook {
  readonly grant: Grant
  readonly owner: Identity
  /** Terms that hold now, pauses, the end, whether erasure was asked for. */
  readonly standing: Standing
  readonly state: GrantDetail['state']
  /** Why and when it ended. The platform's word, until the owner's own step is there too. */
  readonly ended: { readonly reason: string; readonly at: number } | null
  /** While it is paused or has ended: the last block that could be read, by channel. */
  readonly last: readonly LastInfo[]
  /** The consent receipt: a JWS that verifies offline. */
  readonly receipt: string | null
}

/** The grant has ended: nothing more comes. */
export interface Ended {
  readonly kind: 'ended'
  readonly reason: string
  /** Seconds. */
  readonly at: number
  /** The last block that could be read; `provisional` until the household's device has confirmed. */
  readonly last: LastInfo | null
}

/** Nothing comes for now: the owner has paused the grant, or it has not begun. */
export type Waiting = { readonly kind: 'paused' } | { readonly kind: 'waiting' }

export type GrantItem = ReaderItem | Waiting | Ended

export interface GrantReader {
  /** What is there now, after what was read before. */
  read(): AsyncGenerator<GrantItem>
  /** The same, and then what comes, through pauses, until the grant ends or the signal. */
  follow(signal: AbortSignal): AsyncGenerator<GrantItem>
  /** After the last block taken, as it can be kept in JSON; null before the first. */
  place(): Place | null
  /** What the channel is, as its owner signed it: resolution, zone; null before the first item. */
  about(): Channel | null
}

export interface Granted {
  /** In base64url. */
  readonly id: string
  /** @throws {GrantFault | ApiProblem} */
  look(): Promise<GrantLook>
  /** Items throw {@link ReadFault} where something does not hold. */
  reader(channel: Bytes, place?: Place): Promise<GrantReader>
  /** Ends the grant from the recipient's side. */
  terminate(): Promise<void>
  /** Answers the owner's request to erase what was read. */
  answerErasure(done: boolean): Promise<void>
}

export interface GrantedOptions {
  readonly id: Bytes
  /** In the recipient's own name. */
  readonly own: Client
  /** With the grant's tokens; of a person, the same as its own. */
  readonly client: Client
  readonly keys: RecipientKeys
  readonly now: () => number
  readonly sleep: (seconds: number, signal?: AbortSignal) => Promise<void>
}

/** How often a paused grant is asked for again, in seconds. */
const PAUSE_SECONDS = 15
/** A device sends an epoch's keys right after its opening: waits before a block is called locked. */
const KEY_SECONDS = [0.5, 1, 2, 4] as const

export function createGranted(options: GrantedOptions): Granted {
  const { id, own, client, keys, now, sleep } = options

  async function look(): Promise<GrantLook> {
    const detail = await own.grant(id)
    try {
      const grant = parseGrant(detail.statement)
      if (!equal(grant.content.grant, id)) throw new GrantFault('This is another grant')
      const owner = await readIdentity((await own.identity(grant.content.owner)).changes)
      const parties = { owner, recipient: keys.identity }
      const standing = await checkSteps(grant, detail.steps.map(parseStep), parties)
      const { state, ended, last, receipt } = detail
      if (receipt !== null && !await isReceiptOf(grant.content, receipt)) {
        throw new GrantFault(
          'The platform shows another receipt than the one that was signed with it',
        )
      }
      return { grant: grant.content, owner, standing, state, ended, last, receipt }
    } catch (error) {
      if (
        error instanceof StepsError || error instanceof StatementError || error instanceof CborError
      ) throw new GrantFault(`The platform shows a grant that does not hold: ${error.message}`)
      throw error
    }
  }

  /** The newest first: what was wrapped before the owner changed the grant key is under another. */
  async function grantKeys({ grant, standing }: GrantLook): Promise<CryptoKey[]> {
    const found: CryptoKey[] = []
    for (const sealedTo of [...standing.sealedBefore, standing.sealedTo]) {
      const key = keys.sealing.get(sealedTo.toKey)
      if (key === undefined) continue
      found.unshift(await importGrantKey(await openGrantKey({ ...grant, ...sealedTo }, key)))
    }
    if (found.length > 0) return found
    const { toKey } = standing.sealedTo
    throw new GrantFault(`We have no sealing key ${toKey}: restore it, or ask again`)
  }

  async function ended(channel: Bytes): Promise<Ended> {
    const { standing, ended, last } = await look()
    const state = stateAt(standing, now())
    const signed = state.phase === 'ended' ? state : null
    return {
      kind: 'ended',
      reason: signed?.reason ?? ended?.reason ?? 'unknown',
      at: signed?.at ?? ended?.at ?? now(),
      last: last.find((one) => equal(one.channel, channel)) ?? null,
    }
  }

  async function addStep(what: (standing: Standing) => StepOfOurs): Promise<void> {
    const { standing } = await look()
    const step = { grant: id, step: standing.step + 1, prev: standing.head, at: now() }
    const { statement } = await openStep({ ...step, ...what(standing) }, keys.signer)
    await own.postStep(id, statement.bytes)
  }

  return {
    id: toBase64url(id),
    look,

    async reader(channel, place) {
      const looked = await look()
      const first = await grantKeys(looked)
      const given = givenKeys(client, id, channel, first, async () => grantKeys(await look()))
      const patience = async (asked: number): Promise<boolean> => {
        const seconds = KEY_SECONDS[asked - 1]
        if (seconds === undefined) return false
        await sleep(seconds)
        return true
      }
      const { owner, history } = { ...looked.grant, ...looked.standing.terms }
      const reader = createVerifiedReader({
        client,
        channel,
        owner,
        history,
        keys: given,
        patience,
        ...place === undefined ? {} : { place },
      })

      async function* read(): AsyncGenerator<GrantItem> {
        try {
          yield* reader.read()
        } catch (error) {
          const refusal = refusalOf(error)
          if (refusal === null) throw error
          yield refusal === 'ended' ? await ended(channel) : { kind: refusal }
        }
      }

      return {
        place: () => reader.place(),
        about: () => reader.about(),
        read,
        async *follow(signal) {
          let told = ''
          while (!signal.aborted) {
            try {
              yield* reader.follow(signal)
            } catch (error) {
              const refusal = refusalOf(error)
              if (refusal === null) throw error
              if (refusal === 'ended') {
                yield await ended(channel)
                return
              }
              if (told !== refusal) yield { kind: refusal }
              told = refusal
              await sleep(PAUSE_SECONDS, signal).catch(() => undefined)
            }
          }
        },
      }
    },

    async terminate() {
      await addStep(() => ({ what: 'terminated' }))
    },

    async answerErasure(done) {
      await addStep(() => ({ what: 'erasure-answered', done }))
    },
  }
}

type StepOfOurs =
  | { what: Extract<Step['what'], 'terminated'> }
  | { what: Extract<Step['what'], 'erasure-answered'>; done: boolean }

/** Why nothing is given; null for what is no refusal of a grant. */
function refusalOf(error: unknown): 'ended' | 'paused' | 'waiting' | null {
  if (!(error instanceof ApiProblem)) return null
  if (error.code === 'grant-ended' || error.oauth === 'invalid_grant') return 'ended'
  if (error.code === 'grant-paused') return 'paused'
  return error.code === 'grant-not-begun' ? 'waiting' : null
}

/** The keys of a channel that were wrapped under the grant's key. */
function givenKeys(
  client: Pick<Client, 'keys'>,
  grant: Bytes,
  channel: Bytes,
  first: readonly CryptoKey[],
  lookAgain: () => Promise<readonly CryptoKey[]>,
): GivenKeys {
  const wraps = new Map<number, KeyInfo>()
  /** Asked for by all blocks of an epoch at once. */
  const whole = new Map<number, Promise<CryptoKey>>()
  let grantKeys = first

  /** With the grant key that it was wrapped under: there may be another since the last look. */
  async function opening<T>(
    unwrap: (grantKey: CryptoKey) => Promise<T>,
    seq: number | null,
  ): Promise<T> {
    const opened = await openingWith(grantKeys, unwrap)
    if (opened !== null) return opened.key
    grantKeys = await lookAgain()
    const again = await openingWith(grantKeys, unwrap)
    if (again === null) throw new ReadFault(seq, 'key-does-not-open')
    return again.key
  }

  return {
    async epochKey(epoch: Epoch) {
      const known = whole.get(epoch.epoch)
      if (known !== undefined) return await known
      const info = wraps.get(epoch.epoch)
      if (info === undefined || info.wrapped === null) return null
      const { wrapped, head } = info
      const key = opening((by) => unwrapEpoch(wrapped, by, epoch, head), null)
      whole.set(epoch.epoch, key)
      return await key
    },

    async blockKey({ header: { epoch, seq } }) {
      const info = wraps.get(epoch)
      const wrapped = info?.blocks?.find(([of]) => of === seq)?.[1]
      if (info === undefined || wrapped === undefined) return null
      const place = { channel, epoch, head: info.head, seq }
      return await opening((by) => unwrapBlockKey(wrapped, by, place), seq)
    },

    async refresh() {
      for await (const info of client.keys(grant, { channel })) {
        if (equal(info.channel, channel)) wraps.set(info.epoch, info)
      }
    },
  }
}

async function openingWith<T>(
  grantKeys: readonly CryptoKey[],
  unwrap: (grantKey: CryptoKey) => Promise<T>,
): Promise<{ readonly key: T } | null> {
  for (const grantKey of grantKeys) {
    try {
      return { key: await unwrap(grantKey) }
    } catch (error) {
      if (!(error instanceof WrapError)) throw error
    }
  }
  return null
}

/** A grant's id as it stands in texts. @throws {SyntaxError} */
export function grantId(text: string): Bytes {
  if (!/^[A-Za-z0-9_-]{22}$/.test(text)) throw new SyntaxError('Cannot parse the id of a grant')
  return fromBase64url(text)
}
