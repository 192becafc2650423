/**
 * What anybody can do to an ES256 signature without the key.
 *
 * @module
 */
import { type Bytes, fromHex, toHex } from '../../shared/bytes.ts'

const N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n

/** A statement, which ends with its signature, with (r, n - s) for (r, s). */
export function withTwin(statement: Bytes): Bytes {
  const s = BigInt(`0x${toHex(statement.subarray(-32))}`)
  const twin = new Uint8Array(statement)
  twin.set(fromHex((N - s).toString(16).padStart(64, '0')), statement.length - 32)
  return twin
}
