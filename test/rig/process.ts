/**
 * Real processes under test: started, watched for a line or an answering address, killed by any
 * signal, and never left behind, whatever happens to the test.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, readdirSync } from 'node:fs'
import { createServer } from 'node:net'
import * as path from 'node:path'
import { createInterface } from 'node:readline'

/** The project's folder. */
export const ROOT = path.resolve(import.meta.dirname ?? '.', '../..')

export interface ProcessOptions {
  cwd?: string
  env?: Record<string, string>
  /** Bytes for standard input, which otherwise is empty. */
  input?: string
}

export interface Ended {
  code: number | null
  signal: NodeJS.Signals | null
}

export interface Running {
  pid: number
  ended: Promise<Ended>
  /** All that it wrote so far, both streams. */
  output(): string
  /** The first line, already written or yet to come, in which the text occurs or the pattern matches. */
  line(wanted: string | RegExp, timeout?: number): Promise<string>
  /** Waits until the address answers with a status below 500. */
  answers(url: string, timeout?: number): Promise<void>
  /** Sends a signal to the process alone and waits for its end. */
  kill(signal?: NodeJS.Signals): Promise<Ended>
  /** Ends the process and all that it started. For `await using` and `afterAll`. */
  close(): Promise<void>
}

const groups = new Set<number>()
process.on('exit', () => groups.forEach(killGroup))

/** Starts a command in a process group of its own, which dies with us. */
export function startProcess(file: string, args: string[], options: ProcessOptions = {}): Running {
  // The kernel kills it when we die, even by SIGKILL.
  const [command, ...rest] = existsSync('/usr/bin/setpriv')
    ? ['/usr/bin/setpriv', '--pdeathsig=KILL', '--', file, ...args]
    : [file, ...args]
  const child = spawn(command ?? file, rest, {
    cwd: options.cwd ?? ROOT,
    env: { ...process.env, NO_COLOR: '1', FORCE_COLOR: '0', ...options.env },
    detached: true,
    stdio: 'pipe',
  })
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  const pid = child.pid
  if (pid === undefined) throw new Error(`"${file}" cannot be started: is it installed?`)
  groups.add(pid)

  const lines: string[] = []
  const watchers = new Set<() => void>()
  const wake = () => watchers.forEach((watcher) => watcher())
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      wake()
    })
  }
  const output = () => lines.join('\n')
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal }))
    child.on('error', (error) => {
      lines.push(error.message)
      resolve({ code: null, signal: null })
    })
  })
  void ended.then(wake)

  function line(wanted: string | RegExp, timeout = 30_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const settle = (then: () => void) => {
        clearTimeout(timer)
        watchers.delete(look)
        then()
      }
      const fail = (why: string) =>
        settle(() => reject(new Error(`${why} before "${wanted}". It wrote:\n${output()}`)))
      const look = () => {
        const found = lines.find((text) =>
          typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text)
        )
        if (found !== undefined) settle(() => resolve(found))
        else if (hasEnded(child)) fail(`"${file}" ended`)
      }
      const timer = setTimeout(() => fail(`"${file}" took over ${timeout} ms`), timeout)
      watchers.add(look)
      look()
    })
  }

  async function answers(url: string, timeout = 30_000): Promise<void> {
    for (const giveUp = Date.now() + timeout; !hasEnded(child) && Date.now() < giveUp;) {
      const response = await fetch(url).catch(() => undefined)
      await response?.arrayBuffer()
      if (response && response.status < 500) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    throw new Error(`${url} did not answer. The process wrote:\n${output()}`)
  }

  async function kill(signal: NodeJS.Signals = 'SIGTERM'): Promise<Ended> {
    child.kill(signal)
    return await ended
  }

  async function close(): Promise<void> {
    if (!hasEnded(child)) child.kill('SIGTERM')
    const impatient = setTimeout(() => killGroup(pid ?? 0), 5000)
    await ended
    clearTimeout(impatient)
    killGroup(pid ?? 0)
    groups.delete(pid ?? 0)
  }

  return { pid, ended, output, line, answers, kill, close }
}

/** Starts a TypeScript file on Node, as one process that a signal hits directly. */
export function startNode(file: string, args: string[] = [], options?: ProcessOptions): Running {
  const newer = path.join(ROOT, 'node_modules/.bin/node')
  const node = existsSync(newer) ? newer : process.execPath
  return startProcess(node, ['--import', 'tsx', file, ...args], options)
}

/** Starts a file on Deno, without the wrapper that npm puts before it. */
export function startDeno(file: string, args: string[] = [], options?: ProcessOptions): Running {
  return startProcess(denoBinary(), ['run', '--allow-all', '--no-prompt', file, ...args], options)
}

/** Starts a package's command, such as `wrangler` or `workerd`. */
export function startBin(name: string, args: string[] = [], options?: ProcessOptions): Running {
  const bin = path.join(ROOT, 'node_modules/.bin')
  return startProcess(path.join(bin, name), args, {
    ...options,
    // What refuses an older Node finds the one from npm.
    env: { ...options?.env, PATH: `${bin}:${process.env['PATH'] ?? ''}` },
  })
}

/** The Deno that npm installed for this machine. */
export function denoBinary(): string {
  const scope = path.join(ROOT, 'node_modules/@deno')
  const [platform] = existsSync(scope) ? readdirSync(scope) : []
  if (platform === undefined) throw new Error('Deno is not installed: run npm ci')
  return path.join(scope, platform, 'deno')
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.on('error', reject)
    server.listen(0, '127.0.0.1', () => {
      const address = server.address()
      const port = typeof address === 'object' && address !== null ? address.port : 0
      server.close(() => resolve(port))
    })
  })
}

function killGroup(pid: number): void {
  try {
    if (pid > 0) process.kill(-pid, 'SIGKILL')
  } catch {
    // It is gone already.
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
