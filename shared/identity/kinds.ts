/**
 * What kinds of identities there are.
 *
 * @module
 */

export const IDENTITY_KINDS = ['owner', 'device', 'provider', 'operator', 'node'] as const
export type IdentityKind = (typeof IDENTITY_KINDS)[number]
