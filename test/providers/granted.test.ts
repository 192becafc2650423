/**
 * A grant in a provider's hands, by the SDK on a real platform: what it gives is read and verified,
 * in live streams too, and its end is told with the last block that could be read.
 *
 * @module
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { type Granted, GrantFault, type GrantItem } from '../../shared/api/granted.ts'
import { ReadFault } from '../../shared/api/read-fault.ts'
import { CBOR_SEQUENCE } from '../../shared/api/schemas.ts'
import { type Bytes, concat, fromBase64url, toBase64url } from '../../shared/bytes.ts'
import { splitSequence } from '../../shared/cbor.ts'
import { encodeWrapList, wrapBlockKey, type WrapItem } from '../../shared/consent/wrap.ts'
import { importGrantKey, ownerHead } from '../../shared/consent/wrap.ts'
import { openWraps } from '../../shared/consent/wrap.ts'
import { sha256 } from '../../shared/identity/statement.ts'
import { rawBlockKey } from '../../shared/seal/epoch-key.ts'
import {
  boundTo,
  type Giver,
  giver,
  random,
  termsOf,
  type TestGrant,
  wrapsFor,
} from '../consent-server/giving.ts'
import { readings, type TestChannel } from '../rig/household.ts'
import { withMember } from '../server/member.ts'
import {
  all,
  type Member,
  NOW,
  openedChannel,
  type Platform,
  register,
} from '../server/platform.ts'
import { type SdkProvider, sdkProvider } from './granting.ts'

let platform: Platform
let member: Member
let owner: Giver
let adviser: SdkProvider
let channel: TestChannel

withMember((at) => ({ platform } = at))

/** When the first reading is observed. */
const FIRST = NOW - NOW % 60 - 600

beforeEach(async () => {
  platform.clock.now = NOW
  member = await register(platform)
  owner = giver(member)
  adviser = await sdkProvider(platform)
  channel = await openedChannel(member)
})

async function seal(count: number): Promise<void> {
  for (let i = 0; i < count; i++) {
    const block = await channel.seal(readings(1, { from: FIRST + 60 * channel.blocks.length }))
    await member.device.postBlocks(channel.id, [block.bytes])
  }
}

async function turn(): Promise<void> {
  const { opened } = await channel.openEpoch()
  await member.device.postBlocks(channel.id, [opened.statement.bytes])
}

/** The device wraps an epoch for grants, under the owner's newest event that it has seen. */
async function wrap(epoch: number, ...grants: TestGrant[]): Promise<void> {
  const { id } = owner.head
  if (id === null) throw new Error('There is no event yet')
  const by = member.household.device.signer
  await member.device.postWraps([await wrapsFor(channel, epoch, id, grants, by)])
}

async function give(more: Parameters<typeof termsOf>[1] = {}): Promise<[TestGrant, Granted]> {
  const grant = await owner.give(adviser.recipient, termsOf([channel], more))
  return [grant, await adviser.take(grant)]
}

const words = (items: readonly GrantItem[]) =>
  items.map((item) => {
    if (item.kind === 'reading') return `${item.seq}`
    if (item.kind === 'missing') return `${item.why} ${item.seq}`
    return item.kind === 'ended' ? `ended ${item.last?.seq}` : item.kind
  })

async function read(granted: Granted): Promise<string[]> {
  return words(await all((await granted.reader(channel.id)).read()))
}

