/**
 * What Kilowit says of the household's devices, in German.
 *
 * @module
 */

export const devices = {
  'devices': 'Geräte dieses Haushalts',
  'devices.none': 'Noch liest kein Gerät für dich ab.',
  'devices.replaced':
    'Du hast auf einem anderen Browser wiederhergestellt: In seinen Einstellungen stehen deine Geräte. Stell hier wieder her, um sie hier zu haben.',
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

  'devices.all': 'Alle Geräte dieses Haushalts',
  'devices.pair': 'Ein Gateway koppeln',
  'devices.pair.note':
    'Ein Gateway liest einen Zähler ohne Browser ab. Starte es: Es zeigt einen Code aus 16 Buchstaben und Ziffern und ein Bild zum Scannen. Der Code verlässt deine Geräte nie.',
  'devices.pair.code': 'Der Code, den es zeigt',
  'devices.pair.find': 'Danach suchen',
  'devices.pair.looking': 'Das Gateway, das diesen Code zeigt, wird gesucht.',
  'devices.pair.asks': '{name} möchte für dich ablesen',
  'devices.pair.compare':
    'Kopple es nur, wenn es dir gehört, vor dir steht und jetzt diesen Fingerabdruck zeigt:',
  'devices.pair.yes': 'Koppeln',
  'devices.pair.no': 'Nicht koppeln',
  'devices.pair.pairing': 'Warten, bis {name} bestätigt.',
  'devices.pair.done': '{name} ist gekoppelt',
  'devices.pair.done.do':
    'Was es abliest, wird für dich versiegelt und steht ab jetzt in deinem Verlauf.',
  'devices.pair.waits': '{name} hat das Koppeln noch nicht bestätigt',
  'devices.pair.waits.do':
    'Noch ist nichts gekoppelt. Lass es laufen und sieh wieder hier nach: Sobald es bestätigt hat, wird das Koppeln abgeschlossen.',
  'devices.pair.undone': 'Das Koppeln von {name} wurde abgebrochen, daraus ist nichts geworden',
  'devices.pair.undone.do':
    'Davon ist auf keiner Seite etwas geblieben. Beginn das Koppeln dort neu.',
  'devices.pair.again': 'Um {time} kannst du es wieder versuchen.',
  'devices.pair.left':
    'Nichts wurde gekoppelt und nichts unterschrieben. Der Code endet von selbst.',
} as const
