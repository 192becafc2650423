/**
 * `gateway pair`: shows a code, and waits until its owner has typed or scanned it and has confirmed.
 * Whenever it is stopped it leaves a gateway that is paired, or one that is not.
 *
 * @module
 */
import { setTimeout as pause } from 'node:timers/promises'
import { renderUnicodeCompact } from 'uqr'
import { type Bytes, equal } from '../shared/bytes.ts'
import { ApiProblem, type Client, Unreachable } from '../shared/api/client.ts'
import { fingerprint } from '../shared/identity/identity.ts'
import {
  CODE_ATTEMPTS,
  CODE_SECONDS,
  newPairingCode,
  pairingCodeText,
  pairingLink,
  type PairingSecrets,
  pairingSecrets,
} from '../shared/identity/pairing-code.ts'
import {
  type Answer,
  type Ask,
  makeDone,
  makeOffer,
  MAX_ASKS,
  type Offer,
  PairingExchangeError,
  readAnswer,
} from '../shared/identity/pairing-exchange.ts'
import { type Pairing, parsePairing } from '../shared/identity/pairing.ts'
import { statementId } from '../shared/identity/statement.ts'
import { parseChapter } from '../shared/seal/channel.ts'
import { GatewayError } from './files.ts'
import { ensureSelf, type Self } from './identity.ts'
import type { Source } from './source.ts'
import { keepState, loadState, type PairingState, putAside, type ReadMeter } from './state.ts'

export interface PairOptions {
  readonly folder: string
  readonly platform: string
  readonly name: string
  readonly zone: string
  readonly source: Source
  readonly client: (self: Self) => Client
  readonly now: () => number
  readonly random: (length: number) => Bytes
  readonly say: (line: string) => void
  readonly signal: AbortSignal
}

/** What every meter gets. */
const KINDS = [
  { classes: 'all', resolution: 'live' },
  { classes: 'energy', resolution: 'PT15M' },
  { classes: 'energy', resolution: 'P1D' },
] as const

const AGAIN = 2000
/** The owner's app sends what was opened right after the last message; seconds. */
const LAST_SECONDS = 120

/** @throws {GatewayError} when it did not come to a pairing */
export async function pairGateway(options: PairOptions): Promise<PairingState> {
  const { folder, now, random, say, signal } = options
  const before = await loadState(folder)
  if (before?.phase === 'paired') {
    const owner = fingerprint(parsePairing(before.pairing).owner)
    throw new GatewayError(
      `This gateway is paired with ${owner}: its owner lets it go in the app (Settings, Devices); ` +
        'or name another --data',
    )
  }
  if (before?.phase === 'ended') await putAside(folder, now())
  const self = await ensureSelf(folder, now(), random)
  const client = options.client(self)
  if (before?.phase === 'offered') {
    // It was stopped after it had agreed. Either the platform has all of it, or there is nothing.
    if (await isWhole(client, before)) return await finish(folder, before, say)
  }
  // The owner's app may have what both have signed, and send it when it is opened again.
  const agreed = before?.phase === 'offered' ? before : null
  const asks = await asksOf(options)
  const operator = (await client.operator()).identity
  await client.registerIdentity(self.identity.changes)
  const code = newPairingCode(random)
  const secrets = await pairingSecrets(code)
  const { name } = options
  const offer = await offered(secrets, self, { name, asks, at: now() }, random)
  await client.openPairingRoom(secrets.room, offer.message)
  show(options, self, code)
  code.fill(0)
  try {
    const answered = awaitAnswer(options, client, secrets, offer)
    const heard = agreed === null
      ? await answered
      : await Promise.race([answered, awaitAgreed(options, client, agreed)])
    if ('phase' in heard) return await finish(folder, heard, say)
    const { answer, n } = heard
    say(`Owner: ${fingerprint(answer.owner.id)}`)
    const { message, pairing } = await makeDone(secrets, offer, answer, self.signer, random)
    const state = await stateOf(options.platform, offer, answer, pairing, operator)
    await keepState(folder, state)
    await sayLast(client, secrets, n, message)
    await awaitWhole(options, client, state)
    return await finish(folder, state, say)
  } finally {
    await client.closePairingRoom(secrets.room).catch(() => undefined)
    if (signal.aborted) say('Not paired')
  }
}

/** What the meters at the line are, and so what is asked for. */
async function asksOf({ source, zone, signal, say }: PairOptions): Promise<Ask[]> {
  say(source.simulated ? 'Reading the simulated meter' : 'Waiting for a telegram of the meter')
  for await (const { readings } of source.telegrams(signal)) {
    const { simulated } = source
    return readings.flatMap(({ meter }) =>
      KINDS.map((kind) => ({ meter, simulated, zone, ...kind }))
    )
      .slice(0, MAX_ASKS)
  }
  throw new GatewayError('Stopped before a telegram came')
}

async function offered(
  secrets: PairingSecrets,
  { identity }: Self,
  of: Pick<Offer, 'name' | 'asks' | 'at'>,
  random: (length: number) => Bytes,
): Promise<Offer> {
  try {
    return await makeOffer(secrets, identity, { ...of, custody: 'software' }, random)
  } catch (error) {
    if (!(error instanceof PairingExchangeError)) throw error
    throw new GatewayError(
      'The name cannot be shown: give --name one line of at most 40 letters and digits',
    )
  }
}

function show({ platform, say }: PairOptions, { identity }: Self, code: Bytes): void {
  const link = pairingLink(platform, code)
  for (const line of renderUnicodeCompact(link, { border: 2 }).split('\n')) say(line)
  say(`Code: ${pairingCodeText(code)}`)
  say(`This gateway: ${fingerprint(identity.id)}`)
  say(
    'Scan it with the phone on which you use Kilowit, or type the code there: Settings, Devices, ' +
      'Pair a gateway. It holds for ten minutes. Confirm only if the app shows this fingerprint.',
  )
}

