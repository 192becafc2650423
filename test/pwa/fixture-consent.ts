/**
 * Requests and grants, made up but plausible, for looking at the rooms of consent.
 *
 * @module
 */
import type {
  AccessEntry,
  ConsentActions,
  ConsentRequest,
  GrantView,
  Line,
  Party,
} from '../../pwa/consent/state.ts'
import * as consent from '../../pwa/consent/state.ts'
import { AppError } from '../../pwa/state.ts'
import { fixtureSharing, showShared } from './fixture-shared.ts'

const DAY = 86_400

export const consentStates = [
  'shared',
  'shared-nothing',
  'shared-ended',
  'shared-unread',
  'shared-offline',
  'shared-broken',
  'asked',
  'asked-unverified',
  'asked-much',
  'asked-again',
  'asked-slowly',
  'asked-misled',
  'asked-without-browser',
  'asked-expired',
  'asked-changed',
  'asked-offline',
  'asked-elsewhere',
  'asked-for-another',
  'asked-for-another-unverified',
  'asked-before',
] as const
export type ConsentStateName = (typeof consentStates)[number]

export function isConsentState(name: string): name is ConsentStateName {
  return consentStates.some((known) => known === name)
}

const meter = 'E0044007117155121'
const gas = 'G0025003454125617'
const quarter: Line = { meter, classes: 'energy', resolution: 'PT15M' }
const daily: Line = { meter, classes: 'energy', resolution: 'P1D' }
const live: Line = { meter, classes: 'all', resolution: 'live' }

const adviser: Party = {
  id: 'pZ3kQ2mW9vJt4sLr8eYbXkQ2mW9vJt4sLr8eYbXkQ2m',
  kind: 'provider',
  name: 'Energieberatung Grünwald',
  domain: 'beratung.example',
  logo: null,
  contact: 'mailto:frag@beratung.example',
  verified: true,
  key: '3c0f7a91d2e4b8566f1d0c9ab7e3425811f6d0a7c92e4b538d60f1e7a4b92c05',
  redirects: ['https://app.beratung.example/back'],
}
const stranger: Party = {
  ...adviser,
  id: 'uX9kQ2mW9vJt4sLr8eYbXkQ2mW9vJt4sLr8eYbXkQ2m',
  name: 'Sparfuchs24 Strompreisvergleich und Wechselservice',
  domain: 'xn--sparfchs24-ieb.example',
  contact: 'https://xn--sparfchs24-ieb.example/kontakt',
  verified: false,
  redirects: ['https://xn--sparfchs24-ieb.example/zurueck'],
}
const community: Party = { ...adviser, id: 'c', name: 'Energiegemeinschaft Sonnenhang' }
const research: Party = { ...adviser, id: 'r', name: 'Institut für Lastforschung' }
const flatmate: Party = {
  ...adviser,
  id: 'f',
  kind: 'person',
  name: 'Ayşe',
  domain: '',
  contact: null,
  verified: false,
}

const now = (): number => Math.floor(Date.now() / 1000)

export function requestOf(state: ConsentStateName): ConsentRequest {
  const at = now()
  const party = state.endsWith('-unverified') ? stranger : adviser
  const whole = state === 'asked-much'
  return {
    id: 'request',
    party,
    redirect: state === 'asked-without-browser' ? null : party.redirects[0] ?? null,
    message: state === 'asked-without-browser' ? 'Vertrag 4711' : null,
    elsewhere: state.startsWith('asked-for-another'),
    offer: {
      lines: whole
        ? [live, quarter, { meter: gas, classes: 'energy', resolution: 'PT15M' }]
        : [quarter],
      purposes: whole ? ['energy-advice', 'automation'] : ['energy-advice'],
      from: at,
      until: at + 183 * DAY,
      history: whole ? at - 396 * DAY : at - 30 * DAY,
    },
    optional: ['research'],
    missing: whole ? [{ classes: 'grid', resolution: 'PT1M' }] : [],
    expires: at + (state === 'asked-expired' ? -1 : 10 * 60),
    holds: state === 'asked-again' ? 'active' : null,
    answered: state === 'asked-before' ? true : null,
  }
}

function grant(id: string, changes: Partial<GrantView> = {}): GrantView {
  const at = now()
  const grantedAt = at - 20 * DAY
  return {
    id,
    party: adviser,
    terms: {
      lines: [quarter],
      purposes: ['energy-advice'],
      from: grantedAt,
      until: grantedAt + 183 * DAY,
      history: grantedAt - 30 * DAY,
    },
    phase: 'active',
    ended: null,
    grantedAt,
    steps: [{ what: 'granted', by: 'owner', at: grantedAt }],
    access: { first: at - 5 * DAY, last: at - 7260, count: 412 },
    lastBlocks: [],
    erasure: 'none',
    keyChange: 'none',
    unsent: false,
    ...changes,
  }
}

