/**
 * The names that this platform's OAuth goes by, how long things last, and its secrets.
 *
 * @module
 */
import { type Bytes, toBase64url, utf8 } from '../../shared/bytes.ts'
import { type Digest, sha256 } from '../../shared/identity/statement.ts'

export const CLIENT_ASSERTION = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
export const REQUEST_URI = 'urn:ietf:params:oauth:request_uri:'

/** An owner may fetch another device first, or think about it overnight. */
export const REQUEST_SECONDS = 86_400
export const CODE_SECONDS = 60
/** Of a code to type, of which there are few at one time, as of codes for tokens. */
export const SHORT_CODE_SECONDS = 600
export const CODES_OF_REQUEST = 5

/** A secret that is handed out: 32 random bytes as text. Only its hash is kept. */
export function newSecret(): string {
  return toBase64url(crypto.getRandomValues(new Uint8Array(32)))
}

export async function hashOf(secret: string, digest: Digest = sha256): Promise<Bytes> {
  return await digest(utf8(secret))
}
