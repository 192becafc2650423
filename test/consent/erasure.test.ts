import { describe, expect, it } from 'vitest'
import { importGrantKey, ownerHead, unwrapEpoch, wrapEpoch } from '../../shared/consent/wrap.ts'
import { joinBlock, openBlock, readBlock } from '../../shared/seal/block.ts'
import { createChannelVerifier } from '../../shared/seal/verify.ts'
import { createHousehold } from '../rig/household.ts'
import { random } from './people.ts'

const NOW = 1_767_225_600

describe('an erased epoch', () => {
  it('cannot be read even by who was given its key, and the chain still verifies (42)', async () => {
    const household = await createHousehold({ now: NOW })
    const channel = await household.openChannel()
    await channel.openChapter()
    for (let epoch = 0; epoch < 3; epoch++) {
      await channel.openEpoch()
      await channel.seal()
      await channel.seal()
    }
    const erased = 1
    const grantKey = await importGrantKey(random(32))
    const head = await ownerHead(random(16), random(32))
    const { opened, raw } = channel.epochs[erased] ?? {}
    if (opened === undefined || raw === undefined) throw new Error('No epoch')
    const place = { channel: channel.id, epoch: erased, head }
    const wrapped = await (await wrapEpoch(raw, place))(grantKey)
    const given = await unwrapEpoch(wrapped, grantKey, opened.content, head)

    const read: number[] = []
    const verifier = await createChannelVerifier({
      identities: [household.owner.identity, household.device.identity],
      pairings: [household.pairing],
      opening: channel.opening,
      chapters: channel.chapters,
      epochs: channel.epochs.map((epoch) => epoch.opened),
    }, {
      epochKey: async (epoch) =>
        epoch.epoch === erased ? given : channel.epochs[epoch.epoch]?.key ?? null,
      opened: ({ header }) => read.push(header.seq),
    })
    for (const block of channel.blocks) {
      const isErased = block.header.epoch === erased
      const kept = await readBlock(
        isErased ? joinBlock(block.statement.bytes, null) : block.bytes,
      )
      expect(kept.id).toEqual(block.id)
      expect(await verifier.add(kept)).toBeNull()
      if (!isErased) continue
      await expect(openBlock(kept, given)).rejects.toThrow('Body was erased')
      // The same key opens what was not erased: it is the right one.
      expect(await openBlock(block, given)).toHaveLength(1)
    }
    expect(read).toEqual([0, 1, 4, 5])
    expect(verifier.checkpoint().counts).toMatchObject({ blocks: 6, erased: 2, opened: 4 })
  })
})
