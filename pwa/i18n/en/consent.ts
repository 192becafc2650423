/**
 * What Kilowit says when somebody asks for readings, in English.
 *
 * @module
 */

export const consent = {
  'consent.title': 'A request',
  'consent.opening': 'The request is being opened and checked.',
  'consent.asks': '{name} asks to read your meter',
  'consent.verified': 'Checked and approved by the operator of this platform',
  'consent.unverified': 'Unverified: nobody has checked who this is',
  'consent.unverified.what': 'Anybody can call themselves {name}',
  'consent.unverified.do':
    'The operator of this platform has not checked this provider. Allow only if you came from {domain} yourself and know it.',
  'consent.details': 'Details',
  'consent.key': 'Key it would be sealed to',
  'consent.key.note':
    'Only whoever has the key of this fingerprint can open what you allow. Compare it with what the other side shows.',
  'consent.id': 'Identity',
  'consent.contact': 'Contact',
  'consent.waits': 'Another browser waits for your answer.',
  'consent.waits.do':
    'It opened this request before you, and goes on to {name} with whatever you allow. Allow only if that screen is your own.',
  'consent.holds': 'You allowed {name} something before, and that still holds.',
  'consent.holds.see': 'See what',

  'consent.what': 'What it would see',
  'consent.classes.energy': 'Energy, from and to the grid',
  'consent.classes.used': 'What is used',
  'consent.classes.power': 'Power at the moment',
  'consent.classes.grid': 'Voltage, current and frequency',
  'consent.classes.all': 'Everything the meter says',
  'consent.every': 'How often',
  'consent.every.live': 'every telegram, as it comes',
  'consent.every.minute': 'every minute',
  'consent.every.minutes': 'every {count} minutes',
  'consent.every.quarter': 'every quarter-hour',
  'consent.every.hour': 'every hour',
  'consent.every.day': 'once a day',
  'consent.line': '{classes}: {every}, {meter}',
  'consent.of-meter': 'Meter {meter}',
  'consent.as-asked': '{what} (as asked)',
  'consent.tells.fine':
    'That shows when somebody is at home, and often which appliance is running.',
  'consent.tells.quarter':
    'That shows when you get up, cook and sleep, and when nobody is at home.',
  'consent.tells.day': 'That shows how much you use each day, and the days when nobody is at home.',
  'consent.preview.looking': 'Your own last value is being looked up.',
  'consent.preview.none': 'There is no such value of yours yet.',
  'consent.preview.at': 'Your last value, {time}: {values}',
  'consent.preview.span': 'Your last value, {from} to {to}: {values}',
  'consent.preview.more': { one: '{count} value more', other: '{count} values more' },
  'consent.missing': 'Also asked for, and not to be had from your meters',

  'consent.for': 'What for',
  'consent.for.note':
    'Tick each purpose that you agree to. What you leave out is not allowed, even if it was asked for.',
  'consent.optional': 'Can be left out',
  'consent.purpose.energy-advice': 'Advice on using less energy',
  'consent.purpose.billing': 'Billing what you use',
  'consent.purpose.community': 'Sharing energy within a community',
  'consent.purpose.research': 'Research',
  'consent.purpose.grid-planning': 'Planning and running the grid',
  'consent.purpose.automation': 'Switching devices at the right time',

  'consent.when': 'From when to when',
  'consent.until': 'For how long',
  'consent.period': 'From {from} until {until}.',
  'consent.history': 'Readings from before',
  'consent.history.no': 'none',
  'consent.history.none': 'No readings from before.',
  'consent.history.since': 'Readings since {date}, too.',
  'consent.years': { one: '{count} year', other: '{count} years' },
  'consent.months': { one: '{count} month', other: '{count} months' },
  'consent.weeks': { one: '{count} week', other: '{count} weeks' },
  'consent.days': { one: '{count} day', other: '{count} days' },

  'consent.then': 'What happens then',
  'consent.then.no': 'If you deny, nothing is shared. {name} learns that you said no, and no more.',
  'consent.then.yes':
    'If you allow, {name} gets a key to these readings and to no others. You both get a signed receipt.',
  'consent.then.back':
    'You can take it back at any time, under Sharing, with two taps. What was read until then cannot be unread.',
  'consent.deny': 'Deny',
  'consent.allow': 'Allow',
  'consent.expires': 'This request can be answered until {date}.',
  'consent.unfit.lines': 'Nothing is chosen to be seen. Choose something, or deny.',
  'consent.unfit.purposes': 'No purpose is ticked. Tick what you agree to, or deny.',
  'consent.step.channels': 'Recording at this resolution begins.',
  'consent.step.keys': 'Keys of earlier readings are being handed over.',
  'consent.step.signing': 'Your answer is being signed.',
  'consent.step.sending': 'Your answer is being sent.',
  'consent.done.yes': 'You allowed {name} to read',
  'consent.done.no': 'You said no to {name}',
  'consent.done.told': '{name} is told. You can close this page.',
  'consent.done.going': 'You are going back to {name}. If nothing happens, go on here:',
  'consent.misled': 'The way back leads elsewhere than it should',
  'consent.misled.yes':
    'This page did not go there. Your answer was sent; take it back under Sharing if you do not trust this any more.',
  'consent.misled.no': 'This page did not go there. Nothing is shared. Close this page.',

  'consent.failed': 'This request cannot be answered',
  'consent.failed.what': 'Nothing was allowed',
  'consent.failed.nothing': 'Nobody got a key, and nothing is shared because of this.',
  'consent.to-sharing': 'Go to Sharing',
  'consent.elsewhere': 'Your keys are not in this browser',
  'consent.elsewhere.why':
    'Somebody asks to read your meter. Only a device with your keys can say yes or no, and this browser has none.',
  'consent.elsewhere.have': 'Answer on your own device',
  'consent.elsewhere.open':
    'Open this address in the browser that reads your meter. It is good for one answer.',
  'consent.elsewhere.waits': 'As soon as it is answered there, this page goes on by itself.',
  'consent.elsewhere.answered': 'It was answered. Go on',
  'consent.elsewhere.over': 'Its time is over. Go back to whoever asked, and begin there again.',
  'consent.elsewhere.none': 'Or bring your keys here',
  'consent.elsewhere.restore': 'Restore from your recovery file',
  'consent.elsewhere.connect': 'Connect a meter',
} as const
