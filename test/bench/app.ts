/**
 * The built app as a phone on a slow line gets it: the sizes of its scripts, and what Lighthouse says
 * of it, served by the real server to real Chromium.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import * as path from 'node:path'
import process from 'node:process'
import { gzipSync } from 'node:zlib'
import { PWA_DIST } from '../../edge/pwa-build.ts'
import { ROOT } from '../rig/process.ts'
import { startKilowit } from './kilowit.ts'
import { spread } from './measure.ts'
import { peer } from './peers.ts'

const LIGHTHOUSE = '13.5.0'
const RUNS = 5
/** Of the first script, in KiB. */
const MOST = 30
const CATEGORIES = ['performance', 'accessibility', 'best-practices', 'seo']
const GOALS: Record<string, number> = { performance: 0.99, accessibility: 1 }
const CHROMIUM = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** @returns Markdown */
export async function benchApp(): Promise<string> {
  return [sizes(), await lighthouse()].join('\n\n')
}

function sizes(): string {
  const folder = path.join(PWA_DIST, 'assets')
  const files = readdirSync(folder).filter((name) => /\.(js|css)$/.test(name)).map((name) => {
    const bytes = readFileSync(path.join(folder, name))
    return { name, kib: bytes.length / 1024, gzip: gzipSync(bytes, { level: 9 }).length / 1024 }
  }).sort((a, b) => b.gzip - a.gzip)
  const page = readFileSync(path.join(folder, '../index.html'), 'utf8')
  const isFirst = (name: string) => page.includes(`/assets/${name}`)
  const first = files.filter(({ name }) => isFirst(name))
  const scripts = first.filter(({ name }) => name.endsWith('.js'))
  const sum = scripts.reduce((total, { gzip }) => total + gzip, 0)
  const row = ({ name, kib, gzip }: typeof files[number]) =>
    `| ${name.replace(/-[\w-]{8}(?=\.\w+$)/, '')} | ${kib.toFixed(1)} | ${gzip.toFixed(1)} |`
  return [
    '### Sizes, in KiB',
    '',
    `The page names ${scripts.length} script${scripts.length === 1 ? '' : 's'} of ` +
    `**${sum.toFixed(1)} KiB** gzip (goal: at most ${MOST}: ${sum <= MOST ? 'met' : 'missed'}); ` +
    'all else is loaded when it is needed.',
    '',
    '| loaded first | plain | gzip |',
    '| --- | --- | --- |',
    ...first.map(row),
    '',
    '| loaded when needed | plain | gzip |',
    '| --- | --- | --- |',
    ...files.filter(({ name, gzip }) => !isFirst(name) && gzip >= 1).map(row),
    '',
    `Left out: ${files.filter(({ name, gzip }) => !isFirst(name) && gzip < 1).length} under 1 KiB.`,
  ].join('\n')
}

interface Result {
  readonly categories: Record<string, { readonly score: number }>
  readonly audits: Record<
    string,
    {
      readonly title: string
      readonly score: number | null
      readonly numericValue?: number
      readonly displayValue?: string
    }
  >
}

async function lighthouse(): Promise<string> {
  const { folder } = peer('lighthouse', LIGHTHOUSE)
  const server = await startKilowit()
  try {
    const results: Result[] = []
    for (let run = 0; run < RUNS; run++) results.push(await once(folder, server.url))
    return describe(results)
  } finally {
    await server.close()
  }
}

async function once(folder: string, url: string): Promise<Result> {
  const profile = await fs.mkdtemp(path.join(tmpdir(), 'kilowit-lighthouse-'))
  const flags = [...CHROMIUM, `--user-data-dir=${profile}`].join(' ')
  try {
    const said = execFileSync(
      path.join(ROOT, 'node_modules/.bin/node'),
      [
        path.join(folder, 'node_modules/lighthouse/cli/index.js'),
        url,
        '--output=json',
        '--quiet',
        '--no-enable-error-reporting',
        `--only-categories=${CATEGORIES.join()}`,
        `--chrome-flags=${flags}`,
      ],
      {
        env: { ...process.env, CHROME_PATH: '/usr/bin/chromium' },
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
        maxBuffer: 64 * 1024 * 1024,
      },
    )
    return JSON.parse(said) // Lighthouse's own form
  } finally {
    await fs.rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })
  }
}

function describe(results: readonly Result[]): string {
  const scores = CATEGORIES.map((name) => {
    const { median, min, max } = spread(
      results.map(({ categories }) => categories[name]?.score ?? NaN),
    )
    const goal = GOALS[name]
    const told = goal === undefined ? '' : `goal ${goal}: ${median >= goal ? 'met' : 'missed'}`
    const figures = [median, min, max].map((score) => score.toFixed(2))
    return `| ${name} | **${figures[0]} [${figures[1]} ${figures[2]}]** | ${told} |`
  })
  const [last] = results.slice(-1)
  const measures = [
    'first-contentful-paint',
    'largest-contentful-paint',
    'total-blocking-time',
    'cumulative-layout-shift',
    'total-byte-weight',
  ].map((name) => {
    const audit = last?.audits[name]
    return `${audit?.title ?? name}: ${audit?.displayValue ?? audit?.numericValue ?? 'unknown'}`
  })
  const lost = Object.values(last?.audits ?? {}).filter(({ score }) => score !== null && score < 1)
    .map(({ title }) => title)
  return [
    `### Lighthouse ${LIGHTHOUSE}`,
    '',
    `Its own settings: a slow phone on slow 4G, simulated. ${results.length} runs on a new profile.`,
    '',
    '| category | median [worst best] | |',
    '| --- | --- | --- |',
    ...scores,
    '',
    `In the last run: ${measures.join('; ')}.`,
    '',
    lost.length === 0
      ? 'No audit was under its best score.'
      : `Audits under their best score: ${lost.join('; ')}.`,
  ].join('\n')
}
