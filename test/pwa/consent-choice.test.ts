/**
 * What an owner can choose of an offer, where the browser goes afterwards, and what is said unasked:
 * without a page.
 *
 * @module
 */
import { describe, expect, test } from 'vitest'
import {
  type Choice,
  coarser,
  daysLeft,
  firstChoice,
  lengths,
  termsOf,
} from '../../pwa/consent/choice.ts'
import type { GrantView, ShownTerms } from '../../pwa/consent/state.ts'
import { wayBack } from '../../pwa/consent/way-back.ts'
import { requestOf } from './fixture-consent.ts'
import { noticesOf } from '../../pwa/sharing/news.ts'

const DAY = 86_400
const FROM = 1_781_438_400
const quarter = { meter: 'M', classes: 'energy', resolution: 'PT15M' } as const
const offer: ShownTerms = {
  lines: [quarter, { ...quarter, meter: 'N' }],
  purposes: ['energy-advice'],
  from: FROM,
  until: FROM + 183 * DAY,
  history: FROM - 30 * DAY,
}
const ticked = (changes: Partial<Choice> = {}): Choice => ({
  ...firstChoice(offer),
  purposes: new Set(['energy-advice']),
  ...changes,
})

describe('a choice', () => {
  test('has no purpose ticked for anybody', () => {
    expect([...firstChoice(offer).purposes]).toEqual([])
    expect(termsOf(firstChoice(offer), offer)).toBe('purposes')
  })

  test('gives what was asked, or less of each', () => {
    expect(termsOf(ticked(), offer)).toEqual(offer)
    expect(
      termsOf(
        ticked({
          resolutions: [null, 'P1D'],
          purposes: new Set(['research']),
          until: FROM + 7 * DAY,
          history: FROM,
        }),
        offer,
      ),
    ).toEqual({
      lines: [{ meter: 'N', classes: 'energy', resolution: 'P1D' }],
      purposes: ['research'],
      from: FROM,
      until: FROM + 7 * DAY,
      history: FROM,
    })
  })

  test('never gives more: not longer, not further back, not finer', () => {
    expect(termsOf(ticked({ until: offer.until + 1, history: offer.history - 1 }), offer))
      .toEqual(offer)
    expect(termsOf(ticked({ resolutions: ['live', 'PT1M'] }), offer)).toBe('lines')
    expect(termsOf(ticked({ resolutions: [null, null] }), offer)).toBe('lines')
  })

  test('names a line once, though two of the offer were made the same', () => {
    const two = { ...offer, lines: [quarter, { ...quarter, resolution: 'PT5M' }] }
    const terms = termsOf(ticked({ resolutions: ['P1D', 'P1D'] }), two)
    expect(typeof terms === 'string' ? terms : terms.lines).toHaveLength(1)
  })

  test('can be coarser only where the meter is recorded so, with the same classes', () => {
    const channels = [
      { classes: 'all', resolution: 'live' },
      { classes: 'energy', resolution: 'P1D' },
      { classes: 'energy', resolution: 'PT15M' },
      { classes: 'power', resolution: 'PT1H' },
    ]
    expect(coarser(quarter, channels)).toEqual(['PT15M', 'P1D'])
    expect(coarser({ ...quarter, resolution: 'P1D' }, channels)).toEqual(['P1D'])
  })

  test('is between a week and the whole, and a day that has begun counts', () => {
    const days = (from: string, to: string) =>
      lengths(Date.parse(from) / 1000, Date.parse(to) / 1000).map((length) => length / DAY)
    expect(days('2026-01-31', '2026-07-31')).toEqual([7, 28, 89, 181])
    expect(days('2026-03-31', '2025-09-30')).toEqual([7, 31, 90, 182])
    expect(days('2026-01-31', '2026-02-01')).toEqual([1])
    expect(daysLeft(FROM, FROM)).toBe(0)
    expect(daysLeft(FROM + 1, FROM)).toBe(1)
    expect(daysLeft(FROM + DAY, FROM)).toBe(1)
  })
})

