/**
 * Which readings of a clock without a zone wait for the owner's answer: a guess that is an hour off
 * would be sealed for good, and one that fits loses nothing.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { waitsForZone } from '../../pwa/household/clock-zone.ts'

const seen = 1_795_000_000

test.for(
  [
    ['an hour ahead', 'meter-local', 3600, null, true],
    ['an hour behind', 'meter-local', -3600, null, true],
    ['a quarter of an hour ahead', 'meter-local', 900, null, true],
    ['ten minutes ahead', 'meter-local', 600, null, false],
    ['as the browser’s', 'meter-local', -20, null, false],
    ['an hour ahead, and the owner has told', 'meter-local', 3600, 'Europe/Vienna', false],
    ['with a zone of its own', 'meter', 3600, null, false],
    ['none at all', 'device', 0, null, false],
  ] as const,
)('%s', ([, clock, off, told, waits]) => {
  expect(waitsForZone({ clock, at: seen + off, seen }, told)).toBe(waits)
})
