/**
 * What Kilowit says of the household's devices, in English.
 *
 * @module
 */

export const devices = {
  'devices': 'Devices of this household',
  'devices.none': 'No device reads for you yet.',
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
} as const
