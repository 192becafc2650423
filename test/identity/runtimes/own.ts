/**
 * Our own edge cases, forged with noble's arithmetic: for every rule of the profile a signature
 * that a laxer (or stricter) verifier would judge otherwise. Nothing here is random.
 *
 * @module
 */
import { p256 } from '@noble/curves/nist.js'
import { createHash } from 'node:crypto'
import { type Bytes, concat, toHex, utf8 } from '../../../shared/bytes.ts'
import type { Case } from './entry.ts'
import { bigEndian, challenge, L, littleEndian, Point } from './oracle.ts'

/** `1` holds, `0` does not, `x` the key is refused: said by hand, not by the oracle. */
export interface OwnCase extends Case {
  readonly expected: '1' | '0' | 'x'
}

const P = Point.CURVE().p
const SIGN = 1n << 255n

/** A secret and a nonce. Nothing depends on their being anything but large. */
const a = 0x0a5e55ed0000000000000000000000000000000000000000000000000000c0den % L
const nonce = 0x0b0b00000000000000000000000000000000000000000000000000000005eedn % L
const A = Point.BASE.multiply(a)
const R = Point.BASE.multiply(nonce)

/** A point of order 8: what is left of any point when its part of prime order is taken away. */
const T = torsion()

function torsion(): Point {
  for (let y = 2n;; y++) {
    const point = onCurve(littleEndian(y))
    const rest = point?.multiplyUnsafe(L - 1n).add(point)
    if (rest && !rest.double().double().is0()) return rest
  }
}

function onCurve(encoded: Uint8Array): Point | null {
  try {
    return Point.fromBytes(encoded, true)
  } catch {
    return null
  }
}

function timesT(n: number): Point {
  let sum = Point.ZERO
  for (let i = 0; i < n; i++) sum = sum.add(T)
  return sum
}

function edwards(
  name: string,
  expected: OwnCase['expected'],
  key: Uint8Array,
  signature: Uint8Array,
  message: Uint8Array,
): OwnCase {
  return {
    name: `Ed25519: ${name}`,
    algorithm: 'EdDSA',
    key: toHex(key),
    signature: toHex(signature),
    message: toHex(message),
    expected,
  }
}

/**
 * A signature over the first message whose challenge is `residue` mod 8: only the residue decides
 * whether parts of small order in key and R cancel out.
 */
function forge(
  name: string,
  expected: OwnCase['expected'],
  key: Uint8Array,
  r: Uint8Array,
  parts: { secret: bigint; nonce: bigint; residue: bigint },
): OwnCase {
  for (let i = 0;; i++) {
    const message = utf8(`message ${i}`)
    const k = challenge(r, key, message)
    if (k % 8n !== parts.residue) continue
    const s = (parts.nonce + k * parts.secret) % L
    return edwards(name, expected, key, concat(r, littleEndian(s)), message)
  }
}

