/**
 * What a tab has changed of consent, or erased, told to the other tabs and to what reads for them: a
 * meter that has another channel, or null.
 *
 * @module
 */
export function consentChannel(): BroadcastChannel {
  return new BroadcastChannel('kilowit-consent')
}
