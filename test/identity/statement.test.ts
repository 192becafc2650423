import { beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, concat } from '../../shared/bytes.ts'
import { CborError, type CborValue, decode, encode, splitArray } from '../../shared/cbor.ts'
import { parseGrant } from '../../shared/consent/grant.ts'
import { parseEvent } from '../../shared/consent/history.ts'
import { parseStep } from '../../shared/consent/steps.ts'
import { parseWraps } from '../../shared/consent/wrap.ts'
import { isSignedBy, readIdentity, wasSignedBy } from '../../shared/identity/identity.ts'
import { pair, pairingHolds, parsePairing } from '../../shared/identity/pairing.ts'
import {
  keyId,
  parseStatement,
  protectedHeader,
  signStatement,
  StatementError,
  statementId,
  type StatementType,
} from '../../shared/identity/statement.ts'
import { parseApproval, parseRegistration } from '../../shared/consent/provider.ts'
import { parsePairingStep } from '../../shared/consent/pairing-step.ts'
import { parseAcknowledgement } from '../../shared/seal/acknowledgement.ts'
import { readBlock } from '../../shared/seal/block.ts'
import { parseChannel, parseChapter, parseEpoch } from '../../shared/seal/channel.ts'
import { createHousehold, createPerson, type Household } from '../rig/household.ts'
import { withTwin } from './twin.ts'

const NOW = 1_767_225_600
let household: Household
beforeAll(async () => {
  household = await createHousehold({ now: NOW })
})

const PARSERS: { readonly [T in StatementType]: (bytes: Bytes) => unknown } = {
  'kilowit/identity': (bytes) => readIdentity([bytes]),
  'kilowit/pairing': (bytes) => parsePairing(concat(new Uint8Array([0x82]), bytes, bytes)),
  'kilowit/pairing-step': parsePairingStep,
  'kilowit/channel': parseChannel,
  'kilowit/chapter': parseChapter,
  'kilowit/epoch': parseEpoch,
  'kilowit/block': (bytes) => readBlock(concat(new Uint8Array([0x82]), bytes, encode(null))),
  'kilowit/acknowledgement': parseAcknowledgement,
  'kilowit/bundle': (bytes) => parseStatement(bytes, 'kilowit/bundle'),
  'kilowit/provider': parseRegistration,
  'kilowit/approval': parseApproval,
  'kilowit/grant': parseGrant,
  'kilowit/step': parseStep,
  'kilowit/wraps': parseWraps,
  'kilowit/event': parseEvent,
}

const TYPES = [
  'kilowit/identity',
  'kilowit/pairing',
  'kilowit/pairing-step',
  'kilowit/channel',
  'kilowit/chapter',
  'kilowit/epoch',
  'kilowit/block',
  'kilowit/acknowledgement',
  'kilowit/bundle',
  'kilowit/provider',
  'kilowit/approval',
  'kilowit/grant',
  'kilowit/step',
  'kilowit/wraps',
  'kilowit/event',
] as const satisfies readonly StatementType[]

describe('a signature over one kind of statement', () => {
  it.for(TYPES)('over %s is taken for no other', async (type) => {
    const { bytes } = await signStatement(type, encode({ v: 1 }), household.owner.signer)
    for (const [other, parse] of Object.entries(PARSERS)) {
      if (other === type) continue
      await expect((async () => await parse(bytes))()).rejects.toThrow(
        `Expected a statement of type ${other}: this one is ${type}`,
      )
    }
  })

  it('does not hold under another type, key, identity or payload', async () => {
    const { owner } = household
    const payload = encode({ v: 1 })
    const statement = await signStatement('kilowit/pairing', payload, owner.signer)
    expect(await isSignedBy(statement, owner.identity)).toBe(true)
    const { signature } = statement
    const wrong = [
      [protectedHeader('kilowit/chapter', owner.signer), payload],
      [protectedHeader('kilowit/pairing', { ...owner.signer, index: 1 }), payload],
      [protectedHeader('kilowit/pairing', { ...owner.signer, index: 99 }), payload],
      [protectedHeader('kilowit/pairing', { ...owner.signer, algorithm: 'ES256' }), payload],
      [statement.protected, encode({ v: 2 })],
    ] as const
    for (const [header, content] of wrong) {
      const forged = parseStatement(encode([header, {}, content, signature]))
      expect(await wasSignedBy(forged, owner.identity)).toBe(false)
    }
    expect(await wasSignedBy(statement, household.device.identity)).toBe(false)
  })
})

