/**
 * What Kilowit says of a meter's key, of clocks without a zone, and of doubts about readings, in
 * English.
 *
 * @module
 */

export const meterKey = {
  'reader.key-missing': 'Your meter encrypts its telegrams',
  'reader.key-missing.do': 'Enter the key of its customer interface. It stays in this browser.',
  'reader.key-wrong': 'The kept key no longer opens what your meter sends',
  'reader.key-wrong.do':
    'Your grid operator may have changed it, or the meter was exchanged. Look the key up again and enter it here.',

  'key.title': 'The key of your meter',
  'key.note': 'For the meter that calls itself {meter} ({system}).',
  'key.label': 'Key: 32 digits, 0 to 9 and A to F',
  'key.second': 'Authentication key: 32 digits as well',
  'key.two': 'My operator gave me two keys',
  'key.digits': '{count} of {of} digits',
  'key.more': { one: '{count} digit too many', other: '{count} digits too many' },
  'key.strange': 'There is something in it that is neither 0 to 9 nor A to F.',
  'key.test': 'Test key',
  'key.wrong': 'This key does not open the telegrams of this meter',
  'key.wrong.do':
    'Compare every digit, and check that it is the key of this very meter: after an exchange there is a new one. What you entered is still there.',
  'key.second-wrong': 'The key fits, the authentication key does not',
  'key.second-wrong.do':
    'Compare its digits, or try without it: many meters are read all the same, and their readings say that they are not authenticated.',
  'key.second-missing': 'The key fits, and a second one is needed',
  'key.second-missing.do':
    'Your operator gives two keys for this meter. Open “My operator gave me two keys” and enter the authentication key as well.',
  'key.failed': 'The key could not be tested',
  'key.opens': 'The key fits: this is what your meter says',
  'key.opens.do': 'Compare it with the meter’s display. If it is yours, keep the key.',
  'key.power': 'Power now',
  'key.counter': 'Counter, from the grid',
  'key.keep': 'Keep key',
  'key.places': 'Where do I find the key?',
  'key.place.wien':
    'in the Smart Meter web portal, under “Anlagedaten”: switch on the customer interface there, and the key appears.',
  'key.place.portal': 'in the customer portal; switch on the customer interface there.',
  'key.place.ooe': 'in the eService portal, where the key of the customer interface is ordered.',
  'key.place.ask': 'from the customer service, or in the customer portal where it shows the key.',
  'key.place.mail': 'by mail from the customer service.',
  'key.place.two': 'in the customer portal: this operator gives you two keys, and you need both.',
  'key.place.luxembourg':
    'on the page about the P1 port of the Smarty: the operator sends you one key, and no second one is needed.',
  'key.place.other':
    'Everywhere else, ask your grid operator for the key of the customer interface (Kundenschnittstelle).',
  'key.kept': 'Its key is kept in this browser.',
  'key.replace': 'Replace the key',
  'key.forget': 'Forget the key',
  'key.forget.note':
    'Without it, what this meter sends cannot be opened, and reading it stops. What was read stays.',

  'clock.asked': 'Your meter’s clock does not say its time zone',
  'clock.asked.do':
    'Kilowit takes {zone}, the zone of this browser, until you say where the meter is.',
  'clock.asked.waits':
    'Its time is not that of this browser’s zone. Readings are kept from when you say where the meter is; until then they are only shown.',
  'clock.zone': 'Time zone of the meter',
  'clock.keep': 'Keep time zone',
  'clock.known': 'Its clock is read as {zone}.',
  'clock.change': 'Change the time zone',

  'pin.missing': 'Your meter tells only whole kilowatt-hours',
  'pin.missing.do':
    'It tells its power and finer counters once its PIN is entered, at the meter itself. The PIN has four digits; your metering point operator (Messstellenbetreiber) gives it to you.',
  'pin.how': 'How do I enter the PIN?',
  'pin.how.get':
    'Ask the metering point operator for the PIN: its name is on your electricity bill, and many show the PIN in their customer portal.',
  'pin.how.begin':
    'Take the infrared head off the meter. Flash a torch at its optical key twice, or press its button twice: PIN and a 0 appear.',
  'pin.how.digits':
    'Flash once for 1, twice for 2, and so on. After three seconds without light the next digit is due.',
  'pin.how.switch':
    'Flash on to InF (at some meters Info) and keep the light on for five seconds, until it says on. Where it says PIN on, make it off in the same way, so that it asks no more.',
  'pin.how.after': 'Put the head back on. The power then appears here by itself.',

  'doubt.title': 'Doubts',
  'doubt.no-line-check': 'Telegrams of this kind carry no line check.',
  'doubt.line-check-waived': 'Taken without a line check, as you decided.',
  'doubt.clock-missing': 'The meter did not say the time.',
  'doubt.clock-invalid': 'The meter said a time that does not exist.',
  'doubt.clock-ambiguous':
    'The clocks go back in this hour, and your meter does not say whether before or after: its time may be an hour off.',
  'doubt.clock-differs': 'The meter’s clock and this computer’s differ.',
  'doubt.clock-stepped': 'This computer’s clock was set in between.',
  'doubt.value-invalid': 'A value could not be read and is left out.',
  'doubt.value-implausible':
    'A value is one that no grid has. It stands here as the meter says it.',
  'doubt.resolution-limited':
    'The meter sends its counter less finely than it counts: the last digits are missing.',
  'doubt.scale-unsaid':
    'The meter does not say the scale of a value, and it differs between its makes: compare it with the display, it may be ten times too large or too small.',
  'doubt.counter-stale':
    'The counters stand still though power flows: the meter sends those of an earlier hour again.',
  'doubt.duplicate-register': 'The meter said one value twice.',
  'doubt.malformed-line': 'A line of the telegram could not be read and is left out.',
  'doubt.replayed':
    'The meter’s own count of its telegrams did not rise: this one, or a later one, came before.',
  'doubt.meter-unnamed': 'The meter does not say its number, only its model.',
  'doubt.sign-mended':
    'This model writes some powers with a wrong sign. It is a known fault; the value stands here as it was meant.',
  'doubt.pin-missing': 'The meter tells only whole kilowatt-hours until its PIN is entered.',
  'doubt.meter-changed': 'This is the first reading of another meter than before.',

  'now.origin': 'Origin',
  'now.origin.plain': 'in the clear, not signed by the meter',
  'now.origin.encrypted-only': 'encrypted, not authenticated',
  'now.origin.authenticated': 'encrypted and authenticated with the meter’s key',
  'now.origin.meter-signed': 'signed by the meter',
} as const
