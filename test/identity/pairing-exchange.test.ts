import * as fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Bytes, concat, equal, toHex, utf8 } from '../../shared/bytes.ts'
import { decode, encode, joinArray, splitArray } from '../../shared/cbor.ts'
import { type Identity, isSignedBy } from '../../shared/identity/identity.ts'
import { pairingHolds, signPairing } from '../../shared/identity/pairing.ts'
import {
  newPairingCode,
  pairingCodeText,
  pairingLink,
  type PairingSecrets,
  pairingSecrets,
  parsePairingCode,
} from '../../shared/identity/pairing-code.ts'
import {
  type Answer,
  makeAnswer,
  makeDone,
  makeOffer,
  type Offer,
  PairingExchangeError,
  type PairingFault,
  readAnswer,
  readDone,
  readOffer,
} from '../../shared/identity/pairing-exchange.ts'
import { openChannel, openChapter, startOf } from '../../shared/seal/channel.ts'
import { createHousehold, createPerson, type Owner, type Person } from '../rig/household.ts'

const NOW = 1_767_225_600
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))
const ASK = {
  meter: 'SIM0000000000001',
  simulated: true,
  classes: 'all',
  resolution: 'live',
  zone: 'Europe/Vienna',
} as const

let owner: Owner
let stranger: Owner
let device: Person
let otherDevice: Person
let code: Bytes
let secrets: PairingSecrets
let other: PairingSecrets
let offer: Offer
let answer: Answer
let done: Bytes

beforeAll(async () => {
  const household = await createHousehold({ now: NOW })
  owner = household.owner
  device = household.device
  stranger = (await createHousehold({ now: NOW })).owner
  otherDevice = await createPerson('device', NOW)
  code = newPairingCode(random)
  secrets = await pairingSecrets(code)
  other = await pairingSecrets(newPairingCode(random))
  offer = await offered(secrets, device.identity)
  answer = await answered(secrets, offer)
  done = (await makeDone(secrets, offer, answer, device.signer, random)).message
})

async function offered(by: PairingSecrets, identity: Identity): Promise<Offer> {
  const of = { name: 'Cellar', custody: 'software', asks: [ASK], at: NOW } as const
  return await makeOffer(by, identity, of, random)
}

async function openings(
  of: { owner?: Owner; device?: Bytes; channel?: object; chapter?: object } = {},
): Promise<[Bytes, Bytes]> {
  const by = of.owner ?? owner
  const id = random(16)
  const { classes, resolution, zone, simulated } = ASK
  const channel = await openChannel({
    channel: id,
    owner: by.identity.id,
    classes,
    resolution,
    zone,
    simulated,
    at: NOW,
    ...of.channel,
  }, by.signer)
  const chapter = await openChapter({
    channel: id,
    chapter: 0,
    owner: by.identity.id,
    meter: random(16),
    lost: null,
    at: NOW,
    device: of.device ?? device.identity.id,
    custody: 'software',
    after: [...await startOf(channel)],
    reason: 'first',
    ...of.chapter,
  }, by.signer)
  return [channel.statement.bytes, chapter.statement.bytes]
}

async function answered(by: PairingSecrets, to: Offer): Promise<Answer> {
  return await makeAnswer(by, to, owner, [await openings()], NOW + 20, random)
}

/** A message changed by who has opened it and cannot make its mac. */
async function changed(message: Bytes, members: object): Promise<Bytes> {
  const [body, mac] = splitArray(message)
  if (body === undefined || mac === undefined) throw new Error('No message')
  const hidden = decode(body) as Bytes
  const how = { name: 'AES-GCM', iv: hidden.slice(0, 12) }
  const plain = await crypto.subtle.decrypt(how, secrets.bodyKey, hidden.slice(12))
  const content = decode(new Uint8Array(plain)) as object
  return joinArray([encode(await hide(encode({ ...content, ...members }))), mac])
}

async function hide(plain: Bytes): Promise<Bytes> {
  const iv = random(12)
  const hidden = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, secrets.bodyKey, plain)
  return concat(iv, new Uint8Array(hidden))
}

const fault = (of: PairingFault) =>
  expect.objectContaining({ name: 'PairingExchangeError', fault: of })

