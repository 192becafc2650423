import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { PROBLEMS } from '../shared/api/problems.ts'
import { ROOT } from './rig/process.ts'

const page = (name: string) => readFileSync(`${ROOT}/${name}`, 'utf8')

describe('docs/api.md', () => {
  const codes = new Map(
    page('docs/api.md').split('\n').flatMap((line): [string, number[]][] => {
      const [, first, second] = line.split('|').map((cell) => cell.trim())
      if (first === undefined || second === undefined || !/^\d{3}(, \d{3})*$/.test(second)) {
        return []
      }
      const statuses = second.split(', ').map(Number)
      return [...first.matchAll(/`([a-z-]+)`/g)].map(([, code = ''], i) => [
        code,
        [statuses[i] ?? statuses[0] ?? 0],
      ])
    }),
  )

  test('tells every problem code with its status, and no other', () => {
    const told = [...codes].map(([code, [status]]) => `${code} ${status}`).sort()
    const real = Object.entries(PROBLEMS).map(([code, { status }]) => `${code} ${status}`).sort()
    expect(told).toEqual(real)
  })
})

test('docs/operation.md names every setting that is read', () => {
  const read = readdirSync(`${ROOT}/edge`).filter((name) => name.endsWith('settings.ts'))
    .flatMap((name) => [...page(`edge/${name}`).matchAll(/\b([A-Z]{3,}(?:_[A-Z]+)+|PORT|HOST)\b/g)])
    .map(([name]) => name)
  const operation = page('docs/operation.md')
  expect(new Set(read).size).toBeGreaterThan(8)
  expect([...new Set(read)].filter((name) => !operation.includes(`\`${name}\``))).toEqual([])
})

test('every relative link of the documents leads somewhere', () => {
  for (const name of ['README.md', 'docs/api.md', 'docs/security.md', 'docs/operation.md']) {
    for (const [, target = ''] of page(name).matchAll(/\]\(([^)#]+)[^)]*\)/g)) {
      if (/^[a-z]+:/.test(target)) continue
      const path = new URL(target, `file://${ROOT}/${name}`)
      expect(() => readFileSync(path), `${name}: ${target}`).not.toThrow()
    }
  }
})
