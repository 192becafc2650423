/**
 * What the changes of an identity that was read say of keys that are gone: which they are, and
 * whether the keys before them have signed that.
 *
 * @module
 */
import { type Bytes, equal } from '../bytes.ts'
import { type Identity, type IdentityKey, parseChange } from './identity.ts'
import { type Digest, parseStatement, sha256, statementId } from './statement.ts'

/**
 * The sign keys that were gone after a change, by its id: those there had been until then and that
 * it does not list. Null when the identity has no such change.
 */
export async function signKeysGone(
  { changes }: Pick<Identity, 'changes'>,
  change: Bytes,
  digest: Digest = sha256,
): Promise<ReadonlySet<number> | null> {
  const gone = new Set<number>()
  for (const bytes of changes) {
    const statement = parseStatement(bytes, 'kilowit/identity')
    const { keys } = parseChange(statement.payload)
    const signs = keys.flatMap(([index, , , purpose]) => purpose === 'sign' ? [index] : [])
    if (equal(await statementId(statement, digest), change)) {
      for (const index of signs) gone.delete(index)
      return gone
    }
    for (const index of signs) gone.add(index)
  }
  return null
}

/**
 * How a key came to hold no more: `rolled` by a sign key that held beside it, or `replaced` by a
 * recovery key, which whoever holds the key cannot answer for. Null while it holds, or never did.
 */
export function endOfKey(
  { changes }: Pick<Identity, 'changes'>,
  index: number,
): 'rolled' | 'replaced' | null {
  let before: ReturnType<typeof parseChange>['keys'] = []
  for (const bytes of changes) {
    const statement = parseStatement(bytes, 'kilowit/identity')
    const { keys } = parseChange(statement.payload)
    const listed = (all: typeof keys) => all.some(([one]) => one === index)
    if (listed(before) && !listed(keys)) {
      const by = before.find(([one]) => one === statement.index)
      return by?.[3] === 'sign' ? 'rolled' : 'replaced'
    }
    before = keys
  }
  return null
}

/** Every key that an identity ever listed, by index. */
export function keysEver({ changes }: Pick<Identity, 'changes'>): Map<number, IdentityKey> {
  const found = new Map<number, IdentityKey>()
  for (const bytes of changes) {
    const { keys } = parseChange(parseStatement(bytes, 'kilowit/identity').payload)
    for (const [index, algorithm, publicKey, purpose] of keys) {
      found.set(index, { index, algorithm, publicKey, purpose })
    }
  }
  return found
}

/** When a key was listed first; seconds since 1970, UTC, by whoever signed it in. 0 if it never was. */
export function listedAt(changes: readonly Bytes[], index: number): number {
  for (const bytes of changes) {
    const { keys, at } = parseChange(parseStatement(bytes, 'kilowit/identity').payload)
    if (keys.some(([one]) => one === index)) return at
  }
  return 0
}

/** Whether one chain of changes is the beginning of the other: neither says otherwise than the other. */
export function isSameChain(one: readonly Bytes[], other: readonly Bytes[]): boolean {
  const both = Math.min(one.length, other.length)
  return both > 0 && one.slice(0, both).every((change, i) => {
    const same = other[i]
    return same !== undefined && equal(change, same)
  })
}
