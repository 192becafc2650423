/**
 * Requests as a fuzzer makes them: of the routes and their parameters, bodies and credentials that
 * hold, nearly hold, or are hostile.
 *
 * @module
 */
import { type Bytes, concat, toBase64url, utf8 } from '../../shared/bytes.ts'
import { CBOR, CBOR_SEQUENCE, GRANT_JWT_BEARER } from '../../shared/api/schemas.ts'
import type { Algorithm } from '../../shared/identity/profile.ts'
import { PUBLIC_URL } from '../server/platform.ts'
import type { Dice } from './dice.ts'
import {
  brokenCbor,
  damage,
  headerText,
  hostileId,
  hostileJson,
  hostileText,
  MARK,
} from './hostile.ts'
import { type Home, jti, jwtOf, type Session, signedNonsense, type World } from './world.ts'

export interface Case {
  readonly method: string
  /** With its query, as it is sent. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Bytes | null
}

const FORM = 'application/x-www-form-urlencoded'

interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  readonly query?: readonly string[]
  readonly token?: true
  readonly type?: string
}

const ROUTES: readonly Route[] = [
  { method: 'GET', path: '/healthz' },
  { method: 'GET', path: '/version' },
  { method: 'GET', path: '/problems/{code}' },
  { method: 'GET', path: '/v1/operator' },
  { method: 'POST', path: '/v1/identities', type: CBOR },
  { method: 'GET', path: '/v1/identities/{id}' },
  { method: 'POST', path: '/v1/pairings', token: true, type: CBOR },
  { method: 'GET', path: '/v1/pairings', token: true },
  { method: 'GET', path: '/v1/pairings/{device}/steps', token: true, query: ['after', 'limit'] },
  { method: 'POST', path: '/v1/pairings/{device}/steps', token: true, type: CBOR },
  { method: 'POST', path: '/v1/pairing-rooms', token: true, type: CBOR },
  { method: 'GET', path: '/v1/pairing-rooms/{room}', token: true, query: ['after'] },
  { method: 'POST', path: '/v1/pairing-rooms/{room}/messages', token: true, type: CBOR },
  { method: 'DELETE', path: '/v1/pairing-rooms/{room}', token: true },
  { method: 'POST', path: '/v1/channels', token: true, type: CBOR },
  { method: 'GET', path: '/v1/channels', token: true, query: ['after', 'limit'] },
  { method: 'GET', path: '/v1/channels/{channel}', token: true },
  { method: 'POST', path: '/v1/chapters', token: true, type: CBOR },
  {
    method: 'GET',
    path: '/v1/channels/{channel}/epochs',
    token: true,
    query: ['after', 'limit'],
  },
  { method: 'GET', path: '/v1/channels/{channel}/head', token: true },
  { method: 'POST', path: '/v1/channels/{channel}/blocks', type: CBOR_SEQUENCE },
  {
    method: 'GET',
    path: '/v1/channels/{channel}/blocks',
    token: true,
    query: ['after', 'from', 'to', 'limit'],
  },
  { method: 'GET', path: '/v1/channels/{channel}/stream', token: true, query: ['after'] },
  { method: 'GET', path: '/v1/channels/{channel}/forks', token: true, query: ['after', 'limit'] },
  { method: 'POST', path: '/v1/history', token: true, type: CBOR_SEQUENCE },
  { method: 'GET', path: '/v1/history', token: true, query: ['after', 'limit', 'owner'] },
  { method: 'GET', path: '/v1/grants', token: true, query: ['after', 'limit'] },
  { method: 'GET', path: '/v1/grants/{grant}', token: true },
  { method: 'DELETE', path: '/v1/grants/{grant}', token: true },
  { method: 'POST', path: '/v1/grants/{grant}/steps', token: true, type: CBOR },
  {
    method: 'GET',
    path: '/v1/grants/{grant}/keys',
    token: true,
    query: ['after', 'channel', 'limit'],
  },
  { method: 'GET', path: '/v1/grants/{grant}/access', token: true, query: ['after', 'limit'] },
  { method: 'GET', path: '/v1/requests', token: true },
  { method: 'GET', path: '/v1/requests/{request}', token: true },
  { method: 'POST', path: '/v1/requests/{request}/grant', token: true, type: CBOR_SEQUENCE },
  { method: 'POST', path: '/v1/requests/{request}/code' },
  { method: 'POST', path: '/v1/requests/{request}/redirect' },
  { method: 'POST', path: '/v1/request-codes', token: true, type: CBOR },
  { method: 'POST', path: '/v1/wraps', token: true, type: CBOR_SEQUENCE },
]
const POSTS = ROUTES.filter((route) => route.type !== undefined)

export async function makeCase(world: World, random: Dice): Promise<Case> {
  const roll = random.below(100)
  if (roll < 15) return await tokenCase(world, random)
  if (roll < 22) return oddAddress(world, random)
  if (roll < 40) return await nonsenseCase(world, random)
  return await routeCase(world, random, roll < 60 ? random.pick(POSTS) : random.pick(ROUTES))
}

async function routeCase(world: World, random: Dice, route: Route): Promise<Case> {
  const home = random.pick(world.homes)
  const path = pathOf(route.path, home, random)
  const address = path + queryOf(route.query ?? ['limit'], random)
  const headers: Record<string, string> = {}
  let body: Bytes | null = null
  if (route.type !== undefined) {
    body = bodyOf(route.path, home, random)
    Object.assign(headers, bodyHeaders(route.type, body, random))
  }
  if (route.token === true || random.chance(0.1)) {
    Object.assign(headers, await credentials(world, home, route.method, path, random))
  }
  Object.assign(headers, floods(random))
  const method = random.chance(0.03)
    ? random.pick(['HEAD', 'PUT', 'DELETE', 'OPTIONS'])
    : route.method
  return { method, path: address, headers, body: method === 'HEAD' ? null : body }
}

/** Signed well, and saying what nobody would say. */
async function nonsenseCase(world: World, random: Dice): Promise<Case> {
  const home = random.pick(world.homes)
  const made = await signedNonsense(home, random)
  if (made === null) return oddAddress(world, random)
  const [template, body] = made
  const path = template.replace('{channel}', home.channel.name)
    .replace('{device}', toBase64url(home.member.household.device.identity.id))
  const sequence = /\/(blocks|history|wraps)$/.test(template)
  const type = sequence ? CBOR_SEQUENCE : CBOR
  const headers = { 'Content-Type': type, 'Content-Length': String(body.length) }
  const needsToken = !['/v1/identities', '/v1/channels/{channel}/blocks'].includes(template)
  const more = needsToken ? await holding(world, home.owner, 'POST', path) : {}
  return { method: 'POST', path, headers: { ...headers, ...more }, body }
}

function pathOf(template: string, home: Home, random: Dice): string {
  const { member, channel } = home
  const good: Record<string, string> = {
    '{channel}': channel.name,
    '{grant}': toBase64url(home.grant.id),
    '{request}': home.request,
    '{room}': toBase64url(home.room),
    '{id}': toBase64url(member.household.owner.identity.id),
    '{device}': toBase64url(member.household.device.identity.id),
    '{code}': random.pick(['gap', 'fork', 'toString', '__proto__', MARK]),
  }
  return template.replace(/\{\w+\}/, (name) => {
    if (random.chance(0.7)) return good[name] ?? ''
    return encodeURIComponent(
      wellFormed(hostileId(/^\{(id|request|device)\}$/.test(name) ? 32 : 16, random)),
    ) || 'x'
  })
}

/** encodeURIComponent throws for lone surrogates, and so would every client. */
function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udfff]/g, '?')
}

