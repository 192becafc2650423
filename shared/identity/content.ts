/**
 * The content of signed statements: deterministic CBOR maps of fixed shape. For each type of
 * statement one schema, from which come the function that makes such a statement and the one that
 * parses it.
 *
 * @module
 */
import * as v from 'valibot'
import type { Bytes } from '../bytes.ts'
import { decode, encode } from '../cbor.ts'
import { SEAL_SIZES, type SealAlgorithm } from './keys.ts'
import {
  parseStatement,
  type Signer,
  signStatement,
  type Statement,
  StatementError,
  type StatementType,
} from './statement.ts'

/** A parsed statement with its content. */
export interface Opened<T> {
  readonly content: T
  readonly statement: Statement
}

export const bytes = (length: number) =>
  v.pipe(v.custom<Bytes>((x) => x instanceof Uint8Array), v.length(length))
export const uint = v.pipe(v.number(), v.safeInteger(), v.minValue(0))
export const uint32 = v.pipe(uint, v.maxValue(0xffff_ffff))
/** What HPKE encapsulates to a key of one of these algorithms. */
export const encapsulated = (...algorithms: readonly SealAlgorithm[]) =>
  v.pipe(
    v.custom<Bytes>((x) => x instanceof Uint8Array),
    v.check((x) => algorithms.some((algorithm) => SEAL_SIZES[algorithm].enc === x.length)),
  )

/** A long list of what is none would else be told of item by item, each a hundred times its size. */
export const AT_FIRST = { abortEarly: true } as const

/** `Omit` of each member of a union by itself. */
type Unversioned<T> = T extends unknown ? Omit<T, 'v'> : never

export function opener<S extends v.GenericSchema>(type: StatementType, schema: S) {
  return async (
    content: Unversioned<v.InferOutput<S>>,
    by: Signer,
  ): Promise<Opened<v.InferOutput<S>>> => {
    const payload = encode({ v: 1, ...(content as object) }) // the parser checks it
    return parser(type, schema)((await signStatement(type, payload, by)).bytes)
  }
}

export function parser<S extends v.GenericSchema>(type: StatementType, schema: S) {
  return (statementBytes: Bytes): Opened<v.InferOutput<S>> => {
    const statement = parseStatement(statementBytes, type)
    const parsed = v.safeParse(schema, decode(statement.payload), AT_FIRST)
    if (!parsed.success) throw new StatementError(`Statement has not the shape of ${type}`)
    return { content: parsed.output, statement }
  }
}
