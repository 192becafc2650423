/**
 * What the reference says itself, in English and German; the API's own text stays English. It is a
 * page of its own, so its words are no part of the app's catalogues.
 *
 * @module
 */
const en = {
  title: 'Kilowit API',
  app: 'To the app',
  document: 'OpenAPI document',
  version: 'Version',
  find: 'Find an operation',
  groups: 'Groups',
  none: 'No operation has that in it.',
  failed: 'The OpenAPI document could not be read',
  failedDo: 'Check the connection, then load the page again.',
  again: 'Load again',
  needsToken: 'needs an access token',
  parameters: 'Parameters',
  required: 'required',
  inPath: 'in the path',
  inQuery: 'in the query',
  inHeader: 'a header',
  body: 'Body',
  answers: 'Answers',
  headers: 'Headers',
  example: 'Example',
  schema: 'Schema',
  problems: 'Problems',
  deeper: 'and so on',
  curl: 'As a command',
  copy: 'Copy',
  copied: 'Copied',
  try: 'Try it',
  as: 'In whose name',
  owner: 'the owner of this browser',
  device: 'this browser as a device',
  nobody: 'This browser has no identity here yet: connect a meter in the app first.',
  signs: 'The page asks for an access token itself, and signs with keys that it cannot read.',
  changes: 'This is sent to the platform for real.',
  bytes: 'Bytes in hex',
  text: 'Text',
  badHex: 'This is no hex: two digits a byte, spaces allowed.',
  missing: 'Fill in what is required.',
  send: 'Send',
  sending: 'Sending',
  answer: 'Answer',
  took: '{ms} ms',
  empty: 'The answer has no body.',
  size: '{count} bytes',
  cut: 'Only the beginning is shown.',
  unreachable: 'No answer came: the platform cannot be reached.',
  items: 'Read as CBOR',
  hex: 'In hex',
}

export type Words = { readonly [Name in keyof typeof en]: string }

const de: Words = {
  title: 'Kilowit-API',
  app: 'Zur App',
  document: 'OpenAPI-Dokument',
  version: 'Version',
  find: 'Operation suchen',
  groups: 'Gruppen',
  none: 'Keine Operation enthält das.',
  failed: 'Das OpenAPI-Dokument konnte nicht gelesen werden',
  failedDo: 'Prüfe die Verbindung und lade die Seite neu.',
  again: 'Neu laden',
  needsToken: 'braucht ein Zugriffstoken',
  parameters: 'Parameter',
  required: 'nötig',
  inPath: 'im Pfad',
  inQuery: 'in der Abfrage',
  inHeader: 'im Kopf',
  body: 'Inhalt',
  answers: 'Antworten',
  headers: 'Kopfzeilen',
  example: 'Beispiel',
  schema: 'Schema',
  problems: 'Probleme',
  deeper: 'und so weiter',
  curl: 'Als Befehl',
  copy: 'Kopieren',
  copied: 'Kopiert',
  try: 'Ausprobieren',
  as: 'In wessen Namen',
  owner: 'die Eigentümerin oder der Eigentümer dieses Browsers',
  device: 'dieser Browser als Gerät',
  nobody: 'Dieser Browser hat hier noch keine Identität: Verbinde zuerst in der App einen Zähler.',
  signs:
    'Die Seite holt sich selbst ein Zugriffstoken und signiert mit Schlüsseln, die sie nicht ' +
    'lesen kann.',
  changes: 'Das wird wirklich an die Plattform gesendet.',
  bytes: 'Bytes in Hex',
  text: 'Text',
  badHex: 'Das ist kein Hex: zwei Ziffern je Byte, Leerzeichen erlaubt.',
  missing: 'Fülle aus, was nötig ist.',
  send: 'Senden',
  sending: 'Wird gesendet',
  answer: 'Antwort',
  took: '{ms} ms',
  empty: 'Die Antwort hat keinen Inhalt.',
  size: '{count} Bytes',
  cut: 'Nur der Anfang wird gezeigt.',
  unreachable: 'Es kam keine Antwort: Die Plattform ist nicht zu erreichen.',
  items: 'Als CBOR gelesen',
  hex: 'In Hex',
}

/** In the language that the app was set to, else the browser's. */
export function chooseWords(): { readonly words: Words; readonly language: 'en' | 'de' } {
  let chosen: string | null = null
  try {
    chosen = localStorage.getItem('kilowit.language')
  } catch {
    // Storage can be forbidden.
  }
  const wanted = [chosen ?? '', ...navigator.languages].map((tag) => tag.slice(0, 2).toLowerCase())
  const language = wanted.find((tag) => tag === 'en' || tag === 'de') === 'de' ? 'de' : 'en'
  return { words: language === 'de' ? de : en, language }
}
