/**
 * What may happen from one telegram of a meter to its next, where its reader remembers how the one
 * before looked.
 *
 * @module
 */
import * as fc from 'fast-check'
import { utf8 } from '../../shared/bytes.ts'

/** How a line becomes another one. */
export type Change = (line: string, digits: string) => string

export interface Step {
  /** Of the lines, which is changed how, with which digits. */
  readonly lines: readonly (readonly [line: number, how: number, digits: string])[]
  /** Of the bytes, which become what. */
  readonly bytes: readonly (readonly [place: number, becomes: number])[]
  /** Whether the check is made for what came of it. */
  readonly isChecked: boolean
  /** How many seconds the reader's clock is ahead of where it began. */
  readonly later: number
}

/** Nothing but its numbers is new. */
export const plain: Step = { lines: [], bytes: [], isChecked: true, later: 0 }

/** @param signs that mean something to the reader, of which bytes become more often */
export function steps(
  { changes, signs, seconds }: {
    readonly changes: readonly Change[]
    readonly signs: string
    /** How far the reader's clock may be off. */
    readonly seconds: number
  },
): fc.Arbitrary<Step> {
  const line = fc.tuple(fc.nat(), fc.nat(changes.length - 1), fc.stringMatching(/^[0-9]{1,5}$/))
  const byte = fc.oneof(fc.constantFrom(...utf8(signs)), fc.integer({ min: 0, max: 255 }))
  const later = fc.oneof(fc.constant(0), fc.integer({ min: -seconds, max: seconds }))
  const other = fc.record({
    lines: fc.array(line, { maxLength: 2 }),
    bytes: fc.array(fc.tuple(fc.nat(), byte), { maxLength: 3 }),
    isChecked: fc.nat(9).map((n) => n > 0),
  })
  return fc
    .tuple(
      fc.oneof({ weight: 2, arbitrary: fc.constant(plain) }, { weight: 3, arbitrary: other }),
      later,
    )
    .map(([what, later]) => ({ ...what, later }))
}

/** The lines, changed as the step says. */
export function changedLines(
  lines: readonly string[],
  changes: readonly Change[],
  step: Step,
): string[] {
  const all = [...lines]
  for (const [at, how, digits] of step.lines) {
    const i = at % all.length
    all[i] = changes[how]?.(all[i] ?? '', digits) ?? ''
  }
  return all
}
