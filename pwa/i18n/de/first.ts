/**
 * What Kilowit says in the first picture, and where nothing more could be loaded, in German. It comes
 * with the first script, in every language: the rest follows behind the picture.
 *
 * @module
 */

export const first = {
  'app.name': 'Kilowit',
  'app.skip': 'Zum Inhalt springen',
  'app.rooms': 'Räume',
  'room.now': 'Jetzt',
  'room.history': 'Verlauf',
  'room.sharing': 'Teilen',
  'room.proof': 'Beweis',
  'room.settings': 'Einstellungen',
  'room.health': 'Wie es läuft',
  'room.lost': 'Diese Seite gibt es nicht',
  'room.lost.do': 'Deine Messwerte sind sicher. Geh zurück zu dem, was dein Zähler jetzt sagt.',
  'room.failed': 'Diese Seite konnte nicht geladen werden',
  'room.failed.do': 'Prüf die Verbindung und lade die Seite neu. Nichts ist verloren.',
  'do.reload': 'Neu laden',
  'do.connect': 'Zähler verbinden',
  'do.simulate': 'Mit einem simulierten Zähler ausprobieren',
  'do.to-now': 'Zu Jetzt',

  'first.title': 'Sieh, was dein Zähler sagt',
  'first.sentence':
    'Verbinde deinen Zähler mit diesem Computer, über ein P1-Kabel oder einen Infrarotkopf: Innerhalb einer Minute siehst du deinen eigenen Verbrauch, versiegelt von diesem Browser und für niemanden lesbar außer dir.',
  'first.can': 'Was dieser Browser kann',
  'first.can.serial': 'Einen Zähler über ein USB-Kabel ablesen.',
  'first.can.usb':
    'Einen Zähler über ein USB-Kabel mit einem dieser Chips ablesen: FT232R, FT232H, FT230X (FTDI), CP2102, CP2102N, CP2104 (Silicon Labs), CH340, CH341 (WCH), oder mit einem, der selbst eine serielle Schnittstelle ist (CDC).',
  'first.cannot.serial':
    'Er kann keinen Zähler über ein USB-Kabel ablesen. Nimm Chrome oder Edge auf einem Computer oder Chrome auf Android mit einem unterstützten Kabel. Safari und Browser auf iPhone und iPad können es nicht.',
  'first.cannot.insecure':
    'Er kann hier keinen Zähler ablesen, weil diese Seite nicht über eine sichere Adresse geöffnet wurde. Öffne sie mit https oder auf diesem Computer als localhost.',
  'first.can.keys': 'Eigene Schlüssel für dich erzeugen und jeden Messwert damit versiegeln.',
  'first.cannot.keys':
    'Er kann auf dieser Seite keine Schlüssel behalten und deshalb nichts versiegeln. Verlass das private Fenster und öffne die Seite mit https.',
  'first.can.offline': 'Weiter ablesen, während das Netzwerk fehlt, und später senden, was wartet.',
  'first.cannot.sleep':
    'Er kann nicht ablesen, während der Computer schläft oder die Seite geschlossen ist.',
  'first.simulated.note':
    'Ein simulierter Zähler spielt einen plausiblen Tag mit Solarstrom. Alles, was er sagt, ist als simuliert gekennzeichnet.',

  'problem.unknown': 'Etwas ging schief, das diese Seite nicht kennt. Lade die Seite neu.',
} as const
