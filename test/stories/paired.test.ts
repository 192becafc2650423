/**
 * A gateway and its household: the code that the gateway shows opens the app, the owner sees who
 * asks, and confirms; what the gateway seals is the owner's to read; unpaired, it writes no more. The
 * code itself is in no request, no address, and in nothing that the browser keeps.
 *
 * @module
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createClient } from '../../shared/api/client.ts'
import {
  newPairingCode,
  pairingCodeText,
  pairingLink,
  pairingSecrets,
} from '../../shared/identity/pairing-code.ts'
import {
  type Given,
  makeDone,
  makeOffer,
  readAnswer,
} from '../../shared/identity/pairing-exchange.ts'
import { fingerprint, readIdentity, sealKeyOf } from '../../shared/identity/identity.ts'
import type { NativeSealAlgorithm } from '../../shared/identity/keys.ts'
import { createSealer } from '../../shared/seal/sealer.ts'
import { createDevice, type Device, readings } from '../rig/household.ts'
import { emptyStore, modelVault } from '../seal/model-vault.ts'
import { type Home, openHome, type Platform, screen, startPlatform } from './home.ts'

const METER = 'PAIRED0000000001'
const seconds = () => Math.floor(Date.now() / 1000)
const random = (length: number) => crypto.getRandomValues(new Uint8Array(length))

let platform: Platform
let home: Home
let device: Device

beforeAll(async () => {
  platform = await startPlatform()
  home = await openHome(platform, { viewport: { width: 390, height: 844 } })
  device = await createDevice(seconds())
})

afterAll(async () => {
  await home?.close()
  await platform?.close()
})

const clientOf = () =>
  createClient({ url: platform.origin, fetch, now: seconds, signer: device.signer })

/** The gateway opens a room; what it waits for then, and its code. */
async function gateway(name: string) {
  const client = clientOf()
  await client.registerIdentity(device.identity.changes)
  const code = newPairingCode(random)
  const secrets = await pairingSecrets(code)
  const asks = [{
    meter: METER,
    simulated: true,
    classes: 'energy' as const,
    resolution: 'PT15M',
    zone: 'Europe/Vienna',
  }]
  const of = { name, custody: 'software' as const, asks, at: seconds() }
  const offer = await makeOffer(secrets, device.identity, of, random)
  await client.openPairingRoom(secrets.room, offer.message)
  return {
    text: pairingCodeText(code),
    link: pairingLink(platform.origin, code),
    async answered(): Promise<Given> {
      for (let after = 0;;) {
        const { messages } = await client.pairingRoom(secrets.room, { after })
        for (const { n, message } of messages) {
          after = n
          const answer = await readAnswer(secrets, offer, message, seconds())
          const done = await makeDone(secrets, offer, answer, device.signer, random)
          await client.addRoomMessage(secrets.room, n + 1, done.message)
          const [given] = answer.given
          if (given === undefined || given === null) throw new TypeError('Nothing was opened')
          return given
        }
      }
    },
  }
}

async function seal({ channel }: Given, vault: ReturnType<typeof modelVault>): Promise<unknown> {
  const client = clientOf()
  const owner = await client.identity(channel.content.owner)
  const key = sealKeyOf(await readIdentity(owner.changes))
  if (key === undefined) throw new TypeError('The owner has no sealing key')
  const { index, algorithm, publicKey } = key
  const ownerKey = { index, algorithm: algorithm as NativeSealAlgorithm, publicKey } // an owner's
  const sealer = createSealer({ vault, device: device.signer, ownerKey, now: seconds, random })
  const from = Math.floor(seconds() / 900) * 900 - 1800
  await sealer.seal(
    channel.content.channel,
    readings(3, { from, step: 900, classes: 'energy', meter: METER }),
  )
  const waiting = await vault.waiting(channel.content.channel, 10)
  const posted = client.postBlocks(channel.content.channel, waiting.map(({ bytes }) => bytes))
  return await posted.then(
    ({ refusal }) => refusal?.code ?? null,
    (error: { code?: string }) => error.code,
  )
}