function revoked(id: string, changes: Partial<GrantView> = {}): GrantView {
  const at = now() - 3600
  return grant(id, {
    phase: 'ended',
    ended: { reason: 'withdrawn', at },
    lastBlocks: [
      { line: quarter, channel: 'q', seq: 4021, at: at - 480, provisional: true, withheld: 2 },
      { line: daily, channel: 'd', seq: null, at: null, provisional: false, withheld: 0 },
    ],
    steps: [
      { what: 'granted', by: 'owner', at: at - 40 * DAY },
      { what: 'narrowed', by: 'owner', at: at - 30 * DAY },
      { what: 'paused', by: 'owner', at: at - 20 * DAY },
      { what: 'resumed', by: 'owner', at: at - 18 * DAY },
      { what: 'revoked', by: 'owner', at, reason: 'withdrawn' },
      { what: 'erasure-asked', by: 'owner', at: at + 60 },
      { what: 'erasure-answered', by: 'recipient', at: at + 900, done: true },
    ],
    erasure: 'done',
    ...changes,
  })
}

function everything(): GrantView[] {
  const at = now()
  return [
    grant('active'),
    grant('key', {
      party: community,
      keyChange: 'signed',
      access: { first: null, last: null, count: 0 },
    }),
    grant('old', {
      party: research,
      grantedAt: at - 340 * DAY,
      unsent: true,
      access: null,
      terms: { ...grant('old').terms, lines: [daily, live], until: at + 25 * DAY },
    }),
    revoked('swapped', {
      party: research,
      keyChange: 'unsigned',
      ended: { reason: 'key-changed', at: at - DAY },
    }),
    grant('paused', {
      party: community,
      phase: 'paused',
      access: { first: null, last: null, count: 0 },
    }),
    grant('waiting', {
      party: flatmate,
      phase: 'waiting',
      access: { first: null, last: null, count: 0 },
      terms: { ...grant('w').terms, from: at + 3 * DAY, history: at + 3 * DAY },
    }),
    revoked('ended'),
    revoked('asked', { party: research, erasure: 'asked', lastBlocks: [] }),
    revoked('given-back', {
      party: stranger,
      ended: { reason: 'terminated', at: at - 90 * DAY },
      erasure: 'none',
      lastBlocks: [
        {
          line: quarter,
          channel: 'q',
          seq: 12,
          at: at - 91 * DAY,
          provisional: false,
          withheld: 0,
        },
      ],
      access: { first: null, last: null, count: 0 },
    }),
  ]
}

/** What the history says in a state; null where it is not read. */
export function showConsent(state: string): void {
  showShared(state)
  consent.grants.value = null
  consent.requests.value = []
  consent.consentProgress.value = null
  consent.tooLate.value = state === 'shared' ? now() - 7200 : null
  consent.historyProblem.value = null
  consent.ownId.value = isConsentState(state) ? 'o0wNer2mW9vJt4sLr8eYbXkQ2mW9vJt4sLr8eYbXkQ0' : null
  if (!isConsentState(state)) return
  if (state === 'shared' || state === 'shared-offline') consent.grants.value = everything()
  if (state === 'shared') consent.requests.value = [requestOf('asked-without-browser')]
  if (state === 'shared-ended') consent.grants.value = [revoked('ended')]
  if (state === 'shared-nothing' || state.startsWith('asked')) consent.grants.value = []
  if (state === 'asked-again') consent.grants.value = everything()
  if (state === 'asked-without-browser') consent.requests.value = [requestOf(state)]
  if (state === 'shared-broken') consent.historyProblem.value = 'history-rolled-back'
}

const opening: Readonly<Partial<Record<ConsentStateName, string>>> = {
  'asked-changed': 'request-changed',
  'asked-offline': 'offline',
  'asked-elsewhere': 'no-owner',
}

function log(): AccessEntry[] {
  const hour = Math.floor(now() / 3600) * 3600
  return Array.from({ length: 60 }, (_, i) => ({
    line: i % 2 === 0 ? quarter : live,
    hour: hour - 3600 * (i + 2),
    first: 4000 - 4 * i,
    last: 4003 - 4 * i,
    count: 4,
    lastAt: hour - 3600 * (i + 2) + 3000,
  }))
}

/** Changes one grant as its owner asked, for the signals are all that the rooms see. */
function change(id: string, changes: Partial<GrantView>): void {
  consent.grants.value = (consent.grants.value ?? [])
    .map((one) => one.id === id ? { ...one, ...changes } : one)
}

/** Of an owner who restored nothing yet: this one, and another that nobody here knows. */
let browsers: readonly consent.OwnBrowser[] = [
  { index: 0, own: true, since: 1_746_266_400, key: '4f'.repeat(32), going: false },
  { index: 3, own: false, since: 1_749_290_400, key: 'a9'.repeat(32), going: false },
]