function edwardsCases(): OwnCase[] {
  const [key, r] = [A.toBytes(), R.toBytes()]
  const plain = { secret: a, nonce, residue: 0n }
  const message = utf8('8.2 kWh')
  const s = (nonce + challenge(r, key, message) * a) % L
  const good = concat(r, littleEndian(s))
  const flip = (bytes: Uint8Array, at: number) => bytes.map((b, i) => (i === at ? b ^ 1 : b))
  const cases = [
    edwards('honest', '1', key, good, message),
    forge('honest, empty part of the challenge', '1', key, r, plain),
    edwards('another message', '0', key, good, utf8('8.3 kWh')),
    edwards('empty message', '0', key, good, utf8('')),
    edwards('a bit of R flipped', '0', key, flip(good, 5), message),
    edwards('a bit of S flipped', '0', key, flip(good, 40), message),
    edwards(
      'R with the other sign',
      '0',
      key,
      concat(R.negate().toBytes(), good.slice(32)),
      message,
    ),
    edwards('key with the other sign', '0', A.negate().toBytes(), good, message),
    edwards('empty signature', '0', key, utf8(''), message),
    edwards('signature of 63 bytes', '0', key, good.slice(0, 63), message),
    edwards('signature of 65 bytes', '0', key, concat(good, utf8('\0')), message),
    edwards('all zero signature', '0', key, new Uint8Array(64), message),
    edwards('S = 0', '0', key, concat(r, littleEndian(0n)), message),
    edwards('S = L', '0', key, concat(r, littleEndian(L)), message),
    edwards('key of no bytes', 'x', utf8(''), good, message),
    edwards('key of 31 bytes', 'x', key.slice(0, 31), good, message),
    edwards('key of 33 bytes', 'x', concat(key, utf8('\0')), good, message),
  ]
  for (const times of [1n, 2n, 7n, 14n]) {
    const name = `S + ${times}L`
    cases.push(edwards(name, '0', key, concat(r, littleEndian(s + times * L)), message))
  }
  for (let i = 0; i < 8; i++) {
    const small = timesT(i)
    const order = `[${i}]T`
    const smallKey = small.toBytes()
    const mixedKey = A.add(small).toBytes()
    const mixedR = R.add(small).toBytes()
    const lone = { secret: 0n, nonce, residue: 0n }
    cases.push(forge(`small-order key ${order}, the equation holds`, 'x', smallKey, r, lone))
    cases.push(
      forge(`small-order R ${order}, the equation holds`, '0', A.add(T).toBytes(), smallKey, {
        secret: a,
        nonce: 0n,
        residue: BigInt((8 - i) % 8),
      }),
    )
    cases.push(
      forge(`key and R of small order ${order}, the equation holds`, 'x', smallKey, smallKey, {
        secret: 0n,
        nonce: 0n,
        residue: 7n,
      }),
    )
    if (i === 0) continue
    cases.push(
      forge(`key with a part ${order} that vanishes`, '1', mixedKey, r, plain),
      forge(`key with a part ${order}, holds with cofactor only`, '0', mixedKey, r, {
        ...plain,
        residue: 1n,
      }),
      forge(`R with a part ${order}, holds with cofactor only`, '0', key, mixedR, plain),
      forge(`parts ${order} in key and R that cancel out`, '1', mixedKey, mixedR, {
        ...plain,
        residue: 7n,
      }),
    )
  }
  // Second texts: y + p fits into 255 bits for y < 19, and x = 0 has no sign.
  const secondTexts: [string, bigint][] = [['1 with a sign', 1n | SIGN], [
    '-1 with a sign',
    (P - 1n) | SIGN,
  ]]
  for (let y = 0n; y < 19n; y++) {
    secondTexts.push([`p + ${y}`, P + y], [`p + ${y} with a sign`, (P + y) | SIGN])
  }
  for (const [name, value] of secondTexts) {
    const text = littleEndian(value)
    const point = onCurve(text)
    if (point === null) continue
    cases.push(
      forge(`key written y = ${name}`, 'x', text, r, { secret: 0n, nonce, residue: 0n }),
      forge(`R written y = ${name}`, '0', A.add(T).toBytes(), text, {
        secret: a,
        nonce: 0n,
        residue: BigInt(cancelling(point)),
      }),
    )
  }
  let off = 0
  for (let y = 2n; off < 6; y++) {
    const text = littleEndian(y)
    if (onCurve(text) !== null) continue
    off++
    cases.push(edwards(`key y = ${y} off the curve`, 'x', text, good, message))
    cases.push(edwards(`R y = ${y} off the curve`, '0', key, concat(text, good.slice(32)), message))
  }
  return cases
}

/** The challenge mod 8 that takes a point of small order away; for any other point it matters not. */
function cancelling(point: Point): number {
  for (let i = 0; i < 8; i++) if (timesT(i).equals(point)) return (8 - i) % 8
  return 0
}

const C = p256.Point.CURVE()
const G = p256.Point.BASE
type P256Point = typeof G

function mod(value: bigint, modulus: bigint): bigint {
  return ((value % modulus) + modulus) % modulus
}

function inverse(value: bigint): bigint {
  return p256.Point.Fn.inv(mod(value, C.n))
}

function digest(message: Uint8Array): bigint {
  return BigInt(`0x${createHash('sha256').update(message).digest('hex')}`)
}

function ecdsa(
  name: string,
  expected: OwnCase['expected'],
  key: Uint8Array,
  signature: Uint8Array,
  message: Uint8Array,
): OwnCase {
  return {
    name: `P-256: ${name}`,
    algorithm: 'ES256',
    key: toHex(key),
    signature: toHex(signature),
    message: toHex(message),
    expected,
  }
}

/** The key for which (R.x, s) signs the message: with it R and s can be chosen freely. */
function keyFor(R: P256Point, s: bigint, message: Uint8Array): Bytes {
  const r = mod(R.x, C.n)
  const Q = R.multiply(s).subtract(G.multiply(mod(digest(message), C.n))).multiply(inverse(r))
  return new Uint8Array(Q.toBytes(false))
}

/** The first point of the curve with x at or above `from`. */
function pointAt(from: bigint): P256Point {
  for (let x = from;; x++) {
    try {
      return p256.Point.fromBytes(concat(Uint8Array.of(2), bigEndian(x)))
    } catch {
      continue
    }
  }
}

