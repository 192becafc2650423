import { beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, concat } from '../../shared/bytes.ts'
import { encode } from '../../shared/cbor.ts'
import { GrantKeyError, openGrantKey, parseGrant } from '../../shared/consent/grant.ts'
import { isWithin, makeTerms } from '../../shared/consent/terms.ts'
import {
  encodeWrapList,
  importGrantKey,
  isListOf,
  openWraps,
  ownerHead,
  parseWrapList,
  unwrapBlockKey,
  unwrapEpoch,
  wrapBlockKey,
  wrapEpoch,
  WrapError,
} from '../../shared/consent/wrap.ts'
import { wasSignedBy } from '../../shared/identity/identity.ts'
import { sha256, signStatement } from '../../shared/identity/statement.ts'
import { openBlockWithKey } from '../../shared/seal/block.ts'
import { rawBlockKey } from '../../shared/seal/epoch-key.ts'
import { createHousehold, type Household, type TestChannel } from '../rig/household.ts'
import { createProvider, grantTo, type Provider, random, type TestGrant } from './people.ts'

const NOW = 1_767_225_600
let household: Household
let channel: TestChannel
let provider: Provider
let other: Provider
let granted: TestGrant
beforeAll(async () => {
  household = await createHousehold({ now: NOW })
  channel = await household.openChannel()
  await channel.openChapter()
  provider = await createProvider(NOW)
  other = await createProvider(NOW)
  granted = await grantTo(provider, household.owner, { channels: [channel.id] }, NOW)
})

describe('terms', () => {
  const wide = makeTerms({
    channels: [fill(2, 16), fill(1, 16)],
    purposes: ['research', 'billing'],
    from: 1000,
    until: 5000,
    history: 500,
  })

  it('sort what has to be sorted, each once', () => {
    expect(wide.channels).toEqual([fill(1, 16), fill(2, 16)])
    expect(makeTerms({ ...wide, purposes: ['research', 'billing', 'research'] }).purposes)
      .toEqual(['billing', 'research'])
  })

  it.for(
    [
      ['no channel', { channels: [] }],
      ['no purpose', { purposes: [] }],
      ['history after the beginning', { history: 1001 }],
      ['an end before the beginning', { until: 999 }],
      ['more than three years', { until: 1000 + 1097 * 86_400 }],
    ] as const,
  )('refuse %s', ([, part]) => {
    expect(() => makeTerms({ ...wide, ...part })).toThrow(RangeError)
  })

  it.for(
    [
      ['the same', {}, true],
      ['one channel less', { channels: [fill(1, 16)] }, true],
      ['another channel', { channels: [fill(3, 16)] }, false],
      ['one purpose less', { purposes: ['billing'] }, true],
      ['another purpose', { purposes: ['automation'] }, false],
      ['a later beginning', { from: 1001 }, true],
      ['an earlier beginning', { from: 999 }, false],
      ['an earlier end', { until: 4999 }, true],
      ['a later end', { until: 5001 }, false],
      ['less history', { history: 501 }, true],
      ['more history', { history: 499 }, false],
    ] as const,
  )('%s', ([, part, within]) => {
    expect(isWithin(makeTerms({ ...wide, ...part }), wide)).toBe(within)
  })
})

describe('a grant key', () => {
  it('is opened by the recipient', async () => {
    expect(await openGrantKey(granted.grant.content, provider.sealing)).toEqual(granted.raw)
  })

  it('is the owner’s to give: the grant is signed, and by nobody else (32)', async () => {
    const { statement } = parseGrant(granted.grant.statement.bytes)
    expect(await wasSignedBy(statement, household.owner.identity)).toBe(true)
    expect(await wasSignedBy(statement, provider.identity)).toBe(false)
  })

  it('relabelled for another provider, key, grant, owner or other terms does not open (32)', async () => {
    const { content } = granted.grant
    const terms = makeTerms({ ...content.terms, purposes: ['research'] })
    for (
      const part of [
        { to: other.identity.id },
        { toKey: 2 },
        { grant: fill(9, 16) },
        { owner: household.device.identity.id },
        { terms },
        { terms: { ...content.terms, until: content.terms.until - 1 } },
        { enc: fill(9, 32) },
        { sealed: fill(9, 48) },
      ]
    ) {
      await expect(openGrantKey({ ...content, ...part }, provider.sealing))
        .rejects.toThrow(GrantKeyError)
    }
    await expect(openGrantKey(content, other.sealing)).rejects.toThrow(GrantKeyError)
  })

  it('has no shape but its own', async () => {
    const { v: _, ...content } = granted.grant.content
    for (
      const part of [{ more: 1 }, { toKey: -1 }, { sealed: fill(0, 47) }, { enc: fill(0, 33) }]
    ) {
      const payload = encode({ v: 1, ...content, ...part })
      const { bytes } = await signStatement('kilowit/grant', payload, household.owner.signer)
      expect(() => parseGrant(bytes)).toThrow('Statement has not the shape of kilowit/grant')
    }
  })
})

