/**
 * The steps of a grant: its own chain, begun by the grant and continued by the owner and the
 * recipient. It is all that the recipient sees of the owner's history, and its numbers count nothing
 * else. A grant only narrows, and once ended stays so.
 *
 * @module
 */
import * as v from 'valibot'
import { type Bytes, equal } from '../bytes.ts'
import {
  bytes,
  encapsulated,
  type Opened,
  opener,
  parser,
  uint,
  uint32,
} from '../identity/content.ts'
import { type Identity, wasSignedBy } from '../identity/identity.ts'
import { type Digest, sha256, statementId } from '../identity/statement.ts'
import type { Grant } from './grant.ts'
import { isWithin, type Terms, TermsSchema } from './terms.ts'

export const REASONS = [
  'withdrawn',
  'moved-out',
  'meter-changed',
  'unpaired',
  'key-changed',
] as const
export type RevokeReason = (typeof REASONS)[number]

const BASE = {
  v: v.literal(1),
  grant: bytes(16),
  /** From 1. */
  step: v.pipe(uint32, v.minValue(1)),
  /** Id of the step before; of the grant before step 1. */
  prev: bytes(32),
  at: uint,
}

const StepSchema = v.variant('what', [
  v.strictObject({ ...BASE, what: v.literal('narrowed'), terms: TermsSchema }),
  v.strictObject({ ...BASE, what: v.literal('paused') }),
  v.strictObject({ ...BASE, what: v.literal('resumed') }),
  v.strictObject({ ...BASE, what: v.literal('revoked'), reason: v.picklist(REASONS) }),
  v.strictObject({ ...BASE, what: v.literal('terminated') }),
  v.strictObject({ ...BASE, what: v.literal('erasure-asked') }),
  v.strictObject({ ...BASE, what: v.literal('erasure-answered'), done: v.boolean() }),
  v.strictObject({
    ...BASE,
    what: v.literal('key-changed'),
    /**
     * The grant key sealed to another key of the recipient, or another grant key: the owner has taken
     * a browser back that had the one before. Bound to the grant's first terms.
     */
    toKey: uint32,
    enc: encapsulated('X25519', 'P-256', 'X-Wing'),
    sealed: bytes(48),
  }),
])

export type Step = v.InferOutput<typeof StepSchema>
export type StepWhat = Step['what']

/** Who may take which step. */
export const WHO: Readonly<Record<StepWhat, 'owner' | 'recipient'>> = {
  'narrowed': 'owner',
  'paused': 'owner',
  'resumed': 'owner',
  'revoked': 'owner',
  'terminated': 'recipient',
  'erasure-asked': 'owner',
  'erasure-answered': 'recipient',
  'key-changed': 'owner',
}

export const openStep = opener('kilowit/step', StepSchema)
/** Parses without checking the signature. @throws {StatementError | CborError} */
export const parseStep = parser('kilowit/step', StepSchema)

export type EndReason = RevokeReason | 'terminated' | 'expired'

/** A grant after its newest step. */
export interface Standing {
  readonly grant: Grant
  /** Number and id of the newest step; 0 and the grant's id before the first. */
  readonly step: number
  readonly head: Bytes
  /** The terms that hold. */
  readonly terms: Terms
  /** The times in which it was paused; the last is open while it is. */
  readonly pauses: readonly { readonly from: number; readonly to: number | null }[]
  /** Before it expires: by whom and when it was ended. */
  readonly ended: { readonly reason: EndReason; readonly at: number } | null
  readonly erasure: 'asked' | 'done' | 'declined' | null
  /** The recipient's key to which the grant key is sealed now. */
  readonly sealedTo: SealedKey
  /** As it was sealed before, the oldest first: what was wrapped then may be under another key. */
  readonly sealedBefore: readonly SealedKey[]
}

/** A grant key as it is sealed to the recipient. */
export type SealedKey = Pick<Grant, 'toKey' | 'enc' | 'sealed'>

/** @param id of the grant's statement */
export function beginStanding(grant: Grant, id: Bytes): Standing {
  const { toKey, enc, sealed, terms } = grant
  return {
    grant,
    step: 0,
    head: id,
    terms,
    pauses: [],
    ended: null,
    erasure: null,
    sealedTo: { toKey, enc, sealed },
    sealedBefore: [],
  }
}

export function isPaused(standing: Pick<Standing, 'pauses'>): boolean {
  return standing.pauses.at(-1)?.to === null
}

/**
 * Why a step may not follow, whoever signed it and wherever it is in the chain; null when it may.
 * Clocks decide nothing here: what comes after the grant has expired changes nothing any more.
 */
