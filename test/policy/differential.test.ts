/** @module The evaluator against a second one that was written differently. */

import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decide, evaluate, Fault } from '../../shared/policy/evaluate.ts'
import { explain } from '../../shared/policy/explain.ts'
import { parsePolicy } from '../../shared/policy/parse.ts'
import type { Value } from '../../shared/policy/expression.ts'
import { type Known, type Term, valueOf, Wrong } from './reference.ts'
import { terms, textOf, worlds } from './terms.ts'

const RUNS = 20_000

/** What a reference fault is called. */
const CODES: Readonly<Record<string, string>> = {
  unknown: 'attribute-unknown',
  type: 'type-mismatch',
}

function expected(term: Term, known: Known): Value | string | undefined {
  try {
    // What it makes of lists is of one type, as it has looked.
    return valueOf(term, known) as Value
  } catch (error) {
    if (error instanceof Wrong) return CODES[error.message]
    throw error
  }
}

test('both come to the same value or the same fault, and both allow the same', () => {
  const counts = new Map<string, number>()
  fc.assert(
    fc.property(terms(), worlds, fc.constantFrom(' ', '\n  ', ' ; (not "this"\n'), (
      term,
      known,
      between,
    ) => {
      const policy = parsePolicy(textOf(term, between))
      const wanted = expected(term, known)
      const found = evaluate(policy, known)
      expect(found instanceof Fault ? found.code : found).toEqual(wanted)

      const decision = decide(policy, known)
      expect(decision.allowed).toBe(wanted === true)
      expect(explain(policy, known).decision).toEqual(decision)
      const kind = found instanceof Fault
        ? found.code
        : typeof found === 'boolean'
        ? found
        : 'other'
      counts.set(String(kind), (counts.get(String(kind)) ?? 0) + 1)
    }),
    { numRuns: RUNS },
  )
  // Chance that only ever met one of them would have proved little.
  for (const kind of ['true', 'false', 'attribute-unknown', 'type-mismatch']) {
    expect([kind, (counts.get(kind) ?? 0) > RUNS / 50]).toEqual([kind, true])
  }
})