describe('an epoch key under a grant key', () => {
  const seen = fill(7, 32)
  const blind = fill(8, 16)

  async function wrapped(grantKey: Bytes = granted.raw) {
    const epoch = await channel.openEpoch()
    const head = await ownerHead(blind, seen)
    const { content } = epoch.opened
    const place = { channel: channel.id, epoch: content.epoch, head }
    const wrap = await wrapEpoch(epoch.raw, place)
    return { epoch, head, place, bytes: await wrap(await importGrantKey(grantKey)) }
  }

  it('is 72 bytes, and gives back the key that the opening commits to', async () => {
    const { epoch, head, bytes } = await wrapped()
    expect(bytes).toHaveLength(72)
    const key = await unwrapEpoch(
      bytes,
      await importGrantKey(granted.raw),
      epoch.opened.content,
      head,
    )
    expect(key.extractable).toBe(false)
    expect(key.algorithm.name).toBe('HKDF')
  })

  it('moved to another stream, epoch, owner’s head or grant does not open (32)', async () => {
    const { epoch, head, bytes } = await wrapped()
    const grantKey = await importGrantKey(granted.raw)
    const { content } = epoch.opened
    const wrongContext = 'Wrapped key is not of epoch'
    for (
      const [part, wrong] of [
        [{ channel: fill(3, 16) }, head],
        [{ epoch: content.epoch + 1 }, head],
        [{}, fill(3, 32)],
      ] as const
    ) {
      await expect(unwrapEpoch(bytes, grantKey, { ...content, ...part }, wrong))
        .rejects.toThrow(wrongContext)
    }
    await expect(unwrapEpoch(bytes, await importGrantKey(random(32)), content, head))
      .rejects.toThrow('cannot be opened with this grant key')
    await expect(unwrapEpoch(bytes, grantKey, { ...content, commitment: fill(1, 32) }, head))
      .rejects.toThrow('is not the one its opening commits to')
  })

  it('with any byte changed does not open', async () => {
    const { epoch, head, bytes } = await wrapped()
    const grantKey = await importGrantKey(granted.raw)
    for (let i = 0; i < bytes.length; i++) {
      const changed = bytes.slice()
      changed[i] = (changed[i] ?? 0) ^ 1
      await expect(unwrapEpoch(changed, grantKey, epoch.opened.content, head))
        .rejects.toThrow(WrapError)
    }
  })

  it('is no block’s key, and a block’s is no epoch’s', async () => {
    const { epoch, head, place, bytes } = await wrapped()
    const grantKey = await importGrantKey(granted.raw)
    await expect(unwrapBlockKey(bytes, grantKey, { ...place, seq: 0 })).rejects.toThrow(WrapError)
    const wrap = await wrapBlockKey(epoch.raw, { ...place, seq: 0 })
    await expect(unwrapEpoch(await wrap(grantKey), grantKey, epoch.opened.content, head))
      .rejects.toThrow(WrapError)
  })

  it('of a block opens that block and no other', async () => {
    const { epoch, place } = await wrapped()
    const first = await channel.seal()
    const second = await channel.seal()
    const { salt, seq } = first.header
    const raw = await rawBlockKey(epoch.key, channel.id, place.epoch, salt)
    const grantKey = await importGrantKey(granted.raw)
    const bytes = await (await wrapBlockKey(raw, { ...place, seq }))(grantKey)
    const key = await unwrapBlockKey(bytes, grantKey, { ...place, seq })
    expect(await openBlockWithKey(first, key)).toHaveLength(first.header.count)
    await expect(openBlockWithKey(second, key)).rejects.toThrow('cannot be opened with this key')
    await expect(unwrapBlockKey(bytes, grantKey, { ...place, seq: seq + 1 }))
      .rejects.toThrow(`not of block ${seq + 1}`)
  })
})

describe('a batch of wraps', () => {
  it('signs its list, which is sorted, each grant once', async () => {
    const list = encodeWrapList([
      { grant: fill(2, 16), blocks: [[4, fill(1, 72)], [3, fill(2, 72)]] },
      { grant: fill(1, 16), wrapped: fill(3, 72) },
    ])
    expect(parseWrapList(list)).toEqual([
      { grant: fill(1, 16), wrapped: fill(3, 72) },
      { grant: fill(2, 16), blocks: [[3, fill(2, 72)], [4, fill(1, 72)]] },
    ])
    const batch = await openWraps({
      channel: channel.id,
      epoch: 1,
      seen: fill(7, 32),
      blind: fill(8, 16),
      wraps: await sha256(list),
      at: NOW,
    }, household.device.signer)
    expect(await isListOf(batch.content, list)).toBe(true)
    expect(await isListOf(batch.content, encodeWrapList([]))).toBe(false)
  })

  it.for([
    ['a grant twice', [[fill(1, 16), fill(0, 72)], [fill(1, 16), fill(0, 72)]]],
    ['grants out of order', [[fill(2, 16), fill(0, 72)], [fill(1, 16), fill(0, 72)]]],
    ['a block twice', [[fill(1, 16), [[1, fill(0, 72)], [1, fill(0, 72)]]]]],
    ['no blocks', [[fill(1, 16), []]]],
    ['a wrap of another length', [[fill(1, 16), fill(0, 40)]]],
  ])('refuses %s', ([, list]) => {
    expect(() => parseWrapList(encode(list as never))).toThrow('has not the shape of one')
  })

  it('is bounded', () => {
    expect(() => parseWrapList(new Uint8Array(1024 * 1024 + 1))).toThrow('larger than 1 MiB')
    const items = Array.from(
      { length: 4097 },
      (_, i) => ({
        grant: concat(new Uint8Array([i >> 8, i & 255]), fill(0, 14)),
        wrapped: fill(0, 72),
      }),
    )
    expect(() => parseWrapList(encodeWrapList(items))).toThrow('has not the shape of one')
    expect(parseWrapList(encodeWrapList(items.slice(1)))).toHaveLength(4096)
  })

  it('tells a recipient nothing but a blinded head', async () => {
    const head = await ownerHead(fill(1, 16), fill(2, 32))
    expect(head).toHaveLength(32)
    expect(await ownerHead(fill(2, 16), fill(2, 32))).not.toEqual(head)
  })
})

function fill(value: number, length: number): Bytes {
  return new Uint8Array(length).fill(value)
}
