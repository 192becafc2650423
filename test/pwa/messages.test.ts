/**
 * The catalogues say the same in both languages, in the words that Kilowit uses.
 *
 * @module
 */
import { describe, expect, test } from 'vitest'
import { de } from '../../pwa/i18n/de.ts'
import { en } from '../../pwa/i18n/en.ts'
import { PROBLEMS } from '../../shared/api/problems.ts'

type Message = string | { readonly one: string; readonly other: string }

function forms(message: Message): string[] {
  return typeof message === 'string' ? [message] : [message.one, message.other]
}

function names(text: string): string[] {
  return [...text.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name).sort()
}

const english = new Map<string, Message>(Object.entries(en))
const german = new Map<string, Message>(Object.entries(de))
const all = [...english, ...german].flatMap(([key, message]) =>
  forms(message).map((text) => ({ key, text }))
)

describe('the catalogues', () => {
  test('have the same keys', () => {
    expect([...german.keys()].sort()).toEqual([...english.keys()].sort())
    expect(english.size).toBeGreaterThan(200)
  })

  test('take the same values in every form of every message', () => {
    for (const [key, message] of english) {
      const [first = ''] = forms(message)
      for (const text of [...forms(message), ...forms(german.get(key) ?? '')]) {
        expect({ key, names: names(text) }).toEqual({ key, names: names(first) })
      }
    }
  })

  test('have a sentence for everything that can stop delivery', () => {
    // A program of the app's own sort never gets these: it would be a fault of its own, or it is a
    // recipient's.
    const ofPrograms = [
      'method-not-allowed',
      'content-type-not-accepted',
      'encoding-not-accepted',
      'body-too-large',
      'body-malformed',
      'query-malformed',
      'statement-malformed',
      'token-missing',
      'token-invalid',
      'proof-invalid',
      'proof-reused',
      'wrong-channel',
      'grant-ended',
      'grant-paused',
      'grant-not-begun',
      'registration-taken',
      'room-taken',
      'approval-outdated',
      'requests-open',
    ]
    const codes = [
      ...Object.keys(PROBLEMS).filter((code) => !ofPrograms.includes(code)),
      'operator-changed',
      'head-not-ours',
      'nothing-taken',
      'acknowledgement-invalid',
    ]
    expect(codes.filter((code) => !english.has(`problem.${code}`))).toEqual([])
  })

  test('say nothing that Kilowit does not say', () => {
    const never =
      /!|\b(user|payload|token|sync|Nutzer|Benutzer|secure 100|100 ?%|Sie haben|Ihre?n?)\b/i
    const found = all.filter(({ key, text }) =>
      // “Ihre” and “Sie” may stand for things; “Sie haben” and “Ihr Zähler” may not.
      never.test(text.replaceAll(/\bihre?[nrms]?\b/g, '')) && key !== 'app.name'
    )
    expect(found).toEqual([])
  })

  test('are free of pictures', () => {
    expect(all.filter(({ text }) => /\p{Extended_Pictographic}/u.test(text))).toEqual([])
  })
})
