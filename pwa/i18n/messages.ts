/**
 * Messages in the language of whoever reads. A key that a catalogue lacks, and a value that a
 * message needs and does not get, are type errors. Each catalogue is a file of its own, loaded
 * when its language is chosen.
 *
 * @module
 */
import { signal } from '@preact/signals'
import type { Catalogue, English, Key, Plural } from './catalogue.ts'

export type Language = 'en' | 'de'
export const languages: readonly Language[] = ['en', 'de']

type Names<Text> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never
type TextOf<K extends Key> = English[K] extends { readonly other: infer Other } ? Other : English[K]
type Values<K extends Key> = [Names<TextOf<K>>] extends [never] ? []
  : [values: { readonly [Name in Names<TextOf<K>>]: string | number }]

/** Keys of messages that need no value. */
export type PlainKey = {
  [K in Key]: [Names<TextOf<K>>] extends [never] ? K : never
}[Key]

const storageKey = 'kilowit.language'
const catalogue = signal<Catalogue | null>(null)

/** The language in use. */
export const language = signal<Language>('en')
/** The language chosen in Settings; null follows the browser. */
export const chosenLanguage = signal<Language | null>(null)
/** For numbers and dates: the browser's own locale where it has the language, else the language. */
export const locale = signal('en')

function isLanguage(text: string | null): text is Language {
  return text === 'en' || text === 'de'
}

function firstOf(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const primary = tag.slice(0, 2).toLowerCase()
    if (isLanguage(primary)) return primary
  }
  return 'en'
}

/** The browser's language, as far as Kilowit speaks it. */
export function browserLanguage(): Language {
  return firstOf(navigator.languages)
}

async function use(next: Language): Promise<void> {
  const loaded = next === 'de' ? (await import('./de.ts')).de : (await import('./en.ts')).en
  catalogue.value = loaded
  language.value = next
  locale.value = navigator.languages.find((tag) => tag.toLowerCase().startsWith(next)) ?? next
  document.documentElement.lang = next
}

/** Loads the catalogue of the chosen or the browser's language; messages are there afterwards. */
export async function loadMessages(): Promise<void> {
  let chosen: string | null = null
  try {
    chosen = localStorage.getItem(storageKey)
  } catch {
    // Storage can be forbidden; the browser's language will do.
  }
  chosenLanguage.value = isLanguage(chosen) ? chosen : null
  await use(chosenLanguage.value ?? browserLanguage())
}

export async function chooseLanguage(next: Language | null): Promise<void> {
  await use(next ?? browserLanguage())
  chosenLanguage.value = next
  try {
    if (next === null) localStorage.removeItem(storageKey)
    else localStorage.setItem(storageKey, next)
  } catch {
    // It then lasts until the page is closed.
  }
}

/** The message, with each `{name}` replaced; numbers are written as the locale writes them. */
export function t<K extends Key>(key: K, ...[values]: Values<K>): string {
  const messages = catalogue.value
  if (messages === null) return ''
  const given: Readonly<Record<string, string | number>> = values ?? {}
  const message: string | Plural = messages[key]
  const text = typeof message === 'string'
    ? message
    : new Intl.PluralRules(locale.value).select(Number(given['count'])) === 'one'
    ? message.one
    : message.other
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = given[name]
    if (value === undefined) return whole
    return typeof value === 'number' ? new Intl.NumberFormat(locale.value).format(value) : value
  })
}

/** The sentence for a problem of the platform or the app, as far as this page knows it. */
export function problemText(key: string): string {
  return sentence([`problem.${key}`, `fault.${key}`])
}

/** The sentence for what does not hold in a proof. */
export function faultText(key: string): string {
  return sentence([`fault.${key}`, `problem.${key}`])
}

/** Whether this page has a sentence for a code of a problem, of a fault, or of a failing reader. */
export function isKnownCode(code: string): boolean {
  const messages = catalogue.value
  const keys = [`problem.${code}`, `fault.${code}`, `failure.${code}.what`]
  return messages !== null && keys.some((key) => Object.hasOwn(messages, key))
}

function sentence(keys: readonly string[]): string {
  const messages = catalogue.value
  const isKnown = (text: string): text is Key & (`fault.${string}` | `problem.${string}`) =>
    messages !== null && Object.hasOwn(messages, text)
  return t(keys.find(isKnown) ?? 'problem.unknown')
}