function queryOf(names: readonly string[], random: Dice): string {
  if (random.chance(0.4)) return ''
  if (random.chance(0.02)) return `?${`${random.pick(names)}=1&`.repeat(500)}`
  const parts: string[] = []
  for (let i = 0; i <= random.below(3); i++) {
    const name = random.chance(0.85)
      ? random.pick(names)
      : encodeURIComponent(wellFormed(hostileText(random)))
    const value = random.pick([
      () => String(random.below(8)),
      () => String(1_763_000_000 + random.below(400)),
      () => '-1',
      () => toBase64url(random.bytes(16)),
      () => `${random.below(5)}.${hostileId(32, random)}`,
      () => `${hostileId(16, random)}.${random.below(5)}`,
      () => encodeURIComponent(wellFormed(hostileText(random))),
      () => random.pick(['%', '%ff', '%00', '%ed%a0%80', '+', '&&', '=']),
    ])()
    parts.push(random.chance(0.95) ? `${name}=${value}` : `${name}[]=${value}`)
  }
  return `?${parts.join('&')}`
}

function bodyOf(path: string, home: Home, random: Dice): Bytes {
  const good = home.good[path] ?? [new Uint8Array()]
  const roll = random.below(10)
  if (roll < 2) return random.pick(good)
  if (roll < 6) return damage(random.pick(good), random)
  if (roll < 8) return brokenCbor(random)
  if (roll < 9) return random.pick(random.pick(Object.values(home.good)))
  return concat(...Array.from({ length: 1 + random.below(4) }, () => random.pick(good)))
}

