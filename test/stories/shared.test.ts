/**
 * Two people at home, each with a browser of their own, and the real platform between them: one
 * reads a meter and shares its quarter-hours, the other reads the very same numbers, and when it is
 * taken back both name the same last block.
 *
 * @module
 */
import { Buffer } from 'node:buffer'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Client, createClient } from '../../shared/api/client.ts'
import { fromBase64url, fromHex, toBase64url, toHex, utf8 } from '../../shared/bytes.ts'
import { readIdentity, sealKeyOf } from '../../shared/identity/identity.ts'
import { generateSealingKey } from '../../shared/identity/keys.ts'
import { createProvider } from '../rig/provider.ts'
import { type Home, openHome, type Platform, screen, startPlatform } from './home.ts'

const NAME = 'Benedikt unterm Dach'

let platform: Platform
let anna: Home
let ben: Home
let annas: Page
let bens: Page
let address: string

beforeAll(async () => {
  platform = await startPlatform()
  ;[anna, ben] = await Promise.all([openHome(platform), openHome(platform)])
})
afterAll(async () => {
  await anna?.close()
  await ben?.close()
  await platform?.close()
})

const codeUnder = (page: Page, heading: string, place: number) =>
  page.locator('section', { has: page.getByRole('heading', { name: heading }) })
    .locator('code').nth(place)

test('one reads a meter, the other has no meter and makes an address', async () => {
  annas = await anna.open()
  await annas.getByRole('button', { name: 'Try with a simulated meter' }).click()
  bens = await ben.open('/sharing')
  await bens.getByRole('button', { name: 'Make an address' }).click()
  await codeUnder(bens, 'Your address', 0).waitFor({ timeout: 30_000 })
  address = await codeUnder(bens, 'Your address', 0).innerText()
  // What nobody can have given yet is looked for, and not asked of who does not know this browser.
  await bens.waitForLoadState('networkidle')
  expect(await bens.getByText('The platform could not answer').count()).toBe(0)
  await annas.getByRole('link', { name: /blocks? checked/ }).waitFor({ timeout: 60_000 })
}, 120_000)

test('nobody else is taken for the other, whoever the platform shows there', async () => {
  const seconds = Math.floor(Date.now() / 1000)
  const provider = await createProvider(seconds)
  const client = createClient({ url: platform.origin, fetch, now: () => seconds })
  await client.registerIdentity(provider.identity.changes)
  const [device] = await platform.query<{ id: string }>(
    `select encode(id, 'hex') as id from identities where kind = 'device'`,
  )
  annas = await anna.open('/sharing')
  const own = await codeUnder(annas, 'Your address', 0).innerText()
  await annas.getByRole('link', { name: 'Choose what to share' }).click()
  const refused = async (typed: string, said: RegExp) => {
    await annas.getByLabel('Address of the other person').fill(typed)
    await annas.getByRole('button', { name: 'Look who it is' }).click()
    await annas.getByText(said).waitFor({ timeout: 20_000 })
  }
  await refused('nothing', /^This is no address/)
  await refused(`${'x'.repeat(42)}A`, /^Nobody on this platform has this address/)
  await refused(own, /^This is your own address/)
  await refused(
    toBase64url(provider.identity.id),
    /^This address belongs to a provider or a device/,
  )
  await refused(
    toBase64url(fromHex(device?.id ?? '')),
    /^This address belongs to a provider or a device/,
  )

  // A platform that lies: somebody else's chain, then the right one with another sealing key in it.
  const path = (id: string) => `${platform.origin}/v1/identities/${id}`
  const right = await identityAt(client)
  const swapped = Buffer.from(right.changes[0] ?? [])
  const place = swapped.indexOf(Buffer.from(sealKeyOf(right)?.publicKey ?? []))
  expect(place).toBeGreaterThan(0)
  Buffer.from((await generateSealingKey()).publicKey).copy(swapped, place)
  const told = await (await fetch(path(address))).text()
  const change = Buffer.from(right.changes[0] ?? []).toString('base64url')
  expect(told).toContain(change)
  const lies = [
    await (await fetch(path(own))).text(),
    told.replace(change, swapped.toString('base64url')),
  ]
  for (const body of lies) {
    await annas.evaluate(([lied, body]) => {
      const real = globalThis.fetch
      globalThis.fetch = (address, init) =>
        address === lied
          ? Promise.resolve(new Response(body, { headers: { 'content-type': 'application/json' } }))
          : real(address, init)
    }, [path(address), body] as const)
    await refused('nothing', /^This is no address/)
    await refused(address, /^Nobody on this platform has this address/)
  }
}, 120_000)

const identityAt = async (client: Client) =>
  await readIdentity((await client.identity(fromBase64url(address))).changes)