describe('the way back', () => {
  const request = requestOf('asked')
  const registered = 'https://app.beratung.example/back'
  const answer = '?code=once&state=s&iss=https%3A%2F%2Fkilowit.example'

  test('is the address that was registered and asked for, with the answer', () => {
    expect(wayBack(registered + answer, request)).toBe(registered + answer)
    expect(wayBack(`${registered}?error=access_denied&iss=i`, request)).not.toBeNull()
    const trial = 'http://127.0.0.1:4000/back'
    const party = { ...request.party, redirects: [trial] }
    expect(wayBack(trial + answer, { redirect: trial, party })).toBe(trial + answer)
  })

  test.each([
    ['another host', `https://evil.example/back${answer}`],
    ['a host below', `https://x.app.beratung.example/back${answer}`],
    ['another path', `https://app.beratung.example/back/..${answer}`],
    ['another port', `https://app.beratung.example:8443/back${answer}`],
    ['no encryption', `http://app.beratung.example/back${answer}`],
    ['a script', `javascript:alert(1)//${answer}`],
    ['a name before the host', `https://app.beratung.example@evil.example/back${answer}`],
    ['a name and the host', `https://somebody@app.beratung.example/back${answer}`],
    ['a look-alike', `https://app.berаtung.example/back${answer}`],
    ['a fragment', `${registered}${answer}#x`],
    ['nobody says whose answer it is', `${registered}?code=once`],
    ['two say whose answer it is', `${registered}${answer}&iss=i`],
    ['neither code nor error', `${registered}?iss=i`],
    ['both code and error', `${registered}${answer}&error=e`],
    ['no address', 'back'],
  ])('is refused: %s', (_, address) => {
    expect(wayBack(address, request)).toBeNull()
  })

  test('is refused where the request asked for an address that is not registered', () => {
    const redirect = 'https://app.beratung.example/other'
    expect(wayBack(redirect + answer, { ...request, redirect })).toBeNull()
    const elsewhere = 'https://evil.example/back'
    const party = { ...request.party, redirects: [elsewhere] }
    expect(wayBack(elsewhere + answer, { redirect: elsewhere, party })).toBeNull()
  })

  test('keeps what the registered address has in its query', () => {
    const redirect = 'https://app.beratung.example/back?tenant=1'
    const party = { ...request.party, redirects: [redirect] }
    expect(wayBack(`${redirect}&code=c&iss=i`, { redirect, party })).not.toBeNull()
    expect(wayBack('https://app.beratung.example/back?tenant=2&code=c&iss=i', { redirect, party }))
      .toBeNull()
  })
})

describe('said unasked', () => {
  const grant: GrantView = {
    id: 'g',
    party: requestOf('asked').party,
    terms: offer,
    phase: 'active',
    ended: null,
    grantedAt: FROM,
    steps: [],
    access: { first: null, last: null, count: 0 },
    lastBlocks: [],
    erasure: 'none',
    keyChange: 'none',
    unsent: false,
  }
  const said = (changes: Partial<GrantView>, now = FROM, away: string[] = []) =>
    noticesOf([{ ...grant, ...changes }], now, new Set(away)).map(({ kind }) => kind)

  test('is that somebody has begun to read, once and while it may', () => {
    const access = { first: null, last: FROM + 5, count: 1 }
    expect(said({})).toEqual([])
    expect(said({ access }, FROM + 10)).toEqual(['first-access'])
    expect(said({ access }, FROM + 10, ['g first-access'])).toEqual([])
    const ended = { reason: 'withdrawn', at: FROM } as const
    expect(said({ access, phase: 'ended', ended }, FROM + 10)).toEqual([])
  })

  test('is each other key on the other side, until the grant ends', () => {
    expect(said({ keyChange: 'signed' })).toEqual(['key-signed'])
    const away = [`g key ${grant.party.key}`]
    expect(said({ keyChange: 'signed' }, FROM, away)).toEqual([])
    const party = { ...grant.party, key: 'another' }
    expect(said({ keyChange: 'signed', party }, FROM, away)).toEqual(['key-signed'])
    const ended = { reason: 'withdrawn', at: FROM } as const
    expect(said({ keyChange: 'signed', phase: 'ended', ended })).toEqual([])
    const changed = { reason: 'key-changed', at: FROM } as const
    expect(said({ keyChange: 'unsigned', phase: 'ended', ended: changed })).toEqual([
      'key-unsigned',
    ])
  })

  test('is a reminder after eleven months, and every year again (39)', () => {
    expect(said({}, FROM + 334 * DAY)).toEqual([])
    expect(said({}, FROM + 336 * DAY)).toEqual(['yearly'])
    expect(said({}, FROM + 500 * DAY, ['g year 1'])).toEqual([])
    expect(said({}, FROM + (336 + 366) * DAY, ['g year 1'])).toEqual(['yearly'])
  })
})
