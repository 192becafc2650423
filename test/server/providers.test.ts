/** Providers register themselves one step after the other, and the operator's newest word counts. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Client } from '../../shared/api/client.ts'
import { importVerifyKey } from '../../shared/identity/profile.ts'
import { statementId } from '../../shared/identity/statement.ts'
import type { Opened } from '../../shared/identity/content.ts'
import { openApproval, type Registration } from '../../shared/consent/provider.ts'
import { fromBase64url, toBase64url, toHex } from '../../shared/bytes.ts'
import { createProvider, type TestProvider } from '../rig/provider.ts'
import { all, clientFor, members, NOW, type Platform, startPlatform } from './platform.ts'

let platform: Platform
let nobody: Client
beforeAll(async () => {
  platform = await startPlatform()
  nobody = clientFor(platform)
})
afterAll(() => platform.close())

async function registered(): Promise<{ provider: TestProvider; client: Client }> {
  const provider = await createProvider(NOW)
  const client = clientFor(platform, provider.signer)
  await client.registerIdentity(provider.identity.changes)
  return { provider, client }
}

async function approve(of: Opened<Registration>, at: number, approved = true) {
  const approval = await openApproval({
    provider: of.content.provider,
    registration: await statementId(of.statement),
    approved,
    at,
  }, platform.operator.signer)
  return approval.statement.bytes
}

test('what a provider says is kept, and shown to everybody as it was signed', async () => {
  const { provider, client } = await registered()
  const registration = await provider.register()
  const { bytes } = registration.statement
  expect(await client.registerProvider(bytes)).toEqual({ id: provider.identity.id, seq: 0 })
  expect(await client.registerProvider(bytes)).toEqual({ id: provider.identity.id, seq: 0 })
  expect(await nobody.provider(provider.identity.id)).toEqual({
    id: provider.identity.id,
    registration: bytes,
    approval: null,
    verified: false,
  })
})

test('it changes step by step, and a step that was taken is taken', async () => {
  const { provider, client } = await registered()
  const steps = await Promise.all(
    ['one', 'two', 'other'].map((name, i) => provider.register({ name, seq: Math.min(i, 1) })),
  )
  const [one, two, other] = steps.map(({ statement }) => statement.bytes)
  if (one === undefined || two === undefined || other === undefined) throw new Error('unreachable')
  await expect(client.registerProvider(two)).rejects.toMatchObject({
    code: 'registration-taken',
    problem: { expected: 0 },
  })
  await client.registerProvider(one)
  // From two tabs, or two processes: one of them is the next.
  const raced = await Promise.allSettled([two, other].map((step) => client.registerProvider(step)))
  expect(raced.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
  await expect(client.registerProvider(one)).rejects.toMatchObject({ problem: { expected: 2 } })
})

test('nobody registers a provider but itself, with a key that it has', async () => {
  const { provider, client } = await registered()
  const { provider: other } = await registered()
  const { bytes } = (await other.register()).statement
  await expect(client.registerProvider(bytes)).rejects.toMatchObject({ code: 'not-allowed' })
  const forged = await other.register({ provider: provider.identity.id })
  await expect(client.registerProvider(forged.statement.bytes)).rejects.toMatchObject({
    code: 'signature-invalid',
  })
})

test('it is verified by the operator, and no longer once it says something else', async () => {
  const { provider, client } = await registered()
  const first = await provider.register()
  await client.registerProvider(first.statement.bytes)
  expect(await nobody.approve(await approve(first, NOW))).toEqual({ verified: true })
  expect(await nobody.provider(provider.identity.id)).toMatchObject({ verified: true })
  const second = await provider.register({ seq: 1, name: 'Another name' })
  await client.registerProvider(second.statement.bytes)
  expect(await nobody.provider(provider.identity.id)).toMatchObject({ verified: false })
  await expect(nobody.approve(await approve(first, NOW + 1))).rejects.toMatchObject({
    code: 'registration-taken',
  })
})

test('an approval that was taken back does not come again', async () => {
  const { provider, client } = await registered()
  const registration = await provider.register()
  await client.registerProvider(registration.statement.bytes)
  const yes = await approve(registration, NOW)
  await nobody.approve(yes)
  await nobody.approve(await approve(registration, NOW + 1, false))
  await expect(nobody.approve(yes)).rejects.toMatchObject({ code: 'approval-outdated' })
  expect(await nobody.provider(provider.identity.id)).toMatchObject({ verified: false })
})

test('an approval by anybody else is none', async () => {
  const { provider, client } = await registered()
  const registration = await provider.register()
  await client.registerProvider(registration.statement.bytes)
  const own = await openApproval({
    provider: provider.identity.id,
    registration: await statementId(registration.statement),
    approved: true,
    at: NOW,
  }, provider.signer)
  await expect(nobody.approve(own.statement.bytes)).rejects.toMatchObject({
    code: 'signature-invalid',
  })
})

test('the operator sees all of them, in pages', async () => {
  const known = await Promise.all(Array.from({ length: 51 }, async () => {
    const { provider, client } = await registered()
    await client.registerProvider((await provider.register()).statement.bytes)
    return toHex(provider.identity.id)
  }))
  const operator = clientFor(platform, platform.operator.signer)
  await operator.registerIdentity(platform.operator.identity.changes)
  const listed = (await all(operator.providers())).map(({ id }) => toHex(id))
  expect(listed).toEqual([...new Set(listed)].sort())
  expect(listed).toEqual(expect.arrayContaining(known))
})

test('its keys are those of its identity', async () => {
  const { provider, client } = await registered()
  await client.registerProvider((await provider.register()).statement.bytes)
  const name = toBase64url(provider.identity.id)
  const response = await platform.app.request(`/v1/providers/${name}/jwks`)
  const { keys } = members(await response.json())
  expect(keys).toEqual([
    {
      kid: `${name}.0`,
      use: 'sig',
      kty: 'OKP',
      crv: 'Ed25519',
      alg: 'EdDSA',
      x: toBase64url(provider.signing.publicKey),
    },
    {
      kid: `${name}.1`,
      use: 'enc',
      kty: 'OKP',
      crv: 'X25519',
      x: toBase64url(provider.sealing.publicKey),
    },
  ])
  // WebCrypto reads it as that key.
  const [{ x }] = keys as [{ x: string }]
  const key = await importVerifyKey('EdDSA', fromBase64url(x))
  const message = new Uint8Array([1, 2, 3])
  expect(await key?.verify(await provider.signer.sign(message), message)).toBe(true)
})

test('its logo is a picture of the platform’s own address', async () => {
  const { provider, client } = await registered()
  const registration = await provider.register()
  await client.registerProvider(registration.statement.bytes)
  const path = `/v1/providers/${toBase64url(provider.identity.id)}/logo`
  const response = await platform.app.request(path)
  expect(response.headers.get('Content-Type')).toBe('image/png')
  expect(response.headers.get('X-Content-Type-Options')).toBe('nosniff')
  expect(new Uint8Array(await response.arrayBuffer())).toEqual(registration.content.logo)
  await client.registerProvider((await provider.register({ seq: 1, logo: null })).statement.bytes)
  expect((await platform.app.request(path)).status).toBe(404)
})