/** The first answer by who knows the code; `n` is the place after all that was said. */
async function awaitAnswer(
  options: PairOptions,
  client: Client,
  secrets: PairingSecrets,
  offer: Offer,
): Promise<{ answer: Answer; n: number }> {
  const { now, signal, say } = options
  let after = 0
  let refused = 0
  while (!signal.aborted && now() - offer.at <= CODE_SECONDS) {
    const asked = now()
    const room = await unlessAway(signal, () => client.pairingRoom(secrets.room, { after }))
    if (room === 'gone') break
    // It is to wait for a message; one that does not is not asked in a whirl.
    if (room?.messages.length === 0 && now() - asked < 1) {
      await pause(AGAIN, undefined, { signal }).catch(() => undefined)
    }
    for (const { n, by, message } of room?.messages ?? []) {
      after = n
      if (by !== 'owner') continue
      try {
        return { answer: await readAnswer(secrets, offer, message, now()), n: n + 1 }
      } catch (error) {
        if (!(error instanceof PairingExchangeError)) throw error
        say(`An answer was refused: ${error.message}`)
        if (++refused === CODE_ATTEMPTS) {
          throw new GatewayError('Five answers were refused: run pair again, for a new code')
        }
      }
    }
  }
  throw new GatewayError(
    signal.aborted
      ? 'Stopped: the code holds no more'
      : 'Nobody has confirmed the code in ten minutes: run pair again, for a new one',
  )
}

/** What a call gives; null when the platform could not be reached, which may pass. */
async function unlessAway<T>(
  signal: AbortSignal,
  call: () => Promise<T>,
): Promise<T | null | 'gone'> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'room-unknown') return 'gone'
    const mayPass = error instanceof Unreachable ||
      (error instanceof ApiProblem && (error.status === 429 || error.status >= 500))
    if (!mayPass) throw error
    await pause(AGAIN, undefined, { signal }).catch(() => undefined)
    return null
  }
}

async function sayLast(
  client: Client,
  { room }: PairingSecrets,
  n: number,
  message: Bytes,
): Promise<void> {
  for (let next = n, tries = 1;; tries++) {
    try {
      return await client.addRoomMessage(room, next, message)
    } catch (error) {
      // Somebody else has said something meanwhile.
      const moved = error instanceof ApiProblem && error.code === 'room-moved'
        ? error.problem?.['next']
        : undefined
      if (typeof moved !== 'number' || moved <= next || tries > CODE_ATTEMPTS) throw error
      next = moved
    }
  }
}

async function stateOf(
  platform: string,
  offer: Offer,
  answer: Answer,
  pairing: Pairing,
  operator: readonly Bytes[],
): Promise<PairingState> {
  const meters = new Map<string, ReadMeter>()
  for (const [i, { meter, zone, classes, resolution }] of offer.asks.entries()) {
    const given = answer.given[i] ?? null
    if (given === null) continue
    const { content, statement } = given.channel
    const channel = {
      id: content.channel,
      classes,
      resolution,
      zone: content.zone ?? zone,
      opening: statement.bytes,
      chapter: given.chapter.statement.bytes,
    }
    meters.set(meter, { id: meter, channels: [...meters.get(meter)?.channels ?? [], channel] })
  }
  return {
    phase: 'offered',
    platform,
    pairing: pairing.bytes,
    owner: answer.owner.changes,
    meters: [...meters.values()],
    head: { step: 0, id: await statementId(pairing.statements[0]) },
    step: null,
    operator,
  }
}

async function awaitWhole(
  { now, signal }: PairOptions,
  client: Client,
  state: PairingState,
): Promise<void> {
  const until = now() + LAST_SECONDS
  while (!signal.aborted && now() < until) {
    const isThere = await unlessAway(signal, () => isWhole(client, state))
    if (isThere === true) return
    await pause(AGAIN, undefined, { signal }).catch(() => undefined)
  }
  throw new GatewayError(
    'The owner’s app has not finished: open it again, and run pair once more',
  )
}

/** What was agreed before, once the owner's app has finished it after all. */
async function awaitAgreed(
  { signal }: PairOptions,
  client: Client,
  agreed: PairingState,
): Promise<PairingState> {
  for (;;) {
    await pause(AGAIN, undefined, { signal })
    if (await unlessAway(signal, () => isWhole(client, agreed)) === true) return agreed
  }
}

/** Whether the platform has the pairing, and each channel with our chapter. */
async function isWhole(client: Client, { pairing, meters }: PairingState): Promise<boolean> {
  const { statements: [half] } = parsePairing(pairing)
  const listed = (await client.pairings()).map(parsePairing)
  if (!listed.some(({ statements: [first] }) => equal(first.payload, half.payload))) return false
  for (const { id, chapter } of meters.flatMap(({ channels }) => channels)) {
    try {
      const { chapters } = await client.channel(id)
      const ours = parseChapter(chapter).content
      const theirs = chapters[ours.chapter]
      if (theirs === undefined || !equal(parseChapter(theirs).content.device, ours.device)) {
        return false
      }
    } catch (error) {
      if (error instanceof ApiProblem && error.code === 'channel-unknown') return false
      throw error
    }
  }
  return true
}

async function finish(
  folder: string,
  state: PairingState,
  say: (line: string) => void,
): Promise<PairingState> {
  const paired = { ...state, phase: 'paired' } as const
  await keepState(folder, paired)
  say(`Paired with ${fingerprint(parsePairing(state.pairing).owner)}`)
  return paired
}
