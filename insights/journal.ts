/**
 * What was read, kept for as long as it may be: one file for each grant, one JSON line for each
 * thing that happened. A line with the reader's place ends what came before it; what follows the
 * last place is read again after a restart.
 *
 * @module
 */
import * as fs from 'node:fs/promises'
import * as path from 'node:path'
import type { Missing, Place } from '../shared/api/verified-reader.ts'
import type { Reading } from '../shared/meter/reading.ts'
import { isMissing } from './file-keep.ts'

export type Line =
  | { kind: 'channel'; channel: string; about: About }
  | { kind: 'reading'; channel: string; seq: number; reading: Reading }
  | { kind: 'missing'; channel: string; seq: number; why: Missing['why']; from: number; to: number }
  | { kind: 'place'; channel: string; place: Place }
  | { kind: 'ended'; reason: string; at: number; last: LastRead | null }
  | { kind: 'fault'; seq: number | null; reason: string }

/** What a channel is, as its owner signed it. */
export interface About {
  readonly resolution: string
  /** Where its days begin. */
  readonly zone: string
  readonly simulated: boolean
}

/** The last block that could be read, as the platform tells both sides. */
export interface LastRead {
  readonly seq: number
  readonly at: number | null
  readonly provisional: boolean
}

export interface Journal {
  /** What is kept of a grant, without what is to be read again. */
  load(grant: string): Promise<Line[]>
  append(grant: string, lines: readonly Line[]): Promise<void>
  erase(grant: string): Promise<void>
}

export async function openJournal(folder: string): Promise<Journal> {
  await fs.mkdir(folder, { recursive: true, mode: 0o700 })
  const file = (grant: string) => path.join(folder, `${grant}.jsonl`)
  return {
    async load(grant) {
      const text = await fs.readFile(file(grant), 'utf8').catch((error: unknown) => {
        if (isMissing(error)) return ''
        throw error
      })
      const lines = text.split('\n').flatMap((line) => parsed(line))
      return settled(lines)
    },
    async append(grant, lines) {
      if (lines.length === 0) return
      const text = lines.map((line) => JSON.stringify(line) + '\n').join('')
      await fs.appendFile(file(grant), text, { mode: 0o600 })
    },
    async erase(grant) {
      await fs.rm(file(grant), { force: true })
    },
  }
}

/** Nothing for the line that an interrupted write left. */
function parsed(line: string): Line[] {
  try {
    const value: Line = JSON.parse(line) // our own file
    return [value]
  } catch {
    return []
  }
}

function settled(lines: readonly Line[]): Line[] {
  const places = new Map<string, number>()
  for (const line of lines) if (line.kind === 'place') places.set(line.channel, line.place.seq)
  // A block that was read twice, as a restart came between, is kept once.
  const seen = new Set<string>()
  return lines.filter((line) => {
    if (line.kind !== 'reading' && line.kind !== 'missing') return true
    if (line.seq > (places.get(line.channel) ?? -1)) return false
    const name = JSON.stringify(line)
    if (seen.has(name)) return false
    seen.add(name)
    return true
  })
}
