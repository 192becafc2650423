import { beforeAll, describe, expect, it } from 'vitest'
import type { Bytes } from '../../shared/bytes.ts'
import { openGrantKey, sealGrantKey } from '../../shared/consent/grant.ts'
import {
  checkSteps,
  type GrantState,
  openStep,
  parseStep,
  stateAt,
  type Step,
  StepsError,
  WHO,
} from '../../shared/consent/steps.ts'
import { generateSealingKey } from '../../shared/identity/keys.ts'
import type { Opened } from '../../shared/identity/content.ts'
import { signStatement } from '../../shared/identity/statement.ts'
import { encode } from '../../shared/cbor.ts'
import { createHousehold, type Household } from '../rig/household.ts'
import { createProvider, grantTo, type Provider, stepAfter, type TestGrant } from './people.ts'

const NOW = 1_767_225_600
const FROM = NOW + 100
const UNTIL = NOW + 10_000
let household: Household
let provider: Provider
let stranger: Provider
let granted: TestGrant
beforeAll(async () => {
  household = await createHousehold({ now: NOW })
  provider = await createProvider(NOW)
  stranger = await createProvider(NOW)
  const terms = { channels: [fill(1, 16), fill(2, 16)], from: FROM, until: UNTIL, history: NOW }
  granted = await grantTo(provider, household.owner, terms, NOW)
})

type Part = Parameters<typeof stepAfter>[2]

/** A chain of these steps, each signed by whoever may. */
async function chain(...parts: readonly Part[]): Promise<Opened<Step>[]> {
  const steps: Opened<Step>[] = []
  for (const part of parts) {
    const by = WHO[part.what] === 'owner' ? household.owner.signer : provider.signer
    steps.push(await stepAfter(granted, steps, part, by))
  }
  return steps
}

async function check(steps: readonly Opened<Step>[], grant = granted.grant) {
  const parties = { owner: household.owner.identity, recipient: provider.identity }
  return await checkSteps(grant, steps, parties)
}

async function stateAfter(now: number, ...parts: readonly Part[]): Promise<GrantState> {
  return stateAt(await check(await chain(...parts)), now)
}

const at = NOW + 500
const narrowed = () => ({ ...granted.grant.content.terms, until: UNTIL - 1000 })

