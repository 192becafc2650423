/**
 * The operator's signed answer to an accepted block: whoever holds it can show that the platform
 * had the block, and when. `log` is the promise: from that time on the platform owes the block id
 * to everybody who may read the channel's chain, and its absence is evidence against the operator.
 *
 * @module
 */
import * as v from 'valibot'
import type { Bytes } from '../bytes.ts'
import { decode, encode } from '../cbor.ts'
import {
  parseStatement,
  protectedHeader,
  signBytes,
  type Signer,
  type Statement,
  StatementError,
} from '../identity/statement.ts'

const bytes = (length: number) =>
  v.pipe(v.custom<Bytes>((x) => x instanceof Uint8Array), v.length(length))
const uint = v.pipe(v.number(), v.safeInteger(), v.minValue(0))

const AcknowledgementSchema = v.strictObject({
  v: v.literal(1),
  block: bytes(32),
  channel: bytes(16),
  seq: uint,
  /** Seconds since 1970, UTC, by the platform's clock. */
  accepted: uint,
  /** From when the block id is owed in the channel's public chain; same clock. */
  log: uint,
})

export type Acknowledgement = v.InferOutput<typeof AcknowledgementSchema>

export async function acknowledge(
  content: Omit<Acknowledgement, 'v'>,
  operator: Signer,
): Promise<Bytes> {
  const { log, seq, block, channel, accepted } = content
  // In the order of the encoding, which then has nothing to sort.
  const payload = encode({ v: 1, log, seq, block, channel, accepted })
  let header = headers.get(operator)
  if (header === undefined) {
    header = protectedHeader('kilowit/acknowledgement', operator)
    headers.set(operator, header)
  }
  return await signBytes(header, payload, operator)
}

/** The protected header is the same for all that one key signs. */
const headers = new WeakMap<Signer, Bytes>()

/**
 * Parses without checking the signature.
 *
 * @throws {StatementError | CborError}
 */
export function parseAcknowledgement(
  statementBytes: Bytes,
): { content: Acknowledgement; statement: Statement } {
  const statement = parseStatement(statementBytes, 'kilowit/acknowledgement')
  const parsed = v.safeParse(AcknowledgementSchema, decode(statement.payload))
  if (!parsed.success) throw new StatementError('Acknowledgement has not the shape of one')
  return { content: parsed.output, statement }
}