function bodyHeaders(type: string, body: Bytes, random: Dice): Record<string, string> {
  const headers: Record<string, string> = {
    'Content-Type': random.chance(0.93) ? type : random.pick([
      'application/json',
      'text/plain',
      `${type}; charset=utf-8`,
      type.toUpperCase(),
      ` ${type} ; a=b`,
      'application/cbor-seq',
      'application/cbor',
      FORM,
      headerText(random),
    ]),
  }
  if (random.chance(0.85)) headers['Content-Length'] = String(body.length)
  else if (random.chance(0.5)) {
    headers['Content-Length'] = random.pick([
      '0',
      '5',
      '-1',
      '1e3',
      '0x10',
      '99999999999',
      'x',
      '+1',
    ])
  }
  if (random.chance(0.02)) {
    headers['Content-Encoding'] = random.pick(['gzip', 'br', 'identity', MARK])
  }
  if (random.chance(0.02)) headers['Transfer-Encoding'] = 'chunked'
  return headers
}

async function holding(world: World, by: Session, method: string, path: string) {
  return {
    Authorization: `DPoP ${by.token}`,
    DPoP: await world.proof(by, method, path, by.token),
  }
}

async function credentials(
  world: World,
  home: Home,
  method: string,
  path: string,
  random: Dice,
): Promise<Record<string, string>> {
  const by = random.pick([home.owner, home.device, home.reader])
  const roll = random.below(20)
  if (roll < 10) return await holding(world, by, method, path)
  if (roll < 12) return {}
  if (roll < 14) return { Authorization: headerText(random), DPoP: headerText(random) }
  const { Authorization, DPoP } = await holding(world, by, method, path)
  if (roll < 16) return { Authorization: spoilt(Authorization, random), DPoP }
  if (roll < 18) return { Authorization, DPoP: await hostileProof(by, method, path, random) }
  return { Authorization, DPoP: spoilt(DPoP, random) }
}

function spoilt(text: string, random: Dice): string {
  const at = random.below(text.length)
  const other = random.pick(['A', '_', '.', '=', ' ', ''])
  return text.slice(0, at) + other + text.slice(at + 1)
}

/** A proof whose header or claims are hostile, signed by the key that it names. */
async function hostileProof(
  { key, sign }: Session,
  htm: string,
  path: string,
  random: Dice,
): Promise<string> {
  const jwk = JSON.stringify({ kty: 'OKP', crv: 'Ed25519', x: toBase64url(key.publicKey) })
  const header = { alg: '"EdDSA"', typ: '"dpop+jwt"', jwk }
  const claims = {
    htm: JSON.stringify(htm),
    htu: JSON.stringify(PUBLIC_URL + path),
    iat: '1763000000',
    jti: JSON.stringify(jti()),
  }
  return await jwtOf(objectOf(header, random), objectOf(claims, random), sign)
}

/** JSON of an object of which some members are hostile, twice there, or missing. */
function objectOf(members: Readonly<Record<string, string>>, random: Dice): string {
  if (random.chance(0.05)) return hostileJson(random)
  const parts = Object.entries(members).flatMap(([name, value]) => {
    const roll = random.below(12)
    if (roll === 0) return []
    if (roll === 1) return [`${JSON.stringify(name)}:${hostileJson(random)}`]
    if (roll === 2) return [`"${name}":${hostileJson(random)}`, `"${name}":${value}`]
    return [`"${name}":${value}`]
  })
  if (random.chance(0.1)) {
    parts.push(`"${random.pick(['crit', 'b64', 'x5c', '__proto__', 'd'])}":${hostileJson(random)}`)
  }
  return `{${parts.join(',')}}`
}

