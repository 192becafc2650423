/**
 * What Kilowit says of a meter's key, of clocks without a zone, and of doubts about readings, in
 * German.
 *
 * @module
 */

export const meterKey = {
  'reader.key-missing': 'Dein Zähler verschlüsselt seine Telegramme',
  'reader.key-missing.do':
    'Gib den Schlüssel seiner Kundenschnittstelle ein. Er bleibt in diesem Browser.',
  'reader.key-wrong': 'Der verwahrte Schlüssel öffnet nicht mehr, was dein Zähler sendet',
  'reader.key-wrong.do':
    'Vielleicht hat dein Netzbetreiber ihn geändert, oder der Zähler wurde getauscht. Sieh noch einmal nach und gib ihn hier ein.',

  'key.title': 'Der Schlüssel deines Zählers',
  'key.note': 'Für den Zähler, der sich {meter} nennt ({system}).',
  'key.label': 'Schlüssel: 32 Stellen, 0 bis 9 und A bis F',
  'key.second': 'Authentifizierungsschlüssel: auch 32 Stellen',
  'key.two': 'Mein Netzbetreiber hat mir zwei Schlüssel gegeben',
  'key.digits': '{count} von {of} Stellen',
  'key.more': { one: '{count} Stelle zu viel', other: '{count} Stellen zu viel' },
  'key.strange': 'Darin steht etwas, das weder 0 bis 9 noch A bis F ist.',
  'key.test': 'Schlüssel probieren',
  'key.wrong': 'Dieser Schlüssel öffnet die Telegramme dieses Zählers nicht',
  'key.wrong.do':
    'Vergleich jede Stelle und prüf, ob er zu genau diesem Zähler gehört: Nach einem Tausch gibt es einen neuen. Was du eingegeben hast, steht noch da.',
  'key.second-wrong': 'Der Schlüssel passt, der Authentifizierungsschlüssel nicht',
  'key.second-wrong.do':
    'Vergleich seine Stellen oder probier es ohne ihn: Viele Zähler werden trotzdem abgelesen, und ihre Messwerte sagen, dass sie nicht authentifiziert sind.',
  'key.second-missing': 'Der Schlüssel passt, und es braucht einen zweiten',
  'key.second-missing.do':
    'Dein Netzbetreiber gibt für diesen Zähler zwei Schlüssel. Klapp „Mein Netzbetreiber hat mir zwei Schlüssel gegeben“ auf und gib auch den Authentifizierungsschlüssel ein.',
  'key.failed': 'Der Schlüssel konnte nicht probiert werden',
  'key.opens': 'Der Schlüssel passt: Das sagt dein Zähler',
  'key.opens.do':
    'Vergleich es mit der Anzeige am Zähler. Wenn es deiner ist, verwahr den Schlüssel.',
  'key.power': 'Leistung jetzt',
  'key.counter': 'Zählerstand, aus dem Netz',
  'key.keep': 'Schlüssel verwahren',
  'key.places': 'Wo finde ich den Schlüssel?',
  'key.place.wien':
    'im Smart-Meter-Webportal unter „Anlagedaten“: Schalt dort die Kundenschnittstelle ein, dann erscheint der Schlüssel.',
  'key.place.portal': 'im Kundenportal; schalt dort die Kundenschnittstelle ein.',
  'key.place.ooe': 'im eService-Portal, wo du den Schlüssel der Kundenschnittstelle anforderst.',
  'key.place.ask': 'vom Kundenservice, oder im Kundenportal, wo es den Schlüssel zeigt.',
  'key.place.mail': 'per Mail vom Kundenservice.',
  'key.place.two':
    'im Kundenportal: Dieser Netzbetreiber gibt dir zwei Schlüssel, und du brauchst beide.',
  'key.place.luxembourg':
    'auf der Seite zur P1-Buchse des Smarty: Der Netzbetreiber schickt dir einen Schlüssel, und mehr brauchst du nicht.',
  'key.place.other':
    'Überall sonst frag deinen Netzbetreiber nach dem Schlüssel der Kundenschnittstelle.',
  'key.kept': 'Sein Schlüssel ist in diesem Browser verwahrt.',
  'key.replace': 'Schlüssel ersetzen',
  'key.forget': 'Schlüssel vergessen',
  'key.forget.note':
    'Ohne ihn lässt sich nicht öffnen, was dieser Zähler sendet, und er wird nicht mehr abgelesen. Was abgelesen wurde, bleibt.',

  'clock.asked': 'Die Uhr deines Zählers sagt ihre Zeitzone nicht',
  'clock.asked.do':
    'Kilowit nimmt {zone}, die Zone dieses Browsers, bis du sagst, wo der Zähler steht.',
  'clock.asked.waits':
    'Seine Zeit passt nicht zur Zone dieses Browsers. Messwerte werden aufbewahrt, sobald du sagst, wo der Zähler steht; bis dahin siehst du sie nur.',
  'clock.zone': 'Zeitzone des Zählers',
  'clock.keep': 'Zeitzone merken',
  'clock.known': 'Seine Uhr wird als {zone} gelesen.',
  'clock.change': 'Zeitzone ändern',

  'pin.missing': 'Dein Zähler nennt nur ganze Kilowattstunden',
  'pin.missing.do':
    'Leistung und Nachkommastellen nennt er, sobald seine PIN eingegeben ist, am Zähler selbst. Die PIN hat vier Stellen; du bekommst sie von deinem Messstellenbetreiber.',
  'pin.how': 'Wie gebe ich die PIN ein?',
  'pin.how.get':
    'Frag den Messstellenbetreiber nach der PIN: Er steht auf deiner Stromrechnung, und viele zeigen sie im Kundenportal.',
  'pin.how.begin':
    'Nimm den Infrarotkopf vom Zähler. Leuchte zweimal kurz mit einer Taschenlampe auf die optische Taste, oder drück zweimal den Knopf: Es erscheinen PIN und eine 0.',
  'pin.how.digits':
    'Einmal leuchten heißt 1, zweimal 2 und so weiter. Nach drei Sekunden ohne Licht kommt die nächste Stelle.',
  'pin.how.switch':
    'Leuchte weiter bis InF (bei manchen Zählern Info) und halt das Licht fünf Sekunden darauf, bis dort on steht. Wo PIN on steht, mach auf dieselbe Art off daraus, dann fragt er nicht mehr.',
  'pin.how.after': 'Setz den Kopf wieder auf. Die Leistung erscheint dann hier von selbst.',

  'doubt.title': 'Zweifel',
  'doubt.no-line-check': 'Telegramme dieser Art tragen keine Leitungsprüfung.',
  'doubt.line-check-waived': 'Ohne Leitungsprüfung angenommen, wie du entschieden hast.',
  'doubt.clock-missing': 'Der Zähler hat keine Zeit genannt.',
  'doubt.clock-invalid': 'Der Zähler hat eine Zeit genannt, die es nicht gibt.',
  'doubt.clock-ambiguous':
    'In dieser Stunde werden die Uhren zurückgestellt, und dein Zähler sagt nicht, ob davor oder danach: Seine Zeit kann um eine Stunde falsch sein.',
  'doubt.clock-differs': 'Die Uhr des Zählers und die dieses Computers gehen verschieden.',
  'doubt.clock-stepped': 'Die Uhr dieses Computers wurde inzwischen gestellt.',
  'doubt.value-invalid': 'Ein Wert war nicht zu lesen und fehlt.',
  'doubt.value-implausible':
    'Ein Wert kann in keinem Netz so sein. Er steht hier, wie der Zähler ihn nennt.',
  'doubt.resolution-limited':
    'Der Zähler überträgt seinen Stand gröber, als er ihn zählt: Die letzten Stellen fehlen.',
  'doubt.scale-unsaid':
    'Der Zähler sagt bei einem Wert nicht, in welcher Größe er ihn nennt, und das ist bei seinen Modellen verschieden: Vergleich ihn mit der Anzeige, er kann zehnmal zu groß oder zu klein sein.',
  'doubt.counter-stale':
    'Die Zählerstände stehen, obwohl Leistung fließt: Der Zähler sendet die einer früheren Stunde noch einmal.',
  'doubt.duplicate-register': 'Der Zähler hat einen Wert zweimal genannt.',
  'doubt.malformed-line': 'Eine Zeile des Telegramms war nicht zu lesen und fehlt.',
  'doubt.replayed':
    'Der Zähler hat seine Telegramme nicht weitergezählt: Dieses oder ein späteres kam schon einmal.',
  'doubt.meter-unnamed': 'Der Zähler nennt seine Nummer nicht, nur sein Modell.',
  'doubt.sign-mended':
    'Dieses Modell schreibt manche Leistung mit falschem Vorzeichen. Das ist ein bekannter Fehler; der Wert steht hier, wie er gemeint war.',
  'doubt.pin-missing': 'Der Zähler nennt nur ganze Kilowattstunden, bis seine PIN eingegeben ist.',
  'doubt.meter-changed': 'Das ist der erste Messwert eines anderen Zählers als vorher.',

  'now.origin': 'Herkunft',
  'now.origin.plain': 'offen, vom Zähler nicht signiert',
  'now.origin.encrypted-only': 'verschlüsselt, nicht authentifiziert',
  'now.origin.authenticated': 'verschlüsselt und mit dem Schlüssel des Zählers authentifiziert',
  'now.origin.meter-signed': 'vom Zähler signiert',
} as const
