/**
 * What Kilowit says everywhere: the rooms, common buttons and words, seals, charts and tables, in English.
 *
 * @module
 */

export const common = {
  'do.connect-another': 'Connect another meter',
  'do.again': 'Try again',
  'do.stop': 'Stop reading',
  'do.ask': 'Ask the meter',
  'do.answer-call': 'Answer the meter',
  'do.save-line': 'Save what the line sent',
  'do.waive': 'Accept without line check',
  'do.copy': 'Copy',
  'do.copied': 'Copied',

  'age.now': 'just now',
  'age.seconds': '{count} s ago',
  'age.minutes': '{count} min ago',
  'age.hours': '{count} h ago',

  'word.import': 'from the grid',
  'word.export': 'to the grid',
  'word.neither': 'neither from nor to the grid',
  'word.used': 'used',
  'word.gap': 'no reading in between',
  'word.simulated': 'Simulated',
  'word.unknown': 'not known',
  'word.none': 'none',

  'seal.checked': {
    one: 'Sealed by this browser. {count} block checked {age}.',
    other: 'Sealed by this browser. {count} blocks checked {age}.',
  },
  'seal.checked.devices': {
    one: 'Sealed by your devices. {count} block checked {age}.',
    other: 'Sealed by your devices. {count} blocks checked {age}.',
  },
  'seal.waiting': {
    one: 'Sealed by this browser. {count} block waits for the platform.',
    other: 'Sealed by this browser. {count} blocks wait for the platform.',
  },
  'seal.waiting.first': 'Not sealed yet. The first block follows within a minute.',
  'seal.broken': 'Something does not hold. See the proof.',

  'chart.power':
    'Power on {day} as a stepped line; above zero from the grid, below zero to the grid.',
  'chart.energy':
    'Energy on {day} as bars; above zero from the grid, below zero to the grid. {imported} from and {exported} to the grid.',
  'chart.failed': 'The curve could not be loaded. The table has the same values.',
  'chart.touch': 'Touch or point at the chart for exact values.',
  'chart.touch.open': 'Touch or point at a bar for its exact value; once more opens it.',
  'chart.keys': 'Arrow keys go from value to value.',
  'chart.keys.turn':
    'Arrow keys left and right turn the pages, up and down go from value to value.',
  'chart.keys.open':
    'Arrow keys left and right turn the pages, up and down go from bar to bar, Enter opens one.',
  'chart.period':
    'Energy in {period} as bars; above zero from the grid, below zero to the grid. {imported} from and {exported} to the grid.',
  'chart.period.used': 'Use in {period} as bars. {imported} altogether.',
  'chart.part': 'Read for a part of it only',
  'chart.gap': 'The sum across a gap, over its whole width',
  'table.show': 'As a table',
  'table.time': 'Time',
  'table.import': 'From the grid',
  'table.export': 'To the grid',
  'table.gap': 'Sum across a gap',
  'table.gap.outside': 'Sum across a gap over the border, in no single sum',
  'table.used': 'Used',
  'table.of': '{period}, in {unit}',
  'table.backwards': 'The counter went backwards',
  'table.changed': 'Meter changed, nothing is known of the time between',
  'table.energy': 'Energy between kept readings',
  'table.power': 'Last reading of each quarter-hour',
  'table.sum': 'Sum',
} as const
