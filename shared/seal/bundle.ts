/**
 * The signed bundle: one channel with everything needed to verify it, in one file, for somebody who
 * has no access and asks nobody. `[COSE_Sign1, contents]`, shaped as a block is: the owner signs
 * the SHA-256 of the contents. With the epoch keys inside, whoever has the file can read it.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, equal } from '../bytes.ts'
import { decode, encode, splitArray } from '../cbor.ts'
import { type Identity, readIdentity, wasSignedBy } from '../identity/identity.ts'
import { type Pairing, parsePairing } from '../identity/pairing.ts'
import {
  byteString,
  type Digest,
  parseStatement,
  sha256,
  type Signer,
  signStatement,
  StatementError,
} from '../identity/statement.ts'
import type { Reading } from '../meter/reading.ts'
import { parseAcknowledgement } from './acknowledgement.ts'
import { type Block, readBlock } from './block.ts'
import {
  type Channel,
  type Chapter,
  type Opened,
  parseChannel,
  parseChapter,
  parseEpoch,
} from './channel.ts'
import { checkEpochKey } from './epoch-key.ts'
import { type Counts, createChannelVerifier, type Fault, unwrittenFault } from './verify.ts'

export interface BundleContents {
  /** The changes of the owner, the devices and the operator. */
  readonly identities: readonly (readonly Bytes[])[]
  readonly pairings: readonly Bytes[]
  readonly opening: Bytes
  readonly chapters: readonly Bytes[]
  readonly epochs: readonly Bytes[]
  readonly blocks: readonly Bytes[]
  /** The operator's answer to each block; null where there is none yet. */
  readonly acknowledgements: readonly (Bytes | null)[]
  /** Epoch number and raw key; null for a bundle that only proves. */
  readonly keys: readonly (readonly [number, Bytes])[] | null
}

export interface BundleReport {
  readonly channel: Channel
  readonly signedBy: Bytes
  /** When it was made; seconds since 1970, UTC. */
  readonly made: number
  readonly counts: Counts
  readonly chapters: readonly Pick<Chapter, 'reason' | 'at'>[]
  readonly epochs: number
  /** Devices of the chapters, in order. */
  readonly devices: readonly Bytes[]
  /** Blocks with an acknowledgement that holds. */
  readonly acknowledged: number
  /** Who acknowledged them. The bundle brings its operator along: only who knows its id knows it. */
  readonly operators: readonly Bytes[]
  readonly readable: boolean
  readonly fault: Fault | BundleFault | null
}

/** What can be wrong with the bundle itself. */
export interface BundleFault {
  readonly seq: number | null
  readonly reason:
    | 'contents-altered'
    | 'bundle-not-signed'
    | 'key-not-committed'
    | 'acknowledgement-does-not-hold'
    | 'block-malformed'
    | 'block-missing'
}

const bstr = v.custom<Bytes>((x) => x instanceof Uint8Array)
const seconds = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const ManifestSchema = v.strictObject({
  v: v.literal(1),
  channel: v.pipe(bstr, v.length(16)),
  contents: v.pipe(bstr, v.length(32)),
  made: seconds,
})

const ContentsSchema = v.strictObject({
  identities: v.array(v.array(bstr)),
  pairings: v.array(bstr),
  opening: bstr,
  chapters: v.array(bstr),
  epochs: v.array(bstr),
  blocks: v.array(bstr),
  acknowledgements: v.array(v.nullable(bstr)),
  keys: v.nullable(v.array(v.strictTuple([seconds, v.pipe(bstr, v.length(32))]))),
})

/** @param owner the channel's owner */
export async function makeBundle(
  contents: BundleContents,
  owner: Signer,
  now: number,
): Promise<Bytes> {
  const encoded = encode({ ...contents })
  const { channel } = parseChannel(contents.opening).content
  const payload = encode({ v: 1, channel, contents: await sha256(encoded), made: now })
  const { bytes } = await signStatement('kilowit/bundle', payload, owner)
  const second = encode(encoded)
  const bundle = new Uint8Array(1 + bytes.length + second.length)
  bundle[0] = 0x82 // a CBOR array of two
  bundle.set(bytes, 1)
  bundle.set(second, 1 + bytes.length)
  return bundle
}

/**
 * Verifies a bundle without asking anybody.
 *
 * @param opened sees the readings of each block that the bundle's keys open
 * @throws {StatementError | CborError | IdentityError} when the bytes are no bundle
 */
