/**
 * What Kilowit says in English. `{name}` takes a value; a message with `one` and `other` is chosen
 * by `{count}`. Units stand after a narrow no-break space (U+202F).
 *
 * @module
 */

export const en = {
  'app.name': 'Kilowit',
  'app.skip': 'Skip to content',
  'app.rooms': 'Rooms',
  'room.now': 'Now',
  'room.history': 'History',
  'room.sharing': 'Sharing',
  'room.proof': 'Proof',
  'room.settings': 'Settings',
  'room.lost': 'This page does not exist',
  'room.lost.do': 'Your readings are safe. Go back to what your meter says now.',
  'room.failed': 'This page could not be loaded',
  'room.failed.do': 'Check the connection, then load the page again. Nothing is lost.',

  'do.reload': 'Load again',
  'do.connect': 'Connect meter',
  'do.simulate': 'Try with a simulated meter',
  'do.again': 'Try again',
  'do.stop': 'Stop reading',
  'do.waive': 'Accept without line check',
  'do.copy': 'Copy',
  'do.copied': 'Copied',
  'do.to-now': 'Go to Now',

  'age.now': 'just now',
  'age.seconds': '{count} s ago',
  'age.minutes': '{count} min ago',
  'age.hours': '{count} h ago',
  'time.range': '{from} to {to}',

  'word.import': 'from the grid',
  'word.export': 'to the grid',
  'word.neither': 'neither from nor to the grid',
  'word.gap': 'no reading in between',
  'word.simulated': 'Simulated',
  'word.unknown': 'not known',
  'word.none': 'none',

  'first.title': 'See what your meter says',
  'first.sentence':
    'Plug a P1 cable into your meter and this computer: within a minute you see your own consumption, sealed by this browser and readable by nobody but you.',
  'first.can': 'What this browser can do',
  'first.can.serial': 'Read a meter over a USB cable.',
  'first.cannot.serial':
    'It cannot read a meter over a USB cable. Use Chrome or Edge on a computer, or Chrome on Android with a supported cable. Safari and browsers on iPhone and iPad cannot do it.',
  'first.cannot.insecure':
    'It cannot read a meter here, because this page was not opened over a secure address. Open it with https, or on this computer as localhost.',
  'first.can.keys': 'Make keys of your own, and seal every reading with them.',
  'first.cannot.keys':
    'It cannot keep keys on this page, so it cannot seal readings. Leave private browsing and open the page over https.',
  'first.can.offline': 'Go on reading while the network is away, and send what waits later.',
  'first.cannot.sleep': 'It cannot read while the computer sleeps or the page is closed.',
  'first.simulated.note':
    'A simulated meter plays a plausible day with solar power. Everything it says is marked as simulated.',

  'now.meter': 'Meter',
  'now.seen': 'Read {age}',
  'now.no-power': 'Your meter does not say its power. Its counters are below.',
  'now.seen.last': 'Last read: {time}',
  'now.said': '{time}: {power} {way}',
  'now.no-reading': 'Waiting for the next reading',
  'now.not-reading': 'Not reading',
  'now.today': 'Today',
  'now.today.power': 'Power today',
  'now.today.energy': 'Quarter-hours today',
  'now.today.import': '{energy} from the grid',
  'now.today.export': '{energy} to the grid',
  'now.today.until': 'until {time}',
  'now.today.empty': 'The curve of today begins with the first readings.',
  'now.phases': 'Phases',
  'now.phase': 'Phase',
  'now.phase.voltage': 'Voltage',
  'now.phase.current': 'Current',
  'now.sub': 'Further meters on this line',
  'now.sub.gas': 'Gas meter',
  'now.sub.heat': 'Heat meter',
  'now.sub.water': 'Water meter',
  'now.sub.other': 'Sub-meter',
  'now.registers': 'All registers',
  'now.register': 'Register',
  'now.value': 'Value',
  'now.obis': 'OBIS code',
  'now.texts': 'Messages of the meter',
  'now.telegram': 'The telegram, as it came',
  'now.telegram.note': 'This is what your meter sent, byte for byte. It stays in this browser.',
  'now.line': 'Line',
  'now.line.settings': '{baud} baud, {frame}',
  'now.check.crc': 'line check holds',
  'now.check.bcc': 'line check holds',
  'now.check.none': 'no line check',
  'now.observed': 'Time of the reading',
  'now.clock.meter': 'by the meter’s clock',
  'now.clock.meter-local': 'by the meter’s clock, in local time',
  'now.clock.device': 'by this computer’s clock',

  'reader.choosing': 'Choose your cable in the browser’s list',
  'reader.choosing.do': 'It is often called USB serial, FT232 or CP2102.',
  'reader.detecting': 'Listening for your meter',
  'reader.detecting.step': 'Step {step} of {steps}: {baud} baud, {frame}',
  'reader.detecting.do': 'This takes up to half a minute. Nothing is sent to the meter.',
  'reader.unplugged': 'The cable was unplugged',
  'reader.unplugged.do': 'Plug it in again and reading goes on by itself. What was read is kept.',
  'reader.watching': 'Another tab of this browser reads the meter',
  'reader.watching.do':
    'This one shows what it reads. Close the other tab and this one takes over.',
  'reader.quiet': 'Nothing came from the meter for a while',
  'reader.quiet.do': 'The line stays open. Check that the cable sits firmly in the meter.',
  'reader.idle': 'The meter is not being read',
  'reader.idle.do': 'You see the last readings. Connect the meter to go on.',

  'failure.not-supported.what': 'This browser cannot read a meter.',
  'failure.not-supported.do': 'Open this page in Chrome or Edge on a computer.',
  'failure.not-allowed.what': 'No cable was opened.',
  'failure.not-allowed.do': 'Connect again and choose your cable in the browser’s list.',
  'failure.not-allowed.linux':
    'On Linux your account must belong to the group dialout. Run this once, then log in again:',
  'failure.port-busy.what': 'Another program has the cable.',
  'failure.port-busy.do': 'Close the program that reads the meter, then try again.',
  'failure.silence.what': 'The cable is open, but nothing comes from the meter.',
  'failure.silence.do':
    'Check that it sits firmly in the meter’s P1 port. Some meters need the port to be switched on by the grid operator.',
  'failure.wrong-parity-or-inverted.what': 'Something comes from the meter, but it cannot be read.',
  'failure.wrong-parity-or-inverted.do':
    'This looks like wrong parity or an inverted signal. A P1 cable must turn the signal round by itself: try one that is made for P1.',
  'failure.encrypted.what': 'Your meter encrypts its telegrams.',
  'failure.encrypted.do':
    'This version cannot open them. Ask your grid operator to switch off the encryption of the P1 port, then try again.',
  'failure.other-protocol.what': 'A meter answers, but not with P1 telegrams.',
  'failure.other-protocol.do':
    'This version reads DSMR P1 and its dialects. Use the meter’s P1 port, then try again.',
  'failure.noise.what': 'Only noise comes from the line.',
  'failure.noise.do': 'Check the plug and keep the cable away from power lines, then try again.',
  'failure.line-check-missing.what': 'The telegrams of your meter carry no line check.',
  'failure.line-check-missing.do':
    'Without one, a disturbed line can change a digit unnoticed. You can accept that for this meter; every one of its readings will say so.',
  'failure.storage-failed.what': 'This browser could not keep the readings.',
  'failure.storage-failed.do':
    'Make room on the disk or leave private browsing, then try again. Nothing unkept was sent.',
  'failure.unknown.what': 'Reading stopped, and this page does not know why.',
  'failure.unknown.do':
    'Unplug the cable, plug it in again, then try again. What was read is kept.',

  'outbox.offline': 'The platform cannot be reached',
  'outbox.offline.waiting': {
    one: '{count} block waits in this browser. It will be sent once the connection is back.',
    other:
      '{count} blocks wait in this browser. They will be sent in order once the connection is back.',
  },
  'outbox.offline.none': 'You see what this browser last knew.',
  'outbox.offline.reading': 'Reading goes on, and what you see is live.',
  'outbox.offline.will-wait':
    'What is sealed meanwhile waits in this browser and is sent once the connection is back.',
  'outbox.sending': '{sent} of {total} blocks sent',
  'outbox.sending.title': 'Sending what waited',
  'outbox.waiting': {
    one: '{count} block waits in this browser and is sent by itself.',
    other: '{count} blocks wait in this browser and are sent by themselves.',
  },
  'outbox.stopped': 'Sending has stopped',
  'outbox.kept': 'Everything read stays in this browser.',

  'replaced': 'You restored on another browser',
  'replaced.do':
    'This one’s keys were replaced; it cannot add to your record any more. What it read until then is kept. Read on there, or restore here from your recovery file.',
  'replaced.button': 'Restore here',

  'recovery.due': 'Keep a way back',
  'recovery.due.do':
    'If this browser is lost, so are its keys, and nobody can open your readings again. A recovery file brings them back.',
  'recovery.due.button': 'Make a recovery file',

  'version.new': 'A new version is ready',
  'version.new.do': 'Load the page again to use it. Nothing is lost.',

  'seal.checked': {
    one: 'Sealed by this browser. {count} block checked {age}.',
    other: 'Sealed by this browser. {count} blocks checked {age}.',
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
  'chart.loading': 'The curve is being loaded.',
  'chart.failed': 'The curve could not be loaded. The table has the same values.',
  'chart.touch': 'Touch or point at the chart for exact values.',
  'chart.gap': 'The sum across a gap, over its whole width',
  'table.show': 'As a table',
  'table.time': 'Time',
  'table.import': 'From the grid',
  'table.export': 'To the grid',
  'table.gap': 'Sum across a gap',
  'table.backwards': 'The counter went backwards',
  'table.energy': 'Energy between kept readings',
  'table.power': 'Last reading of each quarter-hour',
  'table.sum': 'Sum',

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

  'proof.none': 'Nothing to check yet',
  'proof.none.do': 'Connect a meter. The first block is sealed within a minute and checked here.',
  'proof.checked': {
    one: 'Sealed by this browser. {count} block checked {age}.',
    other: 'Sealed by this browser. {count} blocks checked {age}.',
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
  'proof.blocks': 'Blocks checked',
  'proof.readings': 'Readings in them',
  'proof.acknowledged': 'Acknowledged by the platform',
  'proof.waiting': 'Waiting',
  'proof.lost': 'Acknowledged, then lost by the platform; sealed again here',
  'proof.resealed': 'Sealed again after a fork',
  'proof.since': 'From',
  'proof.until': 'To',
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

  'settings.meters': 'Meters',
  'settings.meters.none': 'No meter yet.',
  'settings.channels': 'Channels',
  'settings.device': 'This device',
  'settings.device.text':
    'This browser reads and seals. The key that it signs with never leaves it.',
  'settings.device.none': 'This browser makes its keys when it first reads a meter.',
  'settings.fingerprint': 'Fingerprint',
  'settings.recovery': 'Keys and recovery',
  'settings.recovery.none': 'There is nothing to recover yet. Connect a meter first.',
  'settings.recovery.due':
    'Your keys exist only in this browser. Make a recovery file and keep it where this computer is not.',
  'settings.recovery.kept':
    'You have kept your recovery file since {date}. Its keys are no longer in this browser, so it cannot be made again: look after it.',
  'settings.recovery.replaced':
    'You restored on another browser, so this one has no keys any more that a recovery file could hold.',
  'settings.recovery.make': 'Make the recovery file',
  'settings.recovery.pass': 'Passphrase',
  'settings.recovery.pass.note':
    'Five or more words that do not belong together are strong and easy to keep.',
  'settings.recovery.repeat': 'Passphrase again',
  'settings.recovery.show': 'Show what I type',
  'settings.recovery.weak': 'Too short: at least 12 characters.',
  'settings.recovery.fair': 'Fair. One or two more words make it strong.',
  'settings.recovery.strong': 'Strong.',
  'settings.recovery.differ': 'The two are not the same.',
  'settings.recovery.button': 'Make and download',
  'settings.recovery.making': 'The file is being locked with your passphrase.',
  'settings.recovery.made': '{name} is in your downloads',
  'settings.recovery.made.do':
    'Put it on a memory stick or print a note where it is. Neither we nor anyone else can open it without the passphrase.',
  'settings.recovery.done': 'I have kept it',
  'settings.recovery.failed': 'The recovery file could not be made',
  'settings.restore': 'Restore from a recovery file',
  'settings.restore.note':
    'Your readings and channels come back here and go on in a new chapter. The old browser’s keys are replaced; what it had not sent is lost with it.',
  'settings.restore.not-empty':
    'This browser reads a meter of its own. Open Kilowit in another browser or profile and restore there.',
  'settings.restore.gone':
    'This browser already has keys of its own. Restoring puts those of the file in their place.',
  'settings.restore.replaced': {
    one:
      'This browser’s keys were replaced. Restoring here replaces those of the other browser in turn. {count} block that was not sent from here will be gone.',
    other:
      'This browser’s keys were replaced. Restoring here replaces those of the other browser in turn. {count} blocks that were not sent from here will be gone.',
  },
  'settings.restore.file': 'Recovery file',
  'settings.restore.button': 'Restore',
  'settings.restore.working': 'The file is being opened.',
  'settings.restore.done': 'Restored. Connect your meter to go on.',
  'settings.restore.failed': 'The file could not be restored',
  'settings.language': 'Language',
  'settings.language.auto': 'As the browser ({language})',
  'settings.look': 'Appearance',
  'settings.look.text': 'Light or dark, as your device is set.',
  'settings.about': 'About',
  'settings.about.text': 'Kilowit: kilowatt-hours with a witness.',
  'settings.about.version': 'Version {version}, Apache-2.0',
  'settings.about.operator': 'Fingerprint of the platform',
  'settings.about.api': 'The contract of the platform',

  'problem.unknown': 'Something failed that this page does not know. Load the page again.',
  'problem.offline': 'The platform cannot be reached. Check the connection, then try again.',
  'problem.storage-failed':
    'This browser could not keep something. Make room on the disk, then try again.',
  'problem.not-found': 'The platform does not know this. Load the page again.',
  'problem.server': 'The platform could not answer. Give it a minute.',
  'problem.internal': 'The platform failed at this. Try again in a minute.',
  'problem.database-unavailable':
    'The platform cannot keep anything just now. It goes on by itself.',
  'problem.not-ready': 'The platform is still starting. It goes on by itself.',
  'problem.network-limit':
    'The platform takes nothing more from this network today. It goes on by itself tomorrow.',
  'problem.clock-off': 'This computer’s clock is wrong. Set it right, then try again.',
  'problem.identity-unknown': 'The platform does not know your identity yet. Load the page again.',
  'problem.too-many-requests': 'Too much was asked at once. It goes on by itself in a moment.',
  'problem.gap': 'The platform misses a block before this one.',
  'problem.fork': 'Two different blocks claim the same place.',
  'problem.chapter-closed':
    'Another device has taken over this channel since. Go on reading there.',
  'problem.device-not-paired': 'This device is not paired with the owner.',
  'problem.wrong-epoch': 'It names an epoch that was not opened.',
  'problem.epoch-taken': 'This epoch was already opened.',
  'problem.signature-invalid': 'Its signature does not hold.',
  'problem.acknowledgement-invalid': 'The platform’s acknowledgement does not hold.',
  'problem.sealed-ahead':
    'This computer’s clock is ahead. Set it right; sending goes on by itself.',
  'problem.channel-unknown': 'The platform does not know this channel.',
  'problem.head-moved': 'The channel has moved on elsewhere. Load the page again.',
  'problem.identity-forked':
    'The platform knows another history of your identity. Restore from your recovery file.',
  'problem.passphrase-wrong': 'The passphrase does not open this file. Check it, then try again.',
  'problem.file-malformed': 'This is not a recovery file. Choose the one that Kilowit made.',
  'problem.recovery-kept':
    'The file is kept already, and its keys are no longer here. Use the file that you have.',
  'problem.restore-elsewhere': 'Another tab reads here. Close it, then try again.',
  'problem.restore-not-empty':
    'This browser reads a meter of its own. Restore in another browser or profile.',
  'problem.no-meter': 'No such meter is known here. Connect it first.',
  'problem.nothing-taken': 'The platform answers, but takes nothing. Load the page again.',
  'problem.head-not-ours': 'The platform holds a block here that this browser did not make.',
  'problem.keys-replaced':
    'You restored on another browser, and this one’s keys were replaced. Read on there, or restore here from your recovery file.',
  'problem.operator-changed':
    'Another platform answers here than the one this browser knows. Nothing is sent to it. Ask whoever runs it.',
  'problem.wrong-device':
    'Another device of yours writes this channel now. Connect the meter here to take it back.',
  'problem.key-index-fell':
    'This device’s key was replaced elsewhere. Restore from your recovery file.',
  'problem.epoch-key-unknown':
    'Your sealing key was replaced elsewhere. Restore from your recovery file.',
  'problem.not-allowed': 'That is not yours to do here.',
  'problem.identity-invalid': 'The platform does not accept this identity. Load the page again.',
  'problem.pairing-taken':
    'The platform knows another pairing of this device. Load the page again.',
  'problem.channel-taken': 'The platform knows another channel by this id. Load the page again.',
  'problem.chapter-taken': 'Another device of yours opened this chapter. Load the page again.',
  'problem.block-malformed':
    'The platform does not accept a block of this browser. It stays here. Load the page again.',
  'problem.body-mismatch': 'A block was damaged on its way. It stays here. Load the page again.',

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