async function tokenCase(world: World, random: Dice): Promise<Case> {
  const home = random.pick(world.homes)
  const { signer } = random.pick([home.member.household.owner, home.member.household.device])
  const by = random.pick([home.owner, home.device])
  const form = await formOf(world, signer, random)
  const body = utf8(form)
  const proof = random.chance(0.7)
    ? await world.proof(by, 'POST', '/v1/token')
    : await hostileProof(by, 'POST', '/v1/token', random)
  const headers = {
    ...bodyHeaders(FORM, body, random),
    ...random.chance(0.95) ? { DPoP: proof } : {},
    ...floods(random),
  }
  return { method: 'POST', path: '/v1/token', headers, body }
}

async function formOf(
  world: World,
  by: {
    readonly identity: Bytes
    readonly index: number
    readonly algorithm: Algorithm
    readonly sign: (message: Bytes) => Promise<Bytes>
  },
  random: Dice,
): Promise<string> {
  if (random.chance(0.2)) return await world.form(by)
  if (random.chance(0.2)) return damaged(await world.form(by), random)
  const id = toBase64url(by.identity)
  const { now } = world.platform.clock
  const header = { alg: `"${by.algorithm}"`, typ: '"JWT"', kid: `"${id}.${by.index}"` }
  const claims = {
    iss: `"${id}"`,
    sub: `"${id}"`,
    aud: JSON.stringify(PUBLIC_URL),
    iat: String(now),
    exp: String(now + 120),
    jti: JSON.stringify(jti()),
  }
  const assertion = await jwtOf(objectOf(header, random), objectOf(claims, random), by.sign)
  const form = new URLSearchParams({ grant_type: GRANT_JWT_BEARER, assertion })
  if (random.chance(0.1)) form.append(random.pick(['grant_type', 'assertion']), hostileText(random))
  return form.toString()
}

function damaged(form: string, random: Dice): string {
  return new TextDecoder('latin1').decode(damage(utf8(form), random))
}

/** Paths and methods that nobody documented. */
function oddAddress(world: World, random: Dice): Case {
  const home = random.pick(world.homes)
  const route = random.pick(ROUTES)
  const good = pathOf(route.path, home, random)
  const path = random.pick([
    () => `/${encodeURIComponent(wellFormed(hostileText(random)))}`,
    () => `${good}/`,
    () => `/${good}`,
    () => `${good}/${encodeURIComponent(wellFormed(hostileText(random)))}`,
    () => good.toUpperCase(),
    () => good.replace('/v1', '/v2'),
    () => good.replace('/v1', '/v1/../v1'),
    () => good.replace('/', '/%2e%2e/'),
    () => `${good}%00`,
    () => `${good}%2f`,
    () => `${good};a=b`,
    () => `${good}#x`,
    () => `${good}?${'a'.repeat(5000)}`,
    () => `${good}/${'x/'.repeat(300)}`,
    () => `/v1/channels/${'%61'.repeat(300)}`,
    () => '/v1/channels/%e0%a4%a',
    () => '/*',
    () => '/v1/*',
    () => '/openapi.json',
    () => '/metrics',
    () => '/readyz',
  ])()
  const method = random.pick([
    'GET',
    'GET',
    'POST',
    'PUT',
    'PATCH',
    'DELETE',
    'OPTIONS',
    'HEAD',
    'QUERY',
    'x',
  ])
  return { method, path, headers: floods(random), body: null }
}

const HEADERS = [
  'If-None-Match',
  'Last-Event-ID',
  'Accept',
  'Range',
  'Cookie',
  'Origin',
  'traceparent',
  'tracestate',
  'X-Forwarded-For',
  'X-HTTP-Method-Override',
  'Forwarded',
  'Idempotency-Key',
  'Expect',
  'Host',
]

function floods(random: Dice): Record<string, string> {
  const headers: Record<string, string> = {}
  if (random.chance(0.2)) headers[random.pick(HEADERS)] = headerText(random)
  if (random.chance(0.05)) {
    headers['If-None-Match'] = random.pick(['*', 'W/"x"', '"a",'.repeat(300)])
  }
  if (random.chance(0.01)) {
    for (let i = 0; i < 300; i++) headers[`X-Flood-${i}`] = MARK
  }
  return headers
}
