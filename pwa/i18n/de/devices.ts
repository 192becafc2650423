/**
 * What Kilowit says of the household's devices, in German.
 *
 * @module
 */

export const devices = {
  'devices': 'Geräte dieses Haushalts',
  'devices.none': 'Noch liest kein Gerät für dich ab.',
  'devices.problem': 'Deine Geräte lassen sich nicht sicher anzeigen',
  'devices.this': 'Dieser Browser',
  'devices.browser': 'Ein anderer Browser von dir',
  'devices.gateway': 'Gateway',
  'devices.reads': 'Liest {meters} ab',
  'devices.reads.nothing': 'Liest gerade keinen Zähler ab',
  'devices.last': 'Letzter versiegelter Block angekommen: {moment}',
  'devices.unsent': 'Getrennt. Es erfährt davon, sobald die Plattform erreichbar ist.',
  'devices.unpair': 'Trennen',
  'devices.unpair.now': 'Jetzt trennen',
  'devices.unpair.what': 'Von diesem Moment an liest es nicht mehr für dich ab',
  'devices.unpair.stays':
    'Alle Messwerte, die es bis jetzt versiegelt hat, bleiben deine und lassen sich weiter prüfen. Um wieder für dich abzulesen, muss es neu gekoppelt werden.',
  'devices.unpair.grants': {
    one: '{count} Einwilligung gibt Messwerte dieses Geräts weiter und endet mit ihm.',
    other: '{count} Einwilligungen geben Messwerte dieses Geräts weiter und enden mit ihm.',
  },
  'devices.unpair.keep': 'Für das nächste Gerät behalten, das diesen Zähler abliest',
} as const
