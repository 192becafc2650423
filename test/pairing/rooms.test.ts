/**
 * Pairing rooms on the platform: a device and its owner meet by a code, and whoever has not the code
 * does not.
 *
 * @module
 */
import { beforeEach, describe, expect, test } from 'vitest'
import { type Bytes, toBase64url, toHex, utf8 } from '../../shared/bytes.ts'
import type { Client } from '../../shared/api/client.ts'
import { pairingHolds } from '../../shared/identity/pairing.ts'
import {
  newPairingCode,
  pairingCodeText,
  type PairingSecrets,
  pairingSecrets,
} from '../../shared/identity/pairing-code.ts'
import {
  makeAnswer,
  makeDone,
  makeOffer,
  MAX_PAIRING_MESSAGE,
  type Offer,
  readAnswer,
  readDone,
  readOffer,
} from '../../shared/identity/pairing-exchange.ts'
import { sweep } from '../../server/sweep.ts'
import { database } from '../../server/database.ts'
import { createPerson, type Person } from '../rig/household.ts'
import { withMember } from '../server/member.ts'
import {
  clientFor,
  type Member,
  NOW,
  type Platform,
  register,
  withLength,
} from '../server/platform.ts'

const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

let platform: Platform
let member: Member
let device: Person
let client: Client
let code: Bytes
let secrets: PairingSecrets
let offer: Offer

withMember((at) => {
  platform = at.platform
  member = at.member
}, { limits: { roomWait: 200 } })

beforeEach(async () => {
  platform.clock.now = NOW
  platform.from.network = toHex(random(4))
  device = await createPerson('device', NOW)
  client = clientFor(platform, device.signer)
  await client.registerIdentity(device.identity.changes)
  code = newPairingCode(random)
  secrets = await pairingSecrets(code)
  const of = { name: 'Cellar', custody: 'software', asks: [], at: NOW } as const
  offer = await makeOffer(secrets, device.identity, of, random)
  await client.openPairingRoom(secrets.room, offer.message)
})

const answering = (to: Offer = offer) =>
  makeAnswer(secrets, to, ownerOf(member), [], platform.clock.now, random)
const ownerOf = ({ household }: Member) => household.owner
const problem = (of: string) =>
  expect.objectContaining({ problem: expect.objectContaining({ code: of }) })