export async function verifyBundle(
  bundle: Bytes,
  options: {
    opened?: (block: Block, readings: readonly Reading[]) => void
    digest?: Digest
  } = {},
): Promise<BundleReport> {
  const digest = options.digest ?? sha256
  const [first, second, ...rest] = splitArray(bundle)
  if (first === undefined || second === undefined || rest.length > 0) {
    throw new StatementError('Expected [COSE_Sign1, contents]')
  }
  const statement = parseStatement(first, 'kilowit/bundle')
  const manifest = v.safeParse(ManifestSchema, decode(statement.payload))
  const encoded = byteString(second)
  const parsed = v.safeParse(ContentsSchema, decode(encoded), { abortEarly: true })
  if (!manifest.success || !parsed.success) {
    throw new StatementError('Bundle has not the shape of one')
  }
  const contents = parsed.output
  if (contents.acknowledgements.length !== contents.blocks.length) {
    throw new StatementError('Bundle has not an acknowledgement or null for each block')
  }
  const opening = parseChannel(contents.opening)
  const identities = await Promise.all(
    contents.identities.map((changes) => readIdentity(changes, { digest })),
  )
  const owner = identities.find(({ id }) => equal(id, opening.content.owner))
  const report = await walk(contents, identities, opening, options.opened, digest)
  const intact = equal(await digest(encoded), manifest.output.contents) &&
    equal(manifest.output.channel, opening.content.channel)
  const signed = owner !== undefined && await wasSignedBy(statement, owner)
  const outer: BundleFault | null = !intact
    ? { seq: null, reason: 'contents-altered' }
    : !signed
    ? { seq: null, reason: 'bundle-not-signed' }
    : null
  return {
    ...report,
    signedBy: statement.identity,
    made: manifest.output.made,
    // What is wrong inside names the block; what is wrong outside says only that something is.
    fault: report.fault ?? outer,
  }
}

async function walk(
  contents: v.InferOutput<typeof ContentsSchema>,
  identities: readonly Identity[],
  opening: Opened<Channel>,
  opened: ((block: Block, readings: readonly Reading[]) => void) | undefined,
  digest: Digest,
): Promise<Omit<BundleReport, 'signedBy' | 'made'>> {
  const keys = contents.keys === null ? null : new Map(contents.keys)
  const pairings: Pairing[] = contents.pairings.map(parsePairing)
  const chapters = contents.chapters.map(parseChapter)
  const epochs = contents.epochs.map(parseEpoch)
  let fault: BundleFault | Fault | null = null
  const evidence = { identities, pairings, opening, chapters, epochs }
  const verifier = await createChannelVerifier(evidence, {
    ...(opened === undefined ? {} : { opened }),
    ...(keys === null ? {} : {
      epochKey: async (epoch) => {
        const raw = keys.get(epoch.epoch)
        return raw === undefined ? null : await checkEpochKey(raw, epoch)
      },
    }),
  })
  for (const { content } of epochs) {
    const raw = keys?.get(content.epoch)
    if (raw !== undefined && !(await commits(raw, content))) {
      fault ??= { seq: null, reason: 'key-not-committed' }
    }
  }
  let acknowledged = 0
  const operators: Bytes[] = []
  for (const [i, bytes] of contents.blocks.entries()) {
    if (fault !== null) break
    let block: Block
    try {
      block = await readBlock(bytes, digest)
    } catch {
      fault = { seq: verifier.checkpoint().head[0] + 1, reason: 'block-malformed' }
      break
    }
    if ((await verifier.add(block)) !== null) break
    const acknowledgement = contents.acknowledgements[i] ?? null
    if (acknowledgement === null) continue
    if (!(await acknowledges(acknowledgement, block, identities))) {
      fault = { seq: block.header.seq, reason: 'acknowledgement-does-not-hold' }
      break
    }
    acknowledged++
    const by = parseStatement(acknowledgement).identity
    if (!operators.some((id) => equal(id, by))) operators.push(by)
  }
  const { head, chapter, counts } = verifier.checkpoint()
  if (verifier.fault() === null) fault ??= unwrittenFault(chapters, { head, chapter })
  return {
    channel: opening.content,
    counts,
    chapters: chapters.map(({ content: { reason, at } }) => ({ reason, at })),
    epochs: epochs.length,
    devices: chapters.map(({ content }) => content.device),
    acknowledged,
    operators,
    readable: keys !== null,
    fault: verifier.fault() ?? fault,
  }
}

async function commits(raw: Bytes, epoch: Parameters<typeof checkEpochKey>[1]): Promise<boolean> {
  try {
    await checkEpochKey(raw, epoch)
    return true
  } catch {
    return false
  }
}

async function acknowledges(
  bytes: Bytes,
  block: Block,
  identities: readonly Identity[],
): Promise<boolean> {
  let parsed: ReturnType<typeof parseAcknowledgement>
  try {
    parsed = parseAcknowledgement(bytes)
  } catch {
    return false
  }
  const { content, statement } = parsed
  const operator = identities.find(({ id }) => equal(id, statement.identity))
  return operator?.kind === 'operator' && equal(content.block, block.id) &&
    equal(content.channel, block.header.channel) && content.seq === block.header.seq &&
    await wasSignedBy(statement, operator)
}
