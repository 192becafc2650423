/**
 * The direction of imports: which room may know which, so that the core never learns where it runs.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from './rig/process.ts'

/** A path in the project and the text of that file. */
type Files = Map<string, string>

/** Which rooms each room may import from, besides itself. */
const ROOMS: Record<string, string[]> = {
  shared: [],
  server: ['shared'],
  edge: ['server', 'shared', 'migrations'],
  gateway: ['shared'],
  pwa: ['shared'],
  insights: ['shared'],
  test: ['shared', 'server', 'edge', 'gateway', 'pwa', 'insights', 'migrations'],
  migrations: [],
}

/** Rooms that run on every runtime and so on none in particular. */
const EVERYWHERE = ['shared', 'server']

/** What a file imports: static, dynamic, re-exported, or for its types only. */
function specifiers(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '')
  const forms = [
    /\b(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])([^'"]+)\1/g,
    /\bimport\s*(['"])([^'"]+)\1/g,
    /\bimport\s*\(\s*(['"`])([^'"`]+)\1/g,
    /\bnew URL\(\s*(['"])(\.[^'"]+\.tsx?)\1\s*,\s*import\.meta\.url/g,
  ]
  return forms.flatMap((form) => [...code.matchAll(form)].map((match) => match[2] ?? ''))
}

/** The folder of a capability inside a room: `server/consent/rules.ts` is in `consent`. */
function capability(file: string): string | undefined {
  const parts = file.split('/')
  return parts.length > 2 ? parts[1] : undefined
}

/** One sentence for each import that goes the wrong way. */
function violations(files: Files): string[] {
  const found: string[] = []
  const graph = new Map<string, string[]>()
  for (const [file, text] of files) {
    const room = file.split('/')[0] ?? ''
    const known = ROOMS[room]
    if (known === undefined || !file.includes('/')) continue
    const ours: string[] = []
    for (const specifier of specifiers(text)) {
      if (!specifier.startsWith('.')) {
        if (
          EVERYWHERE.includes(room) && /^(node|bun|cloudflare|deno|jsr|https?):/.test(specifier)
        ) {
          found.push(`${file} imports ${specifier}, but ${room} runs everywhere`)
        }
        continue
      }
      const target = path.posix.join(path.posix.dirname(file), specifier.replace(/[?#].*$/, ''))
      const other = target.split('/')[0] ?? ''
      ours.push(target)
      if (target.startsWith('..')) {
        found.push(`${file} imports ${specifier}, outside the project`)
      } else if (other !== room && target.includes('/') && !known.includes(other)) {
        found.push(`${file} imports ${target}, but ${room} knows nothing of ${other}`)
      } else if (room === 'server' && other === 'server') {
        const [from, to] = [capability(file), capability(target)]
        // Through a capability's store the others may reach it, and by nothing else.
        if (
          from !== undefined && to !== undefined && from !== to && !target.endsWith('/store.ts')
        ) {
          found.push(`${file} imports ${target}, but capabilities meet only through stores`)
        }
      }
    }
    graph.set(file, ours)
  }
  return [...found, ...cycles(graph)]
}

/** Each import that closes a circle. */
function cycles(graph: Map<string, string[]>): string[] {
  const found: string[] = []
  const done = new Set<string>()
  const visit = (file: string, trail: string[]): void => {
    if (trail.includes(file)) {
      found.push([...trail.slice(trail.indexOf(file)), file].join(' -> ') + ' is a circle')
      return
    }
    if (done.has(file)) return
    for (const target of graph.get(file) ?? []) visit(target, [...trail, file])
    done.add(file)
  }
  for (const file of graph.keys()) visit(file, [])
  return found
}

function projectFiles(): Files {
  const list = ['ls-files', '-z', '--cached', '--others', '--exclude-standard', '*.ts', '*.tsx']
  const names = execFileSync('git', list, { cwd: ROOT, encoding: 'utf8' }).split('\0')
  const present = names.filter((name) =>
    // This file's own examples are wrong on purpose.
    name !== '' && name !== 'test/imports.test.ts' && existsSync(path.join(ROOT, name))
  )
  return new Map(present.map((name) => [name, readFileSync(path.join(ROOT, name), 'utf8')]))
}

test('imports run one way in the whole project', () => {
  const files = projectFiles()
  expect([...files.keys()].some((name) => name.startsWith('shared/'))).toBe(true)
  expect(violations(files)).toEqual([])
})

test.each([
  ['shared/a.ts', `import { b } from '../server/b.ts'`, 'shared knows nothing of server'],
  ['shared/a.ts', `export * from '../edge/b.ts'`, 'shared knows nothing of edge'],
  ['shared/seal/a.ts', `import * as fs from 'node:fs'`, 'shared runs everywhere'],
  ['server/a.ts', `import 'node:fs'`, 'server runs everywhere'],
  ['server/a.ts', `const { connect } = await import('cloudflare:sockets')`, 'runs everywhere'],
  ['server/a.ts', `import { b } from '../edge/b.ts'`, 'server knows nothing of edge'],
  ['pwa/a.tsx', `import type { B } from '../server/b.ts'`, 'pwa knows nothing of server'],
  ['pwa/a.ts', `const b = await import('../edge/b.ts')`, 'pwa knows nothing of edge'],
  ['pwa/a.ts', `new Worker(new URL('../gateway/b.ts', import.meta.url))`, 'nothing of gateway'],
  ['gateway/a.ts', `import {\n  b,\n  c,\n} from "../server/b.ts"`, 'nothing of server'],
  ['edge/a.ts', `import { b } from '../pwa/b.ts'`, 'edge knows nothing of pwa'],
  ['insights/a.ts', `import { b } from '../server/b.ts'`, 'insights knows nothing of server'],
  ['edge/a.ts', `import { b } from '../insights/b.ts'`, 'edge knows nothing of insights'],
  ['edge/a.ts', `import { b } from '../../other/b.ts'`, 'outside the project'],
  ['server/consent/a.ts', `import { b } from '../blocks/b.ts'`, 'meet only through stores'],
  ['shared/a.ts', `import { a } from './a.ts'`, 'shared/a.ts -> shared/a.ts is a circle'],
])('%s with %s is found', (file, text, sentence) => {
  expect(violations(new Map([[file, text]])).join()).toContain(sentence)
})

test('a circle over three files is found', () => {
  const files = new Map([
    ['shared/a.ts', `import { b } from './b.ts'`],
    ['shared/b.ts', `import type { c } from './seal/c.ts'`],
    ['shared/seal/c.ts', `export { a } from '../a.ts'`],
  ])
  expect(violations(files)).toEqual([
    'shared/a.ts -> shared/b.ts -> shared/seal/c.ts -> shared/a.ts is a circle',
  ])
})

test('what the design allows passes', () => {
  const files = new Map([
    ['edge/node.ts', `import * as fs from 'node:fs'\nimport { app } from '../server/app.ts'`],
    ['server/app.ts', `import { routes } from './blocks/routes.ts'`],
    ['server/blocks/routes.ts', `import { rules } from './rules.ts'\nimport { v } from 'valibot'`],
    [
      'server/blocks/rules.ts',
      `import { a } from '../identity/store.ts'\n// import '../consent/b.ts'`,
    ],
    ['pwa/main.tsx', `import { a } from '../shared/a.ts'\n/** import '../server/b.ts' */`],
  ])
  expect(violations(files)).toEqual([])
})
