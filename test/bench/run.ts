/**
 * `npm run bench -- [name…]`: what Kilowit costs, beside what it is compared with, in one run on one
 * machine. It asserts nothing; it writes `docs/performance.md`, and keeps every single turn in
 * `test/output/bench.json`.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as os from 'node:os'
import * as path from 'node:path'
import process from 'node:process'
import { binariesFromNpm } from '../../edge/embedded-postgres/system.ts'
import { ROOT } from '../rig/process.ts'
import { benchApp } from './app.ts'
import { benchConsent } from './consent.ts'
import { benchFlat } from './flat.ts'
import { benchGrantedYear } from './granted-year.ts'
import { benchHostile } from './hostile.ts'
import { benchHttp } from './http.ts'
import { benchIngest, benchSingle } from './ingest.ts'
import { benchMeters } from './meters.ts'
import { writePage } from './page.ts'
import { type Bounds, describe, type Report, toMarkdown } from './report.ts'
import { benchSeal } from './seal.ts'
import { benchTelegrams } from './telegrams.ts'
import { benchYear } from './year.ts'

const IN_PROCESS: Bounds = { rounds: 7, milliseconds: 400 }
/** Of which there are many, so that all of them take minutes. */
const EACH_PROTOCOL: Bounds = { rounds: 5, milliseconds: 300 }
const OVER_HTTP: Bounds = { rounds: 5, milliseconds: 2000 }

/** Reports; Markdown where there is no contender. */
interface Benchmark {
  readonly title: string
  /** Whose versions matter, beside ours and Node's. */
  readonly beside: readonly Beside[]
  readonly run: () => Promise<readonly (Report | string)[] | string>
}

type Beside = 'postgres' | 'influxdb' | 'openssl' | 'chromium'

/** In the order in which they stand in `docs/performance.md`. */
const BENCHMARKS: Record<string, Benchmark> = {
  telegrams: { title: 'Telegrams', beside: [], run: () => benchTelegrams(IN_PROCESS) },
  meters: { title: 'Every protocol', beside: ['chromium'], run: () => benchMeters(EACH_PROTOCOL) },
  seal: { title: 'Sealing and verifying', beside: [], run: () => benchSeal(IN_PROCESS) },
  consent: { title: 'Consent', beside: [], run: () => benchConsent(IN_PROCESS) },
  'granted-year': {
    title: 'A year read by a provider',
    beside: ['postgres'],
    run: () => benchGrantedYear(OVER_HTTP),
  },
  http: { title: 'The whole middleware', beside: ['postgres'], run: () => benchHttp(OVER_HTTP) },
  ingest: {
    title: 'Ingest of days',
    beside: ['postgres', 'influxdb'],
    run: () => benchIngest(OVER_HTTP),
  },
  single: {
    title: 'Ingest of single readings',
    beside: ['postgres', 'openssl'],
    run: () => benchSingle(OVER_HTTP),
  },
  year: {
    title: 'A year in the browser',
    beside: ['postgres', 'chromium'],
    run: () => benchYear(OVER_HTTP),
  },
  app: { title: 'The app on a phone', beside: ['chromium'], run: benchApp },
  hostile: { title: 'Under attack', beside: ['postgres'], run: () => benchHostile(OVER_HTTP) },
  flat: {
    title: 'As data grows',
    beside: ['postgres'],
    run: () => benchFlat(OVER_HTTP, [0, 100_000]),
  },
  million: {
    title: 'As data grows further',
    beside: ['postgres'],
    run: () => benchFlat(OVER_HTTP, [0, 1_000_000]),
  },
}
/** What runs when nothing is named: the others take their time. */
const USUAL = Object.keys(BENCHMARKS).filter((name) => name !== 'million')

const OUTPUT = path.join(ROOT, 'test/output/bench.json')

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !(name in BENCHMARKS))
if (unknown.length > 0) {
  say(
    `There is no benchmark "${unknown.join(' ')}": choose from ${
      Object.keys(BENCHMARKS).join(', ')
    }\n`,
  )
  process.exit(1)
}

const machine = await describeMachine()
say(`${Object.entries(machine).map(([name, value]) => `${name}: ${value}`).join('\n')}\n\n`)
const results: { name: string; report: Report }[] = []
for (const name of asked.length > 0 ? asked : USUAL) {
  const { title, beside, run } = BENCHMARKS[name] ??
    { title: name, beside: [], run: () => Promise.resolve([]) }
  say(`${title}\n\n`)
  const made = await run()
  const told: string[] = []
  for (const one of typeof made === 'string' ? [made] : made) {
    if (typeof one === 'string') {
      say(`${one}\n\n`)
      told.push(one)
      continue
    }
    say(`${describe(one)}\n`)
    results.push({ name, report: one })
    told.push(toMarkdown(one))
  }
  const text = [provenance(name, beside), ...told].join('\n\n')
  writePage([{ name, title, text }], Object.keys(BENCHMARKS))
}
mkdirSync(path.dirname(OUTPUT), { recursive: true })
writeFileSync(OUTPUT, JSON.stringify({ at: new Date(), machine, results }, null, 1))
say(`docs/performance.md is written; every turn is in ${path.relative(process.cwd(), OUTPUT)}\n`)
process.exit(0)

/** When, where and with what a section was made. */
function provenance(name: string, beside: readonly Beside[]): string {
  const date = new Date().toISOString().slice(0, 10)
  const { machine: place, kilowit, node } = machine
  const versions = beside.map((one) => machine[one])
  const load = os.loadavg().map((value) => value.toFixed(1)).join(', ')
  return `${date}, \`npm run bench -- ${name}\`: Kilowit ${kilowit}, Node ${node}${
    versions.map((version) => `, ${version}`).join('')
  }; ${place}; load average at the end ${load}.`
}

type Facts = Record<Beside | 'command' | 'machine' | 'kilowit' | 'node', string>

async function describeMachine(): Promise<Facts> {
  const [cpu] = os.cpus()
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
  return {
    command: `npm run bench ${asked.join(' ')}`.trim(),
    machine: `${os.cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ` +
      `${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
    kilowit: `${version} at ${first('git', ['describe', '--always', '--dirty'])}`,
    node: process.version,
    postgres: first(path.join(await binariesFromNpm(), 'postgres'), ['--version']),
    influxdb: first('/usr/bin/influxd', ['version']),
    openssl: first('openssl', ['version']),
    chromium: first('/usr/bin/chromium', ['--version']).trim(),
  }
}

/** The first line that a command says. */
function first(command: string, args: string[]): string {
  try {
    const said = execFileSync(command, args, { cwd: ROOT, encoding: 'utf8', stdio: 'pipe' })
    return said.split('\n')[0] ?? ''
  } catch {
    return 'unknown'
  }
}

function say(text: string): void {
  process.stdout.write(text)
}