export function fixtureConsent(name: string): ConsentActions {
  const state: ConsentStateName = isConsentState(name) ? name : 'shared-nothing'
  const end = (reason: 'withdrawn' | 'moved-out') => ({
    phase: 'ended',
    ended: { reason, at: now() },
    lastBlocks: revoked('').lastBlocks,
  } as const)
  return {
    showGrants: async () => {
      const { dataset } = document.documentElement
      dataset['looks'] = String(Number(dataset['looks'] ?? 0) + 1)
      if (state === 'shared-offline' || state === 'shared-unread') throw new AppError('offline')
      if (state === 'shared-broken') return
      consent.grants.value ??= []
    },
    openRequest: async () => {
      const problem = opening[state]
      if (problem !== undefined) throw new AppError(problem)
      return requestOf(state)
    },
    openWaiting: async (id) => {
      if (id !== 'request') throw new AppError('request-unknown')
      return requestOf(state === 'shared' ? 'asked-without-browser' : state)
    },
    showWaiting: async () => undefined,
    requestOfCode: async (typed) => {
      document.documentElement.dataset['typed'] = typed
      if (typed.startsWith('0')) throw new AppError('code-unknown')
      return 'request'
    },
    newCode: async () => {
      const { dataset } = document.documentElement
      dataset['codes'] = String(Number(dataset['codes'] ?? 0) + 1)
      return { code: `K7QX-9M${dataset['codes']}D`, expires: now() + 540 }
    },
    openPerson: async (address) => {
      if (address.endsWith('x')) throw new AppError('person-unknown')
      const at = now()
      const offer = {
        lines: [quarter, live, { meter: gas, classes: 'energy', resolution: 'PT15M' } as const],
        purposes: ['household'] as const,
        from: at,
        until: at + 3 * 365 * DAY,
        history: at - 730 * DAY,
      }
      return { id: address, fingerprint: '81b7 9d1c 4f20 a6e3 55d8', name: '', offer, holds: null }
    },
    shareWith: async (id, name, terms) => {
      if (name === '') throw new AppError('person-nameless')
      document.documentElement.dataset['answer'] = JSON.stringify(terms)
      const view = grant('given', { party: { ...flatmate, id, name }, terms })
      consent.grants.value = [view, ...consent.grants.value ?? []]
      return view.id
    },
    goOn: async () => `${requestOf(state).redirect}?code=once&iss=https%3A%2F%2Fkilowit.example`,
    answerRequest: async (_id, terms) => {
      // For whoever looks at the page from outside.
      document.documentElement.dataset['answer'] = JSON.stringify(terms)
      if (state === 'asked-slowly') {
        consent.consentProgress.value = { step: 'keys', done: 1204, of: 2880 }
        await new Promise(() => undefined)
      }
      if (state === 'asked-without-browser') return null
      if (state === 'asked-misled') return 'https://evil.example/back?code=c&iss=i'
      const { redirect } = requestOf(state)
      const answer = terms === null ? 'error=access_denied' : 'code=once'
      return `${redirect}?${answer}&iss=https%3A%2F%2Fkilowit.example`
    },
    answeredElsewhere: async () => {
      const asked = new URL(location.href).searchParams.get('request_uri') ?? ''
      if (asked.endsWith('over')) throw new AppError('request-unknown')
      const { redirect } = requestOf('asked')
      const verified = !asked.endsWith('unverified-answered')
      return asked.endsWith('answered') ? { to: `${redirect}?code=once&iss=i`, verified } : null
    },
    seenTooLate: async () => {
      consent.tooLate.value = null
    },
    pauseGrant: async (id) => change(id, { phase: 'paused' }),
    resumeGrant: async (id) => change(id, { phase: 'active' }),
    narrowGrant: async (id, terms) => {
      document.documentElement.dataset['answer'] = JSON.stringify(terms)
      change(id, { terms })
    },
    revokeGrant: async (id) => change(id, end('withdrawn')),
    moveOut: async () => {
      consent.grants.value = (consent.grants.value ?? [])
        .map((one) => one.phase === 'ended' ? one : { ...one, ...end('moved-out') })
    },
    askErasure: async (id) => change(id, { erasure: 'asked' }),
    browsers: () => Promise.resolve(browsers),
    takeBack: (index) => {
      browsers = browsers.filter((one) => one.index !== index)
      return Promise.resolve()
    },
    accessLog: async (id) => id === 'given-back' ? [] : log(),
    receipt: async (id) => ({
      name: `kilowit-receipt-${id}.jws`,
      bytes: new TextEncoder().encode('eyJ.eyJ.c2ln'),
    }),
    erase: async (line, from, to) => {
      const { dataset } = document.documentElement
      dataset['erased'] = `${dataset['erased'] ?? ''}${line.resolution} ${from} ${to};`
      return to > now() ? 0 : 1
    },
    ...fixtureSharing(),
  }
}
