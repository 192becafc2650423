/**
 * What Kilowit says in the first picture, and where nothing more could be loaded, in English. It comes
 * with the first script, in every language: the rest follows behind the picture.
 *
 * @module
 */

export const first = {
  'app.name': 'Kilowit',
  'app.skip': 'Skip to content',
  'app.rooms': 'Rooms',
  'room.now': 'Now',
  'room.history': 'History',
  'room.sharing': 'Sharing',
  'room.proof': 'Proof',
  'room.settings': 'Settings',
  'room.health': 'How it is doing',
  'room.lost': 'This page does not exist',
  'room.lost.do': 'Your readings are safe. Go back to what your meter says now.',
  'room.failed': 'This page could not be loaded',
  'room.failed.do': 'Check the connection, then load the page again. Nothing is lost.',
  'do.reload': 'Load again',
  'do.connect': 'Connect meter',
  'do.simulate': 'Try with a simulated meter',
  'do.to-now': 'Go to Now',

  'first.title': 'See what your meter says',
  'first.sentence':
    'Put a P1 cable or an infrared head between your meter and this computer: within a minute you see your own consumption, sealed by this browser and readable by nobody but you.',
  'first.can': 'What this browser can do',
  'first.can.serial': 'Read a meter over a USB cable.',
  'first.can.usb':
    'Read a meter over a USB cable with one of these chips: FT232R, FT232H, FT230X (FTDI), CP2102, CP2102N, CP2104 (Silicon Labs), CH340, CH341 (WCH), or one that is a serial port by itself (CDC).',
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

  'problem.unknown': 'Something failed that this page does not know. Load the page again.',
} as const