describe('reading', () => {
  test('all that a grant gives, with the owner’s terms checked by their signature', async () => {
    await seal(3)
    const [grant, granted] = await give()
    await wrap(0, grant)
    expect(await read(granted)).toEqual(['0', '1', '2'])
    const look = await granted.look()
    expect(look.standing.terms).toEqual(grant.opened.content.terms)
    expect(look.owner.id).toEqual(member.household.owner.identity.id)
    expect(look.state).toBe('active')
  })

  test('by a sealing key that no quantum computer opens', async () => {
    adviser = await sdkProvider(platform, 'X-Wing')
    await seal(2)
    const [grant, granted] = await give()
    await wrap(0, grant)
    expect(await read(granted)).toEqual(['0', '1'])
  })

  test('over epochs, of which those that were not wrapped for it stay locked', async () => {
    await seal(2)
    const [grant, granted] = await give()
    await wrap(0, grant)
    await turn()
    await seal(1)
    await turn()
    await wrap(2, grant)
    await seal(1)
    expect(await read(granted)).toEqual(['0', '1', 'locked 2', '3'])
  })

  test('single blocks of an epoch, where only their keys were given', async () => {
    await seal(3)
    const [grant, granted] = await give()
    await member.owner.postWraps([await blockWraps(grant, 0, [1])])
    expect(await read(granted)).toEqual(['locked 0', '1', 'locked 2'])
  })

  test('with what lies outside of its time kept back', async () => {
    await seal(4)
    const [grant, granted] = await give({ history: FIRST + 60 })
    await wrap(0, grant)
    expect(await read(granted)).toEqual(['1', '2', '3'])
  })

  test('of a long channel no more is fetched than what is given of it', async () => {
    await seal(6)
    await turn()
    await seal(2)
    await turn()
    await seal(2)
    const [grant, granted] = await give({ history: FIRST + 60 * 7 })
    await wrap(1, grant)
    await wrap(2, grant)
    const fetched = { blocks: 0, epochs: 0, requests: 0 }
    adviser.between = async (url, init) => {
      if (!url.includes('/v1/channels/')) return null
      const answer = await platform.app.request(url, init)
      const body = new Uint8Array(await answer.clone().arrayBuffer())
      fetched.requests += 1
      if (url.includes('/blocks')) fetched.blocks += splitSequence(body, 100).length
      if (url.includes('/epochs')) fetched.epochs += members(await answer.clone().json()).length
      return answer
    }
    expect(await read(granted)).toEqual(['7', '8', '9'])
    expect(fetched).toEqual({ blocks: 3, epochs: 2, requests: 3 })
  })

  test('goes on at a kept place in another process', async () => {
    await seal(2)
    const [grant, granted] = await give()
    await wrap(0, grant)
    const first = await granted.reader(channel.id)
    await all(first.read())
    const place = JSON.parse(JSON.stringify(first.place()))
    await seal(2)
    const later = await granted.reader(channel.id, place)
    expect(words(await all(later.read()))).toEqual(['2', '3'])
  })

  test('of another provider’s grant there is nothing', async () => {
    const [grant] = await give()
    const other = await sdkProvider(platform)
    const stolen = await other.take(grant)
    await expect(stolen.look()).rejects.toThrow('no such grant for you')
  })
})

describe('following', () => {
  /** Reads on, and gives what came once it is over. */
  async function following(granted: Granted, until: (items: GrantItem[]) => Promise<void> | void) {
    const reader = await granted.reader(channel.id)
    const stop = new AbortController()
    const items: GrantItem[] = []
    for await (const item of reader.follow(stop.signal)) {
      items.push(item)
      await until(items)
    }
    return items
  }

  test('new blocks come, and the end comes with the last block that could be read', async () => {
    await seal(2)
    const [grant, granted] = await give()
    await wrap(0, grant)
    const items = await following(granted, async ({ length }) => {
      if (length === 2) await seal(1)
      if (length === 3) await owner.go(grant, { what: 'revoked' })
    })
    expect(words(items)).toEqual(['0', '1', '2', 'ended 2'])
    expect(items.at(-1)).toMatchObject({
      reason: 'withdrawn',
      last: { seq: 2, at: FIRST + 120, provisional: true },
    })
  })

  test('the end is final once the device has turned the keys', async () => {
    await seal(1)
    const [grant, granted] = await give()
    await wrap(0, grant)
    await owner.go(grant, { what: 'revoked' })
    await seal(2)
    await turn()
    await wrap(1)
    expect(await read(granted)).toEqual(['ended 0'])
    expect((await granted.look()).last)
      .toMatchObject([{ seq: 0, provisional: false, withheld: 2 }])
  })

  test('an epoch’s key that comes after its first block is waited for', async () => {
    await seal(1)
    const [grant, granted] = await give()
    await wrap(0, grant)
    const items = await following(granted, async ({ length }) => {
      if (length === 1) {
        await turn()
        await seal(1)
        setTimeout(() => void wrap(1, grant), 700)
      }
      if (length === 2) await owner.go(grant, { what: 'revoked' })
    })
    expect(words(items)).toEqual(['0', '1', 'ended 1'])
  })

  test('the token is renewed while the stream goes on', async () => {
    await seal(1)
    const [grant, granted] = await give()
    await wrap(0, grant)
    const asked: string[] = []
    adviser.between = (url, init) => {
      const form = typeof init.body === 'string' ? init.body : ''
      if (form.includes('refresh_token=')) asked.push(url)
      return Promise.resolve(null)
    }
    const items = await following(granted, async ({ length }) => {
      if (length === 1) {
        platform.clock.now += 601
        await seal(1)
      }
      if (length === 2) await owner.go(grant, { what: 'revoked' })
    })
    expect(words(items)).toEqual(['0', '1', 'ended 1'])
    expect(asked.length).toBeGreaterThan(1)
  })

  test('a pause is told, once', async () => {
    await seal(1)
    const [grant, granted] = await give()
    await wrap(0, grant)
    await owner.go(grant, { what: 'paused' })
    const reader = await granted.reader(channel.id)
    const stop = new AbortController()
    const items: GrantItem[] = []
    for await (const item of reader.follow(stop.signal)) {
      items.push(item)
      stop.abort()
    }
    expect(words(items)).toEqual(['paused'])
    await owner.go(grant, { what: 'resumed' })
    expect(words(await all(reader.read()))).toEqual(['0'])
  })

  test('a grant that begins tomorrow waits', async () => {
    const [, granted] = await give({ from: NOW + 3600, history: NOW })
    expect(await read(granted)).toEqual(['waiting'])
  })
})

