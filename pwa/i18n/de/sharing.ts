/**
 * What Kilowit says of who may see what, in German.
 *
 * @module
 */

export const sharing = {
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
} as const
