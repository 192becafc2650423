/**
 * The receipt of a consent: it verifies with nothing but itself, and whatever is altered in it is
 * found.
 *
 * @module
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { fromBase64url, fromUtf8, toBase64url, toHex, utf8 } from '../../shared/bytes.ts'
import { type Json } from '../../shared/canonical-json.ts'
import { receiptHash, verifyReceipt } from '../../shared/consent/receipt.ts'
import { ReceiptError } from '../../shared/consent/receipt-fields.ts'
import { fingerprint } from '../../shared/identity/identity.ts'
import { startNode } from '../rig/process.ts'
import { approve, createParties, createProvider, NOON, type Parties, register } from './parties.ts'

let parties: Parties
let folder: string
beforeAll(async () => {
  parties = await createParties()
  folder = await mkdtemp(path.join(tmpdir(), 'kilowit-receipt-'))
})
afterAll(async () => await rm(folder, { recursive: true }))

function payloadOf(jws: string): string {
  return fromUtf8(fromBase64url(jws.split('.')[1] ?? ''))
}

/** As it came, with another payload. */
function withPayload(jws: string, payload: string): string {
  const [header, , signature] = jws.split('.')
  return [header, toBase64url(utf8(payload)), signature].join('.')
}

/** What the owner signs whatever it is: that a receipt says nothing wrong is the reader's to see. */
async function signedAnew(
  payload: string,
  header: Record<string, Json> = {},
): Promise<string> {
  const { signer } = parties.owner
  const kid = `${toBase64url(signer.identity)}.${signer.index}`
  const whole = { alg: signer.algorithm, kid, typ: 'consent-receipt+jwt', ...header }
  const signed = [JSON.stringify(whole), payload].map((part) => toBase64url(utf8(part))).join('.')
  return `${signed}.${toBase64url(await signer.sign(utf8(signed)))}`
}

async function refusal(jws: string): Promise<string> {
  const error = await verifyReceipt(jws).then(() => null, (error: unknown) => error)
  expect(error, 'refused').toBeInstanceOf(ReceiptError)
  return error instanceof Error ? error.message : ''
}

test('a file that is none cannot write to the terminal that it holds', async () => {
  const forged = '\u001b[2K\rHolds: the owner 1111 2222 3333 4444 5555 signed it'
  // In the order of canonical JSON a member whose name begins with a control character is first.
  const payload = payloadOf(await parties.receipt())
  const named = `{${JSON.stringify(forged)}:1,${payload.slice(1)}`
  const where = path.join(folder, 'forged.jws')
  await writeFile(where, withPayload(await parties.receipt(), named))
  const running = startNode('edge/verify.ts', [where])
  expect((await running.ended).code).toBe(1)
  expect(running.output()).toMatch(/^Does not hold: .*Holds: the owner 1111/)
  expect(running.output()).not.toMatch(/[^\P{C}\n]/u)
})

