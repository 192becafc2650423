/**
 * What Kilowit says about sharing at home, in English.
 *
 * @module
 */

export const share = {
  'share.home': 'Share with somebody at home',
  'share.home.text':
    'Whoever lives with you and uses Kilowit too can see what you choose, in an app of their own.',
  'share.home.go': 'Choose what to share',
  'share.title': 'Share with somebody at home',
  'share.text':
    'The other person opens Kilowit on their own device, goes to Sharing, and shows “Your address”. Scan the picture there with your camera, or copy the address here.',
  'share.address': 'Address of the other person',
  'share.address.note': 'It has 43 characters. A link that ends in it will do, too.',
  'share.find': 'Look who it is',
  'share.with': 'What do you want to share?',
  'share.who': 'With whom',
  'share.compare':
    'Compare this with “Your fingerprint” on the other screen. Share only if both are the same.',
  'share.what': 'What can be seen',
  'share.name': 'What you call this person',
  'share.name.note':
    'The name stays in this browser. The platform and the other person do not learn it.',
  'share.holds': 'You share something with this person already.',
  'share.no-meter': 'There is no meter here yet. Connect one first, then share.',
  'share.nothing': 'Nothing is chosen to be seen. Choose something, or do not share.',
  'share.then.yes':
    'The other person gets a key to these readings and to no others, and finds them in their app, under Sharing. You both get a signed receipt.',
  'share.no': 'Do not share',
  'share.yes': 'Share',
} as const
