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
import type { Case, Verdicts } from './entry.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
/** The binary itself: its launcher in `.bin` would outlive a kill. The package has no types. */
const workerd: string = createRequire(import.meta.url)('workerd').default

export interface Bench {
  readonly node: () => Promise<Verdicts>
  readonly deno: () => Promise<Verdicts>
  readonly workerd: () => Promise<Verdicts>
  readonly chromium: () => Promise<Verdicts>
  readonly close: () => void
}

/** Bundles once and lays out a folder from which every runtime is fed. */
export async function prepare(cases: readonly Case[]): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'kilowit-profile-'))
  await build({
    configFile: false,
    logLevel: 'silent',
    root,
    build: {
      lib: {
        entry: fileURLToPath(new URL('./entry.ts', import.meta.url)),
        formats: ['es'],
        fileName: () => 'profile.mjs',
      },
      rolldownOptions: { output: { codeSplitting: false } },
      outDir: folder,
      emptyOutDir: false,
      copyPublicDir: false,
      minify: false,
    },
  })
  const json = JSON.stringify(cases)
  writeFileSync(join(folder, 'cases.json'), json)
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
import { verdicts } from './profile.mjs'
console.log(JSON.stringify(await verdicts(JSON.parse(readFileSync('cases.json', 'utf8')))))
`

const WORKER = `import { verdicts } from './profile.mjs'
export default {
  fetch: async (request) => Response.json(await verdicts(await request.json())),
}
`

// As text: what the test runner makes of an import() does not run in a page.
const PAGE = `Promise.all([import('/profile.mjs'), fetch('/cases.json')])
  .then(async ([{ verdicts }, cases]) => verdicts(await cases.json()))`

const CAPNP = `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "profile", worker = (
    modules = [
      (name = "worker.mjs", esModule = embed "worker.mjs"),
      (name = "profile.mjs", esModule = embed "profile.mjs"),
    ],
    compatibilityDate = "2026-10-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "profile")],
);
`

async function command(cwd: string, file: string, args: string[]): Promise<Verdicts> {
  const { stdout } = await promisify(execFile)(file, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', DENO_NO_UPDATE_CHECK: '1' },
    maxBuffer: 1 << 24,
  })
  return asVerdicts(JSON.parse(stdout))
}

async function inWorkerd(folder: string, json: string): Promise<Verdicts> {
  const child = spawn(workerd, ['serve', '--control-fd=3', join(folder, 'workerd.capnp')], {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
  })
  try {
    const port = await listening(child.stdio[3])
    const response = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: json })
    return asVerdicts(await response.json())
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

async function inChromium(folder: string): Promise<Verdicts> {
  // Served on loopback: WebCrypto wants a secure context, and an import wants an origin.
  const types = new Map([
    ['/profile.mjs', 'text/javascript'],
    ['/cases.json', 'application/json'],
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
    const found: unknown = await page.evaluate(PAGE)
    return asVerdicts(found)
  } finally {
    await browser.close()
    server.close()
  }
}

function asVerdicts(found: unknown): Verdicts {
  if (
    typeof found === 'object' && found !== null && 'profile' in found && 'webCrypto' in found &&
    typeof found.profile === 'string' && typeof found.webCrypto === 'string'
  ) return { profile: found.profile, webCrypto: found.webCrypto }
  throw new Error('The runtime answered something else than verdicts')
}
