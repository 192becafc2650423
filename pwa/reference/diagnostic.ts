/**
 * CBOR in diagnostic notation (RFC 8949 section 8), for people: long byte strings and long lists
 * are cut, and how long they are is said.
 *
 * @module
 */
import { type Bytes, toHex } from '../../shared/bytes.ts'
import { CborError, decodeWithMaps, splitSequence } from '../../shared/cbor.ts'

const MOST = 50
const MOST_BYTES = 48

/** The items of a sequence, each on its own; null for what is no deterministic CBOR. */
export function diagnose(bytes: Bytes): string[] | null {
  try {
    const items = splitSequence(bytes, 1000)
    const shown = items.slice(0, MOST).map((item) => notation(decodeWithMaps(item), ''))
    return items.length > MOST ? [...shown, `… (${items.length})`] : shown
  } catch (error) {
    if (error instanceof CborError) return null
    throw error
  }
}

function notation(value: unknown, indent: string): string {
  const inner = `${indent}  `
  if (value instanceof Uint8Array) {
    const hex = toHex(value.subarray(0, MOST_BYTES))
    return value.length > MOST_BYTES ? `h'${hex}…' / ${value.length} bytes /` : `h'${hex}'`
  }
  if (value instanceof Map) {
    const entries = [...value].map(([key, one]) =>
      `${notation(key, inner)}: ${notation(one, inner)}`
    )
    return wrapped('{', entries, '}', indent)
  }
  if (Array.isArray(value)) {
    return wrapped('[', value.map((one: unknown) => notation(one, inner)), ']', indent)
  }
  return typeof value === 'bigint' ? String(value) : JSON.stringify(value)
}

function wrapped(open: string, items: readonly string[], close: string, indent: string): string {
  const shown = items.length > MOST ? [...items.slice(0, MOST), `… (${items.length})`] : items
  const line = `${open}${shown.join(', ')}${close}`
  if (line.length <= 60 && !line.includes('\n')) return line
  return `${open}\n${shown.map((item) => `${indent}  ${item}`).join(',\n')}\n${indent}${close}`
}
