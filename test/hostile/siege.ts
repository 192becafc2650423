/**
 * A platform process under siege: attackers from networks of their own, and honest devices whose
 * requests must all be answered meanwhile.
 *
 * @module
 */
import { type Bytes, concat } from '../../shared/bytes.ts'
import { type CborValue, encode } from '../../shared/cbor.ts'
import { protectedHeader, sha256, signProtected } from '../../shared/identity/statement.ts'
import { join, type Member, type Session, signIn } from '../conformance/members.ts'
import type { TestChannel } from '../rig/household.ts'
import { type Place } from '../faults/platform.ts'
import { type Line, open } from './raw.ts'

/** Attackers come from elsewhere, as the platform believes one proxy; they are not slowed down. */
export function siegeEnv(place: Place): Record<string, string> {
  return {
    ...place.env,
    TRUST_PROXY: '1',
  }
}

export function fromNetwork(index: number): string {
  return `X-Forwarded-For: 198.51.${index >> 8}.${index & 255}\r\n`
}

export interface BigChannel {
  readonly member: Member
  readonly channel: TestChannel
  readonly session: Session
}

/** A channel with so many blocks of almost a MiB. */
export async function bigChannel(url: string, count: number): Promise<BigChannel> {
  const member = await join(url)
  const channel = await member.channel()
  for (let i = 0; i < count; i++) {
    await member.device.postBlocks(channel.id, [await bigBlock(member, channel)])
  }
  return { member, channel, session: await signIn(url, member.household.owner.signer) }
}

const LARGE = 1_000_000
let prev: { channel: string; seq: number; id: Bytes } | undefined

async function bigBlock({ household }: Member, channel: TestChannel): Promise<Bytes> {
  const [startSeq, startId] = channel.head()
  const before = prev?.channel === channel.name ? prev : { seq: startSeq, id: startId }
  const model = await channel.forge(undefined, { seq: before.seq + 1, prev: before.id })
  const body = new Uint8Array(LARGE)
  const members = Object.entries(model.header) as [string, CborValue][] // it was encoded from these
  const header = protectedHeader('kilowit/block', household.device.signer, members)
  const statement = await signProtected(header, await sha256(body), household.device.signer)
  prev = { channel: channel.name, seq: before.seq + 1, id: await sha256(statement.signed) }
  return concat(new Uint8Array([0x82]), statement.bytes, encode(body))
}

/** Asks for the biggest page there is, and never reads the answer. */
export async function slowReader(
  port: number,
  url: string,
  { channel, session }: BigChannel,
  network: number,
  path = 'blocks?limit=1000',
): Promise<Line> {
  const address = `${url}/v1/channels/${channel.name}/${path}`
  const proof = await session.proof('GET', address.split('?')[0] ?? '', {
    accessToken: session.token,
  })
  const line = await open(port)
  line.socket.pause()
  line.socket.write(
    `GET ${new URL(address).pathname}${new URL(address).search} HTTP/1.1\r\nHost: 127.0.0.1\r\n` +
      `${fromNetwork(network)}Authorization: DPoP ${session.token}\r\nDPoP: ${proof}\r\n\r\n`,
  )
  return line
}
