/**
 * What Kilowit says of what others have shared with whoever reads this, in English.
 *
 * @module
 */

export const shared = {
  'shared.title': 'Shared with you',
  'shared.from': 'From {name}',
  'shared.line': '{classes}: {every}',
  'shared.line.number': '{line} ({number})',
  'shared.line.unknown': 'Readings of a meter',
  'shared.failed': 'What was shared with you cannot be read',
  'shared.invalid': 'Something was shown as shared with you that does not hold',
  'shared.reading': 'It is being read and checked.',
  'shared.unknown': 'Nothing is shared with you here',
  'shared.unknown.do': 'The address may be of another browser. Nothing is lost.',
  'shared.paused': 'Paused by the one who gives it. It would end on {date}',
  'shared.end.withdrawn': 'Taken back by the one who gave it',
  'shared.end.moved-out': 'Ended as the one who gave it moved out',
  'shared.end.meter-changed': 'Ended as the meter was changed',
  'shared.end.unpaired': 'Ended as the device that reads was unpaired',
  'shared.end.key-changed': 'Ended as your key was replaced',
  'shared.end.terminated': 'Given back by you',
  'shared.end.expired': 'Over',
  'shared.end.unknown': 'Ended',
  'shared.waiting.do': 'It has not begun yet. Come back when it has.',
  'shared.paused.do':
    'Nothing is given while it is paused, and what is read meanwhile stays closed. It goes on when the other lets it.',
  'shared.ended.do':
    'Nothing more can be read, and nothing of it is kept here. Ask the one who gave it, if you want to read on.',
  'shared.last.none': 'None: you never could read any.',
  'shared.last.block': 'Block {seq}, at {time}. The one who gave it sees the same number.',
  'shared.last.provisional':
    'Provisional: the other’s device has not turned the key yet. The platform refuses every newer block already.',
  'shared.choose': 'Which readings',
  'shared.newest': 'Newest value',
  'shared.counter': 'The counter says {value}, {time}',
  'shared.checked': {
    one: '{count} reading checked here, up to block {seq}.',
    other: '{count} readings checked here, up to block {seq}.',
  },
  'shared.stop': 'Stop',
  'shared.stopped': 'Reading was stopped',
  'shared.stopped.do': 'What was read stays, and it goes on from there.',
  'shared.go-on': 'Go on reading',
  'shared.empty': 'Nothing was given of this time.',
  'shared.until': 'up to {time}',
  'shared.unopened': {
    one: '{count} block came without its content: it is outside of what was given, or was erased.',
    other: '{count} blocks came without their content: outside of what was given, or erased.',
  },
  'shared.fault': 'What came does not hold',
  'shared.fault.block': 'Block {seq} does not hold',
  'shared.fault.do':
    'Nothing from there on is shown. Tell the one who gave it, and whoever runs the platform.',
  'shared.file':
    'Every reading that you were given, as a table, each from a block that was checked.',
  'shared.terms': 'What was given to you',
  'shared.sees': 'What you see',
  'shared.giver': 'Who gave it',
  'shared.giver.id': 'Their address',
  'shared.giver.note':
    'It stands under “Your address” on the other’s screen. Whoever has that screen has signed this.',
  'shared.back': 'Giving it back',
  'shared.back.do': 'Give it back',
  'shared.back.now': 'Give it back now',
  'shared.back.what': 'From this moment you can read nothing of it any more',
  'shared.back.stays': 'Files that you saved stay yours. To read again, ask {name}.',
  'shared.back.done': 'Given back.',
  'shared.somebody': 'Somebody at home',
  'shared.name.keep': 'Keep the name',
  'shared.more': 'There are more; the newest fifty that hold are shown.',
  'shared.address.none':
    'Somebody at home can share readings with you, even if no meter is read here. For that this browser makes keys of its own, and an address.',
  'shared.address.make': 'Make an address',
} as const
