/**
 * What Kilowit says of how it is doing, of its newer versions and of itself as an app, in English.
 *
 * @module
 */

export const health = {
  'health.link': 'How it is doing, and a report for whoever helps you',
  'health.back': 'Back to Settings',
  'health.well': 'Everything works.',
  'health.well.none': 'Nothing is read yet, and nothing is wrong.',
  'health.amiss': {
    one: '{count} thing is worth a look.',
    other: '{count} things are worth a look.',
  },

  'health.meters': 'Meters',
  'health.meters.none': 'No meter yet.',
  'health.last': 'Last reading',
  'health.last.none': 'none in this browser',
  'health.line': 'Line',
  'health.reader.idle': 'not reading',
  'health.reader.choosing': 'a cable is being chosen',
  'health.reader.detecting': 'listening for the meter',
  'health.reader.asking': 'asking the meter',
  'health.reader.question': 'waits for your answer',
  'health.reader.reading': 'reading',
  'health.reader.locked': 'encrypted: the key of this meter is missing or another one',
  'health.reader.unplugged': 'unplugged',
  'health.reader.watching': 'another tab reads',
  'health.reader.failed': 'stopped',
  'health.telegrams': 'Telegrams since this page was opened',
  'health.refused': 'Refused since then',
  'health.refused.count': '{count} × {reason}',
  'health.refused.line-check-failed': 'the line check failed',
  'health.refused.line-check-missing': 'no line check',
  'health.refused.too-long': 'no end in sight',
  'health.refused.truncated': 'cut off',
  'health.refused.not-this-protocol': 'not a telegram',
  'health.refused.key-missing': 'encrypted, and there is no key',
  'health.refused.key-wrong': 'encrypted, and the key does not open it',
  'health.refused.authentication-failed': 'decrypted, but not authenticated by your key',
  'health.refused.security-unsupported': 'secured in a way that this version does not read',
  'health.refused.meter-error': 'the meter answered with an error of its own',
  'health.refused.unknown-form': 'of a form that this version does not know',
  'health.refused.request-missing': 'an answer without its question',
  'health.refused.no-answer': 'the meter does not answer',

  'health.sending': 'Sending',
  'health.waiting': 'Waits in this browser',
  'health.waiting.count': {
    one: '{count} block',
    other: '{count} blocks',
  },
  'health.waiting.none': 'nothing',
  'health.state': 'State',
  'health.state.idle': 'everything is sent',
  'health.state.sending': 'sending',
  'health.state.offline': 'the platform cannot be reached',
  'health.state.waiting': 'goes on by itself',
  'health.state.stopped': 'stopped',
  'health.offline.do':
    'The app goes on with what this browser has. What waits is sent once the connection is back.',

  'health.clocks': 'Clocks',
  'health.clock.browser': 'This computer',
  'health.clock.meter': 'Meter {meter}',
  'health.clock.right': 'agrees with the platform',
  'health.clock.right.meter': 'agrees with this computer',
  'health.clock.ahead': '{span} ahead of the platform',
  'health.clock.behind': '{span} behind the platform',
  'health.clock.ahead.meter': '{span} ahead of this computer',
  'health.clock.behind.meter': '{span} behind this computer',
  'health.clock.unknown': 'not known while the platform is away',
  'health.clock.unread': 'not known until it is read',
  'health.clock.none': 'has no clock of its own',
  'health.clock.off': 'This computer’s clock is wrong',
  'health.clock.off.do':
    'Let the system set it from the network. Readings keep the meter’s own time where it has one.',
  'health.clock.meter.off': 'The meter’s clock is not that of this computer',
  'health.clock.meter.off.do':
    'Readings carry the meter’s time, and quarter-hours and days are cut by it. Only its operator can set it: tell them if it stays so.',
  'health.span.seconds': '{count} s',
  'health.span.minutes': '{count} min',
  'health.span.hours': '{count} h',
  'health.span.days': {
    one: '{count} day',
    other: '{count} days',
  },

  'health.storage': 'Storage',
  'health.storage.used': 'In use',
  'health.storage.of': '{used} of {quota}',
  'health.storage.kept': 'Kept for good',
  'health.storage.kept.yes': 'yes, until you clear it yourself',
  'health.storage.kept.no': 'not promised by this browser',
  'health.storage.not-kept': 'This browser may clear what is kept here',
  'health.storage.not-kept.do':
    'It has not promised to keep it when the disk fills up. What was sent is with the platform, and your recovery file opens it again; what waits here, and the keys without that file, would be gone. Ask again, or install Kilowit as an app: browsers then keep it.',
  'health.storage.ask': 'Ask again',
  'health.storage.full': 'Little room is left',
  'health.storage.full.do':
    'Make room on the disk. Where nothing can be kept any more, reading stops and says so.',

  'health.app': 'App and platform',
  'health.app.version': 'Version of this page',
  'health.worker': 'Starts without a network',
  'health.worker.none': 'no, this browser does not keep the app',
  'health.worker.starting': 'soon: the app is being kept',
  'health.worker.ready': 'yes',
  'health.worker.waiting': 'yes; a newer version waits',
  'health.platform.version': 'Version of the platform',
  'health.platform.away': 'not known while it is away',
  'health.platform.fingerprint': 'Fingerprint of the platform',
  'health.broken.do': 'See the proof: it names the first block that does not hold.',
  'health.broken.button': 'See the proof',

  'health.report': 'Report for whoever helps you',
  'health.report.note':
    'Versions, states, counts, ages and codes. No readings, no meter or channel ids, no keys, no addresses. You see it before it goes anywhere, and nothing sends it.',
  'health.report.make': 'Make a report',
  'health.report.again': 'Make it anew',
  'health.report.text': 'The report',
  'health.report.copy': 'Copy the report',
  'health.report.save': 'Save the report',

  'version.new': 'A new version is ready',
  'version.new.do': 'Load the page again to use it. Nothing is lost.',
  'version.new.reading':
    'Loading it takes a moment. What was read is sealed first, and reading goes on by itself.',
  'do.later': 'Later',

  'install': 'Keep Kilowit as an app',
  'install.why':
    'It then has a window of its own, starts without a network, and the browser keeps what it holds.',
  'install.none':
    'This browser cannot install apps. A bookmark does nearly the same: the page starts without a network too.',
  'install.done': 'Kilowit runs as an app here.',
  'install.button': 'Install',
  'install.dismiss': 'No, thank you',
  'install.how.ios': 'Open the share menu, then choose Add to Home Screen.',
  'install.how.mac-safari': 'Open the File menu, then choose Add to Dock.',
  'install.how.firefox-android':
    'Open the menu with the three dots, then choose Add app to Home screen.',
  'install.how.menu': 'Open the browser’s menu and look for Install, or Add to Home screen.',
} as const
