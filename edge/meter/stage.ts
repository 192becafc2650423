/**
 * Where a simulated meter is played: a pseudo-terminal, or TCP on this machine alone.
 *
 * @module
 */
import { createServer, type Socket } from 'node:net'
import { type Bytes, concat } from '../../shared/bytes.ts'
import { openPseudoTerminal } from './pseudo-terminal.ts'
import type { Voice } from './voices.ts'

export interface Stage {
  /** `/dev/pts/4` or `127.0.0.1:4711`. */
  readonly where: string
  close(): void
}

/** The port cannot be had; the message says what to do. */
export class PortError extends Error {
  override readonly name = 'PortError'
}

/** A pause of so many milliseconds ends a question: 3.5 characters, and what a system adds. */
const PAUSE = 30
/** No question is longer; what is, is noise. */
const MOST_HEARD = 1024
/** What may wait for a listener that does not read. */
const MOST_WAITING = 65_536

interface Listener {
  heard(bytes: Bytes, baudRate: number | null): void
  gone(): void
}

/**
 * Plays to one listener until it is gone: the first telegram as soon as it listens.
 *
 * @param say null: at the rate of the meter's line
 */
function playTo(voice: Voice, say: (bytes: Bytes, baudRate: number | null) => void): Listener {
  const unixSeconds = () => Math.floor(Date.now() / 1000)
  const timers = new Set<NodeJS.Timeout>()
  let isGone = false
  const after = (milliseconds: number, then: () => void): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      timers.delete(timer)
      then()
    }, milliseconds)
    timers.add(timer)
    return timer
  }

  if (voice.kind !== 'answers') {
    const push = async (): Promise<void> => {
      const telegram = await voice.telegramAt(unixSeconds())
      if (!isGone && telegram.length > 0) say(telegram, null)
    }
    void push()
    timers.add(setInterval(() => void push(), 1000 * voice.every))
  }

  let question: Bytes = new Uint8Array(0)
  let pause: NodeJS.Timeout | undefined
  return {
    heard(bytes, baudRate) {
      if (voice.kind === 'calls') voice.hear(bytes, baudRate)
      if (voice.kind !== 'answers') return
      question = concat(question, bytes).slice(-MOST_HEARD)
      clearTimeout(pause)
      pause = after(PAUSE, () => {
        const asked = question
        question = new Uint8Array(0)
        let wait = 0
        for (const answer of voice.hear(asked, baudRate, unixSeconds())) {
          wait += answer.afterMilliseconds
          after(wait, () => say(answer.bytes, answer.baudRate))
        }
      })
    },
    gone() {
      isGone = true
      timers.forEach((timer) => clearTimeout(timer))
    },
  }
}

/** @param port 0 for any that is free */
export async function playOverTcp(voice: Voice, port: number): Promise<Stage> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    const listener = playTo(voice, (bytes) => {
      if (socket.writableLength < MOST_WAITING) socket.write(bytes)
    })
    socket.on('data', (bytes: Uint8Array) => listener.heard(Uint8Array.from(bytes), null))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      listener.gone()
      sockets.delete(socket)
    })
  })
  const bound = await new Promise<number>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = {
        EADDRINUSE: 'is taken by another program: choose another, or 0 for any that is free',
        EACCES: 'needs more rights than you have: choose one above 1023',
      }[error.code ?? ''] ?? `cannot be had (${error.code})`
      reject(new PortError(`Port ${port} ${why}`))
    })
    // To nobody but this machine: it has no lock of any kind.
    server.listen(port, '127.0.0.1', () => {
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })
  return {
    where: `127.0.0.1:${bound}`,
    close() {
      server.close()
      sockets.forEach((socket) => socket.destroy())
    },
  }
}

/** What a receiver at another rate makes of it: noise. */
function noise(bytes: Bytes): Bytes {
  return bytes.map((byte, i) => ((byte * 37 + i * 11) & 0x7f) | 0x80)
}

/**
 * Who opens the far end at another rate than the meter's hears noise, and is not heard.
 *
 * @param lost the terminal went away by itself
 */
export async function playOnTerminal(
  voice: Voice,
  baudRate: number,
  lost: () => void,
): Promise<Stage> {
  let listener: Listener | null = null
  let farRate = baudRate
  const terminal = await openPseudoTerminal(baudRate, {
    rate(rate) {
      if (rate === null) {
        listener?.gone()
        listener = null
        return
      }
      farRate = rate
      listener ??= playTo(voice, (bytes, answered) => {
        terminal.write((answered ?? baudRate) === farRate ? bytes : noise(bytes))
      })
    },
    wrote: (bytes, rate) => listener?.heard(bytes, rate),
    lost,
  })
  return {
    where: terminal.path,
    close() {
      listener?.gone()
      terminal.close()
    },
  }
}
