/**
 * The export of a channel as a signed bundle, from what the platform has and the acknowledgements
 * kept here.
 *
 * @module
 */
import { type Bytes, toHex } from '../../shared/bytes.ts'
import type { Client } from '../../shared/api/client.ts'
import { readBlock } from '../../shared/seal/block.ts'
import { makeBundle } from '../../shared/seal/bundle.ts'
import { loadOperator } from '../household/delivery.ts'
import type { Self } from '../vault/identities.ts'
import type { BrowserVault } from '../vault/vault.ts'
import { gatherEvidence, ownRawEpochKey } from './evidence.ts'
import type { RangeOptions } from './access.ts'

const PAGE = 500

export async function exportChannel(
  { vault, self, client }: { vault: BrowserVault; self: Self; client: Client },
  channel: Bytes,
  withKeys: boolean,
  { progress, signal }: Pick<RangeOptions, 'progress' | 'signal'> = {},
): Promise<{ name: string; bytes: Bytes }> {
  const { evidence, pairings, head } = await gatherEvidence(client, self, channel)
  const operator = await loadOperator(vault.database)
  const known = await vault.acknowledgements(channel)
  const blocks: Bytes[] = []
  const acknowledgements: (Bytes | null)[] = []
  for await (const bytes of client.blocks(channel, { limit: PAGE })) {
    const { header } = await readBlock(bytes)
    blocks.push(bytes)
    acknowledgements.push(known.get(header.seq) ?? null)
    if (blocks.length % PAGE === 0) progress?.({ checked: blocks.length, of: head + 1 })
    signal?.throwIfAborted()
  }
  const keys: [number, Bytes][] = []
  if (withKeys) {
    for (const { content } of evidence.epochs) {
      const raw = await ownRawEpochKey(self.owner, content)
      if (raw !== null) keys.push([content.epoch, raw])
    }
  }
  const identities = operator === null ? evidence.identities : [...evidence.identities, operator]
  const bytes = await makeBundle(
    {
      identities: identities.map(({ changes }) => changes),
      pairings,
      opening: evidence.opening.statement.bytes,
      chapters: evidence.chapters.map(({ statement }) => statement.bytes),
      epochs: evidence.epochs.map(({ statement }) => statement.bytes),
      blocks,
      acknowledgements,
      keys: withKeys ? keys : null,
    },
    self.owner.signer,
    Math.floor(Date.now() / 1000),
  )
  const { resolution } = evidence.opening.content
  const kind = withKeys ? '-readable' : ''
  return { name: `kilowit-${resolution}-${toHex(channel).slice(0, 8)}${kind}.bundle`, bytes }
}