describe('the one form of a statement', () => {
  it('refuses every other shape', async () => {
    const { signer } = household.owner
    const { protected: header, payload, signature } = await signStatement(
      'kilowit/pairing',
      encode(1),
      signer,
    )
    const kid = keyId(signer.identity, 0)
    const headerOf = (...entries: [number | string, CborValue][]) => encode(new Map(entries))
    const bad: [string, CborValue][] = [
      ['an unprotected header', [header, new Map([[4, kid]]), payload, signature]],
      ['a detached payload', [header, {}, null, signature]],
      ['a payload of text', [header, {}, 'text', signature]],
      ['five parts', [header, {}, payload, signature, signature]],
      ['three parts', [header, {}, payload]],
      ['a signature of 63 bytes', [header, {}, payload, signature.slice(1)]],
      ['no alg', [headerOf([4, kid], [16, 'kilowit/pairing']), {}, payload, signature]],
      ['alg ES512', [
        headerOf([1, -36], [4, kid], [16, 'kilowit/pairing']),
        {},
        payload,
        signature,
      ]],
      ['a short kid', [
        headerOf([1, -8], [4, kid.slice(1)], [16, 'kilowit/pairing']),
        {},
        payload,
        signature,
      ]],
      ['an unknown type', [headerOf([1, -8], [4, kid], [16, 'other']), {}, payload, signature]],
      ['a further label', [
        headerOf([1, -8], [2, [16]], [4, kid], [16, 'kilowit/pairing']),
        {},
        payload,
        signature,
      ]],
      ['a further name', [
        headerOf([1, -8], [4, kid], [16, 'kilowit/pairing'], ['more', 1]),
        {},
        payload,
        signature,
      ]],
      ['a header that is a list', [encode([1]), {}, payload, signature]],
    ]
    for (const [name, value] of bad) {
      expect(refused(encode(value)), `${name} is refused`).toBe(true)
    }
    expect(() => parseStatement(encode([header, {}, new Uint8Array(65_536), signature]))).toThrow(
      new StatementError('Statement is larger than 64 KiB'),
    )
  })
})

function refused(bytes: Bytes): boolean {
  try {
    parseStatement(bytes)
    return false
  } catch (error) {
    return error instanceof StatementError || error instanceof CborError
  }
}

describe('pairings', () => {
  it('holds when both signed it', async () => {
    const { owner, device, pairing } = household
    expect(await pairingHolds(pairing, owner.identity, device.identity)).toBe(true)
    expect(parsePairing(pairing.bytes)).toEqual(pairing)
  })

  it('refuses statements that are exchanged, of two payloads, or signed by a stranger', async () => {
    const { owner, device, pairing } = household
    const [byOwner, byDevice] = splitArray(pairing.bytes)
    const array = (...parts: (Bytes | undefined)[]) =>
      concat(
        new Uint8Array([0x80 + parts.length]),
        ...parts.map((part) => part ?? new Uint8Array()),
      )
    const message = 'Pairing is not one payload signed by its owner and its device'
    expect(() => parsePairing(array(byDevice, byOwner))).toThrow(message)
    expect(() => parsePairing(array(byOwner, byOwner))).toThrow(message)
    expect(() => parsePairing(array(byOwner))).toThrow('A pairing is two statements')
    const later = splitArray((await pair(owner.signer, device.signer, NOW + 1)).bytes)
    expect(() => parsePairing(array(byOwner, later[1]))).toThrow(message)
    const stranger = await createPerson('device', NOW)
    const theirs = await pair(
      owner.signer,
      { ...stranger.signer, identity: device.identity.id },
      NOW,
    )
    expect(await pairingHolds(theirs, owner.identity, device.identity)).toBe(false)
    const notOwner = await pair(
      { ...stranger.signer, identity: owner.identity.id },
      device.signer,
      NOW,
    )
    expect(await pairingHolds(notOwner, owner.identity, device.identity)).toBe(false)
    expect(await pairingHolds(pairing, owner.identity, stranger.identity)).toBe(false)
  })

  it('joins an owner and a device, no other kinds', async () => {
    const [first, second] = [await createPerson('node', NOW), household.device]
    const pairing = await pair(first.signer, second.signer, NOW)
    expect(await pairingHolds(pairing, first.identity, second.identity)).toBe(false)
    const turned = await pair(second.signer, household.owner.signer, NOW)
    expect(await pairingHolds(turned, second.identity, household.owner.identity)).toBe(false)
  })

  it('refuses members that are missing or more', async () => {
    const { owner, device } = household
    const whole = { v: 1, owner: owner.identity.id, device: device.identity.id, at: NOW }
    const { at: _, ...less } = whole
    for (const content of [{ ...whole, more: 1 }, less, { ...whole, v: 2 }, { ...whole, at: -1 }]) {
      const payload = encode(content)
      const statements = [owner.signer, device.signer].map((by) =>
        signStatement('kilowit/pairing', payload, by)
      )
      const parts = (await Promise.all(statements)).map(({ bytes }) => bytes)
      expect(() => parsePairing(concat(new Uint8Array([0x82]), ...parts))).toThrow(StatementError)
    }
  })
})

describe('the id of a statement', () => {
  it('is the same under the twin of an ES256 signature, which holds as well', async () => {
    const device = await createPerson('device', NOW, 'ES256')
    const statement = await signStatement('kilowit/chapter', encode({ v: 1 }), device.signer)
    const twin = parseStatement(withTwin(statement.bytes))
    expect(twin.signature).not.toEqual(statement.signature)
    expect(await wasSignedBy(twin, device.identity)).toBe(true)
    expect(await statementId(twin)).toEqual(await statementId(statement))
    expect(decode(twin.payload)).toEqual({ v: 1 })
  })
})