describe('a room', () => {
  test('carries a pairing from the offer to the end, and is closed', async () => {
    const { messages: [first], expires } = await member.owner.pairingRoom(secrets.room)
    expect({ n: first?.n, by: first?.by, expires }).toEqual({
      n: 0,
      by: 'device',
      expires: NOW + 600,
    })
    const atOwner = await readOffer(secrets, first?.message ?? new Uint8Array(0), NOW)
    const answer = await answering(atOwner)
    const coming = client.pairingRoom(secrets.room, { after: 0 })
    await member.owner.addRoomMessage(secrets.room, 1, answer.message)
    const { messages: [second] } = await coming
    expect(second).toMatchObject({ n: 1, by: 'owner', message: answer.message })
    const atDevice = await readAnswer(secrets, offer, answer.message, NOW)
    const done = await makeDone(secrets, offer, atDevice, device.signer, random)
    await client.addRoomMessage(secrets.room, 2, done.message)
    const { messages: [third] } = await member.owner.pairingRoom(secrets.room, { after: 1 })
    const pairing = await readDone(secrets, atOwner, answer, third?.message ?? new Uint8Array(0))
    expect(await pairingHolds(pairing, ownerOf(member).identity, device.identity)).toBe(true)
    await member.owner.addPairing(pairing.bytes)
    expect(await client.pairings()).toEqual([pairing.bytes])
    await client.closePairingRoom(secrets.room)
    await expect(member.owner.pairingRoom(secrets.room)).rejects.toEqual(problem('room-unknown'))
  })

  test('answers after a while that nothing came', async () => {
    expect(await client.pairingRoom(secrets.room, { after: 0 })).toEqual({
      messages: [],
      expires: NOW + 600,
    })
  })

  test('is waited for by many with one look for all of them', async () => {
    let looks = 0
    const known = database(platform.sql)
    const db = new Proxy(known.db, {
      get(target, name, receiver): unknown {
        if (name === 'select') looks++
        return Reflect.get(target, name, receiver)
      },
    })
    const app = platform.another({ database: () => ({ ...known, db }) })
    const waiting = clientFor(platform, device.signer, app)
    await waiting.authorize()
    const before = looks
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => waiting.pairingRoom(secrets.room, { after: 0 })),
    )
    expect(answers.every(({ messages }) => messages.length === 0)).toBe(true)
    // Twenty looks of each of them, where each looked for itself.
    expect(looks - before).toBeLessThan(20 * 20)
  })

  test('that is closed tells who waits in it', async () => {
    const coming = client.pairingRoom(secrets.room, { after: 0 })
    await client.closePairingRoom(secrets.room)
    await expect(coming).rejects.toEqual(problem('room-unknown'))
  })

  test('takes the same message again as the same, in its place and in no other', async () => {
    await client.openPairingRoom(secrets.room, offer.message)
    await member.owner.addRoomMessage(secrets.room, 1, utf8('one'))
    await member.owner.addRoomMessage(secrets.room, 1, utf8('one'))
    await expect(member.owner.addRoomMessage(secrets.room, 1, utf8('two'))).rejects
      .toEqual(problem('room-moved'))
    await expect(member.owner.addRoomMessage(secrets.room, 3, utf8('two'))).rejects
      .toEqual(problem('room-moved'))
    expect((await client.pairingRoom(secrets.room)).messages).toHaveLength(2)
  })

  test('takes no sixth answer, from whomever', async () => {
    const other = await register(platform)
    for (const n of [1, 2, 3, 4, 5]) {
      await (n % 2 === 0 ? other : member).owner.addRoomMessage(secrets.room, n, utf8(`${n}`))
    }
    await expect(member.owner.addRoomMessage(secrets.room, 6, utf8('6'))).rejects
      .toEqual(problem('room-closed'))
    await client.addRoomMessage(secrets.room, 6, utf8('done'))
  })

  test('takes the last word after an answer, and nothing after it', async () => {
    await expect(client.addRoomMessage(secrets.room, 1, utf8('done'))).rejects
      .toEqual(problem('room-moved'))
    await member.owner.addRoomMessage(secrets.room, 1, utf8('answer'))
    await client.addRoomMessage(secrets.room, 2, utf8('done'))
    await expect(client.addRoomMessage(secrets.room, 3, utf8('more'))).rejects
      .toEqual(problem('room-closed'))
    await expect(member.owner.addRoomMessage(secrets.room, 3, utf8('more'))).rejects
      .toEqual(problem('room-closed'))
  })

  test('of a code that was used is there for who used it alone', async () => {
    const other = await register(platform)
    await member.owner.addRoomMessage(secrets.room, 1, utf8('answer'))
    expect((await other.owner.pairingRoom(secrets.room)).messages).toHaveLength(2)
    await client.addRoomMessage(secrets.room, 2, utf8('done'))
    expect((await member.owner.pairingRoom(secrets.room)).messages).toHaveLength(3)
    await expect(other.owner.pairingRoom(secrets.room)).rejects.toEqual(problem('room-unknown'))
  })

  test('is over after ten minutes, and is then deleted', async () => {
    platform.clock.now = NOW + 599
    await member.owner.pairingRoom(secrets.room)
    platform.clock.now = NOW + 600
    for (const someone of [member.owner, client]) {
      await expect(someone.pairingRoom(secrets.room)).rejects.toEqual(problem('room-unknown'))
    }
    const answer = member.owner.addRoomMessage(secrets.room, 1, utf8('late'))
    await expect(answer).rejects.toEqual(problem('room-unknown'))
    const rows = async () => {
      const [row] = await platform.sql`
        select (select count(*) from pairing_rooms where id = ${secrets.room})::int +
          (select count(*) from pairing_messages where room = ${secrets.room})::int as n`
      return row?.['n'] as unknown
    }
    expect(await rows()).toBe(2)
    await sweep(database(platform.sql), platform.clock.now)
    expect(await rows()).toBe(0)
  })

  test('leaves the owner time for the last word of the last moment', async () => {
    await member.owner.addRoomMessage(secrets.room, 1, utf8('answer'))
    platform.clock.now = NOW + 599
    await client.addRoomMessage(secrets.room, 2, utf8('done'))
    platform.clock.now = NOW + 700
    expect((await member.owner.pairingRoom(secrets.room)).messages).toHaveLength(3)
  })

  test('that is closed while somebody says something keeps nothing', async () => {
    const { room } = secrets
    let closing: Promise<void> | undefined
    await platform.sql.begin(async (tx) => {
      // As an answer is taken that comes at the same time.
      await tx`select id from pairing_rooms where id = ${room} for update`
      closing = client.closePairingRoom(room)
      await expect.poll(async () => {
        const [row] = await platform.sql`
          select count(*)::int as n from pg_stat_activity
          where datname = current_database() and wait_event_type = 'Lock'`
        return row?.['n'] as unknown
      }).toBe(1)
      await tx`insert into pairing_messages values (${room}, 1, ${random(32)}, ${utf8('late')})`
    })
    await closing
    const left = await platform.sql`select n from pairing_messages where room = ${room}`
    expect(left).toHaveLength(0)
  })

  test('gives way to the device’s next one', async () => {
    const next = await pairingSecrets(newPairingCode(random))
    await client.openPairingRoom(next.room, offer.message)
    await expect(client.pairingRoom(secrets.room)).rejects.toEqual(problem('room-unknown'))
    expect((await client.pairingRoom(next.room)).messages).toHaveLength(1)
  })

  test('is not for another device, nor to be taken by one', async () => {
    const other = await register(platform)
    const tries = [
      () => other.device.pairingRoom(secrets.room),
      () => other.device.addRoomMessage(secrets.room, 1, utf8('mine')),
      () => other.device.closePairingRoom(secrets.room),
    ]
    for (const tried of tries) await expect(tried()).rejects.toEqual(problem('room-unknown'))
    await expect(other.device.openPairingRoom(secrets.room, utf8('mine'))).rejects
      .toEqual(problem('room-taken'))
    expect((await client.pairingRoom(secrets.room)).messages).toHaveLength(1)
  })

  test('takes no message that is larger than any is', async () => {
    const large = new Uint8Array(MAX_PAIRING_MESSAGE + 1)
    await expect(member.owner.addRoomMessage(secrets.room, 1, large)).rejects
      .toEqual(problem('body-malformed'))
  })
})

