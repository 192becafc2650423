/**
 * The log: one JSON object a line on standard output, for machines; on a terminal the few sentences
 * of a start and a stop, and lines only for what went wrong. No reading, token or key ever gets
 * here: whoever logs names each member.
 *
 * @module
 */
import process from 'node:process'
import { setImmediate } from 'node:timers'
import type { LogEntry } from '../server/context.ts'

export interface Log {
  /** For people at a terminal; as an entry elsewhere. */
  readonly say: (sentence: string) => void
  readonly entry: (entry: LogEntry) => void
}

export function createLog(): Log {
  const terminal = process.stdout.isTTY
  /** Lines of this turn of the event loop: they are written together. */
  let waiting = ''
  function write(): void {
    if (waiting !== '') process.stdout.write(waiting)
    waiting = ''
  }
  process.on('exit', write)

  function entry(entry: LogEntry): void {
    if (terminal && entry['level'] !== 'warn' && entry['level'] !== 'error') return
    const line = { time: new Date().toISOString(), level: 'info', ...entry }
    if (waiting === '') setImmediate(write)
    waiting += `${JSON.stringify(line)}\n`
  }
  return {
    entry,
    say: (sentence) =>
      terminal ? void process.stdout.write(`${sentence}\n`) : entry({ message: sentence }),
  }
}
