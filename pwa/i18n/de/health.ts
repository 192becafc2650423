/**
 * What Kilowit says of how it is doing, of its newer versions and of itself as an app, in German.
 *
 * @module
 */

export const health = {
  'health.link': 'Wie es läuft, und ein Bericht für alle, die dir helfen',
  'health.back': 'Zurück zu den Einstellungen',
  'health.well': 'Alles läuft.',
  'health.well.none': 'Noch wird nichts abgelesen, und nichts ist verkehrt.',
  'health.amiss': {
    one: '{count} Sache ist einen Blick wert.',
    other: '{count} Sachen sind einen Blick wert.',
  },

  'health.meters': 'Zähler',
  'health.meters.none': 'Noch kein Zähler.',
  'health.last': 'Letzter Messwert',
  'health.last.none': 'keiner in diesem Browser',
  'health.line': 'Leitung',
  'health.reader.idle': 'wird nicht abgelesen',
  'health.reader.choosing': 'ein Kabel wird gewählt',
  'health.reader.detecting': 'es wird auf den Zähler gelauscht',
  'health.reader.asking': 'der Zähler wird gefragt',
  'health.reader.question': 'wartet auf deine Antwort',
  'health.reader.reading': 'wird abgelesen',
  'health.reader.locked': 'verschlüsselt: Der Schlüssel dieses Zählers fehlt oder ist ein anderer',
  'health.reader.unplugged': 'abgezogen',
  'health.reader.watching': 'ein anderer Tab liest ab',
  'health.reader.failed': 'angehalten',
  'health.telegrams': 'Telegramme, seit diese Seite offen ist',
  'health.refused': 'Seitdem abgelehnt',
  'health.refused.count': '{count} × {reason}',
  'health.refused.line-check-failed': 'die Leitungsprüfung stimmt nicht',
  'health.refused.line-check-missing': 'keine Leitungsprüfung',
  'health.refused.too-long': 'kein Ende in Sicht',
  'health.refused.truncated': 'abgeschnitten',
  'health.refused.not-this-protocol': 'kein Telegramm',
  'health.refused.key-missing': 'verschlüsselt, und es gibt keinen Schlüssel',
  'health.refused.key-wrong': 'verschlüsselt, und der Schlüssel öffnet es nicht',
  'health.refused.authentication-failed':
    'entschlüsselt, aber von deinem Schlüssel nicht bestätigt',
  'health.refused.security-unsupported': 'auf eine Art gesichert, die diese Version nicht liest',
  'health.refused.meter-error': 'der Zähler hat mit einem eigenen Fehler geantwortet',
  'health.refused.unknown-form': 'in einer Form, die diese Version nicht kennt',
  'health.refused.request-missing': 'eine Antwort ohne ihre Frage',
  'health.refused.no-answer': 'der Zähler antwortet nicht',

  'health.sending': 'Senden',
  'health.waiting': 'Wartet in diesem Browser',
  'health.waiting.count': {
    one: '{count} Block',
    other: '{count} Blöcke',
  },
  'health.waiting.none': 'nichts',
  'health.state': 'Stand',
  'health.state.idle': 'alles ist gesendet',
  'health.state.sending': 'wird gesendet',
  'health.state.offline': 'die Plattform ist nicht zu erreichen',
  'health.state.waiting': 'geht von selbst weiter',
  'health.state.stopped': 'angehalten',
  'health.offline.do':
    'Die App geht mit dem weiter, was dieser Browser hat. Was wartet, wird gesendet, sobald die Verbindung zurück ist.',

  'health.clocks': 'Uhren',
  'health.clock.browser': 'Dieser Computer',
  'health.clock.meter': 'Zähler {meter}',
  'health.clock.right': 'stimmt mit der Plattform überein',
  'health.clock.right.meter': 'stimmt mit diesem Computer überein',
  'health.clock.ahead': 'geht gegenüber der Plattform {span} vor',
  'health.clock.behind': 'geht gegenüber der Plattform {span} nach',
  'health.clock.ahead.meter': 'geht gegenüber diesem Computer {span} vor',
  'health.clock.behind.meter': 'geht gegenüber diesem Computer {span} nach',
  'health.clock.unknown': 'nicht bekannt, solange die Plattform weg ist',
  'health.clock.unread': 'nicht bekannt, bis er abgelesen wird',
  'health.clock.none': 'hat keine eigene Uhr',
  'health.clock.off': 'Die Uhr dieses Computers geht falsch',
  'health.clock.off.do':
    'Lass das System sie aus dem Netz stellen. Messwerte behalten die Zeit des Zählers, wo er eine hat.',
  'health.clock.meter.off': 'Die Uhr des Zählers geht anders als die dieses Computers',
  'health.clock.meter.off.do':
    'Messwerte tragen die Zeit des Zählers, und Viertelstunden und Tage werden nach ihr geschnitten. Nur sein Betreiber kann sie stellen: Sag ihm Bescheid, wenn es so bleibt.',
  'health.span.seconds': '{count} s',
  'health.span.minutes': '{count} min',
  'health.span.hours': '{count} h',
  'health.span.days': {
    one: '{count} Tag',
    other: '{count} Tage',
  },

  'health.storage': 'Speicher',
  'health.storage.used': 'Belegt',
  'health.storage.of': '{used} von {quota}',
  'health.storage.kept': 'Dauerhaft',
  'health.storage.kept.yes': 'ja, bis du ihn selbst leerst',
  'health.storage.kept.no': 'von diesem Browser nicht zugesagt',
  'health.storage.not-kept': 'Dieser Browser darf löschen, was hier liegt',
  'health.storage.not-kept.do':
    'Er hat nicht zugesagt, es zu behalten, wenn die Festplatte voll wird. Was gesendet ist, liegt bei der Plattform, und deine Wiederherstellungsdatei öffnet es wieder; was hier noch wartet, und ohne diese Datei auch die Schlüssel, wäre weg. Frag noch einmal, oder installiere Kilowit als App: Dann behalten Browser es.',
  'health.storage.ask': 'Noch einmal fragen',
  'health.storage.full': 'Es ist nur noch wenig Platz',
  'health.storage.full.do':
    'Mach Platz auf der Festplatte. Wo nichts mehr behalten werden kann, endet das Ablesen und sagt es.',

  'health.app': 'App und Plattform',
  'health.app.version': 'Version dieser Seite',
  'health.worker': 'Startet ohne Netz',
  'health.worker.none': 'nein, dieser Browser behält die App nicht',
  'health.worker.starting': 'bald: Die App wird gerade abgelegt',
  'health.worker.ready': 'ja',
  'health.worker.waiting': 'ja; eine neuere Version wartet',
  'health.platform.version': 'Version der Plattform',
  'health.platform.away': 'nicht bekannt, solange sie weg ist',
  'health.platform.fingerprint': 'Fingerabdruck der Plattform',
  'health.broken.do': 'Sieh den Beweis an: Er nennt den ersten Block, der nicht stimmt.',
  'health.broken.button': 'Beweis ansehen',

  'health.report': 'Bericht für alle, die dir helfen',
  'health.report.note':
    'Versionen, Zustände, Anzahlen, Alter und Codes. Keine Messwerte, keine Nummern von Zählern oder Kanälen, keine Schlüssel, keine Adressen. Du siehst ihn, bevor er irgendwohin geht, und nichts sendet ihn.',
  'health.report.make': 'Bericht erstellen',
  'health.report.again': 'Neu erstellen',
  'health.report.text': 'Der Bericht',
  'health.report.copy': 'Bericht kopieren',
  'health.report.save': 'Bericht speichern',

  'version.new': 'Eine neue Version ist bereit',
  'version.new.do': 'Lade die Seite neu, um sie zu benutzen. Nichts geht verloren.',
  'version.new.reading':
    'Das Laden dauert einen Augenblick. Was abgelesen ist, wird vorher versiegelt, und das Ablesen geht von selbst weiter.',
  'do.later': 'Später',

  'install': 'Kilowit als App behalten',
  'install.why':
    'Dann hat es ein eigenes Fenster, startet ohne Netz, und der Browser behält, was darin liegt.',
  'install.none':
    'Dieser Browser kann keine Apps installieren. Ein Lesezeichen leistet fast dasselbe: Auch so startet die Seite ohne Netz.',
  'install.done': 'Kilowit läuft hier als App.',
  'install.button': 'Installieren',
  'install.dismiss': 'Nein, danke',
  'install.how.ios': 'Öffne das Teilen-Menü und wähl „Zum Home-Bildschirm“.',
  'install.how.mac-safari': 'Öffne das Menü „Ablage“ und wähl „Zum Dock hinzufügen“.',
  'install.how.firefox-android':
    'Öffne das Menü mit den drei Punkten und wähl „App zum Startbildschirm hinzufügen“.',
  'install.how.menu':
    'Öffne das Menü des Browsers und such „Installieren“ oder „Zum Startbildschirm hinzufügen“.',
} as const
