/**
 * What Kilowit says of what was checked, and what did not hold, in German.
 *
 * @module
 */

export const proof = {
  'proof.none': 'Noch nichts zu prüfen',
  'proof.none.do':
    'Verbinde einen Zähler. Der erste Block wird innerhalb einer Minute versiegelt und hier geprüft.',
  'proof.checked': {
    one: 'Versiegelt von diesem Browser. {count} Block geprüft {age}.',
    other: 'Versiegelt von diesem Browser. {count} Blöcke geprüft {age}.',
  },
  'proof.checked.devices': {
    one: 'Versiegelt von deinen Geräten. {count} Block geprüft {age}.',
    other: 'Versiegelt von deinen Geräten. {count} Blöcke geprüft {age}.',
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
  'proof.beginnings': 'Warum ein Kapitel begann',
  'proof.beginning.first': 'das erste',
  'proof.beginning.restored': 'du wurdest in einem Browser wiederhergestellt',
  'proof.beginning.device-replaced': 'ein anderes Gerät liest den Zähler ab',
  'proof.beginning.meter-changed': 'der Zähler wurde getauscht',
  'proof.chapters.own': '{count}, davon {own} von diesem Browser',
  'proof.blocks': 'Geprüfte Blöcke',
  'proof.readings': 'Messwerte darin',
  'proof.acknowledged': 'Von der Plattform bestätigt',
  'proof.waiting': 'Wartend',
  'proof.lost': 'Bestätigt, dann von der Plattform verloren; hier neu versiegelt',
  'proof.resealed': 'Nach einer Gabelung neu versiegelt',
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
} as const
