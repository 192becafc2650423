/**
 * What Kilowit says of past days, in English.
 *
 * @module
 */

export const history = {
  'history.day': 'Day',
  'history.before': 'Day before',
  'history.after': 'Day after',
  'history.today': 'Today',
  'history.keys': 'Arrow keys left and right turn the days.',
  'history.loading': 'The day is being read, checked and opened.',
  'history.power': 'Power on this day',
  'history.empty': 'No readings on this day',
  'history.empty.do': 'Nothing was read, so nothing is shown. Choose another day.',
  'history.gaps': {
    one: '{count} gap: readings are missing, so its energy is shown as one hatched bar.',
    other: '{count} gaps: readings are missing, so their energy is shown as one hatched bar each.',
  },
  'history.no-meter': 'No meter yet',
  'history.no-meter.do': 'Connect a meter and its days will be here.',
  'history.failed': 'The day could not be read',
  'history.away.do': 'This day is not in this browser. Try again once the connection is back.',
  'history.here': 'You see what this browser has kept of this day; there may be more elsewhere.',
} as const
