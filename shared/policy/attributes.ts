/**
 * What is known when a policy is asked: what the platform has verified itself, and what somebody
 * says or was certified to be. The second is of the subject alone and never takes the place of the
 * first: not by an equal name, nor by a name that only the platform gives, whether or not it gave it
 * this time. One such name, and nothing that was supplied counts.
 *
 * @module
 */
import { ATTRIBUTE, listOf, MAX_INT, MIN_INT, type Scalar, type Value } from './expression.ts'
import type { Attributes } from './evaluate.ts'

const MAX_SUPPLIED = 100
const MAX_CHARACTERS = 4096
const MAX_ITEMS = 1000

/** Names of a subject that only the platform gives, in lower case. */
const RESERVED: ReadonlySet<string> = new Set([
  'identifier',
  'has_credential',
  'kind',
  // What every object of the language has, should a name ever meet one.
  ...['prototype', ...Object.getOwnPropertyNames(Object.prototype)].map((name) =>
    name.toLowerCase()
  ),
])

/** Attributes that must not be used. The message names the first of them. */
export class AttributeError extends Error {
  override readonly name = 'AttributeError'
}

/**
 * `verified`, and behind it `subject.NAME` for each name that is supplied. Values come in as they
 * were decoded; ints are bigints, as a number could be a fraction.
 *
 * @throws {AttributeError}
 */
export function withSupplied(
  verified: Attributes,
  supplied: Iterable<readonly [name: string, value: unknown]>,
): Attributes {
  const known = new Map<string, Value>()
  for (const [name, value] of supplied) {
    const full = `subject.${name}`
    if (!ATTRIBUTE.test(full)) {
      throw new AttributeError(
        `${shown(name)} is no name: use a letter, then up to 63 letters, digits, "_" and "-"`,
      )
    }
    if (RESERVED.has(name.toLowerCase()) || verified.get(full) !== undefined) {
      throw new AttributeError(`"${name}" is given by the platform alone: choose another name`)
    }
    if (known.has(full)) throw new AttributeError(`"${name}" comes twice: send it once`)
    const typed = valueOf(value)
    if (typed === null) {
      throw new AttributeError(
        `"${name}" is neither bool, 64-bit int, text of up to ${MAX_CHARACTERS} characters, nor a ` +
          `list of up to ${MAX_ITEMS} of one of them: send one of these`,
      )
    }
    known.set(full, typed)
    if (known.size > MAX_SUPPLIED) {
      throw new AttributeError(`There are over ${MAX_SUPPLIED} attributes: send fewer`)
    }
  }
  return { get: (name) => verified.get(name) ?? known.get(name) }
}

function valueOf(value: unknown): Value | null {
  if (!Array.isArray(value)) return isScalar(value) ? value : null
  if (value.length > MAX_ITEMS) return null
  // Not the list itself: one with gaps would hide them from every().
  const items: unknown[] = Array.from(value)
  return items.every(isScalar) ? listOf(items) : null
}

function isScalar(value: unknown): value is Scalar {
  if (typeof value === 'bigint') return value >= MIN_INT && value <= MAX_INT
  if (typeof value === 'string') {
    // Half a pair of surrogates is no character, and could be joined to one later.
    return value.length <= MAX_CHARACTERS && !/\p{Surrogate}/u.test(value)
  }
  return typeof value === 'boolean'
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 40)).replaceAll(/[^ -~]/g, '?')
}
