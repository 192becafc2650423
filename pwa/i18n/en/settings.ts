/**
 * What Kilowit says in Settings, and of recovery, in English.
 *
 * @module
 */

export const settings = {
  'recovery.due': 'Keep a way back',
  'recovery.due.do':
    'If this browser is lost, so are its keys, and nobody can open your readings again. A recovery file brings them back.',
  'recovery.due.button': 'Make a recovery file',

  'settings.meters': 'Meters',
  'settings.meters.none': 'No meter yet.',
  'settings.meters.earlier': 'In its place until {day}: {meter}',
  'settings.meters.another': 'Several meters can be read at once, each over a cable of its own.',
  'erase': 'Erase readings for good',
  'erase.note':
    'Days that are over can be erased: this browser deletes their keys and copies, and the platform what it keeps of them. That they were there, and that nothing else was changed, can still be proved.',
  'erase.first': 'First day',
  'erase.last': 'Last day',
  'erase.choose': 'Choose the first day and the last one.',
  'erase.days': 'Erase these days',
  'erase.now': 'Erase them for good',
  'erase.what': 'Nobody can bring back the readings from {from} to {until}',
  'erase.others':
    'Whoever has read them before may have kept them: ask for that to be erased under Sharing. An export or a gateway’s own folder may hold them too.',
  'erase.done': 'They are erased.',
  'erase.none':
    'Nothing was erased: no readings of this meter are sealed wholly within these days. Today’s can be erased tomorrow.',

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
    'Your readings and channels come back here and go on in a new chapter. The old browser’s keys are replaced; what it had not sent is lost with it. Tariffs and the keys of meters are not in the file: enter them anew.',
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
  'settings.about.api': 'The platform’s interface: read and try it',
} as const