describe('a wrong code', () => {
  const wrong = async () => (await pairingSecrets(newPairingCode(random))).room

  test('finds no room, and after five in ten minutes nothing more is looked for', async () => {
    const { owner } = await register(platform)
    for (let i = 0; i < 5; i++) {
      await expect(owner.pairingRoom(await wrong())).rejects.toEqual(problem('room-unknown'))
    }
    await expect(owner.pairingRoom(secrets.room)).rejects.toEqual(problem('too-many-guesses'))
    // Nobody else has to wait, nor the device itself.
    await member.owner.pairingRoom(secrets.room)
    await client.pairingRoom(secrets.room)
    platform.clock.now = NOW + 600
    await expect(owner.pairingRoom(await wrong())).rejects.toEqual(problem('room-unknown'))
  })

  test('is counted for a network too, whoever comes from there', async () => {
    for (let i = 0; i < 5; i++) {
      const { owner } = await register(platform)
      for (let j = 0; j < 4; j++) {
        await expect(owner.pairingRoom(await wrong())).rejects.toEqual(problem('room-unknown'))
      }
    }
    const { owner } = await register(platform)
    await expect(owner.pairingRoom(secrets.room)).rejects.toEqual(problem('too-many-guesses'))
    platform.from.network = '198.51.100.7'
    await owner.pairingRoom(secrets.room)
  })

  test('is not what the right one is: that is looked at as often as one likes', async () => {
    for (let i = 0; i < 12; i++) await member.owner.pairingRoom(secrets.room)
  })
})

test('the code is in no request, in no answer, in no log and in no row', async () => {
  const seen: string[] = []
  const watching = clientFor(platform, ownerOf(member).signer, platform.app, async (url, init) => {
    const headers = withLength(init)
    const body = init.body instanceof Uint8Array ? toHex(init.body) : JSON.stringify(init.body)
    const response = await platform.app.request(url, { ...init, headers })
    const answer = new Uint8Array(await response.clone().arrayBuffer())
    seen.push(
      url,
      JSON.stringify([...headers]),
      body,
      toHex(answer),
      new TextDecoder().decode(answer),
    )
    return response
  })
  const answer = await answering()
  await watching.pairingRoom(secrets.room)
  await watching.addRoomMessage(secrets.room, 1, answer.message)
  const done = await makeDone(secrets, offer, answer, device.signer, random)
  await client.addRoomMessage(secrets.room, 2, done.message)
  await watching.pairingRoom(secrets.room, { after: 1 })
  const rows = await platform.sql`select * from pairing_rooms`
  const said = await platform.sql`select * from pairing_messages`
  const kept = [...rows, ...said].flatMap((row) => Object.values(row))
    .map((value) => value instanceof Uint8Array ? toHex(value) : String(value))
  const everything = [...seen, ...kept, JSON.stringify(platform.log)].join('\n')
  const text = pairingCodeText(code)
  for (const form of [toHex(code), text, text.replaceAll('-', ''), toBase64url(code)]) {
    expect(everything.toLowerCase()).not.toContain(form.toLowerCase())
  }
  // It looked at the right thing: the room's name, which comes from the code, is there.
  expect(everything).toContain(toBase64url(secrets.room))
  expect(JSON.stringify(platform.log)).not.toContain(toBase64url(secrets.room))
})
