/**
 * What Kilowit says of past days, in German.
 *
 * @module
 */

export const history = {
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
} as const
