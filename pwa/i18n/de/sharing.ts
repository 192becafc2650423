/**
 * What Kilowit says of who may see what, in German.
 *
 * @module
 */

export const sharing = {
  'sharing.title': 'Niemand außer dir kann deine Messwerte lesen',
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

  'sharing.title.shared': {
    one: 'Außer dir kann {count} anderer einen Teil deiner Messwerte lesen',
    other: 'Außer dir können {count} andere einen Teil deiner Messwerte lesen',
  },
  'sharing.reading': 'Was du erlaubt hast, wird gelesen und geprüft.',
  'sharing.keys': 'Wer Schlüssel hat',
  'sharing.others.shared': '{names}: zu dem, was du erlaubt hast, und weiter nicht.',
  'sharing.others.ended':
    'Sonst kann niemand lesen, was jetzt versiegelt wird. Was erlaubt war, ist vorbei oder ruht.',
  'sharing.others.unknown': 'Was du anderen erlaubt hast, ließ sich gerade nicht lesen.',
  'sharing.failed': 'Was du erlaubt hast, lässt sich nicht zeigen',
  'sharing.stale': 'So stand es, als es zuletzt gelesen wurde',
  'sharing.broken': 'Die Aufzeichnung dessen, was du erlaubt hast, hält nicht',
  'sharing.all': 'Alles, was geteilt ist',
  'sharing.unknown': 'Diese Einwilligung gibt es nicht',
  'sharing.unknown.do':
    'Die Adresse gehört vielleicht zu einem anderen Haushalt. Nichts ist verloren.',
  'sharing.unsent':
    'Hier entschieden und noch nicht gesendet. Es geht von selbst hinaus, sobald die Plattform antwortet.',

  'sharing.phase.active': 'Kann lesen',
  'sharing.phase.waiting': 'Noch nicht begonnen',
  'sharing.phase.paused': 'Ruht',
  'sharing.phase.ended': 'Beendet',
  'sharing.until': {
    one: 'Bis zum {date}: noch {count} Tag',
    other: 'Bis zum {date}: noch {count} Tage',
  },
  'sharing.begins': 'Beginnt am {date}',
  'sharing.is-paused': 'Von dir angehalten. Es würde am {date} enden',
  'sharing.ended': '{reason}, {date}',
  'sharing.end.withdrawn': 'Von dir widerrufen',
  'sharing.end.moved-out': 'Beendet, weil du ausgezogen bist',
  'sharing.end.meter-changed': 'Beendet, weil der Zähler gewechselt wurde',
  'sharing.end.unpaired': 'Beendet, weil das Gerät getrennt wurde',
  'sharing.end.key-changed': 'Beendet, weil sich der Schlüssel geändert hat',
  'sharing.end.terminated': 'Von der anderen Seite zurückgegeben',
  'sharing.end.expired': 'Abgelaufen',
  'sharing.access': {
    one: 'Zuletzt gelesen {age}, {count} Mal',
    other: 'Zuletzt gelesen {age}, {count} Mal',
  },
  'sharing.access.none': 'Noch nicht gelesen',
  'sharing.access.never': 'Wurde nie gelesen',
  'sharing.access.unknown': 'Wann zuletzt gelesen wurde, kann die Plattform gerade nicht sagen',

  'sharing.requests': 'Wartet auf deine Antwort',
  'sharing.request.until': 'Antwort möglich bis zum {date}',
  'sharing.request.answer': 'Ansehen und antworten',

  'sharing.waits': '{name} wartet auf deine Antwort',
  'sharing.waits.later': 'Jetzt nicht',
  'sharing.code': 'Code eingeben',
  'sharing.code.text':
    'Wenn ein anderer Bildschirm fragt und einen Code zeigt, tippe ihn hier ein. Du siehst die Anfrage, bevor du antwortest.',
  'sharing.code.label': 'Code auf dem anderen Bildschirm',
  'sharing.code.open': 'Anfrage ansehen',
  'sharing.code.none':
    'Es ist nichts eingegeben. Tippe den Code ein, den der andere Bildschirm zeigt.',
  'sharing.address': 'Deine Adresse',
  'sharing.address.text':
    'Ein Anbieter, der diese Adresse hat, kann dich ohne Browser fragen, und wer mit dir wohnt, kann mit dir teilen. Lesen kann damit niemand etwas.',
  'sharing.address.fingerprint': 'Dein Fingerabdruck, zum Vergleichen',
  'sharing.address.show': 'Als Bild zeigen',
  'sharing.address.qr': 'QR-Code: deine Adresse',
  'sharing.too-late': 'Ein Ja von dir wurde nicht mehr angenommen, {date}',
  'sharing.too-late.do':
    'Es hat hier gewartet, solange die Plattform nicht erreichbar war, und die Anfrage war dann vorbei. Nichts wurde erlaubt. Lass den Anbieter noch einmal fragen, wenn du es noch willst.',
  'sharing.first': '{name} hat begonnen zu lesen, zuletzt {age}',
  'sharing.first.do': 'Du hast es erlaubt. Jeder weitere Zugriff steht im Protokoll.',
  'sharing.key': '{name} hat jetzt einen anderen Schlüssel',
  'sharing.key.signed':
    'Der alte Schlüssel hat das unterschrieben, deshalb ist deine Einwilligung jetzt für den neuen versiegelt. Gelesen wird weiter, was du erlaubt hast, und sonst nichts.',
  'sharing.key.unsigned':
    'Nichts sagt, dass der neue Schlüssel demselben gehört, deshalb ist die Einwilligung beendet. Wer weiterlesen will, muss dich neu fragen.',
  'sharing.yearly': 'Am {date} hast du {name} etwas erlaubt',
  'sharing.yearly.do': 'Es gilt bis zum {date}. Wenn du es nicht mehr möchtest, widerrufe es.',
  'sharing.see': 'Ansehen',
  'sharing.understood': 'Verstanden',

  'sharing.terms': 'Was du erlaubt hast',
  'sharing.do': 'Was du tun kannst',
  'sharing.keep': 'So lassen',
  'sharing.revoke': 'Widerrufen',
  'sharing.revoke.now': 'Jetzt widerrufen',
  'sharing.revoke.what': 'Von diesem Augenblick an kann {name} nichts Neues lesen',
  'sharing.revoke.stays':
    'Was {name} bis jetzt gelesen hat, ist dort vielleicht aufbewahrt, und das lässt sich nicht rückgängig machen; danach kannst du um Löschung bitten. Wer wieder lesen möchte, muss dich wieder fragen.',
  'sharing.revoke.stays.person':
    'Was {name} bis jetzt gelesen hat, bleibt gelesen. Um wieder zu lesen, müsstest du neu teilen.',
  'sharing.pause': 'Anhalten',
  'sharing.pause.note':
    'Solange es ruht, lässt sich nichts lesen, und was inzwischen von deinem Zähler gelesen wird, bleibt für immer verschlossen.',
  'sharing.resume': 'Weiter',
  'sharing.resume.note':
    'Es geht mit neuen Messwerten weiter. Was in der Pause kam, bleibt für immer verschlossen.',
  'sharing.narrow': 'Weniger geben',
  'sharing.narrow.note':
    'Du kannst davon wegnehmen und nie etwas dazugeben. Für mehr muss die andere Seite wieder fragen.',
  'sharing.narrow.do': 'Nur das geben',

  'sharing.last': 'Der letzte lesbare Block',
  'sharing.last.block': 'Block {seq}, um {time}. Die andere Seite sieht dieselbe Zahl.',
  'sharing.last.none': 'Keiner: Es wurde nie einer gelesen.',
  'sharing.last.provisional':
    'Vorläufig: Dein Gerät hat den Schlüssel noch nicht gewechselt. Die Plattform verweigert schon jetzt jeden neueren Block.',
  'sharing.last.withheld': {
    one: '{count} Block war noch unter dem alten Schlüssel versiegelt und wird zurückgehalten.',
    other:
      '{count} Blöcke waren noch unter dem alten Schlüssel versiegelt und werden zurückgehalten.',
  },

  'sharing.erasure': 'Löschen, was gelesen wurde',
  'sharing.erasure.text':
    'Du kannst {name} bitten, das Gelesene zu löschen. Die Antwort ist unterschrieben; ob sie stimmt, kann kein Schlüssel beweisen.',
  'sharing.erasure.ask': 'Um Löschung bitten',
  'sharing.erasure.asked': 'Du hast um Löschung gebeten. Es gibt noch keine Antwort.',
  'sharing.erasure.done': 'Die andere Seite hat unterschrieben geantwortet: Es ist gelöscht.',
  'sharing.erasure.declined':
    'Die andere Seite hat unterschrieben geantwortet: Es wurde nicht gelöscht.',

  'sharing.log': 'Wer wann was gelesen hat',
  'sharing.log.show': 'Protokoll zeigen',
  'sharing.log.none': 'Nichts wurde gelesen.',
  'sharing.log.when': 'Stunde',
  'sharing.log.what': 'Was',
  'sharing.log.blocks': 'Blöcke',
  'sharing.log.count': 'Wie viele',
  'sharing.log.more': {
    one: 'Noch {count} Stunde zeigen',
    other: 'Noch {count} Stunden zeigen',
  },

  'sharing.steps': 'Was geschah',
  'sharing.by-recipient': 'von der anderen Seite',
  'sharing.step.granted': 'Von dir erlaubt',
  'sharing.step.narrowed': 'Weniger gegeben',
  'sharing.step.paused': 'Angehalten',
  'sharing.step.resumed': 'Fortgesetzt',
  'sharing.step.terminated': 'Zurückgegeben',
  'sharing.step.erasure-asked': 'Um Löschung gebeten',
  'sharing.step.key-changed': 'Für den neuen Schlüssel versiegelt',
  'sharing.step.key-renewed':
    'Mit einem neuen Schlüssel versehen, weil du es einem deiner Browser entzogen hast',

  'sharing.receipt': 'Beleg',
  'sharing.receipt.text':
    'Beide Seiten haben denselben Beleg, von dir unterschrieben. Jeder kann ihn prüfen, auch wenn hier niemand mehr antwortet.',
  'sharing.receipt.get': 'Beleg sichern',
  'sharing.receipt.check': 'So wird er geprüft:',
  'sharing.id': 'Nummer dieser Einwilligung',

  'sharing.move': 'Wenn du ausziehst',
  'sharing.move.text':
    'Wer nach dir hier wohnt, soll nicht von denen gelesen werden, denen du es erlaubt hast.',
  'sharing.move.do': 'Alles beenden',
  'sharing.move.now': {
    one: '{count} Einwilligung jetzt beenden',
    other: '{count} Einwilligungen jetzt beenden',
  },
  'sharing.move.what': {
    one: 'Von diesem Augenblick an ist {count} Einwilligung für immer vorbei',
    other: 'Von diesem Augenblick an sind {count} Einwilligungen für immer vorbei',
  },
  'sharing.move.stays':
    'Deine eigenen Messwerte bleiben deine. Was andere bis jetzt gelesen haben, ist dort vielleicht aufbewahrt.',
} as const