describe('the state of a grant', () => {
  it('waits until its beginning, to the second', async () => {
    expect(await stateAfter(FROM - 1)).toEqual({ phase: 'waiting' })
    expect(await stateAfter(FROM)).toEqual({ phase: 'active' })
  })

  it('expires at its end, to the second (39)', async () => {
    expect(await stateAfter(UNTIL - 1)).toEqual({ phase: 'active' })
    expect(await stateAfter(UNTIL)).toEqual({ phase: 'ended', reason: 'expired', at: UNTIL })
  })

  it('narrowed, ends by the terms that hold', async () => {
    const part = { at, what: 'narrowed', terms: narrowed() } as const
    expect(await stateAfter(UNTIL - 1001, part)).toEqual({ phase: 'active' })
    const ended = { phase: 'ended', reason: 'expired', at: UNTIL - 1000 }
    expect(await stateAfter(UNTIL - 1000, part)).toEqual(ended)
  })

  it('is paused between paused and resumed', async () => {
    expect(await stateAfter(at + 9, { at, what: 'paused' })).toEqual({ phase: 'paused' })
    expect(await stateAfter(at + 9, { at, what: 'paused' }, { at: at + 5, what: 'resumed' }))
      .toEqual({ phase: 'active' })
    expect(await stateAfter(UNTIL, { at, what: 'paused' })).toMatchObject({ reason: 'expired' })
  })

  it('ended is for ever, by whom and why', async () => {
    for (
      const [part, reason] of [
        [{ at, what: 'revoked', reason: 'moved-out' }, 'moved-out'],
        [{ at, what: 'terminated' }, 'terminated'],
      ] as const
    ) {
      for (const now of [NOW, at, UNTIL, UNTIL + 1]) {
        expect(await stateAfter(now, part)).toEqual({ phase: 'ended', reason, at })
      }
    }
  })

  it('revoked after its end, was ended by its end', async () => {
    const late = { at: UNTIL + 5, what: 'revoked', reason: 'withdrawn' } as const
    expect(await stateAfter(UNTIL + 9, late))
      .toEqual({ phase: 'ended', reason: 'expired', at: UNTIL })
  })

  it('goes on after a change of the recipient’s key, with the same grant key', async () => {
    const sealing = await generateSealingKey()
    const { content } = granted.grant
    const name = { ...content, toKey: 2 }
    const sealed = await sealGrantKey(granted.raw, name, content.terms, sealing)
    const parts = [
      { at, what: 'narrowed', terms: narrowed() },
      { at, what: 'key-changed', toKey: 2, ...sealed },
    ] as const
    const standing = await check(await chain(...parts))
    expect(stateAt(standing, at)).toEqual({ phase: 'active' })
    expect(await openGrantKey({ ...content, ...standing.sealedTo }, sealing)).toEqual(granted.raw)
  })

  it('keeps what became of a request for erasure', async () => {
    const revoked = { at, what: 'revoked', reason: 'withdrawn' } as const
    const asked = { at, what: 'erasure-asked' } as const
    expect((await check(await chain(revoked, asked))).erasure).toBe('asked')
    for (const done of [true, false]) {
      const answered = { at, what: 'erasure-answered', done } as const
      expect((await check(await chain(revoked, asked, answered))).erasure)
        .toBe(done ? 'done' : 'declined')
    }
  })
})

describe('a step that may not follow', () => {
  it.for<readonly [string, readonly Part[], string]>([
    ['resumed without a pause', [{ at, what: 'resumed' }], 'The grant is not paused'],
    ['paused twice', [{ at, what: 'paused' }, { at, what: 'paused' }], 'is paused already'],
    [
      'an answer that nobody asked for',
      [{ at, what: 'erasure-answered', done: true }],
      'has not been asked',
    ],
    [
      'erasure asked for twice',
      [{ at, what: 'erasure-asked' }, { at, what: 'erasure-asked' }],
      'asked for already',
    ],
    [
      'ended twice',
      [{ at, what: 'terminated' }, { at, what: 'revoked', reason: 'withdrawn' }],
      'has ended already',
    ],
    ['resumed after the end', [
      { at, what: 'paused' },
      { at, what: 'revoked', reason: 'withdrawn' },
      { at, what: 'resumed' },
    ], 'The grant has ended'],
    [
      'paused after the end',
      [{ at, what: 'terminated' }, { at, what: 'paused' }],
      'The grant has ended',
    ],
    ['a new key after the end', [
      { at, what: 'terminated' },
      { at, what: 'key-changed', toKey: 2, enc: fill(1, 32), sealed: fill(1, 48) },
    ], 'The grant has ended'],
  ])('%s', async ([, parts, message]) => {
    const steps = await chain(...parts)
    await expect(check(steps)).rejects.toThrow(message)
    expect((await check(steps.slice(0, -1))).step).toBe(steps.length - 1)
  })

  it('a “narrowed” that widens anything, even back to what was once given', async () => {
    const { terms } = granted.grant.content
    for (
      const part of [
        { until: terms.until + 1 },
        { from: terms.from - 1 },
        { history: terms.history - 1 },
        { channels: [...terms.channels, fill(3, 16)] },
        { purposes: ['billing' as const] },
      ]
    ) {
      const widened = { at, what: 'narrowed', terms: { ...terms, ...part } } as const
      await expect(check(await chain(widened))).rejects.toThrow('The new terms are wider')
    }
    const back = [
      { at, what: 'narrowed', terms: narrowed() },
      { at, what: 'narrowed', terms },
    ] as const
    await expect(check(await chain(...back))).rejects.toThrow('Step 2 does not hold: The new terms')
  })
})

