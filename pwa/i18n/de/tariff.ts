/**
 * What Kilowit says of tariffs and costs, in German.
 *
 * @module
 */

export const tariff = {
  'tariffs': 'Tarife',
  'tariffs.lead':
    'Gib die Preise ein, wie sie auf deiner Rechnung stehen, mit Steuern; der Verlauf zeigt dann, was jeder Tag, Monat und jedes Jahr gekostet hat. Sie bleiben in diesem Browser; niemand sonst kann sie lesen.',
  'tariffs.none': 'Für diesen Zähler gibt es noch keinen Tarif.',
  'tariffs.no-meter': 'Tarife gehören zu einem Zähler. Verbinde zuerst einen.',
  'tariffs.add': 'Tarif hinzufügen',
  'tariffs.edit': 'Bearbeiten',
  'tariffs.edit.of': '„{name}“ bearbeiten',
  'tariffs.delete': 'Löschen',
  'tariffs.delete.of': '„{name}“ löschen',
  'tariffs.delete.ask': '„{name}“ löschen?',
  'tariffs.delete.what':
    'Seine Preise sind dann weg, und die Tage von {from} bis {until} haben keine Kosten mehr. Deine Messwerte bleiben.',
  'tariffs.delete.open':
    'Seine Preise sind dann weg, und die Tage ab {from} haben keine Kosten mehr. Deine Messwerte bleiben.',
  'tariffs.keep': 'Behalten',
  'tariffs.span': '{from} bis {until}',
  'tariffs.since': 'ab {from}',
  'tariffs.price.import': '{price} je {unit} aus dem Netz',
  'tariffs.price.used': '{price} je {unit}',
  'tariffs.price.export': '{price} je {unit} ins Netz',
  'tariffs.base.month': '{price} im Monat',
  'tariffs.base.year': '{price} im Jahr',
  'tariffs.window': '{days}, {from} bis {to}',
  'tariffs.window.whole': '{days}, ganztags',
  'tariffs.days.all': 'jeden Tag',
  'tariffs.days.workdays': 'Montag bis Freitag',
  'tariffs.days.weekend': 'Samstag und Sonntag',
  'tariffs.saved': 'Behalten. Die Kosten werden neu berechnet.',

  'tariff.new': 'Ein neuer Tarif',
  'tariff.name': 'Name',
  'tariff.name.note': 'Wie du ihn nennst, zum Beispiel der Name des Anbieters.',
  'tariff.from': 'Erster Tag',
  'tariff.until': 'Letzter Tag, falls es einen gibt',
  'tariff.currency': 'Währung',
  'tariff.import': 'Preis je {unit} aus dem Netz',
  'tariff.used': 'Preis je {unit}',
  'tariff.export': 'Vergütung je {unit} ins Netz, falls es eine gibt',
  'tariff.price.note': 'In {currency}, nicht in Hundertsteln: 29,75 Cent sind {example}.',
  'tariff.dear.import': '1 {unit} kostet {price}: Stimmt das?',
  'tariff.dear.export': 'Für 1 {unit} gibt es {price}: Stimmt das?',
  'tariff.base': 'Grundgebühr, falls es eine gibt',
  'tariff.base.per': 'Grundgebühr je',
  'tariff.base.month': 'Monat',
  'tariff.base.year': 'Jahr',
  'tariff.windows': 'Stunden mit eigenen Preisen',
  'tariff.windows.note':
    'Zum Beispiel die Nacht oder das Wochenende. Sonst gelten die Preise oben; wo sich zwei überschneiden, zählt das erste.',
  'tariff.window': 'Stunden {count}',
  'tariff.window.add': 'Stunden hinzufügen',
  'tariff.window.remove': 'Stunden {count} entfernen',
  'tariff.window.days': 'Tage',
  'tariff.window.from': 'Von',
  'tariff.window.to': 'Bis',
  'tariff.window.to.note': 'Zweimal dieselbe Zeit ist der ganze Tag.',
  'tariff.window.export.note': 'Bleibt es leer, wird in diesen Stunden nichts vergütet.',
  'tariff.save': 'Tarif behalten',
  'tariff.cancel': 'Lassen, wie es war',
  'tariff.wrong': {
    one: '{count} Angabe fehlt oder stimmt nicht:',
    other: '{count} Angaben fehlen oder stimmen nicht:',
  },
  'tariff.wrong.name': 'Gib dem Tarif einen Namen.',
  'tariff.wrong.from': 'Wähl den ersten Tag.',
  'tariff.wrong.until': 'Der letzte Tag liegt vor dem ersten.',
  'tariff.wrong.overlap':
    '„{name}“ gilt an einigen dieser Tage auch. Lass den einen enden, bevor der andere beginnt.',
  'tariff.wrong.import': 'Gib den Preis als Zahl ein, zum Beispiel {example}.',
  'tariff.wrong.export':
    'Gib die Vergütung als Zahl ein, zum Beispiel {example}, oder lass das Feld leer.',
  'tariff.wrong.base':
    'Gib die Grundgebühr als Zahl ein, zum Beispiel {example}, oder lass das Feld leer.',
  'tariff.wrong.ambiguous':
    '„{typed}“ lässt sich auf zwei Arten lesen. Schreib {whole} oder {fraction}.',
  'tariff.wrong.window': 'Stunden {count}: {sentence}',
  'tariff.wrong.time': 'Stunden {count}: Wähl ganze Viertelstunden.',
  'tariff.wrong.window-import':
    'Stunden {count}: Gib den Preis als Zahl ein, zum Beispiel {example}.',
  'tariff.wrong.window-export':
    'Stunden {count}: Gib die Vergütung als Zahl ein, zum Beispiel {example}, oder lass das Feld leer.',
  'tariff.failed': 'Der Tarif konnte nicht behalten werden',

  'cost': 'Kosten',
  'cost.none': 'Für diesen Zähler gibt es noch keinen Tarif.',
  'cost.enter': 'Gib deinen Tarif ein',
  'cost.change': 'Tarife ändern',
  'cost.base': 'Grundgebühr',
  'cost.total': 'Zusammen',
  'cost.nothing': 'Kein Tarif gilt an diesen Tagen, also stehen hier keine Kosten.',
  'cost.by': 'Nach {names}.',
  'cost.note':
    'Preise wie auf deiner Rechnung, mit Steuern. Jede Summe ist einmal gerundet, deshalb kann der letzte Cent abweichen.',
  'cost.without': {
    one: '{count} Tag hat keinen Tarif: {energy} sind nicht in diesen Kosten.',
    other: '{count} Tage haben keinen Tarif: {energy} sind nicht in diesen Kosten.',
  },
  'cost.left-out': {
    one:
      'In {count} Lücke ändert sich der Preis, deshalb sind ihre {energy} nicht in diesen Kosten.',
    other:
      'In {count} Lücken ändert sich der Preis, deshalb sind ihre {energy} nicht in diesen Kosten.',
  },
  'cost.outside': {
    one: '{count} Lücke reicht über die Grenze und ist nicht in diesen Kosten.',
    other: '{count} Lücken reichen über die Grenze und sind nicht in diesen Kosten.',
  },
} as const
