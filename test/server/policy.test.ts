/** @module The platform's policies: who may do what, for every kind of caller and relation. */

import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  type Action,
  type Caller,
  may,
  PLATFORM_POLICIES,
  policiesOf,
} from '../../server/policy.ts'
import type { Bytes } from '../../shared/bytes.ts'
import { IDENTITY_KINDS } from '../../shared/identity/kinds.ts'
import { parsePolicies, testPolicies } from '../../shared/policy/policies.ts'
import { createPerson } from '../rig/household.ts'
import { ROOT } from '../rig/process.ts'
import {
  all,
  clientFor,
  type Member,
  NOW,
  openedChannel,
  type Platform,
  register,
  startPlatform,
} from './platform.ts'

const id = (byte: number): Bytes => new Uint8Array(32).fill(byte)
/** One bit beside the owner's, at the very end: a prefix is not enough. */
const almost = id(1).with(31, 0)
const RESOURCE = {
  owner: id(1),
  devices: [id(2), id(2), id(3), id(2)],
  grants: [id(8)],
  recipients: [id(4), id(5)],
}

const IDS: readonly (readonly [string, Bytes])[] = [
  ['1', id(1)],
  ['2', id(2)],
  ['3', id(3)],
  ['4', id(4)],
  ['almost 1', almost],
  ['of no length', new Uint8Array()],
]

/** Of all callers, whatever their kind, these alone; each by kind and id. */
const MAY: Readonly<Record<Action, readonly string[]>> = {
  'pairing:add': ['owner 1', 'device 2', 'device 3'],
  'pairing:read': ['owner 1', 'device 2', 'device 3'],
  'pairing:step': ['owner 1'],
  'pairing-room:open': ['device 2', 'device 3'],
  'pairing-room:enter': ['owner 1', 'device 2', 'device 3'],
  'channel:open': ['owner 1'],
  'chapter:open': ['owner 1'],
  'provider:register': ['provider 1'],
  'provider:list': ['operator 1'],
  'webhook:secret': ['provider 1'],
  'request:answer': ['owner 1'],
  'channel:read': ['owner 1', 'owner 4', 'device 2', 'device 3'],
  'fork:read': ['owner 1', 'device 2', 'device 3'],
  'history:add': ['owner 1', 'device 2', 'device 3'],
  'history:read': ['owner 1'],
  'grant:read': ['owner 1', 'owner 4', 'provider 4'],
  'grant:step': ['owner 4', 'provider 4'],
  'grant:return': [],
  'grant:keys': ['owner 4', 'provider 4'],
  'grant:access': ['owner 1'],
  'wraps:add': ['owner 1', 'device 2', 'device 3'],
}

/** And whose token is bound to the grant 8: of providers, as nobody else's is. */
const BOUND: Readonly<Partial<Record<Action, readonly string[]>>> = {
  'provider:register': ['1'],
  // That a grant is its own is looked up before.
  'channel:read': ['1', '2', '3', '4', 'almost 1', 'of no length'],
  'grant:read': ['4'],
  'grant:step': ['4'],
  'grant:return': ['4'],
  'grant:keys': ['4'],
}

function actions(): Action[] {
  // Object.keys forgets the names of what it is given.
  return Object.keys(MAY) as Action[]
}

describe.each(actions())('%s', (action) => {
  test('is for whom the table says, and for no other kind or id', () => {
    const allowed = IDENTITY_KINDS.flatMap((kind) =>
      IDS.filter(([, id]) => may({ id, kind }, action, RESOURCE)).map(([name]) => `${kind} ${name}`)
    )
    expect(allowed).toEqual(MAY[action])
  })

  test('is for a token that is bound to the grant as for its recipient, to another for none', () => {
    const allowed = (grant: Bytes) =>
      IDS.filter(([, id]) => may({ id, kind: 'provider', grant }, action, RESOURCE))
        .map(([name]) => name)
    expect(allowed(id(8))).toEqual(BOUND[action] ?? [])
    // What has nothing to do with grants is as without one.
    expect(allowed(id(9))).toEqual(action === 'provider:register' ? ['1'] : [])
  })

  test('is for no device where there are none', () => {
    const callers = IDENTITY_KINDS.map((kind): Caller => ({ id: id(2), kind }))
    expect(callers.filter((caller) => may(caller, action, { ...RESOURCE, devices: [] }))).toEqual(
      [],
    )
  })
})

describe('the text of the policies', () => {
  test('decides each of its own cases as told, and has both kinds for every action', () => {
    const policies = parsePolicies(PLATFORM_POLICIES)
    expect(testPolicies(policies)).toEqual([])
    const told = policies.cases.map(({ action, expected }) => `${expected} ${action}`)
    for (const action of actions()) {
      expect(told).toContain(`allow ${action}`)
      expect(told).toContain(`deny ${action}`)
    }
    expect([...policies.policies.keys()].sort()).toEqual(actions().sort())
  })

  test('must have a policy for every action', () => {
    const text = PLATFORM_POLICIES.replaceAll('channel:read', 'channel:raed')
    expect(() => policiesOf(text)).toThrow('There is no policy for channel:read: write one')
  })

  test('must ask for nothing that the platform does not know', () => {
    const text = PLATFORM_POLICIES.replace('resource.owner', 'resource.owners')
    expect(() => policiesOf(text)).toThrow(
      'The policy for pairing:add asks for resource.owners: use subject.identifier, ' +
        'subject.kind, subject.grant, action.name, resource.owner, resource.devices, ' +
        'resource.grants, resource.recipients',
    )
  })
})

test('docs/security.md shows the policy that decides who reads a channel', () => {
  const page = readFileSync(`${ROOT}/docs/security.md`, 'utf8')
  const shown = [...page.matchAll(/^```\n(\((?:policy|table) [^`]*)```$/gm)].map(([, text]) => text)
  const { policies, cases } = parsePolicies(shown.join('\n'))
  const platform = parsePolicies(PLATFORM_POLICIES).policies
  expect([...policies]).toEqual([['channel:read', platform.get('channel:read')]])
  expect(cases.length).toBeGreaterThan(1)
  expect(testPolicies({ policies, cases })).toEqual([])
})

describe('what stands in the database', () => {
  let platform: Platform
  let member: Member
  beforeAll(async () => {
    platform = await startPlatform()
    member = await register(platform)
  })
  afterAll(async () => {
    await platform.close()
  })

  test('gives nobody a channel or a pairing that the policies do not', async () => {
    const channel = await openedChannel(member)
    const provider = await createPerson('provider', NOW)
    const client = clientFor(platform, provider.signer)
    await client.registerIdentity(provider.identity.changes)
    expect(await all(member.owner.channels())).toHaveLength(1)
    expect(await member.owner.pairings()).toHaveLength(1)

    const { id } = provider.identity
    await platform.sql`update channels set owner = ${id} where id = ${channel.id}`
    await platform.sql`update pairings set owner = ${id}`
    expect(await all(client.channels())).toEqual([])
    expect(await client.pairings()).toEqual([])
    await expect(client.channel(channel.id)).rejects.toMatchObject({ code: 'channel-unknown' })

    await platform.sql`update chapters set device = ${id}`
    await platform.sql`update pairings set device = ${id}`
    expect(await all(client.channels())).toEqual([])
    expect(await client.pairings()).toEqual([])
    await expect(client.channel(channel.id)).rejects.toMatchObject({ code: 'channel-unknown' })
  })
})