describe('a chain of steps that was tampered with', () => {
  const parts: readonly Part[] = [
    { at, what: 'paused' },
    { at, what: 'resumed' },
    { at, what: 'revoked', reason: 'withdrawn' },
  ]

  it('names the step: one left out, moved, doubled, or of another grant', async () => {
    const steps = await chain(...parts)
    const [first, second, third] = steps as [Opened<Step>, Opened<Step>, Opened<Step>]
    const other = await grantTo(provider, household.owner, { channels: [fill(1, 16)] }, NOW)
    const foreign = await stepAfter(other, [], { at, what: 'paused' }, household.owner.signer)
    for (
      const [broken, step] of [
        [[second, third], 1],
        [[first, third], 2],
        [[first, third, second], 2],
        [[first, first], 2],
        [[foreign], 1],
      ] as const
    ) {
      const error: unknown = await check(broken).catch((caught: unknown) => caught)
      expect(error).toBeInstanceOf(StepsError)
      expect(error).toMatchObject({ step })
    }
    await expect(check([foreign], other.grant)).resolves.toMatchObject({ step: 1 })
  })

  it('two heads: a second step in the same place does not follow what came after the first', async () => {
    const [paused] = await chain({ at, what: 'paused' })
    const [other] = await chain({ at: at + 1, what: 'paused' })
    if (paused === undefined || other === undefined) throw new Error('No steps')
    const next = await stepAfter(granted, [paused], { at, what: 'resumed' }, household.owner.signer)
    await expect(check([other, next])).rejects.toThrow('Step 2 does not hold: It does not follow')
    await expect(check([paused, next])).resolves.toMatchObject({ step: 2 })
  })

  it.for<readonly [string, Part]>([
    ['narrowed', { at, what: 'paused' }],
    ['revoked', { at, what: 'revoked', reason: 'withdrawn' }],
    ['terminated', { at, what: 'terminated' }],
    ['erasure-asked', { at, what: 'erasure-asked' }],
  ])('the wrong author: %s', async ([, part]) => {
    const wrong = WHO[part.what] === 'owner' ? provider.signer : household.owner.signer
    for (const by of [wrong, stranger.signer, household.device.signer]) {
      await expect(check([await stepAfter(granted, [], part, by)]))
        .rejects.toThrow(`Step 1 does not hold: It is not signed by the ${WHO[part.what]}`)
    }
  })

  it('a grant that its owner did not sign', async () => {
    const { v: _, ...content } = granted.grant.content
    const forged = await signStatement(
      'kilowit/grant',
      encode({ v: 1, ...content, terms: { ...content.terms } }),
      provider.signer,
    )
    await expect(check([], { ...granted.grant, statement: forged }))
      .rejects.toThrow('Grant does not hold: It is not signed by its owner')
  })

  it('members that do not belong to it', async () => {
    const base = { grant: granted.grant.content.grant, step: 1, prev: granted.id, at }
    for (
      const part of [
        { what: 'paused', reason: 'withdrawn' },
        { what: 'revoked' },
        { what: 'revoked', reason: 'because' },
        { what: 'narrowed' },
        { what: 'paused', step: 0 },
        { what: 'widened' },
      ]
    ) {
      const payload = encode({ v: 1, ...base, ...part })
      const { bytes } = await signStatement('kilowit/step', payload, household.owner.signer)
      expect(() => parseStep(bytes)).toThrow('has not the shape of kilowit/step')
    }
    const step = await openStep({ ...base, what: 'paused' }, household.owner.signer)
    expect(parseStep(step.statement.bytes).content).toEqual({ v: 1, ...base, what: 'paused' })
  })
})

function fill(value: number, length: number): Bytes {
  return new Uint8Array(length).fill(value)
}
