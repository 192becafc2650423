/**
 * `npm run bench [name…]`: what Kilowit costs, beside what it is compared with, in one run on one
 * machine. It asserts nothing; it tells, and keeps every single turn in `test/output/bench.json`.
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
import { benchFlat } from './flat.ts'
import { influxVersion } from './influx.ts'
import { benchIngest, benchSingle } from './ingest.ts'
import { type Bounds, describe, type Report } from './report.ts'
import { benchSeal } from './seal.ts'
import { benchTelegrams } from './telegrams.ts'

const IN_PROCESS: Bounds = { rounds: 7, milliseconds: 400 }
const OVER_HTTP: Bounds = { rounds: 5, milliseconds: 2000 }

const BENCHMARKS: Record<string, () => Promise<Report[]>> = {
  seal: () => benchSeal(IN_PROCESS),
  p1: async () => [await benchTelegrams(IN_PROCESS)],
  ingest: () => benchIngest(OVER_HTTP),
  single: () => benchSingle(OVER_HTTP),
  flat: () => benchFlat(OVER_HTTP, [0, 100_000]),
  million: () => benchFlat(OVER_HTTP, [0, 1_000_000]),
}
/** What runs when nothing is named; the others take their time. */
const USUAL = ['seal', 'p1', 'ingest', 'single', 'flat']

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
say('median [worst best] of the rounds, which take turns; ratios are made within each round\n\n')
const results: { report: Report; load: number[] }[] = []
for (const name of asked.length > 0 ? asked : USUAL) {
  const before = os.loadavg()[0] ?? NaN
  for (const report of await BENCHMARKS[name]?.() ?? []) {
    const load = [before, os.loadavg()[0] ?? NaN]
    say(
      `${describe(report)}  load average ${load.map((value) => value.toFixed(2)).join(' to ')}\n\n`,
    )
    results.push({ report, load })
  }
}
mkdirSync(path.dirname(OUTPUT), { recursive: true })
writeFileSync(OUTPUT, JSON.stringify({ at: new Date(), machine, results }, null, 1))
say(`Every turn is in ${path.relative(process.cwd(), OUTPUT)}\n`)
process.exit(0)

async function describeMachine(): Promise<Record<string, string>> {
  const [cpu] = os.cpus()
  const { version } = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8'))
  return {
    command: `npm run bench ${asked.join(' ')}`.trim(),
    machine: `${os.cpus().length} × ${cpu?.model.trim() ?? 'unknown'}, ` +
      `${Math.round(os.totalmem() / 2 ** 30)} GiB, ${os.type()} ${os.release()}`,
    kilowit: `${version} at ${first('git', ['describe', '--always', '--dirty'])}`,
    node: process.version,
    postgres: first(path.join(await binariesFromNpm(), 'postgres'), ['--version']),
    influxdb: influxVersion(),
    openssl: first('openssl', ['version']),
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
