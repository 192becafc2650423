/**
 * Opening channels and chapters, and who may see a channel.
 *
 * @module
 */
import { and, eq, isNull } from 'drizzle-orm'
import { type Bytes, equal, toBase64url } from '../../shared/bytes.ts'
import { isSignedBy } from '../../shared/identity/identity.ts'
import { type Statement, statementId } from '../../shared/identity/statement.ts'
import { parseChannel, parseChapter } from '../../shared/seal/channel.ts'
import { type Deps, wholeSeconds } from '../context.ts'
import type { Database } from '../database.ts'
import type { Identities } from '../identity/store.ts'
import type { Limits } from '../limits.ts'
import { parsing } from '../parse.ts'
import { type Caller, may } from '../policy.ts'
import { ProblemError } from '../problems.ts'
import { countRegistration } from '../registration.ts'
import { channels, chapters, pairings } from '../schema.ts'
import { findHeadBlock } from './store.ts'

/** @throws {ProblemError} */
export async function openChannel(
  deps: Deps,
  limits: Limits,
  identities: Identities,
  database: Database,
  bytes: Bytes,
  caller: Caller,
  network: string,
): Promise<{ channel: Bytes; created: boolean }> {
  const { content, statement } = await parsing('statement-malformed', () => parseChannel(bytes))
  if (!may(caller, 'channel:open', { owner: content.owner, devices: [] })) {
    throw new ProblemError('not-allowed')
  }
  await checkSignature(identities, database, statement, content.owner)
  const openingId = await statementId(statement)
  return await database.db.transaction(async (tx) => {
    const inserted = await tx.insert(channels).values({
      id: content.channel,
      owner: content.owner,
      opening: bytes,
      openingId,
      classes: content.classes,
      resolution: content.resolution,
      zone: content.zone,
      simulated: content.simulated,
      headId: openingId,
      updatedAt: wholeSeconds(deps),
    }).onConflictDoNothing().returning({ id: channels.id })
    if (inserted.length > 0) {
      await countRegistration(tx, 'channel', network, limits.channelsPerDay, deps.now())
      return { channel: content.channel, created: true }
    }
    const [known] = await tx.select({ openingId: channels.openingId }).from(channels)
      .where(eq(channels.id, content.channel))
    if (known === undefined || !equal(known.openingId, openingId)) {
      throw new ProblemError('channel-taken')
    }
    return { channel: content.channel, created: false }
  })
}

/** @throws {ProblemError} */
export async function openChapter(
  deps: Deps,
  limits: Limits,
  identities: Identities,
  database: Database,
  bytes: Bytes,
  caller: Caller,
  network: string,
): Promise<{ channel: Bytes; chapter: number; created: boolean }> {
  const { content, statement } = await parsing('statement-malformed', () => parseChapter(bytes))
  const { channel: id, chapter, device, owner } = content
  if (!may(caller, 'chapter:open', { owner, devices: [] })) throw new ProblemError('not-allowed')
  await checkSignature(identities, database, statement, owner)
  return await database.db.transaction(async (tx) => {
    const [channel] = await tx.select().from(channels).where(eq(channels.id, id)).for('update')
    if (channel === undefined || !equal(channel.owner, owner)) {
      throw new ProblemError('channel-unknown')
    }
    if (chapter <= channel.chapter) {
      const [known] = await tx.select({ statement: chapters.statement }).from(chapters)
        .where(and(eq(chapters.channel, id), eq(chapters.chapter, chapter)))
      const same = known !== undefined &&
        equal(parseChapter(known.statement).statement.signed, statement.signed)
      if (same) return { channel: id, chapter, created: false }
    }
    if (chapter !== channel.chapter + 1) {
      throw new ProblemError('chapter-taken', { chapter: channel.chapter })
    }
    const paired = await tx.select({ at: pairings.at }).from(pairings)
      .where(
        and(eq(pairings.owner, owner), eq(pairings.device, device), isNull(pairings.ended)),
      )
    if (paired.length === 0) throw new ProblemError('device-not-paired')
    const [afterSeq, afterId] = content.after
    if (afterSeq !== channel.headSeq || !equal(afterId, channel.headId)) {
      const head = await findHeadBlock({ db: tx }, id, channel.headSeq)
      throw new ProblemError('head-moved', {
        seq: channel.headSeq,
        id: toBase64url(channel.headId),
        statement: head && toBase64url(head.statement),
      })
    }
    // Every answer about a channel has all of its chapters.
    await countRegistration(tx, 'chapter', network, limits.channelsPerDay, deps.now())
    await tx.insert(chapters).values({ channel: id, chapter, device, statement: bytes })
    await tx.update(channels).set({
      chapter,
      device,
      epoch: -1,
      openedEpoch: -1,
      keyIndex: 0,
      updatedAt: wholeSeconds(deps),
    }).where(eq(channels.id, id))
    return { channel: id, chapter, created: true }
  })
}

async function checkSignature(
  identities: Identities,
  database: Database,
  statement: Statement,
  by: Bytes,
): Promise<void> {
  const identity = await identities.newest(database, by)
  if (identity === null) throw new ProblemError('identity-unknown')
  if (!await isSignedBy(statement, identity)) throw new ProblemError('signature-invalid')
}
