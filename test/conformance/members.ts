/**
 * People of the conformance suite: households that are known to a platform, and requests made by
 * hand, for what the client would never send.
 *
 * @module
 */
import { toBase64url } from '../../shared/bytes.ts'
import { type Client, createClient } from '../../shared/api/client.ts'
import { signAssertion, signProof } from '../../shared/api/jwt.ts'
import { GRANT_JWT_BEARER } from '../../shared/api/schemas.ts'
import { generateSigningKey, signer, type SigningKey } from '../../shared/identity/keys.ts'
import { NOBODY, type Signer } from '../../shared/identity/statement.ts'
import { createHousehold, type Household, type TestChannel } from '../rig/household.ts'
import type { Algorithm } from '../../shared/identity/profile.ts'

export interface Member {
  readonly household: Household
  readonly owner: Client
  readonly device: Client
  /** A channel with its first chapter and epoch, known to the platform. */
  channel(): Promise<TestChannel>
}

export function seconds(): number {
  return Math.floor(Date.now() / 1000)
}

export function clientOf(url: string, by?: Signer): Client {
  return createClient({
    url,
    fetch: (address, init) => fetch(address, init),
    now: seconds,
    ...by === undefined ? {} : { signer: by },
  })
}

export async function join(url: string, algorithm?: Algorithm): Promise<Member> {
  const household = await createHousehold({ now: seconds(), ...algorithm && { algorithm } })
  const owner = clientOf(url, household.owner.signer)
  const device = clientOf(url, household.device.signer)
  await owner.registerIdentity(household.owner.identity.changes)
  await device.registerIdentity(household.device.identity.changes)
  await owner.addPairing(household.pairing.bytes)
  return {
    household,
    owner,
    device,
    channel: async () => {
      const channel = await household.openChannel()
      await owner.openChannel(channel.opening.statement.bytes)
      await owner.openChapter((await channel.openChapter()).statement.bytes)
      const { opened } = await channel.openEpoch()
      await device.postBlocks(channel.id, [opened.statement.bytes])
      return channel
    },
  }
}

/** A session made by hand. */
export interface Session {
  readonly key: SigningKey
  readonly token: string
  proof(method: string, url: string, more?: { now?: number; accessToken?: string }): Promise<string>
  get(url: string, more?: Record<string, string>): Promise<Response>
}

export async function signIn(url: string, by: Signer): Promise<Session> {
  const key = await generateSigningKey()
  const sign = signer(NOBODY, 0, key).sign
  const proof: Session['proof'] = (method, address, more = {}) =>
    signProof({ method, url: address, now: seconds(), jti: random(), ...more }, key, sign)
  const response = await askForToken(url, by, await proof('POST', `${url}/v1/token`))
  const answer: { access_token: string } = await response.json()
  const token = answer.access_token
  return {
    key,
    token,
    proof,
    get: async (address, more = {}) =>
      await fetch(address, {
        headers: {
          authorization: `DPoP ${token}`,
          dpop: await proof('GET', address, { accessToken: token }),
          ...more,
        },
      }),
  }
}

export async function askForToken(
  url: string,
  by: Signer,
  proof: string,
  claims: { audience?: string; now?: number; jti?: string } = {},
): Promise<Response> {
  const assertion = await signAssertion(
    { audience: url, now: seconds(), jti: random(), ...claims },
    by,
  )
  return await fetch(`${url}/v1/token`, {
    method: 'POST',
    headers: { dpop: proof },
    body: new URLSearchParams({ grant_type: GRANT_JWT_BEARER, assertion }),
  })
}

export function random(): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(16)))
}

/** All that a generator gives. */
export async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = []
  for await (const item of items) found.push(item)
  return found
}
