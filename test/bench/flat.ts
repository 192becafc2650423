/**
 * Whether cost stays flat as data grows: two servers with a database each, one of which is filled
 * in stages, take turns in ingest and in reading a page. What fills it is written by SQL to other
 * channels, with blocks as large as real ones.
 *
 * @module
 */
import { randomBytes } from 'node:crypto'
import type postgres from 'postgres'
import type { Device } from './device.ts'
import { blocks, createDevices } from './ingest.ts'
import { startSite } from './kilowit.ts'
import { type Contender, type Measured, ratio, sideBySide, spread, type Turn } from './measure.ts'
import type { Bounds, Report } from './report.ts'

const DEVICES = 32
const SIZE = { blocks: 1, readings: 96 }
const PAGE = 100
const PAGES = 50
const BLOCKS_PER_CHANNEL = 100
const STATEMENT_BYTES = 310
const BODY_BYTES = 1040
const FILL_AT_ONCE = 50_000

/** @param stages how many blocks of other channels there are */
export async function benchFlat(bounds: Bounds, stages: readonly number[]): Promise<Report[]> {
  const [empty, filled] = [await startSite(), await startSite()]
  try {
    const sides = [
      { name: 'empty', site: empty, devices: await createDevices(empty.url, DEVICES, SIZE) },
      { name: 'filled', site: filled, devices: await createDevices(filled.url, DEVICES, SIZE) },
    ]
    const reports: Report[] = []
    let stored = 0
    for (const stage of stages) {
      stored = await fill(filled.sql, stored, stage)
      const ingest = await sideBySide(
        sides.map(({ name, site, devices }) =>
          blocks(`ingest, the ${name} database`, site, devices, SIZE, bounds)
        ),
        bounds.rounds,
      )
      const reading = await sideBySide(
        sides.map(({ name, devices }) => pages(`pages read, the ${name} database`, devices)),
        bounds.rounds,
      )
      reports.push(
        report(`Flat: ingest beside ${stored} stored blocks`, 'readings', ingest),
        report(`Flat: pages of ${PAGE} blocks beside ${stored} stored blocks`, 'pages', reading),
      )
    }
    return reports
  } finally {
    await empty.close()
    await filled.close()
  }
}

function report(title: string, unit: string, measured: readonly Measured[]): Report {
  const [empty, filled] = measured
  const compared = empty && filled
    ? [{ name: 'filled / empty', ratio: ratio(filled, empty), goal: 1 }]
    : []
  const notes = ['CPU-seconds here are those of the server without its database.']
  return { title, unit, measured, ratios: compared, notes }
}

/** One page after the other, as the client reads it: with a token and a proof each. */
function pages(name: string, devices: readonly Device[]): Contender {
  return { name, turn: () => readPages(devices) }
}

async function readPages(devices: readonly Device[]): Promise<Turn> {
  const latencies: number[] = []
  const started = performance.now()
  for (let i = 0; i < PAGES; i++) {
    const device = devices[i % devices.length]
    if (device === undefined) break
    const from = performance.now()
    let count = 0
    for await (const _ of device.client.blocks(device.channel.id, { after: -1, limit: PAGE })) {
      if (++count === PAGE) break
    }
    latencies.push(performance.now() - from)
  }
  const seconds = (performance.now() - started) / 1000
  const { median, max } = spread(latencies)
  return {
    rate: latencies.length / seconds,
    perCpuSecond: null,
    beside: { 'median, ms': median, 'worst, ms': max },
  }
}

/** Blocks of many channels, side by side as they would come, until there are `wanted`. */
async function fill(sql: postgres.Sql, from: number, wanted: number): Promise<number> {
  // Ciphertext cannot be compressed, and so what stands for it must not be either.
  const noise = randomBytes(1024 * 1024)
  let stored = from
  while (stored < wanted) {
    const channels = Math.floor(Math.min(FILL_AT_ONCE, wanted - stored) / BLOCKS_PER_CHANNEL)
    await sql`
      with made as (
        select decode(md5(${stored}::text || '-' || n), 'hex') as id,
          sha256(decode(md5(n::text), 'hex')) as hash
        from generate_series(1, ${channels}) n
      ), opened as (
        insert into channels (id, owner, opening, opening_id, classes, resolution, zone, simulated,
          head_seq, head_id, updated_at)
        select id, hash, hash, hash, 'energy', 'PT15M', 'Europe/Vienna', true,
          ${BLOCKS_PER_CHANNEL - 1}, hash, 0
        from made
      )
      insert into blocks
        (channel, seq, id, statement, body, chapter, epoch, from_at, to_at, sealed, accepted)
      select made.id, seq, hash,
        substring(noise from 1 + floor(random() * 1000000)::int for ${STATEMENT_BYTES}),
        substring(noise from 1 + floor(random() * 1000000)::int for ${BODY_BYTES}),
        0, 0, seq * 86400, seq * 86400 + 85500, seq * 86400 + 86400, seq * 86400 + 86400
      from generate_series(0, ${BLOCKS_PER_CHANNEL - 1}) seq, made,
        (select ${noise}::bytea as noise) n
      order by seq`
    stored += channels * BLOCKS_PER_CHANNEL
  }
  await sql`analyze`
  return stored
}
