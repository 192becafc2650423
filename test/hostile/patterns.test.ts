/**
 * Every regular expression of the project on long texts that are made to fail late: each must be
 * through with all of them while a pattern that tries again from every place would still be at its
 * first. What is looked for is found in the sources, so a new pattern is looked at too.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { Worker } from 'node:worker_threads'
import { parseAst } from 'vite'
import { expect, test } from 'vitest'
import { ROOT } from '../rig/process.ts'

const ROOMS = ['shared', 'server', 'edge', 'pwa', 'gateway', 'insights']
/** Linear time is a matter of milliseconds for each; quadratic, of a minute. */
const LENGTH = 150_000
/** For each pattern, in milliseconds. */
const PATIENCE = 8_000

test('no pattern of ours takes more than linear time', async () => {
  const patterns = patternsOf(ROOMS)
  expect(patterns.length).toBeGreaterThan(60)
  expect(await slowest(patterns)).toBe('none')
}, 240_000)

test('one that does would be found', async () => {
  expect(await slowest([['a trap', '(a+)+b', '']], 3000)).toBe('a trap: /(a+)+b/')
})

type Pattern = readonly [file: string, source: string, flags: string]

function patternsOf(rooms: readonly string[]): Pattern[] {
  const found = new Map<string, Pattern>()
  for (const file of rooms.flatMap((room) => filesOf(path.join(ROOT, room)))) {
    const lang = file.endsWith('x') ? 'tsx' : 'ts'
    const tree: unknown = parseAst(readFileSync(file, 'utf8'), { lang })
    visit(tree, (pattern, flags) => {
      found.set(`/${pattern}/${flags}`, [path.relative(ROOT, file), pattern, flags])
    })
  }
  return [...found.values()]
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (entry.name === 'dist' || entry.name === 'node_modules') return []
    const own = path.join(folder, entry.name)
    if (entry.isDirectory()) return filesOf(own)
    return /\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts') ? [own] : []
  })
}

function visit(node: unknown, found: (pattern: string, flags: string) => void): void {
  if (typeof node !== 'object' || node === null) return
  const regex: unknown = Reflect.get(node, 'regex')
  if (typeof regex === 'object' && regex !== null) {
    found(String(Reflect.get(regex, 'pattern')), String(Reflect.get(regex, 'flags')))
  }
  for (const below of Object.values(node)) visit(below, found)
}

/** The pattern that a process of its own is still at when the patience is over. */
async function slowest(patterns: readonly Pattern[], patience = PATIENCE): Promise<string> {
  const worker = new Worker(`(${attack.toString()})()`, {
    eval: true,
    workerData: { patterns, length: LENGTH },
  })
  let current = 'none'
  await new Promise<void>((resolve, reject) => {
    let timer = setTimeout(resolve, patience)
    worker.on('message', (name: string) => {
      current = name
      clearTimeout(timer)
      if (name === 'none') resolve()
      else timer = setTimeout(resolve, patience)
    })
    worker.on('error', reject)
  })
  await worker.terminate()
  return current
}

/** Runs in the worker, and so uses nothing from here. */
function attack(): void {
  const threads: typeof import('node:worker_threads') = require('node:worker_threads')
  const { patterns, length }: { patterns: Pattern[]; length: number } = threads.workerData
  for (const [file, source, flags] of patterns) {
    threads.parentPort?.postMessage(`${file}: /${source}/${flags}`)
    const pattern = new RegExp(source, flags.replace(/[gy]/g, ''))
    const literal = source.replace(/\\[a-zA-Z]/g, '').replace(/[\\^$*+?(){}|[\]]/g, '')
    for (const one of new Set(['a', '0', ' ', '-', '.', '\n', 'é', ...literal.split('')])) {
      for (const piece of [one, `${one}a`, `${one}0`]) {
        pattern.test(`${piece.repeat(length / piece.length)}\0`)
      }
    }
  }
  threads.parentPort?.postMessage('none')
}