function ecdsaCases(): OwnCase[] {
  const d = 0x1234567890abcdef1234567890abcdef1234567890abcdef1234567890abcdefn
  const Q = G.multiply(d)
  const key = Q.toBytes(false)
  const message = utf8('8.2 kWh')
  const k = 0xfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedfeedn
  const r = mod(G.multiply(k).x, C.n)
  const s = mod(inverse(k) * (digest(message) + r * d), C.n)
  const pair = (r: bigint, s: bigint) => concat(bigEndian(r), bigEndian(s))
  const good = pair(r, s)
  const free = G.multiply(77n)
  const small = pointAt(1n)
  const beyond = pointAt(C.n)
  const cases = [
    ecdsa('honest', '1', key, good, message),
    ecdsa('n - s', '1', key, pair(r, C.n - s), message),
    ecdsa('another message', '0', key, good, utf8('8.3 kWh')),
    ecdsa('r and s exchanged', '0', key, pair(s, r), message),
    ecdsa('the opposite key', '0', Q.negate().toBytes(false), good, message),
    ecdsa('r = 0', '0', key, pair(0n, s), message),
    ecdsa('s = 0', '0', key, pair(r, 0n), message),
    ecdsa('r = s = 0', '0', key, pair(0n, 0n), message),
    ecdsa('r = n', '0', key, pair(C.n, s), message),
    ecdsa('s = n', '0', key, pair(r, C.n), message),
    ecdsa('r = s = n', '0', key, pair(C.n, C.n), message),
    ecdsa('r = p', '0', key, pair(C.p, s), message),
    ecdsa('all ones', '0', key, new Uint8Array(64).fill(255), message),
    ecdsa('empty signature', '0', key, utf8(''), message),
    ecdsa('signature of 63 bytes', '0', key, good.slice(0, 63), message),
    ecdsa('signature of 65 bytes', '0', key, concat(good, utf8('\0')), message),
    ecdsa('signature in DER', '0', key, der(r, s), message),
    ecdsa('s = 1', '1', keyFor(free, 1n, message), pair(mod(free.x, C.n), 1n), message),
    ecdsa('s = n - 1', '1', keyFor(free, 1n, message), pair(mod(free.x, C.n), C.n - 1n), message),
    ecdsa('s = n + 1', '0', keyFor(free, 1n, message), pair(mod(free.x, C.n), C.n + 1n), message),
    ecdsa('smallest r', '1', keyFor(small, 99n, message), pair(small.x, 99n), message),
    ecdsa(
      'smallest r, plus n',
      '0',
      keyFor(small, 99n, message),
      pair(small.x + C.n, 99n),
      message,
    ),
    ecdsa('x of R above n', '1', keyFor(beyond, 99n, message), pair(beyond.x - C.n, 99n), message),
    ecdsa('r above n', '0', keyFor(beyond, 99n, message), pair(beyond.x, 99n), message),
    ecdsa('key of no bytes', 'x', utf8(''), good, message),
    ecdsa('key at infinity', 'x', Uint8Array.of(0), good, message),
    ecdsa('key 04 and zeros', 'x', Uint8Array.of(4, ...new Uint8Array(64)), good, message),
    ecdsa('compressed key', 'x', Q.toBytes(true), good, message),
    ecdsa(
      'hybrid key',
      'x',
      concat(Uint8Array.of(6 + Number(Q.y & 1n)), key.slice(1)),
      good,
      message,
    ),
    ecdsa(
      'hybrid key, wrong parity',
      'x',
      concat(Uint8Array.of(7 - Number(Q.y & 1n)), key.slice(1)),
      good,
      message,
    ),
    ecdsa('key without its 04', 'x', key.slice(1), good, message),
    ecdsa('key of 64 bytes', 'x', key.slice(0, 64), good, message),
    ecdsa('key of 66 bytes', 'x', concat(key, utf8('\0')), good, message),
    ecdsa('key off the curve', 'x', key.map((b, i) => (i === 64 ? b ^ 1 : b)), good, message),
  ]
  for (const point of [small, pointAt(small.x + 1n)]) {
    const second = concat(Uint8Array.of(4), bigEndian(point.x + C.p), bigEndian(point.y))
    cases.push(
      ecdsa(`key x = ${point.x}`, '0', point.toBytes(false), good, message),
      ecdsa(`key x = p + ${point.x}`, 'x', second, good, message),
    )
  }
  return cases
}

function der(r: bigint, s: bigint): Uint8Array {
  const integer = (value: bigint) => {
    const bytes = bigEndian(value)
    const padded = (bytes[0] ?? 0) > 127 ? concat(Uint8Array.of(0), bytes) : bytes
    return concat(Uint8Array.of(2, padded.length), padded)
  }
  const both = concat(integer(r), integer(s))
  return concat(Uint8Array.of(0x30, both.length), both)
}

export const ownCases: readonly OwnCase[] = [...edwardsCases(), ...ecdsaCases()]
