/**
 * The one verification profile: whether a signature holds, with the same verdict on every runtime.
 *
 * RFC 8032 section 5.1.7 and FIPS 186-5 leave an implementation room (cofactored or not, lax or
 * strict decoding), and the libraries under WebCrypto use that room differently: 'Taming the many
 * EdDSAs' (Chalkias, Garillot, Nikolaenko 2020). A block that one node accepts and another refuses
 * would split a channel. So everything they could disagree about is decided here by comparing
 * bytes, and the platform is asked only what all answer alike.
 *
 * Ed25519 (COSE EdDSA, RFC 9053 section 2.2), for the key A and the signature R || S:
 * - S < L (RFC 8032 section 5.1.7): else S + L would be a second signature made without the key.
 * - y < p in A and R, and no sign bit on x = 0 (RFC 8032 section 5.1.3): one point has one text.
 *   The sign rule concerns y = 1 and y = -1 only, whose points are of small order.
 * - A is on the curve: else the runtimes differ on whether the key or each signature is refused.
 * - A not of small order: such a key has signatures that hold for many or all messages.
 * - R not of small order: some libraries refuse it, and an honest signer never makes it.
 * - Cofactorless, [S]B = R + [k]A, by comparing the encoding of R: what the platforms do, so that
 *   a component of small order hidden in A or R cannot make single and batch verifiers differ.
 *
 * ECDSA on P-256 with SHA-256 (COSE ES256, RFC 9053 section 2.1), for the key Q and r || s:
 * - Q is uncompressed, with x, y < p and on the curve (SEC 1 sections 2.3.4 and 3.2.2): else an invalid curve or a second text of one point gets in. The cofactor is 1.
 * - 0 < r, s < n (FIPS 186-5 section 6.4.2): r = 0 or s = 0 would hold for every key in a careless
 *   library, and r + n or s + n would be a second text.
 * - No low-s rule: hardware makes either s. Hence (r, n - s) holds too, and a block id is never
 *   taken from a signature.
 *
 * @module
 */
import { type Bytes, concat, equal, fromHex, toHex } from '../bytes.ts'

/** COSE -8 with Ed25519, COSE -7 with P-256 and SHA-256. */
export type Algorithm = 'EdDSA' | 'ES256'

/**
 * What decides once the profile's own rules hold, where a platform has something faster than
 * WebCrypto. It must be cofactorless and without a low-s rule; to throw is not a verdict.
 */
export type RawVerifier = (
  algorithm: Algorithm,
  raw: Bytes,
  signature: Bytes,
  message: Bytes,
) => boolean | Promise<boolean>

export interface VerifyKey {
  readonly algorithm: Algorithm
  /** Ed25519: 32 bytes (RFC 8032); P-256: the uncompressed SEC 1 point, 65 bytes. */
  readonly raw: Bytes
  readonly verify: (signature: Bytes, message: Bytes) => Promise<boolean>
}

const ED25519_P = fromHex('7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed')
const ED25519_L = fromHex('1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed')
const ED25519_D = 0x52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3n

/** The y of the eight points whose order divides the cofactor 8, the sign bit cleared. */
const SMALL_ORDER_Y: readonly Bytes[] = [
  '0000000000000000000000000000000000000000000000000000000000000000',
  '0000000000000000000000000000000000000000000000000000000000000001',
  '7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffec',
  '05fc536d880238b13933c6d305acdfd5f098eff289f4c345b027b2c28f95e826',
  '7a03ac9277fdc74ec6cc392cfa53202a0f67100d760b3cba4fd84d3d706a17c7',
].map(fromHex)

const P256_P = fromHex('ffffffff00000001000000000000000000000000ffffffffffffffffffffffff')
const P256_N = fromHex('ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551')
const P256_B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn

const ZERO = new Uint8Array(32)

/**
 * A key that signatures can be checked with, or null for one that the profile refuses: wrong
 * length, not canonical, not on the curve, of small order. The costly checks are all here, so keep
 * the key for as long as it is used.
 */
export async function importVerifyKey(
  algorithm: Algorithm,
  raw: Bytes,
  platform?: RawVerifier,
): Promise<VerifyKey | null> {
  const own = raw.slice()
  const ed25519 = algorithm === 'EdDSA'
  if (!(ed25519 ? isEd25519Key(own) : isP256Key(own))) return null
  const wellFormed = ed25519 ? isEd25519Signature : isP256Signature
  const decide = platform === undefined
    ? await webCryptoVerifier(algorithm, own)
    : (signature: Bytes, message: Bytes) => platform(algorithm, own, signature, message)
  return {
    algorithm,
    raw: own,
    verify: async (signature, message) => wellFormed(signature) && await decide(signature, message),
  }
}

function isEd25519Key(raw: Bytes): boolean {
  return raw.length === 32 && isAcceptablePoint(raw) && isOnEd25519(raw)
}

