/**
 * What Kilowit says everywhere: the rooms, common buttons and words, seals, charts and tables, in German.
 *
 * @module
 */

export const common = {
  'do.connect-another': 'Noch einen Zähler verbinden',
  'do.again': 'Noch einmal versuchen',
  'do.stop': 'Ablesen beenden',
  'do.ask': 'Zähler fragen',
  'do.answer-call': 'Dem Zähler antworten',
  'do.save-line': 'Mitschnitt der Leitung speichern',
  'do.waive': 'Ohne Leitungsprüfung annehmen',
  'do.copy': 'Kopieren',
  'do.copied': 'Kopiert',

  'age.now': 'gerade eben',
  'age.seconds': 'vor {count} s',
  'age.minutes': 'vor {count} min',
  'age.hours': 'vor {count} h',

  'word.import': 'aus dem Netz',
  'word.export': 'ins Netz',
  'word.neither': 'weder aus dem Netz noch ins Netz',
  'word.used': 'verbraucht',
  'word.gap': 'dazwischen kein Messwert',
  'word.simulated': 'Simuliert',
  'word.unknown': 'nicht bekannt',
  'word.none': 'keine',

  'seal.checked': {
    one: 'Versiegelt von diesem Browser. {count} Block geprüft {age}.',
    other: 'Versiegelt von diesem Browser. {count} Blöcke geprüft {age}.',
  },
  'seal.checked.devices': {
    one: 'Versiegelt von deinen Geräten. {count} Block geprüft {age}.',
    other: 'Versiegelt von deinen Geräten. {count} Blöcke geprüft {age}.',
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
  'chart.failed': 'Die Kurve konnte nicht geladen werden. Die Tabelle enthält dieselben Werte.',
  'chart.touch': 'Berühr das Diagramm oder zeig darauf, um genaue Werte zu sehen.',
  'chart.touch.open':
    'Berühr einen Balken oder zeig darauf, um seinen genauen Wert zu sehen; noch einmal öffnet ihn.',
  'chart.keys': 'Die Pfeiltasten gehen von Wert zu Wert.',
  'chart.keys.turn':
    'Die Pfeiltasten nach links und rechts blättern, nach oben und unten gehen sie von Wert zu Wert.',
  'chart.keys.open':
    'Die Pfeiltasten nach links und rechts blättern, nach oben und unten gehen sie von Balken zu Balken; die Eingabetaste öffnet einen.',
  'chart.period':
    'Energie im Zeitraum {period} als Balken; über null aus dem Netz, unter null ins Netz. {imported} aus dem Netz und {exported} ins Netz.',
  'chart.period.used': 'Verbrauch im Zeitraum {period} als Balken. {imported} insgesamt.',
  'chart.part': 'Nur für einen Teil abgelesen',
  'chart.gap': 'Die Summe über eine Lücke, auf deren ganze Breite',
  'table.show': 'Als Tabelle',
  'table.time': 'Zeit',
  'table.import': 'Aus dem Netz',
  'table.export': 'Ins Netz',
  'table.gap': 'Summe über eine Lücke',
  'table.gap.outside': 'Summe über eine Lücke über die Grenze, in keiner einzelnen Summe',
  'table.used': 'Verbraucht',
  'table.of': '{period}, in {unit}',
  'table.backwards': 'Der Zähler lief rückwärts',
  'table.changed': 'Zähler getauscht, von der Zeit dazwischen ist nichts bekannt',
  'table.energy': 'Energie zwischen behaltenen Messwerten',
  'table.power': 'Letzter Messwert jeder Viertelstunde',
  'table.sum': 'Summe',
} as const
