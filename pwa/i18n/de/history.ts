/**
 * What Kilowit says of past days, months and years, in German.
 *
 * @module
 */

export const history = {
  'history.period': 'Zeitraum',
  'history.day': 'Tag',
  'history.month': 'Monat',
  'history.year': 'Jahr',
  'history.before.day': 'Tag davor',
  'history.before.month': 'Monat davor',
  'history.before.year': 'Jahr davor',
  'history.after.day': 'Tag danach',
  'history.after.month': 'Monat danach',
  'history.after.year': 'Jahr danach',
  'history.now.day': 'Heute',
  'history.now.month': 'Dieser Monat',
  'history.now.year': 'Dieses Jahr',
  'history.keys': 'Die Pfeiltasten nach links und rechts blättern.',
  'history.loading.day': 'Der Tag wird gelesen, geprüft und geöffnet.',
  'history.loading.month': 'Der Monat wird gelesen, geprüft und geöffnet.',
  'history.loading.year': 'Das Jahr wird gelesen, geprüft und geöffnet.',
  'history.power': 'Leistung an diesem Tag',
  'history.used': '{energy} verbraucht',
  'history.so-far': 'bisher, bis {time}',
  'history.empty.day': 'Keine Messwerte an diesem Tag',
  'history.empty.day.do':
    'Es wurde nichts abgelesen, also wird nichts gezeigt. Wähl einen anderen Tag.',
  'history.empty.month': 'Keine Messwerte in diesem Monat',
  'history.empty.month.do':
    'Es wurde nichts abgelesen, also wird nichts gezeigt. Wähl einen anderen Monat.',
  'history.empty.year': 'Keine Messwerte in diesem Jahr',
  'history.empty.year.do':
    'Es wurde nichts abgelesen, also wird nichts gezeigt. Wähl ein anderes Jahr.',
  'history.changed':
    'Der Zähler wurde getauscht: Von der Zeit zwischen dem letzten Messwert des einen und dem ersten des anderen ist nichts bekannt, und sie ist in keiner Summe.',
  'history.gaps': {
    one: '{count} Lücke: Messwerte fehlen, deshalb ist nur die Summe darüber bekannt.',
    other: '{count} Lücken: Messwerte fehlen, deshalb ist nur je die Summe darüber bekannt.',
  },
  'history.outside': {
    one: '{count} Lücke reicht über die Grenze; ihre Summe wird gezeigt und hier nicht mitgezählt.',
    other:
      '{count} Lücken reichen über die Grenze; ihre Summen werden gezeigt und hier nicht mitgezählt.',
  },
  'history.days.empty': {
    one: '{count} Tag hat keine Messwerte.',
    other: '{count} Tage haben keine Messwerte.',
  },
  'history.months.empty': {
    one: '{count} Monat hat keine Messwerte.',
    other: '{count} Monate haben keine Messwerte.',
  },
  'history.part': '{much} abgelesen',
  'history.part.none': 'keine Messwerte',
  'history.part.hours': { one: '{count} h', other: '{count} h' },
  'history.part.days': { one: '{count} Tag', other: '{count} Tage' },
  'history.part.changed': 'Zähler getauscht',
  'history.part.gaps': { one: '{count} Lücke darin', other: '{count} Lücken darin' },
  'history.no-date': 'Dieses Datum gibt es nicht',
  'history.no-date.do': 'Du siehst heute. Wähl oben ein anderes Datum.',
  'history.no-meter': 'Noch kein Zähler',
  'history.no-meter.do': 'Verbinde einen Zähler, dann stehen seine Tage hier.',
  'history.failed': 'Die Messwerte konnten nicht gelesen werden',
  'history.away.do':
    'Das liegt nicht in diesem Browser. Versuch es noch einmal, sobald die Verbindung wieder da ist.',
  'history.unopened': {
    one: '{count} Block wurde gelöscht oder hat hier keinen Schlüssel: seine Messwerte fehlen.',
    other:
      '{count} Blöcke wurden gelöscht oder haben hier keinen Schlüssel: ihre Messwerte fehlen.',
  },
  'history.here': 'Du siehst, was dieser Browser davon behalten hat; anderswo kann es mehr geben.',

  'compare': 'Vergleichen mit',
  'compare.none': 'nichts',
  'compare.before.day': 'dem Tag davor',
  'compare.before.month': 'dem Monat davor',
  'compare.before.year': 'dem Jahr davor',
  'compare.year.day': 'demselben Tag im Jahr davor',
  'compare.year.month': 'demselben Monat im Jahr davor',
  'compare.year.year': 'dem Jahr davor',
  'compare.loading': 'Womit verglichen wird, wird gerade gelesen.',
  'compare.empty': '{period} hat keine Messwerte, also gibt es nichts zu vergleichen.',
  'compare.empty.far':
    '{period} hat bis zum selben Zeitpunkt keine Messwerte, also gibt es nichts zu vergleichen.',
  'compare.with': 'Im Vergleich mit {period}:',
  'compare.with.far': 'Im Vergleich mit {period}, bis zum selben Zeitpunkt:',
  'compare.more': '{difference} mehr {way}, nach {energy}',
  'compare.less': '{difference} weniger {way}, nach {energy}',
  'compare.same': 'Genauso viel {way}: {energy}',
  'compare.holes': 'Messwerte von {period} fehlen, deshalb sind die beiden nicht ganz gleich.',
  'compare.leap': 'Im Jahr davor gibt es keinen 29. Februar, also gibt es nichts zu vergleichen.',
  'compare.only': 'nur in {period}',
  'compare.column': '{way}, {period}',
  'compare.difference': 'Unterschied',

  'figures': 'Spitzen und Grundlast',
  'figures.peak.import': 'Höchste Viertelstunde aus dem Netz',
  'figures.peak.export': 'Höchste Viertelstunde ins Netz',
  'figures.peak.own': 'Höchste dieses Monats, wie der Zähler sagt',
  'figures.peak.note': 'Eine Viertelstunde steht als ihre mittlere Leistung da.',
  'figures.base': 'Grundlast',
  'figures.base.note': {
    one:
      'Grundlast ist der Median der niedrigsten Viertelstunden aus dem Netz, je vollständigem Tag eine, während nichts ins Netz geht; hier von {count} Tag.',
    other:
      'Grundlast ist der Median der niedrigsten Viertelstunden aus dem Netz, je vollständigem Tag eine, während nichts ins Netz geht; hier von {count} Tagen.',
  },
  'figures.few': {
    one: '{count} vollständiger Tag; es braucht {enough}',
    other: '{count} vollständige Tage; es braucht {enough}',
  },
  'figures.week': 'Die übliche Woche',
  'figures.week.note': 'Mittel der vollständigen Tage je Wochentag',
  'figures.week.day': 'Wochentag',
  'figures.week.days': 'Tage',

  'download': 'Anderswo aufheben',
  'download.note':
    'Jeder behaltene Messwert von dem, was du siehst, einer je Viertelstunde, wie dein Zähler ihn gesagt hat.',
  'download.csv': 'Als CSV herunterladen',
  'download.json': 'Als JSON herunterladen',
  'download.making': 'Die Datei wird erstellt.',
  'download.progress': '{done} von {of} Blöcken gelesen',
  'download.made': '{name} liegt in deinen Downloads.',
  'download.failed': 'Die Datei konnte nicht erstellt werden',
  'download.proof': 'Diese Dateien beweisen anderen nichts.',
  'download.proof.link': 'Die signierte Datei erstellst du im Raum Beweis.',
} as const
