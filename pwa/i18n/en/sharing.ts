/**
 * What Kilowit says of who may see what, in English.
 *
 * @module
 */

export const sharing = {
  'sharing.title': 'Nobody but you can read your readings',
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

  'sharing.title.shared': {
    one: 'Beside you, {count} other can read some of your readings',
    other: 'Beside you, {count} others can read some of your readings',
  },
  'sharing.reading': 'What you have allowed is being read and checked.',
  'sharing.keys': 'Who has keys',
  'sharing.others.shared': '{names}: to what you allowed, and no further.',
  'sharing.others.ended':
    'Nobody else can read what is sealed now. What was allowed is over or paused.',
  'sharing.others.unknown': 'What you allowed others could not be read just now.',
  'sharing.failed': 'What you have allowed cannot be shown',
  'sharing.stale': 'This is how it stood when it was last read',
  'sharing.broken': 'The record of what you allowed does not hold',
  'sharing.all': 'All that is shared',
  'sharing.unknown': 'There is no such consent',
  'sharing.unknown.do': 'The address may be of another household. Nothing is lost.',
  'sharing.unsent':
    'Decided here and not sent yet. It goes out by itself as soon as the platform answers.',

  'sharing.phase.active': 'Can read',
  'sharing.phase.waiting': 'Not begun yet',
  'sharing.phase.paused': 'Paused',
  'sharing.phase.ended': 'Ended',
  'sharing.until': {
    one: 'Until {date}: {count} day left',
    other: 'Until {date}: {count} days left',
  },
  'sharing.begins': 'Begins on {date}',
  'sharing.is-paused': 'Paused by you. It would end on {date}',
  'sharing.ended': '{reason}, {date}',
  'sharing.end.withdrawn': 'Revoked by you',
  'sharing.end.moved-out': 'Ended as you moved out',
  'sharing.end.meter-changed': 'Ended as the meter was changed',
  'sharing.end.unpaired': 'Ended as the device was unpaired',
  'sharing.end.key-changed': 'Ended as its key was changed',
  'sharing.end.terminated': 'Given back by the other side',
  'sharing.end.expired': 'Over',
  'sharing.access': {
    one: 'Last read {age}, {count} time',
    other: 'Last read {age}, {count} times',
  },
  'sharing.access.none': 'Not read yet',
  'sharing.access.never': 'Was never read',
  'sharing.access.unknown': 'When it was last read, the platform cannot say just now',

  'sharing.requests': 'Waiting for your answer',
  'sharing.request.until': 'Can be answered until {date}',
  'sharing.request.answer': 'Look and answer',
  'sharing.waits': '{name} waits for your answer',
  'sharing.waits.later': 'Not now',
  'sharing.code': 'Enter a code',
  'sharing.code.text':
    'When another screen asks and shows a code, type it here. You see the request before you answer.',
  'sharing.code.label': 'Code on the other screen',
  'sharing.code.open': 'Look at the request',
  'sharing.code.none': 'Nothing is typed. Type the code that the other screen shows.',
  'sharing.address': 'Your address',
  'sharing.address.text':
    'A provider that has this address can ask you without a browser, and somebody at home can share with you. Nobody can read anything with it.',
  'sharing.address.fingerprint': 'Your fingerprint, to compare',
  'sharing.address.show': 'Show it as a picture',
  'sharing.address.qr': 'QR code: your address',

  'sharing.too-late': 'A yes of yours was not taken any more, {date}',
  'sharing.too-late.do':
    'It waited here while the platform could not be reached, and the request was over by then. Nothing was allowed. Let the provider ask again if you still want it.',
  'sharing.first': '{name} has begun to read, last {age}',
  'sharing.first.do': 'You allowed it. Each further access stands in the log.',
  'sharing.key': '{name} has another key now',
  'sharing.key.signed':
    'The old key has signed that, so your consent was sealed to the new one. It reads on what you allowed, and nothing else.',
  'sharing.key.unsigned':
    'Nothing says that the new key belongs to the same one, so the consent has ended. Whoever wants to read on has to ask you anew.',
  'sharing.yearly': 'You allowed {name} something on {date}',
  'sharing.yearly.do': 'It holds until {date}. If you no longer want it, revoke it.',
  'sharing.see': 'See what',
  'sharing.understood': 'Understood',

  'sharing.terms': 'What you allowed',
  'sharing.do': 'What you can do',
  'sharing.keep': 'Leave it as it is',
  'sharing.revoke': 'Revoke',
  'sharing.revoke.now': 'Revoke now',
  'sharing.revoke.what': 'From this moment {name} can read nothing new',
  'sharing.revoke.stays':
    'What {name} has read until now it may have kept, and that cannot be undone; afterwards you can ask it to erase that. To read again it would have to ask you again.',
  'sharing.revoke.stays.person':
    'What {name} has read until now cannot be unread. To read again, you would have to share again.',
  'sharing.pause': 'Pause',
  'sharing.pause.note':
    'While it is paused nothing can be read, and what is read off your meter meanwhile stays closed for good.',
  'sharing.resume': 'Go on',
  'sharing.resume.note':
    'It goes on with new readings. What came during the pause stays closed for good.',
  'sharing.narrow': 'Give less',
  'sharing.narrow.note':
    'You can take away from it and never add to it. For more, the other side has to ask again.',
  'sharing.narrow.do': 'Give only this',

  'sharing.last': 'The last block that could be read',
  'sharing.last.block': 'Block {seq}, at {time}. The other side sees the same number.',
  'sharing.last.none': 'None: it never read any.',
  'sharing.last.provisional':
    'Provisional: your device has not turned the key yet. The platform refuses every newer block already.',
  'sharing.last.withheld': {
    one: '{count} block was still sealed under the old key and is withheld.',
    other: '{count} blocks were still sealed under the old key and are withheld.',
  },

  'sharing.erasure': 'Erasing what was read',
  'sharing.erasure.text':
    'You can ask {name} to erase what it has read. Its answer is signed; whether it is true, no key can prove.',
  'sharing.erasure.ask': 'Ask to erase',
  'sharing.erasure.asked': 'You asked to erase it. There is no answer yet.',
  'sharing.erasure.done': 'The other side answered, signed: it is erased.',
  'sharing.erasure.declined': 'The other side answered, signed: it was not erased.',

  'sharing.log': 'Who read what when',
  'sharing.log.show': 'Show the log',
  'sharing.log.none': 'Nothing was read.',
  'sharing.log.when': 'Hour',
  'sharing.log.what': 'What',
  'sharing.log.blocks': 'Blocks',
  'sharing.log.count': 'How many',
  'sharing.log.more': { one: 'Show {count} more hour', other: 'Show {count} more hours' },

  'sharing.steps': 'What happened',
  'sharing.by-recipient': 'by the other side',
  'sharing.step.granted': 'Allowed by you',
  'sharing.step.narrowed': 'Given less',
  'sharing.step.paused': 'Paused',
  'sharing.step.resumed': 'Gone on',
  'sharing.step.terminated': 'Given back',
  'sharing.step.erasure-asked': 'Asked to erase',
  'sharing.step.key-changed': 'Sealed to its new key',
  'sharing.step.key-renewed': 'Given a new key, as a browser of yours was taken back',

  'sharing.receipt': 'Receipt',
  'sharing.receipt.text':
    'Both sides have the same receipt, signed by you. Anybody can check it, even when nobody here answers any more.',
  'sharing.receipt.get': 'Save the receipt',
  'sharing.receipt.check': 'To check it:',
  'sharing.id': 'Number of this consent',

  'sharing.move': 'Moving out',
  'sharing.move.text':
    'Whoever lives here after you should not be read by those whom you allowed it.',
  'sharing.move.do': 'End all of it',
  'sharing.move.now': { one: 'End {count} consent now', other: 'End {count} consents now' },
  'sharing.move.what': {
    one: 'From this moment {count} consent is over for good',
    other: 'From this moment {count} consents are over for good',
  },
  'sharing.move.stays':
    'Your own readings stay yours. What others have read until now they may have kept.',
} as const