export function stepRefusal(standing: Standing, step: Step): string | null {
  if (!equal(step.grant, standing.grant.grant)) return 'It is a step of another grant'
  switch (step.what) {
    case 'erasure-asked':
      return standing.erasure === 'asked' ? 'Erasure has been asked for already' : null
    case 'erasure-answered':
      return standing.erasure === 'asked' ? null : 'Erasure has not been asked for'
    case 'revoked':
    case 'terminated':
      return standing.ended === null ? null : 'The grant has ended already'
    case 'narrowed':
      if (standing.ended !== null) return 'The grant has ended'
      return isWithin(step.terms, standing.terms)
        ? null
        : 'The new terms are wider than those before'
    case 'paused':
      if (standing.ended !== null) return 'The grant has ended'
      return isPaused(standing) ? 'The grant is paused already' : null
    case 'resumed':
      if (standing.ended !== null) return 'The grant has ended'
      return isPaused(standing) ? null : 'The grant is not paused'
    default:
      return standing.ended === null ? null : 'The grant has ended'
  }
}

/** @param id of the step; that it may follow has been checked */
export function applyStep(standing: Standing, step: Step, id: Bytes): Standing {
  const next = { ...standing, step: step.step, head: id }
  switch (step.what) {
    case 'narrowed':
      return { ...next, terms: step.terms }
    case 'paused':
      return { ...next, pauses: [...standing.pauses, { from: step.at, to: null }] }
    case 'resumed': {
      const last = standing.pauses.at(-1)
      if (last === undefined) return next
      return { ...next, pauses: [...standing.pauses.slice(0, -1), { ...last, to: step.at }] }
    }
    case 'revoked':
      return { ...next, ended: { reason: step.reason, at: step.at } }
    case 'terminated':
      return { ...next, ended: { reason: 'terminated', at: step.at } }
    case 'erasure-asked':
      return { ...next, erasure: 'asked' }
    case 'erasure-answered':
      return { ...next, erasure: step.done ? 'done' : 'declined' }
    default: {
      const { toKey, enc, sealed } = step
      const sealedBefore = [...standing.sealedBefore, standing.sealedTo]
      return { ...next, sealedTo: { toKey, enc, sealed }, sealedBefore }
    }
  }
}

export type GrantState =
  | { readonly phase: 'waiting' | 'active' | 'paused' }
  | { readonly phase: 'ended'; readonly reason: EndReason; readonly at: number }

/** @param now seconds since 1970, UTC: at `until` itself the grant has expired */
export function stateAt(
  standing: Pick<Standing, 'ended' | 'pauses'> & {
    readonly terms: Pick<Terms, 'from' | 'until'>
  },
  now: number,
): GrantState {
  const { ended, terms } = standing
  if (ended !== null && ended.at < terms.until) return { phase: 'ended', ...ended }
  if (now >= terms.until) return { phase: 'ended', reason: 'expired', at: terms.until }
  if (ended !== null) return { phase: 'ended', ...ended }
  if (isPaused(standing)) return { phase: 'paused' }
  return { phase: now < terms.from ? 'waiting' : 'active' }
}

/** A chain of steps that does not hold. */
export class StepsError extends Error {
  override readonly name = 'StepsError'
  /** The first step that does not hold; 0 for the grant itself. */
  readonly step: number
  constructor(step: number, message: string) {
    super(step === 0 ? `Grant does not hold: ${message}` : `Step ${step} does not hold: ${message}`)
    this.step = step
  }
}

export interface GrantParties {
  readonly owner: Identity
  readonly recipient: Identity
}

/**
 * Verifies a grant and its steps, in order, with all signatures.
 *
 * @throws {StepsError}
 */
export async function checkSteps(
  grant: Opened<Grant>,
  steps: readonly Opened<Step>[],
  parties: GrantParties,
  digest: Digest = sha256,
): Promise<Standing> {
  const { owner, recipient } = parties
  const { content, statement } = grant
  if (!equal(content.owner, owner.id) || !equal(content.to, recipient.id)) {
    throw new StepsError(0, 'It is of another owner or recipient')
  }
  if (owner.kind !== 'owner' || !(await wasSignedBy(statement, owner))) {
    throw new StepsError(0, 'It is not signed by its owner')
  }
  let standing = beginStanding(content, await statementId(statement, digest))
  for (const step of steps) standing = await checkStep(standing, step, parties, digest)
  return standing
}

/**
 * Verifies the next step.
 *
 * @throws {StepsError}
 */
export async function checkStep(
  standing: Standing,
  step: Opened<Step>,
  parties: GrantParties,
  digest: Digest = sha256,
): Promise<Standing> {
  const { content, statement } = step
  const number = standing.step + 1
  if (content.step !== number) throw new StepsError(number, `Its number is ${content.step}`)
  if (!equal(content.prev, standing.head)) {
    throw new StepsError(number, 'It does not follow the one before it')
  }
  const by = WHO[content.what]
  if (!(await wasSignedBy(statement, parties[by]))) {
    throw new StepsError(number, `It is not signed by the ${by}`)
  }
  const refusal = stepRefusal(standing, content)
  if (refusal !== null) throw new StepsError(number, refusal)
  return applyStep(standing, content, await statementId(statement, digest))
}

/** Verifies and reduces in one go. @throws {StepsError} */
export async function stateOf(
  grant: Opened<Grant>,
  steps: readonly Opened<Step>[],
  parties: GrantParties,
  now: number,
): Promise<GrantState> {
  return stateAt(await checkSteps(grant, steps, parties), now)
}
