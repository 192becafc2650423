/**
 * The same bundle in four real processes: Node, Deno, workerd and Chromium.
 *
 * @module
 */
import { execFile, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { chromium } from 'playwright-core'
import { build } from 'vite'

const root = fileURLToPath(new URL('../../', import.meta.url))
/** The binary itself: its launcher in `.bin` would outlive a kill. The package has no types. */
const workerd: string = createRequire(import.meta.url)('workerd').default

export const FOUR_RUNTIMES = ['node', 'deno', 'workerd', 'chromium'] as const

/** Each gives what `answer` gave in its runtime, as it came through JSON. */
export type FourRuntimes =
  & Readonly<Record<(typeof FOUR_RUNTIMES)[number], () => Promise<unknown>>>
  & { readonly close: () => void }

/**
 * Bundles once and lays out a folder from which every runtime is fed.
 *
 * @param entry a module that exports `answer(question)`, asynchronous, both ways JSON
 */
export async function prepare(entry: URL, question: unknown): Promise<FourRuntimes> {
  const folder = mkdtempSync(join(tmpdir(), 'kilowit-runtimes-'))
  await build({
    configFile: false,
    logLevel: 'silent',
    root,
    build: {
      lib: {
        entry: fileURLToPath(entry),
        formats: ['es'],
        fileName: () => 'bundle.mjs',
      },
      rolldownOptions: { output: { codeSplitting: false } },
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      minify: false,
    },
  })
  const json = JSON.stringify(question)
  writeFileSync(join(folder, 'question.json'), json)
  writeFileSync(join(folder, 'run.mjs'), COMMAND)
  writeFileSync(join(folder, 'worker.mjs'), WORKER)
  writeFileSync(join(folder, 'workerd.capnp'), CAPNP)
  return {
    node: () => command(folder, process.execPath, ['run.mjs']),
    deno: () =>
      command(folder, join(root, 'node_modules/.bin/deno'), [
        'run',
        '--no-config',
        '--no-lock',
        '--allow-read=.',
        'run.mjs',
      ]),
    workerd: () => inWorkerd(folder, json),
    chromium: () => inChromium(folder),
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const COMMAND = `import { readFileSync } from 'node:fs'
import { answer } from './bundle.mjs'
console.log(JSON.stringify(await answer(JSON.parse(readFileSync('question.json', 'utf8')))))
`

const WORKER = `import { answer } from './bundle.mjs'
export default {
  fetch: async (request) => Response.json(await answer(await request.json())),
}
`

// As text: what the test runner makes of an import() does not run in a page.
const PAGE = `Promise.all([import('/bundle.mjs'), fetch('/question.json')])
  .then(async ([{ answer }, question]) => answer(await question.json()))`

const CAPNP = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "bundle", worker = (
    modules = [
      (name = "worker.mjs", esModule = embed "worker.mjs"),
      (name = "bundle.mjs", esModule = embed "bundle.mjs"),
    ],
    compatibilityDate = "2026-10-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "bundle")],
);
`

async function command(cwd: string, file: string, args: string[]): Promise<unknown> {
  const { stdout } = await promisify(execFile)(file, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' },
    maxBuffer: 1 << 24,
  })
  return JSON.parse(stdout)
}

async function inWorkerd(folder: string, json: string): Promise<unknown> {
  const child = spawn(workerd, ['serve', '--control-fd=3', join(folder, 'workerd.capnp')], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  try {
    const port = await listening(child.stdio[3])
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: json })
    return await response.json()
  } finally {
    child.kill()
  }
}

/** workerd picks a free port itself and says which on its control pipe. */
async function listening(control: unknown): Promise<number> {
  if (!(control instanceof Readable)) throw new Error('workerd has no control pipe')
  for await (const line of createInterface({ input: control })) {
    const event: unknown = JSON.parse(line)
    if (isListening(event)) return event.port
  }
  throw new Error('workerd ended before it listened')
}

function isListening(event: unknown): event is { port: number } {
  return typeof event === 'object' && event !== null && 'port' in event &&
    typeof event.port === 'number'
}

async function inChromium(folder: string): Promise<unknown> {
  // Served on loopback: WebCrypto wants a secure context, and an import wants an origin.
  const types = new Map([
    ['/bundle.mjs', 'text/javascript'],
    ['/question.json', 'application/json'],
  ])
  const server = createServer(({ url = '/' }, response) => {
    const type = types.get(url)
    response.setHeader('content-type', type ?? 'text/html')
    response.end(type === undefined ? '<!doctype html>' : readFileSync(join(folder, url)))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('No port')
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  })
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${address.port}/`)
    return await page.evaluate(PAGE)
  } finally {
    await browser.close()
    server.close()
  }
}
