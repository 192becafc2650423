/**
 * A provider reads a year of quarter-hours through the SDK, from the real server over HTTP, every
 * block verified and opened, beside fetching the same readings as plain JSON from the same database,
 * and beside the least that must be done to the same bytes by WebCrypto.
 *
 * @module
 */
import { isDeepStrictEqual } from 'node:util'
import type { Sql } from 'postgres'
import type { Bytes } from '../../shared/bytes.ts'
import { blockKey } from '../../shared/seal/epoch-key.ts'
import type { Reading } from '../../shared/meter/reading.ts'
import { freePort, startNode } from '../rig/process.ts'
import { counting, createGrantedHousehold, type GrantedHousehold } from './granted-household.ts'
import { startSite } from './kilowit.ts'
import {
  type Contender,
  during,
  type Measured,
  ratio,
  sideBySide,
  type Spread,
  spread,
  type Turn,
} from './measure.ts'
import type { Bounds, Report } from './report.ts'

const DAYS = 365
const PAGE = 1000
/** How much longer than plain JSON it may take. */
const GOAL = 0.25

export async function benchGrantedYear({ rounds }: Bounds): Promise<Report[]> {
  const site = await startSite()
  try {
    const household = await createGrantedHousehold(site.url, DAYS)
    await fill(site.sql, household.readings)
    const plain = await startPlain(site.databaseUrl)
    try {
      const contenders = [
        reading(household),
        fetching('Plain JSON, every member of each reading', `${plain.url}/readings`),
        fetching('Plain JSON, time and counters alone', `${plain.url}/counters`),
        await bare('WebCrypto alone: each signature, key and body', household, 'each'),
        await bare('WebCrypto alone: each key and body', household, 'none'),
      ]
      return [report(await sideBySide(contenders, rounds), household)]
    } finally {
      await plain.close()
    }
  } finally {
    await site.close()
  }
}

function reading({ channel, granted, readings, spent }: GrantedHousehold): Contender {
  return {
    name: 'Kilowit: fetched, verified, opened',
    turn: async () => {
      spent()
      let read: Reading[] = []
      const turn = await during(1, async () => {
        read = []
        for await (const item of (await granted.reader(channel.id)).read()) {
          if (item.kind !== 'reading') throw new Error(`Not a reading: ${item.kind}`)
          read.push(item.reading)
        }
        return 1
      })
      if (!isDeepStrictEqual(read, readings)) throw new Error('Other readings were read')
      return withTraffic(turn, spent())
    },
  }
}

function fetching(name: string, url: string): Contender {
  const traffic = { requests: 0, bytes: 0 }
  const get = counting(traffic)
  return {
    name,
    turn: async () => {
      Object.assign(traffic, { requests: 0, bytes: 0 })
      let count = 0
      const turn = await during(1, async () => {
        for (let after = 0;;) {
          const response = await get(`${url}?after=${after}&limit=${PAGE}`, {})
          const page: readonly { at: number | string }[] = await response.json()
          count += page.length
          after = Number(page.at(-1)?.at)
          if (page.length < PAGE) return 1
        }
      })
      if (count !== DAYS * 96) throw new Error(`Only ${count} readings were fetched`)
      return withTraffic(turn, traffic)
    },
  }
}

/** On bytes that are here already; nothing is parsed. */
async function bare(
  name: string,
  { channel, deviceKey }: GrantedHousehold,
  signatures: 'each' | 'none',
): Promise<Contender> {
  const { subtle } = crypto
  const key = await subtle.importKey('raw', deviceKey, 'Ed25519', false, ['verify'])
  const iv = new Uint8Array(12)
  const one = async (block: (typeof channel.blocks)[number]): Promise<void> => {
    const { statement, header, body } = block
    const epochKey = channel.epochs[header.epoch]?.key
    if (epochKey === undefined || body === null) throw new Error('There is no key')
    const open = async () => {
      const of = await blockKey(epochKey, channel.id, header.epoch, header.salt)
      const algorithm = { name: 'AES-GCM', iv, additionalData: statement.protected }
      await subtle.decrypt(algorithm, of, body)
    }
    const work: Promise<unknown>[] = [digest(statement.signed), digest(body), open()]
    if (signatures === 'each') {
      work.push(subtle.verify('Ed25519', key, statement.signature, statement.signed))
    }
    await Promise.all(work)
  }
  return {
    name,
    turn: () =>
      during(1, async () => {
        for (let from = 0; from < channel.blocks.length; from += 64) {
          await Promise.all(channel.blocks.slice(from, from + 64).map(one))
        }
        return 1
      }),
  }
}

async function digest(bytes: Bytes): Promise<ArrayBuffer> {
  return await crypto.subtle.digest('SHA-256', bytes)
}

function withTraffic(turn: Turn, { requests, bytes }: { requests: number; bytes: number }): Turn {
  return {
    ...turn,
    beside: { 'milliseconds': 1000 / turn.rate, requests, 'megabytes': bytes / 1e6 },
  }
}

async function fill(sql: Sql, readings: readonly Reading[]): Promise<void> {
  await sql`create table plain_readings (
    at bigint primary key, drawn bigint, fed bigint, reading jsonb not null)`
  const rows = readings.map((reading) => ({
    at: reading.at,
    drawn: reading.registers[0]?.value ?? null,
    fed: reading.registers[1]?.value ?? null,
    reading: sql.json({ ...reading } as never), // plain data, which its type does not say
  }))
  for (let from = 0; from < rows.length; from += PAGE) {
    await sql`insert into plain_readings ${sql(rows.slice(from, from + PAGE))}`
  }
  await sql`analyze`
}

async function startPlain(databaseUrl: string): Promise<{ url: string; close(): Promise<void> }> {
  const port = await freePort()
  const env = { PORT: String(port), DATABASE_URL: databaseUrl }
  const server = startNode('test/bench/plain-readings.ts', [], { env })
  const url = `http://127.0.0.1:${port}`
  await server.answers(`${url}/readyz`)
  return { url, close: () => server.close() }
}

function report(measured: readonly Measured[], { channel }: GrantedHousehold): Report {
  const [ours, ...others] = measured
  const kib = channel.blocks.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1e6
  const of = (one: Measured | undefined, name: string): Spread =>
    spread(one?.turns.map(({ beside }) => beside?.[name] ?? NaN) ?? [])
  return {
    title: 'A year of quarter-hours, read by a provider',
    unit: 'years',
    measured,
    ratios: [
      ...others.flatMap((other, i) =>
        ours === undefined ? [] : [{
          name: `Kilowit / ${other.name}`,
          ratio: ratio(ours, other),
          ...i === 0 ? { goal: GOAL } : {},
        }]
      ),
      {
        name: 'Bytes of Kilowit / of plain JSON with every member',
        ratio: spread([of(ours, 'megabytes').median / of(others[0], 'megabytes').median]),
      },
    ],
    notes: [
      `${channel.blocks.length} blocks of four readings under ${channel.epochs.length} keys,`,
      `${kib.toFixed(1)} MB; ${
        DAYS * 96
      } readings, which every turn compares with what was sealed.`,
      'Kilowit’s time is that of the whole reading by the SDK: the grant and its steps checked, the',
      'grant key opened, keys and openings fetched and checked, blocks fetched, hashed, verified,',
      'opened and parsed. Plain JSON is fetched in pages of 1,000 from a server of the same framework',
      'over the same database, and parsed; it proves nothing and hides nothing. WebCrypto alone works',
      'on bytes that are in memory. Server, database and reader share the cores of this machine.',
    ],
  }
}
