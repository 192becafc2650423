/**
 * What a provider can open with its own key and what it was given: grant key, wraps, block keys.
 *
 * @module
 */
import { toHex } from '../../shared/bytes.ts'
import { openGrantKey } from '../../shared/consent/grant.ts'
import { importGrantKey, unwrapBlockKey, unwrapEpoch } from '../../shared/consent/wrap.ts'
import { type Block, openBlock, openBlockWithKey } from '../../shared/seal/block.ts'
import type { Served } from './model-platform.ts'
import type { Provider, TestGrant } from './people.ts'

/** Ids of the blocks that a provider opens with its own key and what it was given. */
export async function openable<G extends TestGrant & { readonly provider: Provider }>(
  grants: readonly G[],
  givenTo: (grant: G) => readonly Served[],
): Promise<Set<string>> {
  const opened = new Set<string>()
  const blocks = new Map<string, Block>()
  const keys: {
    readonly channel: string
    readonly epoch: number
    readonly seq: number | null
    readonly key: CryptoKey
  }[] = []
  for (const grant of grants) {
    const grantKey = await importGrantKey(
      await openGrantKey(grant.grant.content, grant.provider.sealing),
    )
    const done = new Set<object>()
    for (const { wraps, epochs, blocks: given } of givenTo(grant)) {
      for (const block of given) if (block.body !== null) blocks.set(toHex(block.id), block)
      for (const wrap of wraps) {
        if (done.has(wrap)) continue
        done.add(wrap)
        const { channel, epoch, head, item } = wrap
        const name = toHex(channel)
        if ('wrapped' in item) {
          const opening = epochs.find(({ content }) =>
            content.epoch === epoch && toHex(content.channel) === name
          )
          if (opening === undefined) continue
          const key = await unwrapEpoch(item.wrapped, grantKey, opening.content, head)
          keys.push({ channel: name, epoch, seq: null, key })
        } else {
          for (const [seq, wrapped] of item.blocks) {
            const key = await unwrapBlockKey(wrapped, grantKey, { channel, epoch, seq, head })
            keys.push({ channel: name, epoch, seq, key })
          }
        }
      }
    }
  }
  for (const [id, block] of blocks) {
    const { header } = block
    for (const { channel, epoch, seq, key } of keys) {
      if (channel !== toHex(header.channel) || epoch !== header.epoch) continue
      if (seq !== null && seq !== header.seq) continue
      if (opened.has(id)) break
      await (seq === null ? openBlock(block, key) : openBlockWithKey(block, key))
      opened.add(id)
    }
  }
  return opened
}
