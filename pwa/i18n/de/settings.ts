/**
 * What Kilowit says in Settings, and of recovery, in German.
 *
 * @module
 */

export const settings = {
  'recovery.due': 'Halt dir einen Rückweg offen',
  'recovery.due.do':
    'Geht dieser Browser verloren, dann auch seine Schlüssel, und niemand kann deine Messwerte mehr öffnen. Eine Wiederherstellungsdatei bringt sie zurück.',
  'recovery.due.button': 'Wiederherstellungsdatei erstellen',

  'settings.meters': 'Zähler',
  'settings.meters.none': 'Noch kein Zähler.',
  'settings.meters.earlier': 'An seiner Stelle bis {day}: {meter}',
  'settings.meters.another':
    'Mehrere Zähler lassen sich zugleich ablesen, jeder über sein eigenes Kabel.',
  'erase': 'Messwerte endgültig löschen',
  'erase.note':
    'Tage, die vorbei sind, kannst du löschen: Dieser Browser löscht ihre Schlüssel und Kopien, und die Plattform, was sie davon aufbewahrt. Dass es sie gab und sonst nichts verändert wurde, lässt sich weiter beweisen.',
  'erase.first': 'Erster Tag',
  'erase.last': 'Letzter Tag',
  'erase.choose': 'Wähle den ersten und den letzten Tag.',
  'erase.days': 'Diese Tage löschen',
  'erase.now': 'Endgültig löschen',
  'erase.what': 'Die Messwerte vom {from} bis zum {until} bringt niemand zurück',
  'erase.others':
    'Wer sie schon gelesen hat, kann sie noch haben: Bitte unter Teilen darum, dass sie dort gelöscht werden. Auch ein Export oder der Ordner eines Gateways kann sie enthalten.',
  'erase.done': 'Sie sind gelöscht.',
  'erase.none':
    'Nichts wurde gelöscht: Keine Messwerte dieses Zählers sind ganz innerhalb dieser Tage versiegelt. Die von heute kannst du morgen löschen.',

  'settings.device': 'Dieses Gerät',
  'settings.device.text':
    'Dieser Browser liest ab und versiegelt. Der Schlüssel, mit dem er unterschreibt, verlässt ihn nie.',
  'settings.device.none':
    'Dieser Browser erzeugt seine Schlüssel, wenn er zum ersten Mal einen Zähler abliest.',
  'settings.fingerprint': 'Fingerabdruck',
  'settings.recovery': 'Schlüssel und Wiederherstellung',
  'settings.recovery.none': 'Es gibt noch nichts wiederherzustellen. Verbinde zuerst einen Zähler.',
  'settings.recovery.due':
    'Deine Schlüssel gibt es nur in diesem Browser. Erstell eine Wiederherstellungsdatei und bewahr sie dort auf, wo dieser Computer nicht ist.',
  'settings.recovery.kept':
    'Du verwahrst seit dem {date} deine Wiederherstellungsdatei. Die Schlüssel darin sind nicht mehr in diesem Browser, sie lässt sich also nicht noch einmal erstellen: Pass auf sie auf.',
  'settings.recovery.replaced':
    'Du hast auf einem anderen Browser wiederhergestellt. Dieser hat deshalb keine Schlüssel mehr, die in eine Wiederherstellungsdatei gehören.',
  'settings.recovery.make': 'Wiederherstellungsdatei erstellen',
  'settings.recovery.pass': 'Passphrase',
  'settings.recovery.pass.note':
    'Fünf oder mehr Wörter, die nicht zusammengehören, sind stark und leicht zu merken.',
  'settings.recovery.repeat': 'Passphrase noch einmal',
  'settings.recovery.show': 'Zeigen, was ich tippe',
  'settings.recovery.weak': 'Zu kurz: mindestens 12 Zeichen.',
  'settings.recovery.fair': 'Mäßig. Ein oder zwei Wörter mehr machen sie stark.',
  'settings.recovery.strong': 'Stark.',
  'settings.recovery.differ': 'Die beiden stimmen nicht überein.',
  'settings.recovery.button': 'Erstellen und herunterladen',
  'settings.recovery.making': 'Die Datei wird mit deiner Passphrase verschlossen.',
  'settings.recovery.made': '{name} liegt in deinen Downloads',
  'settings.recovery.made.do':
    'Leg sie auf einen USB-Stick oder notier, wo sie liegt. Weder wir noch sonst jemand kann sie ohne die Passphrase öffnen.',
  'settings.recovery.done': 'Ich habe sie verwahrt',
  'settings.recovery.failed': 'Die Wiederherstellungsdatei konnte nicht erstellt werden',
  'settings.restore': 'Aus einer Wiederherstellungsdatei wiederherstellen',
  'settings.restore.note':
    'Deine Messwerte und Kanäle kommen hierher zurück und gehen in einem neuen Kapitel weiter. Die Schlüssel des alten Browsers werden ersetzt; was er noch nicht gesendet hatte, ist mit ihm verloren. Tarife und die Schlüssel von Zählern sind nicht in der Datei: Gib sie neu ein.',
  'settings.restore.not-empty':
    'Dieser Browser liest schon einen eigenen Zähler ab. Öffne Kilowit in einem anderen Browser oder Profil und stell es dort wieder her.',
  'settings.restore.gone':
    'Dieser Browser hat schon eigene Schlüssel. Beim Wiederherstellen treten die aus der Datei an ihre Stelle.',
  'settings.restore.replaced': {
    one:
      'Die Schlüssel dieses Browsers wurden ersetzt. Stellst du hier wieder her, werden die des anderen Browsers ersetzt. {count} Block, der von hier nicht gesendet wurde, geht dabei verloren.',
    other:
      'Die Schlüssel dieses Browsers wurden ersetzt. Stellst du hier wieder her, werden die des anderen Browsers ersetzt. {count} Blöcke, die von hier nicht gesendet wurden, gehen dabei verloren.',
  },
  'settings.restore.file': 'Wiederherstellungsdatei',
  'settings.restore.button': 'Wiederherstellen',
  'settings.restore.working': 'Die Datei wird geöffnet.',
  'settings.restore.done': 'Wiederhergestellt. Verbinde deinen Zähler, damit es weitergeht.',
  'settings.restore.failed': 'Die Datei konnte nicht wiederhergestellt werden',
  'settings.language': 'Sprache',
  'settings.language.auto': 'Wie der Browser ({language})',
  'settings.look': 'Aussehen',
  'settings.look.text': 'Hell oder dunkel, wie dein Gerät eingestellt ist.',
  'settings.about': 'Über Kilowit',
  'settings.about.text': 'Kilowit: Kilowattstunden mit Zeugen.',
  'settings.about.version': 'Version {version}, Apache-2.0',
  'settings.about.operator': 'Fingerabdruck der Plattform',
  'settings.about.api': 'Die Schnittstelle der Plattform: lesen und ausprobieren',
} as const
