/**
 * What Kilowit says when the platform, or this browser, could not do something, in German.
 *
 * @module
 */

export const problems = {
  'problem.offline':
    'Die Plattform ist nicht erreichbar. Prüf die Verbindung und versuch es noch einmal.',
  'problem.storage-failed':
    'Dieser Browser konnte etwas nicht behalten. Mach Platz auf der Festplatte und versuch es noch einmal.',
  'problem.not-found': 'Die Plattform kennt das nicht. Lade die Seite neu.',
  'problem.server': 'Die Plattform konnte nicht antworten. Gib ihr eine Minute.',
  'problem.internal':
    'Daran ist die Plattform gescheitert. Versuch es in einer Minute noch einmal.',
  'problem.database-unavailable':
    'Die Plattform kann gerade nichts aufbewahren. Es geht von selbst weiter.',
  'problem.not-ready': 'Die Plattform startet noch. Es geht von selbst weiter.',
  'problem.network-limit':
    'Die Plattform nimmt heute aus diesem Netzwerk nichts mehr an. Morgen geht es von selbst weiter.',
  'problem.clock-off':
    'Die Uhr dieses Computers geht falsch. Stell sie richtig und versuch es noch einmal.',
  'problem.identity-unknown': 'Die Plattform kennt deine Identität noch nicht. Lade die Seite neu.',
  'problem.too-many-requests': 'Es war zu viel auf einmal. Gleich geht es von selbst weiter.',
  'problem.code-unknown':
    'Der Code stimmt nicht oder ist abgelaufen. Vergleiche ihn mit dem anderen Bildschirm: Dort kann schon ein neuer stehen.',
  'problem.too-many-guesses':
    'Zu viele Codes waren falsch. Warte zehn Minuten und lass dir dann einen neuen Code zeigen.',
  'problem.gap': 'Der Plattform fehlt ein Block davor.',
  'problem.fork': 'Zwei verschiedene Blöcke beanspruchen denselben Platz.',
  'problem.chapter-closed':
    'Ein anderes Gerät hat diesen Kanal inzwischen übernommen. Lies dort weiter ab.',
  'problem.device-not-paired': 'Dieses Gerät ist nicht mit dem Eigentümer gekoppelt.',
  'problem.wrong-epoch': 'Er nennt eine Epoche, die nicht eröffnet wurde.',
  'problem.epoch-taken': 'Diese Epoche wurde schon eröffnet.',
  'problem.signature-invalid': 'Seine Unterschrift stimmt nicht.',
  'problem.acknowledgement-invalid': 'Die Bestätigung der Plattform stimmt nicht.',
  'problem.sealed-ahead':
    'Die Uhr dieses Computers geht vor. Stell sie richtig; das Senden geht von selbst weiter.',
  'problem.channel-unknown': 'Die Plattform kennt diesen Kanal nicht.',
  'problem.head-moved': 'Der Kanal ist anderswo weitergegangen. Lade die Seite neu.',
  'problem.identity-forked':
    'Die Plattform kennt eine andere Geschichte deiner Identität. Stell sie aus deiner Wiederherstellungsdatei wieder her.',
  'problem.meter-key-malformed':
    'Der Schlüssel hat 32 Stellen, jede von 0 bis 9 oder A bis F. Prüf ihn und versuch es noch einmal.',
  'problem.nothing-heard': 'Über diese Leitung ist noch nichts gekommen.',
  'problem.no-telegram':
    'Von diesem Zähler ist kein Telegramm da. Verbinde ihn, warte auf ein Telegramm und versuch es noch einmal.',
  'problem.read-elsewhere':
    'Ein anderer Tab dieses Browsers liest den Zähler ab. Tu es dort oder schließ ihn.',
  'problem.passphrase-wrong':
    'Die Passphrase öffnet diese Datei nicht. Prüf sie und versuch es noch einmal.',
  'problem.file-malformed':
    'Das ist keine Wiederherstellungsdatei. Wähl die, die Kilowit erstellt hat.',
  'problem.recovery-kept':
    'Die Datei ist schon verwahrt, und ihre Schlüssel sind nicht mehr hier. Nimm die Datei, die du hast.',
  'problem.restore-elsewhere':
    'Ein anderer Tab liest hier ab. Schließ ihn und versuch es noch einmal.',
  'problem.restore-not-empty':
    'Dieser Browser liest schon einen eigenen Zähler ab. Stell in einem anderen Browser oder Profil wieder her.',
  'problem.no-meter': 'Diesen Zähler kennt dieser Browser nicht. Verbinde ihn zuerst.',
  'problem.nothing-taken': 'Die Plattform antwortet, nimmt aber nichts an. Lade die Seite neu.',
  'problem.head-not-ours':
    'Die Plattform hat hier einen Block, den dieser Browser nicht gemacht hat.',

  'problem.person-address':
    'Das ist keine Adresse. Kopiere die, die auf dem anderen Bildschirm unter „Deine Adresse“ steht.',
  'problem.person-self': 'Das ist deine eigene Adresse. Kopiere die der anderen Person.',
  'problem.person-unknown':
    'Niemand auf dieser Plattform hat diese Adresse. Vergleiche sie mit dem anderen Bildschirm; die andere Person muss dort einmal einen Zähler gelesen oder wiederhergestellt haben.',
  'problem.person-none':
    'Diese Adresse gehört einem Anbieter oder einem Gerät und keiner Person. Ein Anbieter muss dich selbst fragen.',
  'problem.person-nameless': 'Gib dieser Person einen Namen aus 1 bis 40 Zeichen.',
  'problem.browser-own':
    'Ein Browser kann sich nicht selbst entziehen, dass er für dich handelt. Mach es in einem anderen.',
  'problem.keys-older':
    'Die Schlüssel hier hat eine ältere Version erzeugt. Stell in einem anderen Browser aus deiner Wiederherstellungsdatei wieder her: Das entzieht es allen anderen.',
  'problem.keys-replaced':
    'Du hast auf einem anderen Browser wiederhergestellt, und die Schlüssel von diesem wurden ersetzt. Lies dort weiter ab oder stell hier aus deiner Wiederherstellungsdatei wieder her.',
  'problem.operator-changed':
    'Hier antwortet eine andere Plattform als die, die dieser Browser kennt. An sie geht nichts. Frag, wer sie betreibt.',
  'problem.wrong-device':
    'Ein anderes Gerät von dir schreibt diesen Kanal jetzt. Verbinde den Zähler hier, um ihn zurückzuholen.',
  'problem.key-index-fell':
    'Der Schlüssel dieses Geräts wurde anderswo ersetzt. Stell mit deiner Wiederherstellungsdatei wieder her.',
  'problem.epoch-key-unknown':
    'Dein Versiegelungsschlüssel wurde anderswo ersetzt. Stell mit deiner Wiederherstellungsdatei wieder her.',
  'problem.not-allowed': 'Das steht dir hier nicht zu.',
  'problem.identity-invalid': 'Die Plattform nimmt diese Identität nicht an. Lade die Seite neu.',
  'problem.pairing-taken':
    'Die Plattform kennt eine andere Kopplung dieses Geräts. Lade die Seite neu.',
  'problem.channel-taken':
    'Die Plattform kennt einen anderen Kanal unter dieser Kennung. Lade die Seite neu.',
  'problem.chapter-taken':
    'Ein anderes Gerät von dir hat dieses Kapitel geöffnet. Lade die Seite neu.',
  'problem.block-malformed':
    'Die Plattform nimmt einen Block dieses Browsers nicht an. Er bleibt hier. Lade die Seite neu.',
  'problem.body-mismatch':
    'Ein Block wurde unterwegs beschädigt. Er bleibt hier. Lade die Seite neu.',
  'problem.pairing-ended':
    'Du hast dieses Gerät getrennt. Stelle hier aus deiner Wiederherstellungsdatei wieder her, um weiterzumachen.',
  'problem.history-moved':
    'Inzwischen wurde auf einem anderen Gerät etwas entschieden. Sieh es dir an, dann versuch es noch einmal.',
  'problem.event-refused':
    'Die Plattform nimmt diese Entscheidung nicht an. Lade die Seite neu, dann sieh nach, was gilt.',
  'problem.grant-unknown': 'Die Plattform kennt diese Einwilligung nicht. Lade die Seite neu.',
  'problem.grant-taken':
    'Die Plattform kennt eine andere Einwilligung mit dieser Nummer. Versuch es noch einmal.',
  'problem.grant-not-asked':
    'Danach wurde nicht gefragt. Lade die Seite neu, dann wähle noch einmal.',
  'problem.grant-key-unknown':
    'Die andere Seite hat inzwischen ihren Schlüssel geändert. Sieh dir die Anfrage noch einmal an.',
  'problem.step-moved':
    'Diese Einwilligung wurde inzwischen anderswo geändert. Sieh sie dir an, dann versuch es noch einmal.',
  'problem.step-refused':
    'Diese Einwilligung lässt das nicht mehr zu. Lade die Seite neu, dann sieh nach, was gilt.',
  'problem.epoch-unknown': 'Der Plattform fehlt etwas davor. Es geht von selbst weiter.',
  'problem.wraps-refused':
    'Die Plattform nimmt die Schlüssel nicht an, die gegeben werden sollten. Lade die Seite neu.',
  'problem.provider-unknown':
    'Die Plattform kennt den nicht, der fragt. Geh zurück und frag dort, was nicht stimmt.',
  'problem.request-unknown':
    'Die Plattform kennt keine solche Anfrage, oder sie ist zu alt. Geh zurück zu dem, der gefragt hat, und beginne dort neu.',
  'problem.request-expired':
    'Die Zeit dafür ist vorbei. Geh zurück zu dem, der gefragt hat, und beginne dort neu.',
  'problem.request-answered':
    'Sie wurde schon beantwortet, hier oder auf einem anderen Gerät. Was gilt, steht unter Teilen.',
  'problem.answer-waits':
    'Dein Ja ist unterschrieben und wartet hier: Es geht von selbst hinaus, sobald die Plattform antwortet. Öffne dann diese Seite noch einmal.',
  'problem.request-changed':
    'Sie wurde nach dem Absenden verändert, was keine ehrliche wird. Antworte nicht darauf.',
  'problem.receipt-missing':
    'Diese Einwilligung hat keinen Beleg. Was du unterschrieben hast, steht trotzdem hier.',
  'problem.line-missing':
    'So wird dieser Zähler in diesem Browser nicht aufgezeichnet. Wähl andere Daten oder antworte dort, wo der Zähler gelesen wird.',
  'problem.key-missing':
    'Die andere Seite hat keinen Schlüssel mehr, dem das gegeben werden kann. Nimm es zurück, und lass sie neu fragen.',
  'problem.gateway-full':
    'Dein Gateway gibt die Daten dieses Zählers schon so vielen, wie es kann. Nimm zuerst unter Teilen etwas zurück.',
  'problem.no-owner':
    'In diesem Browser sind noch keine Schlüssel. Verbinde einen Zähler oder stelle wieder her.',
  'problem.history-rolled-back':
    'Die Plattform zeigt eine ältere Aufzeichnung, als dieser Browser gesehen hat. Darauf wird nichts erlaubt. Frag, wer die Plattform betreibt.',
  'problem.history-invalid':
    'Etwas darin ist nicht von dir unterschrieben oder fehlt. Darauf wird nichts erlaubt. Frag, wer die Plattform betreibt.',
  'problem.pairing-code-malformed':
    'Das ist kein Code eines Gateways. Er hat 16 Buchstaben und Ziffern in Vierergruppen; vergleich ihn mit dem, was das Gateway zeigt.',
  'problem.room-unknown':
    'Kein Gateway zeigt gerade diesen Code. Vergleich ihn oder beginn das Koppeln am Gateway neu: Ein Code gilt zehn Minuten.',
  'problem.pairing-expired':
    'Die zehn Minuten des Codes sind um. Beginn das Koppeln am Gateway neu.',
  'problem.pairing-broken':
    'Was kam, ist nicht von dem Gateway, das diesen Code zeigt. Nichts wurde gekoppelt. Beginn das Koppeln am Gateway neu.',
  'problem.pairing-of-unpaired':
    'Du hast dieses Gateway schon einmal getrennt. Beginn das Koppeln dort neu, damit es neue Schlüssel macht.',
  'problem.pairing-read-here':
    'Dieser Browser liest den Zähler gerade selbst ab oder muss davon noch etwas senden. Hör hier auf abzulesen, warte, bis alles gesendet ist, und koppel dann neu.',
  'problem.pairing-read-elsewhere':
    'Ein anderes Gerät von dir liest den Zähler ab. Trenn es zuerst und koppel dann neu.',
  'problem.room-moved':
    'Jemand anderes hat diesem Gateway inzwischen geantwortet. Sieh dort nach und beginn das Koppeln dann neu.',
  'problem.room-closed':
    'Auf diesen Code wurde zu oft geantwortet. Beginn das Koppeln am Gateway neu.',
  'problem.shared-invalid':
    'Es ist nicht so unterschrieben, wie es sein muss, deshalb wird nichts davon gezeigt. Frag die Person, die es geteilt hat, dann den Betreiber der Plattform.',
} as const
