/**
 * Names that one party gives itself and another one's people read: what is shown is what there is.
 *
 * @module
 */

/**
 * What is not seen, turns the direction of what stands beside it, breaks the line or leaves a gap in
 * it, or piles up over it: letters that are blank, all spaces but the one, marks on marks.
 */
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|[^\S ]| {2}|\p{M}{5}/u

/** One line, normalized (Unicode NFC), with a letter or a digit in it. */
export function isName(text: string): boolean {
  return text === text.trim().normalize('NFC') && !UNSEEN.test(text) && /[\p{L}\p{N}]/u.test(text)
}
