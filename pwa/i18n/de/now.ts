/**
 * What Kilowit says of what the meter says now, and on the first visit, in German.
 *
 * @module
 */

export const now = {
  'now.meter': 'Zähler',
  'now.seen': 'Abgelesen {age}',
  'now.no-power': 'Dein Zähler nennt seine Leistung nicht. Seine Zählerstände stehen unten.',
  'now.seen.last': 'Zuletzt abgelesen: {time}',
  'now.said': '{time}: {power} {way}',
  'now.no-reading': 'Der nächste Messwert wird erwartet',
  'now.not-reading': 'Wird nicht abgelesen',
  'now.today.power': 'Leistung heute',
  'now.today.energy': 'Viertelstunden heute',
  'now.today.import': '{energy} aus dem Netz',
  'now.today.export': '{energy} ins Netz',
  'now.today.until': 'bis {time}',
  'now.today.empty': 'Die Kurve von heute beginnt mit den ersten Messwerten.',
  'now.today.energy.empty':
    'Der erste Balken folgt, sobald eine ganze Viertelstunde abgelesen ist.',
  'now.phases': 'Phasen',
  'now.phase': 'Phase',
  'now.phase.voltage': 'Spannung',
  'now.phase.current': 'Strom',
  'now.sub': 'Weitere Zähler an dieser Leitung',
  'now.sub.gas': 'Gaszähler',
  'now.sub.heat': 'Wärmezähler',
  'now.sub.water': 'Wasserzähler',
  'now.sub.other': 'Unterzähler',
  'now.registers': 'Alle Register',
  'now.register': 'Register',
  'now.value': 'Wert',
  'now.texts': 'Mitteilungen des Zählers',
  'now.telegram': 'Das Telegramm, wie es kam',
  'now.telegram.note': 'Das hat dein Zähler gesendet, Byte für Byte. Es bleibt in diesem Browser.',
  'now.line.settings': '{baud} Baud, {frame}',
  'now.line.faults': {
    one: '{count} Fehler auf der Leitung, nach dem es weiterging',
    other: '{count} Fehler auf der Leitung, nach denen es jeweils weiterging',
  },
  'now.while-open':
    'Abgelesen wird, solange diese Seite offen und der Computer wach ist; nicht bei geschlossenem Tab, ausgeschaltetem Bildschirm oder im Ruhezustand. Ein kleiner Computer neben dem Zähler kann Tag und Nacht ablesen: Kopple dafür unter Einstellungen ein Gateway.',
  'now.check.crc': 'Leitungsprüfung stimmt',
  'now.check.bcc': 'Leitungsprüfung stimmt',
  'now.check.none': 'keine Leitungsprüfung',
  'now.observed': 'Zeit des Messwerts',
  'now.clock.meter': 'nach der Uhr des Zählers',
  'now.clock.meter-local': 'nach der Uhr des Zählers, in Ortszeit',
  'now.clock.device': 'nach der Uhr dieses Computers',

  'outbox.offline': 'Die Plattform ist nicht erreichbar',
  'outbox.offline.waiting': {
    one:
      '{count} Block wartet in diesem Browser. Er wird gesendet, sobald die Verbindung wieder da ist.',
    other:
      '{count} Blöcke warten in diesem Browser. Sie werden der Reihe nach gesendet, sobald die Verbindung wieder da ist.',
  },
  'outbox.offline.none': 'Du siehst, was dieser Browser zuletzt wusste.',
  'outbox.offline.reading': 'Das Ablesen geht weiter, und was du siehst, ist aktuell.',
  'outbox.offline.will-wait':
    'Was inzwischen versiegelt wird, wartet in diesem Browser und wird gesendet, sobald die Verbindung wieder da ist.',
  'outbox.sending': '{sent} von {total} Blöcken gesendet',
  'outbox.sending.title': 'Was gewartet hat, wird gesendet',
  'outbox.waiting': {
    one: '{count} Block wartet in diesem Browser und wird von selbst gesendet.',
    other: '{count} Blöcke warten in diesem Browser und werden von selbst gesendet.',
  },
  'outbox.stopped': 'Das Senden hat aufgehört',
  'outbox.kept': 'Alles Abgelesene bleibt in diesem Browser.',

  'replaced': 'Du hast auf einem anderen Browser wiederhergestellt',
  'replaced.do':
    'Die Schlüssel von diesem hier wurden ersetzt; er kann deiner Aufzeichnung nichts mehr hinzufügen. Was er bis dahin abgelesen hat, bleibt. Lies dort weiter ab oder stell hier aus deiner Wiederherstellungsdatei wieder her.',
  'replaced.button': 'Hier wiederherstellen',
} as const
