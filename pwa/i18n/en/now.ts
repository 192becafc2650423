/**
 * What Kilowit says of what the meter says now, and on the first visit, in English.
 *
 * @module
 */

export const now = {
  'now.meter': 'Meter',
  'now.seen': 'Read {age}',
  'now.no-power': 'Your meter does not say its power. Its counters are below.',
  'now.seen.last': 'Last read: {time}',
  'now.said': '{time}: {power} {way}',
  'now.no-reading': 'Waiting for the next reading',
  'now.not-reading': 'Not reading',
  'now.today.power': 'Power today',
  'now.today.energy': 'Quarter-hours today',
  'now.today.import': '{energy} from the grid',
  'now.today.export': '{energy} to the grid',
  'now.today.until': 'until {time}',
  'now.today.empty': 'The curve of today begins with the first readings.',
  'now.today.energy.empty': 'The first bar follows once a whole quarter-hour was read.',
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
  'now.texts': 'Messages of the meter',
  'now.telegram': 'The telegram, as it came',
  'now.telegram.note': 'This is what your meter sent, byte for byte. It stays in this browser.',
  'now.line.settings': '{baud} baud, {frame}',
  'now.line.faults': {
    one: '{count} error on the line, after which reading went on',
    other: '{count} errors on the line, after each of which reading went on',
  },
  'now.while-open':
    'Reading goes on while this page is open and the computer is awake; not with the tab closed, the screen off or the computer asleep. A small computer beside the meter can read day and night: pair a gateway in Settings.',
  'now.check.crc': 'line check holds',
  'now.check.bcc': 'line check holds',
  'now.check.none': 'no line check',
  'now.observed': 'Time of the reading',
  'now.clock.meter': 'by the meter’s clock',
  'now.clock.meter-local': 'by the meter’s clock, in local time',
  'now.clock.device': 'by this computer’s clock',

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
} as const
