/**
 * A household with a year of quarter-hours on a running platform, sealed an hour to a block and an
 * epoch to a day, and a provider that was granted all of it by the whole flow: asked by the SDK,
 * allowed by the owner, each epoch's key wrapped by the device.
 *
 * @module
 */
import { keepInMemory } from '../../shared/api/keep.ts'
import { createProvider } from '../../shared/api/provider.ts'
import type { Granted } from '../../shared/api/granted.ts'
import { readProviderKeys } from '../../shared/api/provider-keys.ts'
import { type Bytes, utf8 } from '../../shared/bytes.ts'
import { makeTerms } from '../../shared/consent/terms.ts'
import { sha256 } from '../../shared/identity/statement.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { join, type Member, seconds } from '../conformance/members.ts'
import { giver, type TestGrant, wrapsFor } from '../consent-server/giving.ts'
import { readings, type TestChannel } from '../rig/household.ts'

const QUARTER = 900
const BLOCK = 4
const DAY = 86_400
/** As many of them in one post, each of some 100 bytes. */
const BATCHES = 100
const BACK = 'http://localhost:4000/back'

export interface GrantedHousehold {
  readonly channel: TestChannel
  readonly deviceKey: Bytes
  /** In order: what a provider must come to see. */
  readonly readings: readonly Reading[]
  readonly granted: Granted
  /** What the SDK asked for over the network since the last look. */
  readonly spent: () => { requests: number; bytes: number }
}

export async function createGrantedHousehold(url: string, days: number): Promise<GrantedHousehold> {
  const member = await join(url)
  const { household } = member
  const channel = await household.openChannel({ classes: 'energy', resolution: 'PT15M' })
  await member.owner.openChannel(channel.opening.statement.bytes)
  await member.owner.openChapter((await channel.openChapter()).statement.bytes)
  const from = Math.floor(seconds() / DAY) * DAY - days * DAY
  const year = await seal(member, channel, from, days)
  const traffic = { requests: 0, bytes: 0 }
  const provider = await createProvider({
    url,
    fetch: counting(traffic),
    now: seconds,
    keep,
  })
  await provider.register({
    name: 'Bench',
    domain: 'localhost',
    logo: null,
    contact: 'mailto:bench@localhost',
    purposes: ['energy-advice'],
    redirects: [BACK],
    hook: null,
  })
  const question = await provider.ask({
    redirect: BACK,
    details: [{
      type: 'kilowit_readings',
      classes: 'energy',
      resolution: 'PT15M',
      history: 'P2Y',
      period: 'P6M',
      purposes: ['energy-advice'],
      seal_key: 1,
    }],
  })
  const back = await allow(member, channel, question.url, from)
  const granted = await provider.answered(back, question.state)
  return {
    channel,
    deviceKey: household.device.signing.publicKey,
    readings: year,
    granted,
    spent: () => {
      const { requests, bytes } = traffic
      Object.assign(traffic, { requests: 0, bytes: 0 })
      return { requests, bytes }
    },
  }
}

const keep = keepInMemory()

async function seal(
  { device }: Member,
  channel: TestChannel,
  from: number,
  days: number,
): Promise<Reading[]> {
  const all: Reading[] = []
  for (let day = 0; day < days; day++) {
    const items = [(await channel.openEpoch()).opened.statement.bytes]
    for (let hour = 0; hour < 24; hour++) {
      const at = from + day * DAY + hour * 3600
      const some = readings(BLOCK, { from: at, step: QUARTER, classes: 'energy' })
      items.push((await channel.seal(some, at + 3600)).bytes)
      all.push(...some)
    }
    await device.postBlocks(channel.id, items)
  }
  return all
}

/** As the household's own devices do; gives where the browser is sent. */
async function allow(
  member: Member,
  channel: TestChannel,
  address: string,
  history: number,
): Promise<string> {
  const request = new URL(address).searchParams.get('request_uri')?.split(':').at(-1) ?? ''
  const { pushed } = await member.owner.accessRequest(request)
  const { identity, signer, sealing } = await readProviderKeys(await keep.get('keys') ?? '')
  const key = sealing.get(1)
  if (key === undefined) throw new Error('There is no sealing key')
  const now = seconds()
  const terms = makeTerms({
    channels: [channel.id],
    purposes: ['energy-advice'],
    from: now,
    until: now + DAY,
    history,
  })
  const recipient = { identity, signer, sealing: { index: 1, key }, client: member.owner }
  const owner = giver(member)
  const [grant, entry] = await owner.grant(recipient, terms, {
    request: await sha256(utf8(pushed)),
  })
  const back = await member.owner.grantRequest(request, entry) ?? ''
  await wrapAll(member, channel, grant, owner.head.id ?? new Uint8Array(32))
  return back
}

async function wrapAll(
  { household, device }: Member,
  channel: TestChannel,
  grant: TestGrant,
  seen: Bytes,
): Promise<void> {
  const by = household.device.signer
  for (let first = 0; first < channel.epochs.length; first += BATCHES) {
    const numbers = [...channel.epochs.keys()].slice(first, first + BATCHES)
    await device.postWraps(
      await Promise.all(numbers.map((epoch) => wrapsFor(channel, epoch, seen, [grant], by))),
    )
  }
}

/** Fetch that counts requests and the bytes of their answers. */
export function counting(
  traffic: { requests: number; bytes: number },
): (url: string, init: RequestInit) => Promise<Response> {
  return async (url, init) => {
    const response = await fetch(url, init)
    const body = await response.arrayBuffer()
    traffic.requests += 1
    traffic.bytes += body.byteLength
    const { status, headers } = response
    return new Response(status === 304 ? null : body, { status, headers })
  }
}
