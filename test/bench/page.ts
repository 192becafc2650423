/**
 * `docs/performance.md`: one section for each benchmark, written by the run that made it and kept
 * by the runs that did not.
 *
 * @module
 */
import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { denoBinary, ROOT } from '../rig/process.ts'

export interface Section {
  /** What `npm run bench --` calls it. */
  readonly name: string
  readonly title: string
  /** Markdown. */
  readonly text: string
}

const FILE = path.join(ROOT, 'docs/performance.md')
const HEAD = `# Performance

This page is written by \`npm run bench\`; \`npm run bench -- NAME\` renews one section. Contenders
take turns in one run on one machine, so that a busy minute hits all of them. A figure is the median
of the rounds [the lowest, the highest]; a ratio is made within each round, before the median. Rates
differ from machine to machine: the ratios are what to compare. A goal that is missed is told so.
`

/** Puts the sections in the place of the old ones of the same name. */
export function writePage(sections: readonly Section[], order: readonly string[]): void {
  const old = existsSync(FILE) ? readFileSync(FILE, 'utf8') : ''
  const parts = new Map(
    [...old.matchAll(/^<!-- bench ([\w-]+) -->\n([^]*?)^<!-- end -->\n/gm)]
      .map(([, name = '', text = '']) => [name, text]),
  )
  for (const { name, title, text } of sections) parts.set(name, `\n## ${title}\n\n${text}\n`)
  const known = order.filter((name) => parts.has(name))
  const body = known.map((name) => `<!-- bench ${name} -->\n${parts.get(name)}<!-- end -->\n`)
  writeFileSync(FILE, [HEAD, ...body].join('\n'))
  execFileSync(denoBinary(), ['fmt', '--quiet', FILE], { cwd: ROOT })
}
