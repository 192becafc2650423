/**
 * What Kilowit says when somebody asks for readings, in German.
 *
 * @module
 */

export const consent = {
  'consent.title': 'Eine Anfrage',
  'consent.opening': 'Die Anfrage wird geöffnet und geprüft.',
  'consent.asks': '{name} möchte deinen Zähler lesen',
  'consent.verified': 'Vom Betreiber dieser Plattform geprüft und zugelassen',
  'consent.unverified': 'Ungeprüft: Niemand hat geprüft, wer das ist',
  'consent.unverified.what': '{name} kann sich jeder nennen',
  'consent.unverified.do':
    'Der Betreiber dieser Plattform hat diesen Anbieter nicht geprüft. Erlaube nur, wenn du selbst von {domain} kommst und das kennst.',
  'consent.details': 'Einzelheiten',
  'consent.key': 'Schlüssel, für den versiegelt würde',
  'consent.key.note':
    'Nur wer den Schlüssel zu diesem Fingerabdruck hat, kann öffnen, was du erlaubst. Vergleiche ihn mit dem, was die andere Seite zeigt.',
  'consent.id': 'Identität',
  'consent.contact': 'Kontakt',
  'consent.waits': 'Ein anderer Browser wartet auf deine Antwort.',
  'consent.waits.do':
    'Er hat diese Anfrage vor dir geöffnet und geht mit dem, was du erlaubst, zu {name} weiter. Erlaube es nur, wenn jener Bildschirm dein eigener ist.',
  'consent.holds': 'Du hast {name} schon etwas erlaubt, und das gilt noch.',
  'consent.holds.see': 'Ansehen',

  'consent.what': 'Was zu sehen wäre',
  'consent.sees': 'Was zu sehen ist',
  'consent.classes.energy': 'Energie, aus dem Netz und ins Netz',
  'consent.classes.used': 'Was verbraucht wird',
  'consent.classes.power': 'Leistung im Augenblick',
  'consent.classes.grid': 'Spannung, Strom und Frequenz',
  'consent.classes.all': 'Alles, was der Zähler sagt',
  'consent.every': 'Wie oft',
  'consent.every.live': 'jedes Telegramm, sobald es kommt',
  'consent.every.minute': 'jede Minute',
  'consent.every.minutes': 'alle {count} Minuten',
  'consent.every.quarter': 'jede Viertelstunde',
  'consent.every.hour': 'jede Stunde',
  'consent.every.day': 'einmal am Tag',
  'consent.line': '{classes}: {every}, {meter}',
  'consent.of-meter': 'Zähler {meter}',
  'consent.as-asked': '{what} (wie angefragt)',
  'consent.as-now': '{what} (wie jetzt)',
  'consent.tells.fine':
    'Daran sieht man, wann jemand zu Hause ist, und oft auch, welches Gerät läuft.',
  'consent.tells.quarter':
    'Daran sieht man, wann du aufstehst, kochst und schläfst und wann niemand zu Hause ist.',
  'consent.tells.day':
    'Daran sieht man, wie viel du am Tag verbrauchst und an welchen Tagen niemand zu Hause ist.',
  'consent.preview.looking': 'Dein eigener letzter Wert wird nachgesehen.',
  'consent.preview.none': 'Einen solchen Wert gibt es von dir noch nicht.',
  'consent.preview.at': 'Dein letzter Wert, {time}: {values}',
  'consent.preview.span': 'Dein letzter Wert, {from} bis {to}: {values}',
  'consent.preview.more': { one: '{count} weiterer Wert', other: '{count} weitere Werte' },
  'consent.missing': 'Außerdem angefragt und von deinen Zählern nicht zu haben',

  'consent.for': 'Wofür',
  'consent.for.note':
    'Hake jeden Zweck an, dem du zustimmst. Was du auslässt, ist nicht erlaubt, auch wenn danach gefragt wurde.',
  'consent.optional': 'Kann wegbleiben',
  'consent.purpose.energy-advice': 'Beratung, wie du weniger Energie verbrauchst',
  'consent.purpose.billing': 'Abrechnung deines Verbrauchs',
  'consent.purpose.community': 'Energie in einer Gemeinschaft teilen',
  'consent.purpose.research': 'Forschung',
  'consent.purpose.grid-planning': 'Planung und Betrieb des Netzes',
  'consent.purpose.automation': 'Geräte zur rechten Zeit schalten',
  'consent.purpose.household': 'Eigener Gebrauch zu Hause',

  'consent.when': 'Von wann bis wann',
  'consent.until': 'Wie lange',
  'consent.period': 'Vom {from} bis zum {until}.',
  'consent.history': 'Messwerte von früher',
  'consent.history.no': 'keine',
  'consent.history.none': 'Keine Messwerte von früher.',
  'consent.history.since': 'Auch Messwerte seit dem {date}.',
  'consent.years': { one: '{count} Jahr', other: '{count} Jahre' },
  'consent.months': { one: '{count} Monat', other: '{count} Monate' },
  'consent.weeks': { one: '{count} Woche', other: '{count} Wochen' },
  'consent.days': { one: '{count} Tag', other: '{count} Tage' },

  'consent.then': 'Was dann geschieht',
  'consent.then.no':
    'Wenn du ablehnst, wird nichts geteilt. {name} erfährt, dass du Nein gesagt hast, und sonst nichts.',
  'consent.then.yes':
    'Wenn du erlaubst, bekommt {name} einen Schlüssel zu diesen Messwerten und zu keinen anderen. Beide Seiten bekommen einen unterschriebenen Beleg.',
  'consent.then.back':
    'Du kannst es jederzeit zurücknehmen, unter Teilen, mit zweimal Tippen. Was bis dahin gelesen wurde, lässt sich nicht ungelesen machen.',
  'consent.deny': 'Ablehnen',
  'consent.allow': 'Erlauben',
  'consent.expires': 'Auf diese Anfrage kannst du bis zum {date} antworten.',
  'consent.unfit.lines': 'Es ist nichts gewählt, was zu sehen wäre. Wähle etwas oder lehne ab.',
  'consent.unfit.purposes': 'Kein Zweck ist angehakt. Hake an, dem du zustimmst, oder lehne ab.',
  'consent.step.channels': 'Die Aufzeichnung in dieser Auflösung beginnt.',
  'consent.step.keys': 'Schlüssel zu früheren Messwerten werden übergeben.',
  'consent.step.signing': 'Deine Antwort wird unterschrieben.',
  'consent.step.sending': 'Deine Antwort wird gesendet.',
  'consent.done.yes': 'Du hast {name} das Lesen erlaubt',
  'consent.done.no': 'Du hast {name} abgelehnt',
  'consent.done.told': '{name} erfährt es. Du kannst diese Seite schließen.',
  'consent.done.going': 'Du gehst zurück zu {name}. Wenn nichts geschieht, geht es hier weiter:',
  'consent.done.elsewhere':
    'Fertig. Der andere Browser geht zu {name} weiter; du kannst diese Seite schließen.',
  'consent.done.elsewhere.tap':
    'Fertig. Geh im anderen Browser zu {name} weiter; du kannst diese Seite schließen.',
  'consent.done.here': 'Oder geh stattdessen hier weiter:',
  'consent.before':
    'Du hast diese Anfrage schon beantwortet. Sie wird einmal beantwortet, und das gilt.',
  'consent.before.go': 'Weiter zu {name}',
  'consent.message': 'Vergleiche das mit dem, was {name} zeigt:',
  'consent.misled': 'Der Rückweg führt woandershin, als er sollte',
  'consent.misled.yes':
    'Diese Seite ist nicht dorthin gegangen. Deine Antwort wurde gesendet; nimm sie unter Teilen zurück, wenn du dem nicht mehr traust.',
  'consent.misled.no':
    'Diese Seite ist nicht dorthin gegangen. Nichts wird geteilt. Schließe diese Seite.',

  'consent.failed': 'Diese Anfrage lässt sich nicht beantworten',
  'consent.failed.what': 'Nichts wurde erlaubt',
  'consent.failed.nothing':
    'Niemand hat einen Schlüssel bekommen, und nichts wird deswegen geteilt.',
  'consent.to-sharing': 'Zu Teilen',
  'consent.elsewhere': 'Deine Schlüssel sind nicht in diesem Browser',
  'consent.elsewhere.why':
    'Jemand möchte deinen Zähler lesen. Nur ein Gerät mit deinen Schlüsseln kann Ja oder Nein sagen, und dieser Browser hat keine.',
  'consent.elsewhere.have': 'Antworte auf deinem eigenen Gerät',
  'consent.elsewhere.scan': 'Scanne das mit der Kamera des Telefons, das deine Schlüssel hat.',
  'consent.elsewhere.qr': 'QR-Code: die Adresse dieser Anfrage',
  'consent.elsewhere.type':
    'Oder öffne Kilowit auf deinem Gerät, geh zu Teilen und tippe diesen Code ein.',
  'consent.elsewhere.left': {
    one: 'Gilt noch {count} Minute',
    other: 'Gilt noch {count} Minuten',
  },
  'consent.elsewhere.run-out': 'Der Code ist abgelaufen.',
  'consent.elsewhere.renew': 'Neuen Code zeigen',
  'consent.elsewhere.address': 'Oder kopiere die Adresse',
  'consent.elsewhere.open':
    'Öffne diese Adresse in dem Browser, der deinen Zähler liest. Sie gilt für eine Antwort.',
  'consent.elsewhere.waits': 'Sobald dort geantwortet ist, geht es hier weiter.',
  'consent.elsewhere.answered': 'Auf deinem anderen Gerät wurde geantwortet.',
  'consent.elsewhere.go': 'Weiter zu {host}',
  'consent.elsewhere.over':
    'Die Zeit dafür ist vorbei. Geh zurück zu dem, der gefragt hat, und beginne dort neu.',
  'consent.elsewhere.none': 'Oder hole deine Schlüssel hierher',
  'consent.elsewhere.restore': 'Aus deiner Wiederherstellungsdatei wiederherstellen',
  'consent.elsewhere.connect': 'Einen Zähler verbinden',
} as const
