/**
 * The log: one JSON object a line on standard output, for machines; on a terminal the few sentences
 * of a start and a stop, and lines only for what went wrong. No reading, token or key ever gets
 * here: whoever logs names each member.
 *
 * @module
 */
import process from 'node:process'
import type { LogEntry } from '../server/context.ts'

export interface Log {
  /** For people at a terminal; as an entry elsewhere. */
  readonly say: (sentence: string) => void
  /** The sentence with the address to open, set apart at a terminal. */
  readonly headline: (sentence: string, address: string) => void
  readonly entry: (entry: LogEntry) => void
  /** A line that the embedded Postgres wrote, or that we say of it. */
  readonly postgres: (line: string) => void
}

/** Milliseconds that a line waits, and characters that wait together. */
const SOON = 20
const MANY = 16 * 1024

export function createLog(): Log {
  const terminal = process.stdout.isTTY
  /** Lines that are written together, as each write costs more than its line: soon, or when many. */
  let waiting = ''
  let timer: ReturnType<typeof setTimeout> | undefined
  function write(): void {
    clearTimeout(timer)
    timer = undefined
    if (waiting !== '') process.stdout.write(waiting)
    waiting = ''
  }
  process.on('exit', write)

  function line(text: string): void {
    waiting += `${text}\n`
    if (waiting.length > MANY) write()
    else timer ??= setTimeout(write, SOON)
  }

  function entry(entry: LogEntry): void {
    if (!terminal) {
      line(JSON.stringify({ time: new Date().toISOString(), level: 'info', ...entry }))
    } else if (entry['level'] === 'warn' || entry['level'] === 'error') line(forPeople(entry))
  }

  const say = (sentence: string) => terminal ? line(sentence) : entry({ message: sentence })

  return {
    entry,
    say,
    headline: (sentence, address) =>
      terminal ? line(`\n  ${sentence} ${bold(address)}\n`) : say(`${sentence} ${address}`),
    postgres: (text) => {
      const [, severity, message] = POSTGRES_LINE.exec(text) ?? []
      if (severity === undefined) say(text)
      else if (terminal) entry({ level: levelOf(severity), message: `Postgres: ${message}` })
      else entry({ level: levelOf(severity), from: 'postgres', message: text })
    },
  }
}

/** Time, process, severity, message: as `log_line_prefix` is unless set. */
const POSTGRES_LINE = /^\d{4}-\d\d-\d\d [\d:.]+ \S+ \[\d+\] ([A-Z]+\d?): +(.*)$/

function levelOf(severity: string): string {
  if (severity === 'WARNING') return 'warn'
  return ['ERROR', 'FATAL', 'PANIC'].includes(severity) ? 'error' : 'debug'
}

function forPeople({ level, message, ...rest }: LogEntry): string {
  const members = Object.entries(rest).filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${String(value)}`)
  const text = [message ?? '', ...members].join(' ').trim()
  // What a terminal would obey stays out of it, the ends of lines in a stack aside.
  return `${level === 'warn' ? 'Warning' : 'Error'}: ${text.replaceAll(/[^\P{C}\n]/gu, '\u{fffd}')}`
}

function bold(text: string): string {
  return process.env['NO_COLOR'] ? text : `\u001b[1m${text}\u001b[22m`
}