describe('a receipt', () => {
  test('says who was given what, by itself, with no platform to ask (40)', async () => {
    const jws = await parties.receipt()
    const { fields, owner, recipient, provider, approvedBy } = await verifyReceipt(jws)
    expect(toHex(owner.id)).toBe(toHex(parties.owner.identity.id))
    expect(toHex(recipient.id)).toBe(toHex(parties.provider.identity.id))
    expect(provider).toEqual({
      name: 'Energieberatung Grünwald',
      domain: 'beratung.example',
      contact: 'mailto:frag@beratung.example',
    })
    expect(toHex(approvedBy?.id ?? new Uint8Array())).toBe(toHex(parties.operator.identity.id))
    expect(fields).toMatchObject({
      grant: toBase64url(parties.parts.grant),
      toKey: 1,
      purposes: ['energy-advice', 'research'],
      channels: [
        { classes: 'energy', resolution: 'PT15M' },
        { classes: 'energy', resolution: 'P1D' },
      ],
      at: NOON,
      from: NOON,
      until: NOON + 183 * 86_400,
      history: NOON - 30 * 86_400,
      language: 'de',
      withdrawal: 'https://kilowit.example/sharing',
    })
  })

  test('has the fields of ISO/IEC TS 27560 in terms of DPV', async () => {
    const record: unknown = JSON.parse(payloadOf(await parties.receipt()))
    expect(record).toMatchObject({
      '@type': 'dpv:ConsentReceipt',
      'dct:conformsTo': 'https://w3id.org/dpv/schema/dpv-27560#receipt-record',
      'dpv:hasRecordOfActivity': {
        '@type': 'dpv:ConsentRecord',
        'dpv:hasConsentStatus': { '@type': 'dpv:ConsentGiven', 'dct:date': '2026-06-14T12:00:00Z' },
        'dpv:hasDataController': expect.stringMatching(/^urn:kilowit:provider:/) as unknown,
        'dpv:hasDataSubject': expect.stringMatching(/^urn:kilowit:owner:/) as unknown,
        'dpv:hasLegalBasis': 'dpv:ExplicitlyExpressedConsent',
        'dpv:hasProcess': {
          'dpv:hasPurpose': [
            { '@type': 'dpv:OptimisationForConsumer', 'dct:identifier': 'energy-advice' },
            { '@type': 'dpv:ResearchAndDevelopment', 'dct:identifier': 'research' },
          ],
        },
      },
    })
  })

  test('names no reading, no meter and no key', async () => {
    const payload = payloadOf(await parties.receipt())
    expect(payload).not.toMatch(/meter|privateKey|"d":/)
  })

  test('has one hash, whoever signs it how', async () => {
    const jws = await parties.receipt()
    const other = withPayload(await signedAnew('{}'), payloadOf(jws))
    expect(toHex(await receiptHash(jws))).toBe(toHex(await receiptHash(other)))
    const later = await parties.receipt({ at: NOON + 1 })
    expect(toHex(await receiptHash(jws))).not.toBe(toHex(await receiptHash(later)))
  })

  // Case 40: verifies offline, and one altered purpose word breaks it.
  test('breaks when one word of a purpose is altered (40)', async () => {
    const jws = await parties.receipt()
    const payload = payloadOf(jws)
    for (
      const [from, to] of [
        ['"research"', '"billing"'],
        ['"energy-advice"', '"energy-advise"'],
        ['dpv:OptimisationForConsumer', 'dpv:OptimisationForController'],
      ] as const
    ) {
      expect(payload).toContain(from)
      await refusal(withPayload(jws, payload.replace(from, to)))
    }
    expect(await refusal(withPayload(jws, payload.replace('PT15M', 'PT1M'))))
      .toBe('Signature of the owner does not hold')
  })

  test('breaks wherever a byte is altered', async () => {
    const jws = await parties.receipt()
    const [header = '', payload = '', signature = ''] = jws.split('.')
    const step = Math.ceil(payload.length / 60)
    for (
      let at = 0;
      at < jws.length;
      at += at > header.length + 1 && at < jws.length - signature.length ? step : 7
    ) {
      if (jws[at] === '.') continue
      const altered = jws.slice(0, at) + (jws[at] === 'A' ? 'B' : 'A') + jws.slice(at + 1)
      if (altered !== jws) await refusal(altered)
    }
  })

  test('is refused when its members stand in another order, or its texts are spelt otherwise (40)', async () => {
    const payload = payloadOf(await parties.receipt())
    const backwards = JSON.stringify(
      Object.fromEntries(Object.entries(JSON.parse(payload) as object).toReversed()),
    )
    expect(await refusal(await signedAnew(backwards))).toBe('JSON is not canonical')
    expect(await refusal(await signedAnew(` ${payload}`))).toBe('JSON is not canonical')
    expect(await refusal(await signedAnew(payload.replace('{', '{"@id":"twice",'))))
      .toBe('JSON is not canonical')
    expect(await refusal(await signedAnew(payload.replace('example/sharing', 'example/a\u0308'))))
      .toBe('Text is not in form NFC')
    expect(await refusal(await signedAnew(payload.replace('sharing"', '\\u0073haring"'))))
      .toBe('JSON is not canonical')
  })

  test('is refused with a header that says more or other than its own', async () => {
    const payload = payloadOf(await parties.receipt())
    await verifyReceipt(await signedAnew(payload))
    for (
      const header of [
        { alg: 'none' },
        { alg: 'HS256' },
        { typ: 'JWT' },
        { crit: ['b64'], b64: false },
        { jwk: { kty: 'OKP' } },
        { kid: `${toBase64url(parties.owner.signer.identity)}.00` },
        { kid: `${toBase64url(parties.owner.signer.identity)}.1` },
      ]
    ) await refusal(await signedAnew(payload, header))
  })

  test('is refused when another than the owner signed it', async () => {
    expect(await refusal(await parties.receipt({}, parties.provider.signer)))
      .toBe('Signature of the owner does not hold')
    const { identity, signer } = await createProvider()
    expect(await refusal(await parties.receipt({ owner: identity }, signer)))
      .toMatch(/is not as expected|not signed by an owner/)
  })

  test('is refused when it contradicts itself', async () => {
    const payload = payloadOf(await parties.receipt())
    const twice = '"dct:date":"2026-06-14T12:00:00Z"'
    expect(payload).toContain(twice)
    expect(await refusal(await signedAnew(payload.replace(twice, twice.replace('12:00', '11:00')))))
      .toBe('Receipt contradicts itself')
  })
})

