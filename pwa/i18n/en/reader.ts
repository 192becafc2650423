/**
 * What Kilowit says of the line to the meter, in English.
 *
 * @module
 */

export const reader = {
  'reader.choosing': 'Choose your cable in the browser’s list',
  'reader.choosing.do': 'It is often called USB serial, FT232 or CP2102.',
  'reader.of': '{meter}: {what}',
  'reader.detecting': 'Listening for your meter',
  'reader.detecting.step': 'Step {step} of {steps}: {baud} baud, {frame}',
  'reader.detecting.do': 'This can take a little over a minute. Nothing is sent to the meter.',
  'reader.asking': 'Asking your meter',
  'reader.asking.do':
    'Keep the head on its eye, or the cable where it is. Some meters answer slowly, which takes up to three minutes.',
  'reader.asking.step': '{bytes} bytes so far',
  'reader.asking.of': 'Step {step} of {steps}. {way}',
  'reader.asking.d0': 'Through the infrared eye: {baud} baud, {frame}',
  'reader.asking.mbus': 'Over an M-Bus: {baud} baud, {frame}',
  'reader.asking.modbus': 'Over a Modbus: {baud} baud, {frame}',
  'reader.asking.calls':
    'Waiting for the call of a meter that looks for its reader once a minute: {baud} baud, {frame}',
  'question.word-order': 'Your {device} seems to order its numbers in its own way',
  'question.word-order.do':
    'Read that way, the grid has {hertz} Hz here; as its maker describes it, the number makes no sense. If the meter’s display shows about that, say yes.',
  'question.word-order.yes': 'Yes, read it that way',
  'question.word-order.no': 'No, as its maker describes it',
  'question.other-meter': 'Another meter answers here: {meter}',
  'question.other-meter.do':
    'Reading has stopped, and nothing of it is kept yet. Did your grid operator put it in the place of {before}? Then its readings go on in the same record, and a new chapter says that the meter was changed. If it measures another connection, it gets a record of its own.',
  'question.other-meter.own':
    'Reading has stopped, and nothing of it is kept yet. If the cable was moved, read this meter in a record of its own; what {before} told stays as it is.',
  'question.other-meter.changed': 'The meter was changed',
  'question.other-meter.yes': 'Read as another meter',
  'question.other-meter.no': 'Stop reading',
  'question.other-title': 'Meter {meter} encrypts under another name than before',
  'question.other-title.do':
    'Reading has stopped, and nothing new is kept yet. If your grid operator changed the meter or a part of it, the readings go on in the same record, and a new chapter says so.',
  'reader.save-line.note':
    'For a bug report. The file holds what came and what was asked: the numbers of your meters and, where they are not encrypted, their values. It never holds a key.',
  'reader.unplugged': 'The cable was unplugged',
  'reader.unplugged.do': 'Plug it in again and reading goes on by itself. What was read is kept.',
  'reader.watching': 'Another tab of this browser reads the meter',
  'reader.watching.do':
    'This one shows what it reads. Close the other tab and this one takes over.',
  'reader.quiet': 'Nothing came from the meter for a while',
  'reader.quiet.do': 'The line stays open. Check that the cable sits firmly in the meter.',
  'reader.gateway': '{name} reads this meter. Its readings come about once a minute.',
  'reader.gateway.none': 'Nothing has come from {name} yet',
  'reader.gateway.none.do':
    'Start it where the meter is: npm run -s gateway -- read. What it reads is here within a minute, by itself.',
  'reader.gateway.quiet': 'Nothing has come from {name} for a while',
  'reader.gateway.quiet.do':
    'You see its last reading. Look whether it runs, has network and hears the meter: what it reads without network comes later. If it is gone for good, unpair it.',
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
  'failure.port-claimed.what': 'Another app, or a driver of this device, has the cable.',
  'failure.port-claimed.do':
    'Close other apps that use USB, unplug the cable and plug it in again. On a computer, open this page in Chrome or Edge: they read through the driver.',
  'failure.line-mode.what': 'The chip in this cable cannot be set the way your meter speaks.',
  'failure.line-mode.do':
    'Older CH340 chips know only 8 data bits without parity. Use a cable with an FTDI, CP210x or newer CH340 chip, then try again.',
  'failure.silence.what': 'The cable is open, but nothing comes from the meter.',
  'failure.silence.do':
    'Check that it sits firmly in the meter’s P1 port, or squarely on its infrared eye. Some meters need their customer interface to be switched on by the grid operator.',
  'failure.silence.ask':
    'Many meters with an infrared eye, and those on an M-Bus or a Modbus, say nothing until they are asked. A question only reads; it changes nothing.',
  'failure.no-answer.what': 'The meter did not answer.',
  'failure.no-answer.do':
    'Turn the infrared head until it sits squarely and its cable points down, then ask again. Some meters wake up when their button is pressed or a torch shines on them. Over two wires, try them the other way round.',
  'failure.meter-calls.what': 'Your meter calls, and waits for an answer.',
  'failure.meter-calls.do':
    'Meters of Netz OÖ (AMIS) call once a minute and tell what they count as long as each telegram is answered. The answer is one character and changes nothing in the meter.',
  'failure.wrong-parity-or-inverted.what': 'Something comes from the meter, but it cannot be read.',
  'failure.wrong-parity-or-inverted.do':
    'This looks like an inverted signal or wrong parity. A P1 cable must turn the signal round by itself: try one that is made for P1. Turn an infrared head until it sits squarely.',
  'failure.encrypted.what': 'Your meter encrypts its telegrams.',
  'failure.encrypted.do':
    'This version cannot open them. Ask your grid operator to switch off the encryption of the customer interface, then try again.',
  'failure.other-protocol.what': 'A meter answers in a language that this version does not read.',
  'failure.other-protocol.do':
    'It reads the P1 port, the infrared eye of Vienna’s and of German meters, and the customer interfaces of Austria, Switzerland and the North, M-Bus and Modbus. Use one of them if your meter has it, then try again.',
  'failure.noise.what': 'Only noise comes from the line.',
  'failure.noise.do': 'Check the plug and keep the cable away from power lines, then try again.',
  'failure.noise.ask':
    'Some meters speak only when they are asked or answered: those on an M-Bus or a Modbus, those of Netz OÖ (AMIS), many with an infrared eye. Until then their line can sound like noise. A question only reads; it changes nothing.',
  'failure.line-check-missing.what': 'The telegrams of your meter carry no line check.',
  'failure.line-check-missing.do':
    'Without one, a disturbed line can change a digit unnoticed. You can accept that for this meter; every one of its readings will say so.',
  'failure.already-read.what': 'This meter is already read over another cable.',
  'failure.already-read.do':
    'One cable is enough. Put this one into another meter, then connect it again.',
  'failure.storage-failed.what': 'This browser could not keep the readings.',
  'failure.storage-failed.do':
    'Make room on the disk or leave private browsing, then try again. Nothing unkept was sent.',
  'failure.unknown.what': 'Reading stopped, and this page does not know why.',
  'failure.unknown.do':
    'Unplug the cable, plug it in again, then try again. What was read is kept.',
} as const
