/**
 * In which zone a browser opens its channels: what its computer says of it may be no name.
 *
 * @module
 */
import { expect, test } from 'vitest'
import { browserZone } from '../../pwa/household/browser-zone.ts'
import { isZone } from '../../shared/meter/zone.ts'

test.for(
  [
    ['a name', 'Europe/Vienna', 'Europe/Vienna'],
    ['a name in other letters', 'europe/vienna', 'Europe/Vienna'],
    ['an offset to the east', '+02:00', 'UTC'],
    ['an offset to the west', '-03:30', 'UTC'],
    ['a name that nobody knows', 'Etc/Unknown', 'UTC'],
    ['nothing', '', 'UTC'],
  ] as const,
)('%s', ([, said, zone]) => {
  expect(browserZone(said)).toBe(zone)
})

test('the computer’s own is a zone that a channel takes', () => {
  expect(isZone(browserZone())).toBe(true)
})
