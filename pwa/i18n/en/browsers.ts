/**
 * What Kilowit says of the owner's browsers, in English.
 *
 * @module
 */

export const browsers = {
  'browsers': 'Your browsers',
  'browsers.alone': 'This browser alone acts for you.',
  'browsers.text':
    'Each of these acts for you, with a key of its own. Take back one that you do not have any more, or do not know.',
  'browsers.own': 'This browser',
  'browsers.other': 'Another browser',
  'browsers.since': 'Since {date}',
  'browsers.take': 'Take back',
  'browsers.take.now': 'Take it back now',
  'browsers.take.what':
    'It can no longer read, share or sign for you, and no reader that it set up in itself can add to your record. Your keys are changed: what is read from now on it cannot open.',
  'browsers.take.stays':
    'What it has read before, it has. Whoever you share with reads on. Your recovery file stays good.',
  'browsers.going': 'It is being taken back: that is done as soon as the platform can be reached.',
} as const
