/**
 * What a test does in the page of consent-page.ts.
 *
 * @module
 */
import type { Laboratory } from './laboratory.ts'

export const CONSENT_PAGE = 'test/engine/consent-page.ts'

export const now = () => Math.floor(Date.now() / 1000)
export const seal = (at: Laboratory, line: string, blocks: number, when?: number) =>
  at.page.evaluate(([l, b, w]) => globalThis.consent.seal(l, b, w), [line, blocks, when] as const)
export const settled = (at: Laboratory) => at.page.evaluate(() => globalThis.consent.settled())
export const read = (at: Laboratory, who: string, grant: string, line: string) =>
  at.page.evaluate(([w, g, l]) => globalThis.consent.read(w, g, l), [who, grant, line] as const)
export const give = (
  at: Laboratory,
  who: string,
  lines: readonly string[],
  terms: { history?: number; from?: number; until?: number } = {},
) => at.page.evaluate(([w, l, t]) => globalThis.consent.give(w, l, t), [who, lines, terms] as const)