test('the link shows who it is by the same fingerprint, and what is chosen is given', async () => {
  annas = await anna.open(`/share#${address}`)
  await annas.getByText('Compare this with').waitFor({ timeout: 30_000 })
  const shown = await codeUnder(annas, 'With whom', 0).innerText()
  expect(shown).toMatch(/^([0-9a-f]{4} ?)+$/)
  expect(shown).toBe(await codeUnder(bens, 'Your address', 1).innerText())

  await annas.getByRole('button', { name: 'Share', exact: true }).click()
  await annas.getByText('Give this person a name').waitFor()
  await annas.getByLabel('What you call this person').fill(NAME)
  await annas.getByLabel('Readings from before').selectOption({ index: 1 })
  await screen(annas, 'share')
  await annas.getByRole('button', { name: 'Share', exact: true }).click()
  await annas.waitForURL('**/sharing/*', { timeout: 60_000 })
  await annas.getByRole('heading', { name: NAME, exact: true }).waitFor()
  await screen(annas, 'share-given')
  expect(await platformHas(platform, NAME)).toEqual([])
}, 120_000)

/** Tables of the platform that have a text somewhere. */
async function platformHas(at: Platform, text: string): Promise<string[]> {
  const tables = await at.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public'`,
  )
  const found: string[] = []
  for (const { name } of tables) {
    const rows = await at.query<{ row: string }>(`select t::text as row from "${name}" t`)
    const isIn = ({ row }: { row: string }) => row.includes(text) || row.includes(toHex(utf8(text)))
    if (rows.some(isIn)) found.push(name)
  }
  expect(tables.length).toBeGreaterThan(10)
  return found
}

test('the other reads the same numbers', async () => {
  bens = await ben.open('/sharing')
  await bens.getByRole('link', { name: 'From Somebody at home' }).click({ timeout: 30_000 })
  await bens.getByText(/readings? checked here, up to block/).waitFor({ timeout: 60_000 })
  await screen(bens, 'shared')
  // A whole day within the week that was given.
  const day = new Date(Date.now() - 3 * 86_400_000).toISOString().slice(0, 10)
  annas = await anna.open(`/history?day=${day}`)
  bens = await ben.open(`${new URL(bens.url()).pathname}?day=${day}`)
  const rows = async (page: Page): Promise<string[]> => {
    const twin = page.getByText('As a table').first()
    await twin.waitFor({ timeout: 60_000 })
    const rows = page.locator('main table').first().locator('tbody tr')
    await expect.poll(async () => {
      const isOpen = await twin.evaluate((one) => one.closest('details')?.open === true)
      if (!isOpen) await twin.click()
      return await rows.count()
    }, { timeout: 20_000, interval: 1000 }).toBeGreaterThan(90)
    return await rows.allTextContents()
  }
  const own = await rows(annas)
  expect(await rows(bens)).toEqual(own)
}, 150_000)

test('it is saved as a table', async () => {
  const saving = bens.waitForEvent('download')
  await bens.getByRole('button', { name: 'CSV' }).click()
  const saved = await saving
  expect(saved.suggestedFilename()).toMatch(/^kilowit-shared-.*-PT15M-.*\.csv$/)
}, 60_000)

test('taken back while the other looks, both name the same last block', async () => {
  annas = await anna.open('/sharing')
  await annas.getByRole('link', { name: NAME }).first().click()
  await annas.getByRole('button', { name: 'Revoke', exact: true }).click()
  await annas.getByRole('button', { name: 'Revoke now' }).click()
  const numberOf = async (page: Page) => {
    const said = page.getByText(/^Block \d[\d,.\s]*, at /).first()
    await said.waitFor({ timeout: 60_000 })
    return /^Block ([\d,.\s]+), at/.exec(await said.textContent() ?? '')?.[1]
  }
  const last = await numberOf(annas)
  // Nobody touches the other page: it looks again by itself.
  await bens.getByText('Taken back by the one who gave it').waitFor({ timeout: 60_000 })
  expect(await numberOf(bens)).toBe(last)
  await annas.getByText(/^Provisional:/).waitFor({ state: 'detached', timeout: 60_000 })
  await bens.getByText(/^Provisional:/).waitFor({ state: 'detached', timeout: 60_000 })
  expect(await numberOf(bens)).toBe(await numberOf(annas))
  await screen(bens, 'shared-ended')
  // Beside the platform's refusal: what is sealed now has no key for the other.
  const newest = async () => {
    const [row] = await platform.query<{ opened: number; wrapped: number }>(
      `select max(e.epoch) as opened, (select max(w.epoch) from wraps w join grants g
         on g.id = w.grant_id where w.channel = e.channel) as wrapped
       from epochs e join grant_channels k on k.channel = e.channel group by e.channel`,
    )
    return Number(row?.opened) > Number(row?.wrapped)
  }
  await expect.poll(newest, { timeout: 60_000 }).toBe(true)
  expect([...anna.errors, ...ben.errors]).toEqual([])
}, 150_000)
