/** The keys of a channel's epochs: looked for once, and only the one that was committed to is taken. */
import { expect, test } from 'vitest'
import { epochKeysOf } from '../../pwa/proof-run/evidence.ts'
import type { Owner } from '../../pwa/vault/identities.ts'
import { commitment, importEpochKey, wrapEpochKey } from '../../shared/seal/epoch-key.ts'
import type { EpochRecord } from '../../shared/seal/vault.ts'
import type { ChannelEvidence } from '../../shared/seal/verify.ts'
import { createHousehold } from '../rig/household.ts'

const NOON = 1_773_144_000

test('a year of epochs is one look into the vault, and a key of another number is not taken', async () => {
  const household = await createHousehold({ now: NOON })
  const channel = await household.openChannel({ zone: 'UTC', resolution: 'PT15M' })
  await channel.openChapter()
  for (let epoch = 0; epoch < 5; epoch++) await channel.openEpoch()
  const opened = channel.epochs.map(({ opened }) => opened)
  const wrapping = await crypto.subtle.generateKey({ name: 'AES-KW', length: 256 }, false, [
    'wrapKey',
    'unwrapKey',
  ])
  const asked: number[][] = []
  const vault = {
    wrapping,
    epochKeys: async (
      _channel: Uint8Array,
      epoch: number,
      last = epoch,
    ): Promise<EpochRecord[]> => {
      asked.push([epoch, last])
      const raw = new Uint8Array(32).fill(9)
      const wrapped = await wrapEpochKey(raw, wrapping)
      // Of epoch 3 there is a key that its opening does not name; of epoch 4 that one and another.
      const committed = opened[4]?.content.commitment ?? new Uint8Array(32)
      const of = { channel: channel.id, wrapped }
      return [
        { ...of, epoch: 3, commitment: committed },
        { ...of, epoch: 4, commitment: new Uint8Array(32) },
        { ...of, epoch: 4, commitment: committed },
      ]
    },
  }
  const evidence: ChannelEvidence = {
    identities: [],
    pairings: [],
    opening: channel.opening,
    chapters: channel.chapters,
    epochs: opened.slice(1),
    firstEpoch: 1,
  }
  // What is sealed to the owner is not for this sealing key.
  const sealing = { ...household.owner.sealing, index: 99 }
  const keyOf = epochKeysOf(vault, { sealing } as unknown as Owner, evidence)
  const keys = await Promise.all(opened.slice(1).map(({ content }) => keyOf(content)))
  expect(keys.map((key) => key !== null)).toEqual([false, false, false, true])
  expect(asked).toEqual([[1, 4]])
  const [key] = keys.slice(-1)
  if (key === undefined || key === null) throw new TypeError('There is no key')
  const own = await importEpochKey(new Uint8Array(32).fill(9))
  expect(await commitment(key, channel.id, 4)).toEqual(await commitment(own, channel.id, 4))
})
