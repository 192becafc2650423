/**
 * What Kilowit says of what was checked, and what did not hold, in English.
 *
 * @module
 */

export const proof = {
  'proof.none': 'Nothing to check yet',
  'proof.none.do': 'Connect a meter. The first block is sealed within a minute and checked here.',
  'proof.checked': {
    one: 'Sealed by this browser. {count} block checked {age}.',
    other: 'Sealed by this browser. {count} blocks checked {age}.',
  },
  'proof.checked.devices': {
    one: 'Sealed by your devices. {count} block checked {age}.',
    other: 'Sealed by your devices. {count} blocks checked {age}.',
  },
  'proof.checked.only': {
    one: '{count} block checked {age}.',
    other: '{count} blocks checked {age}.',
  },
  'proof.failed': 'The check could not be finished',
  'proof.kept': 'This is what this browser last checked, {age}.',
  'proof.whole': 'Nothing is missing since {date}.',
  'proof.gaps': {
    one: 'There is {count} gap since {date}; it is listed below.',
    other: 'There are {count} gaps since {date}; they are listed below.',
  },
  'proof.waits': {
    one: '{count} block waits in this browser for the platform.',
    other: '{count} blocks wait in this browser for the platform.',
  },
  'proof.waits.none': 'Nothing waits: the platform has acknowledged every block.',
  'proof.fault': 'Something does not hold',
  'proof.fault.block': 'Block {seq} of “{channel}”: {reason}',
  'proof.fault.channel': '“{channel}”: {reason}',
  'proof.fault.do':
    'Export this channel and keep the file: it is the evidence. What came before the block still holds.',
  'proof.checking': 'Checking {checked} of {of} blocks',
  'proof.again': 'Check again',
  'proof.means': 'What is checked',
  'proof.means.sign': 'The signature of its device on every block.',
  'proof.means.chain':
    'That every block names the one before it, so that none is left out or moved.',
  'proof.means.ack': 'The platform’s signature for every block that it took.',
  'proof.means.not':
    'What this does not prove: that the meter counts right, or that nobody changed the line between meter and cable.',
  'proof.identity': 'Identities',
  'proof.identity.note':
    'Compare these fingerprints with a second device or on paper, and you know that they are yours.',
  'proof.owner': 'You',
  'proof.device': 'This device',
  'proof.operator': 'The platform',
  'proof.custody': 'Where the key is kept',
  'proof.custody.browser': 'in this browser, not extractable',
  'proof.custody.software': 'in software',
  'proof.custody.hardware': 'in hardware',
  'proof.channels': 'Channels',
  'proof.channel.live': 'Every telegram',
  'proof.channel.quarter': 'Quarter-hours',
  'proof.channel.day': 'Days',
  'proof.channel.other': '{classes}, {resolution}',
  'proof.channel.of': 'Meter {meter}',
  'proof.chapters': 'Chapters',
  'proof.beginnings': 'Why a chapter began',
  'proof.beginning.first': 'the first',
  'proof.beginning.restored': 'you were restored in a browser',
  'proof.beginning.device-replaced': 'another device reads the meter',
  'proof.beginning.meter-changed': 'the meter was changed',
  'proof.chapters.own': '{count}, of which {own} by this browser',
  'proof.blocks': 'Blocks checked',
  'proof.readings': 'Readings in them',
  'proof.acknowledged': 'Acknowledged by the platform',
  'proof.waiting': 'Waiting',
  'proof.lost': 'Acknowledged, then lost by the platform; sealed again here',
  'proof.resealed': 'Sealed again after a fork',
  'proof.gap-list': 'Gaps',
  'proof.gap-none': 'none',
  'proof.gap-more': {
    one: 'and {count} more',
    other: 'and {count} more',
  },
  'proof.channel-id': 'Channel id',
  'proof.more': 'More about this channel',
  'proof.export': 'Export',
  'proof.export.note':
    'A signed file of the whole channel. Anyone can check it offline, without the platform.',
  'proof.export.without': 'Without keys',
  'proof.export.without.note':
    'Proves origin, order and completeness. Nobody can read the values in it.',
  'proof.export.with': 'With keys',
  'proof.export.with.note':
    'Whoever has the file can read every value in it, for ever. It cannot be taken back.',
  'proof.export.button': 'Export channel',
  'proof.export.making': 'The file is being made.',
  'proof.export.made.without':
    '{name} is in your downloads: without keys, nobody can read the values in it.',
  'proof.export.made.with':
    '{name} is in your downloads: with keys, whoever has it can read every value in it.',
  'proof.export.check':
    'Check it offline: run this in a clone of Kilowit, with the path of the file.',
  'proof.export.failed': 'The file could not be made',

  'fault.opening-not-signed': 'The opening of the channel does not carry your signature.',
  'fault.chapter-not-signed': 'The opening of a chapter does not carry your signature.',
  'fault.chapter-out-of-order': 'A chapter is missing or out of order.',
  'fault.device-not-paired': 'A device that you have not paired wrote a chapter.',
  'fault.chapter-does-not-continue': 'A chapter does not go on where the one before it ended.',
  'fault.epoch-not-signed': 'The opening of an epoch does not carry the device’s signature.',
  'fault.epoch-out-of-order': 'An epoch is missing or out of order.',
  'fault.block-of-other-channel': 'It belongs to another channel.',
  'fault.block-missing': 'The block before it is missing.',
  'fault.block-does-not-follow':
    'It does not follow the block before it: one was changed or replaced.',
  'fault.block-of-other-device': 'It was made by another device than its chapter names.',
  'fault.block-of-closed-chapter': 'It belongs to a chapter that was already closed.',
  'fault.block-of-unknown-chapter': 'It belongs to a chapter that was never opened.',
  'fault.block-of-unknown-epoch': 'It names an epoch that was never opened.',
  'fault.key-index-fell': 'It was signed with a key that had been replaced.',
  'fault.signature-does-not-hold': 'Its signature does not hold.',
  'fault.key-does-not-open': 'Its key does not open it: the content was changed.',
  'fault.readings-malformed': 'Its content is not readings.',
  'fault.meter-changed': 'Its readings come from another meter than its chapter names.',
  'fault.contents-altered': 'The file was changed after it was made.',
  'fault.bundle-not-signed': 'The file does not carry the signature of its maker.',
  'fault.key-not-committed': 'A key in the file is not the one that was promised.',
  'fault.acknowledgement-does-not-hold': 'The platform’s acknowledgement does not hold.',
  'fault.block-malformed': 'It is not a block.',
} as const
