/** The worker's jobs beside each other: what somebody waits for goes first. */
import { beforeEach, expect, test, vi } from 'vitest'

const heard: string[] = []
let end: { settle: () => void; fail: (error: Error) => void } = {
  settle: () => undefined,
  fail: () => undefined,
}

vi.mock('../../pwa/vault/database.ts', () => ({ openDatabase: async () => ({}) }))
vi.mock('../../pwa/vault/vault.ts', () => ({ openVault: async () => ({ database: {} }) }))
vi.mock('../../pwa/vault/identities.ts', () => ({ loadSelf: async () => ({ owner: {} }) }))
vi.mock('../../pwa/vault/meters.ts', () => ({
  loadMeters: async () => [{ id: 'M', channels: [{ id: new Uint8Array(16) }] }],
}))
vi.mock('../../pwa/household/client.ts', () => ({ clientFor: () => ({}) }))
vi.mock('../../pwa/proof-run/past-day.ts', () => ({
  readPastEnergy: async () => {
    heard.push('energy asked')
    await new Promise<void>((settle, fail) => (end = { settle, fail }))
    heard.push('energy told')
  },
}))
vi.mock('../../pwa/proof-run/read-back.ts', () => ({
  createReadBack: ({ giveWay }: { giveWay: () => Promise<void> }) => ({
    run: async () => {
      await giveWay()
      heard.push('looked back')
    },
  }),
}))

const { createWork } = await import('../../pwa/proof-run/work.ts')
const options = { signal: new AbortController().signal, progress: () => undefined }
const request = { meter: 'M', from: 0, to: 86_400, resolution: 'PT15M' as const }
const lookBack = { channel: new Uint8Array(16) }

beforeEach(() => {
  heard.length = 0
})

test('looking back waits until the views that are asked for were told', async () => {
  const work = await createWork()
  const energy = work.energy(request, options)
  const looking = work.lookBack(lookBack, options)
  await vi.waitUntil(() => heard.includes('energy asked'))
  await new Promise((resolve) => setTimeout(resolve))
  expect(heard).toEqual(['energy asked'])
  end.settle()
  await Promise.all([energy, looking])
  expect(heard).toEqual(['energy asked', 'energy told', 'looked back'])
})

test('it goes on after a view that failed, and at once where there is none', async () => {
  const work = await createWork()
  const energy = work.energy(request, options).catch((error: unknown) => error)
  const looking = work.lookBack(lookBack, options)
  await vi.waitUntil(() => heard.includes('energy asked'))
  end.fail(new Error('away'))
  await looking
  expect(await energy).toMatchObject({ message: 'away' })
  await work.lookBack(lookBack, options)
  expect(heard).toEqual(['energy asked', 'looked back', 'looked back'])
})
