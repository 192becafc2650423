/**
 * What Kilowit says of the household's devices, in English.
 *
 * @module
 */

export const devices = {
  'devices': 'Devices of this household',
  'devices.none': 'No device reads for you yet.',
  'devices.replaced':
    'You restored on another browser: your devices stand in its settings. Restore here to have them here.',
  'devices.problem': 'Your devices cannot be shown for certain',
  'devices.this': 'This browser',
  'devices.browser': 'Another browser of yours',
  'devices.gateway': 'Gateway',
  'devices.reads': 'Reads {meters}',
  'devices.reads.nothing': 'Reads no meter now',
  'devices.last': 'Last sealed block arrived: {moment}',
  'devices.unsent': 'Unpaired. It is told as soon as the platform can be reached.',
  'devices.unpair': 'Unpair',
  'devices.unpair.now': 'Unpair it now',
  'devices.unpair.what': 'From this moment it reads for you no longer',
  'devices.unpair.stays':
    'All readings that it has sealed until now stay yours and go on to verify. To read for you again, it must be paired anew.',
  'devices.unpair.grants': {
    one: '{count} consent gives readings of this device, and ends with it.',
    other: '{count} consents give readings of this device, and end with it.',
  },
  'devices.unpair.keep': 'Keep them for the next device that reads this meter',

  'devices.all': 'All devices of this household',
  'devices.pair': 'Pair a gateway',
  'devices.pair.note':
    'A gateway reads a meter without a browser. Start it: it shows a code of 16 letters and digits, and a picture to scan. The code never leaves your devices.',
  'devices.pair.code': 'The code that it shows',
  'devices.pair.find': 'Look for it',
  'devices.pair.looking': 'Looking for the gateway that shows this code.',
  'devices.pair.asks': '{name} asks to read for you',
  'devices.pair.compare':
    'Pair it only if it is yours, stands before you, and shows this fingerprint now:',
  'devices.pair.yes': 'Pair',
  'devices.pair.no': 'Do not pair',
  'devices.pair.pairing': 'Waiting for {name} to confirm.',
  'devices.pair.done': '{name} is paired',
  'devices.pair.done.do': 'What it reads is sealed for you, and is in your history from now on.',
  'devices.pair.waits': '{name} has not confirmed its pairing yet',
  'devices.pair.waits.do':
    'Nothing is paired so far. Let it run, and look here again: as soon as it has confirmed, the pairing is finished.',
  'devices.pair.undone': 'Pairing {name} was cut short and has come to nothing',
  'devices.pair.undone.do': 'Nothing of it is left on either side. Start pairing there anew.',
  'devices.pair.again': 'You can try again at {time}.',
  'devices.pair.left': 'Nothing was paired, and nothing signed. The code ends by itself.',
} as const
