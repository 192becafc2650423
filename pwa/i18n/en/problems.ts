/**
 * What Kilowit says when the platform, or this browser, could not do something, in English.
 *
 * @module
 */

export const problems = {
  'problem.offline': 'The platform cannot be reached. Check the connection, then try again.',
  'problem.storage-failed':
    'This browser could not keep something. Make room on the disk, then try again.',
  'problem.not-found': 'The platform does not know this. Load the page again.',
  'problem.server': 'The platform could not answer. Give it a minute.',
  'problem.internal': 'The platform failed at this. Try again in a minute.',
  'problem.database-unavailable':
    'The platform cannot keep anything just now. It goes on by itself.',
  'problem.not-ready': 'The platform is still starting. It goes on by itself.',
  'problem.network-limit':
    'The platform takes nothing more from this network today. It goes on by itself tomorrow.',
  'problem.clock-off': 'This computer’s clock is wrong. Set it right, then try again.',
  'problem.identity-unknown': 'The platform does not know your identity yet. Load the page again.',
  'problem.too-many-requests': 'Too much was asked at once. It goes on by itself in a moment.',
  'problem.code-unknown':
    'The code is wrong or has run out. Compare it with the other screen: it may show a new one by now.',
  'problem.too-many-guesses':
    'Too many codes were wrong. Wait ten minutes, then let the other screen show a new one.',
  'problem.gap': 'The platform misses a block before this one.',
  'problem.fork': 'Two different blocks claim the same place.',
  'problem.chapter-closed':
    'Another device has taken over this channel since. Go on reading there.',
  'problem.device-not-paired': 'This device is not paired with the owner.',
  'problem.wrong-epoch': 'It names an epoch that was not opened.',
  'problem.epoch-taken': 'This epoch was already opened.',
  'problem.signature-invalid': 'Its signature does not hold.',
  'problem.acknowledgement-invalid': 'The platform’s acknowledgement does not hold.',
  'problem.sealed-ahead':
    'This computer’s clock is ahead. Set it right; sending goes on by itself.',
  'problem.channel-unknown': 'The platform does not know this channel.',
  'problem.head-moved': 'The channel has moved on elsewhere. Load the page again.',
  'problem.identity-forked':
    'The platform knows another history of your identity. Restore from your recovery file.',
  'problem.meter-key-malformed':
    'The key is 32 digits long, each from 0 to 9 or A to F. Check it, then try again.',
  'problem.nothing-heard': 'Nothing came over this line yet.',
  'problem.no-telegram':
    'No telegram of this meter is at hand. Connect it, wait for a telegram, then try again.',
  'problem.read-elsewhere':
    'Another tab of this browser reads the meter. Do this there, or close it.',
  'problem.passphrase-wrong': 'The passphrase does not open this file. Check it, then try again.',
  'problem.file-malformed': 'This is not a recovery file. Choose the one that Kilowit made.',
  'problem.recovery-kept':
    'The file is kept already, and its keys are no longer here. Use the file that you have.',
  'problem.restore-elsewhere': 'Another tab reads here. Close it, then try again.',
  'problem.restore-not-empty':
    'This browser reads a meter of its own. Restore in another browser or profile.',
  'problem.no-meter': 'No such meter is known here. Connect it first.',
  'problem.nothing-taken': 'The platform answers, but takes nothing. Load the page again.',
  'problem.head-not-ours': 'The platform holds a block here that this browser did not make.',
  'problem.person-address':
    'This is no address. Copy the one that stands under “Your address” on the other screen.',
  'problem.person-self': 'This is your own address. Copy the one of the other person.',
  'problem.person-unknown':
    'Nobody on this platform has this address. Compare it with the other screen; the other person needs to have read a meter or restored there once.',
  'problem.person-none':
    'This address belongs to a provider or a device, and not to a person. A provider has to ask you itself.',
  'problem.person-nameless': 'Give this person a name, of 1 to 40 letters.',
  'problem.browser-own': 'A browser cannot take itself back. Do it in another one.',
  'problem.keys-older':
    'The keys here were made by an older version. Restore from your recovery file in another browser: that takes every other one back.',
  'problem.keys-replaced':
    'You restored on another browser, and this one’s keys were replaced. Read on there, or restore here from your recovery file.',
  'problem.operator-changed':
    'Another platform answers here than the one this browser knows. Nothing is sent to it. Ask whoever runs it.',
  'problem.wrong-device':
    'Another device of yours writes this channel now. Connect the meter here to take it back.',
  'problem.key-index-fell':
    'This device’s key was replaced elsewhere. Restore from your recovery file.',
  'problem.epoch-key-unknown':
    'Your sealing key was replaced elsewhere. Restore from your recovery file.',
  'problem.not-allowed': 'That is not yours to do here.',
  'problem.identity-invalid': 'The platform does not accept this identity. Load the page again.',
  'problem.pairing-taken':
    'The platform knows another pairing of this device. Load the page again.',
  'problem.channel-taken': 'The platform knows another channel by this id. Load the page again.',
  'problem.chapter-taken': 'Another device of yours opened this chapter. Load the page again.',
  'problem.block-malformed':
    'The platform does not accept a block of this browser. It stays here. Load the page again.',
  'problem.body-mismatch': 'A block was damaged on its way. It stays here. Load the page again.',
  'problem.pairing-ended':
    'You unpaired this device. Restore here from your recovery file to go on.',
  'problem.history-moved':
    'Something was decided on another device meanwhile. Look at it, then try again.',
  'problem.event-refused':
    'The platform does not accept this decision. Load the page again, then look at what holds.',
  'problem.grant-unknown': 'The platform does not know this consent. Load the page again.',
  'problem.grant-taken': 'The platform knows another consent by this number. Try again.',
  'problem.grant-not-asked':
    'This is not what was asked for. Load the page again, then choose anew.',
  'problem.grant-key-unknown':
    'The other side has changed its key meanwhile. Look at the request again.',
  'problem.step-moved': 'This consent was changed elsewhere meanwhile. Look at it, then try again.',
  'problem.step-refused':
    'This consent does not allow that any more. Load the page again, then look at what holds.',
  'problem.epoch-unknown': 'The platform misses something before this. It goes on by itself.',
  'problem.wraps-refused':
    'The platform does not accept the keys that were to be given. Load the page again.',
  'problem.provider-unknown':
    'The platform does not know whoever asks. Go back, and ask there what is wrong.',
  'problem.request-unknown':
    'The platform knows no such request, or it is too old. Go back to whoever asked, and begin there again.',
  'problem.request-expired': 'Its time is over. Go back to whoever asked, and begin there again.',
  'problem.request-answered':
    'It was answered already, here or on another device. What holds stands under Sharing.',
  'problem.answer-waits':
    'Your yes is signed and waits here: it goes out by itself as soon as the platform answers. Then open this page again.',
  'problem.request-changed':
    'It was changed after it was sent, which no honest one is. Do not answer it.',
  'problem.receipt-missing':
    'This consent has no receipt. Its signed terms stand here all the same.',
  'problem.line-missing':
    'This meter is not recorded like that in this browser. Choose other data, or answer where the meter is read.',
  'problem.key-missing':
    'The other side has no key to give this to any more. Take it back, and let them ask again.',
  'problem.gateway-full':
    'Your gateway gives this meter’s data to as many as it can. Take one of those back under Sharing first.',
  'problem.no-owner': 'There are no keys in this browser yet. Connect a meter, or restore.',
  'problem.history-rolled-back':
    'The platform shows an older record than this browser has seen. Nothing is allowed on it. Ask whoever runs the platform.',
  'problem.history-invalid':
    'Something in it is not signed by you, or is missing. Nothing is allowed on it. Ask whoever runs the platform.',
  'problem.pairing-code-malformed':
    'That is no code of a gateway. It has 16 letters and digits in groups of four; compare it with what the gateway shows.',
  'problem.room-unknown':
    'No gateway shows this code now. Compare it, or start pairing at the gateway anew: a code holds for ten minutes.',
  'problem.pairing-expired': 'The code’s ten minutes are over. Start pairing at the gateway anew.',
  'problem.pairing-broken':
    'What came is not by the gateway that shows this code. Nothing was paired. Start pairing at the gateway anew.',
  'problem.pairing-of-unpaired':
    'You unpaired this gateway before. Start pairing there anew, so that it makes new keys.',
  'problem.pairing-read-here':
    'This browser reads that meter now, or has something of it still to send. Stop reading here and wait until all is sent, then pair anew.',
  'problem.pairing-read-elsewhere':
    'Another device of yours reads that meter. Unpair it first, then pair anew.',
  'problem.room-moved':
    'Somebody else has answered this gateway meanwhile. Look at it, then start pairing there anew.',
  'problem.room-closed': 'This code was answered too often. Start pairing at the gateway anew.',
  'problem.shared-invalid':
    'It is not signed as it should be, so nothing of it is shown. Ask the one who shared it, then whoever runs the platform.',
} as const
