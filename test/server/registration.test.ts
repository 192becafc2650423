/**
 * Registering identities and pairings: repeated, gone on with, forked, limited; and keys that were
 * signed out.
 *
 * @module
 */
import { describe, expect, test } from 'vitest'
import { changeIdentity } from '../../shared/identity/identity.ts'
import { generateSigningKey, signer } from '../../shared/identity/keys.ts'
import { pair } from '../../shared/identity/pairing.ts'
import { createPerson } from '../rig/household.ts'
import { withMember } from './member.ts'
import { clientFor, type Member, NOW, openedChannel, type Platform, register } from './platform.ts'

let platform: Platform
let member: Member

withMember((at) => ({ platform, member } = at))

describe('registration', () => {
  test('is the same when repeated, goes on, and knows a fork', async () => {
    const { owner } = (await register(platform)).household
    const client = clientFor(platform)
    const { identity } = owner
    expect(await client.registerIdentity(identity.changes)).toEqual({ id: identity.id, seq: 0 })
    const longer = await changeIdentity(identity, identity.keys, NOW + 1, owner.signer)
    const other = await changeIdentity(identity, identity.keys, NOW + 2, owner.signer)
    expect((await client.registerIdentity(longer.changes)).seq).toBe(1)
    expect((await client.registerIdentity(identity.changes)).seq).toBe(1)
    await expect(client.registerIdentity(other.changes)).rejects.toMatchObject({
      code: 'identity-forked',
      status: 409,
    })
    const further = await changeIdentity(other, other.keys, NOW + 3, owner.signer)
    await expect(client.registerIdentity(further.changes)).rejects.toMatchObject({
      code: 'identity-forked',
    })
    expect(await client.identity(identity.id)).toMatchObject({
      kind: 'owner',
      changes: longer.changes,
    })
  })

  test('of a chain that does not hold is refused', async () => {
    const { owner } = (await register(platform)).household
    const client = clientFor(platform)
    const [change = new Uint8Array()] = owner.identity.changes
    const flipped = change.slice()
    flipped[flipped.length - 1] = (flipped.at(-1) ?? 0) ^ 1
    for (const changes of [[], [flipped], [change, change]]) {
      await expect(client.registerIdentity(changes)).rejects.toMatchObject({
        code: 'identity-invalid',
      })
    }
  })

  test('of identities and channels is limited by network and day, whichever process', async () => {
    platform.from.network = '198.51.100.7'
    const limits = { identitiesPerDay: 2, channelsPerDay: 1 }
    const apps = [platform.another({ limits }), platform.another({ limits })] as const
    const person = async () => (await createPerson('node', NOW)).identity.changes
    const known = await person()
    await clientFor(platform, undefined, apps[0]).registerIdentity(known)
    await clientFor(platform, undefined, apps[1]).registerIdentity(await person())
    const refused = clientFor(platform, undefined, apps[0]).registerIdentity(await person())
    await expect(refused).rejects.toMatchObject({ code: 'network-limit', status: 429 })
    await expect(refused).rejects.toHaveProperty('retryAfter', 86_400 - NOW % 86_400)
    await clientFor(platform, undefined, apps[0]).registerIdentity(known)

    const owner = clientFor(platform, member.household.owner.signer, apps[1])
    const [first, second] = [
      await member.household.openChannel(),
      await member.household.openChannel(),
    ]
    await owner.openChannel(first.opening.statement.bytes)
    await owner.openChannel(first.opening.statement.bytes)
    await expect(owner.openChannel(second.opening.statement.bytes)).rejects.toMatchObject({
      code: 'network-limit',
    })
    const kept = JSON.stringify(await platform.sql`select * from registrations`)
    expect(kept).not.toContain('198.51.100')

    platform.from.network = '198.51.100.8'
    await clientFor(platform, undefined, apps[0]).registerIdentity(await person())
    platform.from.network = '198.51.100.7'
    platform.clock.now += 86_400
    try {
      await clientFor(platform, undefined, apps[0]).registerIdentity(await person())
      platform.clock.now += 86_400
      await clientFor(platform, undefined, apps[0]).registerIdentity(await person())
      const days = await platform.sql`select day from salts`
      expect(days).toHaveLength(2)
    } finally {
      platform.clock.now -= 2 * 86_400
      platform.from.network = '192.0.2.1'
    }
  })

  test('of a channel or pairing under other content is refused', async () => {
    const channel = await openedChannel(member)
    const other = await register(platform)
    const taken = await other.household.openChannel({})
    expect(taken.id).not.toEqual(channel.id)
    await member.owner.openChannel(channel.opening.statement.bytes)
    await member.device.addPairing(member.household.pairing.bytes)
    const { owner, device } = member.household
    const again = await pair(owner.signer, device.signer, NOW + 1)
    await expect(member.owner.addPairing(again.bytes)).rejects.toMatchObject({
      code: 'pairing-taken',
    })
    expect(await member.device.pairings()).toEqual([member.household.pairing.bytes])
  })
})

describe('a key that was signed out', () => {
  test('pairs nobody any more, and what it paired before stays', async () => {
    const own = await register(platform)
    const { owner, pairing } = own.household
    const thief = await own.household.addDevice()
    const key = await generateSigningKey()
    const keys = [
      ...owner.identity.keys.filter((one) => one.purpose !== 'sign'),
      { index: 3, ...key, purpose: 'sign' as const },
    ]
    const changed = await changeIdentity(owner.identity, keys, NOW, owner.recovery)
    await own.owner.registerIdentity(changed.changes)
    const device = clientFor(platform, thief.device.signer)
    await device.registerIdentity(thief.device.identity.changes)
    await expect(device.addPairing(thief.pairing.bytes)).rejects.toMatchObject({
      code: 'signature-invalid',
    })
    await own.device.addPairing(pairing.bytes)
    const now = clientFor(platform, signer(changed.id, 3, key))
    expect(await now.pairings()).toEqual([pairing.bytes])
  })
})
