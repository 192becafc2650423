/**
 * Whatever comes to the parsers of consent is taken or refused in their own words, and a bomb costs
 * hardly more than to look at its bytes once: what is refused is refused at its first fault.
 *
 * @module
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Bytes, concat, toBase64url, utf8 } from '../../shared/bytes.ts'
import {
  canonicalJson,
  CanonicalJsonError,
  parseCanonicalJson,
} from '../../shared/canonical-json.ts'
import { CborError, type CborValue, decode, encode } from '../../shared/cbor.ts'
import { openGrant, parseGrant } from '../../shared/consent/grant.ts'
import { openEvent, parseEvent } from '../../shared/consent/history.ts'
import { openApproval, parseApproval, parseRegistration } from '../../shared/consent/provider.ts'
import { verifyReceipt } from '../../shared/consent/receipt.ts'
import { ReceiptError } from '../../shared/consent/receipt-fields.ts'
import { parseRequest, RequestError } from '../../shared/consent/request.ts'
import { openStep, parseStep } from '../../shared/consent/steps.ts'
import { encodeWrapList, openWraps, parseWrapList, parseWraps } from '../../shared/consent/wrap.ts'
import {
  signStatement,
  StatementError,
  type StatementType,
} from '../../shared/identity/statement.ts'
import { type Counter, countWork } from '../hostile/work.ts'
import { createParties, NOON, type Parties } from './parties.ts'

const OWN = [StatementError, CborError, RequestError, ReceiptError, CanonicalJsonError]

let parties: Parties
let counter: Counter
beforeAll(async () => {
  parties = await createParties()
  counter = await countWork(/\/node_modules\/valibot\//)
})
afterAll(() => counter.end())

const fill = (value: number, length: number): Bytes => new Uint8Array(length).fill(value)

async function refusal(parse: () => unknown): Promise<unknown> {
  try {
    await parse()
    return null
  } catch (error) {
    return error
  }
}

function isOwn(error: unknown): boolean {
  return error === null || OWN.some((one) => error instanceof one)
}

const DETAIL = {
  type: 'kilowit_readings',
  classes: 'energy',
  resolution: 'PT15M',
  period: 'P6M',
  purposes: ['energy-advice'],
  seal_key: 1,
}

const STATEMENTS: readonly (readonly [StatementType, (bytes: Bytes) => unknown])[] = [
  ['kilowit/grant', parseGrant],
  ['kilowit/step', parseStep],
  ['kilowit/wraps', parseWraps],
  ['kilowit/event', parseEvent],
  ['kilowit/provider', parseRegistration],
  ['kilowit/approval', parseApproval],
]

/** So many small things in a place where a list is. */
const SWARMS: Record<string, (count: number) => CborValue> = {
  'zeros': (count) => Array.from({ length: count }, () => 0),
  'empty texts': (count) => Array.from({ length: count }, () => ''),
  'lists in a list': (count) => Array.from({ length: count }, () => []),
  'names': (count) => Object.fromEntries(Array.from({ length: count / 5 }, (_, i) => [`k${i}`, 0])),
}

/** As a statement could have them: whole, and in each member that is a list. */
const places = (swarm: CborValue): CborValue[] => [
  swarm,
  { v: 1, terms: { channels: swarm, purposes: swarm } },
  { v: 1, what: 'narrowed', terms: { channels: swarm, purposes: [] } },
  { v: 1, what: 'erased', epochs: swarm },
  { v: 1, purposes: swarm, redirects: swarm },
]

/** What the checking of a shape costs, of few things and of many. */
async function isEven(few: () => unknown, many: () => unknown): Promise<void> {
  for (const one of [few, many]) expect(isOwn(await refusal(one) ?? 'taken')).toBe(true)
  const [some = 0, all = Infinity] = await counter.worksOf([
    () => refusal(few),
    () => refusal(many),
  ])
  expect(some).toBeGreaterThan(0)
  expect(all).toBeLessThan(2 * some + 100)
}

