/**
 * Messages in the language of whoever reads. A key that a catalogue lacks, and a value that a
 * message needs and does not get, are type errors. The few messages of the first picture are here in
 * every language, so that it waits for nothing; the rest of each catalogue is a file of its own.
 *
 * @module
 */
import { signal } from '@preact/signals'
import type { Catalogue, English, Key, Plural } from './catalogue.ts'
import { first as german } from './de/first.ts'
import { first as english } from './en/first.ts'

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
/** As far as it is loaded. */
const catalogue = signal<Partial<Catalogue>>({})

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

function use(next: Language, messages: Partial<Catalogue>): void {
  catalogue.value = messages
  language.value = next
  locale.value = navigator.languages.find((tag) => tag.toLowerCase().startsWith(next)) ?? next
  document.documentElement.lang = next
}

async function whole(of: Language): Promise<Catalogue> {
  return of === 'de' ? (await import('./de.ts')).de : (await import('./en.ts')).en
}

/** Chooses the language; the messages of the first picture are there afterwards. */
export function chooseMessages(): void {
  let chosen: string | null = null
  try {
    chosen = localStorage.getItem(storageKey)
  } catch {
    // Storage can be forbidden; the browser's language will do.
  }
  chosenLanguage.value = isLanguage(chosen) ? chosen : null
  const next = chosenLanguage.value ?? browserLanguage()
  use(next, next === 'de' ? german : english)
}

/** Loads what there is beyond the first picture; all messages are there afterwards. */
export async function loadMessages(): Promise<void> {
  const of = language.peek()
  const messages = await whole(of)
  // Another language may have been chosen meanwhile.
  if (language.peek() === of) catalogue.value = messages
}

export async function chooseLanguage(next: Language | null): Promise<void> {
  const wanted = next ?? browserLanguage()
  use(wanted, await whole(wanted))
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
  const message: string | Plural | undefined = catalogue.value[key]
  if (message === undefined) return ''
  const given: Readonly<Record<string, string | number>> = values ?? {}
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
  return keys.some((key) => Object.hasOwn(messages, key))
}

function sentence(keys: readonly string[]): string {
  const messages = catalogue.value
  const isKnown = (text: string): text is Key & (`fault.${string}` | `problem.${string}`) =>
    Object.hasOwn(messages, text)
  return t(keys.find(isKnown) ?? 'problem.unknown')
}
