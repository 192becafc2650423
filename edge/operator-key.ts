/**
 * The operator's identity and its signing key, as one text: the deterministic CBOR of the identity's
 * changes and the private key (PKCS #8) in base64url. It signs acknowledgements and access tokens,
 * so whoever has it can speak for this platform. It is kept in `DATA_DIR/operator.key`, readable by
 * the process alone, or given as OPERATOR_KEY; it is never logged.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, fromBase64url, toBase64url, utf8 } from '../shared/bytes.ts'
import { decode, encode } from '../shared/cbor.ts'
import { createIdentity, isSignedBy, readIdentity } from '../shared/identity/identity.ts'
import { generateSigningKey, importPrivateKey, signer } from '../shared/identity/keys.ts'
import type { Algorithm } from '../shared/identity/profile.ts'
import { NOBODY, type Signer, signStatement } from '../shared/identity/statement.ts'
import type { Operator } from '../server/context.ts'

/** A text that is not an operator's key; the message never quotes it. */
export class OperatorKeyError extends Error {
  override readonly name = 'OperatorKeyError'
}

/** Makes what signs with a private key, where a platform has something faster than WebCrypto. */
export type SignWith = (algorithm: Algorithm, pkcs8: Bytes) => Promise<Signer['sign']>

const isBytes = v.custom<Bytes>((x) => x instanceof Uint8Array)

const OperatorKeySchema = v.strictObject({
  v: v.literal(1),
  changes: v.pipe(v.array(isBytes), v.minLength(1), v.maxLength(1000)),
  /** Index of the key in the identity. */
  key: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  pkcs8: v.pipe(isBytes, v.maxLength(1024)),
})

/** A new operator: the text that {@link parseOperatorKey} reads. */
export async function newOperatorKey(at: number): Promise<string> {
  const key = await generateSigningKey(true)
  const { algorithm, publicKey, privateKey } = key
  const identity = await createIdentity(
    { kind: 'operator', at, keys: [{ index: 0, algorithm, publicKey, purpose: 'sign' }] },
    0,
    signer(NOBODY, 0, key),
  )
  const pkcs8 = new Uint8Array(await crypto.subtle.exportKey('pkcs8', privateKey))
  return toBase64url(encode({ v: 1, changes: identity.changes, key: 0, pkcs8 }))
}

/** @throws {OperatorKeyError} */
export async function parseOperatorKey(text: string, signWith?: SignWith): Promise<Operator> {
  const parsed = v.safeParse(OperatorKeySchema, decoded(text.trim()))
  if (!parsed.success) throw new OperatorKeyError('is not an operator key')
  const { changes, key: index, pkcs8 } = parsed.output
  const identity = await readIdentity(changes).catch(() => {
    throw new OperatorKeyError('holds an identity whose changes do not verify')
  })
  const key = identity.keys.find((key) => key.index === index && key.purpose === 'sign')
  if (
    identity.kind !== 'operator' || key === undefined ||
    (key.algorithm !== 'EdDSA' && key.algorithm !== 'ES256')
  ) throw new OperatorKeyError("does not hold an operator's signing key")
  try {
    const { algorithm } = key
    const privateKey = await importPrivateKey(algorithm, pkcs8)
    const slow = signer(identity.id, index, { algorithm, privateKey })
    const by = signWith ? { ...slow, sign: await signWith(algorithm, pkcs8) } : slow
    const trial = await signStatement('kilowit/acknowledgement', utf8('trial'), by)
    if (await isSignedBy(trial, identity)) return { identity, signer: by, privateKey }
  } catch {
    // Whatever the platform says of the key, the answer is the same.
  }
  throw new OperatorKeyError('holds a private key that does not belong to its identity')
}

function decoded(text: string): unknown {
  try {
    return decode(fromBase64url(text))
  } catch {
    return undefined
  }
}
