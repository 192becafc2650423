/**
 * What Kilowit says of who may see what, in English.
 *
 * @module
 */

export const sharing = {
  'sharing.title': 'Nobody but you can read your readings',
  'sharing.lead': 'This is not a promise but a matter of who has keys:',
  'sharing.browser': 'This browser',
  'sharing.browser.text':
    'It makes the keys. The one that it signs with can be used here but not copied out, not even by this page.',
  'sharing.file': 'Your recovery file',
  'sharing.file.none': 'Not made yet. Until then this browser is the only way in.',
  'sharing.file.due': 'Not kept yet. Until then this browser is the only way in.',
  'sharing.file.kept': 'Kept since {date}. Whoever has it and its passphrase can take your place.',
  'sharing.platform': 'The platform',
  'sharing.platform.text':
    'It keeps your blocks, checks their order and origin, and has no key to open them.',
  'sharing.platform.blocks': {
    one: 'It keeps {count} block of yours.',
    other: 'It keeps {count} blocks of yours.',
  },
  'sharing.learns':
    'What it can still see: how many meters you have, and whether one is simulated; the data class, the resolution and the time zone of each channel; the time span, the number of readings and the length of each block, and so when you read and when not; which devices are yours; your network address while it answers; who fetches what, and when.',
  'sharing.trust':
    'What you trust: the code of this page comes from the platform. Your browser runs what it is given.',
  'sharing.others': 'Others',
  'sharing.others.text': 'Nobody else has a key. Nobody has asked for one.',
  'sharing.proof': 'See the proof',
  'sharing.none': 'There are no readings yet, so there is nothing to share.',
} as const
