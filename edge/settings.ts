/**
 * The settings of a process, from its environment. They are checked before anything starts, and
 * all faults are told at once, each in a sentence that says what to write instead.
 *
 * @module
 */
import * as path from 'node:path'
import * as v from 'valibot'
import type { Limits } from '../server/limits.ts'
import { limitEntries, limitsFrom, wholeNumber } from './limit-settings.ts'
import { OperatorKeyError, parseOperatorKey } from './operator-key.ts'

export interface Settings {
  readonly port: number
  readonly host: string
  /** Where people reach us, without a slash at the end: issuer, links and `htu` are made of it. */
  readonly publicUrl: string
  /** Absolute. */
  readonly dataDir: string
  /** Absent: the Postgres that comes with us, in `dataDir`. */
  readonly databaseUrl: string | undefined
  /** Absent: the key in `dataDir`, made at the first start. */
  readonly operatorKey: string | undefined
  /** How many proxies of the operator's own stand before us and write X-Forwarded-For. */
  readonly trustProxy: number
  readonly limits: Partial<Limits>
}

/** Settings that cannot be used. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(faults.join('\n'))
    this.faults = faults
  }
}

const PUBLIC_URL = 'PUBLIC_URL must be the address that people type, such as ' +
  'https://kilowit.example, without a path'
const INSECURE = 'PUBLIC_URL must begin with https://, as browsers give keys and serial ports ' +
  'only to secure pages; http:// is for localhost alone'
const DATABASE_URL = 'DATABASE_URL must look like postgres://user:password@host:5432/database; ' +
  'leave it out to use the Postgres that comes with Kilowit'

const SettingsSchema = v.object({
  PORT: v.optional(
    wholeNumber(1, 65_535, 'PORT must be a whole number from 1 to 65535, such as 8787'),
    '8787',
  ),
  HOST: v.optional(
    v.pipe(
      v.string(),
      v.regex(
        /^[A-Za-z0-9.:-]+$/,
        'HOST must be an address to listen on, such as 127.0.0.1, or 0.0.0.0 for all of them',
      ),
    ),
    '127.0.0.1',
  ),
  PUBLIC_URL: v.optional(
    v.pipe(v.string(), v.check(isOrigin, PUBLIC_URL), v.check(isSecure, INSECURE)),
  ),
  DATA_DIR: v.optional(
    v.pipe(v.string(), v.check((text) => !text.includes('\0'), 'DATA_DIR must name a folder')),
    './data',
  ),
  DATABASE_URL: v.optional(v.pipe(v.string(), v.check(isPostgresUrl, DATABASE_URL))),
  OPERATOR_KEY: v.optional(v.string()),
  TRUST_PROXY: v.optional(
    wholeNumber(
      0,
      9,
      'TRUST_PROXY must say how many proxies of yours stand in front: a number from 0 to 9',
    ),
    '0',
  ),
  ...limitEntries,
})

/**
 * Reads and checks all settings; an empty variable counts as absent.
 *
 * @throws {SettingsError} with every fault there is
 */
export async function readSettings(
  env: Readonly<Record<string, string | undefined>>,
): Promise<Settings> {
  const given = Object.fromEntries(
    Object.keys(SettingsSchema.entries).map((name) => [name, env[name]])
      .filter(([, value]) => value !== undefined && value !== ''),
  )
  const parsed = v.safeParse(SettingsSchema, given, { abortPipeEarly: true })
  const faults = (parsed.issues ?? []).map((issue) => issue.message)
  const operatorKey = env['OPERATOR_KEY']
  if (operatorKey) {
    await parseOperatorKey(operatorKey).catch((error: unknown) => {
      if (!(error instanceof OperatorKeyError)) throw error
      faults.push(`OPERATOR_KEY ${error.message}: make one with "npm run -s operator-key"`)
    })
  }
  if (!parsed.success || faults.length > 0) throw new SettingsError(faults)
  const { output } = parsed
  return {
    port: output.PORT,
    host: output.HOST,
    publicUrl: new URL(output.PUBLIC_URL ?? `http://localhost:${output.PORT}`).origin,
    dataDir: path.resolve(output.DATA_DIR),
    databaseUrl: output.DATABASE_URL,
    operatorKey: output.OPERATOR_KEY,
    trustProxy: output.TRUST_PROXY,
    limits: limitsFrom(output),
  }
}

function isOrigin(text: string): boolean {
  const url = parseUrl(text)
  return url !== null && ['http:', 'https:'].includes(url.protocol) && url.hostname !== '' &&
    [url.origin, `${url.origin}/`].includes(url.href.toLowerCase()) && url.username === ''
}

function isSecure(text: string): boolean {
  const url = parseUrl(text)
  if (url === null || url.protocol === 'https:') return true
  return ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname) ||
    url.hostname.endsWith('.localhost')
}

function isPostgresUrl(text: string): boolean {
  const url = parseUrl(text)
  return url !== null && ['postgres:', 'postgresql:'].includes(url.protocol) &&
    url.pathname.length > 1
}

function parseUrl(text: string): URL | null {
  try {
    return new URL(text)
  } catch {
    return null
  }
}
