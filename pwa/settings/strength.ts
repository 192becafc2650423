/**
 * A rough word on a passphrase: how long it is, how varied, how many words. No more than a hint; the
 * recovery file's own key derivation is what makes guessing slow.
 *
 * @module
 */

export const leastLength = 12

export type Strength = 'weak' | 'fair' | 'strong'

export function strengthOf(passphrase: string): Strength {
  const characters = Array.from(passphrase)
  const different = new Set(characters.map((character) => character.toLowerCase())).size
  if (characters.length < leastLength || different < 6) return 'weak'
  const words = passphrase.split(/[^\p{L}\p{N}]+/u).filter((word) => word.length > 2)
  const distinctWords = new Set(words.map((word) => word.toLowerCase())).size
  const kinds = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u]
    .filter((kind) => kind.test(passphrase)).length
  if (distinctWords >= 5) return 'strong'
  return characters.length >= 16 && different >= 10 && kinds >= 3 ? 'strong' : 'fair'
}
