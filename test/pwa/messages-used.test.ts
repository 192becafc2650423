/**
 * What the catalogues say is said somewhere, what is said is in them, and numbers, dates and plurals
 * follow the language that was chosen: read off the sources.
 *
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from 'vitest'
import { de } from '../../pwa/i18n/de.ts'
import { en } from '../../pwa/i18n/en.ts'
import { ROOT } from '../rig/process.ts'

type Message = string | { readonly one: string; readonly other: string }

const CATALOGUES = /^pwa\/i18n\/(en|de)(\/|\.ts$)/

function sources(folder: string): string[] {
  return readdirSync(path.join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith('pwa/dist/') && !CATALOGUES.test(file))
}

const code = new Map(
  sources('pwa').map((file) => [file, readFileSync(path.join(ROOT, file), 'utf8')]),
)
/** A problem’s code may also be told by what the app shares with the platform. */
const shared = sources('shared').map((file) => readFileSync(path.join(ROOT, file), 'utf8')).join()

const literals = new Set<string>()
const templates: RegExp[] = []
for (const text of code.values()) {
  for (const [, found = ''] of text.matchAll(/'([^'\n]*)'/g)) literals.add(found)
  for (const [, found = ''] of text.matchAll(/`([a-z][\w.-]*\.?\$\{[^`\n]*)`/g)) {
    const parts = found.split(/\$\{[^}]*\}/).map((part) => part.replaceAll('.', '\\.'))
    templates.push(new RegExp(`^${parts.join('[\\w-]+(?:\\.[\\w-]+)?')}$`))
  }
}

const english = Object.entries<Message>(en)
const all = [...english, ...Object.entries<Message>(de)].flatMap(([key, message]) =>
  (typeof message === 'string' ? [message] : [message.one, message.other])
    .map((text) => ({ key, text }))
)

describe('the catalogues', () => {
  test('have nothing that nobody says', () => {
    expect(literals.size).toBeGreaterThan(300)
    expect(templates.length).toBeGreaterThan(10)
    const unused = english.map(([key]) => key)
      .filter((key) => !literals.has(key) && !templates.some((template) => template.test(key)))
    expect(unused).toEqual([])
  })

  test('have a sentence for no problem that nobody has', () => {
    const unknown = english.map(([key]) => /^(?:problem|fault)\.(.+)$/.exec(key)?.[1])
      .filter((name) => name !== undefined)
      .filter((name) => !literals.has(name) && !shared.includes(`'${name}'`))
    expect(unknown).toEqual([])
  })

  test('have a sentence for every failure that the app names', () => {
    const named = [...code].flatMap(([file, text]) =>
      [...text.matchAll(/\bnew AppError\(\s*'([a-z-]+)'/g)].map(([, name = '']) => ({ file, name }))
    )
    expect(named.length).toBeGreaterThan(20)
    const keys = new Set(english.map(([key]) => key))
    expect(
      named.filter(({ name }) =>
        ![`problem.${name}`, `fault.${name}`, `failure.${name}.what`].some((key) => keys.has(key))
      ),
    ).toEqual([])
  })

  test('lack nothing that is said', () => {
    const known = new Set(english.map(([key]) => key))
    const missing = [...code].flatMap(([file, text]) =>
      [...text.matchAll(/\bt\(\s*'([^']+)'/g)].map(([, key = '']) => ({ file, key }))
    ).filter(({ key }) => !known.has(key))
    expect(missing).toEqual([])
  })

  test('are set in the signs of print, and end alike in both languages', () => {
    const wrong = all.filter(({ text }) =>
      /^\s|\s$| {2}|\.\.\.|["']|\s[,.;:?]|\d (?:W|kW|kWh|V|A|s|min|h)\b/.test(text)
    )
    expect(wrong).toEqual([])
    const end = (message: Message | undefined) =>
      /[.:?]$/.exec(typeof message === 'string' ? message : message?.other ?? '')?.[0] ?? ''
    const german = new Map<string, Message>(Object.entries(de))
    expect(
      english.filter(([key, message]) => end(message) !== end(german.get(key))).map(([key]) => key),
    ).toEqual([])
  })

  test('have both forms of every plural, each with its number', () => {
    for (const [key, message] of [...english, ...Object.entries<Message>(de)]) {
      if (typeof message === 'string') continue
      expect({ key, forms: Object.keys(message) }).toEqual({ key, forms: ['one', 'other'] })
      expect({ key, has: message.other.includes('{count}') }).toEqual({ key, has: true })
    }
  })
})

test('every number, date and plural is that of the chosen language', () => {
  const found = [...code].flatMap(([file, text]) =>
    [...text.matchAll(/\bIntl\.\w+\(|\.toLocale\w*\(/g)].map(({ index }) => ({
      file,
      said: text.slice(index, index + 240),
    }))
  )
  expect(found.length).toBeGreaterThan(3)
  const wrong = found.filter(({ said }) =>
    !/^[\w.]+\(\s*locale\.value\b/.test(said) &&
    // Which zones there are, which this is, and which date it is there, is no matter of language.
    !/^Intl\.supportedValuesOf|\.resolvedOptions\(\)|\.formatToParts\(/.test(said)
  )
  expect(wrong).toEqual([])
})
