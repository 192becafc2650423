/**
 * Who this browser is on this origin, if the app has made identities here. Nothing is made: a
 * browser in which the app was never used is left as it is.
 *
 * @module
 */
import type { Signer } from '../../shared/identity/statement.ts'

export interface Signers {
  readonly owner: Signer
  readonly device: Signer
}

export async function findSigners(): Promise<Signers | null> {
  const known = await indexedDB.databases()
  if (!known.some(({ name }) => name === 'kilowit')) return null
  const [{ openDatabase }, { loadSelf }] = await Promise.all([
    import('../vault/database.ts'),
    import('../vault/identities.ts'),
  ])
  const database = await openDatabase()
  try {
    const self = await loadSelf(database)
    return self === undefined ? null : { owner: self.owner.signer, device: self.device.signer }
  } finally {
    database.close()
  }
}
