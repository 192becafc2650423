/**
 * What Kilowit says in German, in the informal *du*.
 *
 * @module
 */
import type { Catalogue } from './catalogue.ts'

export const de: Catalogue = {
  'app.name': 'Kilowit',
  'app.skip': 'Zum Inhalt springen',
  'app.rooms': 'Räume',
  'room.now': 'Jetzt',
  'room.history': 'Verlauf',
  'room.sharing': 'Teilen',
  'room.proof': 'Beweis',
  'room.settings': 'Einstellungen',
  'room.lost': 'Diese Seite gibt es nicht',
  'room.lost.do': 'Deine Messwerte sind sicher. Geh zurück zu dem, was dein Zähler jetzt sagt.',
  'room.failed': 'Diese Seite konnte nicht geladen werden',
  'room.failed.do': 'Prüf die Verbindung und lade die Seite neu. Nichts ist verloren.',

  'do.reload': 'Neu laden',
  'do.connect': 'Zähler verbinden',
  'do.simulate': 'Mit einem simulierten Zähler ausprobieren',
  'do.again': 'Noch einmal versuchen',
  'do.stop': 'Ablesen beenden',
  'do.waive': 'Ohne Leitungsprüfung annehmen',
  'do.copy': 'Kopieren',
  'do.copied': 'Kopiert',
  'do.to-now': 'Zu Jetzt',

  'age.now': 'gerade eben',
  'age.seconds': 'vor {count} s',
  'age.minutes': 'vor {count} min',
  'age.hours': 'vor {count} h',
  'time.range': '{from} bis {to}',

  'word.import': 'aus dem Netz',
  'word.export': 'ins Netz',
  'word.neither': 'weder aus dem Netz noch ins Netz',
  'word.gap': 'dazwischen kein Messwert',
  'word.simulated': 'Simuliert',
  'word.unknown': 'nicht bekannt',
  'word.none': 'keine',

  'first.title': 'Sieh, was dein Zähler sagt',
  'first.sentence':
    'Steck ein P1-Kabel in deinen Zähler und diesen Computer: Innerhalb einer Minute siehst du deinen eigenen Verbrauch, versiegelt von diesem Browser und für niemanden lesbar außer dir.',
  'first.can': 'Was dieser Browser kann',
  'first.can.serial': 'Einen Zähler über ein USB-Kabel ablesen.',
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

  'now.meter': 'Zähler',
  'now.seen': 'Abgelesen {age}',
  'now.no-power': 'Dein Zähler nennt seine Leistung nicht. Seine Zählerstände stehen unten.',
  'now.seen.last': 'Zuletzt abgelesen: {time}',
  'now.said': '{time}: {power} {way}',
  'now.no-reading': 'Der nächste Messwert wird erwartet',
  'now.not-reading': 'Wird nicht abgelesen',
  'now.today': 'Heute',
  'now.today.power': 'Leistung heute',
  'now.today.energy': 'Viertelstunden heute',
  'now.today.import': '{energy} aus dem Netz',
  'now.today.export': '{energy} ins Netz',
  'now.today.until': 'bis {time}',
  'now.today.empty': 'Die Kurve von heute beginnt mit den ersten Messwerten.',
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
  'now.obis': 'OBIS-Kennzahl',
  'now.texts': 'Mitteilungen des Zählers',
  'now.telegram': 'Das Telegramm, wie es kam',
  'now.telegram.note': 'Das hat dein Zähler gesendet, Byte für Byte. Es bleibt in diesem Browser.',
  'now.line': 'Leitung',
  'now.line.settings': '{baud} Baud, {frame}',
  'now.check.crc': 'Leitungsprüfung stimmt',
  'now.check.bcc': 'Leitungsprüfung stimmt',
  'now.check.none': 'keine Leitungsprüfung',
  'now.observed': 'Zeit des Messwerts',
  'now.clock.meter': 'nach der Uhr des Zählers',
  'now.clock.meter-local': 'nach der Uhr des Zählers, in Ortszeit',
  'now.clock.device': 'nach der Uhr dieses Computers',

  'reader.choosing': 'Wähl dein Kabel in der Liste des Browsers',
  'reader.choosing.do': 'Es heißt oft USB Serial, FT232 oder CP2102.',
  'reader.detecting': 'Auf deinen Zähler wird gelauscht',
  'reader.detecting.step': 'Schritt {step} von {steps}: {baud} Baud, {frame}',
  'reader.detecting.do':
    'Das dauert bis zu einer halben Minute. An den Zähler wird nichts gesendet.',
  'reader.unplugged': 'Das Kabel wurde abgezogen',
  'reader.unplugged.do':
    'Steck es wieder ein, dann geht das Ablesen von selbst weiter. Was abgelesen wurde, bleibt.',
  'reader.watching': 'Ein anderer Tab dieses Browsers liest den Zähler ab',
  'reader.watching.do':
    'Dieser hier zeigt, was er abliest. Schließ den anderen Tab, dann übernimmt dieser.',
  'reader.quiet': 'Seit einer Weile kam nichts vom Zähler',
  'reader.quiet.do': 'Die Leitung bleibt offen. Prüf, ob das Kabel fest im Zähler sitzt.',
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
  'failure.silence.what': 'Das Kabel ist offen, aber vom Zähler kommt nichts.',
  'failure.silence.do':
    'Prüf, ob es fest in der P1-Buchse des Zählers sitzt. Bei manchen Zählern muss der Netzbetreiber die Buchse erst einschalten.',
  'failure.wrong-parity-or-inverted.what':
    'Vom Zähler kommt etwas, aber es lässt sich nicht lesen.',
  'failure.wrong-parity-or-inverted.do':
    'Das sieht nach falscher Parität oder einem invertierten Signal aus. Ein P1-Kabel muss das Signal selbst umdrehen: Nimm eines, das für P1 gemacht ist.',
  'failure.encrypted.what': 'Dein Zähler verschlüsselt seine Telegramme.',
  'failure.encrypted.do':
    'Diese Version kann sie nicht öffnen. Bitte deinen Netzbetreiber, die Verschlüsselung der P1-Buchse abzuschalten, und versuch es noch einmal.',
  'failure.other-protocol.what': 'Ein Zähler antwortet, aber nicht mit P1-Telegrammen.',
  'failure.other-protocol.do':
    'Diese Version liest DSMR P1 und seine Dialekte. Nimm die P1-Buchse des Zählers und versuch es noch einmal.',
  'failure.noise.what': 'Von der Leitung kommt nur Rauschen.',
  'failure.noise.do':
    'Prüf den Stecker, halt das Kabel von Stromleitungen fern und versuch es noch einmal.',
  'failure.line-check-missing.what': 'Die Telegramme deines Zählers tragen keine Leitungsprüfung.',
  'failure.line-check-missing.do':
    'Ohne sie kann eine gestörte Leitung unbemerkt eine Ziffer ändern. Du kannst das für diesen Zähler annehmen; jeder seiner Messwerte sagt es dann dazu.',
  'failure.storage-failed.what': 'Dieser Browser konnte die Messwerte nicht behalten.',
  'failure.storage-failed.do':
    'Mach Platz auf der Festplatte oder verlass das private Fenster und versuch es noch einmal. Nichts davon wurde gesendet.',
  'failure.unknown.what': 'Das Ablesen hat aufgehört, und diese Seite weiß nicht, warum.',
  'failure.unknown.do':
    'Zieh das Kabel ab, steck es wieder ein und versuch es noch einmal. Was abgelesen wurde, bleibt.',

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

  'recovery.due': 'Halt dir einen Rückweg offen',
  'recovery.due.do':
    'Geht dieser Browser verloren, dann auch seine Schlüssel, und niemand kann deine Messwerte mehr öffnen. Eine Wiederherstellungsdatei bringt sie zurück.',
  'recovery.due.button': 'Wiederherstellungsdatei erstellen',

  'version.new': 'Eine neue Version ist bereit',
  'version.new.do': 'Lade die Seite neu, um sie zu benutzen. Nichts geht verloren.',

  'seal.checked': {
    one: 'Versiegelt von diesem Browser. {count} Block geprüft {age}.',
    other: 'Versiegelt von diesem Browser. {count} Blöcke geprüft {age}.',
  },
  'seal.waiting': {
    one: 'Versiegelt von diesem Browser. {count} Block wartet auf die Plattform.',
    other: 'Versiegelt von diesem Browser. {count} Blöcke warten auf die Plattform.',
  },
  'seal.waiting.first': 'Noch nicht versiegelt. Der erste Block folgt innerhalb einer Minute.',
  'seal.broken': 'Etwas stimmt nicht. Sieh den Beweis an.',

  'chart.power': 'Leistung am {day} als Treppenlinie; über null aus dem Netz, unter null ins Netz.',
  'chart.energy':
    'Energie am {day} als Balken; über null aus dem Netz, unter null ins Netz. {imported} aus dem Netz und {exported} ins Netz.',
  'chart.loading': 'Die Kurve wird geladen.',
  'chart.failed': 'Die Kurve konnte nicht geladen werden. Die Tabelle enthält dieselben Werte.',
  'chart.touch': 'Berühr das Diagramm oder zeig darauf, um genaue Werte zu sehen.',
  'chart.gap': 'Die Summe über eine Lücke, auf deren ganze Breite',
  'table.show': 'Als Tabelle',
  'table.time': 'Zeit',
  'table.import': 'Aus dem Netz',
  'table.export': 'Ins Netz',
  'table.gap': 'Summe über eine Lücke',
  'table.backwards': 'Der Zähler lief rückwärts',
  'table.energy': 'Energie zwischen behaltenen Messwerten',
  'table.power': 'Letzter Messwert jeder Viertelstunde',
  'table.sum': 'Summe',

  'history.day': 'Tag',
  'history.before': 'Tag davor',
  'history.after': 'Tag danach',
  'history.today': 'Heute',
  'history.keys': 'Die Pfeiltasten nach links und rechts blättern durch die Tage.',
  'history.loading': 'Der Tag wird gelesen, geprüft und geöffnet.',
  'history.power': 'Leistung an diesem Tag',
  'history.empty': 'Keine Messwerte an diesem Tag',
  'history.empty.do':
    'Es wurde nichts abgelesen, also wird nichts gezeigt. Wähl einen anderen Tag.',
  'history.gaps': {
    one:
      '{count} Lücke: Messwerte fehlen, deshalb steht ihre Energie als ein schraffierter Balken da.',
    other:
      '{count} Lücken: Messwerte fehlen, deshalb steht ihre Energie als je ein schraffierter Balken da.',
  },
  'history.no-meter': 'Noch kein Zähler',
  'history.no-meter.do': 'Verbinde einen Zähler, dann stehen seine Tage hier.',
  'history.failed': 'Der Tag konnte nicht gelesen werden',
  'history.away.do':
    'Dieser Tag liegt nicht in diesem Browser. Versuch es noch einmal, sobald die Verbindung wieder da ist.',
  'history.here':
    'Du siehst, was dieser Browser von diesem Tag behalten hat; anderswo kann es mehr geben.',

  'sharing.title': 'Niemand außer dir kann deine Messwerte lesen',
  'sharing.lead': 'Das ist kein Versprechen, sondern eine Frage, wer Schlüssel hat:',
  'sharing.browser': 'Dieser Browser',
  'sharing.browser.text':
    'Er erzeugt die Schlüssel. Der, mit dem er unterschreibt, lässt sich hier benutzen, aber nicht herauskopieren, auch nicht von dieser Seite.',
  'sharing.file': 'Deine Wiederherstellungsdatei',
  'sharing.file.none': 'Noch nicht erstellt. Bis dahin ist dieser Browser der einzige Zugang.',
  'sharing.file.due': 'Noch nicht verwahrt. Bis dahin ist dieser Browser der einzige Zugang.',
  'sharing.file.kept':
    'Verwahrt seit {date}. Wer sie und ihre Passphrase hat, kann an deine Stelle treten.',
  'sharing.platform': 'Die Plattform',
  'sharing.platform.text':
    'Sie bewahrt deine Blöcke auf, prüft Reihenfolge und Herkunft und hat keinen Schlüssel, um sie zu öffnen.',
  'sharing.platform.blocks': {
    one: 'Sie bewahrt {count} Block von dir auf.',
    other: 'Sie bewahrt {count} Blöcke von dir auf.',
  },
  'sharing.learns':
    'Was sie dennoch sieht: wie viele Zähler du hast und ob einer simuliert ist; Datenklasse, Auflösung und Zeitzone jedes Kanals; Zeitspanne, Zahl der Messwerte und Länge jedes Blocks, also auch, wann du abliest und wann nicht; welche Geräte zu dir gehören; deine Netzwerkadresse, während sie antwortet; wer wann was abruft.',
  'sharing.trust':
    'Worauf du vertraust: Der Code dieser Seite kommt von der Plattform. Dein Browser führt aus, was er bekommt.',
  'sharing.others': 'Andere',
  'sharing.others.text': 'Sonst hat niemand einen Schlüssel. Niemand hat um einen gebeten.',
  'sharing.proof': 'Beweis ansehen',
  'sharing.none': 'Es gibt noch keine Messwerte, also auch nichts zu teilen.',

  'proof.none': 'Noch nichts zu prüfen',
  'proof.none.do':
    'Verbinde einen Zähler. Der erste Block wird innerhalb einer Minute versiegelt und hier geprüft.',
  'proof.checked': {
    one: 'Versiegelt von diesem Browser. {count} Block geprüft {age}.',
    other: 'Versiegelt von diesem Browser. {count} Blöcke geprüft {age}.',
  },
  'proof.checked.only': {
    one: '{count} Block geprüft {age}.',
    other: '{count} Blöcke geprüft {age}.',
  },
  'proof.failed': 'Die Prüfung wurde nicht fertig',
  'proof.kept': 'Das hat dieser Browser zuletzt geprüft, {age}.',
  'proof.whole': 'Seit dem {date} fehlt nichts.',
  'proof.gaps': {
    one: 'Seit dem {date} gibt es {count} Lücke; sie steht unten.',
    other: 'Seit dem {date} gibt es {count} Lücken; sie stehen unten.',
  },
  'proof.waits': {
    one: '{count} Block wartet in diesem Browser auf die Plattform.',
    other: '{count} Blöcke warten in diesem Browser auf die Plattform.',
  },
  'proof.waits.none': 'Nichts wartet: Die Plattform hat jeden Block bestätigt.',
  'proof.fault': 'Etwas stimmt nicht',
  'proof.fault.block': 'Block {seq} von „{channel}“: {reason}',
  'proof.fault.channel': '„{channel}“: {reason}',
  'proof.fault.do':
    'Exportiere diesen Kanal und bewahr die Datei auf: Sie ist das Beweisstück. Was vor dem Block kam, stimmt weiterhin.',
  'proof.checking': '{checked} von {of} Blöcken geprüft',
  'proof.again': 'Noch einmal prüfen',
  'proof.means': 'Was geprüft wird',
  'proof.means.sign': 'Die Unterschrift seines Geräts auf jedem Block.',
  'proof.means.chain':
    'Dass jeder Block den vorigen nennt, also keiner weggelassen oder verschoben ist.',
  'proof.means.ack': 'Die Unterschrift der Plattform für jeden Block, den sie angenommen hat.',
  'proof.means.not':
    'Was das nicht beweist: dass der Zähler richtig zählt oder dass niemand die Leitung zwischen Zähler und Kabel verändert hat.',
  'proof.identity': 'Identitäten',
  'proof.identity.note':
    'Vergleich diese Fingerabdrücke mit einem zweiten Gerät oder auf Papier, dann weißt du, dass es deine sind.',
  'proof.owner': 'Du',
  'proof.device': 'Dieses Gerät',
  'proof.operator': 'Die Plattform',
  'proof.custody': 'Wo der Schlüssel liegt',
  'proof.custody.browser': 'in diesem Browser, nicht auslesbar',
  'proof.custody.software': 'in Software',
  'proof.custody.hardware': 'in Hardware',
  'proof.channels': 'Kanäle',
  'proof.channel.live': 'Jedes Telegramm',
  'proof.channel.quarter': 'Viertelstunden',
  'proof.channel.day': 'Tage',
  'proof.channel.other': '{classes}, {resolution}',
  'proof.channel.of': 'Zähler {meter}',
  'proof.chapters': 'Kapitel',
  'proof.blocks': 'Geprüfte Blöcke',
  'proof.readings': 'Messwerte darin',
  'proof.acknowledged': 'Von der Plattform bestätigt',
  'proof.waiting': 'Wartend',
  'proof.lost': 'Bestätigt, dann von der Plattform verloren; hier neu versiegelt',
  'proof.resealed': 'Nach einer Gabelung neu versiegelt',
  'proof.since': 'Von',
  'proof.until': 'Bis',
  'proof.gap-list': 'Lücken',
  'proof.gap-none': 'keine',
  'proof.gap-more': {
    one: 'und {count} weitere',
    other: 'und {count} weitere',
  },
  'proof.channel-id': 'Kanalkennung',
  'proof.more': 'Mehr über diesen Kanal',
  'proof.export': 'Exportieren',
  'proof.export.note':
    'Eine unterschriebene Datei des ganzen Kanals. Jeder kann sie offline prüfen, ohne die Plattform.',
  'proof.export.without': 'Ohne Schlüssel',
  'proof.export.without.note':
    'Beweist Herkunft, Reihenfolge und Vollständigkeit. Die Werte darin kann niemand lesen.',
  'proof.export.with': 'Mit Schlüsseln',
  'proof.export.with.note':
    'Wer die Datei hat, kann jeden Wert darin lesen, für immer. Das lässt sich nicht zurücknehmen.',
  'proof.export.button': 'Kanal exportieren',
  'proof.export.making': 'Die Datei wird erstellt.',
  'proof.export.made.without':
    '{name} liegt in deinen Downloads: ohne Schlüssel, niemand kann die Werte darin lesen.',
  'proof.export.made.with':
    '{name} liegt in deinen Downloads: mit Schlüsseln, wer sie hat, kann jeden Wert darin lesen.',
  'proof.export.check':
    'Prüf sie offline: Führ dies in einem Klon von Kilowit aus, mit dem Pfad der Datei.',
  'proof.export.failed': 'Die Datei konnte nicht erstellt werden',

  'settings.meters': 'Zähler',
  'settings.meters.none': 'Noch kein Zähler.',
  'settings.channels': 'Kanäle',
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
    'Deine Messwerte und Kanäle kommen hierher zurück und gehen in einem neuen Kapitel weiter. Die Schlüssel des alten Browsers werden ersetzt; was er noch nicht gesendet hatte, ist mit ihm verloren.',
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
  'settings.about.api': 'Die Schnittstelle der Plattform',

  'problem.unknown': 'Etwas ging schief, das diese Seite nicht kennt. Lade die Seite neu.',
  'problem.offline':
    'Die Plattform ist nicht erreichbar. Prüf die Verbindung und versuch es noch einmal.',
  'problem.storage-failed':
    'Dieser Browser konnte etwas nicht behalten. Mach Platz auf der Festplatte und versuch es noch einmal.',
  'problem.not-found': 'Die Plattform kennt das nicht. Lade die Seite neu.',
  'problem.server': 'Die Plattform konnte nicht antworten. Gib ihr eine Minute.',
  'problem.internal':
    'Daran ist die Plattform gescheitert. Versuch es in einer Minute noch einmal.',
  'problem.database-unavailable':
    'Die Plattform kann gerade nichts aufbewahren. Es geht von selbst weiter.',
  'problem.not-ready': 'Die Plattform startet noch. Es geht von selbst weiter.',
  'problem.network-limit':
    'Die Plattform nimmt heute aus diesem Netzwerk nichts mehr an. Morgen geht es von selbst weiter.',
  'problem.clock-off':
    'Die Uhr dieses Computers geht falsch. Stell sie richtig und versuch es noch einmal.',
  'problem.identity-unknown': 'Die Plattform kennt deine Identität noch nicht. Lade die Seite neu.',
  'problem.too-many-requests': 'Es war zu viel auf einmal. Gleich geht es von selbst weiter.',
  'problem.gap': 'Der Plattform fehlt ein Block davor.',
  'problem.fork': 'Zwei verschiedene Blöcke beanspruchen denselben Platz.',
  'problem.chapter-closed':
    'Ein anderes Gerät hat diesen Kanal inzwischen übernommen. Lies dort weiter ab.',
  'problem.device-not-paired': 'Dieses Gerät ist nicht mit dem Eigentümer gekoppelt.',
  'problem.wrong-epoch': 'Er nennt eine Epoche, die nicht eröffnet wurde.',
  'problem.epoch-taken': 'Diese Epoche wurde schon eröffnet.',
  'problem.signature-invalid': 'Seine Unterschrift stimmt nicht.',
  'problem.acknowledgement-invalid': 'Die Bestätigung der Plattform stimmt nicht.',
  'problem.sealed-ahead':
    'Die Uhr dieses Computers geht vor. Stell sie richtig; das Senden geht von selbst weiter.',
  'problem.channel-unknown': 'Die Plattform kennt diesen Kanal nicht.',
  'problem.head-moved': 'Der Kanal ist anderswo weitergegangen. Lade die Seite neu.',
  'problem.identity-forked':
    'Die Plattform kennt eine andere Geschichte deiner Identität. Stell sie aus deiner Wiederherstellungsdatei wieder her.',
  'problem.passphrase-wrong':
    'Die Passphrase öffnet diese Datei nicht. Prüf sie und versuch es noch einmal.',
  'problem.file-malformed':
    'Das ist keine Wiederherstellungsdatei. Wähl die, die Kilowit erstellt hat.',
  'problem.recovery-kept':
    'Die Datei ist schon verwahrt, und ihre Schlüssel sind nicht mehr hier. Nimm die Datei, die du hast.',
  'problem.restore-elsewhere':
    'Ein anderer Tab liest hier ab. Schließ ihn und versuch es noch einmal.',
  'problem.restore-not-empty':
    'Dieser Browser liest schon einen eigenen Zähler ab. Stell in einem anderen Browser oder Profil wieder her.',
  'problem.no-meter': 'Diesen Zähler kennt dieser Browser nicht. Verbinde ihn zuerst.',
  'problem.nothing-taken': 'Die Plattform antwortet, nimmt aber nichts an. Lade die Seite neu.',
  'problem.head-not-ours':
    'Die Plattform hat hier einen Block, den dieser Browser nicht gemacht hat.',

  'problem.keys-replaced':
    'Du hast auf einem anderen Browser wiederhergestellt, und die Schlüssel von diesem wurden ersetzt. Lies dort weiter ab oder stell hier aus deiner Wiederherstellungsdatei wieder her.',
  'problem.operator-changed':
    'Hier antwortet eine andere Plattform als die, die dieser Browser kennt. An sie geht nichts. Frag, wer sie betreibt.',
  'problem.wrong-device':
    'Ein anderes Gerät von dir schreibt diesen Kanal jetzt. Verbinde den Zähler hier, um ihn zurückzuholen.',
  'problem.key-index-fell':
    'Der Schlüssel dieses Geräts wurde anderswo ersetzt. Stell mit deiner Wiederherstellungsdatei wieder her.',
  'problem.epoch-key-unknown':
    'Dein Versiegelungsschlüssel wurde anderswo ersetzt. Stell mit deiner Wiederherstellungsdatei wieder her.',
  'problem.not-allowed': 'Das steht dir hier nicht zu.',
  'problem.identity-invalid': 'Die Plattform nimmt diese Identität nicht an. Lade die Seite neu.',
  'problem.pairing-taken':
    'Die Plattform kennt eine andere Kopplung dieses Geräts. Lade die Seite neu.',
  'problem.channel-taken':
    'Die Plattform kennt einen anderen Kanal unter dieser Kennung. Lade die Seite neu.',
  'problem.chapter-taken':
    'Ein anderes Gerät von dir hat dieses Kapitel geöffnet. Lade die Seite neu.',
  'problem.block-malformed':
    'Die Plattform nimmt einen Block dieses Browsers nicht an. Er bleibt hier. Lade die Seite neu.',
  'problem.body-mismatch':
    'Ein Block wurde unterwegs beschädigt. Er bleibt hier. Lade die Seite neu.',
  'fault.opening-not-signed': 'Die Eröffnung des Kanals trägt nicht deine Unterschrift.',
  'fault.chapter-not-signed': 'Die Eröffnung eines Kapitels trägt nicht deine Unterschrift.',
  'fault.chapter-out-of-order': 'Ein Kapitel fehlt oder steht an falscher Stelle.',
  'fault.device-not-paired': 'Ein Gerät, das du nicht gekoppelt hast, hat ein Kapitel geschrieben.',
  'fault.chapter-does-not-continue': 'Ein Kapitel geht nicht dort weiter, wo das vorige aufhörte.',
  'fault.epoch-not-signed': 'Die Eröffnung einer Epoche trägt nicht die Unterschrift des Geräts.',
  'fault.epoch-out-of-order': 'Eine Epoche fehlt oder steht an falscher Stelle.',
  'fault.block-of-other-channel': 'Er gehört zu einem anderen Kanal.',
  'fault.block-missing': 'Der Block vor ihm fehlt.',
  'fault.block-does-not-follow':
    'Er folgt nicht auf den Block vor ihm: Einer wurde verändert oder ersetzt.',
  'fault.block-of-other-device': 'Er stammt von einem anderen Gerät, als sein Kapitel nennt.',
  'fault.block-of-closed-chapter': 'Er gehört zu einem Kapitel, das schon geschlossen war.',
  'fault.block-of-unknown-chapter': 'Er gehört zu einem Kapitel, das nie eröffnet wurde.',
  'fault.block-of-unknown-epoch': 'Er nennt eine Epoche, die nie eröffnet wurde.',
  'fault.key-index-fell': 'Er wurde mit einem Schlüssel unterschrieben, der schon ersetzt war.',
  'fault.signature-does-not-hold': 'Seine Unterschrift stimmt nicht.',
  'fault.key-does-not-open': 'Sein Schlüssel öffnet ihn nicht: Der Inhalt wurde verändert.',
  'fault.readings-malformed': 'Sein Inhalt sind keine Messwerte.',
  'fault.meter-changed':
    'Seine Messwerte stammen von einem anderen Zähler, als sein Kapitel nennt.',
  'fault.contents-altered': 'Die Datei wurde verändert, nachdem sie erstellt war.',
  'fault.bundle-not-signed': 'Die Datei trägt nicht die Unterschrift dessen, der sie erstellt hat.',
  'fault.key-not-committed': 'Ein Schlüssel in der Datei ist nicht der, der zugesagt war.',
  'fault.acknowledgement-does-not-hold': 'Die Bestätigung der Plattform stimmt nicht.',
  'fault.block-malformed': 'Das ist kein Block.',
}
