/**
 * What Kilowit says of the line to the meter, in German.
 *
 * @module
 */

export const reader = {
  'reader.choosing': 'Wähl dein Kabel in der Liste des Browsers',
  'reader.choosing.do': 'Es heißt oft USB Serial, FT232 oder CP2102.',
  'reader.of': '{meter}: {what}',
  'reader.detecting': 'Auf deinen Zähler wird gelauscht',
  'reader.detecting.step': 'Schritt {step} von {steps}: {baud} Baud, {frame}',
  'reader.detecting.do': 'Das kann gut eine Minute dauern. An den Zähler wird nichts gesendet.',
  'reader.asking': 'Dein Zähler wird gefragt',
  'reader.asking.do':
    'Lass den Kopf auf seinem Auge oder das Kabel, wo es ist. Manche Zähler antworten langsam, das dauert bis zu drei Minuten.',
  'reader.asking.step': '{bytes} Byte bisher',
  'reader.asking.of': 'Schritt {step} von {steps}. {way}',
  'reader.asking.d0': 'Durch das Infrarotauge: {baud} Baud, {frame}',
  'reader.asking.mbus': 'Über einen M-Bus: {baud} Baud, {frame}',
  'reader.asking.modbus': 'Über einen Modbus: {baud} Baud, {frame}',
  'reader.asking.calls':
    'Warten auf den Ruf eines Zählers, der sich jede Minute einmal meldet: {baud} Baud, {frame}',
  'question.word-order': 'Dein {device} ordnet seine Zahlen offenbar auf eigene Art',
  'question.word-order.do':
    'So gelesen hat das Netz hier {hertz} Hz; wie der Hersteller es beschreibt, ergibt die Zahl keinen Sinn. Zeigt die Anzeige des Zählers ungefähr das, sag Ja.',
  'question.word-order.yes': 'Ja, so lesen',
  'question.word-order.no': 'Nein, wie der Hersteller es beschreibt',
  'question.other-meter': 'Hier antwortet ein anderer Zähler: {meter}',
  'question.other-meter.do':
    'Das Ablesen ist angehalten, und von diesem Zähler ist noch nichts aufgehoben. Hat dein Netzbetreiber ihn anstelle von {before} eingebaut? Dann gehen seine Messwerte in derselben Aufzeichnung weiter, und ein neues Kapitel sagt, dass der Zähler getauscht wurde. Misst er einen anderen Anschluss, bekommt er eine eigene.',
  'question.other-meter.own':
    'Das Ablesen ist angehalten, und von diesem Zähler ist noch nichts aufgehoben. Wurde das Kabel umgesteckt, dann lies diesen Zähler in einer eigenen Aufzeichnung ab; was {before} gesagt hat, bleibt, wie es ist.',
  'question.other-meter.changed': 'Der Zähler wurde getauscht',
  'question.other-meter.yes': 'Als anderen Zähler ablesen',
  'question.other-meter.no': 'Ablesen beenden',
  'question.other-title': 'Der Zähler {meter} verschlüsselt unter einem anderen Namen als bisher',
  'question.other-title.do':
    'Das Ablesen ist angehalten, und nichts Neues ist aufgehoben. Hat dein Netzbetreiber den Zähler oder einen Teil davon getauscht, dann gehen die Messwerte in derselben Aufzeichnung weiter, und ein neues Kapitel sagt es.',
  'reader.save-line.note':
    'Für einen Fehlerbericht. Die Datei enthält, was kam und was gefragt wurde: die Nummern deiner Zähler und, wo sie nicht verschlüsselt sind, ihre Werte. Ein Schlüssel ist nie darin.',
  'reader.unplugged': 'Das Kabel wurde abgezogen',
  'reader.unplugged.do':
    'Steck es wieder ein, dann geht das Ablesen von selbst weiter. Was abgelesen wurde, bleibt.',
  'reader.watching': 'Ein anderer Tab dieses Browsers liest den Zähler ab',
  'reader.watching.do':
    'Dieser hier zeigt, was er abliest. Schließ den anderen Tab, dann übernimmt dieser.',
  'reader.quiet': 'Seit einer Weile kam nichts vom Zähler',
  'reader.quiet.do': 'Die Leitung bleibt offen. Prüf, ob das Kabel fest im Zähler sitzt.',
  'reader.gateway':
    '{name} liest diesen Zähler ab. Seine Messwerte kommen etwa einmal in der Minute.',
  'reader.gateway.none': 'Von {name} ist noch nichts gekommen',
  'reader.gateway.none.do':
    'Starte es beim Zähler: npm run -s gateway -- read. Was es abliest, steht nach höchstens einer Minute von selbst hier.',
  'reader.gateway.quiet': 'Von {name} kam seit einer Weile nichts',
  'reader.gateway.quiet.do':
    'Du siehst seinen letzten Messwert. Sieh nach, ob es läuft, Netz hat und den Zähler hört: Was es ohne Netz abliest, kommt später. Gibt es das Gerät nicht mehr, trenn es.',
  'reader.idle': 'Der Zähler wird gerade nicht abgelesen',
  'reader.idle.do': 'Du siehst die letzten Messwerte. Verbinde den Zähler, damit es weitergeht.',

  'failure.not-supported.what': 'Dieser Browser kann keinen Zähler ablesen.',
  'failure.not-supported.do': 'Öffne diese Seite in Chrome oder Edge auf einem Computer.',
  'failure.not-allowed.what': 'Es wurde kein Kabel geöffnet.',
  'failure.not-allowed.do': 'Verbinde noch einmal und wähl dein Kabel in der Liste des Browsers.',
  'failure.not-allowed.linux':
    'Unter Linux muss dein Konto zur Gruppe dialout gehören. Führ dies einmal aus und melde dich neu an:',
  'failure.port-busy.what': 'Ein anderes Programm hat das Kabel.',
  'failure.port-busy.do':
    'Schließ das Programm, das den Zähler abliest, und versuch es noch einmal.',
  'failure.port-claimed.what': 'Eine andere App oder ein Treiber dieses Geräts hat das Kabel.',
  'failure.port-claimed.do':
    'Schließ andere Apps, die USB nutzen, zieh das Kabel ab und steck es wieder ein. Auf einem Computer öffne diese Seite in Chrome oder Edge: Sie lesen über den Treiber.',
  'failure.line-mode.what':
    'Der Chip in diesem Kabel lässt sich nicht so einstellen, wie dein Zähler spricht.',
  'failure.line-mode.do':
    'Ältere CH340-Chips können nur 8 Datenbits ohne Parität. Nimm ein Kabel mit einem Chip von FTDI, einem CP210x oder einem neueren CH340 und versuch es noch einmal.',
  'failure.silence.what': 'Das Kabel ist offen, aber vom Zähler kommt nichts.',
  'failure.silence.do':
    'Prüf, ob es fest in der P1-Buchse des Zählers sitzt oder gerade auf seinem Infrarotauge. Bei manchen Zählern muss die Kundenschnittstelle erst beim Netzbetreiber eingeschaltet werden.',
  'failure.silence.ask':
    'Viele Zähler mit Infrarotauge und solche an einem M-Bus oder Modbus sagen nichts, bis sie gefragt werden. Die Frage liest nur, sie ändert nichts.',
  'failure.no-answer.what': 'Der Zähler hat nicht geantwortet.',
  'failure.no-answer.do':
    'Dreh den Infrarotkopf, bis er gerade sitzt und sein Kabel nach unten zeigt, dann frag noch einmal. Manche Zähler wachen auf, wenn du ihre Taste drückst oder sie mit einer Taschenlampe anleuchtest. Bei zwei Adern tausch sie einmal.',
  'failure.meter-calls.what': 'Dein Zähler ruft und wartet auf eine Antwort.',
  'failure.meter-calls.do':
    'Zähler der Netz OÖ (AMIS) rufen jede Minute einmal und nennen ihre Werte, solange jedes Telegramm beantwortet wird. Die Antwort ist ein einziges Zeichen und ändert nichts am Zähler.',
  'failure.wrong-parity-or-inverted.what':
    'Vom Zähler kommt etwas, aber es lässt sich nicht lesen.',
  'failure.wrong-parity-or-inverted.do':
    'Das sieht nach einem invertierten Signal oder falscher Parität aus. Ein P1-Kabel muss das Signal selbst umdrehen: Nimm eines, das für P1 gemacht ist. Einen Infrarotkopf dreh, bis er gerade sitzt.',
  'failure.encrypted.what': 'Dein Zähler verschlüsselt seine Telegramme.',
  'failure.encrypted.do':
    'Diese Version kann sie nicht öffnen. Bitte deinen Netzbetreiber, die Verschlüsselung der Kundenschnittstelle abzuschalten, und versuch es noch einmal.',
  'failure.other-protocol.what':
    'Ein Zähler antwortet in einer Sprache, die diese Version nicht liest.',
  'failure.other-protocol.do':
    'Sie liest die P1-Buchse, das Infrarotauge der Wiener und der deutschen Zähler, die Kundenschnittstellen in Österreich, der Schweiz und im Norden, M-Bus und Modbus. Nimm eins davon, wenn dein Zähler es hat, und versuch es noch einmal.',
  'failure.noise.what': 'Von der Leitung kommt nur Rauschen.',
  'failure.noise.do':
    'Prüf den Stecker, halt das Kabel von Stromleitungen fern und versuch es noch einmal.',
  'failure.noise.ask':
    'Manche Zähler sprechen nur, wenn sie gefragt werden oder Antwort bekommen: die an einem M-Bus oder Modbus, die der Netz OÖ (AMIS), viele mit Infrarotauge. Bis dahin kann ihre Leitung nach Rauschen klingen. Die Frage liest nur, sie ändert nichts.',
  'failure.line-check-missing.what': 'Die Telegramme deines Zählers tragen keine Leitungsprüfung.',
  'failure.line-check-missing.do':
    'Ohne sie kann eine gestörte Leitung unbemerkt eine Ziffer ändern. Du kannst das für diesen Zähler annehmen; jeder seiner Messwerte sagt es dann dazu.',
  'failure.already-read.what': 'Dieser Zähler wird schon über ein anderes Kabel abgelesen.',
  'failure.already-read.do':
    'Ein Kabel genügt. Steck dieses an einen anderen Zähler und verbinde es dann noch einmal.',
  'failure.storage-failed.what': 'Dieser Browser konnte die Messwerte nicht behalten.',
  'failure.storage-failed.do':
    'Mach Platz auf der Festplatte oder verlass das private Fenster und versuch es noch einmal. Nichts davon wurde gesendet.',
  'failure.unknown.what': 'Das Ablesen hat aufgehört, und diese Seite weiß nicht, warum.',
  'failure.unknown.do':
    'Zieh das Kabel ab, steck es wieder ein und versuch es noch einmal. Was abgelesen wurde, bleibt.',
} as const
