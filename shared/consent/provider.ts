/**
 * Providers: what one says of itself, signed by its identity, and the operator's word that it is who
 * it says. Its signing and sealing keys are those of its identity, so that a change of keys is a
 * signed step of that chain, seen by whoever granted something to the ones before.
 *
 * @module
 */
import * as v from 'valibot'
import type { Bytes } from '../bytes.ts'
import { bytes, type Opened, opener, parser, uint, uint32 } from '../identity/content.ts'
import { type Identity, isSignedBy, sealKeyOf, wasSignedBy } from '../identity/identity.ts'
import { type Digest, sha256, statementId } from '../identity/statement.ts'
import { isName } from '../name.ts'
import { equal } from '../bytes.ts'
import { AskedPurposeSchema } from './terms.ts'

const MAX_LOGO = 16 * 1024
const MAX_REDIRECTS = 10
const MAX_URI = 512

/** Hosts of the machine itself: for trials, before there is a domain. */
const OWN_MACHINE = ['localhost', '127.0.0.1', '[::1]']

const NameSchema = v.pipe(v.string(), v.maxLength(80), v.check(isName))

/** A host as it stands in addresses: lower case, other scripts as `xn--`, with a dot in it. */
const DomainSchema = v.pipe(
  v.string(),
  v.maxLength(253),
  v.check((domain) => OWN_MACHINE.includes(domain) || isDomain(domain)),
)

const LogoSchema = v.pipe(
  v.custom<Bytes>((x) => x instanceof Uint8Array),
  v.maxLength(MAX_LOGO),
  v.check((logo) => isPng(logo)),
)

const RegistrationSchema = v.pipe(
  v.strictObject({
    v: v.literal(1),
    provider: bytes(32),
    /** 0, 1, 2, …: a later one takes the place of the one before. */
    seq: uint32,
    name: NameSchema,
    domain: DomainSchema,
    /** A PNG, or none. */
    logo: v.nullable(LogoSchema),
    /** `mailto:` or `https:`: where a person answers. */
    contact: v.pipe(v.string(), v.maxLength(MAX_URI), v.check((contact) => isContact(contact))),
    /** For which of them it may ask. */
    purposes: v.pipe(
      v.array(AskedPurposeSchema),
      v.minLength(1),
      v.maxLength(16),
      v.check((items) => isSet(items)),
    ),
    /** Where a browser may be sent back to: these and no others, letter by letter. */
    redirects: v.pipe(
      v.array(v.pipe(v.string(), v.maxLength(MAX_URI))),
      v.minLength(1),
      v.maxLength(MAX_REDIRECTS),
      v.check((items) => isSet(items)),
    ),
    /** Where it is told of changes to its grants. */
    hook: v.nullable(v.pipe(v.string(), v.maxLength(MAX_URI))),
    at: uint,
  }),
  v.check(({ domain, redirects, hook }) =>
    [...redirects, ...hook === null ? [] : [hook]].every((uri) => uriProblem(uri, domain) === null)
  ),
)

const ApprovalSchema = v.strictObject({
  v: v.literal(1),
  provider: bytes(32),
  /** Id of the registration that was looked at: a later one needs a later approval. */
  registration: bytes(32),
  /** False takes an approval back. */
  approved: v.boolean(),
  at: uint,
})

export type Registration = v.InferOutput<typeof RegistrationSchema>
export type Approval = v.InferOutput<typeof ApprovalSchema>

export const openRegistration = opener('kilowit/provider', RegistrationSchema)
export const openApproval = opener('kilowit/approval', ApprovalSchema)

/** Parse without checking the signature. @throws {StatementError | CborError} */
export const parseRegistration = parser('kilowit/provider', RegistrationSchema)
export const parseApproval = parser('kilowit/approval', ApprovalSchema)

/** Whether a registration is the provider's own, by a key it has now, and can be granted to. */
export async function registrationHolds(
  { content, statement }: Opened<Registration>,
  provider: Identity,
): Promise<boolean> {
  return provider.kind === 'provider' && equal(content.provider, provider.id) &&
    sealKeyOf(provider) !== undefined && await isSignedBy(statement, provider)
}

/** Whether the operator vouches for just this registration. */
export async function isApproved(
  registration: Opened<Registration>,
  approval: Opened<Approval> | null,
  operator: Identity,
  digest: Digest = sha256,
): Promise<boolean> {
  if (approval === null || !approval.content.approved) return false
  const id = await statementId(registration.statement, digest)
  return equal(approval.content.registration, id) &&
    equal(approval.content.provider, registration.content.provider) &&
    operator.kind === 'operator' && await wasSignedBy(approval.statement, operator)
}

/**
 * What is wrong with an address that belongs to a provider, or null. It is written as a browser
 * writes it, so that what is compared letter by letter is also what is visited; it carries no name,
 * password or fragment, and lies on the domain or below it, or for trials on the machine itself.
 */
export function uriProblem(uri: string, domain: string): string | null {
  const url = urlOf(uri)
  if (url === null) return 'is no address: write it whole, as https://example.org/back'
  if (url.href !== uri) return `is not written as a browser writes it: use ${shown(url.href)}`
  if (url.username !== '' || url.password !== '') return 'names a user: leave that out'
  if (uri.includes('#')) return 'has a fragment: leave that out'
  const isHere = OWN_MACHINE.includes(url.hostname)
  if (url.protocol === 'http:') return isHere ? null : 'is not encrypted: use https:'
  if (url.protocol !== 'https:') return 'is no web address: use https:'
  if (isHere || url.hostname === domain || url.hostname.endsWith(`.${domain}`)) return null
  return `is not on ${domain}`
}

function shown(text: string): string {
  return text.slice(0, 80)
}

function urlOf(uri: string): URL | null {
  try {
    return new URL(uri)
  } catch {
    return null
  }
}

function isDomain(domain: string): boolean {
  return domain.includes('.') && !/[/:@[\]?#]/.test(domain) && /[a-z]/.test(domain) &&
    urlOf(`https://${domain}/`)?.hostname === domain && !domain.endsWith('.')
}

function isContact(contact: string): boolean {
  const url = urlOf(contact)
  if (url === null || url.href !== contact) return false
  if (url.protocol === 'mailto:') {
    return /^[^@?%,;]+@[^@?%,;]+$/.test(url.pathname) && url.search === ''
  }
  return url.protocol === 'https:' && url.username === '' && url.password === ''
}

function isSet(items: readonly string[]): boolean {
  return new Set(items).size === items.length
}

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
const MOST_PIXELS = 1024

/** By its signature and the size that its header tells (PNG, sections 5.2 and 11.2.2). */
function isPng(bytes: Bytes): boolean {
  if (bytes.length < 33 || !PNG.every((byte, i) => bytes[i] === byte)) return false
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return [16, 20].every((at) => view.getUint32(at) >= 1 && view.getUint32(at) <= MOST_PIXELS)
}
