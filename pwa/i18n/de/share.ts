/**
 * What Kilowit says about sharing at home, in German.
 *
 * @module
 */

export const share = {
  'share.home': 'Mit jemandem zu Hause teilen',
  'share.home.text':
    'Wer mit dir wohnt und auch Kilowit hat, kann in der eigenen App sehen, was du auswählst.',
  'share.home.go': 'Auswählen, was du teilst',
  'share.title': 'Mit jemandem zu Hause teilen',
  'share.text':
    'Die andere Person öffnet Kilowit auf ihrem eigenen Gerät, geht zu Teilen und zeigt „Deine Adresse“. Scanne das Bild dort mit deiner Kamera, oder kopiere die Adresse hierher.',
  'share.address': 'Adresse der anderen Person',
  'share.address.note': 'Sie hat 43 Zeichen. Ein Link, der damit endet, geht auch.',
  'share.find': 'Nachsehen, wer das ist',
  'share.with': 'Was willst du teilen?',
  'share.who': 'Mit wem',
  'share.compare':
    'Vergleiche das mit „Dein Fingerabdruck“ auf dem anderen Bildschirm. Teile nur, wenn beide gleich sind.',
  'share.what': 'Was zu sehen ist',
  'share.name': 'Wie du diese Person nennst',
  'share.name.note':
    'Der Name bleibt in diesem Browser. Die Plattform und die andere Person erfahren ihn nicht.',
  'share.holds': 'Du teilst schon etwas mit dieser Person.',
  'share.no-meter': 'Hier ist noch kein Zähler. Schließe zuerst einen an, dann teile.',
  'share.nothing': 'Es ist nichts ausgewählt. Wähle etwas aus, oder teile nicht.',
  'share.then.yes':
    'Die andere Person bekommt einen Schlüssel zu diesen Werten und zu keinen anderen und findet sie in ihrer App unter Teilen. Beide bekommen einen signierten Beleg.',
  'share.no': 'Nicht teilen',
  'share.yes': 'Teilen',
} as const
