/**
 * A pseudo-terminal from Node: its far end is a serial port to whoever opens it. Node has no call for
 * one, so a few lines of Python hold the near end and tell what is written there and at which rate
 * the far end was opened. A pseudo-terminal knows no data bits and no parity.
 *
 * @module
 */
import { spawn } from 'node:child_process'
import type { Bytes } from '../../shared/bytes.ts'

export interface PseudoTerminal {
  /** Of the far end, such as `/dev/pts/4`. */
  readonly path: string
  /** Lost, as on a cable, while nobody has the far end open, or where it is not read. */
  write(bytes: Uint8Array): void
  close(): void
}

export interface FarEnd {
  /** It was opened, set to another rate, or left (null). */
  rate(baudRate: number | null): void
  wrote(bytes: Bytes, baudRate: number): void
  /** The terminal is gone, and was not closed here. */
  lost(): void
}

/** There is none to be had; the message says what to do. */
export class PseudoTerminalError extends Error {
  override readonly name = 'PseudoTerminalError'
}

/** What may wait for a far end that does not read. */
const MOST_WAITING = 65_536

/** Its records: rate (0 where nobody is there), length, bytes; no bytes where the rate changed. */
const PROGRAM = `
import os, select, signal, struct, sys, termios, tty
signal.signal(signal.SIGINT, signal.SIG_IGN)
rates = {getattr(termios, n): int(n[1:]) for n in dir(termios) if n[0] == "B" and n[1:].isdigit()}
near, far = os.openpty()
tty.setraw(far)
mode = termios.tcgetattr(far)
mode[4] = mode[5] = getattr(termios, "B" + sys.argv[1])
termios.tcsetattr(far, termios.TCSANOW, mode)
sys.stdout.write(os.ttyname(far) + "\\n")
sys.stdout.flush()
os.close(far)
os.set_blocking(near, False)
known, waiting = 0, b""

def rate():
    return rates.get(termios.tcgetattr(near)[5], 1)

def tell(rate, data=b""):
    sys.stdout.buffer.write(struct.pack(">IH", rate, len(data)) + data)
    sys.stdout.buffer.flush()

while True:
    line = select.poll()
    line.register(near, select.POLLIN)
    gone = dict(line.poll(0)).get(near, 0) & select.POLLHUP
    now = 0 if gone else rate()
    if now != known:
        known = now
        tell(known)
    if gone:
        waiting = b""
    ends = select.poll()
    if not waiting:
        ends.register(0, select.POLLIN)
    if not gone:
        ends.register(near, select.POLLIN | (select.POLLOUT if waiting else 0))
    for end, what in ends.poll(20):
        if end == 0:
            waiting = os.read(0, 4096)
            if not waiting:
                sys.exit()
            continue
        try:
            if what & select.POLLIN:
                tell(rate(), os.read(near, 4096))
            if what & select.POLLOUT:
                waiting = waiting[os.write(near, waiting):]
        except OSError:
            pass
`

/** @param baudRate of the far end, until somebody sets another */
export async function openPseudoTerminal(baudRate: number, far: FarEnd): Promise<PseudoTerminal> {
  const python = spawn('python3', ['-c', PROGRAM, String(baudRate)], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  let isClosed = false
  let said = ''
  // What it cannot write to any more, it cannot lose either.
  python.stdin.on('error', () => undefined)
  python.stderr.on('data', (bytes: Uint8Array) => said += new TextDecoder().decode(bytes))
  return await new Promise((resolve, reject) => {
    let path = ''
    let buffered: Bytes = new Uint8Array(0)
    python.once('error', () => {
      reject(
        new PseudoTerminalError(
          'A pseudo-terminal needs Python 3, which is not here: install it ' +
            '(on Debian, apt-get install python3), or use --tcp 0',
        ),
      )
    })
    python.once('exit', () => {
      if (path !== '' && !isClosed) far.lost()
      const why = said.trim().split('\n').at(-1) ?? ''
      reject(new PseudoTerminalError(`There is no pseudo-terminal to be had (${why}): use --tcp 0`))
    })
    python.stdout.on('data', (bytes: Uint8Array) => {
      buffered = Uint8Array.from([...buffered, ...bytes])
      if (path === '') {
        const end = buffered.indexOf(0x0a)
        if (end < 0) return
        path = new TextDecoder().decode(buffered.subarray(0, end))
        buffered = buffered.slice(end + 1)
        resolve({
          path,
          write(bytes) {
            if (python.stdin.writableLength < MOST_WAITING) python.stdin.write(bytes)
          },
          close() {
            isClosed = true
            python.stdin.end()
            python.kill()
          },
        })
      }
      buffered = takeRecords(buffered, far)
    })
  })
}

/** What is left. */
function takeRecords(bytes: Bytes, far: FarEnd): Bytes {
  let rest = bytes
  while (rest.length >= 6) {
    const view = new DataView(rest.buffer, rest.byteOffset)
    const [rate, length] = [view.getUint32(0), view.getUint16(4)]
    if (rest.length < 6 + length) break
    if (length > 0) far.wrote(rest.slice(6, 6 + length), rate)
    else far.rate(rate === 0 ? null : rate)
    rest = rest.slice(6 + length)
  }
  return rest
}
