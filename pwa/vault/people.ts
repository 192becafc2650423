/**
 * What this browser calls the people it shares with. Nobody else knows these names: they are in no
 * grant, on no platform and in no recovery file.
 *
 * @module
 */
import { type Bytes, toHex } from '../../shared/bytes.ts'
import { fingerprint } from '../../shared/identity/identity.ts'
import { STRICT, type VaultDatabase } from './database.ts'

/** By the hex of a person's id. */
export type PeopleNames = Readonly<Record<string, string>>

export async function loadPeople(database: VaultDatabase): Promise<PeopleNames> {
  return await database.get('self', 'people') as PeopleNames | undefined ?? {} // ours
}

export async function namePerson(database: VaultDatabase, id: Bytes, name: string): Promise<void> {
  const step = database.transaction('self', 'readwrite', STRICT)
  const names = await step.store.get('people') as PeopleNames | undefined // ours
  await step.store.put({ ...names, [toHex(id)]: name }, 'people')
  await step.done
}

/** The name, or the beginning of the fingerprint where there is none. */
export function nameOf(names: PeopleNames, id: Bytes): string {
  return names[toHex(id)] ?? fingerprint(id).slice(0, 9)
}