describe.for(STATEMENTS)('a statement of type %s', ([type, parse]) => {
  test.for(Object.entries(SWARMS))('of thousands of %s is refused at the first', async ([, of]) => {
    const { signer } = parties.owner
    const [few, many] = [places(of(10)), places(of(10_000))]
    for (const [i, payload] of many.entries()) {
      const [one, all] = await Promise.all(
        [few[i] ?? null, payload].map((value) => signStatement(type, encode(value), signer)),
      )
      if (one === undefined || all === undefined) throw new Error('There is none')
      await isEven(() => parse(one.bytes), () => parse(all.bytes))
    }
  })
})

test.for(
  [
    ['thousands of zeros', (count: number) => SWARMS['zeros']?.(count)],
    ['a grant with thousands of zeros', (count: number) => [[fill(1, 16), Array(count).fill(0)]]],
    ['thousands of lists', (count: number) => SWARMS['lists in a list']?.(count)],
  ] as const,
)('a list of wraps of %s is refused at the first', async ([, of]) => {
  const [few, many] = [10, 100_000].map((count) => encode(of(count) ?? null))
  if (few === undefined || many === undefined) throw new Error('There is none')
  await isEven(() => parseWrapList(few), () => parseWrapList(many))
})

test.for(
  [
    ['numbers', (count: number) => Array<unknown>(count).fill(0)],
    ['purposes', (count: number) => [{ ...DETAIL, purposes: Array(count).fill(0) }]],
    ['details', (count: number) => Array.from({ length: count }, () => ({}))],
  ] as const,
)('a request of thousands of %s is refused at the first', async ([, of]) => {
  await isEven(() => parseRequest(of(10)), () => parseRequest(of(20_000)))
})

describe('JSON', () => {
  test.for(
    [
      ['lists in lists', '['.repeat(1_000_000)],
      ['lists in lists that end', `${'['.repeat(500_000)}${']'.repeat(500_000)}`],
      ['objects in objects', `${'{"a":'.repeat(200_000)}0${'}'.repeat(200_000)}`],
      ['a name a thousand times', `{${'"a":0,'.repeat(1000)}"a":0}`],
      ['a number beyond numbers', '1e999'],
      ['half a character', '"\\ud800"'],
    ] as const,
  )('of %s is refused', async ([, text]) => {
    expect(await refusal(() => parseCanonicalJson(text))).toBeInstanceOf(CanonicalJsonError)
    const jws = `e30.${toBase64url(utf8(text))}.AA`
    expect(await refusal(() => verifyReceipt(jws))).toBeInstanceOf(ReceiptError)
    const parsed = await refusal(() => parseRequest(JSON.parse(text)))
    expect(parsed instanceof SyntaxError || parsed instanceof RequestError).toBe(true)
  })

  test('with names of every object is no request, whatever they say', () => {
    expect(parseRequest([DETAIL])).toEqual([DETAIL])
    for (const name of ['__proto__', 'constructor', 'toString', 'hasOwnProperty']) {
      const text = JSON.stringify([DETAIL]).replace('{', `{"${name}":{"seal_key":2},`)
      expect(() => parseRequest(JSON.parse(text))).toThrow(RequestError)
    }
  })
})

