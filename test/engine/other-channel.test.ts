/**
 * A platform that answers for one channel with all of another one of the same owner: every signature
 * holds, and it is still not what was asked for.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { readRange } from '../../pwa/proof-run/read-range.ts'
import { gatherEvidence } from '../../pwa/proof-run/evidence.ts'
import type { Client } from '../../shared/api/client.ts'
import type { Bytes } from '../../shared/bytes.ts'
import type { Access } from '../../pwa/proof-run/access.ts'
import type { MeterChannel } from '../../pwa/proof-run/read-back.ts'
import { longChannel, NOON } from '../seal/evidence.ts'

async function* all(items: readonly Bytes[]): AsyncGenerator<Bytes> {
  for (const item of items) yield await Promise.resolve(item)
}

test('the readings of another channel are shown as nobody’s', async () => {
  const { household, stranger, evidence, blocks } = await longChannel()
  const [first] = blocks
  const { pairings, identities } = evidence
  // What is not asked here is not there.
  const client = {
    channel: () =>
      Promise.resolve({
        opening: evidence.opening.statement.bytes,
        chapters: evidence.chapters.map(({ statement }) => statement.bytes),
        head: { seq: blocks.length - 1, id: first?.id ?? new Uint8Array(32) },
      }),
    epochs: () => all(evidence.epochs.map(({ statement }) => statement.bytes)),
    pairings: () => Promise.resolve((pairings ?? []).map(({ bytes }) => bytes)),
    identity: (id: Bytes) =>
      Promise.resolve(identities.find((one) => one.id.every((byte, i) => byte === id[i]))),
    blocks: () => all(blocks.slice(0, 5).map(({ bytes }) => bytes)),
  } as unknown as Client
  const { owner } = household
  const access = {
    client,
    self: { owner: { identity: owner.identity, sealing: { index: 99 } }, device: stranger },
    vault: { epochKeys: () => Promise.resolve([]) },
    gathered: new Map(),
    remembered: new Map(),
  } as unknown as Access
  const asked = (id: Bytes) => {
    const channel = { id, zone: 'UTC', resolution: 'live' } as unknown as MeterChannel
    return readRange({ ...access, gathered: new Map() }, channel, NOON, NOON + 86_400)
  }
  const [run] = await asked(evidence.opening.content.channel)
  expect(run).toMatchObject({ first: 0, last: 4 })
  const other = crypto.getRandomValues(new Uint8Array(16))
  await expect(asked(other)).rejects.toThrow('another channel')
  await expect(gatherEvidence(client, access.self, other)).rejects.toThrow('another channel')
})
