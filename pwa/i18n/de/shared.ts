/**
 * What Kilowit says of what others have shared with whoever reads this, in German.
 *
 * @module
 */

export const shared = {
  'shared.title': 'Mit dir geteilt',
  'shared.from': 'Von {name}',
  'shared.line': '{classes}: {every}',
  'shared.line.number': '{line} ({number})',
  'shared.line.unknown': 'Messwerte eines Zählers',
  'shared.failed': 'Was mit dir geteilt ist, lässt sich nicht lesen',
  'shared.invalid': 'Etwas wurde als mit dir geteilt gezeigt, das nicht hält',
  'shared.reading': 'Es wird gelesen und geprüft.',
  'shared.unknown': 'Hier ist nichts mit dir geteilt',
  'shared.unknown.do':
    'Die Adresse gehört vielleicht zu einem anderen Browser. Nichts ist verloren.',
  'shared.paused': 'Von der Person, die es gibt, angehalten. Es würde am {date} enden',
  'shared.end.withdrawn': 'Zurückgenommen von der Person, die es gegeben hat',
  'shared.end.moved-out': 'Beendet, weil die andere Seite ausgezogen ist',
  'shared.end.meter-changed': 'Beendet, weil der Zähler gewechselt wurde',
  'shared.end.unpaired': 'Beendet, weil das lesende Gerät getrennt wurde',
  'shared.end.key-changed': 'Beendet, weil dein Schlüssel ersetzt wurde',
  'shared.end.terminated': 'Von dir zurückgegeben',
  'shared.end.expired': 'Abgelaufen',
  'shared.end.unknown': 'Beendet',
  'shared.waiting.do': 'Es hat noch nicht begonnen. Komm wieder, wenn es so weit ist.',
  'shared.paused.do':
    'Solange es ruht, wird nichts gegeben, und was inzwischen gelesen wird, bleibt verschlossen. Es geht weiter, wenn die andere Seite es weitergehen lässt.',
  'shared.ended.do':
    'Mehr lässt sich nicht lesen, und hier ist nichts davon aufbewahrt. Frag die Person, die es gegeben hat, wenn du weiterlesen möchtest.',
  'shared.last.none': 'Keiner: Es war nie einer lesbar.',
  'shared.last.block': 'Block {seq}, um {time}. Die andere Seite sieht dieselbe Zahl.',
  'shared.last.provisional':
    'Vorläufig: Das andere Gerät hat den Schlüssel noch nicht gewechselt. Die Plattform verweigert schon jetzt jeden neueren Block.',
  'shared.choose': 'Welche Messwerte',
  'shared.newest': 'Neuester Wert',
  'shared.counter': 'Der Zähler steht auf {value}, {time}',
  'shared.checked': {
    one: '{count} Messwert hier geprüft, bis Block {seq}.',
    other: '{count} Messwerte hier geprüft, bis Block {seq}.',
  },
  'shared.stop': 'Anhalten',
  'shared.stopped': 'Das Lesen wurde angehalten',
  'shared.stopped.do': 'Was gelesen ist, bleibt, und von dort geht es weiter.',
  'shared.go-on': 'Weiterlesen',
  'shared.empty': 'Von dieser Zeit wurde nichts gegeben.',
  'shared.until': 'bis {time}',
  'shared.unopened': {
    one: '{count} Block kam ohne Inhalt: Er gehört nicht zu dem Gegebenen oder wurde gelöscht.',
    other:
      '{count} Blöcke kamen ohne Inhalt: Sie gehören nicht zu dem Gegebenen oder wurden gelöscht.',
  },
  'shared.fault': 'Was kam, hält nicht',
  'shared.fault.block': 'Block {seq} hält nicht',
  'shared.fault.do':
    'Ab da wird nichts gezeigt. Sag es der Person, die es gegeben hat, und dem Betreiber der Plattform.',
  'shared.file':
    'Alle Messwerte, die dir gegeben wurden, als Tabelle, jeder aus einem geprüften Block.',
  'shared.terms': 'Was dir gegeben wurde',
  'shared.sees': 'Was du siehst',
  'shared.giver': 'Wer es gegeben hat',
  'shared.giver.id': 'Die andere Adresse',
  'shared.giver.note':
    'Sie steht auf dem anderen Bildschirm unter „Deine Adresse“. Wer diesen Bildschirm hat, hat das hier unterschrieben.',
  'shared.back': 'Zurückgeben',
  'shared.back.do': 'Zurückgeben',
  'shared.back.now': 'Jetzt zurückgeben',
  'shared.back.what': 'Von diesem Augenblick an kannst du nichts mehr davon lesen',
  'shared.back.stays':
    'Dateien, die du gespeichert hast, bleiben dir. Um wieder zu lesen, frag {name}.',
  'shared.back.done': 'Zurückgegeben.',
  'shared.somebody': 'Jemand zu Hause',
  'shared.name.keep': 'Namen behalten',
  'shared.more': 'Es gibt mehr; die fünfzig neuesten, die gelten, stehen hier.',
  'shared.address.none':
    'Jemand zu Hause kann Messwerte mit dir teilen, auch wenn hier kein Zähler gelesen wird. Dafür macht dieser Browser eigene Schlüssel und eine Adresse.',
  'shared.address.make': 'Adresse anlegen',
} as const
