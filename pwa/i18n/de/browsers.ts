/**
 * What Kilowit says of the owner's browsers, in German.
 *
 * @module
 */

export const browsers = {
  'browsers': 'Deine Browser',
  'browsers.alone': 'Nur dieser Browser handelt für dich.',
  'browsers.text':
    'Jeder davon handelt für dich, mit einem eigenen Schlüssel. Entzieh es einem, den du nicht mehr hast oder nicht kennst.',
  'browsers.own': 'Dieser Browser',
  'browsers.other': 'Ein anderer Browser',
  'browsers.since': 'Seit {date}',
  'browsers.take': 'Entziehen',
  'browsers.take.now': 'Jetzt entziehen',
  'browsers.take.what':
    'Er kann dann nicht mehr für dich lesen, teilen oder unterschreiben und deine Aufzeichnung nicht fortsetzen. Deine Schlüssel werden gewechselt: Was ab jetzt abgelesen wird, kann er nicht öffnen.',
  'browsers.take.stays':
    'Was er bis jetzt gelesen hat, hat er. Mit wem du teilst, liest weiter. Deine Wiederherstellungsdatei bleibt gültig.',
  'browsers.going':
    'Ihm wird es gerade entzogen: Das ist getan, sobald die Plattform erreichbar ist.',
} as const