function isEd25519Signature(signature: Bytes): boolean {
  return signature.length === 64 &&
    isBelow(reversed(signature.subarray(32)), ED25519_L) &&
    isAcceptablePoint(signature.subarray(0, 32))
}

/** Canonical and not of small order; whether it is on the curve is not asked here. */
function isAcceptablePoint(encoded: Bytes): boolean {
  const y = withoutSign(encoded)
  return isBelow(y, ED25519_P) && !SMALL_ORDER_Y.some((small) => equal(small, y))
}

/** The y of an encoded point, most significant byte first. */
function withoutSign(encoded: Bytes): Bytes {
  const y = reversed(encoded)
  y[0] = (y[0] ?? 0) & 0x7f
  return y
}

/** Whether x² = (y² - 1) / (dy² + 1) has a root: whether that fraction is a square. */
function isOnEd25519(encoded: Bytes): boolean {
  const p = toInteger(ED25519_P)
  const y = toInteger(withoutSign(encoded))
  const yy = y * y % p
  return jacobi((yy - 1n) * (ED25519_D * yy + 1n), p) === 1
}

function isP256Key(raw: Bytes): boolean {
  if (raw.length !== 65 || raw[0] !== 4) return false
  const [xBytes, yBytes] = [raw.subarray(1, 33), raw.subarray(33)]
  if (!isBelow(xBytes, P256_P) || !isBelow(yBytes, P256_P)) return false
  const [x, y] = [toInteger(xBytes), toInteger(yBytes)]
  return (y * y - (x * x * x - 3n * x + P256_B)) % toInteger(P256_P) === 0n
}

function isP256Signature(signature: Bytes): boolean {
  if (signature.length !== 64) return false
  return [signature.subarray(0, 32), signature.subarray(32)].every((part) =>
    isBelow(part, P256_N) && !equal(part, ZERO)
  )
}

/** Ed25519 writes numbers least significant byte first, everything here the other way round. */
function reversed(bytes: Bytes): Bytes {
  const turned = new Uint8Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) turned[bytes.length - 1 - i] = bytes[i] ?? 0
  return turned
}

/** Compares two numbers of 32 bytes, most significant byte first. Nothing here is secret. */
function isBelow(value: Bytes, bound: Bytes): boolean {
  for (let i = 0; i < 32; i++) {
    const difference = (value[i] ?? 0) - (bound[i] ?? 0)
    if (difference !== 0) return difference < 0
  }
  return false
}

function toInteger(bigEndian: Bytes): bigint {
  return BigInt(`0x${toHex(bigEndian)}`)
}

/** The Jacobi symbol (a/n) for a ≥ 0 and odd n > 0: for a prime n, 1 if a is a square other than 0. */
function jacobi(a: bigint, n: bigint): -1 | 0 | 1 {
  let sign: -1 | 1 = 1
  let [top, bottom] = [a % n, n]
  while (top !== 0n) {
    while ((top & 1n) === 0n) {
      top >>= 1n
      const eighth = bottom & 7n
      if (eighth === 3n || eighth === 5n) sign = sign === 1 ? -1 : 1
    }
    if ((top & 3n) === 3n && (bottom & 3n) === 3n) sign = sign === 1 ? -1 : 1
    const rest = bottom % top
    bottom = top
    top = rest
  }
  return bottom === 1n ? sign : 0
}

type Decide = (signature: Bytes, message: Bytes) => boolean | Promise<boolean>

async function webCryptoVerifier(algorithm: Algorithm, raw: Bytes): Promise<Decide> {
  const ed25519 = algorithm === 'EdDSA'
  const kind = ed25519 ? { name: 'Ed25519' } : { name: 'ECDSA', namedCurve: 'P-256' }
  const how = ed25519 ? kind : { name: 'ECDSA', hash: 'SHA-256' }
  try {
    const key = await crypto.subtle.importKey('raw', raw, kind, true, ['verify'])
    return (signature, message) => crypto.subtle.verify(how, key, signature, message)
  } catch (error) {
    // Chrome before 137 has no Ed25519. Anything else is a fault of the runtime, as the key
    // has passed every check, and a fault is not a verdict.
    if (ed25519 && error instanceof Error && error.name === 'NotSupportedError') {
      return await pureVerifier(raw)
    }
    throw error
  }
}

/** Ed25519 where WebCrypto lacks it. noble's own `verify` is cofactored, hence the equation here. */
async function pureVerifier(raw: Bytes): Promise<Decide> {
  const { ed25519 } = await import('@noble/curves/ed25519.js')
  const { Point } = ed25519
  const key = Point.fromBytes(raw)
  return async (signature, message) => {
    const r = signature.subarray(0, 32)
    const s = toInteger(reversed(signature.subarray(32)))
    const hash = new Uint8Array(await crypto.subtle.digest('SHA-512', concat(r, raw, message)))
    const k = toInteger(reversed(hash)) % Point.CURVE().n
    return equal(Point.BASE.multiplyUnsafe(s).subtract(key.multiplyUnsafe(k)).toBytes(), r)
  }
}
