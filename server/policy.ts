/**
 * The one policy check: whether a caller may do something to a resource. Writing blocks is not
 * asked here, as there the signature on each block is the authority.
 *
 * @module
 */
import { type Bytes, equal } from '../shared/bytes.ts'
import type { IdentityKind } from '../shared/identity/identity.ts'

/** Who signed in. */
export interface Caller {
  readonly id: Bytes
  readonly kind: IdentityKind
}

export type Action = 'pairing:add' | 'channel:open' | 'channel:read' | 'chapter:open'

/** What an action is about: its owner, and the devices that have or had a part in it. */
export interface Resource {
  readonly owner: Bytes
  readonly devices: readonly Bytes[]
}

export function may(caller: Caller, action: Action, resource: Resource): boolean {
  const owns = caller.kind === 'owner' && equal(caller.id, resource.owner)
  const partakes = caller.kind === 'device' &&
    resource.devices.some((device) => equal(caller.id, device))
  const rules: Record<Action, boolean> = {
    'channel:open': owns,
    'chapter:open': owns,
    'pairing:add': owns || partakes,
    'channel:read': owns || partakes,
  }
  return rules[action]
}
