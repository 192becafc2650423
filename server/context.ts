/**
 * What the app is given, and what a request carries through it.
 *
 * @module
 */
import type { Context, MiddlewareHandler } from 'hono'
import type { Bytes } from '../shared/bytes.ts'
import type { Identity } from '../shared/identity/identity.ts'
import type { RawVerifier } from '../shared/identity/profile.ts'
import type { Digest, Signer } from '../shared/identity/statement.ts'
import type { ProblemCode } from '../shared/api/problems.ts'
import type { Database } from './database.ts'
import type { Buckets, Limits } from './limits.ts'
import type { Caller } from './policy.ts'

/** The platform's own identity, with a sign key of it that holds now. */
export interface Operator {
  readonly identity: Identity
  readonly signer: Signer
  /** The private half of the same key, for access tokens. */
  readonly privateKey: CryptoKey
}

export type LogEntry = Readonly<Record<string, string | number | boolean | null | undefined>>

export type Log = (entry: LogEntry) => void

export interface Deps {
  /**
   * The database for one request. Node and Deno give the same one every time; a Worker makes a
   * client for the request, and ends it when the answer's body has ended.
   */
  readonly database: (env: unknown) => Database
  readonly operator: Operator
  /** Origin under which the platform is reached: issuer, `htu` and links. */
  readonly publicUrl: string
  /** Seconds since 1970, UTC; not rounded. */
  readonly now: () => number
  readonly digest?: Digest
  readonly verifier?: RawVerifier
  readonly log: Log
  /**
   * Whether requests may share a connection: then concurrent posts share a transaction, and streams
   * a look at the heads. Otherwise each has its own.
   */
  readonly commit: 'group' | 'single'
  /** The network a request comes from: an IPv4 address, or the first 56 bits of an IPv6 one. */
  readonly network: (request: Request, env: unknown) => string
  readonly version: string
  /** When the newest migration was made that this code needs: `when` of the migrations' journal. */
  readonly migration: number
  readonly limits?: Partial<Limits>
}

/** A bucket by its policy's name, such as `network`. */
export interface Charged {
  readonly policy: string
  readonly buckets: Buckets
  readonly name: string
}

export interface AppEnv {
  Bindings: Record<string, unknown>
  Variables: {
    requestId: string
    database: Database
    /** The network it comes from; of paths with a version. */
    network: string
    /** The buckets that the request takes from: told in its answer. */
    rates: readonly Charged[]
    caller: Caller
    /** Takes room for so many bytes of the body until the request has its answer. */
    roomForBody: (bytes: number) => boolean
    /** When the caller's access token ends; seconds since 1970. */
    expires: number
    /** Whether what that token was issued on still stands: the key, or the session. */
    stands: () => Promise<boolean>
    /** What the request ended in, for log and metrics. */
    problem: ProblemCode
    /** An error that nobody expected: its name and stack are logged. */
    fault: Error
  }
}

export type AppContext = Context<AppEnv>

/** Goes before every route that needs an access token; sets `caller`, `expires`, `stands`. */
export type Authenticate = MiddlewareHandler<AppEnv>

/** Seconds since 1970, whole. */
export function wholeSeconds(deps: Pick<Deps, 'now'>): number {
  return Math.floor(deps.now())
}

/** Bytes as a key of a Map: cheaper than any printable text. */
export function mapKey(bytes: Bytes): string {
  return Reflect.apply(String.fromCharCode, null, bytes)
}