describe('the code', () => {
  it('is sixteen characters in groups of four, read leniently and never as another', () => {
    const text = pairingCodeText(code)
    expect(text).toMatch(/^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/)
    expect(parsePairingCode(text)).toEqual(code)
    const typed = ` ${text.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o')} `
    expect(parsePairingCode(typed.replaceAll('1', 'l'))).toEqual(code)
    expect(parsePairingCode(text.slice(1))).toBeNull()
    expect(parsePairingCode(text.replace(/^./, 'U'))).toBeNull()
    expect(pairingLink('https://kilowit.example/', code))
      .toBe(`https://kilowit.example/pair#${text}`)
  })

  it('gives keys that cannot be taken out, and a room that is no part of them', async () => {
    expect(secrets.deviceKey.extractable || secrets.ownerKey.extractable).toBe(false)
    expect(equal(secrets.room, other.room)).toBe(false)
    expect(equal((await pairingSecrets(code)).room, secrets.room)).toBe(true)
  })
})

describe('the exchange', () => {
  it('ends with one pairing that both signed, and what was opened', async () => {
    const atOwner = await readOffer(secrets, offer.message, NOW + 5)
    expect(atOwner).toMatchObject({ name: 'Cellar', asks: [ASK] })
    expect(atOwner.device.id).toEqual(device.identity.id)
    const atDevice = await readAnswer(secrets, offer, answer.message, NOW + 30)
    expect(atDevice.owner.id).toEqual(owner.identity.id)
    expect(atDevice.given[0]?.chapter.content.device).toEqual(device.identity.id)
    const pairing = await readDone(secrets, offer, answer, done)
    expect(await pairingHolds(pairing, owner.identity, device.identity)).toBe(true)
    expect(await isSignedBy(pairing.statements[0], owner.identity)).toBe(true)
  })

  it('lets the owner open less than was asked', async () => {
    const less = await makeAnswer(secrets, offer, owner, [null], NOW + 20, random)
    expect(await readAnswer(secrets, offer, less.message, NOW + 21)).toMatchObject({
      given: [null],
    })
  })

  it('shows who carries it neither the name of the device nor that of the meter', () => {
    for (const shown of ['Cellar', ASK.meter, 'Europe/Vienna']) {
      expect(toHex(offer.message)).not.toContain(toHex(utf8(shown)))
    }
  })

  it('refuses a device that calls itself by what is not seen', async () => {
    const of = { custody: 'software', asks: [], at: NOW } as const
    for (const name of ['', ' Cellar', 'Cel\u202elar', '\u3164', 'C'.repeat(41)]) {
      await expect(makeOffer(secrets, device.identity, { ...of, name }, random)).rejects
        .toEqual(fault('malformed'))
    }
  })

  it('refuses who knows another code', async () => {
    await expect(readOffer(other, offer.message, NOW)).rejects.toEqual(fault('not-by-the-code'))
  })

  it('refuses a device’s identity that was swapped on the way', async () => {
    const swapped = await changed(offer.message, { identity: [...otherDevice.identity.changes] })
    await expect(readOffer(secrets, swapped, NOW)).rejects.toEqual(fault('not-by-the-code'))
  })

  it.each(['identity', 'half', 'openings'] as const)(
    'refuses an answer whose %s was swapped on the way',
    async (what) => {
      const names = { owner: stranger.identity.id, device: device.identity.id, at: NOW + 20 }
      const swaps = {
        identity: [...stranger.identity.changes],
        half: (await signPairing(names, stranger.signer)).bytes,
        openings: [await openings({ owner: stranger })],
      }
      const swapped = await changed(answer.message, { [what]: swaps[what] })
      await expect(readAnswer(secrets, offer, swapped, NOW + 30)).rejects
        .toEqual(fault('not-by-the-code'))
    },
  )

  it('refuses an answer to another offer: carried into another room, or into the same again', async () => {
    const room = await offered(other, device.identity)
    const again = await offered(secrets, device.identity)
    for (const [by, to] of [[other, room], [secrets, again]] as const) {
      await expect(readAnswer(by, to, answer.message, NOW + 30)).rejects
        .toEqual(fault('not-by-the-code'))
    }
  })

  it('refuses its own offer, and its own answer, turned back on it', async () => {
    await expect(readAnswer(secrets, offer, offer.message, NOW)).rejects
      .toEqual(fault('not-by-the-code'))
    for (const own of [answer.message, offer.message]) {
      await expect(readDone(secrets, offer, answer, own)).rejects.toEqual(fault('not-by-the-code'))
    }
  })

  it('refuses the end of another exchange: two answers, and the one is not the other', async () => {
    const second = await answered(secrets, offer)
    await expect(readDone(secrets, offer, second, done)).rejects.toEqual(fault('not-by-the-code'))
  })

  it('refuses an answer, and an offer, when the code is over', async () => {
    await expect(readAnswer(secrets, offer, answer.message, NOW + 601)).rejects
      .toEqual(fault('expired'))
    await expect(readOffer(secrets, offer.message, NOW + 901)).rejects.toEqual(fault('expired'))
  })

  it('refuses as the device what its owner says of others, though the code is right', async () => {
    const names = { owner: owner.identity.id, device: otherDevice.identity.id, at: NOW }
    const half = (await signPairing(names, owner.signer)).bytes
    const says = async (of: object) => {
      const body = { v: 1, identity: [...owner.identity.changes], nonce: random(16), ...of }
      return await forged(secrets.ownerKey, 'answer', [offer.message], encode(body))
    }
    const good = { half: answer.half, openings: [await openings()] }
    await expect(readAnswer(secrets, offer, await says(good), NOW)).resolves.toMatchObject({})
    await expect(readAnswer(secrets, offer, await says({ ...good, half }), NOW)).rejects
      .toEqual(fault('half-does-not-hold'))
    const wrong: [Bytes, Bytes][] = [
      await openings({ device: otherDevice.identity.id }),
      await openings({ owner: stranger }),
      await openings({ channel: { resolution: 'PT15M' } }),
      await openings({ channel: { simulated: false } }),
      await openings({ chapter: { channel: random(16) } }),
      await openings({ chapter: { custody: 'hardware' } }),
    ]
    for (const pair of wrong) {
      await expect(readAnswer(secrets, offer, await says({ ...good, openings: [pair] }), NOW))
        .rejects.toEqual(fault('opening-does-not-hold'))
    }
    await expect(readAnswer(secrets, offer, await says({ ...good, openings: [] }), NOW)).rejects
      .toEqual(fault('opening-does-not-hold'))
    const byDevice = { ...good, identity: [...device.identity.changes] }
    await expect(readAnswer(secrets, offer, await says(byDevice), NOW)).rejects
      .toEqual(fault('identity-does-not-hold'))
  })

  it('refuses as the owner a pairing that the device did not sign', async () => {
    const names = { owner: owner.identity.id, device: device.identity.id, at: NOW + 20 }
    for (const by of [otherDevice.signer, owner.signer]) {
      const body = encode({ v: 1, half: (await signPairing(names, by)).bytes })
      const before = [offer.message, answer.message]
      const message = await forged(secrets.deviceKey, 'done', before, body)
      await expect(readDone(secrets, offer, answer, message)).rejects
        .toEqual(fault('half-does-not-hold'))
    }
  })

  it('refuses any flipped bit of any message', async () => {
    const readers = [
      { message: offer.message, read: (bytes: Bytes) => readOffer(secrets, bytes, NOW) },
      { message: answer.message, read: (bytes: Bytes) => readAnswer(secrets, offer, bytes, NOW) },
      { message: done, read: (bytes: Bytes) => readDone(secrets, offer, answer, bytes) },
    ]
    for (const { message, read } of readers) {
      await fc.assert(
        fc.asyncProperty(fc.nat(message.length * 8 - 1), async (bit) => {
          const flipped = message.slice()
          flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ 1 << (bit & 7)
          await expect(read(flipped)).rejects.toBeInstanceOf(PairingExchangeError)
        }),
        { numRuns: 300 },
      )
      await expect(read(message)).resolves.toBeDefined()
    }
  })

  it.each(['\u3164', 'Meter  reader', 'Reader\u202e', '\u2800', 'A\u0323\u0330\u0331\u0347\u0348'])(
    'takes no name that is not seen as it is: %j',
    async (name) => {
      const of = { name, custody: 'software', asks: [], at: NOW } as const
      await expect(makeOffer(secrets, device.identity, of, random)).rejects
        .toEqual(fault('malformed'))
    },
  )

  it('takes no meter in a zone that there is not: no day could be shown of it', async () => {
    const asks = [{ ...ASK, zone: 'Mars/Olympus' }]
    const of = { name: 'Cellar', custody: 'software', asks, at: NOW } as const
    await expect(makeOffer(secrets, device.identity, of, random)).rejects
      .toEqual(fault('malformed'))
  })

  it('refuses what is no message, by name and quickly', async () => {
    for (
      const bytes of [new Uint8Array(0), encode([]), encode(['a', 'b']), new Uint8Array(400_000)]
    ) {
      await expect(readOffer(secrets, bytes, NOW)).rejects.toEqual(fault('malformed'))
    }
  })
})

/** A message of somebody who knows the code, and says with it what no app of ours says. */
async function forged(
  key: CryptoKey,
  role: string,
  before: readonly Bytes[],
  plain: Bytes,
): Promise<Bytes> {
  const body = await hide(plain)
  const covered = encode([
    'kilowit/1/pairing',
    secrets.room,
    before.length,
    role,
    [...before],
    body,
  ])
  const mac = new Uint8Array(await crypto.subtle.sign('HMAC', key, covered))
  return joinArray([encode(body), encode(mac)])
}
