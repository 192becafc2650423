/**
 * Who this browser is, as the rooms show it: known from the vault, so in every tab and before any
 * proof.
 *
 * @module
 */
import { fingerprint } from '../../shared/identity/identity.ts'
import { type Bytes, toBase64url } from '../../shared/bytes.ts'
import { ownId } from '../consent/state.ts'
import { identities } from '../state.ts'
import type { VaultDatabase } from '../vault/database.ts'
import type { Self } from '../vault/identities.ts'
import { loadOperator } from './delivery.ts'

export async function showIdentities(database: VaultDatabase, self: Self): Promise<void> {
  const operator = await loadOperator(database)
  ownId.value = toBase64url(self.owner.identity.id)
  identities.value = {
    owner: hexOf(self.owner.identity.id),
    device: hexOf(self.device.identity.id),
    operator: operator === null ? '' : hexOf(operator.id),
    custody: 'browser',
  }
}

/** The fingerprint that the verifier prints, without its grouping, which is the rooms' own. */
function hexOf(id: Bytes): string {
  return fingerprint(id).replaceAll(' ', '')
}