test('a receipt of thousands of changes, channels or purposes is refused', async () => {
  const jws = await parties.receipt()
  const [header = '', payload = '', signature = ''] = jws.split('.')
  const record = JSON.parse(new TextDecoder().decode(Uint8Array.from(
    atob(payload.replaceAll('-', '+').replaceAll('_', '/')),
    (one) => one.charCodeAt(0),
  )))
  const swarm = Array.from({ length: 20_000 }, () => 'AA')
  const evidence = record['kilowit:evidence']
  const process = record['dpv:hasRecordOfActivity']['dpv:hasProcess']
  for (
    const change of [
      () => evidence.owner = swarm,
      () => evidence.operator = swarm,
      () => process['dpv:hasPurpose'] = swarm,
      () => process['dpv:hasPersonalData'] = swarm,
    ]
  ) {
    change()
    const forged = [header, toBase64url(utf8(canonicalJson(record))), signature].join('.')
    expect(await refusal(() => verifyReceipt(forged))).toBeInstanceOf(ReceiptError)
  }
  expect(await refusal(() => verifyReceipt(`${jws}${'A'.repeat(2 ** 21)}`)))
    .toBeInstanceOf(ReceiptError)
})

describe('what was signed', () => {
  async function samples(): Promise<[Bytes, (bytes: Bytes) => unknown][]> {
    const { owner, operator, registration, parts } = parties
    const { terms } = parts
    const [grant, id] = [fill(7, 16), fill(8, 32)]
    const list = encodeWrapList([{ grant, wrapped: fill(1, 72) }])
    const at = NOON
    const signed = [
      await openGrant({
        grant,
        owner: owner.identity.id,
        to: parties.provider.identity.id,
        toKey: 1,
        enc: fill(1, 32),
        sealed: fill(2, 48),
        terms,
        request: id,
        receipt: null,
        replaces: null,
        at,
      }, owner.signer),
      await openStep({ grant, step: 1, prev: id, at, what: 'narrowed', terms }, owner.signer),
      await openWraps(
        { channel: fill(1, 16), epoch: 0, seen: id, blind: grant, wraps: id, at },
        owner.signer,
      ),
      await openEvent({
        owner: owner.identity.id,
        seq: 0,
        prev: null,
        seen: null,
        at,
        what: 'erased',
        about: grant,
        entry: null,
        epochs: [0, 3],
      }, owner.signer),
      await openApproval({
        provider: parties.provider.identity.id,
        registration: id,
        approved: true,
        at,
      }, operator.signer),
    ].map(({ statement }) => statement.bytes)
    const parsers = [parseGrant, parseStep, parseWraps, parseEvent, parseApproval]
    return [
      ...signed.map((bytes, i) => [bytes, parsers[i] ?? decode] as [Bytes, typeof decode]),
      [registration, parseRegistration],
      [list, parseWrapList],
    ]
  }

  test('and cut off, or with any byte changed, put in or left out, is refused in its words', async () => {
    let taken = 0
    for (const [bytes, parse] of await samples()) {
      expect(await refusal(() => parse(bytes))).toBeNull()
      for (let at = 0; at < bytes.length; at++) {
        const cut = await refusal(() => parse(bytes.slice(0, at)))
        expect(cut !== null && isOwn(cut)).toBe(true)
        const before = bytes.slice(0, at)
        const others = [0x00, 0x1b, 0x7f, 0x80, 0x9f, 0xbf, 0xff].flatMap((byte) => [
          concat(before, new Uint8Array([byte]), bytes.slice(at + 1)),
          concat(before, new Uint8Array([byte]), bytes.slice(at)),
        ])
        for (const other of [...others, concat(before, bytes.slice(at + 1))]) {
          const error = await refusal(() => parse(other))
          if (!isOwn(error)) throw error
          if (error === null) taken++
        }
      }
      const more = await refusal(() => parse(concat(bytes, new Uint8Array([0]))))
      expect(more !== null && isOwn(more)).toBe(true)
    }
    // Where a byte is of an id or a signature, nobody can tell by looking.
    expect(taken).toBeGreaterThan(100)
  })

  test('has one form: with a length spelt longer it is refused', async () => {
    for (const [bytes, parse] of await samples()) {
      const [first = 0, ...rest] = bytes
      const longer = new Uint8Array([first & 0xe0 | 24, first & 31, ...rest])
      expect(await refusal(() => parse(longer))).toBeInstanceOf(CborError)
    }
  })
})