describe('a platform that lies', () => {
  test('about the grant: steps left out or terms changed are found', async () => {
    const [grant, granted] = await give()
    const narrow = { ...grant.opened.content.terms, until: NOW + 3600 }
    await owner.go(grant, { what: 'narrowed', terms: narrow })
    await owner.go(grant, { what: 'paused' })
    expect((await granted.look()).standing.terms.until).toBe(NOW + 3600)
    const lies: ((answer: { steps: string[]; statement: string }) => object)[] = [
      ({ steps }) => ({ steps: steps.slice(1) }),
      ({ steps }) => ({ steps: steps.toReversed() }),
      ({ statement }) => ({ statement: flipped(statement) }),
    ]
    for (const lie of lies) {
      adviser.between = async (url, init) => {
        if (!url.includes('/v1/grants/')) return null
        const answer = await (await platform.app.request(url, init)).json()
        return Response.json({ ...answer, ...lie(answer) })
      }
      await expect(granted.look()).rejects.toThrow(GrantFault)
    }
  })

  test('about the receipt: another than was signed with the grant is found', async () => {
    const [, granted] = await give()
    expect((await granted.look()).receipt).toBeNull()
    adviser.between = async (url, init) => {
      if (!url.includes('/v1/grants/')) return null
      const answer = await (await platform.app.request(url, init)).json()
      return Response.json({ ...answer, receipt: 'e30.e30.AA' })
    }
    await expect(granted.look()).rejects.toThrow('another receipt')
  })

  /** Serves other blocks than the platform has. */
  function serving(lie: (blocks: Bytes[]) => Bytes[]): void {
    adviser.between = async (url, init) => {
      if (!url.includes(`/v1/channels/${channel.name}/blocks`)) return null
      const answer = await platform.app.request(url, init)
      const blocks = splitSequence(new Uint8Array(await answer.arrayBuffer()), 100)
      return new Response(concat(...lie(blocks)), { headers: { 'Content-Type': CBOR_SEQUENCE } })
    }
  }

  /** What comes out before it is found, and how it is found. */
  async function reading(granted: Granted): Promise<[items: string[], fault: string]> {
    const items: GrantItem[] = []
    try {
      for await (const item of (await granted.reader(channel.id)).read()) items.push(item)
    } catch (error) {
      if (error instanceof ReadFault) return [words(items), `${error.seq}: ${error.reason}`]
      throw error
    }
    return [words(items), 'nothing']
  }

  test('about blocks: one left out, one in another’s place, or one twice is found (41)', async () => {
    await seal(5)
    const [grant, granted] = await give()
    await wrap(0, grant)
    serving((blocks) => blocks)
    expect(await reading(granted)).toEqual([['0', '1', '2', '3', '4'], 'nothing'])
    serving((blocks) => blocks.toSpliced(2, 1))
    expect(await reading(granted)).toEqual([['0', '1'], '3: block-missing'])
    serving(([a, b, c, ...rest]) => [a, c, b, ...rest].filter((one) => one !== undefined))
    expect(await reading(granted)).toEqual([['0'], '2: block-missing'])
    serving((blocks) => blocks.toSpliced(3, 0, ...blocks.slice(2, 3)))
    expect(await reading(granted)).toEqual([['0', '1', '2'], '2: block-does-not-follow'])
    // The newest can be kept back by whoever serves: that shows as readings that are not there.
    serving((blocks) => blocks.slice(0, 4))
    expect(await reading(granted)).toEqual([['0', '1', '2', '3'], 'nothing'])
  })

  test('about blocks: one of another grant is found, of the same household or another', async () => {
    await seal(2)
    const [grant, granted] = await give()
    await wrap(0, grant)
    const other = await openedChannel(member)
    const stranger = await register(platform)
    const foreign = await openedChannel(stranger)
    for (const [of, by] of [[other, member], [foreign, stranger]] as const) {
      for (let i = 0; i < 3; i++) {
        const block = await of.seal(readings(1, { from: FIRST + 60 * i }))
        await by.device.postBlocks(of.id, [block.bytes])
      }
      for (const at of [0, 1, 2]) {
        const stolen = of.blocks[at]?.bytes
        if (stolen === undefined) throw new Error('There is no such block')
        serving((blocks) => blocks.toSpliced(at, 1, stolen))
        const [items, fault] = await reading(granted)
        expect(items).toEqual(['0', '1'].slice(0, at))
        expect(fault).toBe(`${at}: block-of-other-channel`)
      }
    }
  })

  test('about keys: one that was wrapped for another grant opens nothing', async () => {
    await seal(1)
    const [grant, granted] = await give()
    const rival = await sdkProvider(platform)
    const theirs = await owner.give(rival.recipient, termsOf([channel]))
    await wrap(0, theirs)
    const { client } = await boundTo(platform, rival.recipient, theirs)
    const stolen = (await all(client.keys(theirs.id))).map(({ channel, head, wrapped, epoch }) => ({
      channel: toBase64url(channel),
      epoch,
      head: toBase64url(head),
      wrapped: wrapped && toBase64url(wrapped),
      blocks: null,
    }))
    adviser.between = (url) =>
      Promise.resolve(url.includes('/keys') ? Response.json({ data: stolen, next: null }) : null)
    await expect(read(granted)).rejects.toThrow('key-does-not-open')
    adviser.between = () => Promise.resolve(null)
    await wrap(0, grant)
    expect(await read(granted)).toEqual(['0'])
  })

  test('about a key: one of another epoch is found', async () => {
    await seal(1)
    const [grant, granted] = await give()
    await wrap(0, grant)
    await turn()
    await wrap(1, grant)
    adviser.between = async (url, init) => {
      if (!url.includes('/keys')) return null
      const { data, next } = await (await platform.app.request(url, init)).json()
      const swapped = data.map((key: object, i: number) => ({ ...key, epoch: 1 - i }))
      return Response.json({ data: swapped, next })
    }
    await expect(read(granted)).rejects.toThrow('key-does-not-open')
  })
})

