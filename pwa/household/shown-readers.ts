/**
 * The readers and what came over their lines, as the rooms show them in the tab that reads and in
 * those that watch it.
 *
 * @module
 */
import type { RefusalReason } from '../../shared/meter/telegram.ts'
import { createWakeLock } from '../reader/wake-lock.ts'
import * as app from '../state.ts'
import type { Mirrored } from './tabs.ts'

/** For states of the tab itself, and not of a line. */
export function showOnly(state: app.ReaderState): void {
  app.readers.value = [{ id: '', meter: null, state }]
}

/** Shows the readers, and keeps the computer awake while one of them listens to a real meter. */
export function createShownReaders(): (readers: readonly app.Reader[]) => void {
  const wakeLock = createWakeLock()
  return (readers) => {
    app.readers.value = readers
    wakeLock.want(readers.some(({ state }) => isLive(state) && !isSimulated(state)))
  }
}

export function countTelegram(): void {
  const counts = app.lineCounts.peek()
  app.lineCounts.value = { ...counts, telegrams: counts.telegrams + 1 }
}

export function countRefused(reason: RefusalReason): void {
  const { refused, telegrams } = app.lineCounts.peek()
  app.lineCounts.value = {
    telegrams,
    refused: { ...refused, [reason]: (refused[reason] ?? 0) + 1 },
  }
}

/** In a tab that watches, what another one reads. */
export const watchedReaders: Mirrored = {
  signal: app.readers,
  show(value) {
    const readers = value as readonly app.Reader[] // from this same code
    app.readers.value = readers.map((reader) => {
      const watched = isLive(reader.state) || reader.state.kind === 'unplugged'
      return { ...reader, state: { kind: watched ? 'watching' : 'idle' } }
    })
  },
}

function isLive({ kind }: app.ReaderState): boolean {
  return kind === 'reading' || kind === 'detecting' || kind === 'asking' || kind === 'question' ||
    kind === 'locked'
}

function isSimulated(state: app.ReaderState): boolean {
  return state.kind === 'reading' && state.simulated
}