test('a gateway is paired by its code, read by its owner, and let go in two taps', async () => {
  const keller = await gateway('Keller')
  const { text, link } = keller
  const page = await home.open('/settings')
  const said: string[] = []
  page.context().on('request', (request) => {
    said.push(`${request.url()} ${request.postDataBuffer()?.toString('latin1') ?? ''}`)
  })
  const code = page.getByLabel('The code that it shows')
  await page.getByText('Pair a gateway', { exact: true }).click()
  for (
    const [typed, sentence] of [
      ['my gateway', /has 16 letters and digits/],
      ['0000-0000-0000-0000', /No gateway shows this code now/],
    ] as const
  ) {
    await code.fill(typed)
    await code.press('Enter')
    await page.getByRole('alert').filter({ hasText: sentence }).waitFor()
  }

  await page.goto(link)
  await page.getByText('Keller asks to read for you').waitFor()
  expect(page.url()).toBe(`${platform.origin}/pair`)
  const shown = (await page.locator('main code').allTextContents()).join().replaceAll(' ', '')
  expect(shown).toContain(METER)
  expect(shown).toContain(fingerprint(device.identity.id).replaceAll(' ', ''))
  await screen(page, 'pair-phone')
  // Nothing is signed before the owner's word, and no and yes weigh the same.
  expect(await platform.query('select 1 from chapters')).toEqual([])
  const box = async (name: string) =>
    await page.getByRole('button', { name, exact: true }).evaluate((button) => {
      const { color, backgroundColor, fontWeight } = getComputedStyle(button)
      return { color, backgroundColor, fontWeight, height: button.clientHeight }
    })
  expect(await box('Pair')).toEqual(await box('Do not pair'))
  await page.getByRole('button', { name: 'Pair', exact: true }).click()
  const given = await keller.answered()
  await page.getByText('Keller is paired').waitFor()

  const wrapping = await crypto.subtle.generateKey({ name: 'AES-KW', length: 256 }, false, [
    'wrapKey',
    'unwrapKey',
  ])
  const vault = modelVault({ store: await emptyStore({ opening: given.channel }) }, wrapping)
  expect(await seal(given, vault)).toBe(null)
  await page.goto(`${platform.origin}/`)
  await page.getByRole('link', { name: /^Sealed|checked/ }).first().waitFor()
  await page.getByText(/checked/).first().waitFor()
  await screen(page, 'paired-now')

  await page.goto(`${platform.origin}/settings`)
  const entry = page.getByRole('listitem').filter({ hasText: 'Keller' })
  await entry.getByText(`Reads ${METER}`).waitFor()
  await entry.getByRole('button', { name: 'Unpair' }).click()
  await entry.getByRole('button', { name: 'Unpair it now' }).click()
  await entry.waitFor({ state: 'detached' })
  await expect.poll(() => seal(given, vault)).toMatch(/device-not-paired|chapter-closed/)

  const plain = text.replaceAll('-', '')
  const kept = await page.evaluate(async () => {
    const stores: string[] = [JSON.stringify(localStorage), JSON.stringify(sessionStorage)]
    for (const { name = '' } of await indexedDB.databases()) {
      const database = await new Promise<IDBDatabase>((resolve) => {
        const opening = indexedDB.open(name)
        opening.onsuccess = () => resolve(opening.result)
      })
      for (const store of database.objectStoreNames) {
        const rows = await new Promise<unknown[]>((resolve) => {
          const all = database.transaction(store).objectStore(store).getAll()
          all.onsuccess = () => resolve(all.result)
        })
        stores.push(JSON.stringify(rows))
      }
    }
    return stores.join()
  })
  expect(said.length).toBeGreaterThan(10)
  for (const where of [said.join(), kept, platform.output()]) {
    expect(where.includes(text) || where.includes(plain)).toBe(false)
  }
}, 240_000)
