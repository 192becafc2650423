/**
 * The one policy check: whether a caller may do something to a resource. The policies stand beside
 * the routes that ask for them and are parsed once. Writing blocks is not asked here, as there the
 * signature on each block is the authority.
 *
 * @module
 */
import { type Bytes, equal, toBase64url } from '../shared/bytes.ts'
import type { IdentityKind } from '../shared/identity/kinds.ts'
import { decide } from '../shared/policy/evaluate.ts'
import { attributesOf, type Expression, type Value } from '../shared/policy/expression.ts'
import { ACTION_NAME, parsePolicies } from '../shared/policy/policies.ts'
import { CHANNEL_POLICIES } from './channels/policies.ts'
import { CONSENT_POLICIES } from './consent/policies.ts'
import { HISTORY_POLICIES } from './history/policies.ts'
import { IDENTITY_POLICIES } from './identity/policies.ts'
import { PAIRING_POLICIES } from './pairing/policies.ts'
import { OAUTH_POLICIES } from './tokens/policies.ts'
import { PROVIDER_POLICIES } from './providers/policies.ts'
import { WEBHOOK_POLICIES } from './webhooks/policies.ts'

/** Who signed in. */
export interface Caller {
  readonly id: Bytes
  readonly kind: IdentityKind
  /** The grant that its token is bound to; without one it is bound to none. */
  readonly grant?: Bytes
}

const ACTIONS = [
  'pairing:add',
  'pairing:read',
  'pairing:step',
  'pairing-room:open',
  'pairing-room:enter',
  'channel:open',
  'channel:read',
  'chapter:open',
  'provider:register',
  'provider:list',
  'request:answer',
  'fork:read',
  'history:add',
  'history:read',
  'grant:read',
  'grant:step',
  'grant:return',
  'grant:keys',
  'grant:access',
  'wraps:add',
  'webhook:secret',
] as const
export type Action = (typeof ACTIONS)[number]

/** What an action is about: its owner, and the devices that have or had a part in it. */
export interface Resource {
  readonly owner: Bytes
  readonly devices: readonly Bytes[]
  /** The grant that it is, or the grants of the caller that let it be read now. */
  readonly grants?: readonly Bytes[]
  /** To whom these are. */
  readonly recipients?: readonly Bytes[]
}

/** All policies of the platform, as text. */
export const PLATFORM_POLICIES = IDENTITY_POLICIES + PAIRING_POLICIES + CHANNEL_POLICIES +
  PROVIDER_POLICIES +
  OAUTH_POLICIES + HISTORY_POLICIES + CONSENT_POLICIES + WEBHOOK_POLICIES

interface Question {
  readonly caller: Caller
  readonly action: Action
  readonly resource: Resource
}

/** All that a policy can ask for: what the platform has verified, and nothing that callers say. */
const ATTRIBUTES: ReadonlyMap<string, (question: Question) => Value | undefined> = new Map([
  ['subject.identifier', ({ caller }: Question): Value => nameOf(caller)],
  ['subject.kind', ({ caller }: Question): Value => caller.kind],
  [
    'subject.grant',
    ({ caller }: Question): Value | undefined => caller.grant && toBase64url(caller.grant),
  ],
  [ACTION_NAME, ({ action }: Question): Value => action],
  ['resource.owner', ({ resource }: Question): Value => toBase64url(resource.owner)],
  ['resource.devices', ({ resource }: Question): Value => namesOf(resource.devices)],
  ['resource.grants', ({ resource }: Question): Value => namesOf(resource.grants ?? [])],
  ['resource.recipients', ({ resource }: Question): Value => namesOf(resource.recipients ?? [])],
])

const policies = policiesOf(PLATFORM_POLICIES)

export function may(caller: Caller, action: Action, resource: Resource): boolean {
  const question = { caller, action, resource }
  const attributes = { get: (name: string) => ATTRIBUTES.get(name)?.(question) }
  return decide(policies.get(action), attributes).allowed
}

/** The caller comes with its token, the same one with many requests. */
const names = new WeakMap<Caller, string>()

function nameOf(caller: Caller): string {
  const known = names.get(caller)
  if (known !== undefined) return known
  const name = toBase64url(caller.id)
  names.set(caller, name)
  return name
}

/** A slip in a policy would deny without a word; so it is found before anybody asks. */
export function policiesOf(text: string): ReadonlyMap<Action, Expression> {
  const { policies } = parsePolicies(text)
  return new Map(ACTIONS.map((action) => {
    const policy = policies.get(action)
    if (policy === undefined) throw new TypeError(`There is no policy for ${action}: write one`)
    const unknown = [...attributesOf(policy)].filter((name) => !ATTRIBUTES.has(name))
    if (unknown.length > 0) {
      const known = [...ATTRIBUTES.keys()].join(', ')
      throw new TypeError(`The policy for ${action} asks for ${unknown.join()}: use ${known}`)
    }
    return [action, policy]
  }))
}

/** Each once, as one device may write many chapters in a row. */
function namesOf(ids: readonly Bytes[]): readonly string[] {
  const different = ids.filter((id, i) => {
    const before = ids[i - 1]
    return before === undefined || !equal(id, before)
  })
  return different.map((id) => toBase64url(id))
}
