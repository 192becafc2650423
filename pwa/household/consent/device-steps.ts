/**
 * The owner's devices that stand elsewhere (a gateway) are told for whom they wrap: whenever that has
 * changed, by a step of their pairing. They see nothing else of the owner's history, and turn their
 * keys without waiting for this browser again.
 *
 * @module
 */
import { type Bytes, equal, toHex } from '../../../shared/bytes.ts'
import { ApiProblem } from '../../../shared/api/client.ts'
import type { History } from '../../../shared/consent/history.ts'
import {
  type DeviceRecipient,
  encodeRecipients,
  makePairingStep,
  type PairingHead,
  parsePairingStep,
} from '../../../shared/consent/pairing-step.ts'
import { isPaused, stateAt } from '../../../shared/consent/steps.ts'
import { coversChannel } from '../../../shared/consent/terms.ts'
import {
  type Identity,
  isSignedBy,
  readIdentity,
  sealKeyOf,
  wasSignedBy,
} from '../../../shared/identity/identity.ts'
import { type Pairing, pairingHolds, parsePairing } from '../../../shared/identity/pairing.ts'
import { sha256, statementId } from '../../../shared/identity/statement.ts'
import { parseChapter } from '../../../shared/seal/channel.ts'
import { STRICT } from '../../vault/database.ts'
import { loadBook } from './book.ts'
import { type OwnersHistory, refresh } from './owner-events.ts'

interface Paired {
  readonly pairing: Pairing
  readonly device: Identity
}

const MOST_TRIES = 3

const seconds = () => Math.floor(Date.now() / 1000)

/** @param history as it was verified just now; null to read it when there is a device to tell */
export async function tellDevices(of: OwnersHistory, history: History | null): Promise<void> {
  const { database } = of.vault
  const untold = await database.get('self', 'untold')
  await tellAll(of, history)
  const step = database.transaction('self', 'readwrite', STRICT)
  // What was done meanwhile, in another tab too, is told by itself.
  if (await step.store.get('untold') === untold) await step.store.delete('untold')
  await step.done
}

async function tellAll(of: OwnersHistory, history: History | null): Promise<void> {
  const others = await devicesElsewhere(of)
  if (others.length === 0) return
  const { events, ownerHead } = history ?? await refresh(of)
  if (ownerHead === null) return
  // What the platform calls paired may have been let go: the history says so.
  const last = new Map(
    events.flatMap(({ content }) =>
      content.what === 'paired' || content.what === 'unpaired'
        ? [[toHex(content.about), content.what] as const]
        : []
    ),
  )
  const written = await channelsByDevice(of)
  for (const paired of others) {
    const name = toHex(paired.device.id)
    if (last.get(name) !== 'paired' || sealKeyOf(paired.device) === undefined) continue
    await tell(of, paired, await recipientsFor(of, written.get(name) ?? []), ownerHead.id)
  }
}

async function devicesElsewhere({ self, client }: OwnersHistory): Promise<Paired[]> {
  const found: Paired[] = []
  for (const bytes of await client.pairings()) {
    const pairing = parsePairing(bytes)
    if (equal(pairing.device, self.device.identity.id)) continue
    const device = await readIdentity((await client.identity(pairing.device)).changes)
    if (await pairingHolds(pairing, self.owner.identity, device)) found.push({ pairing, device })
  }
  return found
}

/** By hex of the device, the channels whose newest chapter is its. */
async function channelsByDevice({ self, client }: OwnersHistory): Promise<Map<string, Bytes[]>> {
  const found = new Map<string, Bytes[]>()
  for await (const { channel, chapters } of client.channels()) {
    const newest = chapters.at(-1)
    if (newest === undefined) continue
    const { content, statement } = parseChapter(newest)
    const isOurs = equal(content.channel, channel) &&
      await wasSignedBy(statement, self.owner.identity)
    if (!isOurs) continue
    const name = toHex(content.device)
    found.set(name, [...found.get(name) ?? [], channel])
  }
  return found
}

async function recipientsFor(
  { vault }: OwnersHistory,
  written: readonly Bytes[],
): Promise<DeviceRecipient[]> {
  const found: DeviceRecipient[] = []
  for (const { record, standing } of (await loadBook(vault.database)).values()) {
    const { terms, grant: { grant } } = standing
    const channels = written.filter((channel) => coversChannel(terms, channel))
    if (channels.length === 0 || isPaused(standing)) continue
    if (stateAt(standing, seconds()).phase === 'ended') continue
    const { history, until } = terms
    found.push({ grant, key: await vault.unlock(record.raw), channels, history, until })
  }
  return found
}

/** Nothing is said when nothing has changed. */
async function tell(
  { self, client }: OwnersHistory,
  { pairing, device }: Paired,
  recipients: readonly DeviceRecipient[],
  seen: Bytes,
): Promise<void> {
  const { owner } = self
  const list = await sha256(encodeRecipients(recipients))
  try {
    for (let tries = 1;; tries++) {
      let head: PairingHead = { step: 0, id: await statementId(pairing.statements[0]) }
      let told: Bytes | null = null
      let stands = true
      for await (const bytes of client.pairingSteps(device.id)) {
        const { content, statement } = parsePairingStep(bytes)
        if (!await wasSignedBy(statement, owner.identity)) return
        head = { step: content.step, id: await statementId(statement) }
        told = content.list
        // By a key that was taken back since, it says nothing to a device that has not heard it yet.
        stands = await isSignedBy(statement, owner.identity)
      }
      if (stands && (told === null ? recipients.length === 0 : equal(told, list))) return
      const at = seconds()
      const step = await makePairingStep(owner.signer, device, head, recipients, seen, at)
      try {
        return await client.postPairingStep(device.id, step.statement.bytes)
      } catch (error) {
        // Another tab was quicker.
        const hasMoved = error instanceof ApiProblem && error.code === 'step-moved'
        if (!hasMoved || tries === MOST_TRIES) throw error
      }
    }
  } finally {
    for (const { key } of recipients) key.fill(0)
  }
}
