/**
 * Canonical JSON (RFC 8785, JCS): one value has one text, so that its hash and its signature speak
 * of what it says. Members stand in the order of their names' UTF-16 code units. Beyond RFC 8785,
 * every text must be in Unicode's form NFC: two spellings of one name that look the same would else
 * be two values.
 *
 * @module
 */

export type Json = null | boolean | number | string | readonly Json[] | {
  readonly [name: string]: Json
}

/** A value that has no canonical text, or a text that is not one. */
export class CanonicalJsonError extends Error {
  override readonly name = 'CanonicalJsonError'
}

/** Deeper than anything that Kilowit signs. */
const MAX_DEPTH = 32

/** @throws {CanonicalJsonError} */
export function canonicalJson(value: Json): string {
  return write(value, 0)
}

/**
 * Parses a text that must be canonical.
 *
 * @throws {CanonicalJsonError}
 */
export function parseCanonicalJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new CanonicalJsonError('Text is no JSON')
  }
  // What was parsed is JSON; a member that was named twice is lost, and the texts differ.
  if (canonicalJson(value as Json) !== text) throw new CanonicalJsonError('JSON is not canonical')
  return value
}

function write(value: Json, depth: number): string {
  if (depth > MAX_DEPTH) throw new CanonicalJsonError(`JSON is nested over ${MAX_DEPTH} deep`)
  if (typeof value === 'string') return writeText(value)
  if (typeof value === 'number') {
    // ECMAScript's own text of a number is RFC 8785's.
    if (!Number.isFinite(value)) throw new CanonicalJsonError(`JSON has no number ${value}`)
    return JSON.stringify(value)
  }
  if (value === null || typeof value === 'boolean') return String(value)
  if (isList(value)) return `[${value.map((one) => write(one, depth + 1)).join(',')}]`
  const members = Object.entries(value).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([name, member]) => `${writeText(name)}:${write(member, depth + 1)}`)
  return `{${members.join(',')}}`
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}

function writeText(text: string): string {
  // A lone surrogate is no character, and has no form NFC.
  if (/\p{Surrogate}/u.test(text)) throw new CanonicalJsonError('Text has half a character')
  if (text.normalize('NFC') !== text) throw new CanonicalJsonError('Text is not in form NFC')
  return JSON.stringify(text)
}