describe('who was given it', () => {
  test('is said to be approved only by the operator, and of this very registration', async () => {
    const { provider, operator } = parties
    const unapproved = await verifyReceipt(
      await parties.receipt({ approval: null, operator: null }),
    )
    expect(unapproved.approvedBy).toBeNull()
    const wrong = 'Approval is not of this registration, or not signed by the operator'
    const renamed = await register(provider, { name: 'Stadtwerke' })
    expect(await refusal(await parties.receipt({ registration: renamed }))).toBe(wrong)
    const taken = await approve(parties.registration, operator.signer, false)
    expect(await refusal(await parties.receipt({ approval: taken }))).toBe(wrong)
    const own = await approve(parties.registration, provider.signer)
    expect(await refusal(await parties.receipt({ approval: own }))).toBe(wrong)
    expect(await refusal(await parties.receipt({ approval: own, operator: provider.identity })))
      .toBe(wrong)
  })

  test('is no other provider than the one whose words it shows', async () => {
    const other = await createProvider()
    const registration = await register(other)
    expect(await refusal(await parties.receipt({ registration, approval: null, operator: null })))
      .toBe('Registration is not signed by the provider')
    expect(await refusal(await parties.receipt({ registration: null, approval: null })))
      .toBe('Registration of the provider is missing')
    expect(await refusal(await parties.receipt({ toKey: 0 })))
      .toBe('Key 0 of the recipient is no sealing key')
  })
})

describe('npm run -s verify -- receipt.jws', () => {
  async function verify(text: string): Promise<{ code: number | null; lines: string[] }> {
    const where = path.join(folder, 'receipt.jws')
    await writeFile(where, text)
    const running = startNode('edge/verify.ts', [where])
    const { code } = await running.ended
    const output = running.output()
    expect(output, 'no stack trace').not.toMatch(/^ +at /m)
    return { code, lines: output.split('\n') }
  }

  it('tells what a receipt says, and that it holds (40)', async () => {
    const { code, lines } = await verify(`${await parties.receipt()}\n`)
    expect(code).toBe(0)
    expect(lines[0]).toMatch(/^Holds: the owner [0-9a-f ]{24} signed it/)
    const id = fingerprint(parties.provider.identity.id)
    expect(lines).toContain(`Given to Energieberatung Grünwald (beratung.example), provider ${id}`)
    expect(lines).toContain('Purposes: energy-advice, research')
    expect(lines).toContain('May read from 2026-06-14T12:00:00Z until 2026-12-14T12:00:00Z')
    expect(lines.some((line) => line.startsWith('Approved by operator '))).toBe(true)
  })

  it('says of an unverified provider that it is', async () => {
    const { code, lines } = await verify(await parties.receipt({ approval: null, operator: null }))
    expect(code).toBe(0)
    expect(lines.some((line) => line.startsWith('Unverified: '))).toBe(true)
    expect(lines.some((line) => line.startsWith('Approved'))).toBe(false)
  })

  it('lets no receipt speak to the terminal', async () => {
    const jws = await parties.receipt({ platform: 'https://kilowit.example/' })
    const payload = payloadOf(jws).replace('example/sharing', 'example/\u202egnirahs')
    const { code, lines } = await verify(await signedAnew(payload))
    expect(code).toBe(0)
    expect(lines.join('')).not.toMatch(/\p{C}/u)
  })

  it('ends with 1 and no comfort when a word was altered', async () => {
    const jws = await parties.receipt()
    const { code, lines } = await verify(
      withPayload(jws, payloadOf(jws).replace('"P1D"', '"PT1M"')),
    )
    expect(code).toBe(1)
    expect(lines.filter((line) => line !== '')).toEqual([
      'Does not hold: Signature of the owner does not hold',
    ])
  })

  it('ends with 2 when there is nothing to check', async () => {
    expect((await verify('eyJ')).code).toBe(1)
    expect((await verify('ey')).code).toBe(2)
  })
})