describe('the provider’s own steps', () => {
  test('it ends the grant itself, and both sides know', async () => {
    const [grant, granted] = await give()
    await granted.terminate()
    expect(await read(granted)).toEqual(['ended -1'])
    const { ended } = await member.owner.grant(grant.id)
    expect(ended?.reason).toBe('terminated')
  })

  test('it answers a request to erase', async () => {
    const [grant, granted] = await give()
    await owner.go(grant, { what: 'erasure-asked' })
    expect((await granted.look()).standing.erasure).toBe('asked')
    await granted.answerErasure(true)
    expect((await granted.look()).standing.erasure).toBe('done')
  })
})

/** A batch of the owner with keys of single blocks. */
async function blockWraps(
  grant: TestGrant,
  epoch: number,
  seqs: readonly number[],
): Promise<[batch: Uint8Array<ArrayBuffer>, list: Uint8Array<ArrayBuffer>]> {
  const blind = random(16)
  const seen = owner.head.id ?? random(32)
  const head = await ownerHead(blind, seen)
  const key = await importGrantKey(grant.raw)
  const blocks = await Promise.all(seqs.map(async (seq) => {
    const { salt } = channel.blocks[seq]?.header ?? { salt: random(16) }
    const raw = await rawBlockKey(
      channel.epochs[epoch]?.key ?? key,
      channel.id,
      epoch,
      salt,
    )
    const wrapped = await (await wrapBlockKey(raw, { channel: channel.id, epoch, head, seq }))(key)
    return [seq, wrapped] as const
  }))
  const items: WrapItem[] = [{ grant: grant.id, blocks }]
  const list = encodeWrapList(items)
  const wraps = await sha256(list)
  const content = { channel: channel.id, epoch, seen, blind, wraps, at: NOW }
  const batch = await openWraps(content, member.household.owner.signer)
  return [batch.statement.bytes, list]
}

/** What a page of a list in JSON has. */
function members(answer: unknown): unknown[] {
  const { data } = answer as { data: unknown[] } // of the platform in this process
  return data
}

/** The same but for a bit near the end. */
function flipped(text: string): string {
  const bytes = fromBase64url(text)
  const at = bytes.length - 3
  bytes[at] = (bytes[at] ?? 0) ^ 1
  return toBase64url(bytes)
}
